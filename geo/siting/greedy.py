"""A first plan: open one site after the other, each time the one that saves most."""

import numpy as np
from numba import njit

from geo.siting.chance import Words, chance
from geo.siting.costs import Ints
from geo.siting.field import Field


@njit(cache=True, nogil=True)
def greedy(game: Field, least_first: Ints, noise: float, random: Words) -> Ints:
    """Open p sites one by one, each time the one that saves most (lazily reckoned).

    Savings only shrink as sites open, so an old saving is an upper bound and most sites
    are never reckoned again (Minoux 1978). `least_first` is opened beforehand.
    """
    m, p = len(game.by_start) - 1, game.p
    d1 = game.base.copy()
    saving = np.empty(m)
    fresh = np.full(m, -1, dtype=np.int64)
    taken = np.zeros(m, dtype=np.uint8)
    chosen = np.empty(p, dtype=np.int32)
    saving[:] = np.inf
    for k in range(p):
        best = -1
        if k < len(least_first):
            best = least_first[k]
        while best < 0:
            j = -1
            for q in range(m):
                if not taken[q] and (j < 0 or saving[q] > saving[j]):
                    j = q
            if fresh[j] == k:
                best = j
                break
            total = 0.0
            for t in range(game.by_start[j], game.by_start[j + 1]):
                total += max(0.0, d1[game.by_point[t]] - game.by_cost[t])
            saving[j] = total * (1.0 + noise * chance(random))
            fresh[j] = k
        chosen[k] = best
        taken[best] = 1
        saving[best] = -1.0
        for t in range(game.by_start[best], game.by_start[best + 1]):
            i = game.by_point[t]
            d1[i] = min(d1[i], game.by_cost[t])
    return chosen
