"""Search for k sites that reach every point, by weights that grow on the points left out.

The cheapest site closes, one of those that reach a random point left out opens, and points
that stay out weigh more (row weighting: Gao, Weise & Li 2015, "An efficient local search
heuristic with row weighting for the unicost set covering problem").
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.siting.chance import Words, below
from geo.siting.costs import Ints, Longs

Whole = npt.NDArray[np.int64]


@njit(cache=True, nogil=True)
def seek(  # noqa: C901, PLR0912, PLR0917 — one compiled search over plain arrays
    start: Longs, site: Ints, by_start: Longs, by_point: Ints, chosen: Ints, steps: int,
    random: Words,
) -> int:  # fmt: skip
    """Change `chosen` in place until it reaches every point.

    Parameters
    ----------
    start, site : points × sites
    by_start, by_point : the same pairs by site
    chosen : (k,) int
        Sites to begin with, all different.
    steps : int
        Exchanges tried.

    Returns
    -------
    int
        Points that the best set of sites seen leaves out; `chosen` is that set.
    """
    n, m, k = len(start) - 1, len(by_start) - 1, len(chosen)
    weight = np.ones(n, dtype=np.int64)
    count, who = np.zeros(n, dtype=np.int32), np.zeros(n, dtype=np.int64)
    score = np.zeros(m, dtype=np.int64)  # gain of a closed site, loss of an open one
    place = np.full(m, -1, dtype=np.int32)
    since, fresh = np.zeros(m, dtype=np.int64), np.ones(m, dtype=np.uint8)
    out, at, left = np.empty(n, dtype=np.int32), np.full(n, -1, dtype=np.int32), 0
    for i in range(n):
        out[left], at[i] = i, left
        left += 1
    for j in range(m):
        score[j] = by_start[j + 1] - by_start[j]
    now = chosen.copy()
    for t in range(k):
        place[now[t]] = t
        left = _turn(start, site, by_start, by_point, weight, count, who, score, fresh, out, at,
                     left, now[t], 1)  # fmt: skip
    best = left
    last = -1
    for step in range(1, steps + 1):
        if left == 0:
            break
        worst = -1
        for t in range(k):
            j = now[t]
            if j != last and (
                worst < 0 or score[j] < score[worst]
                or (score[j] == score[worst] and since[j] < since[worst])
            ):  # fmt: skip
                worst = j
        if worst < 0:
            worst = now[0]
        hole = place[worst]
        place[worst] = -1
        left = _turn(start, site, by_start, by_point, weight, count, who, score, fresh, out, at,
                      left, worst, -1)  # fmt: skip
        since[worst], fresh[worst] = step, 0
        i = out[below(random, left)]
        into = -1
        for t in range(start[i], start[i + 1]):
            j = site[t]
            if fresh[j] and (
                into < 0 or score[j] > score[into]
                or (score[j] == score[into] and since[j] < since[into])
            ):  # fmt: skip
                into = j
        if into < 0:
            into = site[start[i] + below(random, start[i + 1] - start[i])]
        now[hole], place[into], since[into], last = into, hole, step, into
        left = _turn(start, site, by_start, by_point, weight, count, who, score, fresh, out, at,
                     left, into, 1)  # fmt: skip
        for t in range(left):
            i = out[t]
            weight[i] += 1
            for s in range(start[i], start[i + 1]):
                score[site[s]] += 1
        if left < best:
            best = left
            chosen[:] = now
    return best


@njit(cache=True, nogil=True)
def _turn(  # noqa: PLR0917
    start: Longs, site: Ints, by_start: Longs, by_point: Ints, weight: Whole, count: Ints,
    who: Whole, score: Whole, fresh: npt.NDArray[np.uint8], out: Ints, at: Ints, left: int,
    j: int, sign: int,
) -> int:  # fmt: skip
    """Open (1) or close (−1) a site; give how many points are left out then."""
    alone = 1 if sign > 0 else 0
    score[j] = 0
    for t in range(by_start[j], by_start[j + 1]):
        i = by_point[t]
        count[i] += sign
        if sign < 0:
            who[i] ^= j
        if count[i] == alone:
            for s in range(start[i], start[i + 1]):
                other = site[s]
                fresh[other] = 1
                if other != j:
                    score[other] -= sign * weight[i]
            score[j] += weight[i]
            if sign > 0:
                left -= 1
                tail = out[left]
                out[at[i]], at[tail], at[i] = tail, at[i], -1
            else:
                out[left], at[i] = i, left
                left += 1
        elif count[i] == alone + 1:
            score[who[i]] -= sign * weight[i]
            fresh[who[i]] = 1
        if sign > 0:
            who[i] ^= j
    return left
