"""Bodies and their groups, staff, and the nets of other departments."""

import datetime as dt

from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, func, text
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


class Body(Base):
    """A council or an institution (`layer`); `territory` lists the grids it covers."""

    __tablename__ = "bodies"
    __table_args__ = (
        Index("bodies_id_idx", "id"),
        Index("bodies_geom_idx", "geom", postgresql_using="gist"),
    )

    fid: Mapped[Fid]
    layer: Mapped[str]
    id: Mapped[str]
    name: Mapped[Words]
    kind: Mapped[Words]
    community: Mapped[Words]
    seniority: Mapped[Amount]
    strength: Mapped[Amount]
    members: Mapped[Count]
    households: Mapped[Count]
    skills: Mapped[Items]
    needs: Mapped[Items]
    territory: Mapped[Items]
    geom: Mapped[WKBElement] = mapped_column(geometry("POINT"), nullable=False)
    attributes: Mapped[Attributes]


class Grouping(Base):
    """An alliance, a regional group or a team, alive in the revisions ``born <= r < died``."""

    __tablename__ = "groupings"
    __table_args__ = (
        CheckConstraint("died >= born", name="lifetime"),
        Index("groupings_living_idx", "kind", postgresql_where=text("died is null")),
    )

    fid: Mapped[Fid]
    kind: Mapped[str]
    name: Mapped[str]
    attributes: Mapped[Attributes]
    born: Mapped[int] = mapped_column(ForeignKey("revisions.number"))
    died: Mapped[int | None] = mapped_column(ForeignKey("revisions.number"))


class GroupingMember(Base):
    """A body in a grouping, from one revision to another; `lead` says whether it leads."""

    __tablename__ = "grouping_members"
    __table_args__ = (
        CheckConstraint("died >= born", name="lifetime"),
        Index("grouping_members_grouping_idx", "grouping"),
        Index("grouping_members_body_idx", "body"),
    )

    fid: Mapped[Fid]
    grouping: Mapped[int] = mapped_column(ForeignKey("groupings.fid"))
    body: Mapped[str]
    lead: Mapped[bool] = mapped_column(server_default=text("false"))
    born: Mapped[int] = mapped_column(ForeignKey("revisions.number"))
    died: Mapped[int | None] = mapped_column(ForeignKey("revisions.number"))


class StaffMember(Base):
    """Somebody's post in an area. Personal: read by the roles that may, and never published."""

    __tablename__ = "staff"
    __table_args__ = (Index("staff_area_idx", "area"),)

    fid: Mapped[Fid]
    id: Mapped[str]
    name: Mapped[Words]
    role: Mapped[str]
    area: Mapped[str]
    phone: Mapped[Words]
    attributes: Mapped[Attributes]


class Net(Base):
    """Another department's grids, and when they came."""

    __tablename__ = "nets"

    name: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())


class NetArea(Base):
    """A grid of another department, kept as it came."""

    __tablename__ = "net_areas"
    __table_args__ = (
        Index("net_areas_code_idx", "net", "code"),
        Index("net_areas_geom_idx", "geom", postgresql_using="gist"),
    )

    fid: Mapped[Fid]
    net: Mapped[str] = mapped_column(ForeignKey("nets.name"))
    code: Mapped[str]
    name: Mapped[Words]
    households: Mapped[Count]
    geom: Mapped[WKBElement] = mapped_column(geometry("MULTIPOLYGON"), nullable=False)
    attributes: Mapped[Attributes]
