"""Local cuts: what fractions of sites get wrong around a place, found exactly there.

Take a patch of nearby points. If the fractional answer y, seen from the patch alone, is no
mixture of true covers of it, some costs α ≥ 0 of the sites tell the two apart: every cover of
the patch costs at least β, the fractions cost less, and α·y ≥ β is a cut. Such costs are sought
by packing covers into y (simplex over covers made when wanted by `patch.cheapest`; Applegate,
Bixby, Chvátal & Cook 2001, "TSP cuts which do not conform to the template paradigm"; for
covering Avella, Boccia & Vasilyev 2009). They are then rounded up to whole numbers, sites
that the answer does not use get the least cost that keeps the cut true (sequential lifting,
Padberg 1973), and β is reckoned anew in whole numbers: no cut leans on a tolerance.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.siting.costs import Floats, Ints, Longs
from geo.siting.patch import NONE, PATCH, TIRED, Masks, cheapest

KINDS = 300
"""Most different sites of a patch; a patch with more is left."""
FINE, PIVOTS, BRANCHES = 1_000_000, 1_500, 3_000
"""Whole numbers for 1 while packing; most steps of it; most branches a question."""
BROKEN = 0.005
"""By how much of β a cut must be broken."""


class Pattern(NamedTuple):
    """Points × sites both ways, and the fractional answer."""

    start: Longs
    site: Ints
    by_start: Longs
    by_point: Ints
    y: Floats
    slack: Floats


@njit(cache=True, nogil=True)
def local_cuts(
    at: Pattern, seeds: Ints, size: int, often: Longs, each: int
) -> tuple[Longs, Ints, Longs, Longs]:
    """Look for a cut around each of some points.

    Parameters
    ----------
    size : int
        Points of a patch, at most 64.
    often : (n,) int
        In how many cuts a point has part; changed. Points in `each` are no seeds any more.

    Returns
    -------
    (start, site, factor, right)
        Cuts one after the other: Σ factor · y ≥ right.
    """
    n, m = len(at.start) - 1, len(at.by_start) - 1
    mass, inside = np.zeros(n), np.zeros(n, dtype=np.uint8)
    for i in range(n):
        for t in range(at.start[i], at.start[i + 1]):
            mass[i] += at.y[at.site[t]]
    word, shared = np.zeros(m, dtype=np.uint64), np.zeros(n)
    start, right = [np.int64(0)], [np.int64(0)]
    site, factor = [np.int32(0)], [np.int64(0)]
    for seed in seeds:
        if often[seed] >= each:
            continue
        points = _grown(at, seed, min(size, PATCH), mass, inside, shared)
        sites = _reached(at, points, word)
        if len(sites) > 0:
            costs, need = _cut(word[sites], at.y[sites], len(points))
            if need > 0:
                for k in range(len(sites)):
                    if costs[k] > 0:
                        site.append(sites[k])
                        factor.append(costs[k])
                right.append(np.int64(need))
                start.append(np.int64(len(site) - 1))
                for i in points:
                    often[i] += 1
        for j in sites:
            word[j] = 0
    return np.array(start), np.array(site)[1:], np.array(factor)[1:], np.array(right)[1:]


@njit(cache=True, nogil=True)
def _grown(  # noqa: PLR0917
    at: Pattern, seed: int, size: int, mass: Floats, inside: npt.NDArray[np.uint8], shared: Floats
) -> Ints:
    """A seed and the points that bring the least new fractions with them, one after the other."""
    points, near = [np.int32(seed)], [np.int32(seed)]
    known = {np.int32(-1)}
    inside[seed] = 2
    while True:
        i = points[-1]
        for t in range(at.start[i], at.start[i + 1]):
            j = at.site[t]
            if at.y[j] > 0.0 and j not in known:
                known.add(j)
                for s in range(at.by_start[j], at.by_start[j + 1]):
                    k = at.by_point[s]
                    if inside[k] == 0:
                        inside[k] = 1
                        near.append(k)
                    shared[k] += at.y[j]
        best, step = np.inf, np.int32(-1)
        for k in near:
            if inside[k] == 1 and mass[k] - shared[k] + at.slack[k] < best:
                best, step = mass[k] - shared[k] + at.slack[k], k
        if step < 0 or len(points) == size:
            break
        inside[step] = 2
        points.append(step)
    for k in near:
        inside[k] = 0
        shared[k] = 0.0
    return np.array(points)


@njit(cache=True, nogil=True)
def _reached(at: Pattern, points: Ints, word: Masks) -> Ints:
    """Sites that reach some of a patch; `word` takes which points, as bits."""
    sites = [np.int32(0)]
    for k in range(len(points)):
        for t in range(at.start[points[k]], at.start[points[k] + 1]):
            j = at.site[t]
            if word[j] == 0:
                sites.append(j)
            word[j] |= np.uint64(1) << np.uint64(k)
    return np.array(sites)[1:]


@njit(cache=True, nogil=True)
def _cut(word: Masks, y: Floats, n: int) -> tuple[Longs, int]:
    """Whole costs of the sites of a patch, and what its covers cost at least (0: no cut)."""
    kinds, kind = np.unique(word), np.empty(len(word), dtype=np.int64)
    none = np.zeros(len(word), dtype=np.int64)
    if len(kinds) > KINDS:
        return none, 0
    share = np.zeros(len(kinds))
    for k in range(len(word)):
        kind[k] = np.searchsorted(kinds, word[k])
        share[kind[k]] += y[k]
    used = np.flatnonzero(share > 1e-3)
    alpha = _priced(kinds[used], share[used], n)
    if len(alpha) == 0:
        return none, 0
    cost = np.zeros(len(kinds), dtype=np.int64)
    whole = _whole(alpha)
    mask, price = np.empty(len(kinds), dtype=np.uint64), np.empty(len(kinds), dtype=np.int64)
    count = len(used)
    mask[:count], price[:count] = kinds[used], whole
    cost[used] = whole
    picked = np.empty(n + 2, dtype=np.int64)
    need, state = cheapest(mask, price, count, n, price[:count].sum() + 1, BRANCHES, picked)
    if state < 0 or need == 0:
        return none, 0
    for k in _widest_first(kinds):  # lifting
        if share[k] <= 1e-3:
            cost[k] = _lifted(mask, price, count, n, kinds[k], need)
            if cost[k] < 0:
                return none, 0
            mask[count], price[count] = kinds[k], cost[k]
            count += 1
    now = (cost * share).sum()
    if now > need * (1.0 - BROKEN):
        return none, 0
    return cost[kind], need


@njit(cache=True, nogil=True)
def _lifted(  # noqa: PLR0917
    mask: Masks, price: Longs, count: int, n: int, extra: np.uint64, need: int
) -> int:
    """Least cost of one more site with which no cover costs less than `need`; −1 if unknown."""
    over = need
    for k in range(count):  # who reaches no more than another need not cost more
        if extra & ~mask[k] == 0:
            over = min(over, int(price[k]))
    if over == 0:
        return 0
    left = np.empty(count, dtype=np.uint64)
    place, size = np.zeros(n, dtype=np.int64), 0
    for i in range(n):
        if not (extra >> np.uint64(i)) & np.uint64(1):
            place[i] = size
            size += 1
        else:
            place[i] = -1
    if size == 0:
        return need
    for k in range(count):
        left[k] = 0
        for i in range(n):
            if place[i] >= 0 and (mask[k] >> np.uint64(i)) & np.uint64(1):
                left[k] |= np.uint64(1) << np.uint64(place[i])
    picked = np.empty(size + 2, dtype=np.int64)
    least, state = cheapest(left, price, count, size, need, BRANCHES, picked)
    if state == TIRED:
        return over if over < need else -1
    return min(over, need - least)


@njit(cache=True, nogil=True)
def _widest_first(kinds: Masks) -> Longs:
    size = np.zeros(len(kinds), dtype=np.int64)
    for k in range(len(kinds)):
        for i in range(PATCH):
            size[k] -= np.int64((kinds[k] >> np.uint64(i)) & np.uint64(1))
    return np.argsort(size, kind="mergesort")


@njit(cache=True, nogil=True)
def _whole(alpha: Floats) -> Longs:
    """Costs as small whole numbers in the same proportion, where there are such; else rounded up."""
    top = alpha.max()
    for parts in range(1, 61):
        scaled = alpha * (parts / top)
        if np.abs(scaled - np.round(scaled)).max() < 1e-4:
            scaled = np.round(scaled)
            break
        scaled = np.ceil(alpha * (5000.0 / top) - 1e-6)
    whole: Longs = scaled.astype(np.int64)
    return whole


@njit(cache=True, nogil=True)
def _priced(kinds: Masks, share: Floats, n: int) -> Floats:
    """Costs under which every cover costs 1 and the fractions less; none where there are none."""
    m = len(kinds)
    none = np.zeros(0)
    inverse, basic, held = np.eye(m), np.zeros(m), share.copy()
    whole, picked = np.zeros(m, dtype=np.int64), np.empty(n + 2, dtype=np.int64)
    enter = np.zeros(m)
    for _ in range(PIVOTS):
        alpha = basic @ inverse
        least = np.argmin(alpha)
        enter[:] = 0.0
        gain = 0.0
        if alpha[least] < -1e-9:
            enter[least] = 1.0
        else:
            for k in range(m):
                whole[k] = np.int64(max(alpha[k], 0.0) * FINE + 0.5)
            _, state = cheapest(kinds, whole, m, n, FINE - 50, BRANCHES, picked)
            if state == NONE:
                return np.maximum(alpha, 0.0)
            if state == TIRED:
                return none
            _spare(kinds, picked, state, n, enter)
            gain = 1.0
        if not _pivot(inverse, held, basic, enter, gain):
            return none
        if (basic * held).sum() > 1.0 - BROKEN:
            return none
    return none


@njit(cache=True, nogil=True)
def _pivot(inverse: Floats, held: Floats, basic: Floats, enter: Floats, gain: float) -> bool:
    """Take a column into the basis (revised simplex); whether there was room for it."""
    step = inverse @ enter
    ratio, row = np.inf, -1
    for k in range(len(held)):
        if step[k] > 1e-9 and held[k] / step[k] < ratio:
            ratio, row = held[k] / step[k], k
    if row < 0:
        return False
    for k in range(len(held)):
        if k != row:
            held[k] = max(0.0, held[k] - ratio * step[k])
    held[row], basic[row] = ratio, gain
    inverse[row] /= step[row]
    for k in range(len(held)):
        if k != row and step[k] != 0.0:
            inverse[k] -= step[k] * inverse[row]
    return True


@njit(cache=True, nogil=True)
def _spare(kinds: Masks, picked: Longs, size: int, n: int, enter: Floats) -> None:
    """A cover without the sites that it does not need."""
    for k in range(size):
        enter[picked[k]] = 1.0
    for k in range(size):
        others = np.uint64(0)
        for q in range(size):
            if q != k and enter[picked[q]] > 0.0:
                others |= kinds[picked[q]]
        if kinds[picked[k]] & ~others == 0:
            enter[picked[k]] = 0.0
