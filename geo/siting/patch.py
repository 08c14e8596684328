"""The cheapest sites that reach a patch of at most 64 points: small, exact, in whole numbers.

Points are bits of a word. Depth first: branch on the point that the fewest sites may still
serve; dual ascent on the points left out (Fisher & Kedia 1990) bounds from below and strikes
out sites that are too dear.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.siting.costs import Longs

Masks = npt.NDArray[np.uint64]

PATCH = 64
"""Most points of a patch."""
NONE, TIRED = -1, -2
"""Instead of how many sites: nothing is cheaper; too many branches to tell."""
FAR = 1 << 60


@njit(cache=True, nogil=True)
def cheapest(  # noqa: PLR0917 — one compiled search over plain arrays
    mask: Masks, cost: Longs, m: int, n: int, best: int, most: int, picked: Longs
) -> tuple[int, int]:
    """Find sites that reach all of a patch and cost less than `best` together.

    Parameters
    ----------
    mask, cost : (≥ m,)
        Points of each site, as bits; its cost, whole and ≥ 0.
    n : int
        Points of the patch.
    most : int
        Branches tried before giving up.
    picked : (≥ n + 1,) int
        Takes the sites.

    Returns
    -------
    (int, int)
        The least cost, and how many sites; `best` and NONE where nothing is cheaper; the least
        cost seen and TIRED where the search gave up.
    """
    bare = np.zeros(n + 2, dtype=np.uint64)
    for i in range(n):
        bare[0] |= np.uint64(1) << np.uint64(i)
    start, column = _by_point(mask, m, n)
    order = np.argsort(start[1:] - start[:-1], kind="mergesort")
    rest, struck = np.empty(m, dtype=np.int64), np.zeros(m, dtype=np.int64)
    paid = np.zeros(n + 2, dtype=np.int64)
    child, wide = np.empty((n + 2, m), dtype=np.int64), np.zeros(n + 2, dtype=np.int64)
    turn, path = np.zeros(n + 2, dtype=np.int64), np.zeros(n + 2, dtype=np.int64)
    found, depth = NONE, 0
    wide[0] = _branches(start, column, order, cost, struck, bare[0], rest, best, child[0])
    while depth >= 0:
        if turn[depth] == wide[depth]:
            depth -= 1
            if depth >= 0:  # what was tried below stays struck out until this point is done
                turn[depth] += 1
            for j in range(m):
                if struck[j] > depth + 1:
                    struck[j] = 0
            continue
        most -= 1
        if most < 0:
            return best, TIRED
        j = child[depth, turn[depth]]
        struck[j], path[depth] = depth + 1, j
        value, left = paid[depth] + cost[j], bare[depth] & ~mask[j]
        if left == 0:
            if value < best:
                best, found = value, depth + 1
                picked[: depth + 1] = path[: depth + 1]
            turn[depth] += 1
            continue
        depth += 1
        bare[depth], paid[depth], turn[depth] = left, value, 0
        wide[depth] = _branches(
            start, column, order, cost, struck, left, rest, best - value, child[depth]
        )
    return best, found


@njit(cache=True, nogil=True)
def _by_point(mask: Masks, m: int, n: int) -> tuple[Longs, Longs]:
    start = np.zeros(n + 1, dtype=np.int64)
    for i in range(n):
        for j in range(m):
            start[i + 1] += np.int64((mask[j] >> np.uint64(i)) & np.uint64(1))
        start[i + 1] += start[i]
    column, at = np.empty(start[n], dtype=np.int64), 0
    for i in range(n):
        for j in range(m):
            if (mask[j] >> np.uint64(i)) & np.uint64(1):
                column[at] = j
                at += 1
    return start, column


@njit(cache=True, nogil=True)
def _branches(  # noqa: PLR0917
    start: Longs, column: Longs, order: Longs, cost: Longs, struck: Longs, bare: np.uint64,
    rest: Longs, room: int, into: Longs,
) -> int:  # fmt: skip
    """Sites to be tried for the point with the fewest, cheapest first; how many (0: hopeless)."""
    for j in range(len(rest)):
        rest[j] = cost[j] if struck[j] == 0 else FAR
    total = _charged(start, column, order, bare, rest, room)
    at = -1 if total >= room else _narrowest(start, column, order, bare, rest, room - total)
    count = 0
    if at < 0:
        return 0
    for t in range(start[at], start[at + 1]):
        j = column[t]
        if total + rest[j] < room:
            k = count
            while k > 0 and rest[into[k - 1]] > rest[j]:
                into[k] = into[k - 1]
                k -= 1
            into[k] = j
            count += 1
    return count


@njit(cache=True, nogil=True)
def _charged(  # noqa: PLR0917
    start: Longs, column: Longs, order: Longs, bare: np.uint64, rest: Longs, room: int
) -> int:
    """Let points left out pay for their sites in turn; what they pay, FAR where one has none.

    `rest` is what is left to pay for each site.
    """
    total = 0
    for i in order:
        if not (bare >> np.uint64(i)) & np.uint64(1):
            continue
        least = FAR
        for t in range(start[i], start[i + 1]):
            least = min(least, rest[column[t]])
        if least == FAR or total + least >= room:
            return FAR
        total += least
        for t in range(start[i], start[i + 1]):
            if least > 0 and rest[column[t]] < FAR:
                rest[column[t]] -= least
    return total


@njit(cache=True, nogil=True)
def _narrowest(  # noqa: PLR0917
    start: Longs, column: Longs, order: Longs, bare: np.uint64, rest: Longs, room: int
) -> int:
    """The point left out that fewest sites can serve for less than `room`."""
    fewest, at = len(rest) + 1, -1
    for i in order:
        if (bare >> np.uint64(i)) & np.uint64(1):
            count = 0
            for t in range(start[i], start[i + 1]):
                count += rest[column[t]] < room
            if count < fewest:
                fewest, at = count, i
    return int(at)
