"""Whether a few sites can reach everyone: exhaustive search for small p.

Branch on a point that the fewest sites reach, one branch a site. A branch is cut when more
points than sites are left that no two share a site (a packing), or when even the widest
sites together do not reach as many points as are left. Sets are bits in words.
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.siting.costs import Bools, Ints, Longs

Bits = npt.NDArray[np.uint64]

UNDECIDED, DONE, HOPELESS = -1, -2, -1


def reach_all(table: Bools, p: int, most: int) -> tuple[int, Ints]:
    """Look for p sites that reach every point.

    Parameters
    ----------
    table : (n, m) bool
        Whether a site reaches a point.
    most : int
        Branches tried before giving up.

    Returns
    -------
    (int, sites)
        How many sites are used, and which; 0 when there is no cover; UNDECIDED.
    """
    chosen = np.zeros(p, dtype=np.int32)
    used = int(_search(words(table), words(table.T), p, most, chosen))
    return used, chosen[: max(used, 0)]


def words(table: Bools) -> Bits:
    """Rows of yes and no as bits, 64 a word."""
    n, m = table.shape
    wide = np.zeros((n, (m + 63) // 64 * 64), dtype=np.uint8)
    wide[:, :m] = table
    return np.packbits(wide, axis=1, bitorder="little").view(np.uint64)


@njit(cache=True, nogil=True)
def _count(x: np.uint64) -> int:
    """How many bits are set (Warren, Hacker's Delight)."""
    x = x - ((x >> np.uint64(1)) & np.uint64(0x5555555555555555))
    x = (x & np.uint64(0x3333333333333333)) + ((x >> np.uint64(2)) & np.uint64(0x3333333333333333))
    x = (x + (x >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return int((x * np.uint64(0x0101010101010101)) >> np.uint64(56))


@njit(cache=True, nogil=True)
def _search(by_point: Bits, by_site: Bits, p: int, most: int, chosen: Ints) -> int:
    n, m = len(by_point), len(by_site)
    bare = np.zeros((p + 1, by_site.shape[1]), dtype=np.uint64)  # unreached at a depth
    live = np.zeros((p + 1, by_point.shape[1]), dtype=np.uint64)  # sites not yet tried there
    for i in range(n):
        bare[0, i >> 6] |= np.uint64(1) << np.uint64(i & 63)
    for j in range(m):
        live[0, j >> 6] |= np.uint64(1) << np.uint64(j & 63)
    point = np.full(p + 1, HOPELESS, dtype=np.int64)
    turn = np.zeros(p + 1, dtype=np.int64)
    depth = 0
    point[0] = _narrowest(by_point, by_site, bare[0], live[0], p)
    while depth >= 0:
        if point[depth] == DONE:
            return depth
        j = m
        if point[depth] >= 0:
            j = turn[depth]
            while j < m and not _has(by_point[point[depth]], live[depth], j):
                j += 1
        if j == m:
            depth -= 1
            continue
        most -= 1
        if most < 0:
            return UNDECIDED
        turn[depth], chosen[depth] = j + 1, j
        live[depth, j >> 6] &= ~(np.uint64(1) << np.uint64(j & 63))
        live[depth + 1] = live[depth]
        bare[depth + 1] = bare[depth] & ~by_site[j]
        depth += 1
        turn[depth] = 0
        point[depth] = _narrowest(by_point, by_site, bare[depth], live[depth], p - depth)
    return 0


@njit(cache=True, nogil=True)
def _has(row: Bits, live: Bits, j: int) -> bool:
    return bool((row[j >> 6] & live[j >> 6]) >> np.uint64(j & 63) & np.uint64(1))


@njit(cache=True, nogil=True)
def _narrowest(by_point: Bits, by_site: Bits, bare: Bits, live: Bits, left: int) -> int:
    """The unreached point that fewest live sites reach; DONE or HOPELESS."""
    n, m = len(by_point), len(by_site)
    total = 0
    for w in bare:
        total += _count(w)
    if total == 0:
        return DONE
    if left == 0:
        return HOPELESS
    width = np.zeros(m, dtype=np.int64)
    for j in range(m):
        if (live[j >> 6] >> np.uint64(j & 63)) & np.uint64(1):
            for w in range(len(bare)):
                width[j] += _count(by_site[j, w] & bare[w])
    width = np.sort(width)
    if width[max(m - left, 0) :].sum() < total:
        return HOPELESS
    count = np.full(n, m + 1, dtype=np.int64)
    for i in range(n):
        if (bare[i >> 6] >> np.uint64(i & 63)) & np.uint64(1):
            count[i] = 0
            for w in range(len(live)):
                count[i] += _count(by_point[i, w] & live[w])
    best = int(np.argmin(count))
    if count[best] == 0 or _packed(by_point, live, count, m, left):
        return HOPELESS
    return best


@njit(cache=True, nogil=True)
def _packed(by_point: Bits, live: Bits, count: Longs, m: int, left: int) -> bool:
    """Whether more than `left` unreached points share no live site, narrowest first."""
    used = np.zeros(len(live), dtype=np.uint64)
    found = 0
    for i in np.argsort(count):
        if count[i] > m:
            return False
        clash = np.uint64(0)
        for w in range(len(live)):
            clash |= by_point[i, w] & used[w]
        if clash == 0:
            found += 1
            if found > left:
                return True
            for w in range(len(live)):
                used[w] |= by_point[i, w] & live[w]
    return False
