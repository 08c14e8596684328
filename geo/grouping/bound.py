"""A true lower bound for groups around free centres, and which pairs can still matter.

Hess's model (Hess, Weaver, Siegfeldt, Whelan & Zitlau 1965) without contiguity:

    min  Σ_ij c_ij x_ij
    Σ_j x_ij = 1              every unit is in one group                     (multipliers α_i)
    L x_jj ≤ Σ_i w_i x_ij ≤ U x_jj,   x_ij ≤ x_jj,   Σ_j x_jj = k

With the first line relaxed each centre is a continuous knapsack of its own, and the k
cheapest centres are chosen; α climbs by subgradients (Held, Wolfe & Crowder 1974). What would
lift the bound above a known plan is fixed to zero (Validi, Buchanan & Lykhovyd 2022).
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra

from geo.grouping import board as boards
from geo.grouping.problem import Bools, Floats, Ints, Problem
from geo.layers import Clock

LIGHT = 1e-12
"""Units weigh at least so much on the way: a step that costs nothing is none in a sparse graph."""


@dataclass(slots=True)
class Relaxed:
    """What the relaxation has shown: the bound, its multipliers, and pairs that may stand."""

    bound: float
    alpha: Floats
    open: Bools  # (n, columns) pairs that may be in a plan better than the known one


def within_reach(problem: Problem) -> Bools:
    """Which unit may be with which seat: allowed, and some path between them is no more than a group."""
    n, most = problem.n, float(problem.upper.max())
    seats = problem.seats if problem.centres is None else problem.centres
    may = np.ones((n, len(seats)), dtype=np.bool_)
    if problem.costs is not None:
        column = {int(unit): j for j, unit in enumerate(problem.seats)}
        of_seats = problem.costs[:, [column[int(s)] for s in seats]]
        may = np.ascontiguousarray(np.isfinite(of_seats))
    if not np.isfinite(most) or n * len(seats) > 4_000_000:
        return may
    tiny = 1e-12 * max(most, 1.0)
    way = dijkstra(_steps(problem, tiny), indices=seats) + problem.weight[seats][:, None]
    tops = problem.upper if problem.centres is not None else np.full(len(seats), most)
    return np.ascontiguousarray((way <= tops[:, None] * (1 + 1e-9) + n * tiny).T & may)


def lightest(problem: Problem, sources: Ints) -> Floats:
    """Least weight of a connected set that holds a unit and one of the sources, at least, (n,)."""
    steps = _steps(problem, 0.0)
    n = problem.n
    start = csr_matrix(
        (np.maximum(problem.weight[sources], LIGHT), (np.full(len(sources), n), sources)),
        shape=(n + 1, n + 1),
    )
    steps = csr_matrix(
        (steps.data, steps.indices, np.append(steps.indptr, steps.nnz)), (n + 1, n + 1)
    )
    way = np.asarray(dijkstra(steps + start, indices=n)[:n], dtype=np.float64)
    return np.maximum(way - n * LIGHT, 0.0)


def _steps(problem: Problem, tiny: float) -> csr_matrix:
    """Give the cost of a step: the weight of the unit that is entered."""
    a, b = problem.adjacency.pairs.T
    ends, far = np.r_[a, b], np.r_[b, a]
    weight = np.maximum(problem.weight[far] + tiny, LIGHT)
    return csr_matrix((weight, (ends, far)), shape=(problem.n, problem.n))


def relaxed(problem: Problem, best: float, clock: Clock, *, rounds: int = 600) -> Relaxed:
    """Climb the bound for some rounds.

    Parameters
    ----------
    best : float
        Value of the best plan known, ``inf`` when there is none.
    """
    cost = boards.seat_costs(problem, problem.seats)
    allowed = within_reach(problem)
    second = min(1, cost.shape[1] - 1)
    dear = np.partition(np.where(allowed, cost, np.inf), second, axis=1)[:, second]
    alpha = np.where(np.isfinite(dear), dear, 0.0)
    keeper = np.empty(problem.n)
    slack = np.zeros(len(problem.seats))
    state = np.array([-np.inf, 1.2, 0.0, best])
    seats = problem.seats.astype(np.int32)
    step = max(5, min(50, 4_000_000 // max(cost.size, 1)))
    args = (
        cost,
        problem.weight,
        seats,
        float(problem.lower[0]),
        float(problem.upper[0]),
        problem.k,
    )
    done = 0
    while done < rounds and clock.left() > 0 and state[1] > 1e-3:
        _climb(*args, allowed, alpha, keeper, slack, state, step)
        done += step
        clock.tell("bound", done, rounds)
        if np.isfinite(best) and best - state[0] <= 1e-9 * abs(best):
            break
    bound = float(state[0]) - 1e-9 * abs(float(state[0]))
    return Relaxed(bound, keeper, allowed)


@njit(cache=True, nogil=True)
def _climb(cost, weight, seats, lower, upper, k, allowed, alpha, keeper, slack, state, rounds):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Climb `rounds` steps; `state` is bound, step factor, rounds without gain, best plan."""
    n, m = cost.shape
    value, rate = np.empty(m), np.empty(m)
    share = np.zeros((n, m), dtype=np.float32)
    for _ in range(rounds):
        for j in range(m):
            value[j], rate[j] = _knapsack(
                cost, weight, seats[j], lower, upper, allowed, alpha, j, share
            )
        order = np.argsort(value)
        bound = alpha.sum() + value[order[:k]].sum()
        if bound > state[0] + 1e-7 * abs(bound):
            state[2] = 0
        else:
            state[2] += 1
            if state[2] >= 12:
                state[1] *= 0.6
                state[2] = 0
        if bound > state[0]:
            state[0] = bound
            keeper[:] = alpha
            if np.isfinite(state[3]):
                _fix(cost, weight, seats, allowed, alpha, value, rate, order, k, bound, state[3])
        slope = np.ones(n)
        for t in range(k):
            slope -= share[:, order[t]]
        norm = (slope * slope).sum()
        if norm < 1e-12:
            state[1] = 0.0
            return
        target = state[3] if np.isfinite(state[3]) else state[0] + 0.05 * abs(state[0])
        stride = state[1] * max(target - bound, 1e-6 * abs(bound)) / norm
        alpha += stride * slope


@njit(cache=True, nogil=True)
def _knapsack(cost, weight, seat, lower, upper, allowed, alpha, j, share):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Give the cheapest fractional group around seat j, and the price of its load."""
    n = len(weight)
    if not allowed[seat, j]:
        return np.inf, 0.0
    value = cost[seat, j] - alpha[seat]
    load = weight[seat]
    share[:, j] = 0.0
    share[seat, j] = 1.0
    for i in range(n):
        gain = cost[i, j] - alpha[i]
        if i != seat and allowed[i, j] and gain < 0:
            value += gain
            load += weight[i]
            share[i, j] = 1.0
    if lower <= load <= upper:
        return value, 0.0
    heavy = load > upper
    ratio = np.full(n, np.inf)
    for i in range(n):
        gain = cost[i, j] - alpha[i]
        if i != seat and allowed[i, j] and weight[i] > 0:
            if heavy and gain < 0:
                ratio[i] = -gain / weight[i]
            elif not heavy and gain >= 0:
                ratio[i] = gain / weight[i]
    last = 0.0
    for i in np.argsort(ratio):
        if not np.isfinite(ratio[i]):
            return np.inf, 0.0
        last = ratio[i]
        need = load - upper if heavy else lower - load
        part = min(1.0, need / weight[i])
        value += part * last * weight[i]
        load += -part * weight[i] if heavy else part * weight[i]
        share[i, j] = 1.0 - part if heavy else part
        if need <= weight[i]:
            break
    return value, (-last if heavy else last)


@njit(cache=True, nogil=True)
def _fix(cost, weight, seats, allowed, alpha, value, rate, order, k, bound, best):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Forbid pairs with which no plan is better than the best one."""
    n, m = cost.shape
    last = value[order[k - 1]]
    limit = best - bound + 1e-7 * abs(best)
    for j in range(m):
        extra = max(0.0, value[j] - last)
        if extra > limit:
            allowed[:, j] = False
            continue
        for i in range(n):
            if allowed[i, j] and i != seats[j]:
                lift = cost[i, j] - alpha[i] - rate[j] * weight[i]
                if extra + lift > limit:
                    allowed[i, j] = False
