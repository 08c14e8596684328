"""The best plan of a game and what is proven about it, and when the two have met."""

from dataclasses import dataclass

import numpy as np

from geo.siting.costs import Ints
from geo.siting.field import Field


@dataclass(slots=True)
class Score:
    """The best plan of a game so far, in its sites, and what is proven about it."""

    chosen: Ints
    value: float = np.inf
    bound: float = -np.inf

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


def value_of(game: Field, chosen: Ints) -> float:
    """What a set of sites costs in a game."""
    least = game.base.copy()
    for j in chosen:
        at = slice(int(game.by_start[j]), int(game.by_start[j + 1]))
        points = game.by_point[at]
        least[points] = np.minimum(least[points], game.by_cost[at])
    return float(least.sum()) + game.constant
