"""Rings on the whole numbers of a tile: snapped, cleaned, and judged, inside compiled loops."""

import numpy as np

from geo.tiling.cutting import Spare, ordered
from geo.tiling.kernel import F32, F64, I32, I64, U8, Bools, bare, compiled, inlined, u

_LONG = 48
"""Longer rings are not asked how far apart their edges are."""
_FEW = 256
"""Rings of more points in all are not compared edge by edge."""
_SWEPT = 24
"""Longer rings are judged along a sweep line, shorter ones edge by edge."""


@inlined
def whole(value: float) -> np.int32:
    """Give the nearest whole number."""
    return np.int32(np.floor(value + 0.5))


@inlined
def snap(px: I32, py: I32, begin: int, end: int) -> int:
    """Take repeated points, straight corners and spikes out of a ring on whole numbers.

    Gives the place behind it; the same place when nothing is left.
    """
    if end - begin < 3:
        return begin
    straight = False
    ax, ay = int(px[u(end - 2)]), int(py[u(end - 2)])
    bx, by = int(px[u(end - 1)]), int(py[u(end - 1)])
    for v in range(begin, end):
        x, y = int(px[u(v)]), int(py[u(v)])
        straight |= (bx - ax) * (y - by) == (by - ay) * (x - bx)
        ax, ay, bx, by = bx, by, x, y
    return _straightened(px, py, begin, end) if straight else end


@bare
def _straightened(px: I32, py: I32, begin: int, stop: int) -> int:
    end = begin
    for i in range(begin, stop):
        a, b = int(px[i]), int(py[i])
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


@inlined
def _straight(px: I32, py: I32, i: int, j: int, a: int, b: int) -> bool:
    """Say whether i, j and (a, b) lie in one line."""
    return bool(int(px[j] - px[i]) * (b - py[i]) == int(py[j] - py[i]) * (a - px[i]))


@inlined
def area2(px: I32, py: I32, begin: int, end: int) -> int:
    """Give twice the signed area; positive when it runs clockwise on the screen."""
    total = 0
    x, y = int(px[u(end - 1)]), int(py[u(end - 1)])
    for i in range(begin, end):
        to_x, to_y = int(px[u(i)]), int(py[u(i)])
        total += x * to_y - to_x * y
        x, y = to_x, to_y
    return total


@bare
def turn(px: I32, py: I32, begin: int, end: int) -> None:
    """Let a ring run the other way, from the same point."""
    i, j = begin + 1, end - 1
    while i < j:
        px[i], px[j] = px[j], px[i]
        py[i], py[j] = py[j], py[i]
        i += 1
        j -= 1


@bare
def once_along(px: I32, py: I32, begin: int, end: int, side: int, limit: int) -> bool:
    """Say whether just one edge of a ring lies along a side, and no other point of it.

    Where a ring whose edges keep clear of each other was cut at one side only, it is simple then.
    """
    on, edges, before = 0, 0, (px[end - 1] if side < 2 else py[end - 1]) == limit
    for v in range(begin, end):
        here = (px[v] if side < 2 else py[v]) == limit
        on += int(here)
        edges += int(here and before)
        before = here
    return on == 2 and edges == 1


@bare
def simple(px: I32, py: I32, begin: int, end: int, by: Spare) -> bool:
    """Say whether no two edges of a ring meet but at their common corner."""
    count = end - begin
    if count <= _SWEPT:
        for i in range(begin, end - 2):
            for j in range(i + 2, end):
                if not (i == begin and j == end - 1) and _meet(px, py, begin, end, i, j):
                    return False
        return True
    for i in range(count):
        j = i + 1 if i + 1 < count else 0
        by.west[i] = min(px[begin + i], px[begin + j])
        by.east[i] = max(px[begin + i], px[begin + j])
    ordered(by.west, by.order, count)
    for a in range(count):
        i = by.order[a]
        for b in range(a + 1, count):
            j = by.order[b]
            if by.west[j] > by.east[i]:
                break
            between = abs(i - j)
            if (
                between != 1
                and between != count - 1
                and _meet(px, py, begin, end, begin + i, begin + j)
            ):
                return False
    return True


@bare
def apart(px: I32, py: I32, ends: I64, outer: Bools, rings: int) -> bool:
    """Say whether simple rings keep clear of each other, outer ones outside and holes inside.

    Of very many edges it says nothing, which is no.
    """
    if ends[rings] > _FEW:
        return False
    for a in range(rings):
        around = 0
        for b in range(rings):
            if a == b:
                continue
            if b > a and _touch(px, py, ends[a], ends[a + 1], ends[b], ends[b + 1]):
                return False
            around += _holds(px, py, ends[b], ends[b + 1], int(px[ends[a]]), int(py[ends[a]]))
        if (around % 2 == 0) != outer[a]:
            return False
    return True


@bare
def _touch(px: I32, py: I32, begin: int, end: int, first: int, last: int) -> bool:
    """Say whether two rings have a point in common."""
    for i in range(begin, end):
        for j in range(first, last):
            if _cross(
                px, py, i, i + 1 if i + 1 < end else begin, j, j + 1 if j + 1 < last else first
            ):
                return True
    return False


@bare
def _holds(px: I32, py: I32, begin: int, end: int, x: int, y: int) -> bool:
    """Say whether a point that is not on a ring is within it."""
    within = False
    j = end - 1
    for i in range(begin, end):
        ax, ay, bx, by = int(px[i]), int(py[i]), int(px[j]), int(py[j])
        if (ay > y) != (by > y):
            side = (x - ax) * (by - ay) - (bx - ax) * (y - ay)
            if (side < 0) == (by > ay):
                within = not within
        j = i
    return within


@inlined
def _meet(px: I32, py: I32, begin: int, end: int, i: int, j: int) -> bool:
    """Say whether the edges of a ring that begin at i and j have a point in common."""
    return _cross(px, py, i, i + 1 if i + 1 < end else begin, j, j + 1 if j + 1 < end else begin)


@inlined
def _cross(px: I32, py: I32, i: int, k: int, j: int, m: int) -> bool:
    """Say whether the edges from i to k and from j to m have a point in common."""
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


@compiled
def clearances(first_part: I64, first_point: I64, types: U8, x: F64, y: F64) -> F32:
    """Tell of each feature how far apart its edges are that do not meet, at least.

    0, which says nothing, for whatever is no polygon, has several rings or a long one.
    """
    found = np.zeros(len(types), dtype=np.float32)
    for i in range(len(types)):
        p = first_part[i]
        begin, end = first_point[p], first_point[p + 1]
        if types[i] != 3 or first_part[i + 1] != p + 1 or end - begin > _LONG:
            continue
        least = np.inf
        for a in range(begin, end - 2):
            for b in range(a + 2, end):
                if not (a == begin and b == end - 1):
                    least = min(least, _between(x, y, begin, end, a, b))
        found[i] = np.sqrt(least) if end - begin > 3 else np.inf
    return found


@compiled
def _between(x: F64, y: F64, begin: int, end: int, a: int, b: int) -> float:
    """Give the squared distance of the edges that begin at a and b, which do not cross."""
    c = a + 1 if a + 1 < end else begin
    d = b + 1 if b + 1 < end else begin
    one = min(_apart2(x, y, a, b, d), _apart2(x, y, c, b, d))
    two = min(_apart2(x, y, b, a, c), _apart2(x, y, d, a, c))
    return min(one, two)


@compiled
def _apart2(x: F64, y: F64, v: int, a: int, b: int) -> float:
    """Give the squared distance of a point from an edge."""
    east, south = x[b] - x[a], y[b] - y[a]
    to_x, to_y = x[v] - x[a], y[v] - y[a]
    length2 = east * east + south * south
    along = (to_x * east + to_y * south) / length2 if length2 > 0.0 else 0.0
    along = min(1.0, max(0.0, along))
    to_x -= along * east
    to_y -= along * south
    return float(to_x * to_x + to_y * to_y)
