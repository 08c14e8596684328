"""Swap search that hears the clock, and offers what it finds."""

import numpy as np

from geo.layers import Clock
from geo.siting import swap
from geo.siting.chance import source
from geo.siting.costs import Ints
from geo.siting.field import Field
from geo.siting.score import Score

LOOKS = 20_000_000
"""Pairs looked at between two glances at the clock."""


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
