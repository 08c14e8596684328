"""Segments in a grid of square cells: the nearest one to a point, and what a line crosses.

The cells are a CSR table: cell c holds the segments ``items[start[c]:start[c + 1]]``.
Segment i runs from ``points[i]`` to ``points[i + 1]``.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from geo.network.kernel import F64, I32, I64, U8, Objects, compiled

TOUCH_M = 0.01
"""A connector may touch a wall within this distance of its ends: doors stand in walls."""


@dataclass(frozen=True, slots=True, eq=False)
class SegmentGrid:
    """Packed lines and the cells that find their segments.

    `points` (p, 2) are the vertices of all lines, one line after the other; `owner` (p) is
    the line of each vertex; `west, south` the corner of the grid, `cell_m` the side of a
    cell, `columns × rows` their number.
    """

    points: F64
    owner: I32
    start: I32
    items: I32
    west: float
    south: float
    cell_m: float
    columns: int
    rows: int

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays."""
        return int(self.points.nbytes + self.owner.nbytes + self.start.nbytes + self.items.nbytes)


def grid(points: F64, owner: I32) -> SegmentGrid:
    """Index packed lines; about two segments meet a cell."""
    points = np.ascontiguousarray(points, dtype=np.float64).reshape(-1, 2)
    owner = np.ascontiguousarray(owner, dtype=np.int32)
    segment = np.flatnonzero(owner[1:] == owner[:-1]).astype(np.int32)
    west, south = points.min(axis=0) if len(points) else (0.0, 0.0)
    east, north = points.max(axis=0) if len(points) else (0.0, 0.0)
    cell_m = _side(points, segment, float((east - west) * (north - south)))
    columns, rows = int((east - west) / cell_m) + 1, int((north - south) / cell_m) + 1
    frame = (float(west), float(south), cell_m, columns, rows)
    count = np.zeros(columns * rows + 1, dtype=np.int32)
    _fill(points, segment, *frame, count, np.empty(0, dtype=np.int32))
    start = np.cumsum(count, dtype=np.int64).astype(np.int32)
    items = np.empty(int(start[-1]), dtype=np.int32)
    _fill(points, segment, *frame, start[:-1].copy(), items)
    return SegmentGrid(points, owner, start, items, *frame)


def _side(points: F64, segment: I32, area_m2: float) -> float:
    if not len(segment):
        return 100.0
    mean_m = float(np.hypot(*(points[segment + 1] - points[segment]).T).mean())
    return float(np.clip(max(np.sqrt(2 * area_m2 / len(segment)), mean_m / 2), 10.0, 1000.0))


@compiled
def _fill(
    points: F64, segment: I32, west: float, south: float, cell_m: float,
    columns: int, rows: int, place: I32, items: I32,
) -> None:  # fmt: skip
    """Count the cells of every segment (no items), or write the segments into them."""
    counting = len(items) == 0
    for s in segment:
        ax, ay = points[s, 0] - west, points[s, 1] - south
        bx, by = points[s + 1, 0] - west, points[s + 1, 1] - south
        for row in range(int(min(ay, by) / cell_m), int(max(ay, by) / cell_m) + 1):
            for column in range(int(min(ax, bx) / cell_m), int(max(ax, bx) / cell_m) + 1):
                if not meets(ax, ay, bx, by, column * cell_m, row * cell_m, cell_m):
                    continue
                cell = row * columns + column
                if counting:
                    place[cell + 1] += 1
                else:
                    items[place[cell]] = s
                    place[cell] += 1


@compiled
def meets(ax: float, ay: float, bx: float, by: float, left: float, low: float, side: float) -> bool:
    """Say whether the line through a and b passes the square (or its rim)."""
    dx, dy = bx - ax, by - ay
    middle = dx * (low + side / 2 - ay) - dy * (left + side / 2 - ax)
    return abs(middle) <= (abs(dx) + abs(dy)) * side / 2 + 1e-9 * side


@compiled
def crosses(
    px: float, py: float, qx: float, qy: float,
    points: F64, start: I32, items: I32, west: float, south: float, cell_m: float,
    columns: int, rows: int,
) -> bool:  # fmt: skip
    """Say whether the way from p straight to q crosses a segment, other than at its ends."""
    low_row = max(int(np.floor((min(py, qy) - south) / cell_m)), 0)
    top_row = min(int(np.floor((max(py, qy) - south) / cell_m)), rows - 1)
    low_column = max(int(np.floor((min(px, qx) - west) / cell_m)), 0)
    top_column = min(int(np.floor((max(px, qx) - west) / cell_m)), columns - 1)
    length = np.hypot(qx - px, qy - py)
    if length <= 2 * TOUCH_M:
        return False
    for row in range(low_row, top_row + 1):
        for column in range(low_column, top_column + 1):
            cell = row * columns + column
            for at in range(start[cell], start[cell + 1]):
                s = items[at]
                if _cuts(px, py, qx, qy, length, points, s):
                    return True
    return False


@compiled
def _cuts(px: float, py: float, qx: float, qy: float, length: float, points: F64, s: int) -> bool:
    ax, ay, bx, by = points[s, 0], points[s, 1], points[s + 1, 0], points[s + 1, 1]
    ux, uy, vx, vy = qx - px, qy - py, bx - ax, by - ay
    cross = ux * vy - uy * vx
    if cross == 0.0:
        return False
    t = ((ax - px) * vy - (ay - py) * vx) / cross
    w = ((ax - px) * uy - (ay - py) * ux) / cross
    margin = TOUCH_M / length
    return margin < t < 1.0 - margin and 0.0 <= w <= 1.0


@compiled
def nearest_point(
    px: float, py: float, reach_m: float,
    points: F64, owner: I32, start: I32, items: I32, west: float, south: float, cell_m: float,
    columns: int, rows: int, flags: U8, avoid: int,
    wall_points: F64, wall_start: I32, wall_items: I32, wall_west: float, wall_south: float,
    wall_cell_m: float, wall_columns: int, wall_rows: int,
) -> tuple[int, float, float, float]:  # fmt: skip
    """Find the nearest point of a segment that can be reached without crossing a wall.

    Cells are looked at in growing square rings until no cell farther out can do better.

    Returns
    -------
    segment, x, y, distance
        Segment −1 where none is within reach.
    """
    column0 = int(np.floor((px - west) / cell_m))
    row0 = int(np.floor((py - south) / cell_m))
    inner = min(
        px - west - column0 * cell_m,
        py - south - row0 * cell_m,
        west + (column0 + 1) * cell_m - px,
        south + (row0 + 1) * cell_m - py,
    )
    best, best_x, best_y, best_m = -1, px, py, reach_m
    ring = 0
    while ring == 0 or inner + (ring - 1) * cell_m < best_m:
        for row in range(max(row0 - ring, 0), min(row0 + ring, rows - 1) + 1):
            edge_row = row == row0 - ring or row == row0 + ring
            step = 1 if edge_row else max(2 * ring, 1)
            for column in range(column0 - ring, column0 + ring + 1, step):
                if column < 0 or column >= columns:
                    continue
                cell = row * columns + column
                for at in range(start[cell], start[cell + 1]):
                    s = items[at]
                    if flags[owner[s]] & avoid:
                        continue
                    x, y = foot(px, py, points, s)
                    far = np.hypot(x - px, y - py)
                    if (far < best_m or (far == best_m and (best == -1 or s < best))) and not (
                        len(wall_items)
                        and crosses(
                            px, py, x, y, wall_points, wall_start, wall_items, wall_west,
                            wall_south, wall_cell_m, wall_columns, wall_rows,
                        )
                    ):  # fmt: skip
                        best, best_x, best_y, best_m = s, x, y, far
        ring += 1
    return best, best_x, best_y, best_m


@compiled
def foot(px: float, py: float, points: F64, s: int) -> tuple[float, float]:
    """Give the point of a segment that is nearest to p."""
    ax, ay = points[s, 0], points[s, 1]
    dx, dy = points[s + 1, 0] - ax, points[s + 1, 1] - ay
    square = dx * dx + dy * dy
    if square == 0.0:
        return ax, ay
    t = ((px - ax) * dx + (py - ay) * dy) / square
    if t <= 0.0:
        return ax, ay
    if t >= 1.0:
        return points[s + 1, 0], points[s + 1, 1]
    return ax + t * dx, ay + t * dy


EMPTY = grid(np.empty((0, 2)), np.empty(0, dtype=np.int32))
"""No segments at all."""


def packed(lines: Objects) -> tuple[F64, I32, I64]:
    """Pack shapely lines: vertices, line of each vertex, and where each line starts."""
    points, owner = shapely.get_coordinates(lines, return_index=True)
    start = np.searchsorted(owner, np.arange(len(lines) + 1)).astype(np.int64)
    return points, owner.astype(np.int32), start
