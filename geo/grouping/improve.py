"""Better plans in what time is left: a few neighbouring groups are heated anew, or divided exactly.

As in ReCom (DeFord, Duchin & Solomon 2021) some groups that touch are taken together and parted
again, here by annealing inside them alone while the others stand still.
"""

import numpy as np

from geo.errors import Stopped
from geo.grouping import board as boards
from geo.grouping import trees
from geo.grouping.board import Field
from geo.grouping.problem import Bools, Problem
from geo.grouping.refit import PAIRS, around, refit
from geo.grouping.search import Found, polish, side_by_side
from geo.layers import Clock

UNITS = 5_000
"""More units than this are left as the search gave them."""
AT_ONCE = 4
PATIENCE, LEAST_S = 2.0, 10.0
"""It ends when as long again as the last gain took, and 10 s at least, have brought nothing."""


def improve(
    problem: Problem, found: Found, rng: np.random.Generator, clock: Clock, low: float | None
) -> None:
    """Use the time that is left, while it brings something and the bound `low` is not met."""
    if problem.n > UNITS or problem.k < 2:
        return
    goal = -np.inf if low is None else low
    board, size = boards.field(problem), PAIRS
    known, gained = (found.broken, found.value), clock.seconds()
    try:
        while clock.left() > 0 and (found.broken > 0 or found.value > goal + 1e-9 * abs(goal)):
            if (found.broken, found.value) < known:
                known, gained = (found.broken, found.value), clock.seconds()
            if found.broken == 0 and clock.seconds() > max(PATIENCE * gained, gained + LEAST_S):
                break
            if problem.centres is not None and found.broken == 0:
                size *= 2
                refit(problem, found, rng, clock, pairs=size)
            _heat(problem, board, found, rng, clock)
    except (KeyboardInterrupt, Stopped):
        clock.stop()


def _heat(
    problem: Problem, board: Field, found: Found, rng: np.random.Generator, clock: Clock
) -> None:
    """Heat some places of the best plan, side by side, and keep what is better."""
    labels = found.labels.copy()

    woody = trees.usable(board)

    def again(turn: int, own: np.random.Generator) -> Found:
        inner = Found(labels)
        split = woody and turn % 2
        some = around(problem, labels, int(own.integers(problem.k)), own, most=2 if split else 3)
        inside = np.isin(labels, some)
        begin = labels.copy()
        if split and len(some) == 2:
            trees.parted(board, begin, (int(some[0]), int(some[1])), own)
        part = _only(board, inside)
        tries = 4000 * int(inside.sum())
        polish(part, inner, begin, own, tries, clock, heat=float(10 ** own.uniform(-1.7, -0.3)))
        return inner

    for done in side_by_side(again, rng.spawn(AT_ONCE), clock, "improve"):
        inner = done.result()
        if (inner.broken, inner.value) < (found.broken, found.value):
            found.offer(inner.labels, inner.broken, inner.value)


def _only(board: Field, inside: Bools) -> Field:
    """Let nothing move but the units inside."""
    ends = board.ends[inside[board.ends].all(axis=1)]
    return board._replace(ends=np.ascontiguousarray(ends), frozen=board.frozen | ~inside)
