"""Boxes of things by number, in an index that takes new ones in place."""

from threading import Lock
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo.asking.systems import Window
from geo.layers import boxtree
from geo.layers.boxtree import Boxes, Numbers, Tree

MOST_BESIDE = 2000
"""So many boxes are looked through one by one before the tree is built anew with them."""


class _State(NamedTuple):
    """A tree, the numbers of its boxes, and boxes that came since."""

    tree: Tree
    numbers: Numbers
    new: Boxes
    new_numbers: Numbers


class BoxTree:
    """Finds numbers by box; what is added is found at once. Safe to share between threads."""

    def __init__(self, numbers: Numbers, boxes: Boxes) -> None:
        self._lock = Lock()
        self._state = _grown(numbers, boxes)

    def add(self, numbers: Numbers, boxes: Boxes) -> None:
        """Take in boxes."""
        with self._lock:
            old = self._state
            new = np.concatenate([old.new, boxes])
            new_numbers = np.concatenate([old.new_numbers, numbers])
            if len(new) > MOST_BESIDE:
                low = np.empty_like(old.tree.boxes[: len(old.numbers)])
                low[old.tree.order] = old.tree.boxes[: len(old.numbers)]
                self._state = _grown(
                    np.concatenate([old.numbers, new_numbers]), np.concatenate([low, new])
                )
            else:
                self._state = old._replace(new=new, new_numbers=new_numbers)

    def hits(self, window: Window) -> Numbers:
        """Give the numbers of all boxes that touch a window, in no order.

        A number with several boxes may come several times.
        """
        tree, numbers, new, new_numbers = self._state
        found = numbers[boxtree.touching(*tree, np.array(window, dtype=np.float64))]
        if not len(new):
            return found
        west, south, east, north = window
        near = (new[:, :2] <= (east, north)).all(axis=1) & (new[:, 2:] >= (west, south)).all(axis=1)
        return np.concatenate([found, new_numbers[near]])


def _grown(numbers: Numbers, boxes: Boxes) -> _State:
    numbers = np.asarray(numbers, dtype=np.int64)
    none = np.empty((0, 4)), np.empty(0, dtype=np.int64)
    return _State(boxtree.tree(boxes), numbers, *none)


class RowAt(NamedTuple):
    """The row of each number from a first one on; -1 where there is none."""

    rows: npt.NDArray[np.int32]
    first: int


def row_at(numbers: Numbers) -> RowAt:
    """Give where the row of each number is; numbers that were given out together lie together."""
    first = int(numbers.min(initial=np.iinfo(np.int64).max)) if len(numbers) else 0
    made = np.full(int(numbers.max(initial=first - 1)) - first + 1, -1, dtype=np.int32)
    made[numbers - first] = np.arange(len(numbers))
    return RowAt(made, first)


def rows_there(hits: Numbers, at: RowAt, boxes: Boxes, window: Window) -> Numbers:
    """Give the rows of numbers, in their order and each once, whose boxes touch a window."""
    rows = _there(hits, *at, boxes, np.array(window, dtype=np.float64))
    rows.sort()
    twice = rows[1:] == rows[:-1]
    return np.unique(rows) if twice.any() else rows


@boxtree.compiled
def _there(
    hits: Numbers, rows: npt.NDArray[np.int32], first: int, boxes: Boxes, window: Boxes
) -> Numbers:
    west, south, east, north = window[0], window[1], window[2], window[3]
    found, count = np.empty(len(hits), dtype=np.int64), 0
    for number in hits:
        row = rows[number - first] if 0 <= number - first < len(rows) else -1
        if (
            row >= 0
            and boxes[row, 0] <= east
            and boxes[row, 2] >= west
            and boxes[row, 1] <= north
            and boxes[row, 3] >= south
        ):
            found[count] = row
            count += 1
    return found[:count]
