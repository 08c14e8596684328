"""The exact model written down: pairs (unit, seat), borders, marks, and who stayed.

    min  Σ c_ij x_ij + Σ fee_e z_e
    Σ_j x_ij = 1
    L_j y_j ≤ Σ_i w_i x_ij ≤ U_j y_j,   x_ij ≤ y_j = x_jj,   Σ_j y_j = k
    the same for further sums;   Σ_i mark_ir x_ij ≥ need_r (1 − skip_jr) y_j
    z_e ≥ x_aj − x_bj                                       for every edge e = (a, b)
    stay_ij ≤ x_ij,  stay_ij ≤ q_jg,  Σ moving_i stay_ij ≥ Σ moving − moved_max
    ties;   and, as plans break it,
    x_ij ≤ Σ_{s in S} x_sj      for S that separates i from seat j          (contiguity)

With fixed centres every y_j is 1. q_jg says that the group around seat j is group g of before
(g: its number there). For the border objective the seat of a group is its first unit.
"""

from dataclasses import dataclass, field

import highspy
import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_matrix

from geo.grouping import board as boards
from geo.grouping.problem import Bools, Floats, Ints, Problem

INF = highspy.kHighsInf


class Rows:
    """Rows of a linear program, gathered."""

    def __init__(self) -> None:
        self.start = [0]
        self.index: list[npt.NDArray[np.int32]] = []
        self.value: list[Floats] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(self, low: float, index: npt.ArrayLike, value: npt.ArrayLike, high: float) -> None:
        """Add low ≤ Σ value · x[index] ≤ high."""
        columns = np.atleast_1d(np.asarray(index, dtype=np.int32))
        self.index.append(columns)
        self.value.append(np.broadcast_to(np.asarray(value, dtype=np.float64), columns.shape))
        self.start.append(self.start[-1] + len(columns))
        self.low.append(float(low))
        self.high.append(float(high))

    def matrix(self, columns: int) -> csr_matrix:
        """Give all rows as one sparse matrix."""
        if not self.index:
            return csr_matrix((0, columns))
        entries = (np.concatenate(self.value), np.concatenate(self.index), np.array(self.start))
        return csr_matrix(entries, shape=(len(self.low), columns))


@dataclass(slots=True)
class Program:
    """Variables, their costs, and rows.

    Variables are the pairs first, then `edge` (those with a fee), `present` (columns ×
    optional marks), `heir` (columns × groups of before) and `stay` (one a pair, −1 where
    the unit is new).
    """

    problem: Problem
    seats: Ints
    unit: Ints
    column: Ints
    at: Ints  # (n, columns) variable of a pair, −1
    cost: Floats  # of all variables, scaled
    scale: float  # cost = true cost × scale
    edge: Ints  # (m,) variable, −1
    present: Ints  # (columns, r), −1
    heir: Ints  # (columns, k), −1
    stay: Ints  # (pairs,), −1
    whole: Bools  # which variables are whole numbers
    rows: Rows = field(default_factory=Rows)

    @property
    def free(self) -> bool:
        """Whether centres are chosen, not given."""
        return self.problem.centres is None


def program(problem: Problem, open_pairs: Bools) -> Program:
    """Write the model down for the pairs (unit, column) that may stand."""
    seats = problem.seats if problem.centres is None else problem.centres
    kept = np.arange(len(seats))
    if problem.centres is None:
        kept = np.flatnonzero(open_pairs[seats, np.arange(len(seats))])
    seats, open_pairs = seats[kept], open_pairs[:, kept].copy()
    if problem.centres is not None:
        open_pairs &= (problem.locked[:, None] < 0) | (problem.locked[:, None] == kept)
    elif not problem.compact:
        open_pairs &= np.arange(problem.n)[:, None] >= seats
    made = _variables(problem, seats, open_pairs)
    _assign_rows(made)
    for j in range(len(seats)):
        _group_rows(made, j)
    _edge_rows(made)
    _heir_rows(made)
    _ring_rows(made)
    return made


def _variables(problem: Problem, seats: Ints, open_pairs: Bools) -> Program:
    unit, column = (index.astype(np.int32) for index in np.nonzero(open_pairs))
    at = np.full(open_pairs.shape, -1, dtype=np.int32)
    count = len(unit)
    at[unit, column] = np.arange(count)

    def fresh(wanted: Bools) -> Ints:
        nonlocal count
        numbers = np.full(wanted.shape, -1, dtype=np.int32)
        numbers[wanted] = np.arange(count, count + int(wanted.sum()))
        count += int(wanted.sum())
        return numbers

    fees = problem.fees
    edge = fresh(fees > 0)
    free = problem.centres is None
    optional = problem.optional & (problem.skips > 0)
    present = fresh(np.broadcast_to(optional, (len(seats), len(optional))))
    limited = bool(np.isfinite(problem.moved_max)) and bool(np.any(problem.previous >= 0))
    heirs = free and limited
    heir = fresh(np.full((len(seats), problem.k), heirs))
    stay = fresh((problem.previous[unit] >= 0) & heirs)
    cost, whole = np.zeros(count), np.zeros(count, dtype=np.bool_)
    whole[: len(unit)], whole[heir[heir >= 0]] = True, True
    if problem.compact:
        cost[: len(unit)] = boards.seat_costs(problem, seats)[unit, column]
    cost[edge[edge >= 0]] = fees[edge >= 0]
    scale = 1.0 / float(np.abs(cost).mean()) if cost.any() else 1.0
    return Program(
        problem, seats, unit, column, at, cost * scale, scale, edge, present, heir, stay, whole
    )


def _assign_rows(made: Program) -> None:
    problem, at, rows = made.problem, made.at, made.rows
    for i in range(problem.n):
        rows.add(1.0, at[i][at[i] >= 0], 1.0, 1.0)
    if made.free:
        rows.add(problem.k, at[made.seats, np.arange(len(made.seats))], 1.0, problem.k)
    elif np.isfinite(problem.moved_max):
        old = np.flatnonzero(problem.previous >= 0)
        stays = at[old, problem.previous[old]]
        value = problem.moving[old] / max(float(problem.moving.mean()), 1e-300)
        least = value.sum() - problem.moved_max / max(float(problem.moving.mean()), 1e-300)
        rows.add(least, stays[stays >= 0], value[stays >= 0], INF)


def _group_rows(made: Program, j: int) -> None:
    """What the group of one seat keeps."""
    problem, at, rows = made.problem, made.at, made.rows
    own, free = int(at[made.seats[j], j]), made.free
    mine = at[:, j][at[:, j] >= 0]
    units = made.unit[mine]
    g = 0 if free else j
    _between(
        made, mine, own, problem.weight[units], float(problem.lower[g]), float(problem.upper[g])
    )
    for q in range(len(problem.sum_names)):
        low, high = float(problem.sum_lower[q]), float(problem.sum_upper[q])
        _between(made, mine, own, problem.sums[units, q], low, high)
    present = made.present[j]
    for r, need in enumerate(problem.needs):
        marks = problem.marks[units, r].astype(float)
        if present[r] >= 0:
            rows.add(0.0, np.append(mine, present[r]), np.append(marks, -float(need)), INF)
        elif need > 0:
            _between(made, mine, own, marks, float(need), np.inf)
    if np.any(present >= 0):
        least, some = float(problem.optional.sum() - problem.skips), present[present >= 0]
        if free:
            rows.add(0.0, np.append(some, own), np.append(np.ones(len(some)), -least), INF)
        else:
            rows.add(least, some, 1.0, INF)
    if free:
        for x in mine[mine != own]:
            rows.add(-INF, [x, own], [1.0, -1.0], 0.0)
    _tie_rows(made, j, own)


def _between(  # noqa: PLR0917
    made: Program, mine: Ints, own: int, value: Floats, low: float, high: float
) -> None:
    """Bound a sum over a group, in means of its values; a seat that is not chosen has none."""
    mean = float(np.abs(value).mean()) if len(value) else 0.0
    scale = 1.0 / mean if mean > 0 else 1.0
    value, rows = value * scale, made.rows
    if np.isfinite(high):
        if made.free:
            rows.add(-INF, mine, np.where(mine == own, value - high * scale, value), 0.0)
        else:
            rows.add(-INF, mine, value, high * scale)
    if low > 0 or (np.isfinite(low) and np.any(value < 0)):
        if made.free:
            rows.add(0.0, mine, np.where(mine == own, value - low * scale, value), INF)
        else:
            rows.add(low * scale, mine, value, INF)


def _tie_rows(made: Program, j: int, own: int) -> None:
    for a, b, sign in _all_ties(made.problem):
        x, y = made.at[a, j], made.at[b, j]
        if sign > 0 and x >= 0 and y >= 0 and x != y:
            made.rows.add(0.0, [x, y], [1.0, -1.0], 0.0)
        elif sign > 0 and (x >= 0) != (y >= 0):
            made.rows.add(0.0, [max(x, y)], [1.0], 0.0)
        elif sign < 0 and x >= 0 and y >= 0:
            if not made.free or own in (x, y):
                made.rows.add(-INF, [x, y], [1.0, 1.0], 1.0)
            else:
                made.rows.add(-INF, [x, y, own], [1.0, 1.0, -1.0], 0.0)


def _all_ties(problem: Problem) -> list[tuple[int, int, int]]:
    """Ties, and locks to groups that no centre names: alike together, unlike apart."""
    ties = [(int(a), int(b), int(sign)) for a, b, sign in problem.ties]
    if problem.centres is None:
        held = np.flatnonzero(problem.locked >= 0)
        for x, a in enumerate(held):
            for b in held[x + 1 :]:
                same = problem.locked[a] == problem.locked[b]
                ties.append((int(a), int(b), 1 if same else -1))
    return ties


def edge_row(made: Program, e: int, columns: Ints) -> tuple[Ints, Floats]:
    """Give z_e − Σ_j (x_aj − x_bj) over some columns, which is never negative."""
    a, b = made.problem.adjacency.pairs[e]
    plus, minus = made.at[a, columns], made.at[b, columns]
    plus, minus = plus[plus >= 0], minus[minus >= 0]
    index = np.concatenate([[made.edge[e]], plus, minus]).astype(np.int32)
    return index, np.concatenate([[1.0], -np.ones(len(plus)), np.ones(len(minus))])


def _edge_rows(made: Program, most: int = 30_000) -> None:
    """Borders cost; where there are too many rows, they are added as plans break them."""
    edges = np.flatnonzero(made.edge >= 0)
    if len(edges) * len(made.seats) > most:
        return
    for e in edges:
        a, b = made.problem.adjacency.pairs[e]
        for j in range(len(made.seats)):
            if made.at[a, j] >= 0 or made.at[b, j] >= 0:
                for one, other in ((a, b), (b, a)):
                    x, y = made.at[one, j], made.at[other, j]
                    if x >= 0:
                        index = [made.edge[e], x] + ([y] if y >= 0 else [])
                        made.rows.add(0.0, index, [1.0, -1.0, 1.0][: len(index)], INF)


def _heir_rows(made: Program) -> None:
    """Groups keep their numbers: who stays counts only where the group is the heir of the old one."""
    problem, heir, rows = made.problem, made.heir, made.rows
    if not np.any(heir >= 0):
        return
    for g in range(problem.k):
        rows.add(1.0, heir[:, g], 1.0, 1.0)
    for j, seat in enumerate(made.seats):
        own = made.at[seat, j]
        rows.add(0.0, np.append(heir[j], own), np.append(np.ones(problem.k), -1.0), 0.0)
    for x in np.flatnonzero(made.stay >= 0):
        old = heir[made.column[x], problem.previous[made.unit[x]]]
        rows.add(-INF, [made.stay[x], x], [1.0, -1.0], 0.0)
        rows.add(-INF, [made.stay[x], old], [1.0, -1.0], 0.0)
    for x in np.flatnonzero(problem.locked[made.unit] >= 0):
        rows.add(-INF, [x, heir[made.column[x], problem.locked[made.unit[x]]]], [1.0, -1.0], 0.0)
    unit = max(float(problem.moving.mean()), 1e-300)
    stays = np.flatnonzero(made.stay >= 0)
    total = float(problem.moving[problem.previous >= 0].sum())
    value = problem.moving[made.unit[stays]] / unit
    rows.add((total - problem.moved_max) / unit, made.stay[stays], value, INF)


def _ring_rows(made: Program, most: int = 30_000) -> None:
    """A unit that does not touch the seat has a neighbour in the group: the commonest cuts."""
    if len(made.unit) > most:
        return
    pairs = made.problem.adjacency.pairs
    start, other, _ = boards.neighbours(made.problem.n, pairs, np.zeros(len(pairs)))
    for x, (i, j) in enumerate(zip(made.unit, made.column, strict=True)):
        ring = other[start[i] : start[i + 1]]
        if i != made.seats[j] and made.seats[j] not in ring:
            inside = made.at[ring, j]
            inside = inside[inside >= 0]
            value = np.array([1.0] + [-1.0] * len(inside))
            made.rows.add(-INF, np.array([x, *inside]), value, 0.0)
