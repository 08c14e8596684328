"""The blind-spot clock: who is served at every hour of the week, and whom nobody serves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.coverage.choosing import Bools, open_at, week
from geo.coverage.people import F64, PEOPLE, area_of, checked_reaches, walks
from geo.errors import SchemaError
from geo.layers import DemandLayer, GridLayer, StationLayer, TravelTimes
from geo.layers.hours import DAYS


@dataclass(frozen=True, slots=True, eq=False)
class Clock:
    """Who is served at each moment.

    Moments with the same open stations are reckoned once: moment i has the open stations
    ``open_sets[set_of[i]]`` (k, stations), and then ``seconds[set_of[i]]`` (k, buildings) are
    the walks to the nearest of them, inf where none is within the limit of the times. `frame`
    has the counts of people and the shape of every inhabited building, index `id`.
    """

    frame: gpd.GeoDataFrame
    moments: tuple[datetime, ...]
    reach_s: float
    set_of: npt.NDArray[np.int64]
    open_sets: Bools
    seconds: F64
    estimated: bool

    def served(self, moment: int) -> "pd.Series[bool]":
        """Say of every building whether somebody serves it at a moment, by its position."""
        walk = self.seconds[self.set_of[moment]]
        return pd.Series(walk <= self.reach_s, index=self.frame.index)

    @property
    def hours(self) -> pd.DataFrame:
        """Every moment: how many stations are open, and the people whom none of them serves.

        Columns `day` (``Mo`` …), `time` (``HH:MM``), `open` stations, ``<count>_beyond`` for
        each count of people, and `share` of the households that are served (NaN: none live).
        """
        people = self.frame[list(PEOPLE)].to_numpy(dtype=np.float64)
        beyond = (self.seconds > self.reach_s).astype(np.float64) @ people
        total = people[:, 0].sum()
        table = pd.DataFrame(beyond[self.set_of].astype(np.int64), columns=list(PEOPLE))
        table = table.add_suffix("_beyond")
        table.insert(0, "day", [DAYS[m.weekday()] for m in self.moments])
        table.insert(1, "time", [f"{m:%H:%M}" for m in self.moments])
        table.insert(2, "open", self.open_sets.sum(axis=1)[self.set_of])
        nobody = np.full(len(table), np.nan)
        table["share"] = 1 - beyond[self.set_of, 0] / total if total else nobody
        return table

    def by(self, areas: GridLayer) -> pd.DataFrame:
        """Give the share of households served in every area at every moment.

        Returns
        -------
        DataFrame
            Index `code` in the order of `areas`, one column a moment by its position, 0–1; NaN
            where no households live.
        """
        every = pd.Index(areas["code"], dtype="str", name="code")
        codes = every.unique()  # areas that share a code, a fault by itself, are one here
        place = codes.get_indexer(pd.Index(area_of(self.frame, areas)))
        inside = place >= 0
        households = self.frame["households"].to_numpy(dtype=np.float64)[inside]
        total = np.bincount(place[inside], households, minlength=len(codes))
        shares = np.full((len(self.open_sets), len(codes)), np.nan)
        for row, walk in zip(shares, self.seconds[:, inside], strict=True):
            met = np.bincount(
                place[inside], households * (walk <= self.reach_s), minlength=len(codes)
            )
            np.divide(met, total, out=row, where=total > 0)
        columns = range(len(self.moments))
        table = pd.DataFrame(shares[self.set_of].T, index=codes, columns=columns)
        return table.take(codes.get_indexer(every))


def clock(
    demand: DemandLayer,
    times: TravelTimes,
    stations: StationLayer,
    *,
    reach_s: float,
    moments: Sequence[datetime] | None = None,
    holidays: Collection[date] = frozenset(),
) -> Clock:
    """Reckon who is served at every hour of a week.

    Parameters
    ----------
    demand : DemandLayer
    times : TravelTimes
        From these buildings to *all* of `stations` within `reach_s` at least: reach is
        reckoned once for every station, hours only choose among them.
    stations : StationLayer
        A station whose hours nobody knows is never open.
    reach_s : float
        Longest acceptable walk, seconds, > 0.
    moments : sequence of datetime, optional
        Local; the 168 hours of a week without holidays where none are given, each as it
        begins.
    holidays : collection of date

    Raises
    ------
    SchemaError
        When the columns of `times` are not `stations`, in their order.

    Examples
    --------
    >>> town = towns.lattice(2, 2)
    >>> town.stations["hours"] = "Mo-Fr 08:00-18:00"
    >>> week = coverage.clock(town.demand, town.times, town.stations, reach_s=600)
    >>> int((week.hours["share"] > 0).sum()), len(week.open_sets)
    (50, 2)
    """
    (reach_s,) = checked_reaches((reach_s,))
    if list(times.station_ids) != list(stations["id"]):
        raise SchemaError("the travel times are not to these stations", zh="步行时间与站点表不一致")
    when = tuple(week() if moments is None else moments)
    sets, set_of = np.unique(open_at(stations, when, holidays), axis=0, return_inverse=True)
    frame = walks(demand, times)
    place = frame.index.get_indexer(pd.Index(times.demand_ids))
    walk = np.full((len(sets), len(frame)), np.inf)
    for row, open_ in zip(walk, sets, strict=True):
        keep = open_[times.cols] & (place[times.rows] >= 0)
        first, at = np.unique(times.rows[keep], return_index=True)
        row[place[first]] = times.seconds[keep][at]
    people = gpd.GeoDataFrame(frame[[*PEOPLE, "geometry"]], crs=frame.crs)
    return Clock(people, when, reach_s, set_of.reshape(-1), sets, walk, times.estimated)
