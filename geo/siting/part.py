"""What fixing leaves of a game, and the bound that fixes it."""

from dataclasses import dataclass

import numpy as np

from geo.layers import Clock
from geo.siting import dual
from geo.siting.costs import Ints
from geo.siting.dual import Prices
from geo.siting.field import FREE, OPEN, Field, kept
from geo.siting.room import ENDLESS, Room
from geo.siting.score import Score, rounded, target


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
