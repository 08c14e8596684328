"""Choices for a committee: truly different plans, and all that nothing beats in every quality."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from api.tasks.alliance_choices import CHARACTERS, Choice, Search, between
from api.tasks.alliance_front import Judge, Tried, tried
from api.tasks.alliance_question import Question
from api.tasks.bodies import Bodies, read_bodies
from api.tasks.form_alliances import Alliances, Answer, kept, led, verdict
from api.tasks.publish_alliances import ReadAlliances, draft_of
from api.tasks.work import Work, now, record
from geo import grouping
from geo.errors import NotFound
from geo.layers import Clock

BEST, OTHERS = 0.25, 0.55
"""Shares of the time for the best plan, and of what is left then for different ones."""
EFFORT = 0.3


class WeighAlliances(Question):
    """Form groups as asked, then other plans, each good in another way, and the front of all.

    In each of `plans` at least `differ` of the members are with others than in every plan
    before. With `curve` the question is solved for rows of tolerances and of members moved
    from what stands (`base`: the published groups, or a draft's run); of all plans those stay
    that no other beats in balance, cost of walks and members moved. Each is kept as a draft,
    so that any of them may be read, printed and published. `time_limit_s` holds for all of it.
    """

    plans: int = Field(4, ge=1, le=12)
    differ: float = Field(0.15, gt=0, lt=1)
    curve: bool = True
    base: Literal["published"] | int = "published"
    time_limit_s: float = Field(90, gt=0)

    def run(self, work: Work) -> "Weighed":
        """Solve the question, then around it, compare, keep the runs."""
        started = now()
        clock = Clock(self.time_limit_s, work.progress)
        bodies = read_bodies(work, self.custom)
        self.check(bodies)
        best = self._best(bodies, BEST * clock.left(), work)
        judge = Judge.of(best, _standing(self, bodies, work))
        search = Search(best, judge, self.differ, self.seed)
        limit_s = (OTHERS if self.curve else 1.0) * clock.left()
        others = search.others(self.plans - 1, time_limit_s=limit_s, work=work)
        known = [best.plan.labels, *(choice.answer.plan.labels for choice in others)]
        rows = tried(judge, known, time_limit_s=clock.left(), work=work) if self.curve else []
        with work.step("方案理由 reasons"):
            weighed = _compared(best, judge, others, rows)
            weighed = replace(
                weighed,
                plans=[self._kept(p, work, started) for p in weighed.plans],
                lacking=self.plans - 1 - len(others),
                differ=self.differ,
            )
        run = record(
            work, "alliances_weighed", self, weighed.as_dict(), started=started, seed=self.seed
        )
        return replace(weighed, run=run)

    def _best(self, bodies: Bodies, limit_s: float, work: Work) -> Alliances:
        own = set(WeighAlliances.model_fields) - set(Question.model_fields)
        given = self.model_dump(include=self.model_fields_set - own)
        asked = Question.model_validate(given | {"time_limit_s": max(limit_s, 1.0)})
        asked, answer = led(asked, bodies, work, effort=EFFORT)
        return Alliances.of(asked, bodies, answer)

    def _kept(self, plan: "Plan", work: Work, started: Any) -> "Plan":
        kind = "alliances" if plan.zh == CHARACTERS["near"][0] else "alliances_choice"
        return replace(plan, made=kept(plan.made, work, kind, self, started=started))


@dataclass(frozen=True)
class Plan:
    """One plan with what it is called; `choice`: laid before the committee, `front`: unbeaten.

    `tolerance` and `moved_at_most` are the limits under which it is best, None where it was
    made for something else.
    """

    zh: str
    en: str
    made: Alliances
    choice: bool
    front: bool
    tolerance: float | None = None
    moved_at_most: int | None = None


@dataclass(frozen=True)
class Weighed:
    """Plans side by side: the choices first, then the others of the front.

    `rows` are all limits that were tried, with what came of them. `lacking` choices were asked
    for and not found: no plan within the rules was met that differs by `differ` from the others.
    """

    run: int
    judge: Judge
    plans: list[Plan]
    rows: list[Tried]
    lacking: int = 0
    differ: float = 0.0

    @property
    def choices(self) -> list[Plan]:
        """Give the plans that are laid before the committee, the best first."""
        return [plan for plan in self.plans if plan.choice]

    @property
    def front(self) -> list[Plan]:
        """Give the plans that nothing beats, the least cost first."""
        return sorted(
            (plan for plan in self.plans if plan.front),
            key=lambda plan: self.judge.qualities(plan.made.plan)[1:0:-1],
        )

    def table(self) -> list[dict[str, Any]]:
        """Give one row a choice: what it is good at and what it costs."""
        return [self._row(plan) for plan in self.choices]

    def front_table(self) -> list[dict[str, Any]]:
        """Give one row a plan of the front, the least cost first."""
        return [self._row(plan) for plan in self.front]

    def _row(self, plan: Plan) -> dict[str, Any]:
        best, made = self.plans[0].made, plan.made
        cost = self.judge.cost(best.plan)
        return {
            "plan": plan.zh,
            "en": plan.en,
            "run": made.run,
            "minutes": round(made.minutes, 2),
            "cost_rise": round(self.judge.cost(made.plan) / cost - 1, 4) if cost else 0.0,
            "deviation": round(made.deviation, 4),
            "moved": self.judge.moved(made.plan),
            "border_km": round(between(self.judge, made.plan.labels) / 1000, 1),
            "needs_met": round(made.needs_met, 3),
            "leads_least": int(made.members.groupby("alliance")["strong"].sum().min()),
            "differs": grouping.likeness.moved(best.plan.labels, made.plan.labels),
            "pairs_in_common": round(
                grouping.likeness.pairs_in_common(best.plan.labels, made.plan.labels), 3
            ),
            "unbeaten": plan.front,
            "tolerance": plan.tolerance,
            "moved_at_most": plan.moved_at_most,
            "verdict": verdict(made.plan),
            "objective": made.plan.objective,
            "bound": made.plan.bound,
        }

    def likenesses(self) -> list[dict[str, Any]]:
        """Give how alike every two choices are: members to move, and share of pairs in common."""
        rows = []
        for i, one in enumerate(self.choices):
            for other in self.choices[i + 1 :]:
                a, b = one.made.plan.labels, other.made.plan.labels
                count = grouping.likeness.moved(a, b)
                rows.append({
                    "one": one.zh, "other": other.zh, "members": count,
                    "share": round(count / len(a), 3),
                    "pairs_in_common": round(grouping.likeness.pairs_in_common(a, b), 3),
                })  # fmt: skip
        return rows

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return {
            "run": self.run,
            "plans": self.table(),
            "lacking": self.lacking,
            "likeness": self.likenesses(),
            "front": self.front_table(),
            "tried": [
                {"tolerance": t.tolerance, "moved_at_most": t.moved_at_most, "status": t.status}
                for t in self.rows
            ],
        }


def _compared(best: Alliances, judge: Judge, others: list[Choice], rows: list[Tried]) -> Weighed:
    """Put all plans beside each other; of those that were only tried, keep what nothing beats."""
    near = Plan(*CHARACTERS["near"], best, choice=True, front=True)
    limited = [(row, row.answer) for row in rows if row.answer is not None]
    plans = [best.plan, *(c.answer.plan for c in others), *(a.plan for _, a in limited)]
    free = grouping.pareto.undominated(np.array([judge.qualities(plan) for plan in plans]))
    found = [replace(near, front=bool(free[0]))]
    found += [
        Plan(c.zh, c.en, _made(judge, c.answer), choice=True, front=bool(f))
        for c, f in zip(others, free[1:], strict=False)
    ]
    found += [
        Plan(*_called(row), _made(judge, answer), choice=False, front=True,
             tolerance=row.tolerance, moved_at_most=row.moved_at_most)
        for (row, answer), f in zip(limited, free[1 + len(others) :], strict=True)
        if f
    ]  # fmt: skip
    return Weighed(0, judge, found, rows)


def _made(judge: Judge, answer: Answer) -> Alliances:
    return Alliances.of(judge.asked, judge.bodies, answer)


def _called(row: Tried) -> tuple[str, str]:
    zh, en = f"偏差 ±{row.tolerance:.0%}", f"within ±{row.tolerance:.0%}"
    if row.moved_at_most is not None:
        zh, en = f"{zh}、换组 ≤{row.moved_at_most}", f"{en}, ≤ {row.moved_at_most} moved"
    return zh, en


def _standing(asked: WeighAlliances, bodies: Bodies, work: Work) -> grouping.Ints | None:
    """Give the group of every body today, −1 for newcomers; None when nothing is published."""
    if asked.base == "published":
        try:
            rows = ReadAlliances(preset=asked.preset).run(work).members
        except NotFound:
            return None
    else:
        with work.db.read() as session:
            rows = pd.DataFrame(draft_of(session, asked.base).result["members"])
    numbers = {str(n): g for g, n in enumerate(sorted(set(rows["alliance_name"])))}
    group = {
        str(b): numbers[str(n)] for b, n in zip(rows["id"], rows["alliance_name"], strict=True)
    }
    return np.array([group.get(str(i), -1) for i in bodies.table["id"]], dtype=np.int64)
