"""Blind spots that keep their identity across runs, and what became of them."""

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, DateTime, ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from geo.store.models.declarative import Base, Count, Fid, Items, WKBElement, Words, geometry


class BlindSpot(Base):
    """A blind spot as the last run saw it; `series` names the question that finds it."""

    __tablename__ = "blind_spots"
    __table_args__ = (
        CheckConstraint("state in ('open', 'planned', 'closed')", name="state"),
        Index("blind_spots_series_idx", "series", "state"),
        Index("blind_spots_geom_idx", "geom", postgresql_using="gist"),
    )

    spot: Mapped[str] = mapped_column(primary_key=True)
    series: Mapped[str]
    state: Mapped[str]
    first_run: Mapped[int] = mapped_column(BigInteger, ForeignKey("runs.fid"))
    last_run: Mapped[int] = mapped_column(BigInteger, ForeignKey("runs.fid"))
    households: Mapped[Count]
    residents: Mapped[Count]
    people: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    members: Mapped[Items]
    nearest_s: Mapped[float | None]
    station: Mapped[Words]
    reason: Mapped[Words]
    area: Mapped[Words]
    estimated: Mapped[bool]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    geom: Mapped[WKBElement] = mapped_column(geometry("MULTIPOLYGON"), nullable=False)


class BlindSpotEvent(Base):
    """What happened to a blind spot. Append only: the database refuses anything else."""

    __tablename__ = "blind_spot_events"
    __table_args__ = (Index("blind_spot_events_spot_idx", "spot", "fid"),)

    fid: Mapped[Fid]
    spot: Mapped[str] = mapped_column(ForeignKey("blind_spots.spot"))
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), server_default=func.now())
    who: Mapped[str]
    run: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("runs.fid"))
    event: Mapped[str]
    state: Mapped[str]
    households: Mapped[Count]
    detail: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    geom: Mapped[WKBElement | None] = mapped_column(geometry("MULTIPOLYGON"))
