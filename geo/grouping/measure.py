"""What a plan is worth: objective, centres, loads, and whether it keeps the rules."""

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo.grouping.problem import Floats, Ints, Problem


def loads(problem: Problem, labels: Ints) -> Floats:
    """Σ weight of each group, (k,)."""
    return np.bincount(labels, weights=problem.weight, minlength=problem.k).astype(np.float64)


def cut(problem: Problem, labels: Ints) -> float:
    """Σ length of the edges between groups."""
    a, b = problem.adjacency.pairs.T
    return float(problem.adjacency.length_m[labels[a] != labels[b]].sum())


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


def objective(problem: Problem, labels: Ints) -> float:
    """Give the value of a plan, as `Problem` defines it."""
    if problem.objective == "cut" and problem.costs is None:
        return cut(problem, labels)
    total = float(centres(problem, labels)[1].sum())
    return total + problem.border * cut(problem, labels) if problem.border else total


def faults(problem: Problem, labels: Ints) -> list[str]:
    """Name every rule a plan breaks; empty when it may stand."""
    found = []
    k = problem.k
    if labels.shape != (problem.n,) or labels.min() < 0 or labels.max() >= k:
        return ["not every unit is in one group"]
    load, pieces = loads(problem, labels), fragments(problem, labels)
    held = np.array([problem.marks[labels == g].sum(axis=0) for g in range(k)]).reshape(k, -1)
    for g in range(k):
        if pieces[g] != 1:
            found.append(f"group {g} is in {pieces[g]} pieces")
        if not problem.lower[g] <= load[g] <= problem.upper[g]:
            found.append(f"group {g} has load {load[g]:g}")
        for r, name in enumerate(problem.mark_names):
            if held[g, r] < problem.needs[r]:
                found.append(f"group {g} lacks {name}")
    for i, j, sign in problem.ties:
        if (labels[i] == labels[j]) != (sign > 0):
            found.append(
                f"{problem.ids[i]} and {problem.ids[j]} are not {'together' if sign > 0 else 'apart'}"
            )
    moved = (problem.locked >= 0) & (problem.locked != labels)
    found += [f"{name} is not in its locked group" for name in problem.ids[moved]]
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
    if problem.objective == "cut" and problem.costs is None:
        return 0.0
    return _cost_to(problem, np.array([i], dtype=np.int32), seat)


def _best_seat(problem: Problem, units: Ints) -> tuple[int, float]:
    if problem.costs is not None:
        columns = np.flatnonzero(np.isin(problem.seats, units))
        if not len(columns):
            return -1, np.inf
        total = problem.costs[np.ix_(units, columns)].sum(axis=0)
        j = int(np.argmin(total))
        return int(problem.seats[columns[j]]), float(total[j])
    if problem.objective == "walk":
        costs = _walks(problem, units)
    else:
        w, xy = problem.weight[units], problem.xy[units]
        middle = np.average(xy, axis=0, weights=w) if w.sum() > 0 else xy.mean(axis=0)
        costs = ((xy - middle) ** 2).sum(axis=1) * max(w.sum(), 1e-300)
    seat = int(units[np.argmin(costs)])
    return seat, _cost_to(problem, units, seat)


def _walks(problem: Problem, units: Ints, chunk: int = 500) -> Floats:
    xy, w = problem.xy[units], problem.weight[units]
    parts = []
    for start in range(0, len(units), chunk):
        step = xy[start : start + chunk, None, :] - xy[None, :, :]
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
