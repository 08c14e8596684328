"""Sites that change when room is short.

A site moves to the middle of those it serves; a closed one and an open one nearby change roles
at random, and a worse state is taken back (iterated search).
"""

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.siting.chance import Words, below
from geo.siting.costs import Floats, Ints, Longs
from geo.siting.field import Field
from geo.siting.room import Room
from geo.siting.seats import NEAR, Seats, exchange, improve, sit, value


@njit(cache=True, nogil=True)
def recentre(  # noqa: PLR0917
    game: Field, room: Room, seats: Seats, r: int, sums: Floats, count: Longs
) -> bool:
    """Move open site r to the closed one that serves its points most cheaply."""
    now, members = 0.0, 0
    i = seats.head[r]
    while i >= 0:
        now += seats.paid[i]
        members += 1
        for t in range(game.start[i], game.start[i + 1]):
            sums[game.site[t]] += game.cost[t]
            count[game.site[t]] += 1
        i = seats.after[i]
    best, to = now - 1e-9 * max(1.0, now), -1
    i = seats.head[r]
    if i >= 0:
        for t in range(game.start[i], game.start[i + 1]):
            j = game.site[t]
            if (
                count[j] == members and seats.place[j] < 0 and sums[j] < best
                and room.holds[j] >= seats.load[r]
            ):  # fmt: skip
                best, to = sums[j], j
    i = seats.head[r]
    while i >= 0:
        for t in range(game.start[i], game.start[i + 1]):
            sums[game.site[t]] = 0.0
            count[game.site[t]] = 0
        i = seats.after[i]
    if to >= 0:
        _move(game, room, seats, r, to)
    return to >= 0


@njit(cache=True, nogil=True)
def _move(game: Field, room: Room, seats: Seats, r: int, j: int) -> None:
    """Close r, open j, and seat all of r's points there."""
    members = np.empty(len(seats.serves), dtype=np.int32)
    size, i = 0, seats.head[r]
    while i >= 0:
        members[size] = i
        size += 1
        i = seats.after[i]
    exchange(game, room, seats, j, r)
    for k in range(size):
        i = members[k]
        for t in range(game.start[i], game.start[i + 1]):
            if game.site[t] == j:
                sit(game, room, seats, i, t)
                break


@njit(cache=True, nogil=True)
def centre(
    game: Field, room: Room, seats: Seats, must: npt.NDArray[np.uint8], around: Ints
) -> None:
    """Move sites to the middle of their points, and points to their best sites, in turn."""
    sums, count = np.zeros(len(seats.place)), np.zeros(len(seats.place), dtype=np.int64)
    for _ in range(5):
        moved = False
        for r in around:
            if seats.place[r] >= 0 and not must[r]:
                moved |= recentre(game, room, seats, r, sums, count)
        improve(game, room, seats)
        if not moved:
            return


@njit(cache=True, nogil=True)
def iterate(  # noqa: PLR0917
    game: Field, room: Room, seats: Seats, must: npt.NDArray[np.uint8], rounds: int,
    random: Words,
) -> int:  # fmt: skip
    """Shake and improve; a worse state is taken back. Gives the number of better ones."""
    n, p = len(seats.serves), len(seats.chosen)
    better, best = 0, value(seats)
    kept = _copy(seats)
    for _ in range(rounds):
        i = below(random, n)
        near = np.empty(NEAR, dtype=np.int32)
        found = 0
        for q in range(NEAR):
            if seats.near[i, q] >= 0:
                near[found] = game.site[seats.near[i, q]]
                found += 1
        if found == 0:
            near[0], found = seats.chosen[below(random, p)], 1
        for _ in range(1 + below(random, 2)):
            r = near[below(random, min(found, 4))]
            width = game.start[i + 1] - game.start[i]
            if width == 0 or must[r] or seats.place[r] < 0:
                continue
            span = min(width, max(8, 3 * len(seats.place) // p))
            j = game.site[game.start[i] + below(random, span)]
            if seats.place[j] < 0:
                exchange(game, room, seats, j, r)
                near[found % NEAR] = j
                found = min(found + 1, NEAR)
        improve(game, room, seats)
        centre(game, room, seats, must, near[:found])
        now = value(seats)
        if now < best - 1e-9 * max(1.0, abs(best)):
            best = now
            better += 1
            _restore(kept, seats)
        elif now > best:
            _restore(seats, kept)
        else:
            _restore(kept, seats)
    return better


@njit(cache=True, nogil=True)
def _copy(seats: Seats) -> Seats:
    return Seats(
        seats.chosen.copy(), seats.place.copy(), seats.serves.copy(), seats.paid.copy(),
        seats.load.copy(), seats.near.copy(), seats.head.copy(), seats.after.copy(),
        seats.before.copy(), seats.queue.copy(), seats.queued.copy(), seats.ends.copy(),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _restore(to: Seats, source: Seats) -> None:
    to.chosen[:], to.place[:], to.serves[:] = source.chosen, source.place, source.serves
    to.paid[:], to.load[:], to.near[:] = source.paid, source.load, source.near
    to.head[:], to.after[:], to.before[:] = source.head, source.after, source.before
    to.queue[:], to.queued[:], to.ends[:] = source.queue, source.queued, source.ends
