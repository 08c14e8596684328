"""What a plan is worth: objective, centres, loads, and whether it keeps the rules."""

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo.grouping.problem import Bools, Floats, Ints, Problem


def loads(problem: Problem, labels: Ints) -> Floats:
    """Σ weight of each group, (k,)."""
    return np.bincount(labels, weights=problem.weight, minlength=problem.k).astype(np.float64)


def deviation(load: Floats) -> float:
    """How far the most and the least loaded group are from the mean, as a share of it."""
    mean = float(load.mean())
    return float(np.abs(load - mean).max() / mean) if mean else 0.0


def cut(problem: Problem, labels: Ints) -> float:
    """Σ length of the edges between groups."""
    return float(problem.adjacency.length_m[_between(problem, labels)].sum())


def moved(problem: Problem, labels: Ints) -> float:
    """Σ moving of the units that left their previous group."""
    left = (problem.previous >= 0) & (problem.previous != labels)
    return float(problem.moving[left].sum())


def _between(problem: Problem, labels: Ints) -> Bools:
    a, b = problem.adjacency.pairs.T
    return np.asarray(labels[a] != labels[b], dtype=np.bool_)


def centres(problem: Problem, labels: Ints) -> tuple[Ints, Floats]:
    """Give the best centre of each group among its own units, and what the group costs.

    Ties go to the unit that comes first. A group none of whose units may be a centre
    costs ``inf`` and has the centre −1.
    """
    best = np.full(problem.k, -1, dtype=np.int32)
    cost = np.full(problem.k, np.inf)
    order = np.argsort(labels, kind="stable")
    edges = np.searchsorted(labels[order], np.arange(problem.k + 1))
    for g in range(problem.k):
        units = order[edges[g] : edges[g + 1]]
        if problem.centres is not None:
            best[g] = problem.centres[g]
            cost[g] = _cost_to(problem, units, int(best[g]))
        elif len(units):
            best[g], cost[g] = _best_seat(problem, units)
    return best, cost


def compactness(problem: Problem, labels: Ints) -> float:
    """Σ cost of every unit to the centre of its group: the objective without borders."""
    return float(centres(problem, labels)[1].sum()) if problem.compact else 0.0


def objective(problem: Problem, labels: Ints) -> float:
    """Give the value of a plan, as `Problem` defines it."""
    fees = float(problem.fees[_between(problem, labels)].sum())
    return fees + compactness(problem, labels)


def faults(problem: Problem, labels: Ints) -> list[str]:
    """Name every rule a plan breaks; empty when it may stand."""
    k = problem.k
    if labels.shape != (problem.n,) or labels.min() < 0 or labels.max() >= k:
        return ["not every unit is in one group"]
    load, pieces = loads(problem, labels), fragments(problem, labels)
    found = []
    for g in range(k):
        if pieces[g] != 1:
            found.append(f"group {g} is in {pieces[g]} pieces")
        if not problem.lower[g] <= load[g] <= problem.upper[g]:
            found.append(f"group {g} has load {load[g]:g}")
        found += [f"group {g} {fault}" for fault in group_faults(problem, labels == g)]
    for i, j, sign in problem.ties:
        if (labels[i] == labels[j]) != (sign > 0):
            found.append(
                f"{problem.ids[i]} and {problem.ids[j]} are not {'together' if sign > 0 else 'apart'}"
            )
    away = (problem.locked >= 0) & (problem.locked != labels)
    found += [f"{name} is not in its locked group" for name in problem.ids[away]]
    if moved(problem, labels) > problem.moved_max * (1 + 1e-9):
        found.append(f"{moved(problem, labels):g} moved, more than {problem.moved_max:g}")
    if problem.costs is not None and not np.isfinite(objective(problem, labels)):
        found.append("a unit is with a centre that is forbidden to it")
    return found


def group_faults(problem: Problem, inside: Bools) -> list[str]:
    """Name what a group lacks, or has too much of, besides its load."""
    held = problem.marks[inside].sum(axis=0)
    lacks = held < problem.needs
    found = []
    for r, name in enumerate(problem.mark_names):
        if lacks[r] and (not problem.optional[r] or lacks[problem.optional].sum() > problem.skips):
            found.append(f"lacks {name}")
    total = problem.sums[inside].sum(axis=0)
    for q, name in enumerate(problem.sum_names):
        if not problem.sum_lower[q] <= total[q] <= problem.sum_upper[q]:
            found.append(f"has {name} {total[q]:g}")
    return found


def fragments(problem: Problem, labels: Ints) -> Ints:
    """In how many connected pieces each group is, (k,)."""
    a, b = problem.adjacency.pairs.T
    same = labels[a] == labels[b]
    graph = coo_matrix((np.ones(same.sum()), (a[same], b[same])), shape=(problem.n, problem.n))
    count, piece = connected_components(graph, directed=False)
    owner = np.zeros(count, dtype=np.int64)
    owner[piece] = labels
    return np.bincount(owner, minlength=problem.k).astype(np.int32)


def unit_cost(problem: Problem, i: int, seat: int) -> float:
    """Give what one unit adds to the objective when its centre is `seat`; 0 for cut."""
    if not problem.compact:
        return 0.0
    return _cost_to(problem, np.array([i], dtype=np.int32), seat)


def _best_seat(problem: Problem, units: Ints) -> tuple[int, float]:
    every = len(problem.seats) == problem.n and problem.costs is None
    columns = units if every else np.flatnonzero(np.isin(problem.seats, units))
    if not len(columns):
        return -1, np.inf
    seats = units if every else problem.seats[columns]
    if problem.costs is not None:
        total = problem.costs[np.ix_(units, columns)].sum(axis=0)
        j = int(np.argmin(total))
        return int(seats[j]), float(total[j])
    if problem.objective == "walk":
        costs = _walks(problem, units, seats)
    else:
        w, xy = problem.weight[units], problem.xy[units]
        middle = np.average(xy, axis=0, weights=w) if w.sum() > 0 else xy.mean(axis=0)
        costs = ((problem.xy[seats] - middle) ** 2).sum(axis=1)
    seat = int(seats[np.argmin(costs)])
    return seat, _cost_to(problem, units, seat)


def _walks(problem: Problem, units: Ints, seats: Ints, chunk: int = 500) -> Floats:
    xy, w = problem.xy[units], problem.weight[units]
    parts = []
    for start in range(0, len(seats), chunk):
        step = problem.xy[seats[start : start + chunk], None, :] - xy[None, :, :]
        parts.append(np.hypot(step[..., 0], step[..., 1]) @ w)
    return np.concatenate(parts)


def _cost_to(problem: Problem, units: Ints, seat: int) -> float:
    if problem.costs is not None:
        column = int(np.flatnonzero(problem.seats == seat)[0])
        return float(problem.costs[units, column].sum())
    step = problem.xy[units] - problem.xy[seat]
    squared = (step**2).sum(axis=1)
    reach = np.sqrt(squared) if problem.objective == "walk" else squared
    return float(problem.weight[units] @ reach)
