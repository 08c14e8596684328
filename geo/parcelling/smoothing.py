"""Ground without buildings goes where it makes borders shorter."""

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.parcelling.cells import TOUCH_M, Cells
from geo.parcelling.sides import Bools, Floats, Ints

ROUNDS = 6
I32 = npt.NDArray[np.int32]


def smoothed(own: Cells, label: Ints) -> Ints:
    """Hand faces on which no building stands to the neighbouring group they share more border with.

    Borders are weighed by what they run along, so that they settle on streets, water and
    walls. Every group stays connected.

    Parameters
    ----------
    own : Cells
    label : (f,) int
        The group of every face.
    """
    ends = np.concatenate([own.sides, own.sides[:, ::-1]])
    order = np.lexsort((ends[:, 1], ends[:, 0]))
    start = np.searchsorted(ends[order, 0], np.arange(len(label) + 1))
    wide = np.tile(own.side_m > TOUCH_M, 2)[order]
    cost = np.tile(own.side_cost, 2)[order]
    given = label.astype(np.int64).copy()
    _smooth(start, ends[order, 1].astype(np.int64), wide, cost, own.stands, given)
    return given


@njit(cache=True, nogil=True)
def _smooth(  # noqa: PLR0917
    start: Ints, other: Ints, wide: Bools, cost: Floats, stands: Bools, label: Ints
) -> None:
    groups = label.max() + 1
    for _ in range(ROUNDS):
        moved = False
        for f in range(len(label)):
            if stands[f]:
                continue
            length, touch = np.zeros(groups), np.zeros(groups, dtype=np.bool_)
            for e in range(start[f], start[f + 1]):
                length[label[other[e]]] += cost[e]
                touch[label[other[e]]] |= wide[e]
            length[~touch] = 0.0
            best = length.argmax()
            if length[best] <= length[label[f]] + 1e-6 or not touch[best]:
                continue
            if _stays(start, other, wide, label, f):
                label[f] = best
                moved = True
        if not moved:
            return


@njit(cache=True, nogil=True)
def _stays(start: Ints, other: Ints, wide: Bools, label: Ints, f: int) -> bool:
    """Say whether the group of a face hangs together without it."""
    first = -1
    for e in range(start[f], start[f + 1]):
        if wide[e] and label[other[e]] == label[f]:
            first = other[e]
    if first < 0:
        return False
    seen = np.zeros(len(label), dtype=np.bool_)
    seen[f], seen[first] = True, True
    stack = [first]
    while len(stack) > 0:
        u = stack.pop()
        for e in range(start[u], start[u + 1]):
            v = other[e]
            if wide[e] and label[v] == label[f] and not seen[v]:
                seen[v] = True
                stack.append(v)
    for e in range(start[f], start[f + 1]):
        if label[other[e]] == label[f] and not seen[other[e]]:
            return False
    return True
