"""Room at the sites: what a point takes, what a site holds, and the best that fits for given prices.

With a price u_i for point i being served, a site is worth what the points that fit into it pay
above their cost: a knapsack. Its linear relaxation (Dantzig 1957), filled by pay for size, says
quickly what it is worth at most; what fits whole is worth less and makes the bound tight
(Lagrangian relaxation of the capacitated p-median: Ceselli & Righini 2005, "A branch-and-price
algorithm for the capacitated p-median problem").
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.siting.costs import Floats, Ints
from geo.siting.field import OPEN, SHUT, Field, Marks

BRANCHES = 2_000
"""Most branches for what fits whole into one site."""


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
def fill(  # noqa: PLR0917
    game: Field, room: Room, u: Floats, j: int, into: Bag, exact: bool
) -> tuple[float, int, float]:
    """Fill site j with the points that pay most for their size.

    Parameters
    ----------
    exact : bool
        Whether only whole points go in, as long as few branches tell which; the last one that
        fits goes in by a part otherwise.

    Returns
    -------
    (float, int, float)
        What is paid above cost at most, how many points are in the bag, and the pay for size of
        the first point that does not fit whole (0 where all do).
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
    rate = _in_order(room, into, count)
    paid, last, rate_there = _in_parts(room, j, into, count)
    if exact:
        whole = _whole(room, j, into, count, rate)
        if whole >= 0.0:
            return min(paid, whole), count, rate_there
    return paid, last, rate_there


@njit(cache=True, nogil=True)
def worth_filled(  # noqa: PLR0917
    game: Field, room: Room, u: Floats, mark: Marks, rho: Floats, take: int, into: Bag
) -> float:
    """Reckon ρ (`dual.worth`) where room is short; give Σ u and what the sites that stand open bring.

    What fits by parts is reckoned for all, what fits whole for those that stand open and, the
    best first, until no other site can be among the `take` best.
    """
    total = 0.0
    for i in range(len(u)):
        total += u[i]
    for j in range(len(rho)):
        rho[j] = np.inf
        if mark[j] != SHUT:
            paid, _, _ = fill(game, room, u, j, into, mark[j] == OPEN)
            rho[j] = room.fee[j] - paid
            if mark[j] == OPEN:
                total += rho[j]
                rho[j] = np.inf
    if take <= 0:
        return total
    best, count = np.full(min(take, len(rho)), np.inf), 0
    for j in np.argsort(rho):
        if rho[j] >= min(best[-1], 0.0):
            break
        paid, _, _ = fill(game, room, u, j, into, True)
        rho[j] = room.fee[j] - paid
        k = min(count, len(best) - 1)
        if rho[j] < best[k]:
            while k > 0 and best[k - 1] > rho[j]:
                best[k] = best[k - 1]
                k -= 1
            best[k] = rho[j]
            count = min(count + 1, len(best))
    return total


@njit(cache=True, nogil=True)
def served_filled(  # noqa: PLR0917
    game: Field, room: Room, u: Floats, mark: Marks, picked: npt.NDArray[np.uint8],
    slope: Floats, into: Bag,
) -> None:  # fmt: skip
    """1 − how often each point is served by what fits."""
    slope[:] = 1.0
    for j in range(len(picked)):
        if picked[j] or mark[j] == OPEN:
            _, count, _ = fill(game, room, u, j, into, True)
            for k in range(count):
                slope[into.who[k]] -= into.part[k]


@njit(cache=True, nogil=True)
def _in_order(room: Room, into: Bag, count: int) -> Floats:
    """Put those who pay most for their size first; give how much each does."""
    rate = np.empty(count)
    for k in range(count):
        size = room.size[into.who[k]]
        rate[k] = -into.pay[k] / size if size > 0.0 else -np.inf
    order = np.argsort(rate)
    into.who[:count], into.pay[:count] = into.who[:count][order], into.pay[:count][order]
    return -rate[order]


@njit(cache=True, nogil=True)
def _in_parts(room: Room, j: int, into: Bag, count: int) -> tuple[float, int, float]:
    """One after the other, the last one by a part."""
    paid, left = 0.0, room.holds[j]
    for k in range(count):
        size = room.size[into.who[k]]
        into.part[k] = 1.0
        if size > left:
            into.part[k] = left / size
            return paid + into.pay[k] * into.part[k], k + 1, into.pay[k] / size
        left -= size
        paid += into.pay[k]
    return paid, count, 0.0


@njit(cache=True, nogil=True)
def _whole(room: Room, j: int, into: Bag, count: int, rate: Floats) -> float:
    """The best that fits whole, in `part`; −1, and parts as they were, after too many branches.

    Depth first with what parts would bring as the bound (Horowitz & Sahni 1974).
    """
    taken, best_taken = np.zeros(count), np.zeros(count)
    best, paid, left, k = -1.0, 0.0, room.holds[j] * (1.0 + 1e-9), 0
    for _ in range(BRANCHES):
        bound, rest, q = paid, left, k
        while q < count and room.size[into.who[q]] <= rest:
            rest -= room.size[into.who[q]]
            bound += into.pay[q]
            q += 1
        if q < count:
            bound += rest * rate[q]
        if bound > best + 1e-10 * (1.0 + abs(best)):
            for s in range(k, q):
                taken[s] = 1.0
                left -= room.size[into.who[s]]
                paid += into.pay[s]
            if q < count:
                k = q + 1
                if k < count:
                    continue
            if paid > best:
                best = paid
                best_taken[:] = taken
            k = count
        k -= 1
        while k >= 0 and taken[k] == 0.0:
            k -= 1
        if k < 0:
            into.part[:count] = best_taken
            return best + 1e-10 * (1.0 + abs(best))
        taken[k] = 0.0
        left += room.size[into.who[k]]
        paid -= into.pay[k]
        k += 1
    return -1.0
