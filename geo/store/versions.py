"""Areas with the days on which they began and ceased to hold."""

import datetime as dt
from collections.abc import Collection
from typing import Any

import geopandas as gpd
import numpy.typing as npt
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session, aliased

from geo.store import frames, models, revisions
from geo.store.models import Area
from geo.store.rows import kept
from geo.store.stored import Stored, area

_AREAS = models.Base.metadata.tables[Area.__tablename__]
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
    query = _query(session, stored, ids, during)
    rows = session.execute(query.order_by(_AREAS.c.code, _AREAS.c.fid)).all()
    days = {"born": "datetime64[s]", "died": "datetime64[s]"}
    return frames.frame_of(rows, stored, first={"fid": "int64"}, last=days)


def cells(
    session: Session, level: str, *, ids: Collection[int] | None = None
) -> dict[str, npt.NDArray[Any]]:
    """Read those that live as arrays, column by column, with `geometry`; in no order."""
    stored = area(level)
    rows = session.execute(_query(session, stored, ids, None)).all()
    return frames.cells_of(rows, stored, days=("born", "died"))


def _query(
    session: Session, stored: Stored, ids: Collection[int] | None, during: Days | None
) -> Select[Any]:
    birth, death = aliased(models.Revision), aliased(models.Revision)
    query = (
        select(_AREAS.c.fid, *frames.columns(stored), birth.effective, death.effective)
        .join(birth, birth.number == _AREAS.c.born)
        .outerjoin(death, death.number == _AREAS.c.died)
        .where(*stored.scope())
    )
    if ids is not None:
        query = query.where(_AREAS.c.fid.in_(list(ids)))
    if during is None:
        query = query.where(_AREAS.c.died.is_(None))
    else:
        first, last = during
        if first is not None:
            held = _AREAS.c.died > (revisions.resolve(session, first) or 0)
            query = query.where(or_(_AREAS.c.died.is_(None), held))
        if last is not None:
            query = query.where(_AREAS.c.born <= (revisions.resolve(session, last) or 0))
    return query


def newer(session: Session, layer_name: str, above: int) -> list[int]:
    """Give the numbers of a layer's rows beyond one: what came since, in whatever commit."""
    stored = kept(layer_name)
    column = stored.table.c.fid
    return list(session.scalars(select(column).where(*stored.scope(), column > above)))
