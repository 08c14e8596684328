"""Capacities: every point is served by one site, and no site serves more than it holds.

Prices for being served give the bound, as knapsacks (`room`); `seats` finds plans; pairs that
no better plan can use are dropped by their reduced cost, and what is left goes to HiGHS as it
becomes small (Ceselli & Righini 2005; Stefanello, de Araújo & Müller 2015, "Matheuristics for
the capacitated p-median problem").
"""

from dataclasses import dataclass

import numpy as np
from numba import njit

from geo.layers import Clock
from geo.siting import dual, resite, seats
from geo.siting.chance import source
from geo.siting.costs import Bools, Floats, Ints, Rows
from geo.siting.dual import Prices
from geo.siting.field import FREE, OPEN, SHUT, Field, transposed
from geo.siting.part import climb
from geo.siting.problem import Problem
from geo.siting.room import Bag, Room, fill
from geo.siting.score import Score, proven

ROUNDS = 300
"""Steps of the prices in one turn."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """A game with capacities: its sites by their positions in the problem, those that must open."""

    game: Field
    room: Room
    sites: Ints
    must: Bools


def crowd(problem: Problem, sites: Ints, rows: Rows, objective: str) -> Crowd:
    """Lay out a median, a cover or the fewest sites (all) over some pairs."""
    assert problem.capacity is not None
    n, m, weight = problem.n, len(sites), problem.weight
    owner = np.repeat(np.arange(n), np.diff(rows.start))
    cost = weight[owner] * rows.cost if objective == "median" else np.zeros(len(owner))
    fee = np.full(m, 1.0 if objective == "all" else 0.0)
    lone = 2.0 * (float(np.ceil(_dearest(rows, cost).sum())) + float(fee.sum())) + 1.0
    base = weight.astype(np.float64).copy() if objective == "cover" else np.full(n, lone)
    whole = bool(np.all(cost == np.floor(cost)) and np.all(base == np.floor(base)))
    p = m if problem.p is None else min(problem.p, m)
    game = Field(
        rows.start, rows.site, cost, base, *transposed(rows.start, rows.site, cost, m),
        p, 0.0, whole, lone,
    )  # fmt: skip
    room = Room(weight.astype(np.float64), problem.capacity[sites].astype(np.float64), fee)
    return Crowd(game, room, sites, problem.fixed[sites] == 1)


def _dearest(rows: Rows, cost: Floats) -> Floats:
    most = np.zeros(len(rows.start) - 1)
    some = np.diff(rows.start) > 0
    most[some] = cost[rows.start[1:][some] - 1]
    return most


class Seating:
    """A search for plans and bounds of a crowd; everything found is in `score` and `serves`."""

    def __init__(self, asked: Crowd, rng: np.random.Generator, clock: Clock) -> None:
        self.asked, self.clock = asked, clock
        self.random = source(rng)
        self.score = Score(np.zeros(0, dtype=np.int32))
        self.serves = np.full(asked.game.n, -1, dtype=np.int32)
        self.must = asked.must.astype(np.uint8)
        first = asked.game.base.copy()
        some = np.diff(asked.game.start) > 0
        first[some] = asked.game.cost[asked.game.start[:-1][some]]
        self.now = dual.prices(asked.game, first, first)
        self.now.mark[asked.must] = OPEN

    @property
    def take(self) -> int:
        """Sites that may open beside those that stand open."""
        return self.asked.game.p - int((self.now.mark == OPEN).sum())

    def ascend(self, rounds: int) -> None:
        """Raise the bound."""
        climb(self.asked.game, self.now, self.score, rounds, self.clock, room=self.asked.room)

    def first(self, p: int) -> Ints:
        """Sites to which most points are nearest, p of them, with room for all."""
        game, room = self.asked.game, self.asked.room
        nearest = game.site[game.start[:-1][np.diff(game.start) > 0]]
        pull = np.bincount(nearest, minlength=game.m) + 1e-6 * room.holds / (1 + room.holds.max())
        return self._enough(np.lexsort((-pull, ~self.asked.must)).astype(np.int32), p)

    def likely(self, p: int) -> Ints:
        """Sites that the prices want most, p of them, with room for all."""
        order = np.lexsort((-self.now.share, ~self.asked.must, self.now.mark == SHUT))
        return self._enough(order.astype(np.int32), p)

    def with_must(self, chosen: Ints) -> Ints:
        """Some sites and those that must open, p at most."""
        must = np.flatnonzero(self.asked.must)
        more = np.setdiff1d(chosen, must)[: max(self.asked.game.p - len(must), 0)]
        return np.concatenate([must, more]).astype(np.int32)

    def _enough(self, order: Ints, p: int) -> Ints:
        """The first p, but large sites instead of small ones until all can be held."""
        game, room = self.asked.game, self.asked.room
        chosen, rest = order[:p].copy(), order[p:]
        need = float(room.size.sum()) if np.all(game.base >= game.lone) else 0.0
        for j in rest[np.argsort(-room.holds[rest], kind="stable")]:
            free = np.flatnonzero(~self.asked.must[chosen])
            if room.holds[chosen].sum() >= need or not len(free):
                break
            k = free[np.argmin(room.holds[chosen[free]])]
            if room.holds[chosen[k]] >= room.holds[j]:
                break
            chosen[k] = j
        return chosen

    def plan(self, chosen: Ints, rounds: int) -> bool:
        """Seat everybody at some sites and search on from there; say whether all have a seat."""
        game, room = self.asked.game, self.asked.room
        state = seats.empty(game, len(chosen))
        seats.settle(game, room, state, chosen)
        resite.centre(game, room, state, self.must, chosen)
        self.offer(state.chosen, state.serves, seats.value(state))
        done, size = 0, 1
        while done < rounds and 0 < len(chosen) < game.m and not self.clock.over():
            began = self.clock.seconds()
            size = min(size, rounds - done)
            if resite.iterate(game, room, state, self.must, size, self.random):
                self.offer(state.chosen, state.serves, seats.value(state))
            done += size
            self.clock.tell("swaps", done, rounds)
            if self.clock.seconds() - began < 0.2:
                size *= 2
        return seats.value(state) < game.lone

    def offer(self, chosen: Ints, serves: Ints, paid: float) -> None:
        """Take a plan, if it is the best."""
        if self.score.offer(chosen.copy(), paid + float(self.asked.room.fee[chosen].sum())):
            self.serves = serves.copy()

    def doubtful(self, goal: float) -> Bools:
        """Pairs that a plan better than `goal` could use."""
        return _doubtful(self.asked.game, self.asked.room, self.now, self.take, goal)

    def proven(self) -> bool:
        """Whether bound and plan have met."""
        return proven(self.asked.game, self.score)

    def search(self, rounds: int) -> None:
        """One turn: a bound, then plans from what it likes and from the best."""
        p = self.asked.game.p
        self.ascend(ROUNDS)
        if not self.proven():
            self.plan(self.likely(p), rounds)
        if not self.proven():
            self.plan(self.score.chosen, rounds)

    def fewest(self, rounds: int) -> None:
        """One turn for the least number of sites: a bound, then plans with one site less."""
        self.ascend(ROUNDS)
        low = max(1, int(self.asked.must.sum()), int(np.ceil(self.score.bound - 1e-6)))
        if self.score.value >= self.asked.game.lone:
            for p in range(low, self.asked.game.p + 1):
                if self.clock.over() or self.plan(self.likely(p), min(rounds, 20)):
                    break
        while not self.proven() and len(self.score.chosen) > low and not self.clock.over():
            if not self.plan(self.likely(len(self.score.chosen) - 1), rounds):
                break


@njit(cache=True, nogil=True)
def _doubtful(game: Field, room: Room, now: Prices, take: int, goal: float) -> Bools:
    """Force every pair in turn: what the prices say of the rise (weak duality of the knapsack)."""
    n, m = len(game.base), len(game.by_start) - 1
    rho, critical, parts = np.full(m, np.inf), np.zeros(m), np.zeros(m)
    into = Bag(np.empty(n, dtype=np.int32), np.empty(n), np.empty(n))
    total = now.u.sum()
    for j in range(m):
        if now.mark[j] != SHUT:
            paid, _, rate = fill(game, room, now.u, j, into, False)
            parts[j], critical[j] = room.fee[j] - paid, rate
            paid, _, _ = fill(game, room, now.u, j, into, True)
            rho[j] = room.fee[j] - paid
            if now.mark[j] == OPEN:
                total += rho[j]
    free = np.sort(rho[now.mark == FREE])
    last = min(free[take - 1], 0.0) if 0 < take <= len(free) else 0.0
    for k in range(min(take, len(free))):
        total += min(free[k], 0.0)
    use = np.zeros(len(game.site), dtype=np.bool_)
    for i in range(n):
        for t in range(game.start[i], game.start[i + 1]):
            j = game.site[t]
            if now.mark[j] == SHUT or room.size[i] > room.holds[j]:
                continue
            rise = max(0.0, rho[j] - last) if now.mark[j] == FREE else 0.0
            forced = parts[j] + max(0.0, critical[j] * room.size[i] + game.cost[t] - now.u[i])
            rise += max(0.0, forced - rho[j])
            use[t] = total + rise < goal
    return use
