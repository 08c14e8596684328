"""Truly different plans, each good in another way: even, with long common borders, led by others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from api.tasks.alliance_front import EFFORT, Judge, Tried
from api.tasks.form_alliances import Alliances, Answer
from api.tasks.work import Work
from geo import grouping
from geo.errors import Infeasible, Stopped
from geo.grouping import alternatives, likeness, measure
from geo.grouping.problem import Ints
from geo.layers import Clock

CHARACTERS = {
    "near": ("就近优先", "Nearest"),
    "even": ("均衡优先", "Most even"),
    "borders": ("邻里连片优先", "Long common borders"),
    "leads": ("另选牵头单位", "Other leads"),
}
EVENER = 0.8
"""A plan is even when its deviation is at most this share of the best plan's."""
BORDERS = (1.0, 0.4)
"""What common borders weigh beside walks, the most first."""


@dataclass(frozen=True)
class Choice:
    """One plan with its character in both languages."""

    zh: str
    en: str
    answer: Answer


@dataclass(frozen=True)
class Search:
    """What other plans are looked for beside: the best one, and how much they must differ."""

    best: Alliances
    judge: Judge
    differ: float
    seed: int
    clock: Clock

    def others(self, count: int, pool: Sequence[Tried], work: Work) -> list[Choice]:
        """Give up to `count` plans; in each many members are with others than in all before."""
        found: list[Choice] = []
        before = [self.best.plan.labels]
        for turn, name in enumerate(_names(count)):
            limit_s = self.clock.left() / (count - turn)
            if limit_s <= 0:
                break
            answer = self._of(name, before, pool, limit_s, work)
            if answer is not None:
                found.append(
                    Choice(*CHARACTERS.get(name, (f"另一方案{name}", f"Another {name}")), answer)
                )
                before.append(answer.plan.labels)
        return found

    def _of(
        self,
        name: str,
        before: list[Ints],
        pool: Sequence[Tried],
        limit_s: float,
        work: Work,
    ) -> Answer | None:
        own = Clock(limit_s, work.progress)
        if name == "even":
            return self._even(before, pool, own)
        if name == "borders":
            return self._bordered(before, own)
        return self._another(self._problem(), before, own)

    def _even(self, before: list[Ints], pool: Sequence[Tried], clock: Clock) -> Answer | None:
        """Take the evenest plan that was tried; look for another where it is too like the best."""
        most = EVENER * measure.deviation(self.best.plan.loads)
        known = [t.answer for t in pool if t.answer is not None]
        fine = [
            a
            for a in known
            if measure.deviation(a.plan.loads) <= most and self._new(a.plan.labels, before)
        ]
        if fine:
            return min(fine, key=lambda a: (measure.deviation(a.plan.loads), a.plan.objective))
        return self._another(self._problem(tolerance=max(most, 1e-3)), before, clock)

    def _bordered(self, before: list[Ints], clock: Clock) -> Answer | None:
        """Let common borders count; the plan that differs enough at the greatest weight."""
        plan = self.best.plan
        cut = between(self.judge, plan.labels) or 1.0
        for weight in BORDERS:
            problem = self._problem(border=weight * plan.objective / cut)
            try:
                made = grouping.solve(
                    problem, rng=np.random.default_rng(self.seed),
                    time_limit_s=clock.left() / 3, progress=clock.progress, effort=EFFORT,
                    warm_start=plan.labels,
                )  # fmt: skip
            except (Infeasible, Stopped):
                continue
            if self._new(made.labels, before):
                return Answer(problem, made)
        return self._another(problem, before, clock)

    def _another(
        self, problem: grouping.Problem, before: list[Ints], clock: Clock
    ) -> Answer | None:
        made = alternatives.another(
            problem, before, differ=self.differ, rng=np.random.default_rng(self.seed),
            time_limit_s=clock.left(), progress=clock.progress,
        )  # fmt: skip
        return None if made is None else Answer(problem, made)

    def _problem(self, **changes: object) -> grouping.Problem:
        return self.judge.asked.problem(self.judge.bodies, resources=self.judge.held, **changes)

    def _new(self, labels: Ints, before: list[Ints]) -> bool:
        least = np.ceil(self.differ * len(labels))
        return all(likeness.moved(earlier, labels) >= least for earlier in before)


def _names(count: int) -> Iterator[str]:
    """Give characters, then numbers."""
    known = [name for name in CHARACTERS if name != "near"][:count]
    yield from known
    for number in range(len(known), count):
        yield str(number - len(known) + 1)


def between(judge: Judge, labels: Ints) -> float:
    """Give the metres of border between groups."""
    near = judge.bodies.adjacency
    a, b = near.pairs.T
    return float(near.length_m[labels[a] != labels[b]].sum())
