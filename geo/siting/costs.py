"""What it costs to serve a demand point from a site: a table, or places from which it is reckoned.

Both give *nearest pairs*: for every demand point the sites that are cheaper than a limit,
cheapest first. A table of all pairs of 100,000 points and 5,000 sites is never built.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

BLOCK_CELLS = 4_000_000
"""Distances reckoned at a time (32 MB)."""


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
        counts, beyond = np.zeros(self.n, dtype=np.int64), np.full(self.n, np.inf)
        parts: list[tuple[Ints, Floats]] = []
        for low, high, far in self._blocks(sites):
            part = slice(low, high)
            parts.append(_short(far, limit[part], most, counts[part], beyond[part]))
        start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        site = np.concatenate([s for s, _ in parts]) if parts else np.zeros(0, dtype=np.int32)
        cost = np.concatenate([c for _, c in parts]) if parts else np.zeros(0)
        return Rows(start, site, cost), beyond

    def cheapest(self, sites: Ints) -> tuple[Ints, Floats]:
        """Like `Table.cheapest`."""
        site, cost = np.full(self.n, -1, dtype=np.int32), np.full(self.n, np.inf)
        if len(sites):
            for low, high, far in self._blocks(sites):
                at = np.argmin(far, axis=1)
                least = far[np.arange(high - low), at]
                near = least <= self.reach_m
                site[low:high] = np.where(near, sites[at], -1)
                cost[low:high] = np.where(near, least, np.inf)
        return site, cost

    def _blocks(self, sites: Ints) -> Iterator[tuple[int, int, Floats]]:
        step = max(1, BLOCK_CELLS // max(len(sites), 1))
        x, y = self.site_xy[sites, 0], self.site_xy[sites, 1]
        for low in range(0, self.n, step):
            here = self.demand_xy[low : low + step]
            far = np.hypot(here[:, :1] - x[None, :], here[:, 1:] - y[None, :])
            yield low, low + len(here), far


@njit(cache=True, nogil=True)
def _short(
    far: Floats, limit: Floats, most: int, counts: Longs, beyond: Floats
) -> tuple[Ints, Floats]:
    """Of every row the `most` least below its limit, in order; and the least left out."""
    n, m = far.shape
    site, cost = np.empty(n * min(most, m), dtype=np.int32), np.empty(n * min(most, m))
    index, value = np.empty(m, dtype=np.int32), np.empty(m)
    at = 0
    for i in range(n):
        found = 0
        for j in range(m):
            if far[i, j] < limit[i]:
                index[found], value[found] = j, far[i, j]
                found += 1
        if found > most:
            cut = np.partition(value[:found], most)[most]
            beyond[i] = cut
            found = _below(index, value, found, cut, most)
        order = np.argsort(value[:found])
        for t in range(found):
            site[at + t], cost[at + t] = index[order[t]], value[order[t]]
        counts[i] = found
        at += found
    return site[:at].copy(), cost[:at].copy()


@njit(cache=True, nogil=True)
def _below(index: Ints, value: Floats, found: int, cut: float, most: int) -> int:
    """Keep, in place, what is below the cut, and of those at the cut as many as fit."""
    under = 0
    for t in range(found):
        under += value[t] < cut
    spare, kept = most - under, 0
    for t in range(found):
        if value[t] < cut or (value[t] == cut and spare > 0):
            spare -= value[t] == cut
            index[kept], value[kept] = index[t], value[t]
            kept += 1
    return kept


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
