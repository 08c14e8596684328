"""Rings on the whole numbers of a tile: cut, snapped, cleaned, and judged, inside compiled loops."""

import numpy as np

from geo.tiling.kernel import F64, I32, compiled

_SWEPT = 24
"""Longer rings are judged along a sweep line, shorter ones edge by edge."""


@compiled
def cut(x: F64, y: F64, count: int, to_x: F64, to_y: F64, side: int, limit: float) -> int:
    """Cut a ring at one side of a box: 0 west, 1 east, 2 north, 3 south; give the new count.

    I. Sutherland, G. Hodgman 1974. What falls apart stays one ring, with edges along the
    side, which `simple` then finds.
    """
    made = 0
    for i in range(count):
        j = i + 1 if i + 1 < count else 0
        if side == 0:
            here, there = x[i] - limit, x[j] - limit
        elif side == 1:
            here, there = limit - x[i], limit - x[j]
        elif side == 2:
            here, there = y[i] - limit, y[j] - limit
        else:
            here, there = limit - y[i], limit - y[j]
        if here >= 0:
            to_x[made], to_y[made] = x[i], y[i]
            made += 1
        if (here >= 0) != (there >= 0):
            along = here / (here - there)
            to_x[made] = limit if side < 2 else x[i] + along * (x[j] - x[i])
            to_y[made] = limit if side >= 2 else y[i] + along * (y[j] - y[i])
            made += 1
    return made


@compiled
def snap(x: F64, y: F64, count: int, px: I32, py: I32, begin: int) -> int:
    """Write a ring on whole numbers without repeated points, straight corners and spikes.

    Gives the place behind it; the same place when nothing is left.
    """
    end = begin
    for i in range(count):
        a, b = int(np.floor(x[i] + 0.5)), int(np.floor(y[i] + 0.5))
        while True:
            same = end > begin and px[end - 1] == a and py[end - 1] == b
            if not same and (end - begin < 2 or not _straight(px, py, end - 2, end - 1, a, b)):
                break
            end -= 1
        px[end], py[end] = a, b
        end += 1
    start = begin
    while end - start >= 3:  # where the ring closes
        same = px[end - 1] == px[start] and py[end - 1] == py[start]
        if same or _straight(px, py, end - 2, end - 1, px[start], py[start]):
            end -= 1
        elif _straight(px, py, end - 1, start, px[start + 1], py[start + 1]):
            start += 1
        else:
            break
    if end - start < 3:
        return begin
    if start > begin:
        for i in range(start, end):
            px[i - start + begin], py[i - start + begin] = px[i], py[i]
    return end - start + begin


@compiled
def _straight(px: I32, py: I32, i: int, j: int, a: int, b: int) -> bool:
    """Say whether i, j and (a, b) lie in one line."""
    return bool(int(px[j] - px[i]) * (b - py[i]) == int(py[j] - py[i]) * (a - px[i]))


@compiled
def area2(px: I32, py: I32, begin: int, end: int) -> int:
    """Give twice the signed area; positive when it runs clockwise on the screen."""
    total = 0
    j = end - 1
    for i in range(begin, end):
        total += int(px[j]) * py[i] - int(px[i]) * py[j]
        j = i
    return total


@compiled
def turn(px: I32, py: I32, begin: int, end: int) -> None:
    """Let a ring run the other way, from the same point."""
    i, j = begin + 1, end - 1
    while i < j:
        px[i], px[j] = px[j], px[i]
        py[i], py[j] = py[j], py[i]
        i += 1
        j -= 1


@compiled
def simple(px: I32, py: I32, begin: int, end: int) -> bool:
    """Say whether no two edges of a ring meet but at their common corner."""
    count = end - begin
    if count <= _SWEPT:
        for i in range(begin, end - 2):
            for j in range(i + 2, end):
                if not (i == begin and j == end - 1) and _meet(px, py, begin, end, i, j):
                    return False
        return True
    west = np.empty(count, dtype=np.int32)
    east = np.empty(count, dtype=np.int32)
    for i in range(count):
        j = i + 1 if i + 1 < count else 0
        west[i] = min(px[begin + i], px[begin + j])
        east[i] = max(px[begin + i], px[begin + j])
    order = np.argsort(west)
    for a in range(count):
        i = order[a]
        for b in range(a + 1, count):
            j = order[b]
            if west[j] > east[i]:
                break
            apart = abs(i - j)
            if (
                apart != 1
                and apart != count - 1
                and _meet(px, py, begin, end, begin + i, begin + j)
            ):
                return False
    return True


@compiled
def _meet(px: I32, py: I32, begin: int, end: int, i: int, j: int) -> bool:
    """Say whether the edges that begin at i and j have a point in common."""
    k = i + 1 if i + 1 < end else begin
    m = j + 1 if j + 1 < end else begin
    ax, ay, bx, by = int(px[i]), int(py[i]), int(px[k]), int(py[k])
    cx, cy, dx, dy = int(px[j]), int(py[j]), int(px[m]), int(py[m])
    if max(ax, bx) < min(cx, dx) or max(cx, dx) < min(ax, bx):
        return False
    if max(ay, by) < min(cy, dy) or max(cy, dy) < min(ay, by):
        return False
    one = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    two = (bx - ax) * (dy - ay) - (by - ay) * (dx - ax)
    if (one > 0 and two > 0) or (one < 0 and two < 0):
        return False
    one = (dx - cx) * (ay - cy) - (dy - cy) * (ax - cx)
    two = (dx - cx) * (by - cy) - (dy - cy) * (bx - cx)
    return not ((one > 0 and two > 0) or (one < 0 and two < 0))
