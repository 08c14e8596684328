"""Segments in a grid of square cells: the nearest one to a point, and what a line crosses."""

from typing import NamedTuple

import numpy as np
import shapely

from geo.network.kernel import F64, I32, I64, U8, Objects, compiled

TOUCH_M = 0.01
"""A connector may touch a wall this near to its ends: doors stand in walls."""
XY = tuple[float, float]


class SegmentGrid(NamedTuple):
    """Packed lines and the cells that find their segments.

    Line i has the vertices ``points[first[i]:first[i + 1]]``; `owner` is the line of each
    vertex. Segment s runs from vertex s to vertex s + 1. The cells are a CSR table: cell
    ``row * columns + column`` holds the segments ``items[cell[c]:cell[c + 1]]``; the grid
    begins at `west, south`, and a cell is `side_m` wide.
    """

    points: F64
    owner: I32
    first: I64
    cell: I32
    items: I32
    west: float
    south: float
    side_m: float
    columns: int
    rows: int


class Ground(NamedTuple):
    """What a place is joined to: edges, and the walls that stand before them.

    `flags` and `length_cm` have one entry a line of `shapes`.
    """

    shapes: SegmentGrid
    flags: U8
    length_cm: I32
    walls: SegmentGrid


def packed(lines: Objects) -> tuple[F64, I64]:
    """Pack shapely lines: their vertices, and where each line begins (one entry more)."""
    points = shapely.get_coordinates(lines)
    first = np.r_[0, np.cumsum(shapely.get_num_coordinates(lines))]
    return points, first.astype(np.int64)


def grid(points: F64, first: I64) -> SegmentGrid:
    """Index packed lines; some two segments meet a cell."""
    points = np.ascontiguousarray(points, dtype=np.float64).reshape(-1, 2)
    owner = np.repeat(np.arange(len(first) - 1, dtype=np.int32), np.diff(first))
    segment = np.flatnonzero(owner[1:] == owner[:-1]).astype(np.int32)
    west, south = points.min(axis=0).tolist() if len(points) else (0.0, 0.0)
    east, north = points.max(axis=0).tolist() if len(points) else (0.0, 0.0)
    side_m = _side(points, segment, (east - west) * (north - south))
    columns, rows = int((east - west) / side_m) + 1, int((north - south) / side_m) + 1
    none = np.empty(0, dtype=np.int32)
    bare = SegmentGrid(points, owner, first, none, none, west, south, side_m, columns, rows)
    count = np.zeros(columns * rows + 1, dtype=np.int32)
    _fill(bare, segment, count, none)
    cell = np.cumsum(count, dtype=np.int64).astype(np.int32)
    items = np.empty(int(cell[-1]), dtype=np.int32)
    _fill(bare, segment, cell[:-1].copy(), items)
    return bare._replace(cell=cell, items=items)


def nbytes(g: SegmentGrid) -> int:
    """Count the bytes of the arrays."""
    return sum(part.nbytes for part in g if isinstance(part, np.ndarray))


def _side(points: F64, segment: I32, area_m2: float) -> float:
    if not len(segment):
        return 100.0
    mean_m = float(np.hypot(*(points[segment + 1] - points[segment]).T).mean())
    return float(np.clip(max(np.sqrt(2 * area_m2 / len(segment)), mean_m / 2), 10.0, 1000.0))


@compiled
def _fill(g: SegmentGrid, segment: I32, place: I32, items: I32) -> None:
    """Count the cells of every segment (no items), or write the segments into them."""
    side = g.side_m
    for s in segment:
        ax, ay = g.points[s, 0] - g.west, g.points[s, 1] - g.south
        bx, by = g.points[s + 1, 0] - g.west, g.points[s + 1, 1] - g.south
        for row in range(int(min(ay, by) / side), int(max(ay, by) / side) + 1):
            for column in range(int(min(ax, bx) / side), int(max(ax, bx) / side) + 1):
                middle = (column + 0.5) * side, (row + 0.5) * side
                if not _meets((ax, ay), (bx, by), middle, side):
                    continue
                c = row * g.columns + column
                if len(items) == 0:
                    place[c + 1] += 1
                else:
                    items[place[c]] = s
                    place[c] += 1


@compiled
def _meets(a: XY, b: XY, middle: XY, side: float) -> bool:
    """Say whether the line through a and b passes a square."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    away = dx * (middle[1] - a[1]) - dy * (middle[0] - a[0])
    return bool(abs(away) <= (abs(dx) + abs(dy)) * side * (0.5 + 1e-9))


@compiled
def crosses(p: XY, q: XY, g: SegmentGrid) -> bool:
    """Say whether the way from p straight to q crosses a segment, other than at its ends."""
    if len(g.items) == 0:
        return False
    low_row = max(int(np.floor((min(p[1], q[1]) - g.south) / g.side_m)), 0)
    top_row = min(int(np.floor((max(p[1], q[1]) - g.south) / g.side_m)), g.rows - 1)
    low_column = max(int(np.floor((min(p[0], q[0]) - g.west) / g.side_m)), 0)
    top_column = min(int(np.floor((max(p[0], q[0]) - g.west) / g.side_m)), g.columns - 1)
    for row in range(low_row, top_row + 1):
        for column in range(low_column, top_column + 1):
            c = row * g.columns + column
            for at in range(g.cell[c], g.cell[c + 1]):
                s = g.items[at]
                a = g.points[s, 0], g.points[s, 1]
                b = g.points[s + 1, 0], g.points[s + 1, 1]
                if _cuts(p, q, a, b):
                    return True
    return False


@compiled
def _cuts(p: XY, q: XY, a: XY, b: XY) -> bool:
    ux, uy, vx, vy = q[0] - p[0], q[1] - p[1], b[0] - a[0], b[1] - a[1]
    cross = ux * vy - uy * vx
    length = np.hypot(ux, uy)
    if cross == 0.0 or length <= 2 * TOUCH_M:
        return False
    t = ((a[0] - p[0]) * vy - (a[1] - p[1]) * vx) / cross
    w = ((a[0] - p[0]) * uy - (a[1] - p[1]) * ux) / cross
    margin = TOUCH_M / length
    return bool(margin < t < 1.0 - margin and 0.0 <= w <= 1.0)


@compiled
def nearest_point(p: XY, reach_m: float, ground: Ground, avoid: int) -> tuple[int, XY, float]:
    """Find the nearest point of a segment that can be reached without crossing a wall.

    Cells are looked at in growing square rings until no cell farther out can do better.
    Segments of lines with one of the flags `avoid` are passed over.

    Returns
    -------
    segment, point, distance
        Segment −1 where none is within reach.
    """
    g, flags, walls = ground.shapes, ground.flags, ground.walls
    points, cell, items, owner = g.points, g.cell, g.items, g.owner
    side, walled = g.side_m, len(walls.items) > 0
    column0, row0 = int(np.floor((p[0] - g.west) / side)), int(np.floor((p[1] - g.south) / side))
    dx, dy = p[0] - g.west - column0 * side, p[1] - g.south - row0 * side
    inner = min(dx, side - dx, dy, side - dy)
    best, point, best_m = -1, p, reach_m
    ring = 0
    while ring == 0 or inner + (ring - 1) * side <= best_m:
        for row in range(max(row0 - ring, 0), min(row0 + ring, g.rows - 1) + 1):
            step = 1 if abs(row - row0) == ring else 2 * ring
            for column in range(column0 - ring, column0 + ring + 1, step):
                if column < 0 or column >= g.columns:
                    continue
                c = row * g.columns + column
                for at in range(cell[c], cell[c + 1]):
                    s = items[at]
                    q = foot(p, (points[s, 0], points[s, 1]), (points[s + 1, 0], points[s + 1, 1]))
                    far = np.sqrt((q[0] - p[0]) ** 2 + (q[1] - p[1]) ** 2)
                    if far > best_m or (far == best_m and 0 <= best <= s):
                        continue
                    if flags[owner[s]] & avoid or (walled and crosses(p, q, walls)):
                        continue
                    best, point, best_m = s, q, far
        ring += 1
    return best, point, best_m


@compiled
def foot(p: XY, a: XY, b: XY) -> XY:
    """Give the point of the segment from a to b that is nearest to p."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    square = dx * dx + dy * dy
    if square == 0.0:
        return a
    t = min(max(((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / square, 0.0), 1.0)
    return b if t == 1.0 else (a[0] + t * dx, a[1] + t * dy)


EMPTY = grid(np.empty((0, 2)), np.zeros(1, dtype=np.int64))
"""No lines at all."""
