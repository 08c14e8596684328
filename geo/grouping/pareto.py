"""What one quality costs in the others: best plans under limits, and those that nothing beats.

The ε-constraint method (Haimes, Lasdon and Wismer, 1971): one quality is the objective, the
others are bounds; every choice of bounds gives a point, with its own proof. Of all plans that
are known, the front keeps those than which no other is better in one quality and as good in
all (Pareto, 1906).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from geo.errors import Infeasible, Stopped
from geo.grouping import measure
from geo.grouping.partition import Partition, Status, matched
from geo.grouping.problem import Bools, Floats, Ints, Problem
from geo.grouping.solve import solve
from geo.layers import Clock, Progress, quiet

Limits = tuple[float, ...]
ALIKE = 9
"""Digits of a quality that count: sums of the same numbers differ in the last ones."""
LEAST_S = 0.2
"""What every point is given, however little is left."""


@dataclass(frozen=True, slots=True)
class Point:
    """The best plan under some limits; `plan` is None where none exists or none was found.

    `status`: optimal, feasible, infeasible (proven), unknown.
    """

    limits: Limits
    plan: Partition | None
    status: str


def surface(
    problems: Sequence[tuple[Limits, Problem]],
    *,
    rng: np.random.Generator,
    time_limit_s: float = 120.0,
    known: Sequence[Ints] = (),
    effort: float = 1.0,
    progress: Progress = quiet,
) -> list[Point]:
    """Solve a question under limits that loosen.

    Parameters
    ----------
    problems : limits and problem
        Whatever limits allow, those allow as well that are nowhere less; a problem comes
        after all that are tighter.
    time_limit_s : float
        For all of them; what one leaves is there for those that follow. Those for which
        none is left are unknown.
    known : labels of plans
        Good plans from elsewhere; the search begins with the best that keeps the rules.
    effort : float
        Multiplies the number of tries.

    Returns
    -------
    list of Point
        In the same order. Looser limits never give a worse plan. A bound for looser limits
        is a bound for all tighter ones.
    """
    clock = Clock(time_limit_s, progress)
    pool = list(known)
    points: list[Point] = []
    for step, (limits, problem) in enumerate(problems):
        progress("curve", step, len(problems))
        if clock.over() and step:
            points.append(Point(limits, None, "unknown"))
            continue
        share_s = max(1.5 * clock.left() / (len(problems) - step), LEAST_S)
        point = _point(limits, problem, pool, rng, share_s, effort, progress)
        points.append(point)
        if point.plan is not None:
            pool.append(point.plan.labels)
    progress("curve", len(problems), len(problems))
    return _tightened(points)


def undominated(qualities: Floats) -> Bools:
    """Say which plans nothing beats; of plans alike in everything, the first.

    Parameters
    ----------
    qualities : (p, q) float
        One row a plan; least is best in every column.

    Examples
    --------
    >>> import numpy as np
    >>> undominated(np.array([[1, 3], [2, 2], [2, 3], [3, 1], [1, 3]])).tolist()
    [True, True, False, True, False]
    """
    scale = np.maximum(np.abs(qualities).max(axis=0, initial=0.0), 1e-300)
    qualities = np.round(qualities / scale, ALIKE)
    no_worse = (qualities[:, None, :] <= qualities[None, :, :]).all(axis=2)
    better = (qualities[:, None, :] < qualities[None, :, :]).any(axis=2)
    before = np.tri(len(qualities), k=-1, dtype=bool).T
    beats = no_worse & (better | before)
    return np.asarray(~beats.any(axis=0))


def _point(  # noqa: PLR0917
    limits: Limits,
    problem: Problem,
    pool: Sequence[Ints],
    rng: np.random.Generator,
    time_limit_s: float,
    effort: float,
    progress: Progress,
) -> Point:
    warm = _warmest(problem, pool)
    try:
        plan = solve(
            problem, rng=rng, time_limit_s=time_limit_s, progress=progress, warm_start=warm,
            effort=effort, explain=False,
        )  # fmt: skip
    except Infeasible:
        return Point(limits, None, "infeasible")
    except Stopped:
        return Point(limits, None, "unknown")
    return Point(limits, plan, plan.status)


def _warmest(problem: Problem, pool: Sequence[Ints]) -> Ints | None:
    """Give the best known plan that keeps the rules of a problem."""
    numbered = [matched(problem, labels) for labels in pool if labels.max() < problem.k]
    kept = [labels for labels in numbered if not measure.faults(problem, labels)]
    return min(kept, key=lambda labels: measure.objective(problem, labels), default=None)


def _tightened(points: list[Point]) -> list[Point]:
    """Carry bounds from looser limits to tighter ones."""
    found = []
    for point in points:
        plan, status = point.plan, point.status
        if plan is not None:
            known = [
                other.plan.bound
                for other in points
                if other.plan is not None
                and other.plan.bound is not None
                and all(a >= b for a, b in zip(other.limits, point.limits, strict=True))
            ]
            if known:
                low = min(max(known), plan.objective)
                proven: Status = "optimal" if low >= plan.objective * (1 - 1e-9) else "feasible"
                plan, status = replace(plan, bound=low, status=proven), proven
        found.append(Point(point.limits, plan, status))
    return found
