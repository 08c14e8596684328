"""Heuristic search: many starts, grown and annealed, on as many cores as there are."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import numpy as np

from geo.errors import Stopped
from geo.grouping import board as boards
from geo.grouping import grow, trees
from geo.grouping.board import Field
from geo.grouping.moves import EPS, anneal
from geo.grouping.problem import Ints, Problem
from geo.layers import Clock

ROUNDS = 8
"""Times that all starts are made while no plan keeps every rule, unless units are so many or so
few (the exact model finds their plans) that once is enough."""
MANY, FEW = 2_000, 40
NEAR = 2e-4
"""Mean loads that may be out of bounds, a group, while many groups are still warm."""

__all__ = ["Clock", "Found", "polish", "search", "side_by_side"]


@dataclass(slots=True)
class Found:
    """The best plan so far, others that were good, and the best bound shown."""

    labels: Ints
    broken: float = np.inf
    value: float = np.inf
    pool: list[tuple[float, float, Ints]] = field(default_factory=list)
    low: float = -np.inf

    def shown(self, bound: float) -> float:
        """Note a true bound, so that it is not lost when the work is stopped; give the best one."""
        self.low = max(self.low, bound)
        return self.low

    def offer(self, labels: Ints, broken: float, value: float) -> bool:
        """Take a plan into the pool; say whether it is the best."""
        self.pool.append((broken, value, labels.copy()))
        if (broken, value) < (self.broken, self.value):
            self.labels, self.broken, self.value = labels.copy(), broken, value
            return True
        return False


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

    def start(turn: int, own: np.random.Generator) -> Found:
        inner = Found(np.zeros(n, dtype=np.int32))
        if turn > 0 and (clock.left() <= 0 or clock.seconds() > until_s):
            return inner
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


def side_by_side(
    start: Callable[[int, np.random.Generator], Found],
    rngs: list[np.random.Generator],
    clock: Clock,
    step: str,
) -> list[Future[Found]]:
    """Make the starts side by side; who wants to stop gets what they have by then.

    What comes out, and its order, does not depend on the number of cores, unless time is up.
    """
    work: list[Future[Found]] = []
    with ThreadPoolExecutor(max(1, min(len(rngs), os.cpu_count() or 1))) as pool:
        try:
            work += [pool.submit(start, turn, rng) for turn, rng in enumerate(rngs)]
            while left := wait(work, timeout=0.2).not_done:
                clock.tell(step, len(work) - len(left), len(work))
        except (KeyboardInterrupt, Stopped):
            clock.stop()
    return work


def _from(settled: Ints, seed: Ints) -> Ints:
    """Let every group grow from a unit that is settled in it, where there is one."""
    begun = seed.copy()
    group, first = np.unique(settled, return_index=True)
    for g, unit in zip(group, first, strict=True):
        if g >= 0 and settled[seed[g]] != g:
            begun[g] = unit
    return begun


def _heats(board: Field, value: float, heat: float) -> tuple[float, float]:
    """Give the first and the last temperature: shares of a unit's cost, or of a border's length."""
    if board.alpha > 0:
        unit = max(value, 1e-9) / len(board.weight)
        return 3 * heat * unit, 0.01 * heat * unit
    unit = max(float(board.length.mean()) if len(board.length) else 0.0, 1e-9)
    return max(10 * heat, 0.5) * unit, 0.25 * unit


def polish(  # noqa: PLR0917
    board: Field,
    found: Found,
    labels: Ints,
    rng: np.random.Generator,
    tries: int,
    clock: Clock,
    heat: float,
) -> None:
    """Anneal one start in slices, so that the time limit and the listener are heard.

    Where time will not do for all slices it cools faster: what is cut off warm is no plan.
    """
    plan = boards.state(board, labels, int(rng.integers(2**62)))
    best, record = labels.copy(), np.array([np.inf, np.inf])
    n = len(board.weight)
    value = float(board.alpha * plan.value[0] + board.beta * plan.value[1])
    hot, cold = _heats(board, value, heat)
    price = value / len(board.lower)
    slices = max(8, tries // 400_000)
    ratio = (cold / hot) ** (1 / slices)
    stride = 1 if n <= 5000 else n
    turn, pace = 0, 1
    while turn < slices:
        begun = clock.seconds()
        price = anneal(
            board, plan, best, record, price, tries // slices,
            hot * ratio**turn, hot * ratio ** (turn + pace), stride,
            NEAR * len(board.lower) if stride > 1 and 2 * turn < slices else EPS,
        )  # fmt: skip
        turn += pace
        if (left := clock.left()) <= (0.0 if record[0] == 0 or n > 5000 else -1.0):
            break
        needed = (slices - turn) * (clock.seconds() - begun)
        pace = min(max(1, int(np.ceil(needed / max(left, 1e-3)))), max(slices - turn, 1))
    for turn in range(10 if n > 5000 else 1):  # out of time, but not without a plan
        if record[0] == 0 and (turn or n <= 5000):
            break
        warm = cold if record[0] == 0 else max(cold, hot / 20)
        anneal(
            board, plan, best, record, price * 3**turn, 20 * n, warm, cold * 0.1, stride, EPS
        )  # fmt: skip
    found.offer(best, float(record[0]), float(record[1]))
