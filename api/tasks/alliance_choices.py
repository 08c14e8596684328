"""Truly different plans, each good in another way: even, with long common borders, led by others."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from api.tasks.alliance_front import EFFORT, Judge
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

    def others(self, count: int, *, time_limit_s: float, work: Work) -> list[Choice]:
        """Give up to `count` plans; in each many members are with others than in all before."""
        clock = Clock(time_limit_s, work.progress)
        found: list[Choice] = []
        before: list[Ints] = [self.best.plan.labels]
        for turn, name in enumerate(_names(count)):
            if clock.over():
                break
            own = Clock(clock.left() / (count - turn), work.progress)
            if (answer := self._of(name, before, own)) is not None:
                words = CHARACTERS.get(name, (f"另一方案 {name}", f"Another plan {name}"))
                found.append(Choice(*words, answer))
                before.append(answer.plan.labels)
        return found

    def _of(self, name: str, before: list[Ints], clock: Clock) -> Answer | None:
        if name == "even":
            tolerance = EVENER * measure.deviation(self.best.plan.loads)
            return self._another(self._problem(tolerance=max(tolerance, 1e-3)), before, clock)
        if name == "borders":
            return self._bordered(before, clock)
        return self._another(self._problem(), before, clock)

    def _bordered(self, before: list[Ints], clock: Clock) -> Answer | None:
        """Let common borders count; the plan that differs enough at the greatest weight."""
        plan = self.best.plan
        cut = between(self.judge, plan.labels) or 1.0
        for weight in BORDERS:
            problem = self._problem(border=weight * plan.objective / cut)
            try:
                made = grouping.solve(
                    problem, rng=np.random.default_rng(self.seed),
                    time_limit_s=clock.left() / 2, progress=clock.progress, effort=EFFORT,
                    warm_start=plan.labels, bounded=False,
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
            time_limit_s=clock.left(), progress=clock.progress, effort=EFFORT,
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
