"""When money is short: a budget in the place of, or beside, the number of sites.

It joins the program of `core` as one row; pairs far down a row are cut as in `field`, so bounds
stay true.
"""

from dataclasses import replace

import numpy as np
from scipy import sparse

from geo.errors import BadInput
from geo.layers import Clock
from geo.siting import core, mip
from geo.siting.costs import Floats, Ints
from geo.siting.field import Field, field
from geo.siting.problem import Problem
from geo.siting.score import value_of

Found = tuple[Ints | None, float | None]
"""Open sites (None: proven that there are none), and a true bound."""


def solve(problem: Problem, clock: Clock) -> Found:
    """Solve a median or cover problem with a budget."""
    if problem.objective not in ("median", "cover"):
        raise BadInput(
            f"a budget goes with median and cover, not with {problem.objective}",
            zh=f"预算只适用于 median 和 cover，不适用于 {problem.objective}",
            hint="use -p",
            hint_zh="请改用 -p",
        )
    opened = np.flatnonzero(problem.fixed == 1).astype(np.int32)
    assert problem.budget is not None
    money = problem.budget - float(problem.site_cost[opened].sum())
    room = problem.m if problem.p is None else problem.p - len(opened)
    if money < 0 or room < 0:
        return None, None
    most = max(20, int(np.sqrt(2 * core.ENTRIES / max(problem.n, 1))))
    game, names = field(problem, most=most)
    price = problem.site_cost[names]
    model, constant = core.model(game._replace(p=room))
    outcome = mip.run(_bought(model, price, money), clock, start=_guess(game, model, price, money))
    if outcome.infeasible:
        return None, None
    chosen = _greedy(game, price, money, room)
    if outcome.x is not None:
        chosen = np.flatnonzero(outcome.x[: game.m] > 0.5).astype(np.int32)
    bound = _bound(game, outcome, constant, chosen)
    if problem.objective == "median" and bound >= game.hopeless:
        return None, None
    if game.whole:
        bound = float(np.ceil(bound))
    sites = np.unique(np.concatenate([opened, names[chosen]])).astype(np.int32)
    if not np.isfinite(bound):
        return sites, None
    total = float(problem.weight.sum())
    return sites, total - bound if problem.objective == "cover" else bound


def _bound(game: Field, outcome: mip.Outcome, constant: float, chosen: Ints) -> float:
    """What a finished program proves of its own plan; less where it did not finish or is unsure."""
    value = value_of(game, chosen)
    if outcome.finished and abs(outcome.value + constant - value) <= 1e-6 * max(1.0, abs(value)):
        return value
    bound = outcome.bound + constant
    return bound - 1e-6 * max(1.0, abs(bound))


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
