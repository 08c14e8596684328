"""Places, and the ground they stand on: buildings, streets, barriers, land use."""

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from geo.store.models.declarative import (
    Amount,
    Attributes,
    Base,
    Count,
    Fid,
    Items,
    WKBElement,
    Words,
    geometry,
)


def _indexes(table: str, *, key: str = "id", metres: bool = False) -> tuple[Index, ...]:
    """Give a table its indexes: by key, by place, and by place in metres where it is asked."""
    geography = Index(f"{table}_geog_idx", text("(geom::geography)"), postgresql_using="gist")
    return (
        Index(f"{table}_{key}_idx", key),
        Index(f"{table}_geom_idx", "geom", postgresql_using="gist"),
        *((geography,) if metres else ()),
    )


class Place(Base):
    """A station or a candidate (`layer`), at its entrance."""

    __tablename__ = "places"
    __table_args__ = _indexes("places", metres=True)

    fid: Mapped[Fid]
    layer: Mapped[str]
    id: Mapped[str]
    name: Mapped[Words]
    kind: Mapped[Words]
    tier: Mapped[Words]
    class_: Mapped[Words] = mapped_column("class")
    services: Mapped[Items]
    hours: Mapped[Words]
    capacity: Mapped[Count]
    area_m2: Mapped[Amount]
    signboard: Mapped[Words]
    address: Mapped[Words]
    phone: Mapped[Words]
    host: Mapped[Words]
    cost: Mapped[Amount]
    within: Mapped[Words]
    rating: Mapped[Amount]
    status: Mapped[Words]
    geom: Mapped[WKBElement] = mapped_column(geometry("POINT"), nullable=False)
    attributes: Mapped[Attributes]


class Building(Base):
    """A building, footprint or point, and the people in it."""

    __tablename__ = "buildings"
    __table_args__ = _indexes("buildings")

    fid: Mapped[Fid]
    id: Mapped[str]
    name: Mapped[Words]
    use: Mapped[Words]
    compound: Mapped[Words]
    floors: Mapped[Count]
    households: Mapped[Count]
    residents: Mapped[Count]
    elders: Mapped[Count]
    alone: Mapped[Count]
    children: Mapped[Count]
    disabled: Mapped[Count]
    geom: Mapped[WKBElement] = mapped_column(geometry("GEOMETRY"), nullable=False)
    attributes: Mapped[Attributes]


class Street(Base):
    """A street's centre line."""

    __tablename__ = "streets"
    __table_args__ = _indexes("streets")

    fid: Mapped[Fid]
    id: Mapped[Words]
    name: Mapped[Words]
    highway: Mapped[Words]
    access: Mapped[Words]
    foot: Mapped[Words]
    surface: Mapped[Words]
    bridge: Mapped[Count]
    tunnel: Mapped[Count]
    layer: Mapped[Count]
    geom: Mapped[WKBElement] = mapped_column(geometry("MULTILINESTRING"), nullable=False)
    attributes: Mapped[Attributes]


class Barrier(Base):
    """What stops a walker: river, railway, wall (lines), and the gates in them (points)."""

    __tablename__ = "barriers"
    __table_args__ = _indexes("barriers")

    fid: Mapped[Fid]
    layer: Mapped[str]
    id: Mapped[Words]
    name: Mapped[Words]
    kind: Mapped[Words]
    compound: Mapped[Words]
    foot: Mapped[Words]
    geom: Mapped[WKBElement] = mapped_column(geometry("GEOMETRY"), nullable=False)
    attributes: Mapped[Attributes]


class LandUse(Base):
    """What the ground is used for."""

    __tablename__ = "landuse"
    __table_args__ = _indexes("landuse")

    fid: Mapped[Fid]
    id: Mapped[Words]
    name: Mapped[Words]
    kind: Mapped[Words]
    geom: Mapped[WKBElement] = mapped_column(geometry("MULTIPOLYGON"), nullable=False)
    attributes: Mapped[Attributes]
