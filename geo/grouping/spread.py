"""A true lower bound for borders at any size: spreading metrics.

    min  Σ fee_e z_e,    0 ≤ z_e ≤ 1                                 (1: e lies between groups)
    Σ_{e in T} min(w_T(e), w(S) − U) z_e ≥ w(S) − U

for every tree T from a unit r over the units S, where w_T(e) is the load beyond e: at least
w(S) − U of it is in other groups than r, and a border lies on the way to each (Even, Naor,
Rao & Schieber 1999; coefficients lifted as in knapsack covers). Trees are those of shortest
ways over z, added while plans of z break them. The bound is worked out anew from the prices of
rows, so that the solver's tolerances cannot lift it.
"""

from dataclasses import dataclass
from heapq import heappop, heappush

import highspy
import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.sparse import csr_matrix

from geo.grouping.board import neighbours
from geo.grouping.found import Found
from geo.grouping.problem import Floats, Ints, Problem
from geo.layers import Clock

NEAR = 1e-6
"""Where borders are no longer than this, every unit has reached all that it can reach."""
ROWS = 200
"""Trees added at once, the most broken first."""


@dataclass(slots=True)
class Trees:
    """Rows found: at least 1 = Σ share · z over the edges of each tree."""

    index: list[npt.NDArray[np.int32]]
    share: list[Floats]


def spread(problem: Problem, found: Found, clock: Clock) -> float:
    """Give a bound on the border of every plan, and tell `found`; stop when its plan attains it."""
    n, m = problem.n, len(problem.fees)
    unit = float(problem.fees.mean()) if problem.fees.any() else 1.0
    fees = problem.fees / unit
    total = float(problem.weight.sum())
    most = min(float(problem.upper.max()), total - (problem.k - 1) * float(problem.lower.min()))
    if not np.isfinite(most) or most >= total or m == 0:
        return 0.0
    solver = _program(fees)
    start, other, place = neighbours(n, problem.adjacency.pairs, np.arange(m, dtype=np.float64))
    edge: Ints = place.astype(np.int32)
    rows = Trees([], [])
    z, bound = np.full(m, np.sqrt(problem.k / n)), 0.0
    while clock.left() > 0:
        if _grow(rows, start, other, edge, problem.weight, z, most, solver) == 0:
            if rows.index or z.max() < NEAR:  # no unit reaches more than one group holds
                break
            z /= 2
            continue
        solver.setOptionValue("time_limit", solver.getRunTime() + max(0.1, clock.left()))
        solver.run()
        if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            break
        solution = solver.getSolution()
        z = np.clip(np.array(solution.col_value), 0.0, 1.0)
        before, bound = bound, max(bound, _bound(rows, fees, np.array(solution.row_dual)))
        shown = found.shown(_rounded(problem, bound * unit))
        clock.tell("spread", shown, found.value)
        if (found.broken == 0 and shown >= found.value) or (
            bound - before < 1e-4 * bound and before > 0
        ):
            break
    return _rounded(problem, bound * unit)


def _rounded(problem: Problem, bound: float) -> float:
    """Lift a bound to the next whole number where all lengths are whole."""
    whole = np.allclose(problem.fees, np.round(problem.fees), rtol=0, atol=1e-9)
    return float(np.ceil(bound - 1e-6)) if whole else bound


def _program(fees: Floats) -> highspy.Highs:
    solver = highspy.Highs()  # type: ignore[no-untyped-call]
    for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 1)):
        solver.setOptionValue(name, value)
    nothing = np.zeros(0, dtype=np.int32)
    for fee in fees:
        solver.addCol(float(fee), 0.0, 1.0, 0, nothing, np.zeros(0))
    return solver


def _bound(rows: Trees, fees: Floats, price: Floats) -> float:
    """Give what prices of rows prove."""
    price = np.maximum(price, 0.0)
    start = np.r_[0, np.cumsum([len(i) for i in rows.index])]
    entries = (np.concatenate(rows.share), np.concatenate(rows.index), start)
    left = fees - csr_matrix(entries, shape=(len(price), len(fees))).T @ price
    bound = price.sum() + np.minimum(left, 0.0).sum()
    return float(bound - 1e-12 * (price.sum() + np.abs(left).sum()))


def _grow(  # noqa: PLR0917
    rows: Trees, start: Ints, other: Ints, edge: Ints, weight: Floats, z: Floats, most: float,
    solver: highspy.Highs,
) -> int:  # fmt: skip
    """Add the trees that z breaks most, from every unit; say how many."""
    n, m = len(weight), len(z)
    share, held = np.zeros((n, m)), np.zeros(n)
    _trees(start, other, edge, weight, z, most, share, held)
    order = np.argsort(held, kind="stable")
    order = order[held[order] < 1.0 - 1e-4][:ROWS]
    for r in order:
        index = np.flatnonzero(share[r]).astype(np.int32)
        rows.index.append(index)
        rows.share.append(share[r, index])
        solver.addRow(1.0, highspy.kHighsInf, len(index), index, share[r, index])
    return len(order)


@njit(cache=True, nogil=True)
def _trees(start, other, edge, weight, z, most, share, held):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """From each unit, the tree whose row z breaks most: its shares, and what z gives it."""
    n = len(weight)
    way, via, done = np.empty(n), np.empty(n, dtype=np.int32), np.empty(n, dtype=np.bool_)
    order, up = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
    beyond = np.empty(n)
    for root in range(n):
        way[:] = np.inf
        done[:] = False
        way[root], via[root], up[root] = 0.0, -1, -1
        count = 0
        heap = [(0.0, np.int32(root))]
        while len(heap) > 0:
            far, unit = heappop(heap)
            u = int(unit)
            if done[u]:
                continue
            if far >= 1.0:
                break
            done[u] = True
            order[count] = u
            count += 1
            for e in range(start[u], start[u + 1]):
                v = other[e]
                new = far + z[edge[e]] + 1e-9
                if new < way[v]:
                    way[v], via[v], up[v] = new, edge[e], u
                    heappush(heap, (new, np.int32(v)))
        load, best, least, size = 0.0, 0, np.inf, most
        for t in range(count):
            load += weight[order[t]]
            if load <= size and t < count - 1:
                continue
            if load <= most * (1 + 1e-9):
                continue
            value = _value(order, t + 1, weight, via, up, z, load - most, beyond)
            if value < least:
                least, best = value, t + 1
            size = load * 1.08
        held[root] = least
        if best > 0:
            load = 0.0
            for t in range(best):
                load += weight[order[t]]
            _value(order, best, weight, via, up, z, load - most, beyond)
            for t in range(1, best):
                u = order[t]
                share[root, via[u]] = min(1.0, beyond[u] / (load - most))


@njit(cache=True, nogil=True)
def _value(order, count, weight, via, up, z, need, beyond):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Give what z gives the row of the first units of a tree; `beyond` receives loads of branches."""
    for t in range(count):
        beyond[order[t]] = weight[order[t]]
    value = 0.0
    for t in range(count - 1, 0, -1):
        u = order[t]
        beyond[up[u]] += beyond[u]
        value += min(1.0, beyond[u] / need) * z[via[u]]
    return value
