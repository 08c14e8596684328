"""How alike two plans are, whatever their groups are called."""

import numpy as np
from scipy.optimize import linear_sum_assignment
from scipy.sparse import coo_matrix

from geo.grouping.problem import Ints


def matched(before: Ints, after: Ints) -> Ints:
    """Number the groups of one plan like those of another, so that the fewest units move.

    Units that had no group before (−1) do not count. Groups that meet no older one take the
    numbers that are left, then new ones.
    """
    k = int(max(before.max(), after.max())) + 1
    known = before >= 0
    together = np.zeros((k, k))
    np.add.at(together, (after[known], before[known]), 1.0)
    rows, columns = linear_sum_assignment(-together)
    number = np.empty(k, dtype=np.int32)
    number[rows] = columns
    return number[after]


def moved(before: Ints, after: Ints) -> int:
    """Count the fewest units that must change their group to get from one plan to the other.

    Examples
    --------
    >>> import numpy as np
    >>> moved(np.array([0, 0, 1, 1]), np.array([1, 1, 1, 0]))
    1
    """
    return int(((matched(before, after) != before) & (before >= 0)).sum())


def pairs_in_common(a: Ints, b: Ints) -> float:
    """Give the share of pairs that are together in both plans, of those together in either.

    The index of Jaccard (1901) on pairs of members; 1 for equal plans, also when nobody is
    with anybody.
    """
    both = coo_matrix((np.ones(len(a)), (a, b))).toarray()
    together = _pairs(both).sum()
    either = _pairs(both.sum(axis=1)).sum() + _pairs(both.sum(axis=0)).sum() - together
    return float(together / either) if either else 1.0


def _pairs(
    counts: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    return counts * (counts - 1) / 2
