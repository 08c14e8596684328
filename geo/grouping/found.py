"""What a search has found so far, and how it anneals: in slices, side by side, heard at any time."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

import numpy as np

from geo.errors import Stopped
from geo.grouping import board as boards
from geo.grouping.board import Field
from geo.grouping.moves import EPS, anneal
from geo.grouping.problem import Ints
from geo.layers import Clock

NEAR = 2e-4
"""Mean loads that may be out of bounds, a group, while many groups are still warm."""


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
    heat: float | tuple[float, float],
    price: float | None = None,
) -> None:
    """Anneal one start in slices, so that the time limit and the listener are heard.

    Where time will not do for all slices it cools faster: what is cut off warm is no plan.

    Parameters
    ----------
    heat : float or (hot, cold)
        How warm, see `_heats`, or the first and the last temperature themselves.
    price : float, optional
        What breaking rules by one mean load costs at first.
    """
    plan = boards.state(board, labels, int(rng.integers(2**62)))
    best, record = labels.copy(), np.array([np.inf, np.inf])
    n = len(board.weight)
    value = float(board.alpha * plan.value[0] + board.beta * plan.value[1])
    hot, cold = heat if isinstance(heat, tuple) else _heats(board, value, heat)
    price = value / len(board.lower) if price is None else price
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
