"""Which stations count: by service, tier, class and kind, and at which hours they are open."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

import numpy as np
import numpy.typing as npt

from geo import layers
from geo.errors import BadInput
from geo.layers import SERVICES, TIERS, StationLayer, TravelTimes, hours, items

WEEK_H = 168
MONDAY = datetime(2001, 1, 1)
"""A Monday; weeks are alike, so that any one stands for all."""
Bools = npt.NDArray[np.bool_]


def chosen(
    stations: StationLayer,
    *,
    services: Collection[str] = (),
    tiers: Collection[str] = (),
    classes: Collection[str] = (),
    kinds: Collection[str] = (),
    at: datetime | None = None,
    holidays: Collection[date] = frozenset(),
) -> StationLayer:
    """Keep the stations that offer all of some services and are of a tier, class and kind.

    Parameters
    ----------
    stations : StationLayer
    services : collection of str
        Each must be offered; none: whatever is offered.
    tiers, classes, kinds : collection of str
        One of them must fit; none: all do.
    at : datetime, optional
        Local time at which they must be open. A station whose hours nobody knows does not
        count at a moment.
    holidays : collection of date

    Raises
    ------
    BadInput
        When a service or a tier is none that there is.
    """
    require(services, SERVICES, "service", "服务")
    require(tiers, TIERS, "tier", "层级")
    keep = np.ones(len(stations), dtype=np.bool_)
    if services:
        keep &= offers(stations, services).all(axis=1)
    for column, wanted in (("tier", tiers), ("class", classes), ("kind", kinds)):
        if wanted:
            keep &= stations[column].isin(list(wanted)).to_numpy(dtype=np.bool_)
    if at is not None:
        keep &= open_at(stations, [at], holidays)[0]
    return layers.stations(stations[keep].reset_index(drop=True))


def offers(stations: StationLayer, services: Collection[str]) -> Bools:
    """Say which station offers which service, (stations, services)."""
    known = [set(items(cell)) for cell in stations["services"]]
    table = [[service in own for service in services] for own in known]
    return np.array(table, dtype=np.bool_).reshape(len(stations), len(services))


def open_at(
    stations: StationLayer, moments: Sequence[datetime], holidays: Collection[date] = frozenset()
) -> Bools:
    """Say which station is open at which moment, (moments, stations); unknown hours are not."""
    texts = stations["hours"].to_numpy(dtype=object)
    table = np.zeros((len(moments), len(stations)), dtype=np.bool_)
    for text in set(texts):
        if text:
            week = hours.parse(text)
            row = [hours.is_open(week, moment, holidays) for moment in moments]
            table[:, texts == text] = np.array(row, dtype=np.bool_)[:, None]
    return table


def week(*, first: int = 0, last: int = 24, minute: int = 0) -> list[datetime]:
    """Give the hours of a week without holidays, from Monday, each day from one hour to another.

    Examples
    --------
    >>> len(week()), len(week(first=8, last=20))
    (168, 84)
    """
    return [
        MONDAY + timedelta(days=day, hours=hour, minutes=minute)
        for day in range(7)
        for hour in range(first, last)
    ]


def every(tables: Sequence[TravelTimes]) -> TravelTimes:
    """Join walks to several needs into one: the longest of them, to wherever each is met.

    Parameters
    ----------
    tables : sequence of TravelTimes
        Of the same demand; the nearest station of each row counts.

    Returns
    -------
    TravelTimes
        One pair for every demand row that each table reaches: the walk and station of the
        need that is farthest away; of equal ones that of the first table.
    """
    if not tables:
        raise BadInput("no needs are given", zh="未给出任何需求")
    if len(tables) == 1:
        return tables[0]
    names = np.unique(np.concatenate([t.station_ids.astype(str) for t in tables])).astype(object)
    n = len(tables[0].demand_ids)
    seconds, metres = np.full((len(tables), n), np.inf), np.full((len(tables), n), np.inf)
    station = np.full((len(tables), n), -1, dtype=np.int64)
    for i, table in enumerate(tables):
        rows, first = np.unique(table.rows, return_index=True)
        seconds[i, rows], metres[i, rows] = table.seconds[first], table.metres[first]
        station[i, rows] = np.searchsorted(names, table.station_ids[table.cols[first]])
    row = np.flatnonzero(np.isfinite(seconds).all(axis=0))
    worst = seconds.argmax(axis=0)[row]
    return TravelTimes(
        tables[0].demand_ids,
        names,
        row.astype(np.int32),
        station[worst, row].astype(np.int32),
        seconds[worst, row],
        metres[worst, row],
        min(t.limit_s for t in tables),
        any(t.estimated for t in tables),
    )


def require(given: Collection[str], known: Sequence[str], what: str, zh: str) -> None:
    """Raise `BadInput` with the names there are, unless all that is given is among them."""
    if lost := [name for name in given if name not in known]:
        names = ", ".join(known)
        raise BadInput(
            f"no {what} {', '.join(map(repr, lost))}",
            zh=f"没有“{'、'.join(lost)}”这项{zh}",
            where=lost,
            hint=f"one of {names}",
            hint_zh=f"可用：{names}",
        )
