"""Swap search: which site to close and which to open instead, for as long as that helps.

Every point knows the two cheapest open sites. What is gained by opening a site, and what is
lost by closing one, are then sums over the few points that notice (Resende & Werneck 2007,
"A fast swap-based local search procedure for location problems"; all closures for one opening
are judged in one walk: Schubert & Rousseeuw 2021, "Fast and eager k-medoids clustering").
Only sites near a change are looked at again. Local optima are left by closing a few
neighbouring sites at once and opening others there (iterated search, Resende & Werneck 2004).
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.siting.chance import Words, below, chance
from geo.siting.costs import Floats, Ints
from geo.siting.field import Field

Flags = npt.NDArray[np.uint8]


class Plan(NamedTuple):
    """Open sites of a game, and what has to be known to change them quickly."""

    open: Flags  # (m,) 1 where open
    chosen: Ints  # (p,) the open sites
    place: Ints  # (m,) their places there, −1
    first: Ints  # (n,) cheapest open site, −1 the base
    d1: Floats
    second: Ints
    d2: Floats
    loss: Floats  # (m,) what closing an open site costs
    gain: Floats  # (m,) what opening a closed site saved when it was last looked at
    queue: Ints  # sites to be looked at, a ring
    queued: Flags
    ends: npt.NDArray[np.int64]  # head and length of the ring
    value: Floats  # (1,) Σ d1


def empty(game: Field) -> Plan:
    """A plan with nothing settled yet."""
    n, m = game.n, game.m
    return Plan(
        np.zeros(m, dtype=np.uint8), np.zeros(game.p, dtype=np.int32),
        np.full(m, -1, dtype=np.int32), np.full(n, -1, dtype=np.int32), game.base.copy(),
        np.full(n, -1, dtype=np.int32), game.base.copy(), np.zeros(m), np.zeros(m),
        np.zeros(max(m, 1), dtype=np.int32), np.zeros(m, dtype=np.uint8),
        np.zeros(2, dtype=np.int64), np.zeros(1),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def settle(game: Field, plan: Plan, chosen: Ints) -> None:
    """Open exactly the sites `chosen` and reckon everything anew."""
    plan.open[:] = 0
    plan.place[:] = -1
    plan.chosen[:] = chosen
    for k in range(len(chosen)):
        plan.open[chosen[k]] = 1
        plan.place[chosen[k]] = k
    plan.loss[:] = 0.0
    plan.value[0] = 0.0
    for i in range(len(game.base)):
        _seek(game, plan, i)
        plan.value[0] += plan.d1[i]
        if plan.first[i] >= 0:
            plan.loss[plan.first[i]] += plan.d2[i] - plan.d1[i]
    plan.ends[:] = 0
    plan.queued[:] = 0
    for j in range(len(plan.open)):
        _look_at(plan, j)


@njit(cache=True, nogil=True)
def _seek(game: Field, plan: Plan, i: int) -> None:
    """Find the two cheapest open sites of a point; its row is in order."""
    plan.first[i], plan.d1[i] = -1, game.base[i]
    plan.second[i], plan.d2[i] = -1, game.base[i]
    for t in range(game.start[i], game.start[i + 1]):
        j = game.site[t]
        if plan.open[j]:
            if plan.first[i] < 0:
                plan.first[i], plan.d1[i] = j, game.cost[t]
            else:
                plan.second[i], plan.d2[i] = j, game.cost[t]
                return


@njit(cache=True, nogil=True)
def _look_at(plan: Plan, j: int) -> None:
    if not plan.queued[j] and not plan.open[j]:
        size = len(plan.queue)
        plan.queue[(plan.ends[0] + plan.ends[1]) % size] = j
        plan.ends[1] += 1
        plan.queued[j] = 1


@njit(cache=True, nogil=True)
def _wake(game: Field, plan: Plan, i: int, limit: float) -> None:
    """Look again at every site that point i would notice."""
    for t in range(game.start[i], game.start[i + 1]):
        if game.cost[t] >= limit:
            return
        _look_at(plan, game.site[t])


@njit(cache=True, nogil=True)
def judge(game: Field, plan: Plan, j: int, extra: Floats) -> tuple[float, int]:
    """Find the best site to close if j opens: (what is saved, the site)."""
    gain = 0.0
    for t in range(game.by_start[j], game.by_start[j + 1]):
        i, c = game.by_point[t], game.by_cost[t]
        if c < plan.d2[i]:
            r = plan.first[i]
            if c < plan.d1[i]:
                gain += plan.d1[i] - c
                if r >= 0:
                    extra[plan.place[r]] += plan.d2[i] - plan.d1[i]
            elif r >= 0:
                extra[plan.place[r]] += plan.d2[i] - c
    plan.gain[j] = gain
    best, out = -np.inf, -1
    for k in range(len(plan.chosen)):
        saved = extra[k] - plan.loss[plan.chosen[k]]
        extra[k] = 0.0
        if saved > best:
            best, out = saved, plan.chosen[k]
    return gain + best, out


@njit(cache=True, nogil=True)
def _unlose(plan: Plan, i: int, sign: float) -> None:
    if plan.first[i] >= 0:
        plan.loss[plan.first[i]] += sign * (plan.d2[i] - plan.d1[i])


@njit(cache=True, nogil=True)
def exchange(game: Field, plan: Plan, j: int, r: int) -> None:
    """Open j, close r."""
    k = plan.place[r]
    plan.chosen[k], plan.place[j], plan.place[r] = j, k, -1
    plan.open[j], plan.open[r] = 1, 0
    plan.loss[j] = 0.0
    for t in range(game.by_start[j], game.by_start[j + 1]):
        i, c = game.by_point[t], game.by_cost[t]
        if c < plan.d2[i]:
            _unlose(plan, i, -1.0)
            limit = plan.d2[i]
            if c < plan.d1[i]:
                plan.value[0] += c - plan.d1[i]
                plan.second[i], plan.d2[i] = plan.first[i], plan.d1[i]
                plan.first[i], plan.d1[i] = j, c
            else:
                plan.second[i], plan.d2[i] = j, c
            _unlose(plan, i, 1.0)
            _wake(game, plan, i, limit)
    for t in range(game.by_start[r], game.by_start[r + 1]):
        i = game.by_point[t]
        if plan.first[i] == r or plan.second[i] == r:
            _unlose(plan, i, -1.0)
            plan.value[0] -= plan.d1[i]
            _seek(game, plan, i)
            plan.value[0] += plan.d1[i]
            _unlose(plan, i, 1.0)
            _wake(game, plan, i, plan.d2[i])
    plan.loss[r] = 0.0
    _look_at(plan, r)


@njit(cache=True, nogil=True)
def descend(game: Field, plan: Plan, extra: Floats, least: float, most: int) -> int:
    """Swap until nothing helps by more than `least`, or `most` looks; give the looks left."""
    if len(plan.chosen) == 0 or len(plan.chosen) == len(plan.open):
        plan.ends[1] = 0
        return most
    while most > 0:
        while plan.ends[1] > 0 and most > 0:
            j = plan.queue[plan.ends[0]]
            plan.ends[0] = (plan.ends[0] + 1) % len(plan.queue)
            plan.ends[1] -= 1
            plan.queued[j] = 0
            if plan.open[j]:
                continue
            most -= 1
            saved, r = judge(game, plan, j, extra)
            if saved > least:
                exchange(game, plan, j, r)
        if plan.ends[1] == 0 and not _missed(plan, least):
            return most
    return most


@njit(cache=True, nogil=True)
def _missed(plan: Plan, least: float) -> bool:
    """Queue sites that pay since some far site has become cheap to close."""
    cheap = np.inf
    for k in range(len(plan.chosen)):
        cheap = min(cheap, plan.loss[plan.chosen[k]])
    found = False
    for j in range(len(plan.open)):
        if not plan.open[j] and plan.gain[j] - cheap > least:
            _look_at(plan, j)
            found = True
    return found


@njit(cache=True, nogil=True)
def shake(game: Field, plan: Plan, random: Words) -> None:
    """Close a few open sites around a random point and open random ones there."""
    n, p, m = len(game.base), len(plan.chosen), len(plan.open)
    i = below(random, n)
    size = min(p, 2 + below(random, 4))
    row = game.start[i + 1] - game.start[i]
    out = np.empty(size, dtype=np.int32)
    found = 0
    for t in range(game.start[i], game.start[i + 1]):
        if plan.open[game.site[t]]:
            out[found] = game.site[t]
            found += 1
            if found == size:
                break
    while found < min(size, 1):
        out[found] = plan.chosen[below(random, p)]
        found += 1
    span = min(row, max(8, 2 * size * (m // p + 1)))
    for k in range(found):
        for _ in range(20):
            local = span > 0 and chance(random) < 0.9
            j = game.site[game.start[i] + below(random, span)] if local else below(random, m)
            if not plan.open[j]:
                exchange(game, plan, j, out[k])
                break


@njit(cache=True, nogil=True)
def iterate(  # noqa: PLR0917
    game: Field,
    plan: Plan,
    best: Ints,
    record: Floats,
    rounds: int,
    least: float,
    slack: float,
    random: Words,
) -> int:
    """Shake and descend `rounds` times; `best` and ``record[0]`` keep the best plan.

    A plan that is worse by no more than `slack` is kept to go on from; otherwise the one
    before comes back. Gives the number of rounds that improved the record.
    """
    p, m = len(plan.chosen), len(plan.open)
    if p in (0, m):
        return 0
    extra = np.zeros(p)
    kept = plan.chosen.copy()
    value = plan.value[0]
    better = 0
    first, d1 = plan.first.copy(), plan.d1.copy()
    second, d2 = plan.second.copy(), plan.d2.copy()
    loss, gain = plan.loss.copy(), plan.gain.copy()
    for _ in range(rounds):
        shake(game, plan, random)
        descend(game, plan, extra, least, 20 * m)
        if plan.value[0] < record[0] - least:
            record[0] = plan.value[0]
            best[:] = plan.chosen
            better += 1
        if plan.value[0] <= value + slack:
            kept[:] = plan.chosen
            value = plan.value[0]
            first[:], d1[:] = plan.first, plan.d1
            second[:], d2[:] = plan.second, plan.d2
            loss[:], gain[:] = plan.loss, plan.gain
        else:
            _back(plan, kept)
            plan.first[:], plan.d1[:] = first, d1
            plan.second[:], plan.d2[:] = second, d2
            plan.loss[:], plan.gain[:] = loss, gain
            plan.value[0] = value
    return better


@njit(cache=True, nogil=True)
def _back(plan: Plan, chosen: Ints) -> None:
    for k in range(len(chosen)):
        plan.open[plan.chosen[k]] = 0
        plan.place[plan.chosen[k]] = -1
    for k in range(len(chosen)):
        plan.open[chosen[k]] = 1
        plan.place[chosen[k]] = k
    plan.chosen[:] = chosen
    for t in range(plan.ends[1]):
        plan.queued[plan.queue[(plan.ends[0] + t) % len(plan.queue)]] = 0
    plan.ends[:] = 0
