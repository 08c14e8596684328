"""Order places along a Hilbert curve, so that neighbours in the plane are neighbours in memory.

Source: D. Hilbert 1891; the bitwise form after J. Skilling 2004, "Programming the Hilbert
curve", here for two dimensions.
"""

import numpy as np

from geo.network.kernel import F64, I64

_BITS = 16


def order(x_m: F64, y_m: F64) -> I64:
    """Give the positions of points in the order in which the curve meets them."""
    if not len(x_m):
        return np.empty(0, dtype=np.int64)
    west, south = x_m.min(), y_m.min()
    span = max(float(np.ptp(x_m)), float(np.ptp(y_m)), 1e-9)
    scale = (2**_BITS - 1) / span
    x = ((x_m - west) * scale).astype(np.int64)
    y = ((y_m - south) * scale).astype(np.int64)
    return np.argsort(_distance(x, y), kind="stable").astype(np.int64)


def _distance(x: I64, y: I64) -> I64:
    far = np.zeros(len(x), dtype=np.int64)
    side = 2 ** (_BITS - 1)
    while side:
        right = (x & side) > 0
        upper = (y & side) > 0
        far += side * side * ((3 * right) ^ upper)
        flip = ~upper & right
        x = np.where(flip, 2**_BITS - 1 - x, x)
        y = np.where(flip, 2**_BITS - 1 - y, y)
        x, y = np.where(upper, x, y), np.where(upper, y, x)
        side //= 2
    return far
