"""Truly different plans for the same question, nearly as good as the best."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from geo.grouping import board as boards
from geo.grouping import likeness, measure
from geo.grouping.partition import Partition, matched
from geo.grouping.problem import Floats, Ints, Problem
from geo.grouping.search import search
from geo.layers import Adjacency, Clock, Progress, quiet

PRESSURES = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4)
"""How much dearer than it is what earlier plans chose becomes, step by step."""


def another(
    problem: Problem,
    earlier: Sequence[Ints],
    *,
    differ: float,
    rng: np.random.Generator,
    time_limit_s: float = 60.0,
    effort: float = 0.15,
    progress: Progress = quiet,
) -> Partition | None:
    """Find a good plan in which many units are with others than in every earlier plan.

    What earlier plans chose is made dearer, a little more each time, until the plan that is
    then best is different enough: Brill, Chang and Hopkins (1982), "Modeling to generate
    alternatives: the HSJ approach and an illustration using a problem in land use planning".

    Parameters
    ----------
    earlier : labels of plans
    differ : float
        Least share of the units that must change their group to get from an earlier plan to
        this one, whatever the groups are called (`likeness.moved`).

    Returns
    -------
    Partition or None
        Its objective is that of `problem`, as if nothing had been made dearer; nothing is
        proven of it. None when no plan was different enough.
    """
    clock = Clock(time_limit_s, progress)
    for step, pressure in enumerate(PRESSURES):
        clock.tell("alternatives", step, len(PRESSURES))
        if clock.left() <= 0:
            break
        dearer = _dearer(problem, earlier, pressure)
        found = search(dearer, rng, clock, effort=effort)
        plans = [labels for broken, _, labels in found.pool if broken == 0]
        fresh = [
            labels
            for labels in plans
            if new(labels, earlier, differ=differ) and not measure.faults(problem, labels)
        ]
        if fresh:
            best = min(fresh, key=lambda labels: measure.objective(problem, labels))
            return _partition(problem, best, clock)
    return None


def new(labels: Ints, earlier: Sequence[Ints], *, differ: float) -> bool:
    """Say whether at least a share of the units is with others than in every earlier plan."""
    least = int(np.ceil(differ * len(labels)))
    return all(likeness.moved(before, labels) >= least for before in earlier)


def _dearer(problem: Problem, earlier: Sequence[Ints], pressure: float) -> Problem:
    if problem.objective == "cut" and problem.costs is None:
        return replace(problem, adjacency=_loosened(problem, earlier, pressure))
    seats = problem.seats
    table = boards.seat_costs(problem, seats)
    share = np.zeros(table.shape)
    led = np.zeros(len(seats))
    for labels in earlier:
        share += labels[:, None] == labels[seats][None, :]
        led += np.isin(seats, measure.centres(problem, labels)[0])
    share, led = share / len(earlier), led / len(earlier)
    table = table * (1.0 + pressure * share)
    typical = float(np.median(table))
    table[seats, np.arange(len(seats))] += pressure * typical * led
    return replace(problem, costs=table)


def _loosened(problem: Problem, earlier: Sequence[Ints], pressure: float) -> Adjacency:
    """Make borders cheap to cut that no earlier plan has cut."""
    near = problem.adjacency
    a, b = near.pairs.T
    inside: Floats = np.mean([labels[a] == labels[b] for labels in earlier], axis=0)
    return Adjacency(near.ids, near.pairs, near.length_m / (1.0 + pressure * inside))


def _partition(problem: Problem, labels: Ints, clock: Clock) -> Partition:
    labels = matched(problem, labels)
    return Partition(
        labels=labels.astype(np.int32),
        centres=measure.centres(problem, labels)[0],
        loads=measure.loads(problem, labels),
        objective=measure.objective(problem, labels),
        bound=None,
        status="feasible",
        seconds=clock.seconds(),
    )
