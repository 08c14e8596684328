"""What fixing leaves of a game, as an integer program.

A point pays its cheapest cost, then each step up to the next cost unless some open site is
within it (radius formulation: Cornuéjols, Nemhauser & Wolsey 1980; García, Labbé & Marín
2011). Points that see the same sites within a step share one variable, so the program stays
small on networks, where many do.
"""

import numpy as np
from scipy import sparse

from geo.siting import mip
from geo.siting.costs import Ints
from geo.siting.field import Field

SMALL, ENTRIES = 100_000, 1_500_000
"""Sizes up to which a program is preferred to branching on prices, and is tried at all."""


def entries(game: Field) -> int:
    """How large the program would be, at most: the sites within every step."""
    after = np.append(game.cost[1:], 0.0)
    last = game.start[1:][np.diff(game.start) > 0] - 1
    after[last] = game.base[np.diff(game.start) > 0]
    rank = np.arange(len(game.site)) - np.repeat(game.start[:-1], np.diff(game.start))
    return int((rank[after > game.cost] + 1).sum())


def model(game: Field) -> tuple[mip.Model, float]:
    """The program of a game, and the constant to be added to its value.

    Columns: y of the m sites, then one z ≥ 0 a set of sites, which pays while none is open.
    """
    price = np.zeros(game.m)
    paid = game.constant
    steps: dict[bytes, int] = {}
    sets: list[Ints] = []
    worth: list[float] = []
    for i in range(game.n):
        row = slice(int(game.start[i]), int(game.start[i + 1]))
        site, cost = game.site[row], game.cost[row]
        level = np.append(cost, game.base[i])
        paid += float(level[0])
        for k in np.flatnonzero(np.diff(level) > 0):
            rise = float(level[k + 1] - level[k])
            if k == 0:
                paid += rise
                price[site[0]] -= rise
                continue
            near = np.sort(site[: k + 1])
            at = steps.setdefault(near.tobytes(), len(sets))
            if at == len(sets):
                sets.append(near)
                worth.append(0.0)
            worth[at] += rise
    return _program(game, price, sets, np.array(worth)), paid


def _program(game: Field, price: np.ndarray, sets: list[Ints], worth: np.ndarray) -> mip.Model:
    m, k = game.m, len(sets)
    size = np.array([len(s) for s in sets], dtype=np.int64)
    column = np.concatenate([*sets, m + np.arange(k), np.arange(m)])
    row = np.concatenate([np.repeat(np.arange(k), size), np.arange(k), np.full(m, k)])
    matrix = sparse.csr_matrix((np.ones(len(row)), (row, column)), shape=(k + 1, m + k))
    lower, upper = np.append(np.ones(k), 0.0), np.append(np.full(k, np.inf), float(game.p))
    whole = np.append(np.ones(m, dtype=bool), np.zeros(k, dtype=bool))
    return mip.Model(
        np.append(price, worth), matrix, lower, upper, np.zeros(m + k), np.ones(m + k), whole
    )
