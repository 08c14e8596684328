"""Two neighbouring groups parted anew, in any way there is: a walk from plan to plan.

As in ReCom (DeFord, Duchin & Solomon 2021) two groups that touch become one and are parted again.
Here not by a random tree: `shapes` lists every way whose border is as short as before or a
little longer, and one of the shortest, or any, is taken. Where loads are tight no chain of
single moves gets so far. For the border objective and groups of few units.
"""

import numpy as np

from geo.grouping import measure
from geo.grouping.board import neighbours
from geo.grouping.found import Found, side_by_side
from geo.grouping.ground import Ground
from geo.grouping.partition import matched
from geo.grouping.problem import Ints, Problem
from geo.grouping.shapes import listed
from geo.layers import Clock

UNITS = 90
"""Two groups of more units than this are not listed."""
NODES = 4_000
"""Steps of one listing."""
ROOM = 500
"""Ways of one listing."""
STARTS = 6
"""Plans that the walk begins with, the best first."""
IDLE = 15
"""A walk ends after so many partings without a gain, for each pair of groups that touch."""
KEPT = 40
"""Plans that a walk brings home."""


def recombine(problem: Problem, found: Found, rng: np.random.Generator, clock: Clock) -> None:
    """Walk on from the best plans of `found`, and offer it what is met on the way."""
    plans = [] if problem.compact or problem.centres is not None else _starts(problem, found)
    if not plans or problem.k < 2 or problem.n > problem.k * UNITS / 2 or not problem.fees.any():
        return

    def walk(turn: int, own: np.random.Generator) -> Found:
        return _walked(problem, plans[turn], own, clock)

    for done in side_by_side(walk, rng.spawn(len(plans)), clock, "recombine"):
        for broken, value, labels in done.result().pool:
            found.offer(labels, broken, value)


def _starts(problem: Problem, found: Found) -> list[Ints]:
    rows = sorted((p for p in found.pool if p[0] == 0), key=lambda p: p[1])
    distinct: list[Ints] = []
    for _, _, labels in rows:
        if len(distinct) < STARTS and not any(np.array_equal(labels, d) for d in distinct):
            distinct.append(labels)
    return distinct


def _walked(problem: Problem, labels: Ints, rng: np.random.Generator, clock: Clock) -> Found:
    inner = Found(labels.copy(), 0.0, measure.objective(problem, labels))
    met: list[tuple[float, Ints]] = []
    a, b = problem.adjacency.pairs.T
    unit = float(problem.fees.mean())
    value, idle = inner.value, 0
    while clock.left() > 0:
        between = np.flatnonzero(labels[a] != labels[b])
        touching = len({(min(p), max(p)) for p in labels[np.c_[a, b][between]].tolist()})
        if not touching or idle > IDLE * touching:
            break
        idle += 1
        e = int(rng.choice(between))
        new = _parted(problem, labels, (int(labels[a[e]]), int(labels[b[e]])), unit, rng)
        if new is None:
            continue
        new = matched(problem, new) if problem.named else new
        if measure.faults(problem, new):
            continue
        labels, value = new, measure.objective(problem, new)
        met.append((value, labels))
        if value < inner.value - 1e-9 * unit:
            inner.offer(labels, 0.0, value)
            idle = 0
    for value, labels in sorted(met, key=lambda m: m[0])[:KEPT]:
        inner.pool.append((0.0, value, labels))
    return inner


def _parted(
    problem: Problem, labels: Ints, two: tuple[int, int], unit: float, rng: np.random.Generator
) -> Ints | None:
    """Part two groups anew: shorter where that can be, else as long or a little longer."""
    mine = np.flatnonzero(np.isin(labels, two)).astype(np.int32)
    if len(mine) > UNITS:
        return None
    g = _ground(problem, mine, int(rng.integers(len(mine))))
    side = labels[mine] == two[0]
    now = float(g.half[side[g.ends[:, 0]] != side[g.ends[:, 1]]].sum())
    most = now + unit / 2 * float(rng.choice([0.0, 0.0, 1.0]))
    ways, net = listed(g, most + 1e-9 * unit, ROOM, NODES)
    if not len(ways):
        return None
    shorter = np.flatnonzero(net < now - 1e-9 * unit)
    best = shorter[net[shorter] <= net.min() + 1e-9 * unit] if len(shorter) else np.arange(len(net))
    new = labels.copy()
    new[mine] = np.where(ways[rng.choice(best)], two[0], two[1])
    return new


def _ground(problem: Problem, mine: Ints, root: int) -> Ground:
    """Lay out some units alone, to be parted in two; `root` is in the group that is listed."""
    n, at = len(mine), np.full(problem.n, -1, dtype=np.int32)
    at[mine] = np.arange(n, dtype=np.int32)
    ends = at[problem.adjacency.pairs]
    kept = (ends >= 0).all(axis=1)
    ends = np.ascontiguousarray(ends[kept])
    start, other, edge = neighbours(n, ends, np.arange(len(ends), dtype=np.float64))
    rank = np.ones(n, dtype=np.int32)
    rank[root] = 0
    return Ground(
        start, other, edge.astype(np.int32), ends, problem.fees[kept] / 2, problem.weight[mine],
        np.array([root], dtype=np.int32), rank, float(problem.lower[0]),
        float(problem.upper[0]), 2,
    )  # fmt: skip
