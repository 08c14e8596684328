"""When money or room is short: budgets and capacities, as integer programs.

A budget takes the place of, or joins, the number of sites in the program of `core`; pairs far
down a row are cut as in `field`, so bounds stay true. With capacities every point is served
by one site and every pair has a variable (Sankaran & Raghavan 1997 for the model): fit for a
district's stations and its blocks, not for every building.
"""

from dataclasses import replace

import numpy as np
from scipy import sparse

from geo.errors import BadInput
from geo.layers import Clock
from geo.siting import core, mip
from geo.siting.costs import Floats, Ints, Longs, Rows
from geo.siting.field import Field, field
from geo.siting.problem import Problem

PAIRS = 400_000
"""Most pairs of a problem with capacities."""

Found = tuple[Ints | None, Ints | None, float | None]
"""Open sites (None: proven that there are none), who serves whom (None: the cheapest), bound."""


def solve(problem: Problem, clock: Clock) -> Found:
    """Solve a problem with a budget or capacities."""
    if problem.capacity is not None:
        return _with_capacity(problem, clock)
    if problem.objective not in ("median", "cover"):
        raise BadInput(
            f"a budget goes with median and cover, not with {problem.objective}",
            zh=f"预算只适用于 median 和 cover，不适用于 {problem.objective}",
            hint="use -p",
            hint_zh="请改用 -p",
        )
    return _with_budget(problem, clock)


def _with_budget(problem: Problem, clock: Clock) -> Found:
    opened = np.flatnonzero(problem.fixed == 1).astype(np.int32)
    assert problem.budget is not None
    money = problem.budget - float(problem.site_cost[opened].sum())
    room = problem.m if problem.p is None else problem.p - len(opened)
    if money < 0 or room < 0:
        return None, None, None
    most = max(20, int(np.sqrt(2 * core.ENTRIES / max(problem.n, 1))))
    game, names = field(problem, most=most)
    price = problem.site_cost[names]
    model, constant = core.model(game._replace(p=room))
    outcome = mip.run(_bought(model, price, money), clock, start=_guess(game, model, price, money))
    if outcome.infeasible:
        return None, None, None
    chosen = _greedy(game, price, money, room)
    if outcome.x is not None:
        chosen = np.flatnonzero(outcome.x[: game.m] > 0.5).astype(np.int32)
    bound = outcome.value if outcome.finished else outcome.bound
    bound = bound + constant - 1e-6 * max(1.0, abs(bound + constant))
    if problem.objective == "median" and bound >= game.hopeless:
        return None, None, None
    if game.whole:
        bound = float(np.ceil(bound))
    sites = np.unique(np.concatenate([opened, names[chosen]])).astype(np.int32)
    if not np.isfinite(bound):
        return sites, None, None
    total = float(problem.weight.sum())
    return sites, None, total - bound if problem.objective == "cover" else bound


def _bought(model: mip.Model, price: Floats, money: float) -> mip.Model:
    row = np.zeros(model.matrix.shape[1])
    row[: len(price)] = price
    matrix = sparse.vstack([model.matrix, sparse.csr_matrix(row)]).tocsr()
    return replace(
        model,
        matrix=matrix,
        lower=np.append(model.lower, -np.inf),
        upper=np.append(model.upper, money * (1 + 1e-12)),
    )


def _guess(game: Field, model: mip.Model, price: Floats, money: float) -> Floats:
    """The greedy plan as a first answer for HiGHS."""
    x = np.zeros(model.matrix.shape[1])
    x[_greedy(game, price, money, int(model.upper[-1]))] = 1.0
    short = np.asarray(model.matrix[:-1] @ x).ravel() < 0.5
    x[game.m :] = short
    return x


def _greedy(game: Field, price: Floats, money: float, room: int) -> Ints:
    """Buy what saves most for its price, while money lasts (Khuller, Moss & Naor 1999)."""
    least = game.base.copy()
    owner = np.repeat(np.arange(game.m), np.diff(game.by_start))
    chosen: list[int] = []
    shut = np.ones(game.m, dtype=bool)
    while len(chosen) < room and game.m:
        saved = np.maximum(0.0, least[game.by_point] - game.by_cost)
        gain = np.bincount(owner, weights=saved, minlength=game.m)
        rate = np.where(shut & (price <= money), gain / np.maximum(price, 1e-12), 0.0)
        j = int(np.argmax(rate))
        if rate[j] <= 0:
            break
        at = slice(int(game.by_start[j]), int(game.by_start[j + 1]))
        least[game.by_point[at]] = np.minimum(least[game.by_point[at]], game.by_cost[at])
        money -= price[j]
        shut[j] = False
        chosen.append(j)
    return np.array(sorted(chosen), dtype=np.int32)


def _with_capacity(problem: Problem, clock: Clock) -> Found:
    sites = np.flatnonzero(problem.fixed >= 0).astype(np.int32)
    rows, _ = problem.costs.nearest(sites, np.full(problem.n, np.inf), problem.m)
    if len(rows.site) > PAIRS:
        raise BadInput(
            f"{len(rows.site):,} pairs are too many for a problem with capacities (at most {PAIRS:,})",
            zh=f"带容量的问题最多 {PAIRS:,} 对，现有 {len(rows.site):,} 对",
            hint="give a shorter reach, fewer sites, or blocks instead of buildings",
            hint_zh="请缩小服务半径、减少候选点，或用片区代替楼栋",
        )
    if problem.objective != "cover" and np.any(np.diff(rows.start) == 0):
        return None, None, None
    outcome = mip.run(_assigning(problem, sites, rows), clock)
    if outcome.infeasible:
        return None, None, None
    bound = outcome.value
    if not outcome.finished:
        bound = outcome.bound - 1e-6 * max(1.0, abs(outcome.bound))
    sign = -1.0 if problem.objective == "cover" else 1.0
    known = None if not np.isfinite(bound) else sign * bound
    if outcome.x is None:
        return np.zeros(0, dtype=np.int32), np.full(problem.n, -1, dtype=np.int32), known
    return *_served(problem, sites, rows, outcome.x), known


def _served(problem: Problem, sites: Ints, rows: Rows, x: Floats) -> tuple[Ints, Ints]:
    m, pairs = len(sites), len(rows.site)
    serves = np.full(problem.n, -1, dtype=np.int32)
    taken = x[m : m + pairs] > 0.5
    owner = np.repeat(np.arange(problem.n), np.diff(rows.start))
    serves[owner[taken]] = sites[rows.site[taken]]
    return sites[x[:m] > 0.5], serves


def _assigning(problem: Problem, sites: Ints, rows: Rows) -> mip.Model:
    """Columns: y of the sites, x of the pairs, and for center the worst cost."""
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
    return mip.Model(_price(problem, m, rows, owner), matrix, lower, upper, low, high, whole)


def _price(problem: Problem, m: int, rows: Rows, owner: Longs) -> Floats:
    none = np.zeros(len(owner))
    match problem.objective:
        case "median":
            return np.concatenate([np.zeros(m), problem.weight[owner] * rows.cost])
        case "cover":
            return np.concatenate([np.zeros(m), -problem.weight[owner]])
        case "center":
            return np.concatenate([np.zeros(m), none, [1.0]])
        case _:
            return np.concatenate([np.ones(m), none])
