"""What hangs together: the connected parts of a small graph."""

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.parcelling.sides import Ints


def parts(n: int, pairs: npt.NDArray[np.int32]) -> Ints:
    """Number the parts of a graph by their first unit, (n,)."""
    label: Ints = _parts(n, np.ascontiguousarray(pairs, dtype=np.int32).reshape(-1, 2))
    return label


@njit(cache=True, nogil=True)
def _parts(n: int, pairs: npt.NDArray[np.int32]) -> Ints:
    up = np.arange(n)
    for e in range(len(pairs)):
        a, b = pairs[e, 0], pairs[e, 1]
        while up[a] != a:
            up[a] = up[up[a]]
            a = up[a]
        while up[b] != b:
            up[b] = up[up[b]]
            b = up[b]
        if a < b:
            up[b] = a
        else:
            up[a] = b
    label = np.empty(n, dtype=np.int64)
    count = 0
    for i in range(n):
        root = i
        while up[root] != root:
            root = up[root]
        if root == i:
            label[i] = count
            count += 1
        else:
            label[i] = label[root]
    return label
