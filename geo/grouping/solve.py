"""The one door: a problem goes in, the best plan that was found comes out, with what is proven."""

import numpy as np

from geo.errors import BadInput, Stopped
from geo.grouping import clash, measure
from geo.grouping.partition import Partition, Status, numbered
from geo.grouping.problem import Ints, Problem
from geo.grouping.search import Clock, search
from geo.layers import Progress, quiet


def solve(
    problem: Problem,
    *,
    rng: np.random.Generator,
    time_limit_s: float = 60.0,
    progress: Progress = quiet,
    warm_start: Ints | None = None,
    effort: float = 1.0,
    seed: int | None = None,
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
        Multiplies the number of tries.
    seed : int, optional
        Only noted in the answer.

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
    clock = Clock(time_limit_s, progress)
    clash.certify(problem)
    warm = _checked_start(problem, warm_start)
    found = search(problem, rng, clock, warm=warm, effort=effort)
    if measure.faults(problem, found.labels):
        raise _nothing_found(clock)
    return _partition(problem, found.labels, None, clock, seed)


def _partition(
    problem: Problem, labels: Ints, bound: float | None, clock: Clock, seed: int | None
) -> Partition:
    free = problem.centres is None and not np.any(problem.locked >= 0)
    labels = numbered(labels, problem.k) if free else labels
    objective = measure.objective(problem, labels)
    proven = bound is not None and objective - bound <= 1e-7 * max(abs(objective), 1e-9)
    status: Status = "optimal" if proven else "feasible"
    return Partition(
        labels=labels.astype(np.int32),
        centres=measure.centres(problem, labels)[0],
        loads=measure.loads(problem, labels),
        objective=objective,
        bound=None if bound is None else min(bound, objective),
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
