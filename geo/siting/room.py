"""Room at the sites: what a point takes, what a site holds, and the best that fits for given prices.

With a price u_i for point i being served, a site is worth what the points that fit into it pay
above their cost: a knapsack, whose linear relaxation (Dantzig 1957) keeps the bound true and
is filled by pay for size (Lagrangian relaxation of the capacitated p-median: Ceselli & Righini
2005, "A branch-and-price algorithm for the capacitated p-median problem").
"""

from typing import NamedTuple

import numpy as np
from numba import njit

from geo.siting.costs import Floats, Ints
from geo.siting.field import Field


class Room(NamedTuple):
    """What decides beside costs who may be served where; all empty where nothing does.

    Attributes
    ----------
    size : (n,) float
        What a point takes.
    holds : (m,) float
        What a site holds.
    fee : (m,) float
        What it costs to open a site.
    """

    size: Floats
    holds: Floats
    fee: Floats


ENDLESS = Room(np.zeros(0), np.zeros(0), np.zeros(0))
"""Room for everybody, sites for nothing."""


class Bag(NamedTuple):
    """Points gathered for a site, the part of each that fits, and what it pays; scratch of `fill`."""

    who: Ints
    part: Floats
    pay: Floats


@njit(cache=True, nogil=True)
def fill(game: Field, room: Room, u: Floats, j: int, into: Bag) -> tuple[float, int, float]:
    """Fill site j with the points that pay most for their size.

    Returns
    -------
    (float, int, float)
        What is paid above cost, how many points are in the bag, and the pay for size of the
        point that no longer fits whole (0 where all do).
    """
    paid, load, count = 0.0, 0.0, 0
    for t in range(game.by_start[j], game.by_start[j + 1]):
        i = game.by_point[t]
        pay = u[i] - game.by_cost[t]
        if pay > 0.0 and room.size[i] <= room.holds[j]:
            into.who[count], into.part[count], into.pay[count] = i, 1.0, pay
            paid += pay
            load += room.size[i]
            count += 1
    if load <= room.holds[j]:
        return paid, count, 0.0
    return _pack(room, j, into, count)


@njit(cache=True, nogil=True)
def _pack(room: Room, j: int, into: Bag, count: int) -> tuple[float, int, float]:
    rate = np.empty(count)
    for k in range(count):
        size = room.size[into.who[k]]
        rate[k] = -into.pay[k] / size if size > 0.0 else -np.inf
    order = np.argsort(rate)
    who, pay = into.who[:count][order], into.pay[:count][order]
    paid, left = 0.0, room.holds[j]
    for k in range(count):
        size = room.size[who[k]]
        into.who[k], into.pay[k], into.part[k] = who[k], pay[k], 1.0
        if size > left:
            into.part[k] = left / size
            return paid + pay[k] * into.part[k], k + 1, pay[k] / size
        left -= size
        paid += pay[k]
    return paid, count, 0.0
