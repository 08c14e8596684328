"""Levels, revisions, and the areas that are born and die in them."""

import datetime as dt

from sqlalchemy import (
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from geo.store.models.declarative import Attributes, Base, Count, Fid, WKBElement, Words, geometry


class LevelRow(Base):
    """One level of a scheme; `ordinal` 0 is the widest."""

    __tablename__ = "levels"
    __table_args__ = (
        ForeignKeyConstraint(["scheme", "parent"], ["levels.scheme", "levels.name"]),
        UniqueConstraint("scheme", "ordinal"),
    )

    scheme: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    ordinal: Mapped[int]
    zh: Mapped[str]
    en: Mapped[str]
    code_length: Mapped[int]
    parent: Mapped[str | None]


class Revision(Base):
    """One published state of the map: what happened, who did it, and why.

    Numbers run without gaps; `effective` never goes back.
    """

    __tablename__ = "revisions"
    __table_args__ = (Index("revisions_effective_idx", "effective"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    who: Mapped[str]
    why: Mapped[str]
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    effective: Mapped[dt.date] = mapped_column(Date)


class Area(Base):
    """One version of an area, alive in the revisions ``born <= r < died``.

    Codes are not unique: flawed data must come in to be checked.
    """

    __tablename__ = "areas"
    __table_args__ = (
        CheckConstraint("died >= born", name="lifetime"),
        Index("areas_code_idx", "code"),
        Index("areas_living_idx", "level", "code", postgresql_where=text("died is null")),
        Index("areas_geom_idx", "geom", postgresql_using="gist"),
        Index(
            "areas_living_geom_idx",
            "geom",
            postgresql_using="gist",
            postgresql_where=text("died is null"),
        ),
    )

    fid: Mapped[Fid]
    level: Mapped[str]
    code: Mapped[str]
    name: Mapped[Words]
    kind: Mapped[Words]
    parent: Mapped[Words]
    households: Mapped[Count]
    residents: Mapped[Count]
    geom: Mapped[WKBElement] = mapped_column(geometry("MULTIPOLYGON"), nullable=False)
    attributes: Mapped[Attributes]
    born: Mapped[int] = mapped_column(ForeignKey("revisions.number"))
    died: Mapped[int | None] = mapped_column(ForeignKey("revisions.number"))


class Lineage(Base):
    """One link from a closed code to what came of it: split, merge, move."""

    __tablename__ = "lineage"
    __table_args__ = (
        Index("lineage_parent_idx", "parent"),
        Index("lineage_child_idx", "child"),
    )

    fid: Mapped[Fid]
    parent: Mapped[str]
    child: Mapped[str]
    kind: Mapped[str]
    revision: Mapped[int] = mapped_column(ForeignKey("revisions.number"))
    effective: Mapped[dt.date] = mapped_column(Date)


class Alias(Base):
    """A code that others use for an area of ours."""

    __tablename__ = "aliases"
    __table_args__ = (Index("aliases_code_idx", "code"),)

    scheme: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str]
