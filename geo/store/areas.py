"""Areas of every level and their history: born in one revision, gone in another."""

import datetime as dt
from collections.abc import Iterable
from math import isfinite

import geopandas as gpd
import pandas as pd
from sqlalchemy import and_, func, insert, select, text
from sqlalchemy.orm import Session

from geo.errors import BadInput, RuleBroken
from geo.store import frames, models, revisions
from geo.store.features import Window, in_window
from geo.store.lifespan import Changes, alive
from geo.store.models import SRID, Area, LevelRow, Lineage
from geo.store.revisions import AsOf
from geo.store.statements import statement
from geo.store.stored import area

_AREAS = models.Base.metadata.tables[Area.__tablename__]


def replace(session: Session, level: str, frame: gpd.GeoDataFrame, revision: int) -> Changes:
    """Make a frame the living areas of a level; equal rows stay, history stays.

    Parameters
    ----------
    frame : GeoDataFrame
        The level's columns in any known system; others are kept as attributes. All areas
        of the level: what is missing dies. Codes may come twice.
    revision : int
        From `revisions.open`, in the same transaction.

    Returns
    -------
    Changes
        Counts of rows.

    Raises
    ------
    SchemaError
        When the frame is not of this level; nothing is written then.
    """
    return replace_parts(session, level, [frame], revision)


def replace_parts(
    session: Session, level: str, parts: Iterable[gpd.GeoDataFrame], revision: int
) -> Changes:
    """Replace a level by areas that come in parts, so that memory holds one part at a time.

    As `replace`.
    """
    stored = area(level)
    session.execute(text("drop table if exists pg_temp.incoming"))
    session.execute(statement("areas_incoming"))
    for frame in parts:
        frames.copy_in(session, frame, stored, table="incoming")
    done = session.execute(statement("areas_replace"), {"level": level, "revision": revision})
    counts = done.one()
    session.execute(text("analyze areas"))
    return Changes(*(int(number) for number in counts))


def swap(
    session: Session, level: str, codes: Iterable[str], frame: gpd.GeoDataFrame, revision: int
) -> tuple[int, int]:
    """Put areas in the place of the living ones of some codes; all others stay untouched.

    Parameters
    ----------
    codes : iterable of str
        Whose living areas die.
    frame : GeoDataFrame
        What is born; columns as in `replace`.

    Returns
    -------
    (int, int)
        Rows that died and that were born.

    Raises
    ------
    RuleBroken
        When a code that is born was closed before: no code is used again.
    """
    stored = area(level)
    living = alive(_AREAS, None)
    born = select(_AREAS.c.code).where(_AREAS.c.code.in_(frame["code"].tolist())).distinct()
    known = set(session.scalars(born))
    now = set(session.scalars(born.where(living, _AREAS.c.level == level)))
    if again := sorted(known - now):
        raise RuleBroken(
            f"{', '.join(again[:3])} was given before, and no code is given twice",
            zh=f"{'、'.join(again[:3])} 已使用过，编码不能重复使用",
            where=again,
        )
    session.execute(text("drop table if exists pg_temp.incoming"))
    session.execute(statement("areas_incoming"))
    frames.copy_in(session, frame, stored, table="incoming")
    done = session.execute(
        statement("areas_swap"), {"level": level, "codes": list(codes), "revision": revision}
    )
    died, rows = done.one()
    return int(died), int(rows)


def read(
    session: Session,
    level: str,
    *,
    as_of: AsOf = None,
    bbox: Window | None = None,
    extras: bool = False,
) -> gpd.GeoDataFrame:
    """Read the areas of a level, sorted by code.

    Parameters
    ----------
    as_of : int or date, optional
        A revision, or a day (the revision in effect then); without it, the latest.
    bbox : (west, south, east, north), optional
        Degrees; only areas whose own box touches this one.
    extras : bool
        Attributes become columns as well, as they must when the frame is to be changed
        and written back; without, exactly the level's columns.

    Returns
    -------
    GeoDataFrame
        EPSG:4490; empty when there are none, or none yet on that day.
    """
    stored = area(level)
    query = select(*frames.columns(stored, extras=extras)).where(
        *stored.scope(), alive(_AREAS, revisions.resolve(session, as_of))
    )
    if bbox is not None:
        query = query.where(in_window(stored, bbox))
    rows = session.execute(query.order_by(_AREAS.c.code, _AREAS.c.fid)).all()
    return frames.frame_of(rows, stored, extras=extras)


def at(session: Session, lon: float, lat: float, *, as_of: AsOf = None) -> gpd.GeoDataFrame:
    """Give the areas that a point lies in, the widest level first.

    A point on a border lies in both areas, one in an overlap as well.

    Returns
    -------
    GeoDataFrame
        `level` and the columns of an area; EPSG:4490; empty outside.
    """
    if not (isfinite(lon) and isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90):
        raise BadInput(
            f"{lon}, {lat} is no place on Earth",
            zh=f"{lon}, {lat} 不是有效的经纬度",
            hint="longitude first, both in degrees",
            hint_zh="先经度后纬度，单位为度",
        )
    stored = area("grid")
    here = func.ST_SetSRID(func.ST_Point(lon, lat), SRID)
    query = (
        select(_AREAS.c.level, *frames.columns(stored))
        .outerjoin(LevelRow, and_(LevelRow.name == _AREAS.c.level, LevelRow.scheme == "default"))
        .where(
            func.ST_Intersects(_AREAS.c.geom, here),
            alive(_AREAS, revisions.resolve(session, as_of)),
        )
        .order_by(LevelRow.ordinal, _AREAS.c.code, _AREAS.c.fid)
    )
    return frames.frame_of(session.execute(query).all(), stored, first={"level": "str"})


def history(session: Session, code: str) -> gpd.GeoDataFrame:
    """Give every version of an area, the oldest first.

    Returns
    -------
    GeoDataFrame
        `level`, the columns of an area, `born` and `died` (revisions; died is missing
        while it lives), and `kind_of_change`, `who`, `why`, `effective` of its birth.
        Empty for an unknown code.
    """
    stored = area("grid")
    birth = models.Revision
    query = (
        select(
            _AREAS.c.level,
            *frames.columns(stored),
            _AREAS.c.born,
            _AREAS.c.died,
            birth.kind,
            birth.who,
            birth.why,
            birth.effective,
        )
        .join(birth, birth.number == _AREAS.c.born)
        .where(_AREAS.c.code == code)
        .order_by(_AREAS.c.born, _AREAS.c.fid)
    )
    told = {"born": "int64", "died": "Int64", "kind_of_change": "str", "who": "str", "why": "str"}
    return frames.frame_of(
        session.execute(query).all(),
        stored,
        first={"level": "str"},
        last={**told, "effective": "object"},
    )


def codes_ever(session: Session, level: str, *, within: str = "") -> list[str]:
    """List every code that areas of a level ever had, living or not, sorted; none is given again."""
    column = _AREAS.c.code
    query = select(column).where(
        _AREAS.c.level == level, column.startswith(within, autoescape=True)
    )
    return list(session.execute(query.distinct().order_by(column)).scalars())


def link(
    session: Session, parents: Iterable[str], children: Iterable[str], kind: str, revision: int
) -> int:
    """Record that areas came of others: every child of every parent.

    Parameters
    ----------
    kind : str
        ``split``, ``merge``, ``move``.

    Returns
    -------
    int
        Links written.
    """
    effective: dt.date = revisions.read(session, revision).effective
    children = tuple(children)
    links = [
        {"parent": p, "child": c, "kind": kind, "revision": revision, "effective": effective}
        for p in parents
        for c in children
    ]
    if links:
        session.execute(insert(Lineage), links)
    return len(links)


def given(session: Session) -> set[str]:
    """Give every code that was ever given to an area, living or closed."""
    return set(session.scalars(select(_AREAS.c.code).distinct()))


def lineage(session: Session, code: str) -> pd.DataFrame:
    """Give all that a code came of and all that came of it, the oldest link first.

    Returns
    -------
    DataFrame
        `parent`, `child`, `kind`, `revision`, `effective`; empty for a code without kin.
    """
    rows = session.execute(statement("areas_lineage"), {"code": code}).all()
    return pd.DataFrame(rows, columns=["parent", "child", "kind", "revision", "effective"])
