"""Boxes of things by number, in an index that takes new ones in place (R-tree, Guttman 1984)."""

from threading import Lock
from typing import Any

import numpy as np
import numpy.typing as npt
from rtree.index import Index, Property

from geo.asking.systems import Window

Boxes = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


class BoxTree:
    """Finds numbers by box; what is added is found at once. Safe to share between threads."""

    def __init__(self, numbers: Numbers, boxes: Boxes) -> None:
        self._lock = Lock()
        settings = Property(leaf_capacity=64, index_capacity=64, fill_factor=0.9)
        sides = np.ascontiguousarray(boxes[:, :2]), np.ascontiguousarray(boxes[:, 2:])
        planted = ((numbers, *sides),) if len(boxes) else ()
        self._tree = Index(*planted, properties=settings)

    def add(self, numbers: Numbers, boxes: Boxes) -> None:
        """Take in boxes."""
        with self._lock:
            for number, box in zip(numbers.tolist(), boxes.tolist(), strict=True):
                self._tree.insert(number, box)

    def hits(self, window: Window) -> Numbers:
        """Give the numbers of all boxes that touch a window, in no order."""
        low, high = np.array([window[:2]]), np.array([window[2:]])
        with self._lock:
            found: tuple[Numbers, Any] = self._tree.intersection_v(low, high)  # type: ignore[no-untyped-call]
        return found[0]
