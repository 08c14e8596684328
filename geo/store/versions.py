"""Areas with the days on which they began and ceased to hold."""

import datetime as dt
from collections.abc import Collection
from typing import Any

import geopandas as gpd
import numpy.typing as npt
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from geo.store import frames, models, revisions
from geo.store.models import Area, Revision
from geo.store.stored import Stored, area

_AREAS = models.Base.metadata.tables[Area.__tablename__]
_REVISIONS = models.Base.metadata.tables[Revision.__tablename__]
Days = tuple[dt.date | None, dt.date | None]
"""First and last day, both meant; None: without end on that side."""


def read(
    session: Session,
    level: str,
    *,
    ids: Collection[int] | None = None,
    during: Days | None = None,
) -> gpd.GeoDataFrame:
    """Read the areas of a level with their days.

    Parameters
    ----------
    ids : collection of int, optional
        Only the rows of these numbers.
    during : (date, date), optional
        Every version that held on any of these days; without it, those that live.

    Returns
    -------
    GeoDataFrame
        `fid`, the columns of an area, `born` and `died` (days; died is missing while it
        lives), sorted by code; EPSG:4490.
    """
    stored = area(level)
    query = living(stored) if during is None else _during(session, stored, during)
    if ids is not None:
        query = query.where(_AREAS.c.fid.in_(list(ids)))
    rows = session.execute(query.order_by(_AREAS.c.code, _AREAS.c.fid)).all()
    days = {"born": "datetime64[s]", "died": "datetime64[s]"}
    return frames.frame_of(rows, stored, first={"fid": "int64"}, last=days)


def cells(session: Session, level: str) -> dict[str, npt.NDArray[Any]]:
    """Read those that live as arrays, column by column, with `geometry`; in no order."""
    stored = area(level)
    rows = session.execute(living(stored)).all()
    return frames.cells_of(rows, stored, days=("born", "died"))


def newer(session: Session, level: str, above: int) -> list[int]:
    """Give the numbers of a level's rows beyond one: what came since, in whatever commit."""
    query = select(_AREAS.c.fid).where(*area(level).scope(), _AREAS.c.fid > above)
    return list(session.scalars(query))


def living(stored: Stored) -> Select[Any]:
    """Select the areas of a level that live: number, columns, the days of birth and death."""
    return _dated(stored).where(_AREAS.c.died.is_(None))


def _during(session: Session, stored: Stored, during: Days) -> Select[Any]:
    query = _dated(stored)
    first, last = during
    if first is not None:
        held = _AREAS.c.died > (revisions.resolve(session, first) or 0)
        query = query.where(or_(_AREAS.c.died.is_(None), held))
    if last is not None:
        query = query.where(_AREAS.c.born <= (revisions.resolve(session, last) or 0))
    return query


def _dated(stored: Stored) -> Select[Any]:
    birth, death = _REVISIONS.alias(), _REVISIONS.alias()
    return (
        select(_AREAS.c.fid, *frames.columns(stored), birth.c.effective, death.c.effective)
        .join(birth, birth.c.number == _AREAS.c.born)
        .outerjoin(death, death.c.number == _AREAS.c.died)
        .where(*stored.scope())
    )
