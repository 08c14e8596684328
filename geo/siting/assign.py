"""Capacities as one integer program: who is served where, a variable for every pair.

Every point is served by one site that is open and has room for it (Sankaran & Raghavan 1997).
"""

import numpy as np
from scipy import sparse

from geo.layers import Clock
from geo.siting import mip
from geo.siting.costs import Floats, Ints, Rows
from geo.siting.problem import Problem

Found = tuple[Ints | None, Ints | None, float | None]
"""Open sites (None: proven that there are none), who serves whom, and a true bound."""


def solve(problem: Problem, sites: Ints, rows: Rows, clock: Clock) -> Found:
    """Solve a problem by its program alone."""
    if problem.objective == "median":
        owner = np.repeat(np.arange(problem.n), np.diff(rows.start))
        rows = rows._replace(cost=problem.weight[owner] * rows.cost)
    outcome = mip.run(model(problem, sites, rows), clock)
    if outcome.infeasible:
        return None, None, None
    bound = outcome.value
    if not outcome.finished:
        bound = outcome.bound - 1e-6 * max(1.0, abs(outcome.bound))
    sign = -1.0 if problem.objective == "cover" else 1.0
    known = None if not np.isfinite(bound) else sign * bound
    if outcome.x is None:
        return np.zeros(0, dtype=np.int32), np.full(problem.n, -1, dtype=np.int32), known
    chosen, serves = read(outcome.x, len(sites), rows)
    return sites[chosen], named(sites, serves), known


def named(sites: Ints, serves: Ints) -> Ints:
    """Who serves whom by the positions of the sites in the problem; −1 stays −1."""
    out = np.full(len(serves), -1, dtype=np.int32)
    out[serves >= 0] = sites[serves[serves >= 0]]
    return out


def read(x: Floats, m: int, rows: Rows) -> tuple[Ints, Ints]:
    """Open sites, and the site of every point (−1 none), from an answer."""
    serves = np.full(len(rows.start) - 1, -1, dtype=np.int32)
    taken = x[m : m + len(rows.site)] > 0.5
    owner = np.repeat(np.arange(len(serves)), np.diff(rows.start))
    serves[owner[taken]] = rows.site[taken]
    return np.flatnonzero(x[:m] > 0.5).astype(np.int32), serves


def model(problem: Problem, sites: Ints, rows: Rows) -> mip.Model:
    """The program. Columns: y of the sites, x of the pairs, and for center the worst cost."""
    n, m, pairs = problem.n, len(sites), len(rows.site)
    owner = np.repeat(np.arange(n), np.diff(rows.start))
    pair = np.arange(pairs)
    center = problem.objective == "center"
    one = sparse.csr_matrix((np.ones(pairs), (owner, pair)), shape=(n, pairs))
    load = sparse.csr_matrix((problem.weight[owner], (rows.site, pair)), shape=(m, pairs))
    assert problem.capacity is not None
    room = sparse.diags_array(-problem.capacity[sites]).tocsr()
    link = sparse.csr_matrix((-np.ones(pairs), (pair, rows.site)), shape=(pairs, m))
    worst = sparse.csr_matrix((rows.cost, (owner, pair)), shape=(n, pairs))
    tail = sparse.csr_matrix(np.full((n, 1), -1.0))
    blocks = [
        [None, one, None],
        [room, load, None],
        [link, sparse.eye_array(pairs).tocsr(), None],
        [sparse.csr_matrix(np.ones((1, m))), None, None],
        [sparse.csr_matrix(problem.site_cost[sites][None, :]), None, None],
    ]
    if center:
        blocks.append([None, worst, tail])
    else:
        blocks = [row[:2] for row in blocks]
    matrix = sparse.block_array(blocks).tocsr()
    must = 0.0 if problem.objective == "cover" else 1.0
    p = m if problem.p is None else problem.p
    money = np.inf if problem.budget is None else problem.budget * (1 + 1e-12)
    rest = n if center else 0
    lower = np.concatenate([np.full(n, must), np.full(m + pairs + 2 + rest, -np.inf)])
    upper = np.concatenate([np.ones(n), np.zeros(m + pairs), [p, money], np.zeros(rest)])
    low = np.concatenate([(problem.fixed[sites] == 1).astype(float), np.zeros(pairs + center)])
    high = np.ones(m + pairs + center)
    high[m + pairs :] = np.inf
    whole = np.append(np.ones(m + pairs, dtype=bool), np.zeros(int(center), dtype=bool))
    return mip.Model(
        _price(problem.objective, m, rows, problem.weight[owner]),
        matrix,
        lower,
        upper,
        low,
        high,
        whole,
    )


def _price(objective: str, m: int, rows: Rows, weight: Floats) -> Floats:
    none = np.zeros(len(rows.site))
    match objective:
        case "median":
            return np.concatenate([np.zeros(m), rows.cost])
        case "cover":
            return np.concatenate([np.zeros(m), -weight])
        case "center":
            return np.concatenate([np.zeros(m), none, [1.0]])
        case _:
            return np.concatenate([np.ones(m), none])
