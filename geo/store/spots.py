"""Blind spots across runs: what each is now, and everything that happened to it."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from sqlalchemy import LargeBinary, Table, func, insert, select, text, update
from sqlalchemy.orm import Session

from geo import coords
from geo.errors import NotFound, RuleBroken
from geo.store import models
from geo.store.models import SRID

_SPOTS: Table = models.Base.metadata.tables[models.BlindSpot.__tablename__]
_EVENTS: Table = models.Base.metadata.tables[models.BlindSpotEvent.__tablename__]
_PLAIN = tuple(c.name for c in _SPOTS.c if c.name != "geom")


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened to a spot; `run` is None when a person did it."""

    spot: str
    event: str
    state: str
    run: int | None = None
    detail: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a spot's history."""

    at: dt.datetime
    who: str
    run: int | None
    event: str
    state: str
    households: int
    detail: dict[str, Any]


def hold(session: Session, series: str) -> None:
    """Let one run at a time tell what became of the spots of a series, until the transaction ends."""
    session.execute(
        text("select pg_advisory_xact_lock(hashtext('wangge blind spots'), hashtext(:series))"),
        {"series": series},
    )


def read(
    session: Session,
    *,
    series: str | None = None,
    states: Collection[str] = (),
    spot: str | None = None,
) -> gpd.GeoDataFrame:
    """Read spots as they are now, most households first.

    Returns
    -------
    GeoDataFrame
        Index `spot`; the columns of the table, `members` joined by ``;``; EPSG:4490.
    """
    shape = func.ST_AsBinary(_SPOTS.c.geom, type_=LargeBinary).label("geometry")
    query = select(*(_SPOTS.c[name] for name in _PLAIN), shape)
    if series is not None:
        query = query.where(_SPOTS.c.series == series)
    if spot is not None:
        query = query.where(_SPOTS.c.spot == spot)
    if states:
        query = query.where(_SPOTS.c.state.in_(list(states)))
    query = query.order_by(_SPOTS.c.households.desc(), _SPOTS.c.spot)
    rows = [dict(row) for row in session.execute(query).mappings()]
    shapes = shapely.from_wkb(np.array([bytes(row.pop("geometry")) for row in rows], dtype=object))
    for row in rows:
        row["members"] = ";".join(row["members"])
    frame = pd.DataFrame(rows, columns=list(_PLAIN)).set_index("spot")
    frame.index = frame.index.astype("str")
    for name in ("households", "residents", "first_run", "last_run"):
        frame[name] = frame[name].astype("int64")
    for name in ("members", "series", "state", "station", "reason", "area"):
        frame[name] = frame[name].astype("str")
    frame["nearest_s"] = frame["nearest_s"].astype("float64")
    return gpd.GeoDataFrame(frame, geometry=list(shapes), crs=coords.STORED)


def one(session: Session, spot: str) -> gpd.GeoDataFrame:
    """Read one spot, or raise `NotFound`."""
    found = read(session, spot=spot)
    if not len(found):
        raise NotFound(
            f"no blind spot {spot!r}",
            zh=f"没有编号为“{spot}”的盲区",
            where=[spot],
            hint="`wangge coverage spots list` names them",
            hint_zh="可用 wangge coverage spots list 查看编号",
        )
    return found


def names(session: Session) -> set[str]:
    """Give every name that was ever given."""
    return set(session.scalars(select(_SPOTS.c.spot)))


def keep(
    session: Session,
    series: str,
    run: int,
    found: gpd.GeoDataFrame,
    happened: Iterable[Happening],
    *,
    who: str,
    estimated: bool,
) -> None:
    """Keep the spots of a run under their names, and what happened to them and to the others.

    Parameters
    ----------
    found : GeoDataFrame
        Index the names that the spots have now; `households`, `residents` and other counts,
        `members`, `nearest_s`, `station`, `reason`, `area`; polygons in EPSG:4490.
    happened : iterable of Happening
        One for every found spot, and for those that are gone; in the transaction that
        `hold` began.
    """
    known = names(session)
    told = list(happened)
    states = {h.spot: h.state for h in told}
    for name, row in zip(found.index, found.to_dict("records"), strict=True):
        spot = {str(column): value for column, value in row.items()}
        values = _values(spot, run, states[name], estimated=estimated)
        if name in known:
            session.execute(update(_SPOTS).where(_SPOTS.c.spot == name).values(**values))
        else:
            session.execute(
                insert(_SPOTS).values(spot=name, series=series, first_run=run, **values)
            )
    for gone in (h for h in told if h.spot not in found.index):
        changed = {"state": gone.state, "last_run": run}
        if gone.detail:
            changed["evidence"] = dict(gone.detail)
        session.execute(update(_SPOTS).where(_SPOTS.c.spot == gone.spot).values(**changed))
    for happening in told:
        _write(session, happening, who)


def mark(session: Session, spot: str, state: str, *, who: str, detail: Mapping[str, Any]) -> None:
    """Let a person plan a spot, or take the plan back.

    Raises
    ------
    NotFound
        When there is no such spot.
    RuleBroken
        When it is closed: what is closed is not planned.
    """
    query = select(_SPOTS.c.state).where(_SPOTS.c.spot == spot).with_for_update()
    before = session.scalar(query)
    if before is None:
        one(session, spot)
    if before == "closed":
        raise RuleBroken(
            f"blind spot {spot} is closed",
            zh=f"盲区 {spot} 已经销号",
            where=[spot],
            hint="only an open spot can be planned",
            hint_zh="只有未销号的盲区可以列入计划",
        )
    session.execute(
        update(_SPOTS).where(_SPOTS.c.spot == spot).values(state=state, evidence=dict(detail))
    )
    event = "planned" if state == "planned" else "unplanned"
    _write(session, Happening(spot, event, state, None, detail), who)


def history(session: Session, spot: str) -> list[Entry]:
    """List what happened to a spot, the oldest first; `NotFound` when there is no such spot."""
    one(session, spot)
    e = _EVENTS.c
    query = select(e.at, e.who, e.run, e.event, e.state, e.households, e.detail)
    rows = session.execute(query.where(e.spot == spot).order_by(e.fid))
    return [Entry(*row) for row in rows]


def _write(session: Session, happening: Happening, who: str) -> None:
    """Add an event with the spot as it is after it."""
    now = select(_SPOTS.c.households, _SPOTS.c.geom).where(_SPOTS.c.spot == happening.spot)
    session.execute(
        insert(_EVENTS).values(
            spot=happening.spot,
            who=who,
            run=happening.run,
            event=happening.event,
            state=happening.state,
            households=now.with_only_columns(_SPOTS.c.households).scalar_subquery(),
            detail=dict(happening.detail or {}),
            geom=now.with_only_columns(_SPOTS.c.geom).scalar_subquery(),
        )
    )


def _values(spot: Mapping[str, Any], run: int, state: str, *, estimated: bool) -> dict[str, Any]:
    shape = spot["geometry"]
    shape = shapely.MultiPolygon([shape]) if shape.geom_type == "Polygon" else shape
    groups = ("elders", "alone", "children", "disabled", "buildings")
    cures = {name: int(value) for name, value in spot.items() if str(name).startswith("if_")}
    return {
        "state": state,
        "last_run": run,
        "households": int(spot["households"]),
        "residents": int(spot["residents"]),
        "people": {name: int(spot[name]) for name in groups} | cures,
        "members": [part for part in str(spot["members"]).split(";") if part],
        "nearest_s": float(spot["nearest_s"]) if np.isfinite(spot["nearest_s"]) else None,
        "station": str(spot["station"]),
        "reason": str(spot["reason"]),
        "area": str(spot["area"]),
        "estimated": estimated,
        "geom": f"SRID={SRID};{shapely.to_wkt(shape, rounding_precision=9)}",
    }
