"""Features as they look in one tile: on its whole numbers, cut at its margin."""

from typing import NamedTuple

import numpy as np

from geo.tiling import cutting, lines, mvt, rings
from geo.tiling.detail import EXTENT, LEAST, MARGIN, TOLERANCE
from geo.tiling.kernel import F32, F64, I32, I64, U8, Bools, compiled, inlined, u

CLEAR = 2.0
"""Edges so far apart, in units, do not meet: vertices left out move them by half a unit, and
whole numbers both by three quarters."""
FINE, LOOK, BROKEN = 0, 1, 2
"""Sound; of rings that may touch each other; with a ring that touches itself."""
_WORD = 24
_LOW, _HIGH = float(-MARGIN), float(EXTENT + MARGIN)


class Shapes(NamedTuple):
    """The arrays of a `Pack` that are drawn."""

    first_part: I64
    first_point: I64
    types: U8
    outer: Bools
    x: F64
    y: F64
    importance: F32
    clear: F32
    boxes: F64


class Frame(NamedTuple):
    """A tile: units in one world (``EXTENT · 2**z``), and its corner in such units."""

    scale: float
    west: float
    north: float


class Paper(NamedTuple):
    """Room to draw one feature on: its parts are ``ends[p]:ends[p + 1]`` of `px` and `py`."""

    px: I32
    py: I32
    ends: I64
    outer: Bools
    ux: F64
    uy: F64
    us: I64
    vx: F64
    vy: F64
    vs: I64
    by: cutting.Spare


class Drawing(NamedTuple):
    """Shapes in tiles, in whole numbers from the north-west corner of each.

    Of the features `rows` (positions in the pack) parts are
    ``first_part[i]:first_part[i + 1]``, and points of part p
    ``first_point[p]:first_point[p + 1]``. Outer rings run clockwise on the screen, holes
    (`outer` False) the other way; rings are open. `tiles` says in which tile each is.
    """

    tiles: I64
    rows: I64
    first_part: I64
    first_point: I64
    outer: Bools
    px: I32
    py: I32
    state: U8


@compiled
def paper(shapes: Shapes, rows: I64) -> Paper:
    """Give room that is enough for any of some features, whatever the cut makes of them."""
    most, many, longest = 0, 0, 4
    for row in rows:
        begin, end = shapes.first_part[row], shapes.first_part[row + 1]
        many = max(many, end - begin)
        most = max(most, shapes.first_point[end] - shapes.first_point[begin])
        for p in range(begin, end):
            longest = max(longest, shapes.first_point[p + 1] - shapes.first_point[p])
    points, parts = 6 * most + 64 * many + 64, many + 3 * most + 16
    side, cuts = 6 * longest + 64, 3 * longest + 16
    return Paper(
        np.empty(points, dtype=np.int32), np.empty(points, dtype=np.int32),
        np.zeros(parts + 1, dtype=np.int64), np.empty(parts, dtype=np.bool_),
        np.empty(side), np.empty(side), np.zeros(cuts, dtype=np.int64),
        np.empty(side), np.empty(side), np.zeros(cuts, dtype=np.int64),
        cutting.spare(side, cuts),
    )  # fmt: skip


@compiled
def most_bytes(wanted: tuple[I64, ...], shapes: Shapes, scale: float, keys: int) -> tuple[int, int]:
    """Give how many bytes the features of some tiles take at most, and how many are in one.

    Words of a common length are counted in.
    """
    asked, first, rows = wanted
    spent, longest = 0, 0
    for t in range(len(asked)):
        longest = max(longest, first[t + 1] - first[t])
        frame = framed(asked[t], scale)
        for row in rows[first[t] : first[t + 1]]:
            begin, end = shapes.first_part[row], shapes.first_part[row + 1]
            points, parts = shapes.first_point[end] - shapes.first_point[begin], end - begin
            west, east, north, south = _beyond(row, shapes, frame)
            if west or east or north or south:
                points, parts = 6 * points + 64 * parts + 64, parts + 3 * points + 16
            spent += mvt.room(points, parts, keys) + _WORD * keys
    return spent, longest


@inlined
def framed(place: int, scale: float) -> Frame:
    """Give the frame of a tile (row << 32 | column)."""
    return Frame(scale, float((place & 0xFFFFFFFF) * EXTENT), float((place >> 32) * EXTENT))


@inlined
def _beyond(row: int, shapes: Shapes, frame: Frame) -> tuple[bool, bool, bool, bool]:
    """Say whether a feature reaches beyond the margin: west, east, north, south."""
    scale, west, north = frame
    boxes = shapes.boxes
    return (
        boxes[row, 0] * scale - west < _LOW, boxes[row, 2] * scale - west > _HIGH,
        boxes[row, 1] * scale - north < _LOW, boxes[row, 3] * scale - north > _HIGH,
    )  # fmt: skip


@inlined
def draw(row: int, shapes: Shapes, on: Paper, frame: Frame) -> tuple[int, int]:
    """Draw a feature; give of how many parts it is (none: nothing is left), and its state."""
    boxes, kind = shapes.boxes, shapes.types[row]
    wide, high = boxes[row, 2] - boxes[row, 0], boxes[row, 3] - boxes[row, 1]
    if kind > 1 and frame.scale * (wide + high) < LEAST:
        return 0, FINE
    beyond = _beyond(row, shapes, frame)
    inside = not (beyond[0] or beyond[1] or beyond[2] or beyond[3])
    if kind == 3:
        return _area(row, shapes, on, frame, beyond, inside)
    end, parts = 0, 0
    for p in range(shapes.first_part[row], shapes.first_part[row + 1]):
        count = _chosen(p, shapes, on, frame)
        if kind == 2:
            end, parts = lines.line(
                on.ux, on.uy, count, on.px, on.py, end, on.ends, parts, _LOW, _HIGH, inside
            )
            continue
        for i in range(count):
            a, b = np.floor(on.ux[i] + 0.5), np.floor(on.uy[i] + 0.5)
            if _LOW <= a <= _HIGH and _LOW <= b <= _HIGH:
                on.px[end], on.py[end] = np.int32(a), np.int32(b)
                end += 1
                parts += 1
                on.ends[parts] = end
    return parts, FINE


@inlined
def _chosen(p: int, shapes: Shapes, on: Paper, frame: Frame) -> int:
    """Bring the vertices of a part that matter to the units of a tile; give how many they are."""
    scale, west, north = frame
    tolerance = np.float32(TOLERANCE / scale)
    first_point, importance, x, y = shapes.first_point, shapes.importance, shapes.x, shapes.y
    ux, uy = on.ux, on.uy
    count = 0
    for v in range(first_point[p], first_point[p + 1]):
        if importance[u(v)] >= tolerance:
            ux[u(count)] = x[u(v)] * scale - west
            uy[u(count)] = y[u(v)] * scale - north
            count += 1
    return count


@inlined
def _area(
    row: int, shapes: Shapes, on: Paper, frame: Frame, beyond: tuple[bool, bool, bool, bool],
    inside: bool,
) -> tuple[int, int]:  # fmt: skip
    """Draw the rings of an area, cut at the sides that it is beyond: west, east, north, south.

    Holes of a ring that is not drawn are not either.
    """
    last = shapes.first_part[row + 1] - 1
    sure = inside and shapes.clear[row] * frame.scale >= CLEAR
    once = (
        shapes.clear[row] * frame.scale >= CLEAR
        and last == shapes.first_part[row]
        and (int(beyond[0]) + int(beyond[1]) + int(beyond[2]) + int(beyond[3]) == 1)
    )  # cut at one side
    end, parts, faulty, skipping = 0, 0, False, False
    for p in range(shapes.first_part[row], last + 1):
        outer = shapes.outer[p]
        if skipping and not outer:
            continue
        count = _chosen(p, shapes, on, frame)
        pieces = 1 if count > 0 else 0
        on.us[1] = count
        apart = not outer or p == last or shapes.outer[p + 1]  # holes are of one ring
        at_side, at_limit = 0, 0.0
        x, y, at = on.ux, on.uy, on.us
        to_x, to_y, to_at = on.vx, on.vy, on.vs
        for side in range(4):
            if not beyond[side]:
                continue
            limit = _LOW if side % 2 == 0 else _HIGH
            pieces = cutting.cut(x, y, at, pieces, to_x, to_y, to_at, side, limit, apart, on.by)
            x, y, at, to_x, to_y, to_at = to_x, to_y, to_at, x, y, at
            at_side, at_limit = side, limit
        begun = parts
        for r in range(pieces):
            after = end
            for v in range(at[r], at[r + 1]):
                on.px[u(after)], on.py[u(after)] = rings.whole(x[u(v)]), rings.whole(y[u(v)])
                after += 1
            after = rings.snap(on.px, on.py, end, after)
            area2 = rings.area2(on.px, on.py, end, after)
            sound = sure or (
                once
                and pieces == 1
                and rings.once_along(on.px, on.py, end, after, at_side, int(at_limit))
            )
            sound = sound or rings.simple(on.px, on.py, end, after, on.by)
            if area2 == 0 and (after == end or sound):
                continue  # an eight of equal halves covers something nevertheless
            if (area2 > 0) != outer:
                rings.turn(on.px, on.py, end, after)
            faulty = faulty or not sound
            on.outer[parts] = outer
            end = after
            parts += 1
            on.ends[parts] = end
        if outer:
            skipping = parts == begun
    if faulty:
        return parts, BROKEN
    if parts < 2 or rings.apart(on.px, on.py, on.ends, on.outer, parts):
        return parts, FINE
    return parts, LOOK
