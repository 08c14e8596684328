"""Proof for the border objective: plans as sets of whole groups.

Any prices of the units (see `master`) bound every plan:

    value ≥ Σ price_i + k · min_S (½ δ(S) − Σ_{i in S} price_i).

New groups are harvested by annealing; the exact search `shapes` says when there are no more.
Then groups are enumerated by net cost, up to a slack above the least one that grows: every
plan with a group beyond the slack costs at least bound + slack, and `cover` finds the best
plan within it. With whole lengths a better plan is better by 1.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.errors import Stopped
from geo.grouping import measure
from geo.grouping.cover import cover
from geo.grouping.found import Found
from geo.grouping.harvest import harvest
from geo.grouping.master import STEP, Master, Prices, allowed, border, master
from geo.grouping.partition import matched
from geo.grouping.problem import Bools, Floats, Ints, Problem
from geo.grouping.shapes import shapes
from geo.layers import Clock

POOL = 4_000
"""Groups from annealing that a plan is put together from."""
POOL_NODES = 3_000_000
"""Steps of that search."""
NODES = 2_000_000_000
"""Steps of the search among all groups."""
SLACK = 1e-6
WIDE = 4
"""The box of prices grows to so many mean lengths."""
GAIN, NEARLY, STEP_WIDE = 0.05, 0.7, 1.4
"""It grows before prices are exact only while the bound to hope for grows by so many, and is
farther than so many from what a better plan may cost: the rest is soon enumerated. Each time
it grows by that factor."""


@dataclass(slots=True)
class Borders:
    """The proof as it goes."""

    problem: Problem
    found: Found
    clock: Clock
    whole: bool  # lengths are whole numbers
    made: Master
    best: Prices
    low: float = -np.inf  # the bound shown so far

    def value(self) -> float:
        """What the best plan is worth; inf without one."""
        return self.found.value if self.found.broken == 0 else np.inf

    def target(self) -> float:
        """What a better plan is worth at most."""
        value = self.value()
        if not np.isfinite(value):
            return float(self.made.g.half.sum()) * 2
        return value - 1.0 if self.whole else value - 1e-7 * max(abs(value), 1e-3)

    def show(self, low: float) -> None:
        """Note a bound."""
        self.low = max(self.low, low)

    def bound(self) -> float:
        """The bound shown so far, rounded up where lengths are whole."""
        low = max(0.0, self.low)
        if self.whole:
            low = float(np.ceil(low - 1e-5))
        return min(low, self.value())

    def closed(self) -> bool:
        """Whether no plan is better."""
        return max(0.0, self.low) > self.target() + 1e-5


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
        _generate(run, scale)
        closed = run.closed() or _finish(run)
    except (KeyboardInterrupt, Stopped):
        clock.stop()
        closed = False
    if closed:
        return found.value, True
    return (run.bound() if np.isfinite(run.low) else None), False


def _generate(run: Borders, scale: float) -> None:
    """Add groups until the program is solved, or the gap is small enough to enumerate.

    The box of prices is no wider than it need be: wild prices make the exact search long.
    """
    made, clock, width, hoped = run.made, run.clock, scale / 4, -np.inf
    while clock.left() > 0:
        solved = made.solve(clock)
        if solved is None:
            return
        unit, own, leaned = solved
        clock.tell("border prices", len(made.groups), len(made.groups))
        if _harvested(run, unit, own):
            continue
        hope = float(unit.sum()) + run.problem.k * own  # the bound, if no group is cheaper
        far = hope < run.target() - NEARLY * scale and hope > hoped + GAIN * scale
        wider = leaned >= 1e-6 and width < WIDE * scale and far
        if wider and np.isfinite(run.low):
            hoped = hope
            width *= STEP_WIDE
            made.widen(width)
            continue
        fresh, ended = _exact(run, unit, own)
        if not ended:
            return
        _try_pool(run)
        if run.closed() or _near(run):
            return
        if not fresh and not wider:
            return
        if not fresh:
            hoped = hope
            width *= STEP_WIDE
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
    order = np.argsort(made.room.value[:count], kind="stable")[:STEP]
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
    """Add groups that lower the program, and note the bound; say how many, and whether all was seen."""
    made = run.made
    swept = shapes(made.g, unit, own - SLACK, run.clock, shrink=True)
    if swept.ended:
        least = min(float(swept.value.min()) if len(swept.value) else own, own) - SLACK
        bound = float(unit.sum()) + run.problem.k * least
        run.show(bound)
        if bound > run.best.bound:
            run.best = Prices(unit.copy(), least, bound)
    return made.add(swept.groups), swept.ended


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
    found = made.room.found[order]
    _assemble(run, np.array([*found[allowed(run.problem, found)], *made.groups]), POOL_NODES)


def _near(run: Borders) -> bool:
    """Whether enumerating now costs no more than a few more rounds (4 × nodes an edge)."""
    scale = float(run.made.g.half.mean()) * 2
    return bool(4.0 ** max(0.0, (run.target() - run.best.bound) / scale) < 6.0)


def _finish(run: Borders) -> bool:
    """Enumerate groups by net cost until none is left for a better plan; say whether that was reached."""
    best, made = run.best, run.made
    if not np.isfinite(best.bound):
        return False
    _assemble(run, np.array(made.groups), POOL_NODES)
    step = float(made.g.half.mean())
    slack = step
    while run.clock.left() > 0 and not run.closed():
        room = run.target() - best.bound
        slack = room if slack > 0.7 * room else slack
        swept = shapes(made.g, best.unit, best.least + slack + SLACK, run.clock)
        if not swept.ended:
            return False
        groups = swept.groups[allowed(run.problem, swept.groups)]
        if not _assemble(run, groups, NODES):
            return False
        run.show(best.bound + slack if slack < room else np.inf)
        slack *= 1.6
    return run.closed()


def _assemble(run: Borders, groups: Bools, nodes: int) -> bool:
    """Take the best plan that given groups make; say whether every one was tried."""
    best, k = run.best, run.problem.k
    if len(groups) == 0:
        return True
    net = border(run.made.g, groups) - groups @ best.unit
    budget = run.target() - float(best.unit.sum())
    least = best.least if np.isfinite(best.bound) else float(net.min())
    chosen, _, ended = cover(groups, net, k, budget, run.clock, least=least, nodes=nodes)
    if chosen is not None:
        labels = _labels(groups[chosen], run.problem)
        if not measure.faults(run.problem, labels):
            run.found.offer(labels, 0.0, measure.objective(run.problem, labels))
    return ended


def _labels(groups: Bools, problem: Problem) -> Ints:
    labels: npt.NDArray[np.int32] = np.argmax(groups, axis=0).astype(np.int32)
    return matched(problem, labels)
