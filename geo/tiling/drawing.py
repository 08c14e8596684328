"""Features as they look in one tile: on its whole numbers, cut at its margin."""

from typing import NamedTuple

import numpy as np

from geo.tiling import rings
from geo.tiling.kernel import F32, F64, I32, I64, U8, Bools, compiled

CLEAR = 2.0
"""Edges so far apart, in units, do not meet: vertices left out move them by half a unit, and
whole numbers both by three quarters."""
FINE, LOOK, BROKEN = 0, 1, 2
"""Sound; of several rings, which may touch each other; with a ring that touches itself."""


class Drawing(NamedTuple):
    """Shapes in a tile, in whole numbers from its north-west corner.

    Of the features `rows` (positions in the pack) parts are
    ``first_part[i]:first_part[i + 1]``, and points of part p
    ``first_point[p]:first_point[p + 1]``. Outer rings run clockwise on the screen, holes
    (`outer` False) the other way; rings are open.
    """

    rows: I64
    first_part: I64
    first_point: I64
    outer: Bools
    px: I32
    py: I32
    state: U8


@compiled
def draw(
    rows: I64, first_part: I64, first_point: I64, types: U8, outer: Bools, x: F64, y: F64,
    importance: F32, clear: F32, boxes: F64, scale: float, west: float, north: float, extent: int,
    margin: int, tolerance: float, least: float,
) -> tuple[I64, I64, I64, Bools, I32, I32, U8]:  # fmt: skip
    """Draw features into a tile.

    Parameters
    ----------
    rows : array of int
        Which features of the pack.
    clear : array of float
        So far apart are the edges of each that do not meet, at least (worlds); 0 says nothing.
    scale : float
        Units of the tile in one world: ``extent · 2**z``.
    west, north : float
        Its corner in such units.
    extent, margin : int
        Its size, and how far beyond its edges things are drawn, in units.
    tolerance : float
        Vertices that matter less, in units, are left out.
    least : float
        Lines and areas whose width and height are together less, in units, as well.

    Returns
    -------
    tuple
        The fields of `Drawing`; features of which nothing is left are not among them.
    """
    total, many, longest = 0, 0, 4
    for row in rows:
        for p in range(first_part[row], first_part[row + 1]):
            size = int(first_point[p + 1] - first_point[p])
            total += size
            longest = max(longest, size)
            many += 1
    room = 6 * total + 64 * many + 64
    px, py = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
    part_room = many + 3 * total + 16
    point_at = np.zeros(part_room + 1, dtype=np.int64)
    part_outer = np.ones(part_room, dtype=np.bool_)
    kept = np.empty(len(rows), dtype=np.int64)
    part_at = np.zeros(len(rows) + 1, dtype=np.int64)
    state = np.zeros(len(rows), dtype=np.uint8)
    ux, uy = np.empty(6 * longest + 64), np.empty(6 * longest + 64)
    vx, vy = np.empty(6 * longest + 64), np.empty(6 * longest + 64)
    us, vs = np.zeros(3 * longest + 16, dtype=np.int64), np.zeros(3 * longest + 16, dtype=np.int64)
    low, high = float(-margin), float(extent + margin)
    end, parts, found = 0, 0, 0
    tolerance /= scale
    for row in rows:
        kind = types[row]
        wide, tall = boxes[row, 2] - boxes[row, 0], boxes[row, 3] - boxes[row, 1]
        if kind > 1 and scale * (wide + tall) < least:
            continue
        inside = (
            boxes[row, 0] * scale - west >= low and boxes[row, 1] * scale - north >= low
            and boxes[row, 2] * scale - west <= high and boxes[row, 3] * scale - north <= high
        )  # fmt: skip
        begun, rings_made, faulty, skipping = parts, 0, False, False
        for p in range(first_part[row], first_part[row + 1]):
            if kind == 3 and skipping and not outer[p]:
                continue
            count = 0
            for v in range(first_point[p], first_point[p + 1]):
                if importance[v] >= tolerance:
                    ux[count], uy[count] = x[v] * scale - west, y[v] * scale - north
                    count += 1
            if kind == 3:
                pieces = 1 if count > 0 else 0
                us[1] = count
                if not inside:
                    last = p + 1 == first_part[row + 1]
                    apart = not outer[p] or last or outer[p + 1]  # holes are of one ring
                    pieces = rings.cut(ux, uy, us, pieces, vx, vy, vs, 0, low, apart)
                    pieces = rings.cut(vx, vy, vs, pieces, ux, uy, us, 1, high, apart)
                    pieces = rings.cut(ux, uy, us, pieces, vx, vy, vs, 2, low, apart)
                    pieces = rings.cut(vx, vy, vs, pieces, ux, uy, us, 3, high, apart)
                drawn = 0
                for r in range(pieces):
                    after = rings.snap(ux, uy, us[r], us[r + 1], px, py, end)
                    area2 = rings.area2(px, py, end, after)
                    sure = inside and clear[row] * scale >= CLEAR
                    sound = sure or rings.simple(px, py, end, after)
                    if area2 == 0 and (after == end or sound):
                        continue  # an eight of equal halves covers something nevertheless
                    if (area2 > 0) != outer[p]:
                        rings.turn(px, py, end, after)
                    faulty = faulty or not sound
                    part_outer[parts] = outer[p]
                    drawn += 1
                    end = after
                    parts += 1
                    point_at[parts] = end
                rings_made += drawn
                if outer[p]:
                    skipping = drawn == 0
            elif kind == 2:
                end, parts = _line(ux, uy, count, px, py, end, point_at, parts, low, high, inside)
            else:
                for i in range(count):
                    a, b = np.floor(ux[i] + 0.5), np.floor(uy[i] + 0.5)
                    if low <= a <= high and low <= b <= high:
                        px[end], py[end] = np.int32(a), np.int32(b)
                        end += 1
                        parts += 1
                        point_at[parts] = end
        if parts > begun:
            state[found] = 2 if faulty else (1 if rings_made > 1 else 0)
            kept[found] = row
            found += 1
            part_at[found] = parts
    return (
        kept[:found], part_at[: found + 1], point_at[: parts + 1], part_outer[:parts],
        px[:end], py[:end], state[:found],
    )  # fmt: skip


@compiled
def _line(
    ux: F64, uy: F64, count: int, px: I32, py: I32, end: int, point_at: I64, parts: int,
    low: float, high: float, inside: bool,
) -> tuple[int, int]:  # fmt: skip
    """Write the pieces of a line that lie in the box (Y.-D. Liang, B. Barsky 1984)."""
    begin = end
    for i in range(count - 1):
        ax, ay, bx, by = ux[i], uy[i], ux[i + 1], uy[i + 1]
        enter, leave = 0.0, 1.0
        if not inside:
            for side in range(4):
                run = bx - ax if side < 2 else by - ay
                here = ax if side < 2 else ay
                room = here - low if side % 2 == 0 else high - here
                step = -run if side % 2 == 0 else run
                if step == 0.0:
                    if room < 0.0:
                        leave = -1.0
                elif step > 0.0:
                    leave = min(leave, room / step)
                else:
                    enter = max(enter, room / step)
        if enter > leave:
            continue
        if enter > 0.0 and end > begin:
            end, parts = _closed(px, py, begin, end, point_at, parts)
            begin = end
        end = _point(px, py, begin, end, ax + enter * (bx - ax), ay + enter * (by - ay))
        end = _point(px, py, begin, end, ax + leave * (bx - ax), ay + leave * (by - ay))
        if leave < 1.0:
            end, parts = _closed(px, py, begin, end, point_at, parts)
            begin = end
    return _closed(px, py, begin, end, point_at, parts)


@compiled
def _point(px: I32, py: I32, begin: int, end: int, u: float, v: float) -> int:
    """Write a point of a line unless it is there already, or only lengthens the last stretch."""
    a, b = np.int32(np.floor(u + 0.5)), np.int32(np.floor(v + 0.5))
    if end > begin and px[end - 1] == a and py[end - 1] == b:
        return end
    if end - begin >= 2:
        dx, dy = int(px[end - 1] - px[end - 2]), int(py[end - 1] - py[end - 2])
        ex, ey = int(a - px[end - 1]), int(b - py[end - 1])
        if dx * ey == dy * ex and dx * ex + dy * ey > 0:
            end -= 1
    px[end], py[end] = a, b
    return end + 1


@compiled
def _closed(px: I32, py: I32, begin: int, end: int, point_at: I64, parts: int) -> tuple[int, int]:
    """End a piece of a line; one without length is taken back."""
    if end - begin < 2:
        return begin, parts
    point_at[parts + 1] = end
    return end, parts + 1
