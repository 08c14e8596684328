"""From a good plan to a proof: bound, fix, then the exact model, as far as time and size allow."""

from dataclasses import dataclass

import numpy as np

from geo.grouping import board as boards
from geo.grouping import bound, grow, measure, model
from geo.grouping.borders import prove_borders
from geo.grouping.found import Found, polish
from geo.grouping.problem import Bools, Ints, Problem
from geo.grouping.refit import refit
from geo.grouping.separate import pieces
from geo.grouping.spread import spread
from geo.layers import Clock

WHOLE_PAIRS = 12_000
"""More free pairs than this after fixing are not solved to the end."""
SPREAD_UNITS = 3_000
"""More units than this are not bounded for the border objective."""
BORDER_UNITS = 200
"""More units than this are not proven for the border objective, only bounded."""
MODEL_UNITS = 40
"""Up to here the border objective is solved by the model of pairs, when groups alone fail."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A true bound on the objective (None: nothing shown), and whether a plan attains it."""

    bound: float | None
    closed: bool = False


def prove(problem: Problem, found: Found, rng: np.random.Generator, clock: Clock) -> Verdict:
    """Bound the objective, and improve `found` on the way; stop when the clock says so.

    `found.broken` > 0 means that no plan is known; then the model may find one, or show
    (``bound`` = inf) that there is none.
    """
    if not provable(problem) or clock.left() <= 0:
        return Verdict(None)
    if problem.compact or problem.centres is not None:
        return _around_centres(problem, found, rng, clock)
    priced = problem.lower[0] > 0 and problem.n <= BORDER_UNITS
    low = spread(problem, found, Clock((0.05 if priced else 0.3) * clock.left(), clock.progress))
    if priced:
        shown, closed = prove_borders(problem, found, rng, clock)
        if closed:
            return Verdict(shown, closed)
        low = found.shown(low if shown is None else max(low, shown))
    if problem.n <= MODEL_UNITS and clock.left() > 0:
        verdict = _around_centres(problem, found, rng, clock)
        if verdict.closed:
            return verdict
        low = max(low, -np.inf if verdict.bound is None else verdict.bound)
    return Verdict(low, closed=found.broken == 0 and low >= found.value)


def provable(problem: Problem) -> bool:
    """Whether there is a bound for this kind and size of problem."""
    if not problem.compact and problem.centres is None:
        return problem.n <= SPREAD_UNITS
    columns = problem.k if problem.centres is not None else len(problem.seats)
    return problem.n * columns <= boards.TABLE_CELLS


def _around_centres(
    problem: Problem, found: Found, rng: np.random.Generator, clock: Clock
) -> Verdict:
    best = found.value if found.broken == 0 else np.inf
    low, pairs = -np.inf, bound.within_reach(problem)
    if problem.centres is None and problem.compact:
        relaxed = bound.relaxed(problem, best, clock)
        low, pairs = relaxed.bound, relaxed.open
    if np.isfinite(best):
        low = found.shown(min(low, best))
    if int(pairs.sum()) > model.PAIRS or clock.left() <= 0:
        return _verdict(low, closed=False)
    if not _every_unit(problem, pairs):
        return Verdict(best, closed=True)
    made = model.model(problem, pairs)
    low = found.shown(max(low, model.linear(made, best, clock)))
    if low < best and (rounded := made.rounded()) is not None:
        _mend(problem, found, rounded, rng, clock)
        if found.broken == 0 and low < found.value:
            refit(problem, found, rng, clock)
        best = found.value if found.broken == 0 else np.inf
        low = found.shown(max(low, model.linear(made, best, clock)))
    if low >= best:
        return Verdict(best, closed=True)
    if made.free() > WHOLE_PAIRS or clock.left() <= 0:
        return _verdict(low, closed=False)
    proof = model.integer(
        made,
        found,
        low,
        clock,
        mend=lambda labels: _mend(problem, found, labels, rng, clock),
        gaps=(0.0,) if problem.centres is None else (2e-3, 5e-4, 0.0),
    )
    return _verdict(proof.bound, closed=proof.closed)


def _every_unit(problem: Problem, pairs: Bools) -> bool:
    """Whether every unit may still be somewhere, and enough seats may be chosen."""
    if not pairs.any(axis=1).all():
        return False
    if problem.centres is not None:
        return True
    return int(pairs[problem.seats, np.arange(len(problem.seats))].sum()) >= problem.k


def _verdict(low: float, *, closed: bool) -> Verdict:
    return Verdict(low if low > -np.inf else None, closed)


def _mend(
    problem: Problem, found: Found, labels: Ints, rng: np.random.Generator, clock: Clock
) -> None:
    """Make a plan of the model connected, and polish it: often the best plan there is."""
    board = boards.field(problem)
    if len(np.unique(labels)) < problem.k:
        return
    centres = measure.centres(problem, labels)[0]
    if np.any(centres < 0):
        return
    kept = np.full(problem.n, -1, dtype=np.int32)
    for g, centre in enumerate(centres):
        mine = labels == g
        piece = pieces(board.start, board.other, mine)
        kept[mine & (piece == piece[centre])] = g
    whole = grow.grown(board, centres, groups=kept, rounds=1, lloyd=False)
    if np.all(whole >= 0):
        polish(board, found, whole, rng, min(400_000, 2000 * problem.n), clock, heat=0.03)
