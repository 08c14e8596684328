"""Who is served: households, residents and priority groups within a walk of a station."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.coverage.people import PEOPLE, area_of, checked_reaches, walks
from geo.layers import DemandLayer, GridLayer, TravelTimes

REACH_S = (300.0, 600.0, 900.0)
"""Five, ten and fifteen minutes: the circles of GB 50180-2018."""
LI_M = 500.0
"""One *li* (里), in metres."""


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """Who is served within each reach.

    `frame` has one row a building in which households live (index `id`): counts of people,
    `nearest_s`, `nearest_m` (inf: none), `station` (empty: none), one flag `within_<s>` for
    each reach in seconds and ``within_<m>m`` for each in metres, and the shape. `estimated` is
    true when the walks are straight lines × 1.3, because no streets were loaded.
    """

    frame: gpd.GeoDataFrame
    reach_s: tuple[float, ...]
    estimated: bool
    reach_m: tuple[float, ...] = ()

    @property
    def flags(self) -> tuple[str, ...]:
        """Names of the columns of all reaches, those in seconds first, shortest first."""
        return (*map(flag, self.reach_s), *map(flag_m, self.reach_m))

    @property
    def longest(self) -> str:
        """The column of the longest reach: in seconds, where there is one."""
        return flag(self.reach_s[-1]) if self.reach_s else flag_m(self.reach_m[-1])

    @property
    def totals(self) -> pd.DataFrame:
        """People served: a row for households, residents and each priority group.

        Columns `total`, those of `flags`, and `beyond` the `longest`.
        """
        people = self.frame[list(PEOPLE)]
        table = {"total": people.sum()}
        for name in self.flags:
            table[name] = people[self.frame[name]].sum()
        table["beyond"] = people[~self.frame[self.longest]].sum()
        return pd.DataFrame(table).rename_axis("people")

    @property
    def shares(self) -> pd.DataFrame:
        """`totals` as shares of the total, 0–1; NaN where nobody is counted."""
        totals = self.totals
        return totals.drop(columns="total").div(totals["total"].replace(0, np.nan), axis=0)

    def by(self, areas: GridLayer) -> pd.DataFrame:
        """Say who is served in every area of a layer.

        Parameters
        ----------
        areas : GridLayer
            Of any level. A building belongs where its inner point lies.

        Returns
        -------
        DataFrame
            One row an area, index `code`, in the order of `areas`: for each count of people
            its total and, as ``<count>_<flag>``, those served; `share` of households
            within the `longest` reach (NaN where none live); `p50_s, p90_s`, the walks that
            half and nine tenths of the households do not exceed.
        """
        area = area_of(self.frame, areas)
        people = self.frame[list(PEOPLE)]
        parts = [people.groupby(area).sum()]
        for name in self.flags:
            served = people.where(self.frame[name], 0)
            parts.append(served.groupby(area).sum().add_suffix(f"_{name}"))
        codes = pd.Index(areas["code"], dtype="str", name="code")
        table = pd.concat(parts, axis=1).reindex(codes, fill_value=0)
        last = table[f"households_{self.longest}"]
        table["share"] = last / table["households"].replace(0, np.nan)
        for name, part in (("p50_s", 0.5), ("p90_s", 0.9)):
            table[name] = self._quantiles(area, part).reindex(codes)
        return table

    def _quantiles(self, area: pd.Series, part: float) -> pd.Series:
        found = {
            str(code): quantile(
                rows["nearest_s"].to_numpy(dtype=np.float64),
                rows["households"].to_numpy(dtype=np.float64),
                part,
            )
            for code, rows in self.frame.groupby(area)
        }
        return pd.Series(found, dtype="float64")


def flag(reach_s: float) -> str:
    """Name the column of a reach, ``within_900`` for 900 s."""
    return f"within_{reach_s:g}"


def flag_m(reach_m: float) -> str:
    """Name the column of a reach in metres, ``within_500m``."""
    return f"within_{reach_m:g}m"


def quantile(
    values: npt.NDArray[np.float64], weights: npt.NDArray[np.float64], part: float
) -> float:
    """Give the least value that `part` of the weight does not exceed; NaN without weight."""
    order = np.argsort(values, kind="stable")
    heap = np.cumsum(weights[order])
    if not len(heap) or heap[-1] <= 0:
        return float("nan")
    return float(values[order][np.searchsorted(heap, part * heap[-1] * (1 - 1e-12))])


def measure(
    demand: DemandLayer,
    times: TravelTimes,
    *,
    reach_s: tuple[float, ...] = REACH_S,
    reach_m: tuple[float, ...] = (),
) -> Coverage:
    """Measure who lives within a walk of a station.

    Parameters
    ----------
    demand : DemandLayer
        Buildings; those without households do not count.
    times : TravelTimes
        From these buildings to the stations in question. A building without a pair is not
        served: its station is beyond the limit of the times, or it is cut off.
    reach_s : tuple of float
        Longest acceptable walks, seconds; a walk of exactly a reach is within it.
    reach_m : tuple of float
        The same in metres along the way. There must be one reach at least.

    Raises
    ------
    SchemaError
        When `times` speaks of buildings that `demand` lacks.

    Examples
    --------
    >>> town = towns.lattice(4, 4, people=10)
    >>> found = coverage.measure(town.demand, town.times, reach_s=(300,))
    >>> int(found.totals.loc["residents", "within_300"])
    60
    """
    seconds = checked_reaches(reach_s) if reach_s or not reach_m else ()
    metres = checked_reaches(reach_m) if reach_m else ()
    frame = walks(demand, times)
    for reach in seconds:
        frame[flag(reach)] = frame["nearest_s"] <= reach
    for reach in metres:
        frame[flag_m(reach)] = frame["nearest_m"] <= reach
    return Coverage(frame, seconds, times.estimated, metres)
