"""The board the searches play on: a problem as plain arrays, and a plan that changes in place.

Kernels are compiled, so a board is two named tuples of arrays: `Field` never changes,
`State` does. Everything random comes from a small generator of its own (xorshift64*), whose
seed is drawn from the caller's: the same seed gives the same plan on any machine.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.grouping.problem import Bools, Floats, Ints, Problem

CUT, FIXED, SEATS, CENTROID, POINTS = 0, 1, 2, 3, 4
"""How a unit's cost to a group is known: not at all; from a table of k fixed centres; from a
table of possible seats; squared to the group's centroid; straight to the group's centre."""

TABLE_CELLS = 9_000_000
"""Up to here the costs of every unit to every seat are kept as one table (72 MB)."""

Words = npt.NDArray[np.uint64]


class Field(NamedTuple):
    """A problem as arrays."""

    start: Ints  # neighbours of unit i: other[start[i]:start[i + 1]]
    other: Ints
    length: Floats  # what it costs to part the neighbours
    ends: Ints  # (m, 2) edges
    weight: Floats
    xy: Floats
    cost: Floats  # (n, columns)
    seat: Ints  # unit of each column
    column: Ints  # column of each unit, −1
    mode: int
    alpha: float  # factor of the costs to centres
    beta: float  # factor of the border length
    lower: Floats
    upper: Floats
    mean: float
    marks: npt.NDArray[np.int32]
    needs: Ints
    optional: Bools
    skips: int
    sums: Floats  # (n, q), in means of a group
    sum_lower: Floats
    sum_upper: Floats
    previous: Ints
    moving: Floats
    moved_max: float
    tie_start: Ints
    tie_other: Ints
    tie_sign: Ints
    frozen: Bools


class State(NamedTuple):
    """A plan, and what has to be known about it to change it quickly."""

    labels: Ints
    load: Floats
    size: Ints
    held: Ints  # (k, r) marks in each group
    total: Floats  # (k, q) further sums of each group
    centre: Ints  # (k,) column (SEATS) of the centre
    spot: Floats  # (k, 2) centroid sums (CENTROID) or the centre's place (POINTS)
    toll: Floats  # (k, columns) cost of the group to every seat (SEATS)
    value: Floats  # [compactness, border, violation, moved]
    seen: npt.NDArray[np.int64]  # (n + 1,) stamps of the searches; the last is the current stamp
    queue: Ints
    random: Words


def field(problem: Problem) -> Field:
    """Lay a problem out as arrays; keeps a table of costs where it fits."""
    n, k = problem.n, problem.k
    fees = problem.fees
    start, other, length = neighbours(n, problem.adjacency.pairs, fees)
    mode, table, seat = _costs(problem)
    column = np.full(n, -1, dtype=np.int32)
    column[seat] = np.arange(len(seat), dtype=np.int32)
    tie_start, tie_other, tie_sign = neighbours(
        n, problem.ties[:, :2], problem.ties[:, 2].astype(np.float64)
    )
    size = np.maximum(np.abs(problem.sums).sum(axis=0) / k, 1e-300)
    unit = max(float(problem.moving.mean()), 1e-300)
    return Field(
        start, other, length, np.ascontiguousarray(problem.adjacency.pairs, dtype=np.int32),
        problem.weight, np.ascontiguousarray(problem.xy - problem.xy.mean(axis=0)),
        table, seat.astype(np.int32), column, mode,
        1.0 if problem.compact else 0.0, 1.0 if fees.any() else 0.0,
        problem.lower, problem.upper, max(float(problem.weight.sum()) / k, 1e-300),
        np.ascontiguousarray(problem.marks, dtype=np.int32), problem.needs.astype(np.int32),
        problem.optional, problem.skips, np.ascontiguousarray(problem.sums / size),
        problem.sum_lower / size, problem.sum_upper / size,
        problem.previous.astype(np.int32), problem.moving / unit, problem.moved_max / unit,
        tie_start, tie_other, tie_sign.astype(np.int32), problem.locked >= 0,
    )  # fmt: skip


def _costs(problem: Problem) -> tuple[int, Floats, Ints]:
    n = problem.n
    nothing = np.zeros((1, 1))
    if not problem.compact:
        return CUT, nothing, np.arange(n, dtype=np.int32)
    if problem.centres is not None:
        return FIXED, seat_costs(problem, problem.centres), problem.centres
    if problem.costs is not None or n * len(problem.seats) <= TABLE_CELLS:
        return SEATS, seat_costs(problem, problem.seats), problem.seats
    mode = POINTS if problem.objective == "walk" else CENTROID
    return mode, nothing, np.arange(n, dtype=np.int32)


def seat_costs(problem: Problem, seats: Ints) -> Floats:
    """Cost of every unit to each of some seats, (n, len(seats)); forbidden pairs cost dear."""
    if problem.costs is not None:
        column = {int(unit): j for j, unit in enumerate(problem.seats)}
        table = problem.costs[:, [column[int(s)] for s in seats]]
        finite = table[np.isfinite(table)]
        dear = 1e3 * max(float(np.abs(finite).max()), 1.0) if len(finite) else 1.0
        return np.ascontiguousarray(np.where(np.isfinite(table), table, dear))
    squared = np.zeros((problem.n, len(seats)))
    for axis in (0, 1):
        squared += np.subtract.outer(problem.xy[:, axis], problem.xy[seats, axis]) ** 2
    reach = np.sqrt(squared) if problem.objective == "walk" else squared
    return np.ascontiguousarray(reach * problem.weight[:, None])


def neighbours(n: int, pairs: Ints, value: Floats) -> tuple[Ints, Ints, Floats]:
    """Turn an edge list into rows: those of unit i lie at ``start[i]:start[i + 1]``."""
    ends = np.concatenate([pairs[:, 0], pairs[:, 1]])
    far = np.concatenate([pairs[:, 1], pairs[:, 0]]).astype(np.int32)
    order = np.lexsort((far, ends))
    start = np.searchsorted(ends[order], np.arange(n + 1)).astype(np.int32)
    return start, far[order], np.concatenate([value, value])[order]


def state(board: Field, labels: Ints, seed: int) -> State:
    """Set up a plan on a board."""
    n, k = len(board.weight), len(board.lower)
    columns = board.cost.shape[1] if board.mode == SEATS else 1
    random = np.array(
        [(seed * 0x9E3779B97F4A7C15 + 0x2545F4914F6CDD1D) % 2**64 | 1], dtype=np.uint64
    )
    plan = State(
        labels.astype(np.int32).copy(), np.zeros(k), np.zeros(k, dtype=np.int32),
        np.zeros((k, board.marks.shape[1]), dtype=np.int32), np.zeros((k, board.sums.shape[1])),
        np.zeros(k, dtype=np.int32), np.zeros((k, 4)), np.zeros((k, columns)), np.zeros(4),
        np.zeros(n + 1, dtype=np.int64), np.zeros(n, dtype=np.int32), random,
    )  # fmt: skip
    settle(board, plan)
    return plan


@njit(cache=True, nogil=True)
def chance(random: Words) -> float:
    """Next number in [0, 1): xorshift64* (Marsaglia 2003, Vigna 2016)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    return float((x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True, nogil=True)
def below(random: Words, n: int) -> int:
    """Next whole number in 0 … n−1."""
    return int(chance(random) * n)


@njit(cache=True, nogil=True)
def excess(board: Field, g: int, load: float) -> float:
    """How far a load is outside the bounds of a group, in mean loads."""
    if load < board.lower[g]:
        return float((board.lower[g] - load) / board.mean)
    if load > board.upper[g]:
        return float((load - board.upper[g]) / board.mean)
    return 0.0


@njit(cache=True, nogil=True)
def lacking(board: Field, plan: State, g: int, i: int, sign: int) -> float:
    """How many marks group g lacks when unit i is added (sign 1), taken (−1) or neither (0)."""
    missing, optional = 0, 0
    for r in range(len(board.needs)):
        short = board.needs[r] - plan.held[g, r] - sign * board.marks[i, r]
        if short > 0:
            if board.optional[r]:
                optional += 1
            else:
                missing += short
    return float(missing + max(0, optional - board.skips))


@njit(cache=True, nogil=True)
def strain(board: Field, plan: State, g: int, i: int, sign: int) -> float:
    """How far the further sums of group g are outside their bounds, with unit i as in `lacking`."""
    out = 0.0
    for q in range(len(board.sum_lower)):
        total = plan.total[g, q] + sign * board.sums[i, q]
        out += max(0.0, board.sum_lower[q] - total) + max(0.0, total - board.sum_upper[q])
    return out


@njit(cache=True, nogil=True)
def best_seat(board: Field, plan: State, g: int) -> int:
    """Column of the unit of the group that is its best centre; the old one when none is."""
    best, least = plan.centre[g], np.inf
    for j in range(len(board.seat)):
        if plan.labels[board.seat[j]] == g and plan.toll[g, j] < least:
            best, least = j, plan.toll[g, j]
    return int(best)


@njit(cache=True, nogil=True)
def group_cost(board: Field, plan: State, g: int) -> float:
    """Compactness of one group as the board keeps it (SEATS and CENTROID)."""
    if board.mode == SEATS:
        return float(plan.toll[g, plan.centre[g]])
    w = plan.load[g]
    if w <= 0.0:
        return 0.0
    x, y, square = plan.spot[g, 0], plan.spot[g, 1], plan.spot[g, 2]
    return float(square - (x * x + y * y) / w)


@njit(cache=True, nogil=True)
def settle(board: Field, plan: State) -> None:
    """Work out everything that is kept about a plan from its labels."""
    k = len(board.lower)
    plan.load[:] = 0.0
    plan.size[:] = 0
    plan.held[:] = 0
    plan.total[:] = 0.0
    plan.value[3] = 0.0
    plan.toll[:] = 0.0
    if board.mode == CENTROID:
        plan.spot[:] = 0.0
    for i in range(len(plan.labels)):
        g = plan.labels[i]
        plan.load[g] += board.weight[i]
        plan.size[g] += 1
        for r in range(len(board.needs)):
            plan.held[g, r] += board.marks[i, r]
        for q in range(len(board.sum_lower)):
            plan.total[g, q] += board.sums[i, q]
        if board.previous[i] >= 0 and board.previous[i] != g:
            plan.value[3] += board.moving[i]
        if board.mode == SEATS:
            plan.toll[g] += board.cost[i]
        elif board.mode == CENTROID:
            x, y, w = board.xy[i, 0], board.xy[i, 1], board.weight[i]
            plan.spot[g, 0] += w * x
            plan.spot[g, 1] += w * y
            plan.spot[g, 2] += w * (x * x + y * y)
    if board.mode == SEATS:
        for g in range(k):
            plan.centre[g] = best_seat(board, plan, g)
    elif board.mode == POINTS:
        middles(board, plan)
    _values(board, plan)


@njit(cache=True, nogil=True)
def middles(board: Field, plan: State) -> None:
    """Put each group's centre at its weighted geometric median (Weiszfeld 1937, 8 steps)."""
    k = len(board.lower)
    near = np.empty((k, 3))
    for step in range(9):
        near[:] = 0.0
        for i in range(len(plan.labels)):
            g = plan.labels[i]
            w = board.weight[i]
            if step > 0:
                dx, dy = board.xy[i, 0] - plan.spot[g, 0], board.xy[i, 1] - plan.spot[g, 1]
                w /= np.sqrt(dx * dx + dy * dy) + 1e-6
            near[g, 0] += w * board.xy[i, 0]
            near[g, 1] += w * board.xy[i, 1]
            near[g, 2] += w
        for g in range(k):
            if near[g, 2] > 0:
                plan.spot[g, 0] = near[g, 0] / near[g, 2]
                plan.spot[g, 1] = near[g, 1] / near[g, 2]


@njit(cache=True, nogil=True)
def _values(board: Field, plan: State) -> None:
    compact, border, broken = 0.0, 0.0, 0.0
    for i in range(len(plan.labels)):
        g = plan.labels[i]
        if board.mode == FIXED:
            compact += board.cost[i, g]
        elif board.mode == POINTS:
            compact += board.weight[i] * np.sqrt(
                (board.xy[i, 0] - plan.spot[g, 0]) ** 2 + (board.xy[i, 1] - plan.spot[g, 1]) ** 2
            )
        for e in range(board.start[i], board.start[i + 1]):
            if plan.labels[board.other[e]] != g:
                border += board.length[e] / 2
        for e in range(board.tie_start[i], board.tie_start[i + 1]):
            if (plan.labels[board.tie_other[e]] == g) != (board.tie_sign[e] > 0):
                broken += 0.5
    for g in range(len(board.lower)):
        if board.mode in (SEATS, CENTROID):
            compact += group_cost(board, plan, g)
        broken += excess(board, g, plan.load[g])
        broken += lacking(board, plan, g, 0, 0) + strain(board, plan, g, 0, 0)
    broken += max(0.0, plan.value[3] - board.moved_max)
    plan.value[0], plan.value[1], plan.value[2] = compact, border, broken
