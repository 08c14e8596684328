"""Rings cut at the sides of a box, and put in order, inside compiled loops."""

from typing import Any, NamedTuple

import numpy as np

from geo.tiling.kernel import F64, I32, I64, bare, compiled, inlined


class Spare(NamedTuple):
    """Room to think, each for as many points as rings may have when they are cut."""

    x: F64
    y: F64
    starts: I64
    order: I64
    rank: I64
    follows: I64
    where: F64
    west: I32
    east: I32


@compiled
def spare(points: int, cuts: int) -> Spare:
    """Give room for rings of so many points that are cut so often."""
    most = max(points, 2 * cuts)
    return Spare(
        np.empty(points), np.empty(points), np.empty(cuts + 1, dtype=np.int64),
        np.empty(most, dtype=np.int64), np.empty(most, dtype=np.int64),
        np.empty(most, dtype=np.int64), np.empty(most), np.empty(points, dtype=np.int32),
        np.empty(points, dtype=np.int32),
    )  # fmt: skip


@bare
def cut(
    x: F64, y: F64, starts: I64, rings: int, to_x: F64, to_y: F64, to_starts: I64, side: int,
    limit: float, apart: bool, by: Spare,
) -> int:  # fmt: skip
    """Cut rings at one side of a box: 0 west, 1 east, 2 north, 3 south; give how many are left.

    I. Sutherland, G. Hodgman 1974. With `apart`, what falls apart becomes rings of their own;
    otherwise it stays one, with edges along the side, which `simple` then finds.
    """
    made, found = 0, 0
    for r in range(rings):
        begin, end = starts[r], starts[r + 1]
        enters = begin - 1
        for i in range(begin, end):
            j = i + 1 if i + 1 < end else begin
            if _depth(x[i], y[i], side, limit) < 0 and _depth(x[j], y[j], side, limit) >= 0:
                enters = i
                break
        if enters < begin:
            if _depth(x[begin], y[begin], side, limit) >= 0:
                for i in range(begin, end):
                    to_x[made], to_y[made] = x[i], y[i]
                    made += 1
                found += 1
                to_starts[found] = made
            continue
        first, pieces = made, 0
        for step in range(end - begin):
            i = enters + step
            i = i - (end - begin) if i >= end else i
            j = i + 1 if i + 1 < end else begin
            here, there = _depth(x[i], y[i], side, limit), _depth(x[j], y[j], side, limit)
            if here >= 0:
                to_x[made], to_y[made] = x[i], y[i]
                made += 1
            if (here >= 0) != (there >= 0):
                along = here / (here - there)
                to_x[made] = limit if side < 2 else x[i] + along * (x[j] - x[i])
                to_y[made] = limit if side >= 2 else y[i] + along * (y[j] - y[i])
                made += 1
                if there < 0:
                    pieces += 1
                    to_starts[found + pieces] = made
        to_starts[found] = first
        if pieces > 1:
            if apart:
                pieces = _joined(to_x, to_y, to_starts, found, pieces, side, by)
            else:
                pieces = 1
                to_starts[found + 1] = made
        found += pieces
    return found


@inlined
def _depth(x: float, y: float, side: int, limit: float) -> float:
    """Tell how far inside of a side a point is."""
    if side == 0:
        return x - limit
    if side == 1:
        return limit - x
    return y - limit if side == 2 else limit - y


@bare
def _joined(x: F64, y: F64, starts: I64, found: int, pieces: int, side: int, by: Spare) -> int:
    """Join pieces of a ring, each cut at both ends, along the side; give how many rings they are.

    Along the side the ring's ground lies between the first end and the second, the third and
    the fourth, and so on: these are joined.
    """
    begin, end = starts[found], starts[found + pieces]
    for k in range(pieces):
        a, b = starts[found + k], starts[found + k + 1] - 1
        by.where[2 * k] = y[a] if side < 2 else x[a]
        by.where[2 * k + 1] = y[b] if side < 2 else x[b]
    ordered(by.where, by.order, 2 * pieces)
    for k in range(2 * pieces):
        by.rank[by.order[k]] = k
    for k in range(pieces):
        partner = by.order[by.rank[2 * k + 1] ^ 1]
        if partner % 2 == 1:  # ends that lie in one place: left together
            starts[found + 1] = end
            return 1
        by.follows[k] = partner // 2
    for v in range(begin, end):
        by.x[v - begin], by.y[v - begin] = x[v], y[v]
    for k in range(pieces + 1):
        by.starts[k] = starts[found + k] - begin
    at, made = begin, 0
    for k in range(pieces):
        piece = k
        if by.follows[k] < 0:
            continue
        while by.follows[piece] >= 0:
            for v in range(by.starts[piece], by.starts[piece + 1]):
                x[at], y[at] = by.x[v], by.y[v]
                at += 1
            after = by.follows[piece]
            by.follows[piece] = -1  # it is done
            piece = after
        made += 1
        starts[found + made] = at
    return made


@bare
def ordered(values: Any, order: I64, count: int) -> None:
    """Give the order of some values (D. Shell 1959); the first come first among equal ones."""
    gap = 1
    while gap < count // 3:
        gap = 3 * gap + 1
    for i in range(count):
        order[i] = i
    while gap > 0:
        for i in range(gap, count):
            one = order[i]
            j = i
            while j >= gap and (
                values[order[j - gap]] > values[one]
                or (values[order[j - gap]] == values[one] and order[j - gap] > one)
            ):
                order[j] = order[j - gap]
                j -= gap
            order[j] = one
        gap //= 3
