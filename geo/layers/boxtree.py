"""Boxes that lie near each other held by larger boxes, level by level, without any pointer.

Boxes in the order of a Hilbert curve through their middles; one box around so many of them, and
one around so many of these (I. Kamel, C. Faloutsos 1993, packed Hilbert R-tree).
"""

from collections.abc import Callable
from typing import NamedTuple, TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit

Boxes = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
_Loop = TypeVar("_Loop", bound=Callable[..., object])
_WIDE = 16
"""So many boxes are held by one box."""
_DEPTH = 16
"""The curve passes through squares of which so many times two stand side by side."""


class Tree(NamedTuple):
    """Boxes level by level, the lowest first; level i begins at ``begins[i]``.

    `order` gives for a place of the lowest level which box of those given stands there.
    """

    boxes: Boxes
    begins: Numbers
    order: Numbers


def compiled(loop: _Loop) -> _Loop:
    """Compile a loop over arrays on first use, keep it on disk, and run it without the GIL."""
    return cast(_Loop, njit(cache=True, nogil=True)(loop))


def tree(boxes: Boxes, order: Numbers | None = None) -> Tree:
    """Build a tree over boxes (n, 4): least x, least y, most x, most y.

    Parameters
    ----------
    order : positions, optional
        In which order they follow each other so that neighbours lie near each other; without
        it, that of `along_a_curve`.
    """
    order = along_a_curve(boxes) if order is None else order
    levels = [np.ascontiguousarray(boxes[order], dtype=np.float64).reshape(-1, 4)]
    while len(levels[-1]) > _WIDE:
        below = levels[-1]
        starts = np.arange(0, len(below), _WIDE)
        low = np.fmin.reduceat(below[:, :2], starts)  # what is empty has no box
        levels.append(np.column_stack([low, np.fmax.reduceat(below[:, 2:], starts)]))
    begins = np.concatenate([[0], np.cumsum([len(level) for level in levels])])
    return Tree(np.concatenate(levels), begins.astype(np.int64), order)


def along_a_curve(boxes: Boxes) -> Numbers:
    """Give the order of boxes along a Hilbert curve through the box around all of them."""
    if not len(boxes):
        return np.empty(0, dtype=np.int64)
    middle = np.nan_to_num((boxes[:, :2] + boxes[:, 2:]) / 2)
    low, high = middle.min(axis=0), middle.max(axis=0)
    side = 2**_DEPTH
    told = (middle - low) / np.where(high > low, high - low, 1)
    x, y = np.clip(told * side, 0, side - 1).astype(np.int64).T
    return np.argsort(hilbert(_DEPTH, x, y), kind="stable").astype(np.int64)


def hilbert(depth: int, x: Numbers, y: Numbers) -> Numbers:
    """Give the numbers of squares along a Hilbert curve through ``2**depth`` times as many.

    Examples
    --------
    >>> hilbert(1, np.array([0, 0, 1, 1]), np.array([0, 1, 1, 0])).tolist()
    [0, 1, 2, 3]
    """
    number, side = np.zeros(x.shape, dtype=np.int64), (1 << depth) >> 1
    while side:
        right, lower = (x & side) > 0, (y & side) > 0
        number += side * side * ((3 * right) ^ lower)
        flip = ~lower & right
        x, y = np.where(flip, side - 1 - x, x), np.where(flip, side - 1 - y, y)
        x, y = np.where(lower, x, y), np.where(lower, y, x)
        side >>= 1
    return number


@compiled
def touching(boxes: Boxes, begins: Numbers, order: Numbers, window: Boxes) -> Numbers:
    """Give which boxes of a tree touch one (least x, least y, most x, most y), in the order of the tree."""
    west, south, east, north = window[0], window[1], window[2], window[3]
    top = len(begins) - 2
    found, count = np.empty(64, dtype=np.int64), 0
    waiting = np.empty((top + 2) * (_WIDE + 1), dtype=np.int64)
    depth = np.empty(len(waiting), dtype=np.int64)
    left = 0
    for i in range(begins[top + 1] - begins[top] - 1, -1, -1):
        waiting[left], depth[left] = i, top
        left += 1
    while left > 0:
        left -= 1
        i, level = waiting[left], depth[left]
        at = begins[level] + i
        if not (
            boxes[at, 0] <= east
            and boxes[at, 2] >= west
            and boxes[at, 1] <= north
            and boxes[at, 3] >= south
        ):
            continue
        if level == 0:
            if count == len(found):
                more = np.empty(4 * count, dtype=np.int64)
                more[:count] = found
                found = more
            found[count] = order[i]
            count += 1
            continue
        last = min((i + 1) * _WIDE, begins[level] - begins[level - 1])
        for child in range(last - 1, i * _WIDE - 1, -1):
            waiting[left], depth[left] = child, level - 1
            left += 1
    return found[:count]
