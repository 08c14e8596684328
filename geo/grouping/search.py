"""Heuristic search: many starts, grown and annealed, on as many cores as there are."""

import numpy as np

from geo.errors import Stopped
from geo.grouping import board as boards
from geo.grouping import grow, levels, trees
from geo.grouping.found import Found, polish, side_by_side
from geo.grouping.problem import Ints, Problem
from geo.layers import Clock

ROUNDS = 8
"""Times that all starts are made while no plan keeps every rule, unless units are so many or so
few (the exact model finds their plans) that once is enough."""
MANY, FEW = 2_000, 40
TALL, TALL_STARTS = 150, 12
"""More units than this are annealed from coarse to fine, where borders alone count, so often."""


def search(
    problem: Problem,
    rng: np.random.Generator,
    clock: Clock,
    *,
    warm: Ints | None = None,
    effort: float = 1.0,
    until_s: float = np.inf,
) -> Found:
    """Look for a good plan.

    Parameters
    ----------
    warm : (n,) int, optional
        A plan to begin with; it is never lost, and repaired where it breaks rules.
    effort : float
        1 is the usual number of tries; time only cuts it short.
    until_s : float
        No new start after so many seconds, so that time is left for a proof.
    """
    board = boards.field(problem)
    piece = grow.components(problem)
    share = grow.shares(problem, piece)
    found = Found(np.zeros(problem.n, dtype=np.int32))
    n = problem.n
    settled = grow.joined(problem, board)
    starts = max(2, int(effort * min(24, 20_000 // n + 2)))
    if board.mode == boards.FIXED:
        starts = min(starts, 3)  # the linear program rounds to better starts
    tries = min(max(20_000, 3000 * n), max(30_000_000, 600 * n))
    woody = trees.usable(board) and int(piece.max()) == 0
    tall = woody and n > TALL and levels.usable(board)
    starts = min(starts, TALL_STARTS) if tall else starts

    def start(turn: int, own: np.random.Generator) -> Found:
        inner = Found(np.zeros(n, dtype=np.int32))
        if turn > 0 and (clock.left() <= 0 or clock.seconds() > until_s):
            return inner
        if tall and (done := levels.begun(board, own, clock)) is not None:
            return done
        if woody and turn % 2 and (split := trees.planted(board, own)) is not None:
            polish(board, inner, split, own, tries, clock, heat=0.1)
            return inner
        seed = grow.seeds(problem, board, own, piece, share)
        labels = grow.grown(board, _from(settled, seed), groups=settled)
        if np.all(labels >= 0):
            polish(board, inner, labels, own, tries, clock, heat=0.3)
        return inner

    try:
        if warm is not None:
            polish(board, found, warm, rng, tries // 2, clock, heat=0.02)
        for _ in range(ROUNDS if FEW < n <= MANY else 1):
            for done in side_by_side(start, rng.spawn(starts), clock, "search"):
                for broken, value, labels in done.result().pool:
                    found.offer(labels, broken, value)
            if found.broken == 0 or clock.left() <= 0 or clock.seconds() > until_s:
                break
    except (KeyboardInterrupt, Stopped):
        clock.stop()
    return found


def _from(settled: Ints, seed: Ints) -> Ints:
    """Let every group grow from a unit that is settled in it, where there is one."""
    begun = seed.copy()
    group, first = np.unique(settled, return_index=True)
    for g, unit in zip(group, first, strict=True):
        if g >= 0 and settled[seed[g]] != g:
            begun[g] = unit
    return begun
