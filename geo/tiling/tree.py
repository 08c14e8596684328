"""Boxes of features in the order in which they lie, and what touches a box.

Features that follow each other lie near each other (`along_a_curve`), so that boxes around so
many of them, and around so many of these, make a tree without any pointer (I. Kamel,
C. Faloutsos 1993, packed Hilbert R-tree).
"""

from typing import NamedTuple

import numpy as np

from geo.tiling.hilbert import tile_ids
from geo.tiling.kernel import F64, I64, compiled

_WIDE = 16
"""So many boxes are held by one box."""
_DEPTH = 24
"""A curve through the tiles of this zoom."""


class Tree(NamedTuple):
    """Boxes level by level, those of the features first; level i begins at ``begins[i]``."""

    boxes: F64
    begins: I64


def along_a_curve(boxes: F64, numbers: I64) -> I64:
    """Give the order in which boxes lie along a Hilbert curve; in one place, by their numbers."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    x, y = np.clip(middle * 2**_DEPTH, 0, 2**_DEPTH - 1).astype(np.int64).T
    return np.lexsort((numbers, tile_ids(_DEPTH, x, y))).astype(np.int64)


def tree(boxes: F64) -> Tree:
    """Build a tree over boxes (n, 4): west, north, east, south."""
    levels = [np.ascontiguousarray(boxes, dtype=np.float64)]
    while len(levels[-1]) > _WIDE:
        below = levels[-1]
        starts = np.arange(0, len(below), _WIDE)
        levels.append(
            np.column_stack(
                [
                    np.minimum.reduceat(below[:, :2], starts),
                    np.maximum.reduceat(below[:, 2:], starts),
                ]
            )
        )
    begins = np.concatenate([[0], np.cumsum([len(level) for level in levels])])
    return Tree(np.concatenate(levels), begins.astype(np.int64))


@compiled
def touching(boxes: F64, begins: I64, west: float, north: float, east: float, south: float) -> I64:
    """Give the positions of the boxes of a tree that touch a box, sorted."""
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
        if (
            boxes[at, 0] > east
            or boxes[at, 2] < west
            or boxes[at, 1] > south
            or boxes[at, 3] < north
        ):
            continue
        if level == 0:
            if count == len(found):
                more = np.empty(4 * count, dtype=np.int64)
                more[:count] = found
                found = more
            found[count] = i
            count += 1
            continue
        last = min((i + 1) * _WIDE, begins[level] - begins[level - 1])
        for child in range(last - 1, i * _WIDE - 1, -1):
            waiting[left], depth[left] = child, level - 1
            left += 1
    return found[:count]
