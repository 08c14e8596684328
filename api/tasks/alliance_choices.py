"""Truly different plans, each good in another way: even, with long common borders, led by others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from api.tasks.alliance_front import EFFORT, Judge
from api.tasks.form_alliances import Alliances, Answer
from api.tasks.work import Work
from geo import grouping
from geo.errors import Infeasible, Stopped
from geo.layers import Clock

CHARACTERS = {
    "near": ("就近优先", "Nearest"),
    "even": ("均衡优先", "Most even"),
    "borders": ("邻里连片优先", "Long common borders"),
    "leads": ("另选牵头单位", "Other leads"),
}
OTHER = ("另一方案", "Another plan")
SAME_LEADS = 0.7
"""A plan has other leads when at most this share of its leads led in the best one."""
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
        """Give up to `count` plans; in each many members are with others than in all before.

        What a character does not give within the rules, any other plan may.
        """
        clock = Clock(time_limit_s, work.progress)
        found: list[Choice] = []
        before: list[grouping.Ints] = [self.best.plan.labels]
        names = [*_names(count), *[""] * count]
        for turn, name in enumerate(names):
            if len(found) == count or clock.over():
                break
            own = Clock(clock.left() / max(count - turn, 1), work.progress)
            with work.step(f"比选 {turn + 1} {' '.join(CHARACTERS.get(name, OTHER))}"):
                answer = self._of(name, before, own, np.random.default_rng(self.seed + turn))
            if answer is not None:
                found.append(Choice(*self._called(name, answer, len(found) + 1), answer))
                before.append(answer.plan.labels)
        return found

    def _called(self, name: str, answer: Answer, number: int) -> tuple[str, str]:
        """Name a plan by its character, where it really has it."""
        best, plan = self.best.plan, answer.plan
        has = {
            "even": grouping.measure.deviation(plan.loads) < grouping.measure.deviation(best.loads),
            "borders": between(self.judge, plan.labels) < between(self.judge, best.labels),
            "leads": bool(np.isin(plan.centres, best.centres).mean() < SAME_LEADS),
        }
        if has.get(name, False):
            return CHARACTERS[name]
        return f"{OTHER[0]} {number}", f"{OTHER[1]} {number}"

    def _of(
        self, name: str, before: list[grouping.Ints], clock: Clock, rng: np.random.Generator
    ) -> Answer | None:
        problem = self._problem()
        if name == "even":
            tolerance = EVENER * grouping.measure.deviation(self.best.plan.loads)
            problem = self._problem(tolerance=max(tolerance, 1e-3))
        if name == "borders":
            return self._bordered(before, clock, rng)
        return self._another(problem, before, clock, rng)

    def _bordered(
        self, before: list[grouping.Ints], clock: Clock, rng: np.random.Generator
    ) -> Answer | None:
        """Let common borders count; the plan that differs enough at the greatest weight."""
        plan = self.best.plan
        cut = between(self.judge, plan.labels) or 1.0
        for weight in BORDERS:
            problem = self._problem(border=weight * plan.objective / cut)
            try:
                made = grouping.solve(
                    problem, rng=rng, time_limit_s=clock.left() / 3, progress=clock.progress,
                    effort=EFFORT, warm_start=plan.labels, bounded=False,
                )  # fmt: skip
            except (Infeasible, Stopped):
                continue
            if grouping.alternatives.new(made.labels, before, differ=self.differ):
                return Answer(problem, made)
        return self._another(problem, before, clock, rng)

    def _another(
        self,
        problem: grouping.Problem,
        before: list[grouping.Ints],
        clock: Clock,
        rng: np.random.Generator,
    ) -> Answer | None:
        made = grouping.alternatives.another(
            problem, before, differ=self.differ, rng=rng, time_limit_s=clock.left(),
            progress=clock.progress, effort=EFFORT,
        )  # fmt: skip
        return None if made is None else Answer(problem, made)

    def _problem(self, **changes: object) -> grouping.Problem:
        return self.judge.asked.problem(self.judge.bodies, resources=self.judge.held, **changes)


def _names(count: int) -> list[str]:
    """Give characters, then none."""
    known = [name for name in CHARACTERS if name != "near"][:count]
    return known + [""] * (count - len(known))


def between(judge: Judge, labels: grouping.Ints) -> float:
    """Give the metres of border between groups."""
    near = judge.bodies.adjacency
    a, b = near.pairs.T
    return float(near.length_m[labels[a] != labels[b]].sum())
