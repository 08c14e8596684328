"""Sites in batches: what is built first must still be right when the rest comes.

Every batch keeps all earlier ones. How much that costs is told for each batch against the
plan that would be best for its number alone, whose bound holds for the nested plan too.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from geo.errors import BadInput, Stopped
from geo.layers import Clock, Progress, quiet
from geo.siting.costs import Ints
from geo.siting.problem import Problem
from geo.siting.solution import Solution, Status
from geo.siting.solve import solve


@dataclass(frozen=True, slots=True)
class Batch:
    """All sites open after a batch, those it adds, and the best plan for as many sites alone.

    `price` is the share of the objective that nesting costs against `alone`, ≥ 0 unless the
    plan alone was cut short; a true bound on it is `solution.gap`.
    """

    solution: Solution
    added: Ints
    alone: Solution
    price: float


def in_batches(
    problem: Problem,
    sizes: Sequence[int],
    *,
    rng: np.random.Generator | None = None,
    time_limit_s: float = 60.0,
    progress: Progress = quiet,
    seed: int | None = None,
) -> tuple[Batch, ...]:
    """Choose sites in batches such that early batches are part of the later ones.

    Objective: the least Σ over batches of the relative loss against the best plan of the same
    number alone. Between *last batch first* (the final plan is the best, earlier batches are
    its best parts) and *first batch first* (each batch is best for what stands), plans that fix
    more and more of the first batch's best sites are tried, and the best is kept.

    Parameters
    ----------
    problem : Problem
        Median, cover or center; its `p` does not count.
    sizes : sequence of int
        New sites of each batch, beside those fixed open.

    Raises
    ------
    BadInput
        When there are no batches, or an objective or a limit with which they make no sense.
    """
    if not sizes or min(sizes) < 1 or problem.objective == "all" or not problem.plain:
        raise BadInput(
            "batches need at least one new site each, and median, cover or center without budget or capacity",
            zh="分批选址要求每批至少新增 1 个站点，且目标为 median、cover 或 center，不带预算和容量",
        )
    rng = np.random.default_rng(1) if rng is None else rng
    clock = Clock(time_limit_s, progress)
    counts = (np.cumsum(sizes) + int((problem.fixed == 1).sum())).astype(np.int32)
    draw = _Draw(problem, rng, clock, seed)
    alone = [draw.best(int(p), (), 0.4 / len(counts)) for p in counts]
    plans = []
    for kept in _steps(sizes[0], len(sizes)):
        try:
            plans.append(draw.nested(counts, alone, kept))
        except Stopped:
            if not plans:
                raise
            break
        if _loss(plans[-1], alone) <= 1e-12 or (plans and clock.over()):
            break
    best = min(plans, key=lambda plan: _loss(plan, alone))
    standing = np.flatnonzero(problem.fixed == 1).astype(np.int32)
    batches = []
    for plan, other in zip(best, alone, strict=True):
        added = np.setdiff1d(plan.open, standing).astype(np.int32)
        bound = other.bound
        batches.append(Batch(replace(plan, bound=bound, status=_status(plan, bound)), added, other,
                             _price(plan, other)))  # fmt: skip
        standing = plan.open
    return tuple(batches)


def _steps(first: int, batches: int) -> list[int]:
    """How many of the first batch's sites to fix: none, all, and some in between."""
    if batches == 1:
        return [0]
    return list(dict.fromkeys([0, first, first // 2, first // 4, 3 * first // 4]))


def _loss(plan: Sequence[Solution], alone: Sequence[Solution]) -> float:
    return sum(max(0.0, _price(a, b)) for a, b in zip(plan, alone, strict=True))


def _price(plan: Solution, alone: Solution) -> float:
    if plan.objective is None or alone.objective is None:
        return float("inf")
    return abs(plan.objective - alone.objective) / max(abs(alone.objective), 1e-12)


def _status(plan: Solution, bound: float | None) -> Status:
    if plan.status == "infeasible":
        return "infeasible"
    return "optimal" if bound is not None and plan.objective == bound else "feasible"


class _Draw:
    """Plans drawn from one problem."""

    def __init__(
        self, problem: Problem, rng: np.random.Generator, clock: Clock, seed: int | None
    ) -> None:
        self.problem, self.rng, self.clock, self.seed = problem, rng, clock, seed
        self.limit_s = clock.limit_s

    def best(
        self, p: int, kept: Sequence[int] | Ints, share: float, among: Ints | None = None
    ) -> Solution:
        """The best plan of p sites that keeps some, and is chosen among some."""
        fixed = self.problem.fixed.copy()
        fixed[np.asarray(kept, dtype=np.int64)] = 1
        if among is not None:
            fixed[np.setdiff1d(np.flatnonzero(fixed == 0), among)] = -1
        left = min(share * self.limit_s, max(self.clock.left(), 0.5))
        asked = replace(self.problem, p=p, fixed=fixed)
        return solve(
            asked, rng=self.rng, time_limit_s=left, progress=self.clock.progress, seed=self.seed
        )

    def nested(self, counts: Ints, alone: Sequence[Solution], kept: int) -> list[Solution]:
        """Plans that contain each other, with `kept` sites of the best first batch in all.

        With all of them the plans grow from the first; else they are parts of the last.
        """
        core = self._core(alone[0], kept)
        if len(core) == len(self._new(alone[0])):
            plans = [alone[0]]
            for p in counts[1:]:
                plans.append(self.best(int(p), plans[-1].open, 0.05))
            return plans
        plans = [self.best(int(counts[-1]), core, 0.1) if kept else alone[-1]]
        for p in counts[-2::-1]:
            plans.insert(0, self.best(int(p), core, 0.05, among=plans[0].open))
        return plans

    def _new(self, plan: Solution) -> Ints:
        new: Ints = plan.open[self.problem.fixed[plan.open] == 0]
        return new

    def _core(self, first: Solution, kept: int) -> Ints:
        """The sites of the first batch that serve most, so many."""
        new, on = self._new(first), first.assignment >= 0
        load = np.bincount(
            first.assignment[on], weights=self.problem.weight[on], minlength=self.problem.m
        )
        core: Ints = new[np.argsort(-load[new], kind="stable")[:kept]]
        return core
