"""Better plans in what time is left: bred from good ones, or a few neighbouring groups anew.

As in ReCom (DeFord, Duchin & Solomon 2021) some groups that touch are taken together and parted
again, here by annealing inside them alone while the others stand still, or exactly. Where
borders alone count, plans have children instead (`herd`).
"""

import numpy as np

from geo.errors import Stopped
from geo.grouping import board as boards
from geo.grouping import levels, trees
from geo.grouping.board import Field
from geo.grouping.found import Found, polish, side_by_side
from geo.grouping.grow import components
from geo.grouping.herd import herd
from geo.grouping.problem import Bools, Problem
from geo.grouping.refit import PAIRS, around, refit
from geo.grouping.search import TALL
from geo.layers import Clock

UNITS = 5_000
"""More units than this are left as the search gave them."""
AT_ONCE = 4
PATIENCE, LEAST = 2.0, 20_000_000
"""It ends when as many moves again as the last gain took, and so many at least, have brought nothing."""


def improve(
    problem: Problem,
    found: Found,
    rng: np.random.Generator,
    clock: Clock,
    low: float | None,
) -> None:
    """Use the time that is left, while it brings something and the bound `low` is not met."""
    if problem.n > UNITS or problem.k < 2:
        return
    goal = -np.inf if low is None else low
    board, size = boards.field(problem), PAIRS
    whole = int(components(problem).max()) == 0
    tall = problem.n > TALL and levels.usable(board)
    bred = herd(board, found, whole=whole) if tall else None
    known, gained, tried = (found.broken, found.value), 0, 0
    try:
        while clock.left() > 0 and (found.broken > 0 or found.value > goal + 1e-9 * abs(goal)):
            if (found.broken, found.value) < known:
                known, gained = (found.broken, found.value), tried
            if found.broken == 0 and tried > max(PATIENCE * gained, gained + LEAST):
                break
            if problem.centres is not None and found.broken == 0:
                size *= 2
                refit(problem, found, rng, clock, pairs=size)
            if bred is not None and bred.plans:
                tried += bred.grow(found, rng, clock)
            else:
                tried += _heat(problem, board, found, rng, clock)
    except (KeyboardInterrupt, Stopped):
        clock.stop()


def _heat(
    problem: Problem, board: Field, found: Found, rng: np.random.Generator, clock: Clock
) -> int:
    """Heat some places of the best plan, side by side; give how many moves were tried."""
    labels = found.labels.copy()
    woody = trees.usable(board)
    work = np.zeros(AT_ONCE, dtype=np.int64)

    def again(turn: int, own: np.random.Generator) -> Found:
        inner = Found(labels)
        split = woody and turn % 2
        some = around(problem, labels, int(own.integers(problem.k)), own, most=2 if split else 3)
        inside = np.isin(labels, some)
        begin = labels.copy()
        if split and len(some) == 2:
            trees.parted(board, begin, (int(some[0]), int(some[1])), own)
        part = _only(board, inside)
        work[turn] = tries = 4000 * int(inside.sum())
        polish(
            part,
            inner,
            begin,
            own,
            tries,
            clock,
            heat=float(10 ** own.uniform(-1.7, -0.3)),
        )
        return inner

    for done in side_by_side(again, rng.spawn(AT_ONCE), clock, "improve"):
        inner = done.result()
        if (inner.broken, inner.value) < (found.broken, found.value):
            found.offer(inner.labels, inner.broken, inner.value)
    return int(work.sum())


def _only(board: Field, inside: Bools) -> Field:
    """Let nothing move but the units inside."""
    ends = board.ends[inside[board.ends].all(axis=1)]
    return board._replace(ends=np.ascontiguousarray(ends), frozen=board.frozen | ~inside)
