"""Neighbouring groups around fixed centres, divided anew by the exact model.

Large neighbourhood search (Shaw 1998): a few groups that touch are taken out of the best plan
and divided again, exactly or as far as a limit of nodes allows. Where capacities are tight,
no chain of single moves finds what this finds.
"""

from dataclasses import replace

import numpy as np

from geo.grouping import bound, measure, model
from geo.grouping.found import Found
from geo.grouping.problem import Floats, Ints, Problem
from geo.layers import Adjacency, Clock

NODES = 400
"""Branch and bound nodes for one division."""
GAP = 5e-4
"""Relative gap that ends one division."""
PAIRS = 1500
"""Pairs of unit and centre divided at once, about."""


def refit(
    problem: Problem, found: Found, rng: np.random.Generator, clock: Clock, *, pairs: int = PAIRS
) -> None:
    """Divide neighbouring groups anew, about so many pairs, until every group was tried in vain."""
    idle = np.zeros(problem.k, dtype=np.int64)
    while clock.left() > 0 and idle.min() < 2:
        first = int(rng.choice(np.flatnonzero(idle == idle.min())))
        some = around(problem, found.labels, first, rng, pairs=pairs, most=6)
        clock.tell("divide", float(np.sum(idle > 0)), float(problem.k))
        if _divide(problem, found, some, clock):
            idle[some] = 0
        else:
            idle[first] += 1


def around(
    problem: Problem, labels: Ints, first: int, rng: np.random.Generator, *, pairs: float = np.inf,
    most: int,
) -> Ints:  # fmt: skip
    """Give a group and some that touch it or each other, up to `most` groups or so many pairs."""
    touch = _touching(problem, labels)
    size = np.bincount(labels, minlength=problem.k)
    some = [first]
    while len(some) < most:
        beside = touch[some].sum(axis=0)
        beside[some] = 0
        if not beside.any():
            break
        more = int(rng.choice(problem.k, p=beside / beside.sum()))
        held = (size[some].sum() + size[more]) * (len(some) + 1)
        if len(some) >= 2 and held > pairs:
            break
        some.append(more)
    return np.array(sorted(some), dtype=np.int32)


def _touching(problem: Problem, labels: Ints) -> Floats:
    a, b = labels[problem.adjacency.pairs].T
    touch = np.zeros((problem.k, problem.k))
    np.add.at(touch, (a, b), 1.0)
    touch += touch.T
    np.fill_diagonal(touch, 0.0)
    return touch


def _divide(problem: Problem, found: Found, some: Ints, clock: Clock) -> bool:
    """Divide some groups again; say whether the plan became better."""
    units = np.flatnonzero(np.isin(found.labels, some)).astype(np.int32)
    small = part(problem, some, units)
    small = replace(small, moved_max=_may_move(problem, found.labels, some, units))
    labels = np.searchsorted(some, found.labels[units]).astype(np.int32)
    value = measure.objective(small, labels)
    inner = Found(labels.copy(), 0.0, value)
    made = model.model(small, bound.within_reach(small))
    made.solver.setOptionValue("mip_max_nodes", NODES)
    low = model.linear(made, value, clock)
    if low < value and clock.left() > 0:
        model.integer(made, inner, low, clock, mend=lambda _: None, gaps=(GAP,))
    if inner.value >= value - 1e-9 * abs(value):
        return False
    whole = found.labels.copy()
    whole[units] = some[inner.labels]
    if measure.faults(problem, whole):
        return False
    return found.offer(whole, 0.0, measure.objective(problem, whole))


def part(problem: Problem, some: Ints, units: Ints) -> Problem:
    """Give the problem of some groups and their units alone."""
    at = np.full(problem.n, -1, dtype=np.int32)
    at[units] = np.arange(len(units), dtype=np.int32)
    group = np.full(problem.k + 1, -1, dtype=np.int32)
    group[some] = np.arange(len(some), dtype=np.int32)
    pairs = at[problem.adjacency.pairs]
    kept = (pairs >= 0).all(axis=1)
    near = Adjacency(problem.ids[units], pairs[kept], problem.adjacency.length_m[kept])
    ties = problem.ties.copy()
    ties[:, :2] = at[ties[:, :2]]
    assert problem.centres is not None
    centres = at[problem.centres[some]]
    costs, seats = problem.costs, np.arange(len(units), dtype=np.int32)
    if costs is not None:
        column = {int(unit): j for j, unit in enumerate(problem.seats)}
        costs = costs[
            np.ix_(units, np.array([column[int(s)] for s in problem.centres[some]], dtype=np.intp))
        ]
        seats = centres
    return replace(
        problem,
        adjacency=near,
        xy=problem.xy[units],
        weight=problem.weight[units],
        lower=problem.lower[some],
        upper=problem.upper[some],
        costs=None if costs is None else np.ascontiguousarray(costs),
        seats=seats,
        centres=centres,
        marks=problem.marks[units],
        ties=ties[(ties[:, :2] >= 0).all(axis=1)],
        locked=group[problem.locked[units]],
        sums=problem.sums[units],
        previous=group[problem.previous[units]],
        moving=problem.moving[units],
        lines=problem.lines[units],
    )


def _may_move(problem: Problem, labels: Ints, some: Ints, units: Ints) -> float:
    """How much may leave its previous group within the part: what the others leave over."""
    left = (problem.previous >= 0) & (problem.previous != labels)
    inside = np.zeros(problem.n, dtype=np.bool_)
    inside[units] = True
    lost = inside & (problem.previous >= 0) & ~np.isin(problem.previous, some)
    return problem.moved_max - float(problem.moving[(left & ~inside) | lost].sum())
