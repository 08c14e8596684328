"""Choices for a committee: three truly different plans beside the best, and what balance costs."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from api.tasks.bodies import Bodies, read_bodies
from api.tasks.form_alliances import (
    Alliances,
    Answer,
    Question,
    deviation,
    kept,
    led,
    solved,
    verdict,
)
from api.tasks.publish_alliances import ReadAlliances
from api.tasks.work import Work, now, record
from geo import grouping
from geo.errors import Infeasible, NotFound, Stopped
from geo.grouping import alternatives, likeness, pareto

TOLERANCES = (0.03, 0.05, 0.08, 0.1, 0.15, 0.2, 0.3)
MOVED = (0.0, 0.05, 0.1, 0.2, 0.4, 1.0)
"""Shares of the members that may move, for the curve."""


class WeighAlliances(Question):
    """Form groups as asked, then three other plans, each good in another way.

    In each of them at least `differ` of the members are with others than in every plan before.
    All are kept as drafts, so that any of them may be published. `curve`: also solve for a
    row of tolerances and of members moved from the published groups.
    """

    differ: float = Field(0.15, gt=0, lt=1)
    curve: bool = True

    def run(self, work: Work) -> "Weighed":
        """Solve each in turn, compare, keep the runs."""
        started = now()
        bodies = read_bodies(work, self.custom)
        self.check(bodies)
        given = self.model_dump(include=self.model_fields_set - {"differ", "curve"})
        asked, answer = led(Question.model_validate(given), bodies, work)
        best = Alliances.of(asked, bodies, answer)
        plans = [Choice(*CHARACTERS["near"], best)]
        for name in ("even", "borders", "leads"):
            found = self._other(name, plans, work)
            if found is not None:
                plans.append(found)
        made = [
            replace(p, made=kept(p.made, work, "alliances", self, started=started)) for p in plans
        ]
        standing = _standing(self, bodies, work)
        curves = self._curves(bodies, best, standing, work) if self.curve else []
        weighed = Weighed(0, made, curves, standing)
        run = record(
            work, "alliances_weighed", self, weighed.as_dict(), started=started, seed=self.seed
        )
        return replace(weighed, run=run)

    def _other(self, name: str, plans: list["Choice"], work: Work) -> "Choice | None":
        """Give the plan of a character; made different enough where it is not by itself."""
        asked = plans[0].made.asked
        bodies, best = plans[0].made.bodies, plans[0].made.plan
        earlier = [p.made.plan.labels for p in plans]
        least = int(np.ceil(self.differ * len(best.labels)))
        for question, changes in _characters(name, asked, bodies, best):
            if name != "leads":
                try:
                    answer = solved(question, bodies, work, **changes)
                except (Infeasible, Stopped):
                    continue
                if all(likeness.moved(e, answer.plan.labels) >= least for e in earlier):
                    return Choice(*CHARACTERS[name], Alliances.of(question, bodies, answer))
            problem = question.problem(bodies, **changes)
            plan = alternatives.another(
                problem, earlier, differ=self.differ, rng=np.random.default_rng(self.seed),
                time_limit_s=4 * self.time_limit_s, progress=work.progress,
            )  # fmt: skip
            if plan is not None:
                made = Alliances.of(question, bodies, Answer(problem, plan))
                return Choice(*CHARACTERS[name], made)
        return None

    def _curves(
        self,
        bodies: Bodies,
        best: Alliances,
        standing: npt.NDArray[np.int64] | None,
        work: Work,
    ) -> list["CurvePoint"]:
        """Balance against nearness; and, where groups are published, moved members as well."""
        rng = np.random.default_rng(self.seed)
        wanted = self.held(bodies)
        held = {"resources": {name: wanted[name] for name in best.answer.enforced}}
        limits = sorted({*TOLERANCES, self.tolerance})
        problems = [(t, best.asked.problem(bodies, tolerance=t, **held)) for t in limits]
        points = pareto.curve(
            problems, rng=rng, time_limit_s=self.time_limit_s, progress=work.progress
        )
        found = [_point("balance", p, bodies, best, standing) for p in points]
        if standing is None:
            return found
        known = int((standing >= 0).sum())
        whole = grouping.crossings.whole(bodies.adjacency, bodies.xy, standing)
        counts = sorted({round(share * known) for share in MOVED})
        problems = [
            (float(m), best.asked.problem(
                bodies, previous=standing, moved_max=float(m), adjacency=whole,
                groups=int(standing.max()) + 1, **held,
            ))
            for m in counts
        ]  # fmt: skip
        points = pareto.curve(
            problems, rng=rng, time_limit_s=self.time_limit_s, progress=work.progress
        )
        return found + [_point("moved", p, bodies, best, standing) for p in points]


CHARACTERS = {
    "near": ("就近优先", "Nearest"),
    "even": ("均衡优先", "Most even"),
    "borders": ("邻里连片优先", "Long common borders"),
    "leads": ("另选牵头单位", "Other leads"),
}


def _characters(
    name: str, asked: Question, bodies: Bodies, best: grouping.Partition
) -> list[tuple[Question, dict[str, Any]]]:
    """Give what is asked for a character, the strictest first."""
    if name == "even":
        shares = [asked.tolerance * part for part in (0.3, 0.5, 0.75)]
        return [(asked.model_copy(update={"tolerance": t}), {}) for t in shares]
    if name == "borders":
        cut = float(_between(bodies, best.labels)) or 1.0
        return [(asked, {"border": weight * best.objective / cut}) for weight in (1.0, 0.5, 0.2)]
    return [(asked, {})]


def _between(bodies: Bodies, labels: npt.NDArray[Any]) -> float:
    """Give the metres of border between groups."""
    a, b = bodies.adjacency.pairs.T
    return float(bodies.adjacency.length_m[labels[a] != labels[b]].sum())


def _standing(asked: Question, bodies: Bodies, work: Work) -> npt.NDArray[np.int64] | None:
    """Give the published group of every body, −1 for newcomers; None when none is published."""
    try:
        rows = ReadAlliances(preset=asked.preset).run(work).members
    except NotFound:
        return None
    numbers = {str(n): g for g, n in enumerate(sorted(set(rows["alliance_name"])))}
    group = {
        str(b): numbers[str(n)] for b, n in zip(rows["id"], rows["alliance_name"], strict=True)
    }
    return np.array([group.get(str(i), -1) for i in bodies.table["id"]], dtype=np.int64)


@dataclass(frozen=True)
class Choice:
    """One plan with its character in both languages."""

    zh: str
    en: str
    made: Alliances


@dataclass(frozen=True)
class CurvePoint:
    """A best plan under a limit: of tolerance (`balance`) or of members moved (`moved`)."""

    along: str
    limit: float
    status: str
    minutes: float | None = None
    deviation: float | None = None
    moved: int | None = None
    objective: float | None = None
    bound: float | None = None


def _point(
    along: str,
    point: pareto.Point,
    bodies: Bodies,
    best: Alliances,
    standing: npt.NDArray[np.int64] | None,
) -> CurvePoint:
    plan = point.plan
    if plan is None:
        return CurvePoint(along, point.limit, point.status)
    walks = bodies.walk_min[np.arange(len(plan.labels)), plan.centres[plan.labels]]
    load = np.maximum(best.members["load"].to_numpy(float), 1e-9)
    moved = None if standing is None else likeness.moved(standing, plan.labels)
    return CurvePoint(
        along, point.limit, point.status, float(np.average(walks, weights=load)),
        deviation(plan), moved, plan.objective, plan.bound,
    )  # fmt: skip


@dataclass(frozen=True)
class Weighed:
    """Plans beside each other and curves; `standing` is the published group of every body."""

    run: int
    choices: list[Choice]
    curves: list[CurvePoint]
    standing: npt.NDArray[np.int64] | None

    def table(self) -> list[dict[str, Any]]:
        """Give one row a plan: what it is good at and what it costs."""
        best = self.choices[0].made
        return [
            {
                "plan": choice.zh,
                "en": choice.en,
                "run": choice.made.run,
                "minutes": round(choice.made.minutes, 2),
                "walk_rise": round(_walk(choice.made) / _walk(best) - 1, 4),
                "deviation": round(choice.made.deviation, 4),
                "border_km": round(_between(best.bodies, choice.made.plan.labels) / 1000, 1),
                "needs_met": round(choice.made.needs_met, 3),
                "leads_least": int(choice.made.members.groupby("alliance")["strong"].sum().min()),
                "differs": likeness.moved(best.plan.labels, choice.made.plan.labels),
                "pairs_in_common": round(
                    likeness.pairs_in_common(best.plan.labels, choice.made.plan.labels), 3
                ),
                "moved": None
                if self.standing is None
                else likeness.moved(self.standing, choice.made.plan.labels),
                "verdict": verdict(choice.made.plan),
                "objective": choice.made.plan.objective,
                "bound": choice.made.plan.bound,
            }
            for choice in self.choices
        ]

    def likenesses(self) -> list[dict[str, Any]]:
        """Give how alike every two plans are: members to move, and share of pairs in common."""
        rows = []
        for i, one in enumerate(self.choices):
            for other in self.choices[i + 1 :]:
                a, b = one.made.plan.labels, other.made.plan.labels
                count = likeness.moved(a, b)
                rows.append({
                    "one": one.zh, "other": other.zh, "members": count,
                    "share": round(count / len(a), 3),
                    "pairs_in_common": round(likeness.pairs_in_common(a, b), 3),
                })  # fmt: skip
        return rows

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return {
            "run": self.run,
            "plans": self.table(),
            "likeness": self.likenesses(),
            "curve": [
                {name: getattr(p, name) for name in CurvePoint.__dataclass_fields__}
                for p in self.curves
            ],
        }


def _walk(made: Alliances) -> float:
    """Give the cost of walking alone, whatever else the plan was made for."""
    costs = made.asked.costs(made.bodies)
    plan = made.plan
    return float(costs[np.arange(len(plan.labels)), plan.centres[plan.labels]].sum())
