"""Who is served where when room is short: moves, swaps and pushes.

A point goes to a cheaper open site if it fits; if it does not, it changes places with a point
there, or pushes one on to a third site (shift, swap and ejection: Yagiura, Ibaraki & Glover
2004, "An ejection chain approach for the generalized assignment problem"). Points that fit
nowhere stay out at the price of the game's base.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.siting.costs import Floats, Ints, Longs
from geo.siting.field import Field
from geo.siting.room import Room

NEAR = 8
"""Open sites that a point considers."""


class Seats(NamedTuple):
    """Open sites and who sits where, changed in place."""

    chosen: Ints  # (p,) open sites
    place: Ints  # (m,) their places there, −1
    serves: Ints  # (n,) site of a point, −1 none
    paid: Floats  # (n,) what the point costs now
    load: Floats  # (m,)
    near: Longs  # (n, NEAR) pairs with the cheapest open sites, −1
    head: Ints  # (m,) first member of a site, −1
    after: Ints  # (n,) next member
    before: Ints  # (n,) member before, −1
    queue: Ints  # (n,) points to be looked at, a ring
    queued: npt.NDArray[np.uint8]
    ends: Longs  # head and length of the ring


def empty(game: Field, p: int) -> Seats:
    """Seats of a game with nothing settled yet."""
    n, m = game.n, game.m
    return Seats(
        np.zeros(p, dtype=np.int32), np.full(m, -1, dtype=np.int32),
        np.full(n, -1, dtype=np.int32), game.base.copy(), np.zeros(m),
        np.full((n, NEAR), -1, dtype=np.int64), np.full(m, -1, dtype=np.int32),
        np.full(n, -1, dtype=np.int32), np.full(n, -1, dtype=np.int32),
        np.zeros(n, dtype=np.int32), np.zeros(n, dtype=np.uint8), np.zeros(2, dtype=np.int64),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def settle(game: Field, room: Room, seats: Seats, chosen: Ints) -> None:
    """Open exactly `chosen` and seat everybody anew, those with most to lose first."""
    seats.chosen[:] = chosen
    seats.place[:], seats.serves[:], seats.head[:] = -1, -1, -1
    seats.paid[:], seats.load[:] = game.base, 0.0
    seats.queued[:], seats.ends[:] = 0, 0
    for k in range(len(chosen)):
        seats.place[chosen[k]] = k
    regret = np.empty(len(seats.serves))
    for i in range(len(regret)):
        _look_around(game, seats, i)
        a, b = seats.near[i, 0], seats.near[i, 1]
        first = game.cost[a] if a >= 0 else game.base[i]
        second = game.cost[b] if b >= 0 else game.base[i]
        regret[i] = -(second - first) - 1e-9 * room.size[i]
    for i in np.argsort(regret):
        for q in range(NEAR):
            t = seats.near[i, q]
            if t < 0 or game.cost[t] >= game.base[i]:
                break
            if seats.load[game.site[t]] + room.size[i] <= room.holds[game.site[t]]:
                sit(game, room, seats, i, t)
                break
        _push(seats, i)
    improve(game, room, seats)


@njit(cache=True, nogil=True)
def value(seats: Seats) -> float:
    """What everybody costs together."""
    return float(seats.paid.sum())


@njit(cache=True, nogil=True)
def _look_around(game: Field, seats: Seats, i: int) -> None:
    """Note the cheapest open sites of a point."""
    found = 0
    for t in range(game.start[i], game.start[i + 1]):
        if seats.place[game.site[t]] >= 0:
            seats.near[i, found] = t
            found += 1
            if found == NEAR:
                return
    seats.near[i, found:] = -1


@njit(cache=True, nogil=True)
def _push(seats: Seats, i: int) -> None:
    if not seats.queued[i]:
        seats.queue[(seats.ends[0] + seats.ends[1]) % len(seats.queue)] = i
        seats.ends[1] += 1
        seats.queued[i] = 1


@njit(cache=True, nogil=True)
def sit(game: Field, room: Room, seats: Seats, i: int, t: int) -> None:
    """Seat a point at the site of pair t."""
    j = game.site[t]
    seats.serves[i], seats.paid[i] = j, game.cost[t]
    seats.load[j] += room.size[i]
    head = seats.head[j]
    seats.after[i], seats.before[i], seats.head[j] = head, -1, i
    if head >= 0:
        seats.before[head] = i


@njit(cache=True, nogil=True)
def _rise(game: Field, room: Room, seats: Seats, i: int) -> None:
    """Let a point stand up."""
    j = seats.serves[i]
    if j < 0:
        return
    seats.serves[i], seats.paid[i] = -1, game.base[i]
    seats.load[j] -= room.size[i]
    last, following = seats.before[i], seats.after[i]
    if last >= 0:
        seats.after[last] = following
    else:
        seats.head[j] = following
    if following >= 0:
        seats.before[following] = last


@njit(cache=True, nogil=True)
def _call(game: Field, seats: Seats, j: int) -> None:
    """Let those look who would rather sit at j."""
    for t in range(game.by_start[j], game.by_start[j + 1]):
        i = game.by_point[t]
        if game.by_cost[t] < seats.paid[i]:
            _push(seats, i)


@njit(cache=True, nogil=True)
def improve(game: Field, room: Room, seats: Seats) -> None:
    """Move, swap and push until nobody gains."""
    while seats.ends[1] > 0:
        i = seats.queue[seats.ends[0]]
        seats.ends[0] = (seats.ends[0] + 1) % len(seats.queue)
        seats.ends[1] -= 1
        seats.queued[i] = 0
        _seek_better(game, room, seats, i)


@njit(cache=True, nogil=True)
def _seek_better(  # noqa: C901 — one compiled step over plain arrays
    game: Field, room: Room, seats: Seats, i: int
) -> None:
    """Do the best that point i can do."""
    here, size, now = seats.serves[i], room.size[i], seats.paid[i]
    best = 1e-9 * max(1.0, abs(now))
    to, other, onward = -1, -1, -1
    for q in range(NEAR):
        t = seats.near[i, q]
        if t < 0 or now - game.cost[t] <= best:
            break
        b, gain = game.site[t], now - game.cost[t]
        if b == here:
            break
        over = seats.load[b] + size - room.holds[b]
        if over <= 0.0:
            to, other, onward, best = int(t), -1, -1, gain
            break
        k = seats.head[b]
        while k >= 0:
            if room.size[k] >= over and gain > best:
                s, dearer = _elsewhere(game, room, seats, k, b, here, size)
                if gain - dearer > best:
                    to, other, onward, best = int(t), int(k), s, gain - dearer
            k = seats.after[k]
    if to < 0:
        return
    if other >= 0:
        _rise(game, room, seats, other)
    _rise(game, room, seats, i)
    sit(game, room, seats, i, to)
    if other >= 0:
        if onward >= 0:
            sit(game, room, seats, other, onward)
        _push(seats, other)
    _push(seats, i)
    if here >= 0:
        _call(game, seats, here)


@njit(cache=True, nogil=True)
def _elsewhere(  # noqa: PLR0917
    game: Field, room: Room, seats: Seats, k: int, b: int, freed: int, space: float
) -> tuple[int, float]:
    """Find the cheapest other seat of point k, if it leaves b and `space` is freed elsewhere.

    Gives the pair (−1: out) and by how much that is dearer.
    """
    for q in range(NEAR):
        t = seats.near[k, q]
        if t < 0 or game.cost[t] >= game.base[k]:
            break
        c = game.site[t]
        if c == b:
            continue
        spare = room.holds[c] - seats.load[c] + (space if c == freed else 0.0)
        if room.size[k] <= spare:
            return int(t), game.cost[t] - seats.paid[k]
    return -1, game.base[k] - seats.paid[k]


@njit(cache=True, nogil=True)
def exchange(game: Field, room: Room, seats: Seats, j: int, r: int) -> None:
    """Open j, close r; whoever sat at r stands and looks around."""
    k = seats.place[r]
    seats.chosen[k], seats.place[j], seats.place[r] = j, k, -1
    while seats.head[r] >= 0:
        i = seats.head[r]
        _rise(game, room, seats, i)
        _push(seats, i)
    for t in range(game.by_start[r], game.by_start[r + 1]):
        i = game.by_point[t]
        last = seats.near[i, NEAR - 1]
        if last < 0 or game.by_cost[t] <= game.cost[last]:
            _look_around(game, seats, i)
    for t in range(game.by_start[j], game.by_start[j + 1]):
        i = game.by_point[t]
        last = seats.near[i, NEAR - 1]
        if last < 0 or game.by_cost[t] <= game.cost[last]:
            _look_around(game, seats, i)
        if game.by_cost[t] < seats.paid[i]:
            _push(seats, i)
