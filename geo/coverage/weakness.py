"""Two kinds of blindness: too far from every station, and near one that does not serve."""

from collections.abc import Collection
from datetime import datetime

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.coverage.choosing import Bools, offers, open_at, require, week
from geo.coverage.floating import two_step
from geo.coverage.people import F64, area_of, checked_reaches, walks
from geo.coverage.spots import grouped
from geo.errors import SchemaError
from geo.layers import SERVICES, DemandLayer, GridLayer, StationLayer, TravelTimes

STATES = ("served", "weak", "uncovered")
M2_PER_HOUSEHOLD = 0.3
"""Floor for a household: 30 m² per 100 households (14th Five-Year Plan for community services)."""
DAYTIME = (8, 20)
"""The hours of the day that count when nobody asks for a moment."""
LEAST_OPEN = 0.5
"""A station in reach that is open less than half of them is only sometimes open."""


def states(
    demand: DemandLayer,
    times: TravelTimes,
    stations: StationLayer,
    *,
    reach_s: float,
    services: Collection[str] = (),
    at: datetime | None = None,
    least_open: float = LEAST_OPEN,
    m2_per_household: float = M2_PER_HOUSEHOLD,
) -> gpd.GeoDataFrame:
    """Tell who is served, who is near a station that does not do (weak), and who is too far.

    Parameters
    ----------
    demand : DemandLayer
    times : TravelTimes
        From these buildings to *all* of `stations` within `reach_s` at least.
    stations : StationLayer
        Those of the tiers and classes that are asked for, whatever their hours.
    reach_s : float
        Longest acceptable walk, seconds, > 0.
    services : collection of str
        Each must be offered by a station in reach, not all by the same.
    at : datetime, optional
        The moment that counts; without it the hours from 8 to 20 of a week.
    least_open : float
        The share of those hours in which each service (any station, where none is asked for)
        must be open within reach, 0–1. At a moment it must be open.
    m2_per_household : float
        Floor that a household must find in reach, by two-step floating catchment: the floor of
        every station is shared by all households in its reach. Stations of unknown floor
        (0 m²) are taken as large enough. 0: floor is not judged.

    Returns
    -------
    GeoDataFrame
        Index `id`: the counts of people, `nearest_s`, `nearest_m`, `station`; `state`, one of
        `STATES`; what makes it weak: `lacks_service`, `seldom_open`, `crowded`; `open_share`
        of the hours, 0–1; `m2` a household (inf where a floor is unknown); shape. Without a
        station in reach the state is uncovered and nothing makes it weak.

    Raises
    ------
    SchemaError
        When the columns of `times` are not `stations`, in their order.
    """
    (reach_s,) = checked_reaches((reach_s,))
    require(services, SERVICES, "service", "服务")
    if list(times.station_ids) != list(stations["id"]):
        raise SchemaError(
            "the travel times are not to these stations",
            zh="步行时间与站点表不一致",
        )
    frame = walks(demand, times)
    near = times.seconds <= reach_s
    pairs = times.rows[near], times.cols[near], len(times.demand_ids)
    needs = offers(stations, services).T if services else np.ones((1, len(stations)), np.bool_)
    open_ = open_at(stations, [at] if at is not None else week(first=DAYTIME[0], last=DAYTIME[1]))
    ids = pd.Index(times.demand_ids)
    lacks = pd.Series(~_each_met(pairs, needs), index=ids)
    share = pd.Series(_open_share(pairs, needs, open_), index=ids)
    m2 = _floor(demand, times, stations, reach_s)
    covered = frame["nearest_s"] <= reach_s
    frame["lacks_service"] = covered & lacks.reindex(frame.index, fill_value=True)
    frame["open_share"] = share.reindex(frame.index, fill_value=0.0)
    least = 1.0 if at is not None else least_open
    frame["seldom_open"] = covered & ~frame["lacks_service"] & (frame["open_share"] < least)
    frame["m2"] = m2.reindex(frame.index, fill_value=0.0)
    frame["crowded"] = covered & (frame["m2"] < m2_per_household)
    weak = frame[["lacks_service", "seldom_open", "crowded"]].any(axis=1)
    frame["state"] = pd.Series(
        np.select([~covered, weak], ["uncovered", "weak"], "served"), index=frame.index, dtype="str"
    )
    return frame


def weak_spots(found: gpd.GeoDataFrame, *, areas: GridLayer | None = None) -> gpd.GeoDataFrame:
    """Where people live near a station that does not do: places, as `blind_spots` gives them.

    Parameters
    ----------
    found : GeoDataFrame
        From `states`.
    areas : GridLayer, optional
        Adds `area`.

    Returns
    -------
    GeoDataFrame
        As `blind_spots`; `reason` is what most households want: a service, hours, or room
        (capacity).
    """
    weak = found[found["state"] == "weak"].copy()
    want = [weak[name] for name in ("lacks_service", "seldom_open")]
    weak["reason"] = pd.Series(
        np.select(want, ["service", "hours"], "capacity"), index=weak.index, dtype="str"
    )
    return grouped(weak, areas=areas)


def by_state(found: gpd.GeoDataFrame, areas: GridLayer) -> pd.DataFrame:
    """Count households by state in every area.

    Parameters
    ----------
    found : GeoDataFrame
        From `states`.
    areas : GridLayer

    Returns
    -------
    DataFrame
        Index `code` in the order of `areas`; one column a state.
    """
    area = area_of(found, areas)
    count = found["households"].groupby([area, found["state"]]).sum().unstack(fill_value=0)
    codes = pd.Index(areas["code"], dtype="str", name="code")
    return count.reindex(index=codes, columns=list(STATES), fill_value=0)


Pairs = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32], int]


def _reached(pairs: Pairs, counts: Bools) -> Bools:
    """Say which demand row has a counting station within reach."""
    rows, cols, n = pairs
    found = np.zeros(n, dtype=np.bool_)
    found[rows[counts[cols]]] = True
    return found


def _each_met(pairs: Pairs, needs: Bools) -> Bools:
    met: Bools = np.logical_and.reduce([_reached(pairs, need) for need in needs])
    return met


def _open_share(pairs: Pairs, needs: Bools, open_: Bools) -> F64:
    """Give the share of moments at which each need is met by somebody who is open."""
    kinds, times = np.unique(open_, axis=0, return_counts=True)
    met = np.zeros(pairs[2])
    for moment, count in zip(kinds, times, strict=True):
        met += count * _each_met(pairs, needs & moment)
    share: F64 = met / len(open_)
    return share


def _floor(
    demand: DemandLayer, times: TravelTimes, stations: StationLayer, reach_s: float
) -> pd.Series:
    floor = stations["area_m2"].to_numpy(dtype=np.float64)
    supply = np.where(floor > 0, floor, np.inf)
    return two_step(demand, times, supply, reach_s=reach_s, people="households")
