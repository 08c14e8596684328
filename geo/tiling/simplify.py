"""How much each vertex matters, reckoned once for all zooms and once for both its neighbours.

A vertex where more than two edges meet is a node and stays at every zoom. Between nodes runs
an arc, which two areas may share. Along an arc a vertex matters as much as the line would
move without it (D. Douglas, T. Peucker 1973), and never more than the vertex that was chosen
before it, so that a tile keeps a vertex just where its importance reaches the tolerance. The
reckoning is the same in both directions: an arc loses the same vertices in both areas, and no
gap opens between them at any zoom.
"""

import numpy as np

from geo.tiling.kernel import F32, F64, I32, I64, U8, Bools, compiled

_LINE, _POLYGON = 2, 3


def importance(first_part: I64, first_point: I64, types: U8, x: F64, y: F64) -> F32:
    """Give the importance of every vertex, in the unit of the coordinates; inf for nodes.

    Parameters
    ----------
    first_part, first_point : array of int
        Parts of features and vertices of parts, as in `Pack`; rings are open.
    types : array of uint8 (features,)
        1 point, 2 line, 3 polygon.
    """
    if not len(x):
        return np.empty(0, dtype=np.float32)
    part_types = np.repeat(types, np.diff(first_part))
    named, count = _named(x, y)
    node = _nodes(first_point, part_types, named, count)
    found: F32 = _importance(first_point, part_types, x, y, named, node)
    return found


@compiled
def _named(x: F64, y: F64) -> tuple[I32, int]:
    """Give equal vertices the same number: a hash table with open addressing."""
    size = 16
    while size < 2 * len(x):
        size *= 2
    table = np.full(size, -1, dtype=np.int32)
    name = np.empty(len(x), dtype=np.int32)
    holder = np.empty(len(x), dtype=np.int32)
    count = 0
    bits_x, bits_y = x.view(np.uint64), y.view(np.uint64)
    for v in range(len(x)):
        mixed = bits_x[v] * np.uint64(0x9E3779B97F4A7C15) ^ bits_y[v] * np.uint64(
            0xC2B2AE3D27D4EB4F
        )
        mixed ^= mixed >> np.uint64(32)
        at = np.int64(mixed & np.uint64(size - 1))
        while True:
            known = table[at]
            if known < 0:
                table[at] = count
                holder[count] = v
                name[v] = count
                count += 1
                break
            if x[holder[known]] == x[v] and y[holder[known]] == y[v]:
                name[v] = known
                break
            at = (at + 1) & (size - 1)
    return name, count


@compiled
def _nodes(first_point: I64, types: U8, name: I32, count: int) -> Bools:
    """Say at which named vertices other than two edges meet, or a line ends."""
    one = np.full(count, -1, dtype=np.int32)
    two = np.full(count, -1, dtype=np.int32)
    node = np.zeros(count, dtype=np.bool_)
    for p in range(len(types)):
        begin, end = first_point[p], first_point[p + 1]
        for v in range(begin, end):
            here = name[v]
            if types[p] != _POLYGON and (v == begin or v == end - 1):
                node[here] = True
            for step in (-1, 1):
                w = v + step
                if types[p] == _POLYGON:
                    w = end - 1 if w < begin else (begin if w >= end else w)
                elif w < begin or w >= end:
                    continue
                there = name[w]
                if there == here or there == one[here] or there == two[here]:
                    continue
                if one[here] < 0:
                    one[here] = there
                elif two[here] < 0:
                    two[here] = there
                else:
                    node[here] = True
    for n in range(count):
        if two[n] < 0:
            node[n] = True
    return node


@compiled
def _before(x: F64, y: F64, a: int, b: int) -> bool:
    """Order two vertices by place, so that ties fall alike in both directions."""
    return bool(x[a] < x[b] or (x[a] == x[b] and y[a] < y[b]))


@compiled
def _apart(x: F64, y: F64, v: int, a: int, b: int) -> float:
    """Give the distance of a vertex from a segment."""
    if _before(x, y, b, a):
        a, b = b, a
    east, south = x[b] - x[a], y[b] - y[a]
    to_x, to_y = x[v] - x[a], y[v] - y[a]
    length2 = east * east + south * south
    if length2 > 0.0:
        along = min(1.0, max(0.0, (to_x * east + to_y * south) / length2))
        to_x -= along * east
        to_y -= along * south
    return float(np.sqrt(to_x * to_x + to_y * to_y))


@compiled
def _arc(x: F64, y: F64, chain: I64, size: int, weight: F32, stack: F64) -> None:
    """Weigh the vertices between the ends of a chain."""
    top = 0
    stack[0], stack[1], stack[2] = 0, size - 1, np.inf
    top = 3
    while top > 0:
        top -= 3
        i, j, most = int(stack[top]), int(stack[top + 1]), stack[top + 2]
        if j - i < 2:
            continue
        far, best = -1.0, -1
        for k in range(i + 1, j):
            d = _apart(x, y, chain[k], chain[i], chain[j])
            if d > far or (d == far and _before(x, y, chain[k], chain[best])):
                far, best = d, k
        far = min(far, most)
        weight[chain[best]] = far
        stack[top], stack[top + 1], stack[top + 2] = i, best, far
        stack[top + 3], stack[top + 4], stack[top + 5] = best, j, far
        top += 6


@compiled
def _anchors(x: F64, y: F64, begin: int, end: int) -> tuple[int, int, int, int]:
    """Give four vertices that hold a ring without nodes open, the same for any start.

    The first by place, the farthest from it, and the farthest from these two on either side.
    """
    first = begin
    for v in range(begin, end):
        if _before(x, y, v, first):
            first = v
    second, far = first, -1.0
    for v in range(begin, end):
        d = (x[v] - x[first]) ** 2 + (y[v] - y[first]) ** 2
        if d > far or (d == far and _before(x, y, v, second)):
            second, far = v, d
    left, right, most, least = first, first, 0.0, 0.0
    low, high = first, second
    for v in range(begin, end):
        side = (x[high] - x[low]) * (y[v] - y[low]) - (y[high] - y[low]) * (x[v] - x[low])
        if side > most or (side == most and side > 0 and _before(x, y, v, left)):
            left, most = v, side
        if side < least or (side == least and side < 0 and _before(x, y, v, right)):
            right, least = v, side
    return first, second, left, right


@compiled
def _importance(first_point: I64, types: U8, x: F64, y: F64, name: I32, node: Bools) -> F32:
    weight = np.full(len(x), np.inf, dtype=np.float32)
    longest = 2
    for p in range(len(types)):
        longest = max(longest, first_point[p + 1] - first_point[p] + 2)
    chain = np.empty(longest, dtype=np.int64)
    stack = np.empty(6 * longest, dtype=np.float64)
    fixed = np.zeros(longest, dtype=np.bool_)
    for p in range(len(types)):
        begin, end = first_point[p], first_point[p + 1]
        many = end - begin
        if types[p] < _LINE or many < 3:
            continue
        held = 0
        for k in range(many):
            fixed[k] = node[name[begin + k]]
            held += fixed[k]
        if types[p] == _POLYGON and held == 0:
            for v in _anchors(x, y, begin, end):
                fixed[v - begin] = True
        start = 0
        while not fixed[start]:
            start += 1
        ring = types[p] == _POLYGON
        chain[0] = begin + start
        size = 1
        for step in range(1, many + 1):
            k = start + step
            if k >= many:
                if not ring:
                    break
                k -= many
            chain[size] = begin + k
            size += 1
            if fixed[k]:
                _arc(x, y, chain, size, weight, stack)
                chain[0] = begin + k
                size = 1
    return weight
