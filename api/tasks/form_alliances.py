"""Group neighbouring bodies: near on foot, balanced, each group with a lead, complementary.

就近就便、相对均衡、以老带新、以强带弱、优势互补. What comes out is a proposal: it is kept as a run,
and nothing is published until somebody publishes it (`publish_alliances`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from api.tasks import alliance_names, alliance_reasons
from api.tasks.alliance_moves import Told
from api.tasks.alliance_question import Question
from api.tasks.bodies import Bodies, read_bodies
from api.tasks.scene import Scene
from api.tasks.work import Form, Work, now, record
from geo import grouping
from geo.errors import Infeasible, Stopped
from geo.layers import Clock

SHARE = 0.6
"""Of the time that is left, what a plan may take before it is asked which skills it lacks."""
LEAST_S = 0.5


class FormAlliances(Question):
    """Form groups anew; give a plan with its bound and a reason for every member."""

    def run(self, work: Work) -> Alliances:
        """Read, solve outside any transaction, keep the run."""
        started = now()
        bodies = read_bodies(work, self.custom)
        self.check(bodies)
        asked, answer = led(self, bodies, work)
        made = Alliances.of(asked, bodies, answer)
        return kept(made, work, "alliances", asked, started=started)


@dataclass(frozen=True)
class Answer:
    """A plan, the problem it answers, the skills that not every group could have, and those
    that every group had to be told to have."""

    problem: grouping.Problem
    plan: grouping.Partition
    missing: tuple[str, ...] = ()
    enforced: tuple[str, ...] = ()


def led(
    asked: Question, bodies: Bodies, work: Work, *, effort: float = 1.0
) -> tuple[Question, Answer]:
    """Solve a question; where nobody said how many may lead, let as many lead as it takes.

    Strong bodies may all live in one corner: then the next strongest lead elsewhere. The
    question that comes back says how many may lead. All of it keeps to the time limit.
    """
    widths = [asked.leads_per_group]
    if "leads_per_group" not in asked.model_fields_set and bodies.ranked:
        all_ = len(bodies.table) / asked.groups
        widths += [w for w in (3.0, 4.0, 6.0, 9.0) if w < all_] + [all_]
    clock = Clock(asked.time_limit_s, work.progress)
    refused: Infeasible | None = None
    for width in widths:
        question = asked.model_copy(update={"leads_per_group": max(width, 1.0)})
        try:
            answer = solved(
                question, bodies, work, time_limit_s=clock.left(), effort=effort,
                explain=refused is None,
            )  # fmt: skip
            return question, answer
        except Infeasible as error:
            refused = refused or error
    assert refused is not None
    raise refused


def solved(
    asked: Question,
    bodies: Bodies,
    work: Work,
    *,
    warm_start: npt.NDArray[np.integer[Any]] | None = None,
    time_limit_s: float | None = None,
    effort: float = 1.0,
    explain: bool = True,
    **changes: Any,
) -> Answer:
    """Solve a question, asking for a skill in every group only when a plan lacks it somewhere.

    A plan that happens to keep a rule nobody enforced is as good as one made under it, so
    the proof stands. Where `most` skills are wanted, the scarcest give way one by one.
    """
    clock = Clock(asked.time_limit_s if time_limit_s is None else time_limit_s, work.progress)
    wanted = asked.held(bodies)
    enforced: dict[str, npt.NDArray[np.bool_]] = {}
    missing: set[str] = set()
    while True:
        problem = asked.problem(bodies, resources=enforced, **changes)
        try:
            plan = grouping.solve(
                problem,
                rng=np.random.default_rng(asked.seed),
                time_limit_s=max(clock.left() * (SHARE if wanted else 1.0), LEAST_S),
                progress=work.progress,
                warm_start=warm_start,
                effort=effort,
                explain=explain,
                seed=asked.seed,
            )
        except (Infeasible, Stopped):
            if asked.skills != "most" or not enforced:
                raise
            scarcest = min(enforced, key=lambda name: (int(enforced[name].sum()), name))
            del enforced[scarcest]
            missing.add(scarcest)
            continue
        lacking = [
            name
            for name, holds in wanted.items()
            if name not in missing and len(np.unique(plan.labels[holds])) < problem.k
        ]
        if not lacking:
            break
        enforced |= {name: wanted[name] for name in lacking}
    if asked.skills == "most":
        missing |= set(bodies.skills.wanted()) - set(wanted)
    return Answer(problem, plan, tuple(sorted(missing)), tuple(sorted(enforced)))


@dataclass(frozen=True)
class Alliances:
    """A plan of groups; `members` has one row a body, in their order.

    Columns of `members`: `id`, `name`, `community`, `alliance` (1 …), `alliance_name`, `en_name`,
    `lead` (bool: the hub and head), `strong` (may lead), `load`, `minutes` (on foot to the
    lead), `mentor` (name of the nearest strong member), `seniority`, `strength`,
    `needs_met`, `needs_unmet`, and the reason in `zh` and `en`. `run` is 0 until it is kept.
    """

    run: int
    asked: Question
    bodies: Bodies
    answer: Answer
    members: pd.DataFrame

    @classmethod
    def of(
        cls,
        asked: Question,
        bodies: Bodies,
        answer: Answer,
        names: list[alliance_names.Name] | None = None,
    ) -> Alliances:
        """Name the groups, unless they have names, and tell every member why."""
        names = names or alliance_names.names(asked.custom, bodies, answer.plan)
        strong = asked.leads(bodies)
        members = alliance_reasons.told(
            Told(bodies, answer.problem, answer.plan, names, strong, asked.custom),
            asked.load,
        )
        return cls(0, asked, bodies, answer, members)

    @property
    def plan(self) -> grouping.Partition:
        """Give the partition."""
        return self.answer.plan

    @property
    def scene(self) -> Scene:
        """Give the layers it was made from."""
        return self.bodies.scene

    @property
    def territories(self) -> gpd.GeoDataFrame:
        """Give the area of every member."""
        return self.bodies.shapes

    @property
    def verdict(self) -> str:
        """Say how good the plan is: optimal, within x %, or no proof."""
        return verdict(self.plan)

    @property
    def needs_met(self) -> float:
        """Give the share of needs that another member of the group can meet."""
        return self.bodies.skills.share(self.plan.labels)

    @property
    def minutes(self) -> float:
        """Give the mean walk to the lead, weighted by load."""
        weight = self.members["load"].to_numpy(float)
        return float(np.average(self.members["minutes"], weights=np.maximum(weight, 1e-9)))

    @property
    def deviation(self) -> float:
        """Give how far the most and the least loaded group are from the mean, as a share."""
        return grouping.measure.deviation(self.plan.loads)

    def rows(self) -> list[tuple[str, int, int, str]]:
        """Give name, members, load and lead of every group."""
        return [
            (
                str(part["alliance_name"].iloc[0]),
                len(part),
                int(part["load"].sum()),
                str(part.loc[part["lead"], "name"].iloc[0]),
            )
            for _, part in self.members.groupby("alliance")
        ]

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return {
            "run": self.run,
            "draft": True,
            "preset": self.asked.preset,
            "status": self.plan.status,
            "objective": self.plan.objective,
            "bound": self.plan.bound,
            "gap": self.plan.gap,
            "seconds": round(self.plan.seconds, 2),
            "minutes_mean": round(self.minutes, 2),
            "load_deviation": round(self.deviation, 4),
            "needs_met": round(self.needs_met, 4),
            "skills_missing": list(self.answer.missing),
            "walks_estimated": float(self.bodies.estimated.mean()),
            "borders_cut": len(self.bodies.crossings.cut),
            "borders_joined": len(self.bodies.crossings.joined),
            "members": self.members.to_dict("records"),
        }


def verdict(plan: grouping.Partition) -> str:
    """Say how good a plan is: optimal, within x %, or no proof."""
    if plan.status == "optimal":
        return "最优 optimal"
    if plan.gap is None:
        return "未证明 no proof"
    return f"距最优不超过 within {plan.gap:.1%}"


def kept(made: Alliances, work: Work, kind: str, form: Form, *, started: Any) -> Alliances:
    """Keep a plan as a draft run, whole enough to be published and printed later."""
    run = record(
        work,
        kind,
        form,
        made.as_dict(),
        started=started,
        seed=made.asked.seed,
        objective=made.plan.objective,
        bound=made.plan.bound,
    )
    return replace(made, run=run)
