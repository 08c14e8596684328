"""Fewest sites that reach every point (Toregas et al. 1971), and whether p can.

Reductions first (Toregas & ReVelle 1973): a point that is reached whenever another is may be
left out; a site that reaches no more than another may be left out; the only site of a point
opens. What is left falls into parts and goes to HiGHS.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from geo.layers import Clock
from geo.siting import few, mip
from geo.siting.costs import Floats, Ints, Rows

PRODUCT = 60_000_000
"""Largest number of pairs that a search for dominated rows may look at."""


FEW, BRANCHES = 12, 1_000_000
"""Up to so many sites an exhaustive search is tried first, for so many branches."""


@dataclass(frozen=True, slots=True)
class Cover:
    """Sites found (None when none were), and a true bound on how few can do."""

    chosen: Ints | None
    bound: int


def incidence(rows: Rows, m: int) -> sparse.csr_matrix:
    """Points × sites, 1 where the site reaches the point."""
    ones = np.ones(len(rows.site), dtype=np.int32)
    return sparse.csr_matrix((ones, rows.site, rows.start), shape=(len(rows.start) - 1, m))


def reduced(matrix: sparse.csr_matrix) -> tuple[sparse.csr_matrix, Ints, Ints]:
    """Apply the reductions until nothing changes.

    Returns
    -------
    (csr_matrix, sites, forced)
        What is left, the positions of its sites, and the sites that must open.
    """
    sites = np.arange(matrix.shape[1])
    forced: list[int] = []
    while True:
        before = matrix.shape
        lonely = np.asarray(matrix.sum(axis=1)).ravel() == 1
        only = np.unique(matrix[lonely].indices)
        forced.extend(sites[only].tolist())
        open_rows = np.asarray(matrix[:, only].sum(axis=1)).ravel() == 0
        matrix = matrix[open_rows]
        rows = _undominated(matrix, keep="small")
        matrix = matrix[rows]
        columns = _undominated(matrix.T.tocsr(), keep="large")
        matrix, sites = matrix[:, columns].tocsr(), sites[columns]
        if matrix.shape == before or min(matrix.shape) == 0:
            return matrix, sites.astype(np.int32), np.array(forced, dtype=np.int32)


def _undominated(matrix: sparse.csr_matrix, *, keep: str) -> Ints:
    """Rows that matter: the smallest sets of a chain, or the largest; the first of equals."""
    size = np.asarray(matrix.sum(axis=1)).ravel().astype(np.int64)
    pairs = int((np.asarray(matrix.sum(axis=0)).ravel().astype(np.int64) ** 2).sum())
    alive = np.ones(len(size), dtype=bool)
    if keep == "large":
        alive &= size > 0
    if pairs <= PRODUCT:
        shared = (matrix @ matrix.T).tocoo()
        a, b, both = shared.row, shared.col, shared.data
        inside = (both == size[a]) & (a != b) & ((size[a] < size[b]) | (a > b))
        if keep == "small":
            outer = (both == size[b]) & (a != b) & ((size[b] < size[a]) | (b < a))
            alive[a[outer]] = False
        else:
            alive[a[inside]] = False
    return np.flatnonzero(alive).astype(np.int32)


def fewest(  # noqa: PLR0911
    rows: Rows, m: int, clock: Clock, *, most: int | None = None, start: Ints | None = None
) -> Cover:
    """Find the fewest sites that reach every point.

    Parameters
    ----------
    most : int, optional
        Only ask whether so many can do: `chosen` is then any such cover or None, and a
        `bound` above `most` proves that none exists.
    start : sites, optional
        A cover to begin with.
    """
    if np.any(np.diff(rows.start) == 0):
        return Cover(None, m + 1)
    matrix, sites, forced = reduced(incidence(rows, m))
    if min(matrix.shape) == 0:
        return Cover(np.sort(forced), len(forced))
    room = None if most is None else most - len(forced)
    if room is not None and room <= 0:
        return Cover(None, len(forced) + 1)
    if room is not None and room <= FEW:
        used, chosen = few.reach_all(matrix.toarray() > 0, room, BRANCHES)
        if used == 0:
            return Cover(None, len(forced) + room + 1)
        if used > 0:
            found = np.concatenate([forced, sites[chosen]])
            return Cover(np.sort(found).astype(np.int32), len(forced) + 1)
    limit_s = None if room is None else clock.left() / 3
    outcome = mip.run(
        _model(matrix, room), clock, start=_guess(matrix, sites, start), limit_s=limit_s
    )
    if outcome.infeasible and most is not None:
        return Cover(None, most + 1)
    bound = len(forced) + max(
        1, int(np.ceil(outcome.bound - 1e-6)) if np.isfinite(outcome.bound) else 1
    )
    if outcome.x is None:
        return Cover(None, bound)
    return Cover(np.sort(np.concatenate([forced, sites[outcome.x > 0.5]])).astype(np.int32), bound)


def _model(matrix: sparse.csr_matrix, room: int | None) -> mip.Model:
    n, m = matrix.shape
    lower, upper = np.ones(n), np.full(n, np.inf)
    if room is not None:
        matrix = sparse.vstack([matrix, sparse.csr_matrix(np.ones((1, m)))]).tocsr()
        lower, upper = np.append(lower, 0.0), np.append(upper, room)
    aim = None if room is None else float(room)
    return mip.Model(
        np.ones(m), matrix, lower, upper, np.zeros(m), np.ones(m), np.ones(m, dtype=bool), aim
    )


def _guess(matrix: sparse.csr_matrix, sites: Ints, start: Ints | None) -> Floats | None:
    if start is None:
        return None
    guess = np.isin(sites, start).astype(np.float64)
    return guess if np.all(matrix @ guess >= 1) else None
