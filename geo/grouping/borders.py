"""Proof for the border objective: plans as sets of whole groups.

    min  Σ_S ½ δ(S) z_S,    Σ_{S ∋ i} z_S = 1  (price_i),    Σ_S z_S = k  (price of a group)

over all connected groups S within the bounds (Garfinkel & Nemhauser 1970; Mehrotra, Johnson &
Nemhauser 1998). Prices are kept within a box that widens (du Merle, Villeneuve, Desrosiers &
Hansen 1999), so that they are never wild. New groups are harvested by annealing; the exact
search `shapes` says when there are no more. Any prices bound every plan:

    value ≥ Σ price_i + k · min_S (½ δ(S) − Σ_{i in S} price_i).

When the bound is near the best plan, every group that a better plan could hold is enumerated,
and `cover` finds the best plan among them. With whole lengths a better plan is better by 1.
"""

from dataclasses import dataclass, field

import highspy
import numpy as np
import numpy.typing as npt

from geo.errors import Stopped
from geo.grouping import measure
from geo.grouping.cover import cover
from geo.grouping.ground import Ground, Shelf, ground, shelf
from geo.grouping.harvest import harvest
from geo.grouping.partition import matched
from geo.grouping.problem import Bools, Floats, Ints, Problem
from geo.grouping.search import Found
from geo.grouping.shapes import shapes
from geo.layers import Clock

ROOM = 100_000
"""Groups that are kept at once."""
POOL = 4_000
"""Groups from annealing that a plan is put together from."""
POOL_NODES = 3_000_000
"""Steps of that search."""
NODES = 200_000_000
"""Steps of the search among all groups."""
SLACK = 1e-6


@dataclass(slots=True)
class Prices:
    """Dual prices, and what they prove."""

    unit: Floats
    least: float  # no group has a net cost below
    bound: float


@dataclass(slots=True)
class Master:
    """The linear program over the groups known."""

    problem: Problem
    g: Ground
    rng: np.random.Generator
    solver: highspy.Highs
    room: Shelf
    groups: list[Bools] = field(default_factory=list)
    keys: set[bytes] = field(default_factory=set)

    def add(self, found: Bools) -> int:
        """Take groups in; say how many were new."""
        new = 0
        for group in found:
            key = np.packbits(group).tobytes()
            if key not in self.keys and allowed(self.problem, group):
                self.keys.add(key)
                self.groups.append(group.copy())
                units = np.append(np.flatnonzero(group), self.problem.n).astype(np.int32)
                self.solver.addCol(
                    border(self.g, group), 0.0, highspy.kHighsInf, len(units), units,
                    np.ones(len(units)),
                )  # fmt: skip
                new += 1
        return new

    def solve(self) -> tuple[Floats, float, float]:
        """Give prices of units, price of a group, and how much of the box is leaned on."""
        self.solver.run()
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


def border(g: Ground, group: Bools) -> float:
    """Half the length of the edges that leave a group."""
    return float(g.half[group[g.ends[:, 0]] != group[g.ends[:, 1]]].sum())


def allowed(problem: Problem, group: Bools) -> bool:
    """Whether marks, ties and locks allow a connected, balanced group."""
    if measure.group_faults(problem, group):
        return False
    for a, b, sign in problem.ties:
        if (group[a] and group[b] and sign < 0) or (group[a] != group[b] and sign > 0):
            return False
    locks = problem.locked[problem.locked >= 0]
    inside = np.unique(problem.locked[group & (problem.locked >= 0)])
    return len(inside) == 0 or (
        len(inside) == 1
        and int((locks == inside[0]).sum()) == int((problem.locked[group] == inside[0]).sum())
    )


@dataclass(slots=True)
class Borders:
    """The proof as it goes."""

    problem: Problem
    found: Found
    clock: Clock
    whole: bool  # lengths are whole numbers
    made: Master
    best: Prices
    nodes: float = 0.0

    def value(self) -> float:
        """What the best plan is worth; inf without one."""
        return self.found.value if self.found.broken == 0 else np.inf

    def target(self) -> float:
        """What a better plan is worth at most."""
        value = self.value()
        if not np.isfinite(value):
            return float(self.made.g.half.sum()) * 2
        return value - 1.0 if self.whole else value - 1e-7 * max(abs(value), 1e-3)

    def bound(self) -> float:
        """The bound shown so far, rounded up where lengths are whole."""
        low = max(0.0, self.best.bound)
        if self.whole:
            low = float(np.ceil(low - 1e-5))
        return min(low, self.value())

    def closed(self) -> bool:
        """Whether no plan is better."""
        return self.best.bound > self.target() + 1e-5


def prove_borders(
    problem: Problem, found: Found, rng: np.random.Generator, clock: Clock
) -> tuple[float | None, bool]:
    """Bound the border of every plan, and improve `found`; give the bound, and whether it is met."""
    length = problem.fees
    scale = float(length.mean()) if len(length) else 1.0
    made = master(problem, rng, scale / 4)
    whole = bool(np.allclose(length, np.round(length), rtol=0, atol=1e-9))
    run = Borders(problem, found, clock, whole, made, Prices(np.zeros(problem.n), 0.0, -np.inf))
    for broken, _, labels in found.pool:
        if broken == 0:
            made.add(np.array([labels == g for g in range(problem.k)]))
    try:
        _generate(run, scale / 4)
        closed = run.closed() or _finish(run)
    except (KeyboardInterrupt, Stopped):
        clock.limit_s, closed = 0.0, False
    if closed:
        return found.value, True
    return (run.bound() if np.isfinite(run.best.bound) else None), False


def _generate(run: Borders, width: float) -> None:
    """Add groups until the program is solved, or the gap is small enough to enumerate."""
    made, clock = run.made, run.clock
    while clock.left() > 0:
        unit, own, leaned = made.solve()
        clock.tell("border prices", len(made.groups), len(made.groups))
        if _harvested(run, unit, own):
            continue
        fresh, most = _exact(run, unit, own)
        _try_pool(run)
        if run.closed() or not most or _near(run):
            return
        if not fresh:
            if leaned < 1e-6:
                return
            width *= 2
            made.widen(width)


def _harvested(run: Borders, unit: Floats, own: float) -> int:
    """Add groups found by annealing; say how many were new."""
    made, g = run.made, run.made.g
    made.room.notes[:] = 0
    seed = np.array([made.rng.integers(1, 2**63)], dtype=np.uint64)
    for _ in range(6):
        begin = _begin(run, fresh=0.3)
        harvest(g, unit, own - SLACK, begin, 400 * run.problem.n, seed, made.room)
    count = int(made.room.notes[0])
    order = np.argsort(made.room.value[:count], kind="stable")[:2000]
    return made.add(made.room.found[order])


def _begin(run: Borders, *, fresh: float) -> Bools:
    """Give a known group, or a lone unit: always where no group is known, else at times."""
    made = run.made
    if made.groups and made.rng.random() >= fresh:
        return made.groups[int(made.rng.integers(len(made.groups)))]
    alone = np.zeros(run.problem.n, dtype=np.bool_)
    alone[int(made.rng.integers(run.problem.n))] = True
    return alone


def _exact(run: Borders, unit: Floats, own: float) -> tuple[int, bool]:
    """Add every group that lowers the program; note the bound. Say how many, and whether all."""
    made = run.made
    swept = shapes(made.g, unit, own - SLACK, run.clock)
    run.nodes = swept.nodes
    if not swept.ended:
        return made.add(swept.groups), False
    least = min(float(swept.value.min()) if len(swept.value) else own, own) - SLACK
    bound = float(unit.sum()) + run.problem.k * least
    if bound > run.best.bound:
        run.best = Prices(unit.copy(), least, bound)
    return made.add(swept.groups), True


def _try_pool(run: Borders) -> None:
    """Put a plan together from groups that annealing finds near the best prices."""
    best, made = run.best, run.made
    if not np.isfinite(best.bound) or run.closed():
        return
    most = best.least + min(run.target() - best.bound, 4.0 * float(made.g.half.mean()))
    made.room.notes[:] = 0
    seed = np.array([made.rng.integers(1, 2**63)], dtype=np.uint64)
    for _ in range(12):
        begin = _begin(run, fresh=0.0)
        harvest(made.g, best.unit, most, begin, 400 * run.problem.n, seed, made.room)
    count = int(made.room.notes[0])
    bits = np.packbits(made.room.found[:count], axis=1)
    first = np.unique(bits, axis=0, return_index=True)[1]
    order = first[np.argsort(made.room.value[first], kind="stable")[:POOL]]
    found = [group for group in made.room.found[order] if allowed(run.problem, group)]
    _assemble(run, np.array([*found, *made.groups]), nodes=POOL_NODES)


def _near(run: Borders) -> bool:
    """Whether enumerating now costs no more than a few more rounds (4 × nodes an edge)."""
    scale = float(run.made.g.half.mean()) * 2
    return bool(4.0 ** max(0.0, (run.target() - run.best.bound) / scale) < 6.0)


def _finish(run: Borders) -> bool:
    """Enumerate what a better plan may hold and put the best together; say whether all was seen."""
    best, made, k = run.best, run.made, run.problem.k
    while run.clock.left() > 0 and np.isfinite(best.bound):
        _assemble(run, np.array(made.groups))
        if run.closed():
            return True
        most = run.target() - float(best.unit.sum()) - (k - 1) * best.least
        swept = shapes(made.g, best.unit, most + SLACK, run.clock)
        if not swept.ended:
            return False
        groups = swept.groups
        return _assemble(run, groups[[allowed(run.problem, group) for group in groups]])
    return False


def _assemble(run: Borders, groups: Bools, nodes: int = NODES) -> bool:
    """Take the best plan that given groups make; say whether every one was tried."""
    best, k = run.best, run.problem.k
    if len(groups) == 0:
        return True
    net = np.array([border(run.made.g, group) for group in groups]) - groups @ best.unit
    budget = run.target() - float(best.unit.sum())
    chosen, _, ended = cover(groups, net, k, budget, least=best.least, nodes=nodes)
    if chosen is not None:
        labels = _labels(groups[chosen], run.problem)
        if not measure.faults(run.problem, labels):
            run.found.offer(labels, 0.0, measure.objective(run.problem, labels))
    return ended


def _labels(groups: Bools, problem: Problem) -> Ints:
    labels: npt.NDArray[np.int32] = np.argmax(groups, axis=0).astype(np.int32)
    return matched(problem, labels)
