"""The number of a tile in an archive: zoom by zoom along a Hilbert curve (PMTiles 3, "tile ids")."""

import numpy as np

from geo.layers.boxtree import hilbert
from geo.tiling.kernel import F64, I64

_DEPTH = 24
"""Things are sorted along a curve through the tiles of this zoom."""


def tile_ids(z: int, x: I64, y: I64) -> I64:
    """Give the numbers of tiles of one zoom.

    Examples
    --------
    >>> tile_ids(1, np.array([0, 0, 1, 1]), np.array([0, 1, 1, 0])).tolist()
    [1, 2, 3, 4]
    """
    return (
        hilbert(z, np.asarray(x, dtype=np.int64), np.asarray(y, dtype=np.int64))
        + ((1 << 2 * z) - 1) // 3
    )


def tile_id(z: int, x: int, y: int) -> int:
    """Give the number of one tile.

    Examples
    --------
    >>> tile_id(1, 1, 0)
    4
    """
    number, side = ((1 << 2 * z) - 1) // 3, (1 << z) >> 1
    while side:
        right, lower = bool(x & side), bool(y & side)
        number += side * side * ((3 * right) ^ lower)
        if not lower:
            if right:
                x, y = side - 1 - x, side - 1 - y
            x, y = y, x
        side >>= 1
    return number


def along_a_curve(boxes: F64, numbers: I64) -> I64:
    """Give the order in which boxes lie along a Hilbert curve; in one place, by their numbers."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    x, y = np.clip(middle * 2**_DEPTH, 0, 2**_DEPTH - 1).astype(np.int64).T
    return np.lexsort((numbers, tile_ids(_DEPTH, x, y))).astype(np.int64)
