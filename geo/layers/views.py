"""What of a layer is shown to whom: one list of columns, for every door.

The public sees places and areas, and no column that tells of persons, telephones or
households; who works here sees the rest of a layer's own columns too. Columns that came
along with a file and are not the layer's own are shown to nobody.
"""

from typing import Literal

from geo.layers.tables import LAYERS, Column, layer

View = Literal["public", "staff"]
_AREA = ("code", "name", "kind", "parent")
PUBLIC: dict[str, tuple[str, ...]] = {
    **{name: _AREA for name, found in LAYERS.items() if found.level},
    "station": (
        "id", "name", "kind", "tier", "class", "services", "hours", "capacity", "area_m2",
        "signboard", "address", "host", "within", "rating", "status",
    ),
    "building": ("id", "name", "use", "compound", "floors"),
    "street": ("id", "name", "highway", "access", "foot", "surface", "bridge", "tunnel", "layer"),
    "barrier": ("id", "name", "kind", "compound"),
    "gate": ("id", "name", "compound", "foot"),
    "landuse": ("id", "name", "kind"),
    "council": ("id", "name", "community"),
    "institution": ("id", "name", "kind", "community"),
}  # fmt: skip
"""Layers that everybody may see, and their columns; other layers are for who works here."""


def shown(name: str, view: View) -> tuple[Column, ...]:
    """Give the columns of a layer that a view shows, in the layer's order; none: all is hidden.

    Examples
    --------
    >>> [column.name for column in shown("grid", "public")]
    ['code', 'name', 'kind', 'parent']
    >>> shown("staff", "public")
    ()
    """
    open_to_all = PUBLIC.get(name, ())
    return tuple(c for c in layer(name).columns if view == "staff" or c.name in open_to_all)
