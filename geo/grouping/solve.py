"""The one door: a problem goes in, the best plan that was found comes out, with what is proven."""

from functools import cache

import numpy as np

from geo.errors import BadInput, Stopped
from geo.grouping import board as boards
from geo.grouping import clash, levels, measure, trees
from geo.grouping.explain import bare, explained, impossible
from geo.grouping.found import Found
from geo.grouping.improve import improve
from geo.grouping.partition import Partition, Status, matched
from geo.grouping.problem import Ints, Problem
from geo.grouping.problem import problem as build
from geo.grouping.prove import Verdict, provable, prove
from geo.grouping.recombine import recombine
from geo.grouping.search import search
from geo.grouping.separate import Separator
from geo.grouping.spread import spread
from geo.layers import Adjacency, Clock, Progress, quiet

LAST_S = 0.5
"""Who stops the search still hears a bound, if so long is enough for one."""


def solve(
    problem: Problem,
    *,
    rng: np.random.Generator,
    time_limit_s: float = 60.0,
    progress: Progress = quiet,
    warm_start: Ints | None = None,
    effort: float = 1.0,
    seed: int | None = None,
    bounded: bool = True,
    explain: bool = True,
) -> Partition:
    """Form contiguous, balanced groups.

    Parameters
    ----------
    problem : Problem
        From `grouping.problem`.
    rng : Generator
        The same seed gives the same answer, unless the time limit cuts the work short.
    time_limit_s : float
        Then the best plan so far is given; likewise on Ctrl-C or when `progress` stops us.
    warm_start : (n,) int, optional
        Labels 0 … k−1 to begin with; the answer is never worse, where they keep the rules.
    effort : float
        Multiplies the number of tries. Below 1 the work also ends before the time limit when
        neither search nor proof goes on.
    seed : int, optional
        Only noted in the answer.
    bounded : bool
        False: only search, and prove nothing: sooner done.
    explain : bool
        False: what is proven impossible is not searched for its smallest clash.

    Returns
    -------
    Partition

    Raises
    ------
    Infeasible
        With a certificate: no plan can exist.
    Stopped
        When no plan was found in time, which proves nothing.
    """
    ready()
    clock = Clock(time_limit_s, progress)
    clash.certify(problem)
    warm = _checked_start(problem, warm_start)
    until_s = time_limit_s * (0.4 if bounded and provable(problem) else 1.0)
    found = search(problem, rng, clock, warm=warm, effort=effort, until_s=until_s)
    try:
        if effort >= 1.0:
            recombine(problem, found, rng, clock)
        left = clock if clock.left() > 0 else Clock(LAST_S)
        verdict = prove(problem, found, rng, left) if bounded else Verdict(None)
        if bounded and not verdict.closed and effort >= 1.0:
            improve(problem, found, rng, clock, verdict.bound)
    except (KeyboardInterrupt, Stopped):
        verdict = Verdict(found.low if np.isfinite(found.low) else None)
    if found.broken > 0 or measure.faults(problem, found.labels):
        if verdict.closed and (found.broken > 0 or impossible(problem, rng, clock)):
            raise explained(problem, rng, clock) if explain else bare(problem)
        raise _nothing_found(clock)
    return _partition(problem, found.labels, verdict, clock, seed)


@cache
def ready() -> None:
    """Have the kernels compiled (once a machine) or loaded, before any clock starts."""
    ids = np.array(["a", "b", "c", "d"], dtype=object)
    near = Adjacency(ids, np.array([[0, 1], [1, 2], [2, 3]], dtype=np.int32), np.ones(3))
    xy = [(0, 0), (1, 0), (2, 0), (3, 0)]
    rng, clock = np.random.default_rng(0), Clock(np.inf)
    for objective in ("cut", "inertia"):
        toy = build(
            ids=ids, weight=np.ones(4), adjacency=near, groups=2, xy=xy, lower=1, upper=3,
            objective=objective, locked={"a": 0, "c": 0},
        )  # fmt: skip
        found = search(toy, rng, clock, effort=0.01)
        prove(toy, found, rng, clock)
        spread(toy, Found(found.labels), clock)
        trees.planted(boards.field(toy), rng)
        levels.merged(boards.field(toy), np.zeros(4, dtype=np.int32), rng)
        apart = Separator(toy, toy.seats, np.tile(np.arange(4, dtype=np.int32)[:, None], 4))
        list(apart.broken(np.array([1.0, 0.0, 0.0, 1.0]), 0.5))


def _partition(
    problem: Problem, labels: Ints, verdict: Verdict, clock: Clock, seed: int | None
) -> Partition:
    labels = matched(problem, labels)
    objective = measure.objective(problem, labels)
    low = objective if verdict.closed else verdict.bound
    status: Status = "optimal" if verdict.closed else "feasible"
    return Partition(
        labels=labels.astype(np.int32),
        centres=measure.centres(problem, labels)[0],
        loads=measure.loads(problem, labels),
        objective=objective,
        bound=None if low is None else min(low, objective),
        status=status,
        seconds=clock.seconds(),
        seed=seed,
    )


def _checked_start(problem: Problem, labels: Ints | None) -> Ints | None:
    if labels is None:
        return None
    start = np.asarray(labels, dtype=np.int32)
    if start.shape != (problem.n,) or start.min() < 0 or start.max() >= problem.k:
        raise BadInput(
            "the warm start does not give every unit a group 0 … k−1",
            zh="初始方案没有给每个单元一个有效的组号",
        )
    return start


def _nothing_found(clock: Clock) -> Stopped:
    return Stopped(
        f"no plan that keeps every rule was found in {clock.seconds():.0f} s, and none was proven impossible",
        zh=f"{clock.seconds():.0f} 秒内没有找到满足全部约束的方案，也未能证明不存在",
        hint="give more time, wider bounds or fewer rules",
        hint_zh="请增加时间、放宽上下限或减少约束",
    )
