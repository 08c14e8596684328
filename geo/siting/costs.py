"""What it costs to serve a demand point from a site: a table, or places from which it is reckoned.

Both give *nearest pairs*: for every demand point the sites that are cheaper than a limit,
cheapest first. A table of all pairs of 100,000 points and 5,000 sites is never built.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.siting import near

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


class Rows(NamedTuple):
    """Pairs by point: those of point i lie at ``start[i]:start[i + 1]``, cheapest first."""

    start: Longs
    site: Ints
    cost: Floats


@dataclass(frozen=True, slots=True)
class Table:
    """Costs that were given, pair by pair; a pair that is absent cannot be served."""

    rows: Rows
    m: int

    @property
    def n(self) -> int:
        """How many demand points."""
        return len(self.rows.start) - 1

    def nearest(self, sites: Ints, within: Floats, most: int) -> tuple[Rows, Floats]:
        """Pairs with `sites` cheaper than ``within[i]``, at most `most` a point.

        Returns
        -------
        (Rows, (n,) float)
            Sites are numbered by their place in `sites`; then the cost of the first pair that
            was left out because there were too many, ``inf`` where none was.
        """
        place = np.full(self.m, -1, dtype=np.int32)
        place[sites] = np.arange(len(sites), dtype=np.int32)
        owner = np.repeat(np.arange(self.n), np.diff(self.rows.start))
        site = place[self.rows.site]
        kept = (site >= 0) & (self.rows.cost < within[owner])
        owner, site, cost = owner[kept], site[kept], self.rows.cost[kept]
        start = np.searchsorted(owner, np.arange(self.n + 1)).astype(np.int64)
        rank = np.arange(len(owner)) - start[owner]
        beyond = np.full(self.n, np.inf)
        first = rank == most
        beyond[owner[first]] = cost[first]
        short = rank < most
        start = np.searchsorted(owner[short], np.arange(self.n + 1)).astype(np.int64)
        return Rows(start, site[short].astype(np.int32), cost[short]), beyond

    def cheapest(self, sites: Ints) -> tuple[Ints, Floats]:
        """For every point the cheapest of `sites` (−1, inf where none serves it)."""
        rows, _ = self.nearest(sites, np.full(self.n, np.inf), 1)
        site, cost = np.full(self.n, -1, dtype=np.int32), np.full(self.n, np.inf)
        served = np.diff(rows.start) > 0
        site[served], cost[served] = sites[rows.site], rows.cost
        return site, cost

    def longest(self) -> float:
        """Give a cost that no pair exceeds."""
        return float(self.rows.cost.max(initial=0.0))


@dataclass(frozen=True, slots=True)
class Points:
    """Places in metres; the cost is the distance in a straight line, at most `reach_m`."""

    demand_xy: Floats
    site_xy: Floats
    reach_m: float = np.inf

    @property
    def n(self) -> int:
        """How many demand points."""
        return len(self.demand_xy)

    @property
    def m(self) -> int:
        """How many sites."""
        return len(self.site_xy)

    def nearest(self, sites: Ints, within: Floats, most: int) -> tuple[Rows, Floats]:
        """Like `Table.nearest`."""
        limit = np.minimum(within, np.nextafter(self.reach_m, np.inf))
        start, site, cost, beyond = near.pairs(self.demand_xy, self.site_xy[sites], limit, most)
        return Rows(start, site, cost), beyond

    def cheapest(self, sites: Ints) -> tuple[Ints, Floats]:
        """Like `Table.cheapest`."""
        if not len(sites):
            return np.full(self.n, -1, dtype=np.int32), np.full(self.n, np.inf)
        site, cost = near.least(self.demand_xy, self.site_xy[sites])
        within = cost <= self.reach_m
        return np.where(within, sites[site], -1).astype(np.int32), np.where(within, cost, np.inf)

    def longest(self) -> float:
        """Like `Table.longest`."""
        sides = np.ptp(np.concatenate([self.demand_xy, self.site_xy]), axis=0)
        return float(min(self.reach_m, np.hypot(*sides)))


Costs = Table | Points


def table(n: int, m: int, demand: npt.ArrayLike, site: npt.ArrayLike, cost: npt.ArrayLike) -> Table:
    """Put pairs in order. Pairs that are infinite are dropped."""
    i = np.asarray(demand, dtype=np.int64)
    j = np.asarray(site, dtype=np.int32)
    c = np.asarray(cost, dtype=np.float64)
    if not np.isfinite(c).all():
        kept = np.isfinite(c)
        i, j, c = i[kept], j[kept], c[kept]
    order = np.lexsort((j, c, i))
    i, j, c = i[order], j[order], c[order]
    start = np.searchsorted(i, np.arange(n + 1)).astype(np.int64)
    return Table(Rows(start, j, c), m)
