"""Playing a game to its end: swap search from above, prices from below, branches between.

The best plan and the best bound are kept in a `Score`, so that a stop at any moment still
gives an answer. Fixing shrinks the game as the two close in; what is left is branched on,
best bound first (Land & Doig 1960), with prices inherited from the parent.
"""

import heapq
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from geo.layers import Clock
from geo.siting import core, dual, mip, swap
from geo.siting.chance import source
from geo.siting.coarse import coarse, spread
from geo.siting.costs import Floats, Ints
from geo.siting.dual import FREE, OPEN, SHUT, Prices
from geo.siting.field import Field, kept
from geo.siting.room import ENDLESS, Room

ROOT_ROUNDS = 300
NODE_ROUNDS = 60
QUEUE_BYTES = 600_000_000
LOOKS = 20_000_000
"""Pairs looked at between two glances at the clock."""


@dataclass(slots=True)
class Score:
    """The best plan of a game so far, in its sites, and what is proven about it."""

    chosen: Ints
    value: float = np.inf
    bound: float = -np.inf
    pool: list[Ints] = field(default_factory=list)

    def offer(self, chosen: Ints, value: float) -> bool:
        """Take a plan; say whether it is the best."""
        if value >= self.value:
            return False
        self.chosen, self.value = np.sort(chosen), value
        return True

    def raise_bound(self, bound: float) -> None:
        """Take a bound that holds for every plan."""
        self.bound = max(self.bound, bound)


def margin(value: float) -> float:
    """What rounding may do to a sum of this size (sums of 10⁵ terms in double precision)."""
    return 1e-11 * max(abs(value), 1.0) + 1e-9


def target(game: Field, value: float) -> float:
    """A bound of this much, without the constant, proves that `value` cannot be bettered."""
    best = value - game.constant
    safe = margin(value)
    if game.whole:
        return float(np.round(best)) - 1.0 + max(safe, 1e-6)
    return best - 1e-9 * max(abs(value), 1.0) + safe


def proven(game: Field, score: Score) -> bool:
    """Whether bound and plan have met."""
    return score.bound >= score.value - (0.5 if game.whole else 2e-9 * max(abs(score.value), 1.0))


def rounded(game: Field, bound: float) -> float:
    """The safe value of a reckoned bound, rounded up where costs are whole."""
    safe = bound + game.constant - margin(bound)
    return float(np.ceil(safe - 1e-6)) if game.whole else safe


class Searcher:
    """A plan of one game under swap search, offered to a score."""

    def __init__(self, game: Field, score: Score, rng: np.random.Generator, clock: Clock) -> None:
        self.game, self.score, self.clock = game, score, clock
        self.random = source(rng)
        self.plan = swap.empty(game)
        self.least = 0.5 if game.whole else 1e-11 * max(game.lone, 1.0)
        self.extra = np.zeros(max(game.p, 1))

    def start(self, chosen: Ints) -> None:
        """Descend from given sites."""
        swap.settle(self.game, self.plan, chosen.astype(np.int32))
        self.descend()

    def descend(self) -> None:
        """Swap while it pays."""
        looks, size = 1, max(16, LOOKS // max(len(self.game.site) // self.game.m, 1))
        while looks > 0 and not self.clock.over():
            looks = size - swap.descend(self.game, self.plan, self.extra, self.least, size)
            looks = 0 if looks < size else looks
            self.clock.tell("swaps", 0, 1)
        self._offer()

    def rounds(self, count: int, *, slack: float = 0.0) -> int:
        """Shake and descend; in slices, so that the clock is heard."""
        game, clock = self.game, self.clock
        best, record = self.plan.chosen.copy(), np.array([self.score.value - game.constant])
        better, done, size = 0, 0, 1
        while done < count and not clock.over():
            clock.tell("swaps", done, count)
            began = clock.seconds()
            size = min(size, count - done)
            gained = swap.iterate(
                game, self.plan, best, record, size, self.least, slack, self.random
            )
            if gained:
                self.score.offer(best, float(record[0]) + game.constant)
            better, done = better + gained, done + size
            if clock.seconds() - began < 0.2:
                size *= 2
        return better

    def _offer(self) -> None:
        self.score.offer(self.plan.chosen, float(self.plan.value[0]) + self.game.constant)


def climb(
    game: Field, now: Prices, score: Score, rounds: int, clock: Clock, *,
    fixing: bool = True, room: Room = ENDLESS,
) -> None:  # fmt: skip
    """Raise the root bound in slices, so that the clock is heard."""
    done, size = 0, 8
    now.pace[:2] = np.maximum(now.pace[:2], (0.1, 0.1))
    while done < rounds and not clock.over():
        clock.tell("bound", done, rounds)
        began = clock.seconds()
        goal = target(game, score.value)
        take = game.p - int((now.mark == OPEN).sum())
        dual.ascend(game, room, now, take, goal, min(size, rounds - done), fixing)
        done += size
        score.raise_bound(min(rounded(game, float(now.bound[0])), score.value))
        if now.bound[0] >= goal:
            score.raise_bound(score.value if game.whole else rounded(game, goal))
            break
        if clock.seconds() - began < 0.2:
            size *= 2


@dataclass(slots=True)
class Part:
    """What is left of a game after fixing: a smaller game, its sites' names, and who is in."""

    game: Field
    names: Ints
    inside: Ints
    prices: Prices


def shrink(part: Part) -> Part:
    """Leave out what is fixed: open sites go into the base, shut ones disappear."""
    game, now = part.game, part.prices
    free = now.mark == FREE
    opened = np.flatnonzero(now.mark == OPEN)
    small, alive = kept(game, free, now.cap, game.p - len(opened))
    bound = now.bound.copy()
    bound[0] += game.constant - small.constant
    fresh = Prices(
        np.minimum(now.u[alive], small.base), now.share[free],
        np.zeros(small.m, dtype=np.int8), small.base.copy(), bound, now.pace, now.step[alive],
    )  # fmt: skip
    inside = np.concatenate([part.inside, part.names[opened]]).astype(np.int32)
    return Part(small, part.names[free], inside, fresh)


def value_of(game: Field, chosen: Ints) -> float:
    """What a set of sites costs in a game."""
    least = game.base.copy()
    for j in chosen:
        at = slice(int(game.by_start[j]), int(game.by_start[j + 1]))
        points = game.by_point[at]
        least[points] = np.minimum(least[points], game.by_cost[at])
    return float(least.sum()) + game.constant


class Tree:
    """Best-bound-first branching on whether a site opens."""

    def __init__(self, part: Part, score: Score, clock: Clock) -> None:
        self.part, self.score, self.clock = part, score, clock
        self.heap: list[tuple[float, int, np.ndarray, np.ndarray]] = []
        self.count = 0
        now = part.prices
        self._push(float(now.bound[0]), now.mark, now.u)

    def run(self, nodes: int) -> bool:
        """Work through at most `nodes`; say whether the tree is done."""
        game = self.part.game
        room = QUEUE_BYTES // max(4 * game.n + game.m, 1)
        for _ in range(nodes):
            if not self.heap:
                break
            if self.clock.over() or len(self.heap) > room:
                return False
            self.clock.tell("branches", self.count, self.count + len(self.heap))
            bound, _, mark, u = heapq.heappop(self.heap)
            if bound >= target(game, self.score.value):
                self.heap.clear()
                break
            self._visit(bound, mark, u.astype(np.float64))
            self._note()
        return not self.heap

    def _note(self) -> None:
        game = self.part.game
        best = self.heap[0][0] if self.heap else np.inf
        goal = target(game, self.score.value)
        if best >= goal:
            self.score.raise_bound(self.score.value if game.whole else rounded(game, goal))
        else:
            self.score.raise_bound(rounded(game, best))

    def _push(self, bound: float, mark: np.ndarray, u: np.ndarray) -> None:
        self.count += 1
        heapq.heappush(self.heap, (bound, self.count, mark, u.astype(np.float32)))

    def _visit(self, bound: float, mark: np.ndarray, u: Floats) -> None:
        game = self.part.game
        cap = _cap(game, mark)
        now = Prices(
            u,
            np.zeros(game.m),
            mark.copy(),
            cap,
            np.array([-np.inf]),
            dual.begun(),
            np.zeros(game.n),
        )
        take = game.p - int((mark == OPEN).sum())
        goal = target(game, self.score.value)
        take -= dual.ascend(game, ENDLESS, now, take, goal, NODE_ROUNDS, True)
        free = np.flatnonzero(now.mark == FREE)
        if now.bound[0] >= goal or take < 0:
            return
        if take == 0 or len(free) <= take:
            self._leaf(now.mark, free if take else free[:0])
            return
        bound = max(bound, float(now.bound[0]))
        self._guess(now, take, free)
        j = free[np.argmin(np.abs(now.share[free] - 0.5))]
        for side in (SHUT, OPEN):
            child = now.mark.copy()
            child[j] = side
            self._push(bound, child, now.u)

    def _guess(self, now: Prices, take: int, free: npt.NDArray[np.integer]) -> None:
        likely = free[np.argsort(-now.share[free], kind="stable")[:take]]
        self._leaf(now.mark, likely)

    def _leaf(self, mark: np.ndarray, more: npt.NDArray[np.integer]) -> None:
        chosen = np.concatenate([np.flatnonzero(mark == OPEN), more])
        value = value_of(self.part.game, chosen)
        if value < self.score.value - 1e-12 * abs(value):
            names = np.concatenate([self.part.inside, self.part.names[chosen]])
            self.score.offer(names.astype(np.int32), value)


def _cap(game: Field, mark: np.ndarray) -> Floats:
    cap = game.base.copy()
    for j in np.flatnonzero(mark == OPEN):
        at = slice(int(game.by_start[j]), int(game.by_start[j + 1]))
        points = game.by_point[at]
        cap[points] = np.minimum(cap[points], game.by_cost[at])
    return cap


def play(
    game: Field, rng: np.random.Generator, clock: Clock, *, warm: Ints | None, score: Score
) -> None:
    """Find a plan and prove how good it is; everything found is in `score`.

    Parameters
    ----------
    warm : (≤ p,) int, optional
        Sites of a plan to begin with.
    """
    if game.p <= 0 or game.p >= game.m or game.n == 0:
        chosen = np.arange(max(min(game.p, game.m), 0), dtype=np.int32)
        score.offer(chosen, value_of(game, chosen))
        score.raise_bound(score.value)
        return
    first = game.base.copy()
    some = np.diff(game.start) > 0
    first[some] = game.cost[game.start[:-1][some]]
    score.raise_bound(rounded(game, float(first.sum())))
    if len(game.site) > QUICK_PAIRS and game.cost.any() and 3 * game.m <= game.n:
        part = rehearse(game, rng, clock, warm, score)
    else:
        part = _opening(game, rng, clock, warm, score)
    stale = 0
    for turn in range(40):
        if clock.over() or proven(game, score) or stale >= 6:
            break
        before = (score.value, score.bound)
        part = _round(part, score, rng, clock, turn)
        stale = stale + 1 if (score.value, score.bound) == before else 0


def _opening(
    game: Field, rng: np.random.Generator, clock: Clock, warm: Ints | None, score: Score
) -> Part:
    """A first plan, greedy and swapped, and the prices that it suggests."""
    hunt = Searcher(game, score, rng, clock)
    first = np.zeros(0, dtype=np.int32) if warm is None else warm[: game.p].astype(np.int32)
    hunt.start(swap.greedy(game, first, 0.0, hunt.random))
    now = dual.prices(game, hunt.plan.d1, hunt.plan.d2)
    hunt.rounds(int(min(60, 20_000_000 // max(len(game.site), 1))))
    return Part(game, np.arange(game.m, dtype=np.int32), np.zeros(0, dtype=np.int32), now)


def rehearse(
    game: Field, rng: np.random.Generator, clock: Clock, warm: Ints | None, score: Score
) -> Part:
    """Play the coarse game first and carry its plan and prices over."""
    small, group = coarse(game)
    own = Score(np.zeros(0, dtype=np.int32))
    part = _opening(small, rng, clock, warm, own)
    for count in (100, 200):
        climb(small, part.prices, own, ROOT_ROUNDS, clock, fixing=False)
        _hunt(part, own, rng, clock, count)
    hunt = Searcher(game, score, rng, clock)
    hunt.start(own.chosen)
    now = dual.prices(game, hunt.plan.d1, hunt.plan.d2)
    now.u[:] = np.minimum(spread(game, small, group, part.prices.u), game.base)
    return Part(game, part.names, part.inside, now)


HUNT_PAIRS = 20_000_000
QUICK_PAIRS, TREE_PAIRS = 500_000, 3_000_000
"""Games up to this size are searched whole, larger ones on their likely sites; branched on."""


def _round(part: Part, score: Score, rng: np.random.Generator, clock: Clock, turn: int) -> Part:
    """One turn from above, one from below, some branching."""
    large = len(part.game.site) > TREE_PAIRS
    climb(part.game, part.prices, score, ROOT_ROUNDS * (2 if large else 1), clock)
    if proven(part.game, score):
        return part
    if np.any(part.prices.mark != FREE):
        part = shrink(part)
    if 0 < part.game.p < part.game.m:
        _hunt(part, score, rng, clock, _rounds(part.game, turn))
    size = core.entries(part.game)
    if part.game.p <= 0 or part.game.m <= part.game.p:
        Tree(part, score, clock).run(1)
    elif size <= core.SMALL or (turn >= 3 and size <= core.ENTRIES):
        _program(part, score, clock, limit_s=5.0 * 2 ** min(turn, 6))
    elif len(part.game.site) <= TREE_PAIRS:
        Tree(part, score, clock).run(200 * 4 ** min(turn, 6))
    return part


def _rounds(game: Field, turn: int) -> int:
    """How often to shake: more from turn to turn, less where a round costs more."""
    rounds = min(200, max(10, HUNT_PAIRS // max(len(game.site), 1)))
    return int(rounds * 2 ** min(turn, 6))


def _hunt(part: Part, score: Score, rng: np.random.Generator, clock: Clock, count: int) -> None:
    """Swap search among the likely sites, from the likeliest plan and from the best one."""
    game, now = part.game, part.prices
    rho = np.empty(game.m)
    dual.worth(game, now.u, now.mark, rho)
    order = np.lexsort((rho, -now.share))
    likely = np.zeros(game.m, dtype=bool)
    size = game.m if len(game.site) <= QUICK_PAIRS else min(game.m, 60 + 6 * game.p)
    likely[order[:size]] = True
    best = np.isin(part.names, score.chosen)
    likely |= best
    small, _ = kept(game, likely, game.base, game.p)
    names = part.names[likely]
    own = Score(np.zeros(0, dtype=np.int32))
    hunt = Searcher(small, own, rng, clock)
    place = np.cumsum(likely) - 1
    starts = [place[order[: game.p]]]
    if int(best.sum()) == game.p:
        starts.insert(0, place[np.flatnonzero(best)])
    for chosen in starts:
        hunt.start(chosen)
    hunt.start(own.chosen)
    hunt.rounds(count)
    score.offer(np.concatenate([part.inside, names[own.chosen]]).astype(np.int32), own.value)


def _program(part: Part, score: Score, clock: Clock, *, limit_s: float) -> None:
    """Hand what is left to HiGHS; whatever it finds or proves goes to the score."""
    game = part.game
    model, constant = core.model(game)
    goal = target(game, score.value) + game.constant
    outcome = mip.run(replace(model, cutoff=goal - constant), clock, limit_s=limit_s)
    if outcome.x is not None:
        chosen = np.flatnonzero(outcome.x[: game.m] > 0.5).astype(np.int32)
        names = np.concatenate([part.inside, part.names[chosen]]).astype(np.int32)
        score.offer(names, value_of(game, chosen))
    goal = target(game, score.value)
    if outcome.finished or outcome.infeasible:
        score.raise_bound(score.value if game.whole else rounded(game, goal))
    else:
        bound = outcome.bound + constant - game.constant
        bound -= 1e-6 * max(1.0, abs(bound))
        score.raise_bound(min(rounded(game, min(bound, goal)), score.value))
