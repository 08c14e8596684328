"""Which table keeps which layer, and how its columns look there."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from geoalchemy2 import Geometry
from sqlalchemy import ARRAY, ColumnElement, Table

from geo import layers
from geo.errors import BadInput
from geo.layers import Layer
from geo.store.models import (
    Area,
    Barrier,
    Base,
    Body,
    Building,
    LandUse,
    NetArea,
    Place,
    StaffMember,
    Street,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A layer in its table: the rows whose `fixed` columns have these values."""

    layer: Layer
    table: Table
    fixed: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def spatial(self) -> bool:
        """Whether the rows have a geometry."""
        return bool(self.layer.geometry)

    @property
    def geometry_type(self) -> str:
        """The type of the geometry column, in capitals."""
        kind = self.table.c.geom.type
        return str(kind.geometry_type) if isinstance(kind, Geometry) else ""

    @property
    def read_columns(self) -> tuple[str, ...]:
        """The layer's columns, in its order."""
        return tuple(column.name for column in self.layer.columns)

    @property
    def write_columns(self) -> tuple[str, ...]:
        """Every column that is written: the layer's, the fixed, geometry, attributes."""
        own = [name for name in self.read_columns if name not in self.fixed]
        return (*own, *self.fixed, *(("geom",) if self.spatial else ()), "attributes")

    def is_list(self, column: str) -> bool:
        """Whether a column holds items: ``;`` in the layer, an array in the table."""
        return isinstance(self.table.c[column].type, ARRAY)

    def scope(self) -> list[ColumnElement[bool]]:
        """Give the conditions that pick this layer's rows."""
        return [self.table.c[name] == value for name, value in self.fixed.items()]

    def fixing(self, **values: str | int) -> "Stored":
        """Narrow it to rows with these values."""
        return replace(self, fixed={**self.fixed, **values})


def _stored(name: str, model: type[Base], **fixed: str | int) -> Stored:
    return Stored(layers.layer(name), Base.metadata.tables[model.__tablename__], fixed)


_FEATURES = {
    "station": _stored("station", Place, layer="station"),
    "candidate": _stored("candidate", Place, layer="candidate"),
    "building": _stored("building", Building),
    "street": _stored("street", Street),
    "barrier": _stored("barrier", Barrier, layer="barrier"),
    "gate": _stored("gate", Barrier, layer="gate", kind="gate"),
    "landuse": _stored("landuse", LandUse),
    "council": _stored("council", Body, layer="council"),
    "institution": _stored("institution", Body, layer="institution"),
    "staff": _stored("staff", StaffMember),
    "net": _stored("net", NetArea),
}


def feature(name: str) -> Stored:
    """Give the table of a layer that is not of areas, or raise `BadInput`."""
    if name in _FEATURES:
        return _FEATURES[name]
    if layers.layer(name).level is not None:
        raise BadInput(
            f"{name} is a level of areas, which have a history",
            zh=f"“{name}”是区域层级，带有历史版本",
            hint="store.areas reads and replaces it",
            hint_zh="请使用 store.areas",
        )
    raise BadInput(f"layer {name!r} is not stored", zh=f"图层“{name}”不入库")


def area(level: str) -> Stored:
    """Give the table of a level of areas, or raise `BadInput`.

    Levels are data: one that is not among the named layers has the columns of all areas.
    """
    described = layers.LAYERS.get(level, layers.LAYERS["grid"])
    if described.level is None:
        raise BadInput(f"{level} is no level of areas", zh=f"“{level}”不是区域层级")
    return Stored(described, Base.metadata.tables[Area.__tablename__], {"level": level})
