"""Plans that nothing beats in balance, nearness and members moved together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from api.tasks.alliance_question import Question
from api.tasks.bodies import Bodies
from api.tasks.form_alliances import Alliances, Answer
from api.tasks.work import Work
from geo import grouping

TOLERANCES = (0.05, 0.1, 0.2)
"""What balance is tried besides the one that was asked."""
MOVED = (0.0, 0.05, 0.15, 1.0)
"""Shares of the members that may leave their group."""
EFFORT = 0.08
"""Of the usual number of tries: a good plan is known to begin with."""


@dataclass(frozen=True)
class Judge:
    """What every plan is measured by: the question as it was asked, and what stands today.

    `standing` is the group of every body today, −1 for newcomers; None when there is none.
    `held` are the skills that every group of the best plan has: every other plan keeps them.
    """

    asked: Question
    bodies: Bodies
    problem: grouping.Problem
    held: dict[str, npt.NDArray[np.bool_]]
    standing: grouping.Ints | None

    @classmethod
    def of(cls, best: Alliances, standing: grouping.Ints | None) -> Judge:
        """Judge other plans beside the best one."""
        asked, bodies = best.asked, best.bodies
        wanted = asked.held(bodies)
        held = {name: wanted[name] for name in wanted if name not in best.answer.missing}
        return cls(asked, bodies, best.answer.problem, held, standing)

    def cost(self, plan: grouping.Partition) -> float:
        """Give the cost that was asked to be least: walks, and lines where they are weighed."""
        return grouping.measure.objective(self.problem, plan.labels)

    def moved(self, plan: grouping.Partition) -> int | None:
        """Give how many members leave the group of today."""
        return (
            None if self.standing is None else grouping.likeness.moved(self.standing, plan.labels)
        )

    def qualities(self, plan: grouping.Partition) -> tuple[float, ...]:
        """Give balance, cost and members moved; least is best."""
        moved = self.moved(plan)
        return (
            grouping.measure.deviation(plan.loads),
            self.cost(plan),
            *(() if moved is None else (float(moved),)),
        )


@dataclass(frozen=True)
class Tried:
    """The best plan under limits of tolerance and members moved (None: no such limit)."""

    tolerance: float
    moved_at_most: int | None
    status: str
    answer: Answer | None


def tried(
    judge: Judge, known: Sequence[grouping.Ints], *, time_limit_s: float, work: Work
) -> list[Tried]:
    """Solve the question under limits that loosen, all within the time; tightest first."""
    wide = sorted({*TOLERANCES, judge.asked.tolerance})
    steps = _steps(judge)
    changes = _changes(judge)
    problems = [
        (
            (tolerance, np.inf if most is None else float(most)),
            judge.asked.problem(
                judge.bodies, resources=judge.held, tolerance=tolerance,
                **(changes | ({} if most is None else {"moved_max": float(most)})),
            ),
        )
        for most in steps
        for tolerance in wide
    ]  # fmt: skip
    points = grouping.pareto.surface(
        problems, rng=np.random.default_rng(judge.asked.seed), time_limit_s=time_limit_s,
        known=known, effort=EFFORT, progress=work.progress,
    )  # fmt: skip
    return [
        Tried(
            point.limits[0],
            None if np.isinf(point.limits[1]) else int(point.limits[1]),
            point.status,
            None if point.plan is None else Answer(problem, point.plan),
        )
        for point, (_, problem) in zip(points, problems, strict=True)
    ]


def _steps(judge: Judge) -> list[int | None]:
    """Give how many members may move; no limit where no groups of as many stand today."""
    if judge.standing is None or judge.standing.max() >= judge.asked.groups:
        return [None]
    known = int((judge.standing >= 0).sum())
    return list(dict.fromkeys(round(share * known) for share in MOVED))


def _changes(judge: Judge) -> dict[str, object]:
    """Tell the solver of the groups of today; their pieces hang together, as they were drawn."""
    if judge.standing is None or judge.standing.max() >= judge.asked.groups:
        return {}
    whole = grouping.crossings.whole(judge.bodies.adjacency, judge.bodies.xy, judge.standing)
    return {"previous": judge.standing, "adjacency": whole}
