"""The door to problems with capacities: small ones are one program, large ones priced and searched.

Larger problems are played by `crowd`, and come back to the program with the pairs that a better
plan could use, as soon as these are few enough.
"""

from dataclasses import replace

import numpy as np

from geo.errors import BadInput, Stopped
from geo.layers import Clock
from geo.siting import assign, mip
from geo.siting.costs import Bools, Ints, Rows
from geo.siting.crowd import Seating, crowd
from geo.siting.field import PAIRS
from geo.siting.problem import Problem
from geo.siting.score import rounded, target

ALONE, CORE, MONEY = 5_000, 120_000, 400_000
"""Pairs up to which the program does all, is tried on what is left, and minds a budget."""
TURNS, ROUNDS = 40, 50

Found = tuple[Ints | None, Ints | None, float | None]
"""Open sites (None: proven that there are none), who serves whom, and a true bound."""


def solve(problem: Problem, rng: np.random.Generator, clock: Clock, warm: Ints | None) -> Found:
    """Solve a problem with capacities."""
    sites = np.flatnonzero(problem.fixed >= 0).astype(np.int32)
    rows, _ = problem.costs.nearest(sites, np.full(problem.n, np.inf), problem.m)
    _bearable(len(rows.site), PAIRS if problem.budget is None else MONEY)
    if hopeless(problem, sites, rows):
        return None, None, None
    if problem.budget is not None or len(rows.site) <= ALONE:
        return assign.solve(problem, sites, rows, clock)
    return played(problem, sites, rows, rng, clock, warm)


def played(  # noqa: PLR0917
    problem: Problem, sites: Ints, rows: Rows, rng: np.random.Generator, clock: Clock,
    warm: Ints | None = None,
) -> Found:  # fmt: skip
    """Solve a problem by prices and search."""
    if problem.objective == "center":
        return _Radii(problem, sites, rows, rng, clock).solve()
    hunt = Seating(crowd(problem, sites, rows, problem.objective), rng, clock)
    try:
        _hunt(problem, hunt, warm)
    except (KeyboardInterrupt, Stopped):
        clock.stop()
    return _told(problem, hunt)


def _bearable(pairs: int, most: int) -> None:
    if pairs > most:
        raise BadInput(
            f"{pairs:,} pairs are too many for a problem with capacities (at most {most:,})",
            zh=f"带容量的问题最多 {most:,} 对，现有 {pairs:,} 对",
            hint="give a shorter reach, fewer sites, or blocks instead of buildings",
            hint_zh="请缩小服务半径、减少候选点，或用片区代替楼栋",
        )


def hopeless(problem: Problem, sites: Ints, rows: Rows) -> bool:
    """Whether too many sites must open, somebody is out of reach, or there is too little room."""
    assert problem.capacity is not None
    p = len(sites) if problem.p is None else problem.p
    if int((problem.fixed == 1).sum()) > p:
        return True
    if problem.objective == "cover":
        return False
    most = np.sort(problem.capacity[sites])[::-1][:p].sum()
    short = float(problem.weight.sum()) > most * (1 + 1e-9)
    return short or bool(np.any(np.diff(rows.start) == 0))


def _hunt(problem: Problem, hunt: Seating, warm: Ints | None) -> None:
    """Turn about: bounds and plans by search, then the program on what is left."""
    if warm is not None:
        hunt.plan(
            hunt.with_must(np.flatnonzero(np.isin(hunt.asked.sites, warm)).astype(np.int32)), 0
        )
    if problem.objective != "all":
        hunt.plan(hunt.first(hunt.asked.game.p), 0)
    stale = 0
    for turn in range(TURNS):
        if hunt.clock.over() or hunt.proven() or stale > 3:
            return
        before = hunt.score.value, hunt.score.bound
        turned = hunt.fewest if problem.objective == "all" else hunt.search
        turned(ROUNDS * 2 ** min(turn, 6))
        use = hunt.doubtful(target(hunt.asked.game, hunt.score.value))
        if not hunt.proven() and use.sum() <= CORE:
            _settle(problem, hunt, use, 5.0 * 2 ** min(turn, 6))
        stale = stale + 1 if before == (hunt.score.value, hunt.score.bound) else 0


def _settle(problem: Problem, hunt: Seating, use: Bools, limit_s: float) -> None:
    """Hand the pairs in doubt to HiGHS; whatever it finds or proves goes to the score."""
    asked, score = hunt.asked, hunt.score
    game = asked.game
    goal = target(game, score.value)
    owner = np.repeat(np.arange(game.n), np.diff(game.start))[use]
    start = np.searchsorted(owner, np.arange(game.n + 1)).astype(np.int64)
    left = Rows(start, game.site[use], game.cost[use])
    model = assign.model(problem, asked.sites, left)
    rest = 0.0 if problem.objective != "cover" else float(game.base.sum())
    outcome = mip.run(replace(model, cutoff=goal - rest), hunt.clock, limit_s=limit_s)
    if outcome.x is not None:
        chosen, serves = assign.read(outcome.x, game.m, left)
        paid = game.base.copy()
        at = np.flatnonzero(serves[owner] == left.site)
        paid[owner[at]] = left.cost[at]
        hunt.offer(chosen, serves, float(paid.sum()))
    goal = target(game, score.value)
    if outcome.finished or outcome.infeasible:
        score.raise_bound(score.value if game.whole else rounded(game, goal))
    elif np.isfinite(outcome.bound):
        bound = outcome.bound + rest
        bound -= 1e-6 * max(1.0, abs(bound))
        score.raise_bound(min(rounded(game, min(bound, goal)), score.value))


def _told(problem: Problem, hunt: Seating) -> Found:
    """The answer in the problem's own words."""
    asked, score = hunt.asked, hunt.score
    bound = score.bound if np.isfinite(score.bound) else None
    if problem.objective != "cover" and score.bound >= 0.75 * asked.game.lone:
        return None, None, None
    serves = assign.named(asked.sites, hunt.serves)
    if problem.objective == "cover" and bound is not None:
        bound = float(problem.weight.sum()) - bound
    return np.sort(asked.sites[score.chosen]).astype(np.int32), serves, bound


class _Radii:
    """The least radius within which everybody has a seat, by halving."""

    def __init__(
        self, problem: Problem, sites: Ints, rows: Rows, rng: np.random.Generator, clock: Clock
    ) -> None:
        self.problem, self.sites, self.rows = problem, sites, rows
        self.rng, self.clock = rng, clock
        self.ladder = np.unique(rows.cost)
        self.best: tuple[Ints, Ints] | None = None
        self.low, self.top = 0, len(self.ladder)

    def solve(self) -> Found:
        """Halve by search, then by proof."""
        try:
            low = self._least()
            self.low = low
            while low < self.top and not self.clock.over():
                middle = (low + self.top) // 2
                if not self._seated(middle):
                    low = middle + 1
            high = self.top
            while self.low < high and not self.clock.over():
                middle = (self.low + high) // 2
                if self._excluded(middle):
                    self.low = middle + 1
                else:
                    high = middle
        except (KeyboardInterrupt, Stopped):
            self.clock.stop()
        if self.low == len(self.ladder):
            return None, None, None
        bound = float(self.ladder[self.low])
        if self.best is None:
            nobody = np.full(self.problem.n, -1, dtype=np.int32)
            return np.zeros(0, dtype=np.int32), nobody, bound
        return *self.best, bound

    def _least(self) -> int:
        """No radius is less than the cheapest cost of any point."""
        first = self.rows.cost[self.rows.start[:-1]]
        return int(np.searchsorted(self.ladder, first.max()))

    def _within(self, rung: int) -> Rows:
        kept = self.rows.cost <= self.ladder[rung]
        counts = np.concatenate([[0], np.cumsum(kept)])[self.rows.start]
        return Rows(counts.astype(np.int64), self.rows.site[kept], self.rows.cost[kept])

    def _seated(self, rung: int) -> bool:
        """Search for seats within a radius; take them when found."""
        asked = crowd(self.problem, self.sites, self._within(rung), "center")
        hunt = Seating(asked, self.rng, self.clock)
        p = asked.game.p
        if not hunt.plan(hunt.first(p), 20):
            hunt.ascend(100)
            if not hunt.plan(hunt.likely(p), 200):
                return False
        serves = self.sites[hunt.serves]
        self.best = np.sort(self.sites[hunt.score.chosen]).astype(np.int32), serves
        self.top = rung
        return True

    def _excluded(self, rung: int) -> bool:
        """Whether the prices prove a radius too small."""
        asked = crowd(self.problem, self.sites, self._within(rung), "all")
        hunt = Seating(asked, self.rng, self.clock)
        p = len(self.sites) if self.problem.p is None else self.problem.p
        hunt.score.value = p + 1.0
        hunt.ascend(300)
        return hunt.score.bound > p
