"""Good plans bred from good plans: what two of them agree on moves as one.

A child keeps together what both parents keep together: their agreement is a coarse board, on
which the better parent is annealed and brought down level by level (`levels`). It takes the
place of the plan most like it among those no better, so that the herd stays manifold (Sanders
& Schulz 2012, "Distributed evolutionary graph partitioning"). One of four is a stranger.
"""

from dataclasses import dataclass

import numpy as np

from geo.grouping import levels
from geo.grouping.board import Field
from geo.grouping.found import Found, side_by_side
from geo.grouping.problem import Ints
from geo.layers import Clock

SIZE, AT_ONCE = 12, 4
"""Plans in the herd; children made side by side."""
ALONE = 0.3
"""Share of children with one parent."""
WARMEST = (0.5, 2.4)
"""First temperatures are drawn between these, in mean lengths."""


@dataclass(slots=True)
class Herd:
    """Plans that are not alike, as (broken, value, labels)."""

    board: Field
    open: bool  # whether first plans along trees may join
    plans: list[tuple[float, float, Ints]]

    def grow(self, found: Found, rng: np.random.Generator, clock: Clock) -> int:
        """Make some children and offer them to `found` as well; give how many moves of units were tried."""
        parents = [self._parents(rng) for _ in range(AT_ONCE)]

        def child(turn: int, own: np.random.Generator) -> Found:
            if turn == 0 and self.open and (new := levels.begun(self.board, own, clock)):
                return new
            first, second = parents[turn]
            parts = first * len(self.board.lower) + second
            ladder = levels.ladder(self.board, parts.astype(np.int32), own)
            hot = float(np.exp(own.uniform(*np.log(WARMEST))))
            return levels.descended(self.board, ladder, first, own, clock, levels.NEXT, hot)

        for done in side_by_side(child, rng.spawn(AT_ONCE), clock, "improve"):
            new = done.result()
            found.offer(new.labels, new.broken, new.value)
            self.offer(new.broken, new.value, new.labels)
        return AT_ONCE * levels.NEXT * len(self.board.weight)

    def offer(self, broken: float, value: float, labels: Ints) -> None:
        """Take a plan in, where it is new and some plan is no better."""
        apart = [self._apart(labels, plan[2]) for plan in self.plans]
        if 0 in apart or not np.isfinite(broken):
            return
        if len(self.plans) < SIZE:
            self.plans.append((broken, value, labels))
            return
        worse = [a for a, plan in enumerate(self.plans) if plan[:2] >= (broken, value)]
        if worse:
            self.plans[min(worse, key=lambda a: apart[a])] = (broken, value, labels)

    def _parents(self, rng: np.random.Generator) -> tuple[Ints, Ints]:
        """Draw two plans, the better one first, or one twice."""
        some = rng.choice(len(self.plans), 2, replace=len(self.plans) < 2)
        first, second = sorted((self.plans[a] for a in some), key=lambda plan: plan[:2])
        return first[2], first[2] if rng.random() < ALONE else second[2]

    def _apart(self, one: Ints, other: Ints) -> int:
        """How many neighbours are parted by only one of two plans."""
        a, b = self.board.ends.T
        return int(np.sum((one[a] != one[b]) != (other[a] != other[b])))


def herd(board: Field, found: Found, *, whole: bool) -> Herd:
    """Gather the best plans of a search; `whole`: all units hang together."""
    made = Herd(board, whole, [])
    for broken, value, labels in sorted(found.pool, key=lambda plan: plan[:2]):
        if len(made.plans) == SIZE:
            break
        made.offer(broken, value, labels)
    return made
