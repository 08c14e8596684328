"""The line round everything below a level: marching squares on a grid of numbers.

W. E. Lorensen, H. E. Cline 1987 ("Marching cubes"), in the plane. Every side of a square
that the line crosses has one follower, so the rings are read by walking from side to side;
what is inside lies on the left. Corners that touch only diagonally stay apart.
"""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.network.kernel import F64, I32, I64, compiled

XY = tuple[float, float]


def area_below(values: I32, level: int, corner: XY, side_m: float, least_m2: float) -> BaseGeometry:
    """Give the area in which values do not exceed a level.

    Parameters
    ----------
    values : (rows, columns) int
        At the centres of square cells, row 0 in the south. The outermost are above the level.
    level : int
        Upper bound, inside.
    corner : (x, y)
        South-west corner of the first cell, metres.
    side_m : float
        Side of a cell, metres.
    least_m2 : float
        Islands and holes smaller than this are left out.

    Returns
    -------
    Polygon or MultiPolygon
        Valid; empty when nothing is below.
    """
    xy, ring = _rings(values, level)
    if not len(xy):
        return shapely.Polygon()
    xy = np.asarray(corner) + side_m * (xy + 0.5)
    rings = np.asarray(shapely.linearrings(xy, indices=ring), dtype=object)
    rings = rings[shapely.area(shapely.polygons(rings)) >= least_m2]
    area = shapely.build_area(shapely.GeometryCollection(list(rings)))
    plain = shapely.simplify(area, 0.4 * side_m, preserve_topology=False)
    return shapely.make_valid(plain, method="structure", keep_collapsed=False)


@compiled
def _rings(values: I32, level: int) -> tuple[F64, I64]:
    """Give vertices in cells (column, row), and the ring of each."""
    rows, columns = values.shape
    follower = np.full(2 * rows * columns, np.int32(-1), dtype=np.int32)
    count = _follow(values, level, follower)
    xy, ring = np.empty((count, 2)), np.empty(count, dtype=np.int64)
    at, number = 0, 0
    for start in range(len(follower)):
        side = start
        if follower[side] < 0:
            continue
        while follower[side] >= 0:
            xy[at, 0], xy[at, 1] = _crossing(values, level, side)
            ring[at] = number
            at += 1
            following = follower[side]
            follower[side] = -1
            side = following
        number += 1
    return xy, ring


@compiled
def _follow(values: I32, level: int, follower: I32) -> int:
    rows, columns = values.shape
    count = 0
    inside = np.empty(4, dtype=np.bool_)
    sides = np.empty(4, dtype=np.int32)
    for r in range(rows - 1):
        for c in range(columns - 1):
            inside[0], inside[1] = values[r, c] <= level, values[r, c + 1] <= level
            inside[2], inside[3] = values[r + 1, c + 1] <= level, values[r + 1, c] <= level
            if inside[0] == inside[1] == inside[2] == inside[3]:
                continue
            here = 2 * (r * columns + c)
            sides[0], sides[1] = here, here + 3
            sides[2], sides[3] = here + 2 * columns, here + 1
            for i in range(4):
                if inside[i] and not inside[(i + 1) % 4]:
                    j = i
                    while inside[(j + 3) % 4]:
                        j = (j + 3) % 4
                    follower[sides[i]] = sides[(j + 3) % 4]
                    count += 1
    return count


@compiled
def _crossing(values: I32, level: int, side: int) -> XY:
    """Give the point at which the line crosses the side of a square, between two centres."""
    columns = values.shape[1]
    r, c = (side // 2) // columns, (side // 2) % columns
    upwards = side % 2 == 1
    a = np.float64(values[r, c])
    b = np.float64(values[r + 1, c] if upwards else values[r, c + 1])
    t = min(max((level - a) / (b - a), 0.05), 0.95)
    return (float(c), r + t) if upwards else (c + t, float(r))
