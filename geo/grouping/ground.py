"""The graph as the search for single groups sees it, and what a lone group must keep."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.grouping.board import neighbours
from geo.grouping.problem import Bools, Floats, Ints, Problem

FREE, IN, OUT = 0, 1, 2
EPS = 1e-9

Codes = npt.NDArray[np.int8]


class Ground(NamedTuple):
    """A problem for one group at a time."""

    start: Ints
    other: Ints
    edge: Ints  # edge of each entry of `other`
    ends: Ints  # (m, 2)
    half: Floats  # (m,) half lengths: each of two groups pays one
    weight: Floats
    order: Ints  # roots, in order
    rank: Ints  # place of each unit in that order
    lower: float
    upper: float
    groups: int


def ground(problem: Problem) -> Ground:
    """Lay out the graph. Roots go from its middle outwards: what follows has a hole, and dies early."""
    n, pairs = problem.n, problem.adjacency.pairs
    start, other, edge = neighbours(n, pairs, np.arange(len(pairs), dtype=np.float64))
    far = np.array([np.sum(steps(start, other, i, n)) for i in range(n)])
    order = np.lexsort((np.arange(n), steps(start, other, int(np.argmin(far)), n)))
    rank = np.empty(n, dtype=np.int32)
    rank[order] = np.arange(n, dtype=np.int32)
    return Ground(
        start, other, edge.astype(np.int32), np.ascontiguousarray(pairs.astype(np.int32)),
        problem.fees / 2, problem.weight, order.astype(np.int32), rank,
        float(problem.lower[0]), float(problem.upper[0]), problem.k,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def steps(start: Ints, other: Ints, source: int, n: int) -> Ints:
    """Edges between a unit and each other; n where there is no way."""
    away = np.full(n, n, dtype=np.int32)
    queue = np.empty(n, dtype=np.int32)
    away[source] = 0
    queue[0] = source
    head, tail = 0, 1
    while head < tail:
        u = queue[head]
        head += 1
        for e in range(start[u], start[u + 1]):
            v = other[e]
            if away[v] == n:
                away[v] = away[u] + 1
                queue[tail] = v
                tail += 1
    return away


@njit(cache=True, nogil=True)
def flood(g: Ground, code: Codes, wall: int, first: int, mark: Codes, queue: Ints) -> int:  # noqa: PLR0917
    """Mark what hangs together with `first` without passing units coded `wall`; count it.

    The units reached stand in ``queue[:count]``; `mark` must be 0 on them before.
    """
    mark[first] = 1
    queue[0] = first
    head, tail = 0, 1
    while head < tail:
        u = queue[head]
        head += 1
        for e in range(g.start[u], g.start[u + 1]):
            v = g.other[e]
            if mark[v] == 0 and code[v] != wall:
                mark[v] = 1
                queue[tail] = v
                tail += 1
    return tail


@njit(cache=True, nogil=True)
def whole(g: Ground, load: float) -> bool:
    """Whether a load can be that of a whole number of groups."""
    for count in range(1, g.groups):
        if count * g.lower * (1 - EPS) <= load <= count * g.upper * (1 + EPS):
            return True
    return False


@njit(cache=True, nogil=True)
def leaves_whole(g: Ground, code: Codes, mark: Codes, queue: Ints) -> bool:
    """Whether every part that the units coded IN leave behind holds whole groups."""
    mark[:] = 0
    for first in range(len(code)):
        if code[first] != IN and mark[first] == 0:
            load = 0.0
            for t in range(flood(g, code, IN, first, mark, queue)):
                load += g.weight[queue[t]]
            if not whole(g, load):
                return False
    return True


class Shelf(NamedTuple):
    """Room for the groups that are found."""

    found: Bools  # (room, n)
    value: Floats  # (room,) net cost
    notes: Floats  # [groups found, nodes, 1 when the search went to its end]


def shelf(n: int, room: int) -> Shelf:
    """Give an empty shelf."""
    return Shelf(np.zeros((room, n), dtype=np.bool_), np.zeros(room), np.zeros(3))
