"""Grow without upset (以点带面): take newcomers in, or re-form with few members moved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from api.tasks.alliance_names import Name, letters
from api.tasks.alliance_question import Question
from api.tasks.bodies import Bodies, read_bodies
from api.tasks.form_alliances import Alliances, Answer, solved
from api.tasks.publish_alliances import ReadAlliances, draft_of
from api.tasks.work import Form, Work, now, record
from geo import grouping
from geo.errors import BadInput, Infeasible, Stopped

Ints = npt.NDArray[np.int64]
WIDER = (1.0, 1.5, 2.0, 3.0, 5.0)
"""When members may hardly move, balance gives way: the tolerance times so much, then any load."""
STEPS = (0, 1, 2, 3, 5, 8, 13, 21)


class Growth(Question):
    """Change existing groups as little as asked.

    `base`: the published groups, or the draft run with that number. At most
    `moved_at_most` members leave their group; newcomers join any. With `keep_leads` every
    group keeps its lead, and nothing but nearness, balance and contiguity is asked; without,
    the whole question holds. Where the members who stay leave no balanced plan, the tolerance
    widens, and the answer says so.
    """

    base: Literal["published"] | int = "published"
    moved_at_most: int = Field(0, ge=0)
    keep_leads: bool = True


class GrowAlliances(Growth):
    """Take newcomers in, or re-form with few members moved."""

    def run(self, work: Work) -> Grown:
        """Read what stands and who is there, solve, keep the run."""
        started = now()
        bodies, before = _standing(self, work)
        asked = self.model_copy(update={"groups": len(before.names)})
        answer, tolerance = _grown(asked, bodies, before, work)
        made = Alliances.of(asked, bodies, answer, before.names)
        grown = Grown(made, before, tolerance)
        return replace(grown, alliances=_keep(grown, work, self, started))


class GrowthCurve(Growth):
    """Ask what could be gained if so many members moved: 0, 1, 2, 3, 5, 8 … and all."""

    def run(self, work: Work) -> Curve:
        """Solve once for every number of members; each point has its own bound."""
        started = now()
        bodies, before = _standing(self, work)
        asked = self.model_copy(update={"groups": len(before.names)})
        _, tolerance = _grown(asked.model_copy(update={"moved_at_most": 0}), bodies, before, work)
        known = int((before.previous >= 0).sum())
        steps = [m for m in STEPS if m < known] + [known]
        problems = [((float(m),), _problem(asked, bodies, before, m, tolerance)) for m in steps]
        points = grouping.pareto.surface(
            problems,
            rng=np.random.default_rng(self.seed),
            time_limit_s=self.time_limit_s,
            progress=work.progress,
        )
        found = Curve(0, before, tolerance, points)
        run = record(
            work, "alliances_curve", self, found.as_dict(), started=started, seed=self.seed
        )
        return replace(found, run=run)


@dataclass(frozen=True)
class Before:
    """What stood: group of every body (−1: newcomer), names, and the lead of every group."""

    previous: Ints
    names: list[Name]
    leads: Ints


@dataclass(frozen=True)
class Grown:
    """A plan beside what stood; `tolerance` is the one that could be kept (inf: none)."""

    alliances: Alliances
    before: Before
    tolerance: float

    @property
    def moved(self) -> list[str]:
        """Give the ids of members that left their group."""
        old, new = self.before.previous, self.alliances.plan.labels
        return [str(i) for i in self.alliances.members["id"][(old >= 0) & (old != new)]]

    @property
    def joined(self) -> list[str]:
        """Give the ids of newcomers."""
        return [str(i) for i in self.alliances.members["id"][self.before.previous < 0]]

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return {
            **self.alliances.as_dict(),
            "moved": self.moved,
            "joined": self.joined,
            "tolerance_kept": self.tolerance if np.isfinite(self.tolerance) else None,
        }


@dataclass(frozen=True)
class Curve:
    """How much is gained by moving members; the gain is the share of the cost with m = 0."""

    run: int
    before: Before
    tolerance: float
    points: list[grouping.pareto.Point]

    def rows(self) -> list[dict[str, Any]]:
        """Give one row a point."""
        first = next((p.plan.objective for p in self.points if p.plan), None)
        rows = []
        for point in self.points:
            plan = point.plan
            old = self.before.previous
            rows.append({
                "moved_at_most": int(point.limits[0]),
                "moved": None if plan is None else int(((old >= 0) & (old != plan.labels)).sum()),
                "objective": plan and plan.objective,
                "bound": plan and plan.bound,
                "status": point.status,
                "gain": None if plan is None or not first else 1.0 - plan.objective / first,
            })  # fmt: skip
        return rows

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        kept_share = self.tolerance if np.isfinite(self.tolerance) else None
        return {"run": self.run, "tolerance_kept": kept_share, "curve": self.rows()}


def _standing(asked: Growth, work: Work) -> tuple[Bodies, Before]:
    if asked.base == "published":
        rows = ReadAlliances(preset=asked.preset).run(work).members
    else:
        with work.db.read() as session:
            draft = draft_of(session, asked.base)
        if draft.result["preset"] != asked.preset:
            raise BadInput(
                f"run {asked.base} groups {draft.result['preset']}",
                zh=f"运行 {asked.base} 的对象是 {draft.result['preset']}，与所选不符",
            )
        rows = pd.DataFrame(draft.result["members"])
    bodies = read_bodies(work, asked.custom)
    at = {str(name): i for i, name in enumerate(bodies.table["id"])}
    there = rows[rows["id"].isin(at)]
    heads = there[there["lead"].astype(bool)].drop_duplicates("alliance_name")
    leads = {str(n): at[str(b)] for n, b in zip(heads["alliance_name"], heads["id"], strict=True)}
    groups = sorted(
        {str(n) for n in there["alliance_name"]},
        key=lambda name: leads.get(
            name, min(at[b] for b in there["id"][there["alliance_name"] == name])
        ),
    )
    number = {name: g for g, name in enumerate(groups)}
    previous = np.full(len(at), -1, dtype=np.int64)
    for body, name in zip(there["id"], there["alliance_name"], strict=True):
        previous[at[str(body)]] = number[str(name)]
    whole = np.array([leads.get(name, -1) for name in groups], dtype=np.int64)
    return bodies, Before(previous, [Name(name, letters(name)) for name in groups], whole)


def _grown(asked: Growth, bodies: Bodies, before: Before, work: Work) -> tuple[Answer, float]:
    """Solve under the tolerance that was asked, or the least of some wider ones."""
    tolerances = [t for f in WIDER if (t := asked.tolerance * f) < 1]
    for tolerance in [*tolerances, float("inf")]:
        last = tolerance == float("inf")
        try:
            if not asked.keep_leads:
                told = _told(asked, bodies, before, asked.moved_at_most, tolerance)
                return solved(asked, bodies, work, explain=last, **told), tolerance
            problem = _problem(asked, bodies, before, asked.moved_at_most, tolerance)
            plan = grouping.solve(
                problem,
                rng=np.random.default_rng(asked.seed),
                time_limit_s=asked.time_limit_s,
                progress=work.progress,
                seed=asked.seed,
                explain=last,
            )
            return Answer(problem, plan), tolerance
        except (Infeasible, Stopped):
            if last:
                raise
    raise AssertionError("the last tolerance either answers or raises")


def _problem(
    asked: Growth, bodies: Bodies, before: Before, moved: int, tolerance: float
) -> grouping.Problem:
    told = _told(asked, bodies, before, moved, tolerance)
    free = asked.model_copy(update={"min_leads": 0, "hub": "any"} if asked.keep_leads else {})
    return free.problem(bodies, **told)


def _told(
    asked: Growth, bodies: Bodies, before: Before, moved: int, tolerance: float
) -> dict[str, Any]:
    """Give what the solver is told beyond the question."""
    told: dict[str, Any] = {
        "adjacency": grouping.crossings.whole(bodies.adjacency, bodies.xy, before.previous),
        "previous": before.previous,
        "moved_max": float(moved),
        "tolerance": None if tolerance == float("inf") else tolerance,
    }
    if asked.keep_leads and (before.leads >= 0).all():
        mask = np.zeros(len(before.previous), dtype=bool)
        mask[before.leads] = True
        told |= {"leads": mask, "leads_are": "centres"}
    return told


def _keep(grown: Grown, work: Work, form: Form, started: Any) -> Alliances:
    made = grown.alliances
    run = record(
        work, "alliances_grown", form, grown.as_dict(), started=started, seed=made.asked.seed,
        objective=made.plan.objective, bound=made.plan.bound,
    )  # fmt: skip
    return replace(made, run=run)
