"""Annealed boundary moves: one unit at a time goes to a neighbouring group.

The search walks through plans that break a bound or lack a lead, at a price that adapts
(strategic oscillation, Glover 1977), but never through plans whose groups fall apart. Swaps
and chains arise as several moves in a row. Simulated annealing after Kirkpatrick, Gelatt &
Vecchi 1983; the change of the objective is known in O(1) (in O(columns) for an accepted move
with a table of seats).
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.grouping.board import (
    CENTROID,
    FIXED,
    POINTS,
    SEATS,
    Field,
    State,
    below,
    best_seat,
    chance,
    excess,
    group_cost,
    lacking,
    settle,
    strain,
)
from geo.grouping.problem import Floats, Ints

EPS = 1e-9


@njit(cache=True, nogil=True)
def may_leave(board: Field, plan: State, i: int) -> bool:
    """Whether the group of unit i stays connected, and not empty, without it.

    All neighbours of i in the group spread at once: soon they have met, or the smallest piece is
    filled and none has met it.
    """
    labels, g, seen, queue = plan.labels, plan.labels[i], plan.seen, plan.queue
    if plan.size[g] <= 1:
        return False
    first, count = plan.seen[-1] + 1, 0
    for e in range(board.start[i], board.start[i + 1]):
        j = board.other[e]
        if labels[j] == g and seen[j] < first:
            seen[j] = first + count
            queue[count] = j
            count += 1
    seen[-1] = first + count
    if count <= 1:
        return True
    root, waiting = np.arange(count), np.ones(count, dtype=np.int64)
    head, tail, parts = 0, count, count
    while True:
        u = queue[head]
        head += 1
        c = _root(root, seen[u] - first)
        waiting[c] -= 1
        for e in range(board.start[u], board.start[u + 1]):
            v = board.other[e]
            if v == i or labels[v] != g:
                continue
            if seen[v] < first:
                seen[v] = first + c
                queue[tail] = v
                tail += 1
                waiting[c] += 1
                continue
            d = _root(root, seen[v] - first)
            if d != c:
                root[d] = c
                waiting[c] += waiting[d]
                parts -= 1
                if parts == 1:
                    return True
        if waiting[c] == 0:
            return False


@njit(cache=True, nogil=True)
def _root(root: npt.NDArray[np.int64], c: int) -> int:
    """First of those that have met c."""
    while root[c] != c:
        c = root[c]
    return int(c)


@njit(cache=True, nogil=True)
def border_change(board: Field, plan: State, i: int, b: int) -> float:
    """Change of the border length when unit i goes to group b."""
    a, change = plan.labels[i], 0.0
    for e in range(board.start[i], board.start[i + 1]):
        g = plan.labels[board.other[e]]
        if g == a:
            change += board.length[e]
        elif g == b:
            change -= board.length[e]
    return float(change)


@njit(cache=True, nogil=True)
def compact_change(board: Field, plan: State, i: int, b: int) -> float:
    """Change of the compactness when unit i goes to group b (SEATS: at most this)."""
    a = plan.labels[i]
    if board.mode == FIXED:
        return float(board.cost[i, b] - board.cost[i, a])
    if board.mode == SEATS:
        change = board.cost[i, plan.centre[b]] - board.cost[i, plan.centre[a]]
        if board.seat[plan.centre[a]] == i:
            least = np.inf
            for j in range(len(board.seat)):
                unit = board.seat[j]
                if unit != i and plan.labels[unit] == a:
                    least = min(least, plan.toll[a, j] - board.cost[i, j])
            change = board.cost[i, plan.centre[b]] + least - plan.toll[a, plan.centre[a]]
        return float(change)
    x, y, w = board.xy[i, 0], board.xy[i, 1], board.weight[i]
    if board.mode == CENTROID:
        left, right = plan.load[a], plan.load[b]
        change = 0.0
        if left > w:
            dx, dy = x - plan.spot[a, 0] / left, y - plan.spot[a, 1] / left
            change -= left * w / (left - w) * (dx * dx + dy * dy)
        if right > 0:
            dx, dy = x - plan.spot[b, 0] / right, y - plan.spot[b, 1] / right
            change += right * w / (right + w) * (dx * dx + dy * dy)
        return float(change)
    if board.mode == POINTS:
        there = np.sqrt((x - plan.spot[b, 0]) ** 2 + (y - plan.spot[b, 1]) ** 2)
        here = np.sqrt((x - plan.spot[a, 0]) ** 2 + (y - plan.spot[a, 1]) ** 2)
        return float(w * (there - here))
    return 0.0


@njit(cache=True, nogil=True)
def moved_change(board: Field, i: int, a: int, b: int) -> float:
    """How much more has left its previous group when unit i goes from a to b."""
    if board.previous[i] == a:
        return float(board.moving[i])
    if board.previous[i] == b:
        return float(-board.moving[i])
    return 0.0


@njit(cache=True, nogil=True)
def broken_change(board: Field, plan: State, i: int, b: int) -> float:
    """Change of what is broken (loads in mean loads, missing marks, ties) when i goes to b."""
    a, w = plan.labels[i], board.weight[i]
    change = excess(board, a, plan.load[a] - w) - excess(board, a, plan.load[a])
    change += excess(board, b, plan.load[b] + w) - excess(board, b, plan.load[b])
    if len(board.needs) > 0:
        change += lacking(board, plan, a, i, -1) - lacking(board, plan, a, i, 0)
        change += lacking(board, plan, b, i, 1) - lacking(board, plan, b, i, 0)
    if len(board.sum_lower) > 0:
        change += strain(board, plan, a, i, -1) - strain(board, plan, a, i, 0)
        change += strain(board, plan, b, i, 1) - strain(board, plan, b, i, 0)
    more = moved_change(board, i, a, b)
    if more != 0.0:
        most = board.moved_max
        change += max(0.0, plan.value[3] + more - most) - max(0.0, plan.value[3] - most)
    for e in range(board.tie_start[i], board.tie_start[i + 1]):
        g = plan.labels[board.tie_other[e]]
        if g == a:
            change += board.tie_sign[e]
        elif g == b:
            change -= board.tie_sign[e]
    return float(change)


@njit(cache=True, nogil=True)
def move(board: Field, plan: State, i: int, b: int) -> None:
    """Bring unit i to group b, and everything that is kept up to date."""
    a, w = plan.labels[i], board.weight[i]
    plan.value[1] += border_change(board, plan, i, b)
    plan.value[2] += broken_change(board, plan, i, b)
    plan.value[3] += moved_change(board, i, a, b)
    if board.mode in (SEATS, CENTROID):
        plan.value[0] -= group_cost(board, plan, a) + group_cost(board, plan, b)
    else:
        plan.value[0] += compact_change(board, plan, i, b)
    plan.labels[i] = b
    plan.load[a] -= w
    plan.load[b] += w
    plan.size[a] -= 1
    plan.size[b] += 1
    for r in range(len(board.needs)):
        plan.held[a, r] -= board.marks[i, r]
        plan.held[b, r] += board.marks[i, r]
    for q in range(len(board.sum_lower)):
        plan.total[a, q] -= board.sums[i, q]
        plan.total[b, q] += board.sums[i, q]
    if board.mode == SEATS:
        plan.toll[a] -= board.cost[i]
        plan.toll[b] += board.cost[i]
        plan.centre[a] = best_seat(board, plan, a)
        plan.centre[b] = best_seat(board, plan, b)
    elif board.mode == CENTROID:
        x, y = board.xy[i, 0], board.xy[i, 1]
        for g, sign in ((a, -w), (b, w)):
            plan.spot[g, 0] += sign * x
            plan.spot[g, 1] += sign * y
            plan.spot[g, 2] += sign * (x * x + y * y)
    if board.mode in (SEATS, CENTROID):
        plan.value[0] += group_cost(board, plan, a) + group_cost(board, plan, b)


@njit(cache=True, nogil=True)
def anneal(  # noqa: PLR0917
    board: Field,
    plan: State,
    best: Ints,
    record: Floats,
    price: float,
    tries: int,
    hot: float,
    cold: float,
    stride: int,
    near: float,
) -> float:
    """Try `tries` random boundary moves while the temperature falls from `hot` to `cold`.

    Parameters
    ----------
    best : (n,) int
        Receives the labels of the best plan met, as (what is broken, value) orders plans.
    record : (2,) float
        What is broken in, and value of, `best`; both change in place.
    price : float
        What breaking rules by one mean load costs at first.
    stride : int
        Look for a new best plan after so many tries (1: after every move).
    near : float
        The price rises until no more than this is broken most of the time.

    Returns
    -------
    float
        The price at the end.
    """
    cooling = (cold / hot) ** (1.0 / max(tries, 1)) if hot > 0 else 1.0
    heat, kept, window, dirty = hot, 0, 0, True
    random = plan.random
    m = len(board.ends)
    if m == 0:  # nobody has a neighbour: nothing can move
        _note(board, plan, best, record, True)
        return price
    block = max(2000, min(4 * len(board.weight), 100_000))
    for step in range(tries):
        heat *= cooling
        window += 1
        kept += plan.value[2] <= near
        if window == block:
            if kept < 0.3 * block:
                price *= 1.25
            elif kept > 0.7 * block:
                price *= 0.8
            kept, window = 0, 0
            if board.mode == POINTS:
                settle(board, plan)
        if dirty and step % stride == 0:
            dirty = _note(board, plan, best, record, stride > 1)
        e = below(random, m)
        i, j = board.ends[e, 0], board.ends[e, 1]
        if chance(random) < 0.5:
            i, j = j, i
        b = plan.labels[j]
        if plan.labels[i] == b or board.frozen[i]:
            continue
        broken = broken_change(board, plan, i, b)
        rise = price * broken + worth_change(board, plan, i, b)
        luck = -heat * np.log(chance(random) + 1e-300) if heat > 0 else 0.0
        chain = broken > EPS and rise > luck
        if (rise > luck and not chain) or not may_leave(board, plan, i):
            continue
        if dirty and stride == 1:
            _note(board, plan, best, record, True)
        if chain:
            dirty = _chain(board, plan, i, j, rise, price, luck) or dirty
        else:
            move(board, plan, i, b)
            dirty = True
    _note(board, plan, best, record, True)
    return price


@njit(cache=True, nogil=True)
def _chain(  # noqa: PLR0917
    board: Field, plan: State, i: int, j: int, rise: float, price: float, luck: float
) -> bool:
    """Bring i to the group of j and a unit near j on to some other group, when both together pay."""
    a, b = plan.labels[i], plan.labels[j]
    move(board, plan, i, b)
    v = j
    for _ in range(10):
        e = board.start[v] + below(plan.random, board.start[v + 1] - board.start[v])
        u = board.other[e]
        c = plan.labels[u]
        if c == b:
            v = u
            continue
        if v == i or board.frozen[v]:
            continue
        second = price * broken_change(board, plan, v, c) + worth_change(board, plan, v, c)
        if rise + second <= luck and may_leave(board, plan, v):
            move(board, plan, v, c)
            return True
    move(board, plan, i, a)
    return False


@njit(cache=True, nogil=True)
def worth_change(board: Field, plan: State, i: int, b: int) -> float:
    """Change of the objective when unit i goes to group b."""
    change = 0.0
    if board.beta > 0:
        change += board.beta * border_change(board, plan, i, b)
    if board.alpha > 0:
        change += board.alpha * compact_change(board, plan, i, b)
    return float(change)


@njit(cache=True, nogil=True)
def _note(board: Field, plan: State, best: Ints, record: Floats, write: bool) -> bool:
    """Keep a plan that is better than the best; say whether there is something left to keep."""
    value = board.alpha * plan.value[0] + board.beta * plan.value[1]
    broken = plan.value[2] if plan.value[2] > EPS else 0.0
    if broken > record[0] or (broken == record[0] and value >= record[1] - EPS * abs(record[1])):
        return False
    if write:
        best[:] = plan.labels
        record[0], record[1] = broken, value
        return False
    return True
