"""The linear program over known groups, whose prices prove bounds for the border objective.

    min  Σ_S ½ δ(S) z_S,    Σ_{S ∋ i} z_S = 1  (price_i),    Σ_S z_S = k  (price of a group)

(Garfinkel & Nemhauser 1970; Mehrotra, Johnson & Nemhauser 1998). Prices are kept within a box
that widens (du Merle, Villeneuve, Desrosiers & Hansen 1999), so that they are never wild.
"""

from dataclasses import dataclass, field

import highspy
import numpy as np

from geo.grouping.ground import Ground, Shelf, ground, shelf
from geo.grouping.problem import Bools, Floats, Problem
from geo.layers import Clock

ROOM = 100_000
"""Groups that annealing keeps at once."""
STEP = 2_000
"""Groups that join the program at once, the cheapest first."""


@dataclass(slots=True)
class Prices:
    """Dual prices, and what they prove."""

    unit: Floats
    least: float  # no group has a net cost below
    bound: float


@dataclass(slots=True)
class Master:
    """The program over the groups known."""

    problem: Problem
    g: Ground
    rng: np.random.Generator
    solver: highspy.Highs
    room: Shelf
    groups: list[Bools] = field(default_factory=list)
    keys: set[bytes] = field(default_factory=set)

    def add(self, found: Bools) -> int:
        """Take groups in that keep the rules; say how many were new."""
        new = []
        for group, key in zip(found, np.packbits(found, axis=1), strict=True):
            if (word := key.tobytes()) not in self.keys:
                self.keys.add(word)
                new.append(group)
        if not new:
            return 0
        kept = np.array(new)
        kept = kept[allowed(self.problem, kept)]
        for group, cost in zip(kept, border(self.g, kept), strict=True):
            units = np.append(np.flatnonzero(group), self.problem.n).astype(np.int32)
            inf, ones = highspy.kHighsInf, np.ones(len(units))
            self.solver.addCol(float(cost), 0.0, inf, len(units), units, ones)
            self.groups.append(group)
        return len(kept)

    def solve(self, clock: Clock) -> tuple[Floats, float, float] | None:
        """Give prices of units, price of a group, how much of the box is leaned on; None out of time."""
        if not self.groups:  # any group is welcome
            return np.zeros(self.problem.n), 2 * float(self.g.half.sum()), 1.0
        limit = self.solver.getRunTime() + max(0.1, min(1e7, clock.left()))
        self.solver.setOptionValue("time_limit", limit)
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        solution = self.solver.getSolution()
        dual, n = np.array(solution.row_dual), self.problem.n
        return dual[:n], float(dual[n]), float(np.sum(solution.col_value[: 2 * n]))

    def widen(self, width: float) -> None:
        """Let prices of units be between −width and width."""
        for column in range(2 * self.problem.n):
            self.solver.changeColCost(column, width)


def master(problem: Problem, rng: np.random.Generator, width: float) -> Master:
    """Write the program down with nothing but the box."""
    solver, n, inf = highspy.Highs(), problem.n, highspy.kHighsInf  # type: ignore[no-untyped-call]
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    nothing = np.zeros(0, dtype=np.int32)
    for total in [1.0] * n + [float(problem.k)]:
        solver.addRow(total, total, 0, nothing, np.zeros(0))
    for i in range(n):
        for sign in (1.0, -1.0):
            solver.addCol(width, 0.0, inf, 1, np.array([i], dtype=np.int32), np.array([sign]))
    return Master(problem, ground(problem), rng, solver, shelf(n, ROOM))


def border(g: Ground, groups: Bools) -> Floats:
    """Half the length of the edges that leave each group, (m,)."""
    cost = np.zeros(len(groups))
    for (a, b), half in zip(g.ends, g.half, strict=True):
        cost += half * (groups[:, a] != groups[:, b])
    return cost


def allowed(problem: Problem, groups: Bools) -> Bools:
    """Whether marks, sums, ties and locks allow each connected, balanced group, (m,)."""
    lacks = groups.astype(np.int32) @ problem.marks.astype(np.int32) < problem.needs
    fine = ~lacks[:, ~problem.optional].any(axis=1)
    fine &= lacks[:, problem.optional].sum(axis=1) <= problem.skips
    total = groups.astype(np.float64) @ problem.sums
    fine &= ((total >= problem.sum_lower) & (total <= problem.sum_upper)).all(axis=1)
    for a, b, sign in problem.ties:
        same = groups[:, a] == groups[:, b]
        fine &= same if sign > 0 else ~(groups[:, a] & groups[:, b])
    numbers = np.unique(problem.locked[problem.locked >= 0])
    held = np.zeros(len(groups), dtype=np.int32)
    for number in numbers:
        own = groups[:, problem.locked == number]
        held += own.any(axis=1)
        fine &= own.all(axis=1) | ~own.any(axis=1)
    return np.asarray(fine & (held <= 1), dtype=np.bool_)
