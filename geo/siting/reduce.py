"""What may be left out of a covering question without changing its answer.

A point that is reached whenever another is, a site that reaches no more than another, and the
choice about the only site of a point (Toregas & ReVelle 1973, "Binary logic solutions to a
class of location problem").
"""

import numpy as np
from numba import njit
from scipy import sparse

from geo.siting.costs import Bools, Ints, Longs
from geo.siting.few import Bits

ROOM = 300_000_000
"""Bytes that the bits of a question may take; larger ones go on as they are."""


def reduced(matrix: sparse.csr_matrix) -> tuple[sparse.csr_matrix, Ints, Ints]:
    """Apply the reductions until nothing changes.

    Parameters
    ----------
    matrix : points × sites
        1 where the site reaches the point.

    Returns
    -------
    (csr_matrix, sites, forced)
        What is left, the positions of its sites, and the sites that must open.
    """
    sites = np.arange(matrix.shape[1])
    forced: list[int] = []
    while min(matrix.shape) > 0:
        before = matrix.shape
        only = np.unique(matrix[np.diff(matrix.indptr) == 1].indices)
        forced.extend(sites[only].tolist())
        matrix = matrix[np.asarray(matrix[:, only].sum(axis=1)).ravel() == 0]
        matrix = matrix[_smallest(matrix)].tocsr()
        columns = _largest(matrix.T.tocsr())
        matrix, sites = matrix[:, columns].tocsr(), sites[columns]
        if matrix.shape == before:
            break
    return matrix, sites.astype(np.int32), np.array(forced, dtype=np.int32)


def _smallest(matrix: sparse.csr_matrix) -> Ints:
    """Rows that contain no other row; the first of equals."""
    return _undominated(matrix, within=True)


def _largest(matrix: sparse.csr_matrix) -> Ints:
    """Rows with something in them that are within no other row; the first of equals."""
    return _undominated(matrix, within=False)


def _undominated(matrix: sparse.csr_matrix, *, within: bool) -> Ints:
    n, m = matrix.shape
    size = np.diff(matrix.indptr).astype(np.int64)
    alive = np.ones(n, dtype=bool) if within else size > 0
    if n * m // 8 <= ROOM and min(n, m) > 0:
        other = matrix.T.tocsr()
        row, column = matrix.indptr.astype(np.int64), other.indptr.astype(np.int64)
        bits = _bits(row, matrix.indices.astype(np.int32), m)
        order = np.argsort(size, kind="stable").astype(np.int32)
        _cross_out(
            row, matrix.indices.astype(np.int32), column, other.indices.astype(np.int32),
            bits, order, alive, within,
        )  # fmt: skip
    return np.flatnonzero(alive).astype(np.int32)


@njit(cache=True, nogil=True)
def _bits(start: Longs, site: Ints, m: int) -> Bits:
    bits = np.zeros((len(start) - 1, (m + 63) // 64), dtype=np.uint64)
    for i in range(len(start) - 1):
        for t in range(start[i], start[i + 1]):
            bits[i, site[t] >> 6] |= np.uint64(1) << np.uint64(site[t] & 63)
    return bits


@njit(cache=True, nogil=True)
def _cross_out(  # noqa: PLR0917 — one compiled loop over plain arrays
    start: Longs, site: Ints, by_start: Longs, by_row: Ints, bits: Bits, order: Ints,
    alive: Bools, within: bool,
) -> None:  # fmt: skip
    """Cross out rows that contain another (`within`), or that lie within another.

    Whoever contains row b holds b's rarest element too, so only those are looked at.
    """
    for b in order:
        if not alive[b]:
            continue
        size = start[b + 1] - start[b]
        if size == 0:
            continue
        rare = _rarest(start, site, by_start, b)
        for t in range(by_start[rare], by_start[rare + 1]):
            a = by_row[t]
            wide = start[a + 1] - start[a]
            if a == b or not alive[a] or wide < size:
                continue
            equal = wide == size
            if equal and (a < b) == within:
                continue
            if not _inside(bits[b], bits[a]):
                continue
            if within:
                alive[a] = False
            else:
                alive[b] = False
                break


@njit(cache=True, nogil=True)
def _rarest(start: Longs, site: Ints, by_start: Longs, b: int) -> int:
    rare = int(site[start[b]])
    for t in range(start[b], start[b + 1]):
        j = site[t]
        if by_start[j + 1] - by_start[j] < by_start[rare + 1] - by_start[rare]:
            rare = int(j)
    return rare


@njit(cache=True, nogil=True)
def _inside(small: Bits, large: Bits) -> bool:
    w = 0
    while w < len(small) and not small[w] & ~large[w]:
        w += 1
    return w == len(small)
