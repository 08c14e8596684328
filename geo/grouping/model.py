"""The exact model over pairs (unit, seat), solved by HiGHS, contiguity added where it is broken.

    min  Σ c_ij x_ij
    Σ_j x_ij = 1
    L_j y_j ≤ Σ_i w_i x_ij ≤ U_j y_j,   x_ij ≤ y_j = x_jj,   Σ_j y_j = k
    Σ_i mark_ir x_ij ≥ need_r y_j;   ties;   and, as plans break it,
    x_ij ≤ Σ_{s in S} x_sj      for S that separates i from seat j          (contiguity)

With fixed centres every y_j is 1. Separators are minimal (Oehrlein & Haunert 2017; Validi,
Buchanan & Lykhovyd 2022). Only pairs that survived fixing are variables.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

from geo.errors import Stopped
from geo.grouping import board as boards
from geo.grouping import measure
from geo.grouping.problem import Bools, Floats, Ints, Problem
from geo.grouping.search import Clock, Found
from geo.grouping.separate import Separator

Status = highspy.HighsModelStatus


@dataclass(slots=True)
class Proof:
    """What the model has shown: a true bound, and whether the best plan attains it."""

    bound: float
    closed: bool = False


@dataclass(slots=True)
class Model:
    """Variables, rows and cuts of one problem."""

    problem: Problem
    seats: Ints
    cost: Floats
    unit: Ints
    column: Ints
    at: Ints  # (n, columns) variable of a pair, −1
    solver: highspy.Highs
    separator: Separator
    cuts: set[tuple[int, ...]] = field(default_factory=set)

    def rounded(self) -> Ints | None:
        """Give the plan nearest to the fractional one, not connected perhaps; None without one."""
        x = np.array(self.solver.getSolution().col_value)
        if len(x) != len(self.unit) or self.problem.centres is None:
            return None
        share = np.where(self.at >= 0, x[self.at], -1.0)
        nearest: Ints = np.argmax(share, axis=1).astype(np.int32)
        return nearest

    def free(self) -> int:
        """How many variables are not fixed yet."""
        lp = self.solver.getLp()
        return int(np.sum(np.array(lp.col_upper_) > np.array(lp.col_lower_)))


def model(problem: Problem, open_pairs: Bools) -> Model:
    """Write the model down for the pairs that may stand."""
    seats = problem.seats if problem.centres is None else problem.centres
    table = boards.seat_costs(problem, seats)
    if problem.centres is None:
        kept = np.flatnonzero(open_pairs[seats, np.arange(len(seats))])
    else:
        kept = np.arange(len(seats))
    seats, table, open_pairs = seats[kept], table[:, kept], open_pairs[:, kept].copy()
    if problem.centres is not None:
        open_pairs &= (problem.locked[:, None] < 0) | (
            problem.locked[:, None] == np.arange(len(seats))
        )
    unit, column = (index.astype(np.int32) for index in np.nonzero(open_pairs))
    at = np.full(open_pairs.shape, -1, dtype=np.int32)
    at[unit, column] = np.arange(len(unit))
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("random_seed", 1)
    made = Model(
        problem, seats, table[unit, column], unit, column, at, solver, Separator(problem, seats, at)
    )
    solver.passModel(_program(made))
    return made


class _Rows:
    """Rows of a linear program, gathered."""

    def __init__(self) -> None:
        self.start = [0]
        self.index: list[npt.NDArray[np.int32]] = []
        self.value: list[Floats] = []
        self.low: list[float] = []
        self.high: list[float] = []

    def add(self, low: float, index: npt.ArrayLike, value: npt.ArrayLike, high: float) -> None:
        columns = np.atleast_1d(np.asarray(index, dtype=np.int32))
        self.index.append(columns)
        self.value.append(np.broadcast_to(np.asarray(value, dtype=np.float64), columns.shape))
        self.start.append(self.start[-1] + len(columns))
        self.low.append(low)
        self.high.append(high)


def _program(made: Model) -> highspy.HighsLp:
    problem, rows, inf = made.problem, _Rows(), highspy.kHighsInf
    at, seats = made.at, made.seats
    free = problem.centres is None
    for i in range(problem.n):
        rows.add(1.0, at[i][at[i] >= 0], 1.0, 1.0)
    chosen = at[seats, np.arange(len(seats))]
    if free:
        rows.add(problem.k, chosen, 1.0, problem.k)
    for j, own in enumerate(chosen):
        mine = at[:, j][at[:, j] >= 0]
        weight = problem.weight[made.unit[mine]]
        g = 0 if free else j
        low, high = float(problem.lower[g]), float(problem.upper[g])
        scale = 1.0 / max(float(problem.weight.mean()), 1e-300)
        if np.isfinite(high):
            rows.add(-inf, *_less(mine, weight * scale, own, high * scale, free=free))
        if low > 0:
            rows.add(*_more(mine, weight * scale, own, low * scale, free=free))
        for r, need in enumerate(problem.needs):
            marks = problem.marks[made.unit[mine], r].astype(float)
            rows.add(*_more(mine, marks, own, float(need), free=free))
        if free:
            for x in mine[mine != own]:
                rows.add(-inf, [x, own], [1.0, -1.0], 0.0)
        _tie_rows(made, j, int(own), rows, free=free)
    _ring_rows(made, rows)
    return _passed(made, rows)


def _ring_rows(made: Model, rows: _Rows, most: int = 30_000) -> None:
    """A unit that does not touch the seat has a neighbour in the group: the commonest cuts."""
    if len(made.unit) > most:
        return
    start, other = made.separator.start, made.separator.other
    for x, (i, j) in enumerate(zip(made.unit, made.column, strict=True)):
        ring = other[start[i] : start[i + 1]]
        if i != made.seats[j] and made.seats[j] not in ring:
            inside = made.at[ring, j]
            inside = inside[inside >= 0]
            value = np.array([1.0] + [-1.0] * len(inside))
            rows.add(-highspy.kHighsInf, np.array([x, *inside]), value, 0.0)


def _less(
    mine: Ints, value: Floats, own: int, high: float, *, free: bool
) -> tuple[Ints, Floats, float]:
    return (mine, np.where(mine == own, value - high, value), 0.0) if free else (mine, value, high)


def _more(
    mine: Ints, value: Floats, own: int, low: float, *, free: bool
) -> tuple[float, Ints, Floats, float]:
    inf = highspy.kHighsInf
    if free:
        return 0.0, mine, np.where(mine == own, value - low, value), inf
    return low, mine, value, inf


def _tie_rows(made: Model, j: int, own: int, rows: _Rows, *, free: bool) -> None:
    inf = highspy.kHighsInf
    for a, b, sign in _all_ties(made.problem):
        x, y = made.at[a, j], made.at[b, j]
        if sign > 0 and x >= 0 and y >= 0 and x != y:
            rows.add(0.0, [x, y], [1.0, -1.0], 0.0)
        elif sign > 0 and (x >= 0) != (y >= 0):
            rows.add(0.0, [max(x, y)], [1.0], 0.0)
        elif sign < 0 and x >= 0 and y >= 0:
            if not free or own in (x, y):
                rows.add(-inf, [x, y], [1.0, 1.0], 1.0)
            else:
                rows.add(-inf, [x, y, own], [1.0, 1.0, -1.0], 0.0)


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


def _passed(made: Model, rows: _Rows) -> highspy.HighsLp:
    count = len(made.unit)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = count, len(rows.low)
    lp.col_cost_ = made.cost
    lp.col_lower_, lp.col_upper_ = np.zeros(count), np.ones(count)
    lp.row_lower_, lp.row_upper_ = np.array(rows.low), np.array(rows.high)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(rows.start, dtype=np.int32)
    lp.a_matrix_.index_ = np.concatenate(rows.index)
    lp.a_matrix_.value_ = np.concatenate(rows.value)
    return lp


def add_cuts(made: Model, x: Floats, *, least: float) -> int:
    """Add separators that `x` breaks by more than `least`; say how many."""
    found = [
        (i, j, s) for i, j, s in made.separator.broken(x, least) if (i, j, *s) not in made.cuts
    ]
    for i, j, s in found:
        made.cuts.add((i, j, *s))
        inside = [made.at[u, j] for u in s if made.at[u, j] >= 0]
        index = np.array([made.at[i, j], *inside], dtype=np.int32)
        value = np.array([1.0] + [-1.0] * len(inside))
        made.solver.addRow(-highspy.kHighsInf, 0.0, len(index), index, value)
    return len(found)


def linear(made: Model, best: float, clock: Clock, *, rounds: int = 60) -> float:
    """Solve the relaxation with cuts, and fix what cannot be in a better plan; give its bound."""
    bound, count, solver = -np.inf, len(made.unit), made.solver
    for turn in range(rounds):
        solver.setOptionValue("time_limit", solver.getRunTime() + min(1e7, max(0.1, clock.left())))
        solver.run()
        if solver.getModelStatus() == Status.kInfeasible:
            return best
        if solver.getModelStatus() != Status.kOptimal:
            return bound
        solution = solver.getSolution()
        x, reduced = np.array(solution.col_value), np.array(solution.col_dual)
        value = float(solver.getObjectiveValue())
        bound = max(bound, value - 1e-7 * abs(value))
        if bound >= best:
            return best
        limit = best - bound + 1e-6 * abs(best)
        zero = np.flatnonzero((x < 1e-7) & (reduced > limit)).astype(np.int32)
        one = np.flatnonzero((x > 1 - 1e-7) & (-reduced > limit)).astype(np.int32)
        if len(zero):
            solver.changeColsBounds(len(zero), zero, np.zeros(len(zero)), np.zeros(len(zero)))
        if len(one):
            solver.changeColsBounds(len(one), one, np.ones(len(one)), np.ones(len(one)))
        clock.tell("cuts", turn, rounds)
        if clock.left() <= 0 or not add_cuts(made, x, least=0.05 if count > 2000 else 0.02):
            break
    return bound


def integer(
    made: Model, found: Found, bound: float, clock: Clock, *, mend: Callable[[Ints], None]
) -> Proof:
    """Solve to the end: whole plans, cut by cut, until one is connected or none is better.

    Plans that fall apart are given to `mend`, which may offer a better plan to `found`; so
    are the model's own plans that keep every rule.
    """
    solver, count, proof = made.solver, len(made.unit), Proof(bound)
    solver.changeColsIntegrality(
        count, np.arange(count, dtype=np.int32), np.array([highspy.HighsVarType.kInteger] * count)
    )
    _watch(solver, clock)
    gaps = [2e-3, 5e-4, 0.0] if made.problem.centres is not None else [0.0]
    while clock.left() > 0.05:
        solver.setOptionValue("mip_rel_gap", gaps[0])
        best = found.value if found.broken == 0 else np.inf
        if np.isfinite(best):
            solver.setOptionValue("mip_abs_gap", 1e-8 * max(abs(best), 1e-3))
            solver.setOptionValue("objective_bound", best + 1e-7 * abs(best) + 1e-9)
            _offer(made, found.labels)
        solver.setOptionValue("time_limit", solver.getRunTime() + min(1e7, max(0.1, clock.left())))
        solver.run()
        status = solver.getModelStatus()
        if status == Status.kInfeasible:
            return Proof(best, closed=True)
        dual = float(solver.getInfo().mip_dual_bound)
        if np.isfinite(dual):
            proof.bound = min(best, max(proof.bound, dual - 1e-9 * abs(dual)))
        solution = solver.getSolution()
        if status not in (Status.kOptimal, Status.kObjectiveBound) or not solution.value_valid:
            return proof
        x = np.array(solution.col_value)
        labels = _labels(made, x)
        if not add_cuts(made, np.round(x), least=0.5):
            found.offer(labels, 0.0, measure.objective(made.problem, labels))
            if gaps[0] == 0.0:
                return Proof(found.value, closed=True)
        mend(labels)
        gaps = gaps[1:] or gaps
    return proof


def _watch(solver: highspy.Highs, clock: Clock) -> None:
    """Let the clock and the listener end the solver's run."""
    solver.setOptionValue("time_limit", solver.getRunTime() + min(1e7, max(0.1, clock.left())))

    def ask(event: Any) -> None:
        try:
            clock.tell("proof", clock.seconds(), clock.limit_s)
        except (KeyboardInterrupt, Stopped):
            clock.limit_s = 0.0
        if clock.left() <= 0:
            event.interrupt()

    solver.cbMipInterrupt.subscribe(ask)


def _offer(made: Model, labels: Ints) -> None:
    """Give the solver a plan to begin with."""
    x = np.zeros(len(made.unit))
    best: Ints | None
    column = {int(s): j for j, s in enumerate(made.seats)}
    if made.problem.centres is None:
        best = _centres_of(made, labels, column)
    else:
        best = np.arange(len(made.seats))
    if best is None:
        return
    pair = made.at[np.arange(made.problem.n), best[labels]]
    if np.any(pair < 0):
        return
    x[pair] = 1.0
    given = highspy.HighsSolution()
    given.col_value = x.tolist()
    made.solver.setSolution(given)


def _centres_of(made: Model, labels: Ints, column: dict[int, int]) -> Ints | None:
    centres = measure.centres(made.problem, labels)[0]
    if any(int(c) not in column for c in centres):
        return None
    return np.array([column[int(c)] for c in centres], dtype=np.int32)


def _labels(made: Model, x: Floats) -> Ints:
    chosen = np.full(made.problem.n, -1, dtype=np.int32)
    taken = np.flatnonzero(x > 0.5)
    chosen[made.unit[taken]] = made.column[taken]
    if made.problem.centres is not None:
        return chosen
    return np.unique(chosen, return_inverse=True)[1].astype(np.int32)
