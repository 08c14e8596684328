"""A coarse game for large problems: points that share their nearest site move together.

What the group pays at a site is the sum of what its points pay, so a plan costs in the coarse
game what it would truly cost if no group were ever divided: never less than the truth, and
little more. Good plans and good prices are found there cheaply, then carried over.
"""

import numpy as np
from numba import njit

from geo.siting.costs import Floats, Ints, Longs
from geo.siting.field import Field, transposed


def coarse(game: Field) -> tuple[Field, Ints]:
    """Join points by nearest site.

    Returns
    -------
    (Field, (n,) int)
        The coarse game, and the group of every point.
    """
    first = np.full(game.n, -1, dtype=np.int64)
    some = np.diff(game.start) > 0
    first[some] = game.site[game.start[:-1][some]]
    _, found = np.unique(first, return_inverse=True)
    group: Ints = found.astype(np.int32)
    order = np.argsort(group, kind="stable").astype(np.int32)
    begin = np.searchsorted(group[order], np.arange(int(group.max()) + 2)).astype(np.int64)
    start, site, cost, base = _sums(
        game.start, game.site, game.cost, game.base, order, begin, game.m
    )
    joined = Field(
        start, site, cost, base, *transposed(start, site, cost, game.m),
        game.p, game.constant, game.whole, game.lone,
    )  # fmt: skip
    return joined, group


@njit(cache=True, nogil=True)
def _sums(  # noqa: PLR0917
    start: Longs, site: Ints, cost: Floats, base: Floats, order: Ints, begin: Longs, m: int
) -> tuple[Longs, Ints, Floats, Floats]:
    """Pairs of the groups, cheapest first; an absent pair of a member costs its base."""
    groups = len(begin) - 1
    total, seen = np.zeros(m), np.full(m, -1, dtype=np.int64)
    near = np.empty(m, dtype=np.int32)
    fresh, floor = np.zeros(groups + 1, dtype=np.int64), np.zeros(groups)
    sites, costs = np.empty(len(site), dtype=np.int32), np.empty(len(site))
    at = 0
    for g in range(groups):
        found = 0
        for k in range(begin[g], begin[g + 1]):
            i = order[k]
            floor[g] += base[i]
            for t in range(start[i], start[i + 1]):
                j = site[t]
                if seen[j] != g:
                    seen[j], total[j], near[found] = g, 0.0, j
                    found += 1
                total[j] += cost[t] - base[i]
        rank = np.argsort(total[near[:found]], kind="mergesort")
        for k in range(found):
            sites[at + k] = near[rank[k]]
            costs[at + k] = floor[g] + total[near[rank[k]]]
        at += found
        fresh[g + 1] = at
    return fresh, sites[:at].copy(), costs[:at].copy(), floor


@njit(cache=True, nogil=True)
def spread(game: Field, joined: Field, group: Ints, u: Floats) -> Floats:
    """Prices of points from prices of groups.

    Each point pays up to the same site as its group, and its part of what is left.
    """
    out = np.empty(len(game.base))
    last, rest = np.empty(len(u), dtype=np.int64), np.empty(len(u))
    for g in range(len(u)):
        last[g], rest[g] = -1, 0.0
        for t in range(joined.start[g], joined.start[g + 1]):
            if joined.cost[t] > u[g]:
                break
            last[g], rest[g] = joined.site[t], u[g] - joined.cost[t]
    for i in range(len(out)):
        g = group[i]
        out[i] = game.cost[game.start[i]] if game.start[i + 1] > game.start[i] else game.base[i]
        if last[g] >= 0:
            here = game.base[i]
            for t in range(game.start[i], game.start[i + 1]):
                if game.site[t] == last[g]:
                    here = game.cost[t]
                    break
            part = game.base[i] / max(joined.base[g], 1e-300)
            out[i] = min(game.base[i], here + rest[g] * part)
    return out
