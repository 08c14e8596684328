"""Least worst cost: the smallest radius within which p sites reach everyone.

The answer is one of the costs (Minieka 1970), so it is searched for among them: swap search
for the cover game finds covers, the LP relaxation and then HiGHS prove that smaller radii
are too small (Daskin 2000; Elloumi, Labbé & Pochet 2004).
"""

from dataclasses import dataclass

import numpy as np

from geo.errors import Stopped
from geo.layers import Clock
from geo.siting import sets, swap
from geo.siting.costs import Floats, Ints, Rows
from geo.siting.field import Field, transposed
from geo.siting.play import Score, Searcher


@dataclass(slots=True)
class Radius:
    """The best plan so far, its radius, and the least radius that is not yet excluded."""

    chosen: Ints
    value: float
    bound: float


def within(rows: Rows, radius: float) -> Rows:
    """Pairs that cost no more than `radius`."""
    kept = rows.cost <= radius
    counts = np.concatenate([[0], np.cumsum(kept)])[rows.start]
    return Rows(counts.astype(np.int64), rows.site[kept], rows.cost[kept])


def cover_game(rows: Rows, m: int, p: int) -> Field:
    """The game of leaving as few points as possible unreached."""
    n = len(rows.start) - 1
    cost = np.zeros(len(rows.site))
    return Field(
        rows.start, rows.site, cost, np.ones(n), *transposed(rows.start, rows.site, cost, m),
        p, 0.0, True, n + 1.0,
    )  # fmt: skip


class Radii:
    """A search among radii.

    Parameters
    ----------
    rows : Rows
        Pairs of the m sites that may be opened.
    near : (n,) float
        What the fixed sites cost each point; inf where they do not serve it.
    """

    def __init__(  # noqa: PLR0917
        self, rows: Rows, near: Floats, m: int, p: int, rng: np.random.Generator, clock: Clock
    ) -> None:
        self.rows, self.near, self.m, self.p, self.rng, self.clock = rows, near, m, p, rng, clock
        self.ladder = np.unique(np.concatenate([rows.cost, near[np.isfinite(near)]]))
        self.best = Radius(np.zeros(0, dtype=np.int32), np.inf, 0.0)
        self.last: Ints | None = None
        self.impossible = False

    def run(self) -> None:
        """Find and prove the least radius, as far as time allows."""
        self.take(np.zeros(0, dtype=np.int32))
        self._floor()
        if self.impossible:
            return
        try:
            self.descend()
            self.prove()
        except (KeyboardInterrupt, Stopped):
            self.clock.stop()

    def _floor(self) -> None:
        """No radius is less than the cheapest cost of any point."""
        first = np.full(len(self.near), np.inf)
        served = np.diff(self.rows.start) > 0
        first[served] = self.rows.cost[self.rows.start[:-1][served]]
        if self.p == 0:
            first = self.near
        least = float(np.minimum(first, self.near).max())
        self.impossible = bool(np.isinf(least))
        self.best.bound = 0.0 if self.impossible else least

    def left(self, at: int) -> Rows:
        """Pairs within a radius, of points that no fixed site reaches within it."""
        radius = float(self.ladder[at])
        rows = within(self.rows, radius)
        far = self.near > radius
        size = np.diff(rows.start)
        kept = np.repeat(far, size)
        start = np.concatenate([[0], np.cumsum(size[far])]).astype(np.int64)
        return Rows(start, rows.site[kept], rows.cost[kept])

    def try_cover(self, at: int, rounds: int) -> bool:
        """Look for p sites within a radius by swap search; take them when found."""
        rows = self.left(at)
        if np.any(np.diff(rows.start) == 0) or self.p == 0:
            return False
        game = cover_game(rows, self.m, self.p)
        score = Score(np.zeros(0, dtype=np.int32))
        hunt = Searcher(game, score, self.rng, self.clock)
        start = self.last
        if start is None or len(start) != self.p:
            start = swap.greedy(game, np.zeros(0, dtype=np.int32), 0.0, hunt.random)
        hunt.start(start)
        while score.value > 0 and rounds > 0 and not self.clock.over():
            hunt.rounds(10)
            rounds -= 10
        self.last = score.chosen
        return score.value == 0 and self.take(score.chosen)

    def take(self, chosen: Ints) -> bool:
        """Keep a plan if it is the best."""
        value = float(np.minimum(least_costs(self.rows, chosen), self.near).max())
        if value < self.best.value:
            self.best.chosen, self.best.value = chosen.astype(np.int32), value
        return True

    def top(self) -> int:
        """Rung of the best plan; above the ladder while there is none."""
        return int(np.searchsorted(self.ladder, self.best.value))

    def bottom(self) -> int:
        """Least rung that is not excluded."""
        return int(np.searchsorted(self.ladder, self.best.bound))

    def descend(self) -> None:
        """Bisect by swap search alone."""
        low, high = self.bottom(), self.top()
        while low < high and not self.clock.over():
            middle = (low + high) // 2
            if self.try_cover(middle, 20):
                high = self.top()
            else:
                low = middle + 1

    def prove(self) -> None:
        """Exclude radii below the best until none is left."""
        low, high = self.bottom(), self.top()
        ahead = 1
        while low < high and not self.clock.over():
            middle = max(low, high - ahead) if high == self.top() else (low + high) // 2
            cover = sets.fewest(self.left(middle), self.m, self.clock, most=self.p)
            if cover.chosen is not None and len(cover.chosen) <= self.p:
                self.take(cover.chosen)
                high, ahead = self.top(), ahead * 2
            elif cover.bound > self.p:
                low = middle + 1
                self.impossible = low == len(self.ladder)
                self.best.bound = np.inf if self.impossible else float(self.ladder[low])
            else:
                high = middle  # undecided: what lies below may still be excluded


def least_costs(rows: Rows, chosen: Ints) -> Floats:
    """Cost of every point to the cheapest of some sites; inf where it has none."""
    n = len(rows.start) - 1
    owner = np.repeat(np.arange(n), np.diff(rows.start))
    opened = np.isin(rows.site, chosen)
    least = np.full(n, np.inf)
    np.minimum.at(least, owner[opened], rows.cost[opened])
    return least
