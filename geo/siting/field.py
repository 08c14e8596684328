"""The field the solvers play on: only what is still open to choice, as plain arrays.

Existing stations are folded into a *base*: what a point costs when no new site serves it.
Only sites that beat the base matter, so their pairs alone are kept, cheapest first.
Median: the cost of a pair is weight × cost. Cover is the same game: a covered point costs
nothing, one that is not costs its weight (the base), and Σ weight − cost is what is covered.

Rows may be cut after the nearest `most` sites. The base is then a lower bound on what any
site beyond would cost; the relaxed game never costs more than the true one, so bounds stay
true, and an answer in which nobody is served beyond the cut costs the same in both.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.siting.costs import Bools, Floats, Ints, Longs
from geo.siting.problem import Problem

Marks = npt.NDArray[np.int8]

FREE, OPEN, SHUT = 0, 1, -1
"""What is settled about a site."""
PAIRS = 30_000_000
"""Most pairs that are kept (about 1 GB with both orders)."""
LARGE = 1e6
"""About what all weights cost once they are made larger."""


class Field(NamedTuple):
    """A game of opening `p` of `m` sites.

    Attributes
    ----------
    start, site, cost
        Pairs by point, cheapest first, all cheaper than the base.
    base : (n,) float
        Cost of a point that no site serves; `lone` where it must be served.
    by_start, by_point, by_cost
        The same pairs by site.
    p : int
    constant : float
        Cost of points that are out of the game.
    whole : bool
        Whether every cost is a whole number, so that bounds may be rounded up.
    lone : float
        Price of leaving a point unserved that must be served: more than twice any plan.
    """

    start: Longs
    site: Ints
    cost: Floats
    base: Floats
    by_start: Longs
    by_point: Ints
    by_cost: Floats
    p: int
    constant: float
    whole: bool
    lone: float

    @property
    def hopeless(self) -> float:
        """A cost, constant included, above which somebody must be unserved: twice any plan's."""
        return self.constant + 0.75 * self.lone

    @property
    def n(self) -> int:
        """Points in the game."""
        return len(self.base)

    @property
    def m(self) -> int:
        """Sites in the game."""
        return len(self.by_start) - 1


def enlarged(problem: Problem) -> float:
    """Give a power of two for weights so small that what they cost drowns in tolerances; 1 elsewhere."""
    size = float(problem.weight.sum())
    if problem.objective == "median":
        size *= problem.costs.longest()
    return 2.0 ** np.ceil(np.log2(LARGE / size)) if 0 < size < 1.0 else 1.0


def field(problem: Problem, *, most: int) -> tuple[Field, Ints]:
    """Lay out a median or cover problem.

    Parameters
    ----------
    most : int
        Pairs kept for each point (median only: a covering point needs them all).

    Returns
    -------
    (Field, (m,) int)
        The game, and the position in the problem of each of its sites.
    """
    sites = np.flatnonzero(problem.fixed == 0).astype(np.int32)
    opened = np.flatnonzero(problem.fixed == 1).astype(np.int32)
    _, near = problem.costs.cheapest(opened)
    p = min((problem.p if problem.p is not None else problem.m) - len(opened), len(sites))
    if problem.unserved is not None:
        near = np.minimum(near, problem.unserved)
    weight = problem.weight
    cover = problem.objective == "cover"
    limit = np.where(np.isfinite(near) | (weight <= 0), 0.0, np.inf) if cover else near
    rows, beyond = problem.costs.nearest(sites, limit, len(sites) if cover else most)
    owner = np.repeat(np.arange(problem.n), np.diff(rows.start))
    if cover:
        cost = np.zeros(len(owner))
        base = np.where(np.isfinite(near), 0.0, weight)
    else:
        cost = weight[owner] * rows.cost
        base = _times(weight, np.minimum(near, beyond))
    whole = bool(np.all(cost == np.floor(cost))) and bool(
        np.all(base[np.isfinite(base)] == np.floor(base[np.isfinite(base)]))
    )
    start, site, cost, base, constant = _compact(rows.start, rows.site, cost, base, cover=cover)
    dearest = np.zeros(len(base))
    some = np.diff(start) > 0
    dearest[some] = cost[start[1:][some] - 1]
    known = np.where(np.isfinite(base), base, dearest)
    lone = float(2.0 * np.ceil(known.sum()) + 1.0)
    base = np.where(np.isfinite(base), base, lone)
    made = Field(
        start,
        site,
        cost,
        base,
        *transposed(start, site, cost, len(sites)),
        p,
        constant,
        whole,
        lone,
    )
    return made, sites


def _times(weight: Floats, cost: Floats) -> Floats:
    free = np.isfinite(cost)
    out = np.full(len(cost), np.inf)
    out[free] = weight[free] * cost[free]
    return out


def _compact(
    start: Longs, site: Ints, cost: Floats, base: Floats, *, cover: bool
) -> tuple[Longs, Ints, Floats, Floats, float]:
    """Drop points without choice; join points of equal reach when covering."""
    size = np.diff(start)
    alive = (size > 0) | np.isinf(base)
    constant = float(base[~alive].sum())
    start = np.concatenate([[0], np.cumsum(size[alive])]).astype(np.int64)
    base = base[alive]
    if not cover:
        return start, site, cost, base, constant
    return *_joined(start, site, base), constant


def _joined(start: Longs, site: Ints, base: Floats) -> tuple[Longs, Ints, Floats, Floats]:
    """Make one point of all that the same sites reach; its weight is their sum."""
    first: dict[bytes, int] = {}
    group = np.empty(len(base), dtype=np.int64)
    keep: list[int] = []
    for i in range(len(base)):
        site[start[i] : start[i + 1]].sort()
        key = site[start[i] : start[i + 1]].tobytes()
        at = first.setdefault(key, len(keep))
        if at == len(keep):
            keep.append(i)
        group[i] = at
    weight = np.zeros(len(keep))
    np.add.at(weight, group, base)
    size = np.diff(start)[keep]
    fresh = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    parts = [site[start[i] : start[i + 1]] for i in keep]
    joined = np.concatenate(parts) if parts else np.zeros(0, dtype=np.int32)
    return fresh, joined, np.zeros(len(joined)), weight


@njit(cache=True, nogil=True)
def transposed(start: Longs, site: Ints, cost: Floats, m: int) -> tuple[Longs, Ints, Floats]:
    """Pairs by site, points in order."""
    by_start = np.zeros(m + 1, dtype=np.int64)
    for t in range(len(site)):
        by_start[site[t] + 1] += 1
    for j in range(m):
        by_start[j + 1] += by_start[j]
    point, by_cost = np.empty(len(site), dtype=np.int32), np.empty(len(site))
    at = by_start[:-1].copy()
    for i in range(len(start) - 1):
        for t in range(start[i], start[i + 1]):
            j = site[t]
            point[at[j]], by_cost[at[j]] = i, cost[t]
            at[j] += 1
    return by_start, point, by_cost


def kept(game: Field, sites: Bools, cap: Floats, p: int) -> tuple[Field, Bools]:
    """Cut a game down to some sites and to the pairs that beat `cap`, the new base.

    Returns
    -------
    (Field, (n,) bool)
        The smaller game, and which points are still in it.
    """
    place = np.where(sites, np.cumsum(sites) - 1, -1).astype(np.int32)
    count, site, cost = _kept(game.start, game.site, game.cost, place, cap)
    alive = count > 0
    constant = game.constant + float(cap[~alive].sum())
    start = np.concatenate([[0], np.cumsum(count[alive])]).astype(np.int64)
    m = int(sites.sum())
    small = Field(
        start, site, cost, cap[alive], *transposed(start, site, cost, m),
        p, constant, game.whole, game.lone,
    )  # fmt: skip
    return small, alive


@njit(cache=True, nogil=True)
def _kept(
    start: Longs, site: Ints, cost: Floats, place: Ints, cap: Floats
) -> tuple[Longs, Ints, Floats]:
    n = len(cap)
    count = np.zeros(n, dtype=np.int64)
    for i in range(n):
        for t in range(start[i], start[i + 1]):
            if cost[t] >= cap[i]:
                break
            count[i] += place[site[t]] >= 0
    total = count.sum()
    to, price = np.empty(total, dtype=np.int32), np.empty(total)
    at = 0
    for i in range(n):
        for t in range(start[i], start[i + 1]):
            if cost[t] >= cap[i]:
                break
            if place[site[t]] >= 0:
                to[at], price[at] = place[site[t]], cost[t]
                at += 1
    return count, to, price
