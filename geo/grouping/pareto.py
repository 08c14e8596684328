"""What one quality costs in another: best plans under one rule, tightened step by step.

The ε-constraint method (Haimes, Lasdon and Wismer, 1971): one quality is the objective, the
other a bound; every bound gives a point of the curve, with its own proof.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from geo.errors import Infeasible, Stopped
from geo.grouping.partition import Partition, Status
from geo.grouping.problem import Problem
from geo.grouping.solve import solve
from geo.layers import Progress, quiet


@dataclass(frozen=True, slots=True)
class Point:
    """The best plan under a limit; `plan` is None where none exists or none was found.

    `status`: optimal, feasible, infeasible (proven), unknown.
    """

    limit: float
    plan: Partition | None
    status: str


def curve(
    problems: Sequence[tuple[float, Problem]],
    *,
    rng: np.random.Generator,
    time_limit_s: float = 30.0,
    progress: Progress = quiet,
) -> list[Point]:
    """Solve a question under limits that loosen from one to the next.

    Parameters
    ----------
    problems : limit and problem
        From the tightest to the loosest: whatever one allows, the next allows as well.
    time_limit_s : float
        For each.

    Returns
    -------
    list of Point
        In the same order. A looser limit never gives a worse plan: the search begins with the
        last one. A bound for a looser limit is a bound for every tighter one.
    """
    points: list[Point] = []
    for step, (limit, problem) in enumerate(problems):
        progress("curve", step, len(problems))
        before = next((p.plan for p in reversed(points) if p.plan is not None), None)
        try:
            plan = solve(
                problem,
                rng=rng,
                time_limit_s=time_limit_s,
                progress=progress,
                warm_start=None if before is None else before.labels,
            )
            points.append(Point(limit, plan, plan.status))
        except Infeasible:
            points.append(Point(limit, None, "infeasible"))
        except Stopped:
            points.append(Point(limit, before, "feasible" if before else "unknown"))
    progress("curve", len(problems), len(problems))
    return _tightened(points)


def _tightened(points: list[Point]) -> list[Point]:
    """Carry bounds from looser limits to tighter ones."""
    low: float | None = None
    found: list[Point] = []
    for point in reversed(points):
        plan, status = point.plan, point.status
        if plan is not None:
            known = [b for b in (low, plan.bound) if b is not None]
            low = max(known) if known else None
            if low is not None:
                low = min(low, plan.objective)
                proven: Status = "optimal" if low >= plan.objective * (1 - 1e-9) else "feasible"
                plan, status = replace(plan, bound=low, status=proven), proven
        found.append(Point(point.limit, plan, status))
    return found[::-1]
