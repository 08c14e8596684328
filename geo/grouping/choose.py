"""A range of k: every number of groups is solved, and the best plan of all is given."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from geo.errors import Infeasible, Stopped
from geo.grouping.partition import Partition
from geo.grouping.problem import Ints, Problem
from geo.grouping.solve import ready, solve
from geo.layers import Clock, Progress, quiet


@dataclass(frozen=True, slots=True)
class Answers:
    """What came out for every number of groups.

    `outcome` is optimal, feasible, infeasible (proven) or stopped (no plan found in time);
    `plans` holds one plan each, the best one where there is none. `best` is the position of
    the best plan, whose bound and status speak of the whole range.
    """

    groups: tuple[int, ...]
    plans: tuple[Partition, ...]
    outcome: tuple[str, ...]
    best: int

    def tried(self) -> list[dict[str, Any]]:
        """One row a number of groups, as plain values."""
        rows = []
        for k, outcome, plan in zip(self.groups, self.outcome, self.plans, strict=True):
            known = outcome in ("optimal", "feasible")
            rows.append(
                {
                    "groups": k,
                    "status": outcome,
                    "objective": plan.objective if known else None,
                    "bound": plan.bound if known else None,
                }
            )
        return rows


def solve_all(
    problems: Sequence[Problem],
    *,
    rng: np.random.Generator,
    time_limit_s: float = 60.0,
    progress: Progress = quiet,
    warm_starts: Sequence[Ints | None] | None = None,
    effort: float = 1.0,
    seed: int | None = None,
) -> Answers:
    """Solve one problem, or the same one for several numbers of groups; the time is shared.

    Raises
    ------
    Infeasible
        When no number of groups is possible; the error is that of the first.
    Stopped
        When no plan was found in time.
    """
    ready()
    clock = Clock(time_limit_s, progress)
    plans: list[Partition | None] = []
    outcome: list[str] = []
    faults: list[Infeasible | Stopped] = []
    for turn, problem in enumerate(problems):
        share = max(clock.left(), 0.1) / (len(problems) - turn)
        try:
            plan = solve(
                problem, rng=rng, time_limit_s=share, progress=progress, effort=effort, seed=seed,
                warm_start=None if warm_starts is None else warm_starts[turn],
            )  # fmt: skip
            plans.append(plan)
            outcome.append(plan.status)
        except (Infeasible, Stopped) as fault:
            faults.append(fault)
            plans.append(None)
            outcome.append("infeasible" if isinstance(fault, Infeasible) else "stopped")
    found = [i for i, plan in enumerate(plans) if plan is not None]
    if not found:
        raise next((f for f in faults if isinstance(f, Stopped)), faults[0])
    best = min(found, key=lambda i: (plans[i].objective, i))  # type: ignore[union-attr]
    whole = _over_all(plans, outcome, best, clock)
    filled = [whole if plan is None or i == best else plan for i, plan in enumerate(plans)]
    return Answers(tuple(p.k for p in problems), tuple(filled), tuple(outcome), best)


def _over_all(
    plans: Sequence[Partition | None], outcome: Sequence[str], best: int, clock: Clock
) -> Partition:
    """Give the best plan with the bound and status of the whole range."""
    chosen = plans[best]
    assert chosen is not None
    lows = []
    for plan, came in zip(plans, outcome, strict=True):
        if plan is not None:
            lows.append(-np.inf if plan.bound is None else plan.bound)
        elif came == "stopped":
            lows.append(-np.inf)
    low = min([chosen.objective, *lows])
    closed = chosen.status == "optimal" and low >= chosen.objective
    return replace(
        chosen,
        bound=low if np.isfinite(low) else None,
        status="optimal" if closed else "feasible",
        seconds=clock.seconds(),
    )
