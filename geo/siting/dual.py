"""Lagrangian bound: every point may be served any number of times, at a price.

With a price u_i for point i being served once, the sites fall apart: site j is worth
ρ_j = Σ_i min(0, c_ij − u_i), and no plan costs less than Σ u_i + the p least ρ_j
(Cornuéjols, Fisher & Nemhauser 1977; Beasley 1985). The best prices are sought with the
volume algorithm (Barahona & Anbil 2000), whose average of the subproblems' answers also tells
which sites are in doubt. A site whose forcing would lift the bound above a known plan is
fixed for good.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.siting.costs import Floats
from geo.siting.field import Field, Marks
from geo.siting.room import Bag, Room, served_filled, worth_filled


class Prices(NamedTuple):
    """Prices and what they prove, changed in place.

    Attributes
    ----------
    u : (n,) float
        The best prices so far.
    share : (m,) float
        Averaged answer of the subproblems: near 1 where a site is wanted.
    mark : (m,) int
        OPEN and SHUT where fixed, FREE elsewhere.
    cap : (n,) float
        The base, lowered where an OPEN site serves more cheaply; prices stay below.
    bound : (1,) float
        The best bound without the game's constant.
    pace : (5,) float
        Step factor and largest mix of a new slope into the direction; then what `ascend`
        remembers to change them: rounds without a better bound, rounds since the last look at
        the progress, and the bound at that look.
    step : (n,) float
        Averaged slope, the direction of the next step.
    """

    u: Floats
    share: Floats
    mark: Marks
    cap: Floats
    bound: Floats
    pace: Floats
    step: Floats


def prices(game: Field, d1: Floats, d2: Floats) -> Prices:
    """Start between what a plan pays now and what it would pay next."""
    u = np.minimum(d1 + 0.5 * (np.minimum(d2, game.base) - d1), game.base)
    big = u >= game.lone
    u[big] = d1[big]
    return Prices(
        u, np.zeros(game.m), np.zeros(game.m, dtype=np.int8), game.base.copy(),
        np.array([-np.inf]), begun(), np.zeros(game.n),
    )  # fmt: skip


def begun() -> Floats:
    """The pace to begin with."""
    return np.array([0.1, 0.5, 0.0, 0.0, -np.inf])


@njit(cache=True, nogil=True)
def worth(game: Field, u: Floats, mark: Marks, rho: Floats) -> float:
    """Reckon ρ for the free sites; give Σ u."""
    rho[:] = 0.0
    total = 0.0
    for i in range(len(u)):
        price = u[i]
        total += price
        for t in range(game.start[i], game.start[i + 1]):
            c = game.cost[t]
            if c >= price:
                break
            rho[game.site[t]] += c - price
    for j in range(len(rho)):
        if mark[j] != 0:
            rho[j] = np.inf
    return total


@njit(cache=True, nogil=True)
def _choose(rho: Floats, take: int) -> tuple[float, float]:
    """Give the `take`-th least ρ and the next (−inf, inf where there is none)."""
    if take >= len(rho):
        return np.inf, np.inf
    if take <= 0:
        return -np.inf, np.min(rho)
    part = np.partition(rho, take - 1)
    return float(part[take - 1]), float(np.min(part[take:]))


@njit(cache=True, nogil=True)
def ascend(  # noqa: C901, PLR0912, PLR0915, PLR0917 — one compiled loop over plain arrays
    game: Field, room: Room, now: Prices, take: int, target: float, rounds: int, fixing: bool
) -> int:
    """Raise the bound for some rounds; stop when it reaches `target`.

    Parameters
    ----------
    take : int
        Sites still to be opened among the free ones.
    target : float
        A bound of this much or more proves that nothing better is to be found here. Sites
        are fixed against it when `fixing`.

    Returns
    -------
    int
        Sites newly fixed open.
    """
    n, m = len(now.u), len(now.mark)
    rho, step = np.empty(m), now.step
    u, slope = now.u.copy(), np.empty(n)
    picked = np.zeros(m, dtype=np.uint8)
    opened, fresh = 0, not step.any()
    crowded = len(room.size) > 0
    into = Bag(np.empty(n, dtype=np.int32), np.empty(n), np.empty(n))
    for i in range(n):
        u[i] = min(u[i], now.cap[i])
    for _ in range(rounds):
        if crowded:
            total = worth_filled(game, room, u, now.mark, rho, take - opened, into)
        else:
            total = worth(game, u, now.mark, rho)
        last, following = _choose(rho, take - opened)
        count = 0
        picked[:] = 0
        value = total
        for side in range(2):
            for j in range(m):
                if count == take - opened:
                    break
                if rho[j] < 0.0 and (rho[j] < last if side == 0 else rho[j] == last):
                    picked[j] = 1
                    value += rho[j]
                    count += 1
        if crowded:
            served_filled(game, room, u, now.mark, picked, slope, into)
        else:
            _served_by_all(game, u, picked, slope)
        _held(u, now.cap, slope)
        if fresh:
            now.share[:] = picked
            step[:] = slope
            fresh = False
        dot = _turn(slope, step, now, picked)
        if value > now.bound[0]:
            now.bound[0] = value
            now.u[:] = u
            now.pace[2] = 0.0
            if dot > 0.0:
                now.pace[0] = min(2.0, now.pace[0] * 1.1)
            if fixing:
                opened += _fix(game, now, rho, picked, value, last, following, target, crowded)
        else:
            now.pace[2] += 1.0
        _slow_down(now, target)
        if now.bound[0] >= target:
            break
        norm = 0.0
        for i in range(n):
            g = step[i]
            if (g > 0.0 and now.u[i] >= now.cap[i]) or (g < 0.0 and now.u[i] <= _floor(game, i)):
                continue
            norm += g * g
        if norm <= 1e-12:
            break
        size = now.pace[0] * (target - now.bound[0] + 0.02 * abs(target - now.bound[0])) / norm
        for i in range(n):
            u[i] = max(_floor(game, i), now.u[i] + size * step[i])
            u[i] = min(u[i], now.cap[i])
    return opened


@njit(cache=True, nogil=True)
def _turn(slope: Floats, step: Floats, now: Prices, picked: npt.NDArray[np.uint8]) -> float:
    """Mix the slope into the direction, by as much as makes it shortest (within limits).

    Gives slope·direction as it was before: above 0 the last step was not too long.
    """
    dot, new, old = 0.0, 0.0, 0.0
    for i in range(len(slope)):
        dot += slope[i] * step[i]
        new += slope[i] * slope[i]
        old += step[i] * step[i]
    most, apart = now.pace[1], new - 2.0 * dot + old
    mix = most
    if apart > 1e-12:
        mix = min(max((old - dot) / apart, 0.1 * most), most)
    for i in range(len(slope)):
        step[i] = mix * slope[i] + (1.0 - mix) * step[i]
    for j in range(len(picked)):
        now.share[j] = mix * picked[j] + (1.0 - mix) * now.share[j]
    return dot


@njit(cache=True, nogil=True)
def _slow_down(now: Prices, target: float) -> None:
    """Shorten steps after 7 vain rounds; mix less when 25 rounds gained under 1 % of the gap."""
    if now.pace[2] >= 7.0:
        now.pace[0] = max(0.01, now.pace[0] * 0.66)
        now.pace[2] = 0.0
    now.pace[3] += 1.0
    if now.pace[3] >= 25.0:
        if now.bound[0] - now.pace[4] < 0.01 * abs(target - now.bound[0]):
            now.pace[1] = max(1e-3, 0.5 * now.pace[1])
        now.pace[3], now.pace[4] = 0.0, now.bound[0]


@njit(cache=True, nogil=True)
def _floor(game: Field, i: int) -> float:
    """A price below the cheapest pair is never better than that."""
    some = game.start[i + 1] > game.start[i]
    return float(game.cost[game.start[i]] if some else game.base[i])


@njit(cache=True, nogil=True)
def _served_by_all(game: Field, u: Floats, picked: npt.NDArray[np.uint8], slope: Floats) -> None:
    """1 − how often each point is served."""
    slope[:] = 1.0
    for j in range(len(picked)):
        if picked[j]:
            for t in range(game.by_start[j], game.by_start[j + 1]):
                if game.by_cost[t] < u[game.by_point[t]]:
                    slope[game.by_point[t]] -= 1.0


@njit(cache=True, nogil=True)
def _held(u: Floats, cap: Floats, slope: Floats) -> None:
    """No slope where the price may not rise."""
    for i in range(len(u)):
        if slope[i] > 0.0 and u[i] >= cap[i]:
            slope[i] = 0.0


@njit(cache=True, nogil=True)
def _fix(  # noqa: PLR0917
    game: Field, now: Prices, rho: Floats, picked: npt.NDArray[np.uint8], value: float, last: float,
    following: float, target: float, crowded: bool,
) -> int:  # fmt: skip
    """Shut sites whose opening, and open sites whose shutting, would lift the bound to `target`."""
    opened = 0
    last = min(last, 0.0)
    following = min(following, 0.0)
    for j in range(len(rho)):
        if now.mark[j] != 0:
            continue
        if not picked[j] and value + rho[j] - last >= target:
            now.mark[j] = -1
        elif picked[j] and value - rho[j] + following >= target:
            now.mark[j] = 1
            opened += 1
            if crowded:
                continue
            for t in range(game.by_start[j], game.by_start[j + 1]):
                i = game.by_point[t]
                now.cap[i] = min(now.cap[i], game.by_cost[t])
    return opened
