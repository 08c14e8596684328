"""The one door: a problem goes in, the best plan that was found comes out, with what is proven."""

from dataclasses import replace
from functools import cache

import numpy as np
from scipy import sparse

from geo.errors import BadInput, Stopped
from geo.layers import Clock, Progress, quiet
from geo.siting import limits, seating, sets
from geo.siting.center import Radii
from geo.siting.chance import source
from geo.siting.costs import Floats, Ints, Points, Rows
from geo.siting.field import PAIRS, enlarged, field
from geo.siting.loose import loosened
from geo.siting.play import play, rehearse
from geo.siting.problem import Problem
from geo.siting.problem import problem as make
from geo.siting.score import Score, value_of
from geo.siting.solution import PROOF, Solution, Status


def solve(
    problem: Problem,
    *,
    rng: np.random.Generator | None = None,
    time_limit_s: float = 60.0,
    progress: Progress = quiet,
    warm_start: Ints | None = None,
    seed: int | None = None,
) -> Solution:
    """Choose sites.

    Parameters
    ----------
    problem : Problem
        From `siting.problem`.
    rng : Generator, optional
        The same seed gives the same answer, unless the time limit cuts the work short.
    time_limit_s : float
        Then the best plan so far is given; likewise on Ctrl-C or when `progress` stops us.
    warm_start : positions, optional
        Open sites of a plan to begin with; the answer is never worse.
    seed : int, optional
        Only noted in the answer.

    Returns
    -------
    Solution
        Its status is infeasible, without objective, where no plan can serve everyone.

    Raises
    ------
    Stopped
        When no plan was found in time, which proves nothing.
    """
    rng = np.random.default_rng(1) if rng is None else rng
    warm = _checked(problem, warm_start)
    compiled()
    if problem.capacity is not None:
        compiled_for_crowds()
    return _solved(problem, rng, Clock(time_limit_s, progress), warm, seed)


@cache
def compiled() -> None:
    """Compile the kernels, or fetch them compiled, before any clock runs."""
    places = np.random.default_rng(0).random((40, 2))
    points = Points(places, places[:20])
    for objective in ("median", "center", "cover"):
        asked = make(points, objective=objective, p=3, reach=0.9)
        _solved(asked, np.random.default_rng(0), Clock(600.0), None, None)
    game, _ = field(make(points, objective="median", p=3), most=10)
    score = Score(np.zeros(0, dtype=np.int32))
    rehearse(game, np.random.default_rng(0), Clock(600.0), None, score)
    ring = sparse.csr_matrix(np.eye(5) + np.roll(np.eye(5), 1, axis=1))
    loosened(ring, Clock(600.0), limit_s=600.0)


@cache
def compiled_for_crowds() -> None:
    """Likewise the kernels for capacities."""
    places = np.random.default_rng(0).random((30, 2))
    asked = make(Points(places, places), objective="median", p=3, capacity=np.full(30, 12.0))
    sites = np.arange(30, dtype=np.int32)
    rows, _ = asked.costs.nearest(sites, np.full(30, np.inf), 30)
    seating.played(asked, sites, rows, np.random.default_rng(0), Clock(600.0))


def _solved(
    problem: Problem, rng: np.random.Generator, clock: Clock, warm: Ints | None, seed: int | None
) -> Solution:
    if problem.capacity is not None:
        opened, serves, bound = seating.solve(problem, rng, clock, warm)
        return _solution(problem, opened, bound, clock, seed, serves=serves)
    if problem.budget is not None:
        opened, bound = limits.solve(problem, clock)
        return _solution(problem, opened, bound, clock, seed)
    plan = _Plans(problem, rng, clock, warm)
    opened, bound = _SOLVERS[problem.objective](plan)
    return _solution(problem, opened, bound, clock, seed)


class _Plans:
    """What every solver is handed."""

    def __init__(
        self, problem: Problem, rng: np.random.Generator, clock: Clock, warm: Ints | None
    ) -> None:
        self.problem, self.rng, self.clock, self.warm = problem, rng, clock, warm
        self.opened = np.flatnonzero(problem.fixed == 1).astype(np.int32)
        self.free = np.flatnonzero(problem.fixed == 0).astype(np.int32)
        asked = len(self.free) + len(self.opened) if problem.p is None else problem.p
        self.p = min(asked - len(self.opened), len(self.free))

    def with_fixed(self, chosen: Ints) -> Ints:
        """Positions of all that is open."""
        return np.unique(np.concatenate([self.opened, chosen])).astype(np.int32)

    def rows(self, within: Floats) -> Rows:
        """Every pair of free sites that beats a limit."""
        return self.problem.costs.nearest(self.free, within, self.problem.m)[0]


Found = tuple[Ints | None, float | None]
"""Open sites, None where it is proven that there are none; and a true bound."""


def _served(plan: _Plans) -> Found:
    """Median and cover."""
    problem = plan.problem
    if plan.p < 0:
        return None, None
    factor = enlarged(problem)
    game, names = field(replace(problem, weight=problem.weight * factor), most=_most(plan))
    score = Score(np.zeros(0, dtype=np.int32))
    if plan.warm is not None:
        chosen = np.flatnonzero(np.isin(names, plan.warm))[: game.p].astype(np.int32)
        score.offer(chosen, value_of(game, chosen))
    try:
        play(game, plan.rng, plan.clock, warm=score.chosen, score=score)
    except (KeyboardInterrupt, Stopped):
        plan.clock.stop()
    if problem.objective == "median" and score.bound >= game.hopeless:
        return None, None
    bound = score.bound / factor if np.isfinite(score.bound) else None
    opened = plan.with_fixed(names[_filled(score.chosen, game.p, game.m)])
    if problem.objective == "cover":
        return opened, None if bound is None else float(problem.weight.sum()) - bound
    return opened, bound


def _filled(chosen: Ints, p: int, m: int) -> Ints:
    """Exactly p sites: one more never hurts."""
    spare = np.setdiff1d(np.arange(m), chosen)[: max(p - len(chosen), 0)]
    return np.concatenate([chosen, spare]).astype(np.int32)


def _most(plan: _Plans) -> int:
    """Pairs kept a point: far more than any plan needs, few enough for memory."""
    m, p = len(plan.free), max(plan.p, 1)
    return int(min(m, max(50, min(8 * m // p, PAIRS // max(plan.problem.n, 1)))))


def _center(plan: _Plans) -> Found:
    problem = plan.problem
    if plan.p < 0:
        return None, None
    _, near = problem.costs.cheapest(plan.opened)
    rows = plan.rows(np.full(problem.n, np.inf))
    search = Radii(rows, near, len(plan.free), plan.p, plan.rng, plan.clock)
    if plan.warm is not None:
        search.take(np.flatnonzero(np.isin(plan.free, plan.warm))[: plan.p].astype(np.int32))
    search.run()
    if search.impossible:
        return None, None
    chosen = _filled(search.best.chosen, plan.p, len(plan.free))
    return plan.with_fixed(plan.free[chosen]), search.best.bound


def _all(plan: _Plans) -> Found:
    problem = plan.problem
    _, near = problem.costs.cheapest(plan.opened)
    rows = plan.rows(np.where(np.isfinite(near), 0.0, np.inf))
    left = np.flatnonzero(np.isinf(near))
    start = np.concatenate([[0], np.cumsum(np.diff(rows.start)[left])]).astype(np.int64)
    kept = np.isin(np.repeat(np.arange(problem.n), np.diff(rows.start)), left)
    rows = Rows(start, rows.site[kept], rows.cost[kept])
    warm = (
        None
        if plan.warm is None
        else np.flatnonzero(np.isin(plan.free, plan.warm)).astype(np.int32)
    )
    cover = sets.fewest(rows, len(plan.free), plan.clock, source(plan.rng), start=warm)
    bound = cover.bound + len(plan.opened)
    if cover.chosen is None:
        return (None, None) if cover.bound > len(plan.free) else (np.zeros(0, np.int32), bound)
    opened = plan.with_fixed(plan.free[cover.chosen])
    if problem.p is not None and bound > problem.p:
        return None, None
    if problem.p is not None and len(opened) > problem.p:  # neither found nor proven impossible
        return np.zeros(0, np.int32), float(bound)
    return opened, float(bound)


_SOLVERS = {"median": _served, "cover": _served, "center": _center, "all": _all}


def reckon(problem: Problem, opened: Ints, serves: Ints | None = None) -> tuple[float | None, Ints]:
    """Reckon from the costs themselves what a set of open sites is worth, and whom each serves.

    Parameters
    ----------
    serves : (n,) int, optional
        Who serves whom, where capacities decide; the cheapest open site otherwise.

    Returns
    -------
    (float or None, (n,) int)
        None where somebody who must be served is not.
    """
    site, cost = problem.costs.cheapest(opened)
    if serves is not None:
        site, cost = serves, _paid(problem, serves)
    if problem.unserved is not None:
        site = np.where(cost > problem.unserved, -1, site).astype(np.int32)
        return float((problem.weight * np.minimum(cost, problem.unserved)).sum()), site
    served = site >= 0
    if problem.objective == "cover":
        return float(problem.weight[served].sum()), site
    if not served.all():
        return None, site
    if problem.objective == "all":
        return float(len(opened)), site
    if problem.objective == "center":
        return float(cost.max()), site
    return float((problem.weight * cost).sum()), site


def _paid(problem: Problem, serves: Ints) -> Floats:
    cost = np.full(problem.n, np.inf)
    for j in np.unique(serves[serves >= 0]):
        rows, _ = problem.costs.nearest(np.array([j], dtype=np.int32), cost, 1)
        mine = (serves == j) & (np.diff(rows.start) > 0)
        cost[mine] = rows.cost[rows.start[:-1][mine]]
    return cost


def _solution(
    problem: Problem,
    opened: Ints | None,
    bound: float | None,
    clock: Clock,
    seed: int | None,
    *,
    serves: Ints | None = None,
) -> Solution:
    if opened is None:
        nobody = np.full(problem.n, -1, dtype=np.int32)
        none = np.zeros(0, dtype=np.int32)
        return Solution(none, nobody, None, None, "infeasible", clock.seconds(), seed)
    value, site = reckon(problem, opened, serves)
    if value is None:
        raise Stopped(
            f"no plan that serves everyone was found in {clock.seconds():.0f} s, and none was proven impossible",
            zh=f"{clock.seconds():.0f} 秒内没有找到能服务所有需求点的方案，也未能证明不存在",
            hint="give more time, more sites or a longer reach",
            hint_zh="请增加时间、站点数或服务半径",
        )
    bound, status = _settled(problem, value, bound)
    return Solution(opened, site, value, bound, status, clock.seconds(), seed)


def _settled(problem: Problem, value: float, bound: float | None) -> tuple[float | None, Status]:
    """Say whether value and bound have met; a bound never crosses the value."""
    if bound is None:
        return None, "feasible"
    cover = problem.objective == "cover"
    bound = (max(bound, value) if cover else min(bound, value)) + 0.0
    least = 1e-9 * float(problem.weight.sum()) if cover else 1e-12
    met = abs(value - bound) <= max(PROOF * abs(value), least)
    return bound, "optimal" if met else "feasible"


def _checked(problem: Problem, sites: Ints | None) -> Ints | None:
    if sites is None:
        return None
    warm = np.unique(np.asarray(sites, dtype=np.int64)).astype(np.int32)
    if len(warm) and (warm[0] < 0 or warm[-1] >= problem.m):
        raise BadInput(
            "the warm start names a site that does not exist", zh="初始方案中有不存在的站点"
        )
    return warm
