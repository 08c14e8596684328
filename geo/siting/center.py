"""Least worst cost: the smallest radius within which p sites reach everyone.

The answer is one of the costs (Minieka 1970), so it is searched for among them: swap search
for the cover game finds covers, the LP relaxation and then HiGHS prove that smaller radii
are too small (Daskin 2000; Elloumi, Labbé & Pochet 2004).
"""

from dataclasses import dataclass

import numpy as np

from geo.errors import Stopped
from geo.layers import Clock
from geo.siting import sets
from geo.siting.chance import source
from geo.siting.costs import Floats, Ints, Rows
from geo.siting.field import transposed
from geo.siting.seek import seek


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
        self.random = source(rng)
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

    def try_cover(self, at: int) -> bool:
        """Look for p sites within a radius by search; take them when found."""
        rows = self.left(at)
        if np.any(np.diff(rows.start) == 0) or self.p == 0:
            return False
        by_start, by_point, _ = transposed(rows.start, rows.site, rows.cost, self.m)
        chosen = self._start()
        steps, size, left = 4000, 50, 1
        while steps > 0 and left > 0 and not self.clock.over():
            left = seek(rows.start, rows.site, by_start, by_point, chosen, size, self.random)
            steps -= size
            self.clock.tell("covers", 0, 1)
        return left == 0 and self.take(chosen)

    def _start(self) -> Ints:
        """The best plan so far, filled up or begun with random sites."""
        some = self.best.chosen[: self.p]
        rest = np.setdiff1d(np.arange(self.m, dtype=np.int32), some)
        more = self.rng.permutation(rest)[: self.p - len(some)]
        return np.concatenate([some, more]).astype(np.int32)

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
            if self.try_cover(middle):
                high = self.top()
            else:
                low = middle + 1

    def prove(self) -> None:
        """Exclude radii below the best: those that the relaxation excludes, then the hard ones."""
        low, high = self.bottom(), self.top()
        while low < high and not self.clock.over():
            middle = (low + high) // 2
            if sets.least(self.left(middle), self.m, self.clock) > self.p:
                low = self.exclude(middle)
            else:
                high = middle
        while self.bottom() < self.top() and not self.impossible and not self.clock.over():
            self.close_in()

    def close_in(self) -> None:
        """Ask for certain whether radii can do, from the best one downwards."""
        low, high, ahead = self.bottom(), self.top(), 1
        while low < high and not self.impossible and not self.clock.over():
            middle = max(low, high - ahead) if high == self.top() else (low + high) // 2
            rows = self.left(middle)
            cover = sets.fewest(rows, self.m, self.clock, self.random, most=self.p)
            if cover.chosen is not None and len(cover.chosen) <= self.p:
                self.take(cover.chosen)
                high, ahead = self.top(), ahead * 2
            elif cover.bound > self.p:
                low = self.exclude(middle)
            else:
                high = middle  # undecided: what lies below may still be excluded

    def exclude(self, rung: int) -> int:
        """Note that a radius is too small; give the next."""
        self.impossible = rung + 1 == len(self.ladder)
        self.best.bound = np.inf if self.impossible else float(self.ladder[rung + 1])
        return rung + 1


def least_costs(rows: Rows, chosen: Ints) -> Floats:
    """Cost of every point to the cheapest of some sites; inf where it has none."""
    n = len(rows.start) - 1
    owner = np.repeat(np.arange(n), np.diff(rows.start))
    opened = np.isin(rows.site, chosen)
    least = np.full(n, np.inf)
    np.minimum.at(least, owner[opened], rows.cost[opened])
    return least
