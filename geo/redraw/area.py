"""One area of one level as it is while boundaries are redrawn."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shapely.geometry import MultiPolygon, Polygon

from geo.layers import codes

Shape = Polygon | MultiPolygon
Key = tuple[str, str]
"""An area's level and reference."""


@dataclass(frozen=True, slots=True)
class Area:
    """An area in metres.

    `twin` counts areas with the same code on the same level, which flawed data has; the
    first is 0. `attributes` are columns that came along and are carried.
    """

    level: str
    code: str
    name: str
    kind: str
    parent: str
    households: int
    residents: int
    shape: Shape = field(repr=False)
    attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)
    twin: int = 0

    @property
    def ref(self) -> str:
        """How operations name it: its code, with ``#2`` for the second of that code."""
        return f"{self.code}#{self.twin + 1}" if self.twin else self.code

    @property
    def key(self) -> Key:
        """Its level and reference."""
        return self.level, self.ref

    @property
    def above(self) -> str:
        """The code of the area that it belongs to: as recorded, else told by its own code."""
        return self.parent or codes.parent(self.code) or ""

    def same(self, other: "Area | None") -> bool:
        """Say whether another one is the same to the last bit."""
        return other is self or (other is not None and _told(self) == _told(other))


def _told(area: Area) -> tuple[object, ...]:
    plain = (area.level, area.code, area.twin, area.name, area.kind, area.parent)
    return (*plain, area.households, area.residents, dict(area.attributes), area.shape.wkb)
