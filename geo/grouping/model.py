"""The exact model solved by HiGHS, contiguity and borders added where plans break them.

Separators are minimal (Oehrlein & Haunert 2017; Validi, Buchanan & Lykhovyd 2022). Bounds of
linear programs are worked out anew from the prices, so that the solver's tolerances cannot
lift them above the truth (Neumaier & Shcherbina 2004).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import highspy
import numpy as np
from scipy.sparse import csr_matrix

from geo.errors import Stopped
from geo.grouping import measure
from geo.grouping.found import Found
from geo.grouping.partition import matched
from geo.grouping.problem import Bools, Floats, Ints, Problem
from geo.grouping.program import INF, Program, edge_row, program
from geo.grouping.separate import Separator
from geo.layers import Clock

Status = highspy.HighsModelStatus
NONE = (Status.kInfeasible, Status.kUnboundedOrInfeasible)  # every variable is bounded
PAIRS = 60_000
"""More pairs than this are not handed to the solver."""
TOLERANCE = 1e-6
"""Share by which bounds of the branch and bound are lowered: the solver's own tolerance."""


@dataclass(slots=True)
class Proof:
    """What the model has shown: a true bound, and whether the best plan attains it."""

    bound: float
    closed: bool = False


@dataclass(slots=True)
class Model:
    """A program in the solver, with the cuts added so far."""

    made: Program
    solver: highspy.Highs
    separator: Separator
    low: Floats  # bounds of the variables
    high: Floats
    cuts: set[tuple[int, ...]] = field(default_factory=set)
    matrix: csr_matrix | None = None

    @property
    def problem(self) -> Problem:
        """What is asked."""
        return self.made.problem

    def rounded(self) -> Ints | None:
        """Give the plan nearest to the fractional one, not connected perhaps; None without one."""
        x = np.array(self.solver.getSolution().col_value)
        if len(x) != len(self.made.cost) or self.made.free:
            return None
        share = np.where(self.made.at >= 0, x[self.made.at], -1.0)
        nearest: Ints = np.argmax(share, axis=1).astype(np.int32)
        return nearest

    def free(self) -> int:
        """How many pairs are not fixed yet."""
        pairs = len(self.made.unit)
        return int(np.sum(self.high[:pairs] > self.low[:pairs]))

    def add(self, low: float, index: Ints, value: Floats, high: float) -> None:
        """Add a row."""
        self.made.rows.add(low, index, value, high)
        self.solver.addRow(low, high, len(index), index.astype(np.int32), value)

    def bound(self, prices: Floats) -> tuple[float, Floats]:
        """Give the bound that prices of rows prove, and reduced costs; both true to rounding."""
        made = self.made
        count = len(made.rows.low)
        if self.matrix is None or self.matrix.shape[0] != count:
            self.matrix = made.rows.matrix(len(made.cost))
        low, high = np.array(made.rows.low), np.array(made.rows.high)
        price = prices.copy()
        price[((price > 0) & ~np.isfinite(low)) | ((price < 0) & ~np.isfinite(high))] = 0.0
        reduced = made.cost - self.matrix.T @ price
        rows = price * np.where(price > 0, low, np.where(price < 0, high, 0.0))
        columns = np.where(reduced > 0, reduced * self.low, reduced * self.high)
        size = float(np.abs(rows).sum() + np.abs(columns).sum())
        return float(rows.sum() + columns.sum()) - 1e-12 * size, reduced


def model(problem: Problem, open_pairs: Bools) -> Model:
    """Hand the program for the pairs that may stand to the solver."""
    made = program(problem, open_pairs)
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 1)):
        solver.setOptionValue(name, value)
    count = len(made.cost)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = count, len(made.rows.low)
    lp.col_cost_ = made.cost
    lp.col_lower_, lp.col_upper_ = np.zeros(count), np.ones(count)
    lp.row_lower_, lp.row_upper_ = np.array(made.rows.low), np.array(made.rows.high)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.array(made.rows.start, dtype=np.int32)
    lp.a_matrix_.index_ = np.concatenate(made.rows.index)
    lp.a_matrix_.value_ = np.concatenate(made.rows.value)
    solver.passModel(lp)
    separator = Separator(problem, made.seats, made.at)
    return Model(made, solver, separator, np.zeros(count), np.ones(count))


def add_cuts(it: Model, x: Floats, *, least: float) -> int:
    """Add separators and border rows that `x` breaks by more than `least`; say how many."""
    made, count = it.made, 0
    found = [(i, j, s) for i, j, s in it.separator.broken(x, least) if (i, j, *s) not in it.cuts]
    for i, j, s in found:
        it.cuts.add((i, j, *s))
        inside = [made.at[u, j] for u in s if made.at[u, j] >= 0]
        index = np.array([made.at[i, j], *inside], dtype=np.int32)
        it.add(-INF, index, np.array([1.0] + [-1.0] * len(inside)), 0.0)
    share = np.where(made.at >= 0, x[made.at], 0.0)
    for e in np.flatnonzero(made.edge >= 0):
        a, b = made.problem.adjacency.pairs[e]
        columns = np.flatnonzero(share[a] > share[b] + 1e-9)
        if (share[a, columns] - share[b, columns]).sum() > x[made.edge[e]] + least:
            it.add(0.0, *edge_row(made, int(e), columns), INF)
            count += 1
    return len(found) + count


def linear(it: Model, best: float, clock: Clock, *, rounds: int = 60) -> float:
    """Solve the relaxation with cuts, and fix what cannot be in a better plan; give its bound."""
    made, solver, bound = it.made, it.solver, -np.inf
    goal = best * made.scale
    for turn in range(rounds):
        _limit(solver, clock)
        solver.run()
        if solver.getModelStatus() in NONE:
            return best
        if solver.getModelStatus() != Status.kOptimal:
            break
        solution = solver.getSolution()
        x = np.array(solution.col_value)
        value, reduced = it.bound(np.array(solution.row_dual))
        bound = max(bound, value)
        if bound >= goal:
            return best
        _fix(it, reduced, goal - value + 1e-9 * abs(goal))
        clock.tell("cuts", turn, rounds)
        least = 0.05 if len(made.unit) > 2000 else 0.02
        if clock.left() <= 0 or not add_cuts(it, x, least=least):
            break
    return bound / made.scale


def _fix(it: Model, reduced: Floats, room: float) -> None:
    """Fix what would lift the bound by more than `room`."""
    if not np.isfinite(room):
        return
    free = it.low < it.high
    for gone, value in ((free & (reduced > room), 0.0), (free & (-reduced > room), 1.0)):
        index = np.flatnonzero(gone).astype(np.int32)
        if len(index):
            it.low[index] = it.high[index] = value
            it.solver.changeColsBounds(len(index), index, it.low[index], it.high[index])


def integer(
    it: Model,
    found: Found,
    bound: float,
    clock: Clock,
    *,
    mend: Callable[[Ints], None],
    gaps: tuple[float, ...] = (0.0,),
) -> Proof:
    """Solve to the end: whole plans, cut by cut, until one is connected or none is better.

    Plans that fall apart are given to `mend`, which may offer a better plan to `found`; so
    are the model's own plans that keep every rule. The relative gaps of `gaps` are enough
    for the first rounds, one after the other, and the last of them for the end.
    """
    solver, made, proof = it.solver, it.made, Proof(bound)
    whole = np.flatnonzero(made.whole).astype(np.int32)
    solver.changeColsIntegrality(
        len(whole), whole, np.array([highspy.HighsVarType.kInteger] * len(whole))
    )
    _watch(solver, clock)
    while clock.left() > 0.05:
        best = found.value if found.broken == 0 else np.inf
        _aim(it, found, best, gaps[0])
        _limit(solver, clock)
        solver.run()
        status = solver.getModelStatus()
        if status in NONE:
            return Proof(best, closed=True)
        dual = float(solver.getInfo().mip_dual_bound) / made.scale
        if np.isfinite(dual):
            proof.bound = min(best, max(proof.bound, dual - TOLERANCE * abs(dual)))
        solution = solver.getSolution()
        if status not in (Status.kOptimal, Status.kObjectiveBound) or not solution.value_valid:
            return proof
        x = np.array(solution.col_value)
        labels = labelled(made, x)
        if not add_cuts(it, np.round(x), least=0.5) and not _unlike(it, labels):
            if measure.faults(made.problem, labels):
                return proof
            found.offer(labels, 0.0, measure.objective(made.problem, labels))
            if len(gaps) == 1:
                return Proof(found.value, closed=True) if gaps[0] == 0.0 else proof
        mend(labels)
        gaps = gaps[1:] or gaps
    return proof


def _aim(it: Model, found: Found, best: float, gap: float) -> None:
    """Tell the solver what is known, and when to be content."""
    solver, scale = it.solver, it.made.scale
    solver.setOptionValue("mip_rel_gap", gap)
    if np.isfinite(best):
        solver.setOptionValue("mip_abs_gap", 1e-8 * max(abs(best) * scale, 1e-3))
        solver.setOptionValue("objective_bound", best * scale * (1 + 1e-7) + 1e-9)
        _offer(it, found.labels)


def _unlike(it: Model, labels: Ints) -> int:
    """Forbid groups that break a bound by less than the solver sees; say how many."""
    made, problem = it.made, it.made.problem
    load, count = measure.loads(problem, labels), 0
    for g in range(problem.k):
        inside = labels == g
        bad = bool(measure.group_faults(problem, inside))
        if not bad and problem.lower[g] <= load[g] <= problem.upper[g]:
            continue
        columns = range(len(made.seats)) if made.free else [g]
        for j in columns:
            held, rest = made.at[inside, j], made.at[~inside, j]
            if np.all(held >= 0):
                index = np.concatenate([held, rest[rest >= 0]])
                value = np.where(np.arange(len(index)) < len(held), 1.0, -1.0)
                it.add(-INF, index, value, len(held) - 1.0)
                count += 1
    return count


def _limit(solver: highspy.Highs, clock: Clock) -> None:
    solver.setOptionValue("time_limit", solver.getRunTime() + min(1e7, max(0.1, clock.left())))


def _watch(solver: highspy.Highs, clock: Clock) -> None:
    """Let the clock and the listener end the solver's run."""

    def ask(event: Any) -> None:
        try:
            clock.tell("proof", clock.seconds(), clock.limit_s)
            over = clock.over()
        except (KeyboardInterrupt, Stopped):
            clock.stop()
            over = True
        if over:
            event.interrupt()

    solver.cbMipInterrupt.subscribe(ask)


def _offer(it: Model, labels: Ints) -> None:
    """Give the solver a plan to begin with."""
    made, problem = it.made, it.made.problem
    seats = np.arange(problem.k)
    if made.free:
        column = {int(s): j for j, s in enumerate(made.seats)}
        chosen = [column.get(int(c), -1) for c in _roots(problem, labels)]
        seats = np.array(chosen, dtype=np.int64)
        if np.any(seats < 0):
            return
    pair = made.at[np.arange(problem.n), seats[labels]]
    if np.any(pair < 0):
        return
    x = np.zeros(len(made.cost))
    x[pair] = 1.0
    a, b = problem.adjacency.pairs.T
    cut = (made.edge >= 0) & (labels[a] != labels[b])
    x[made.edge[cut]] = 1.0
    for g, j in enumerate(seats):
        held = problem.marks[labels == g].sum(axis=0) >= problem.needs
        shown = (made.present[j] >= 0) & held
        x[made.present[j][shown]] = 1.0
        if np.any(made.heir >= 0):
            x[made.heir[j, g]] = 1.0
    kept = (made.stay[pair] >= 0) & (problem.previous == labels)
    x[made.stay[pair[kept]]] = 1.0
    given = highspy.HighsSolution()
    given.col_value = x.tolist()
    it.solver.setSolution(given)


def _roots(problem: Problem, labels: Ints) -> Ints:
    """Give the unit that stands for each group: its centre, or its first unit for borders."""
    if problem.compact:
        return measure.centres(problem, labels)[0]
    return np.array([np.flatnonzero(labels == g)[0] for g in range(problem.k)], dtype=np.int32)


def labelled(made: Program, x: Floats) -> Ints:
    """Read a plan from whole variables."""
    chosen = np.full(made.problem.n, -1, dtype=np.int32)
    taken = np.flatnonzero(x[: len(made.unit)] > 0.5)
    chosen[made.unit[taken]] = made.column[taken]
    if not made.free:
        return chosen
    return matched(made.problem, np.unique(chosen, return_inverse=True)[1].astype(np.int32))
