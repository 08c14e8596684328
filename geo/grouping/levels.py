"""Plans from coarse to fine: units merge into clusters, which move as one.

Neighbours merge two by two, those first that share much border and are light, until few
clusters are left (Karypis & Kumar 1998, "A fast and high quality multilevel scheme"). The
coarse plan is annealed hot, each finer one takes it over and is annealed cooler (Walshaw 2004,
"Multilevel refinement for combinatorial optimisation problems"): a border that no single move
can bring to the other side of a town is there from the start. For the border objective.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.grouping import trees
from geo.grouping.board import Field, Words, chance, neighbours
from geo.grouping.found import Found, polish
from geo.grouping.problem import Floats, Ints
from geo.layers import Clock

SHARE = 6.0
"""No cluster weighs more than a mean load over this."""
FEW = 12
"""Clusters a group at the coarsest level."""
STUCK = 0.93
"""When more than this share of the clusters would be left, merging ends."""
LEAST = 20_000
"""Tries of a level, however few its clusters."""
HOT, COLD = 1.2, 0.25
"""The first and the last temperature, in mean lengths; a first plan begins twice as hot."""
FIRST, NEXT = 600, 300
"""Moves tried, a unit of each level, for a first plan and for one that stands already."""


class Level(NamedTuple):
    """A coarser board, and the cluster of each unit of the finer one."""

    board: Field
    cluster: Ints


def usable(board: Field) -> bool:
    """Whether clusters can stand for their units: borders alone count, and no unit is named."""
    named = len(board.tie_other) > 0 or bool(np.any(board.previous >= 0))
    return trees.usable(board) and not named and bool(board.length.any())


def ladder(board: Field, parts: Ints, rng: np.random.Generator) -> list[Level]:
    """Merge units level by level; those with different numbers in `parts` stay apart."""
    levels: list[Level] = []
    while len(board.weight) > FEW * len(board.lower):
        level = merged(board, parts, rng)
        if len(level.board.weight) > STUCK * len(board.weight):
            break
        board, parts = level.board, lifted(parts, level.cluster)
        levels.append(level)
    return levels


def merged(board: Field, parts: Ints, rng: np.random.Generator) -> Level:
    """Merge units two by two, in any order."""
    n = len(board.weight)
    cluster = np.full(n, -1, dtype=np.int32)
    order = rng.permutation(n).astype(np.int32)
    random = np.array([rng.integers(1, 2**63)], dtype=np.uint64)
    count = _mated(board, parts, board.mean / SHARE, order, cluster, random)
    return Level(_board(board, cluster, count), cluster)


def lifted(labels: Ints, cluster: Ints) -> Ints:
    """Give each cluster the label of its units."""
    above = np.zeros(int(cluster.max()) + 1, dtype=np.int32)
    above[cluster] = labels
    return above


def begun(board: Field, rng: np.random.Generator, clock: Clock) -> Found | None:
    """Part the coarsest level along random trees and bring it down; None when no tree parts it."""
    levels = ladder(board, np.zeros(len(board.weight), dtype=np.int32), rng)
    top = levels[-1].board if levels else board
    labels = trees.planted(top, rng, loose=1.0 / SHARE)
    if labels is None:
        return None
    for level in reversed(levels):
        labels = labels[level.cluster]
    return descended(board, levels, labels, rng, clock, FIRST, 2 * HOT)


def descended(  # noqa: PLR0917
    board: Field, levels: list[Level], labels: Ints, rng: np.random.Generator, clock: Clock,
    tries: int, hot: float,
) -> Found:  # fmt: skip
    """Anneal a plan from the coarsest level to the finest.

    Parameters
    ----------
    labels : (n,) int
        Labels of the units; all units of a cluster have the same.
    tries : int
        Moves tried, a unit of each level.
    hot : float
        First temperature, in mean lengths.
    """
    for level in levels:
        labels = lifted(labels, level.cluster)
    unit = float(board.length.mean())
    heats = unit * np.geomspace(hot, COLD, len(levels) + 2)
    price = 2.0 * unit * len(board.weight) / len(board.lower)
    found = Found(labels)
    for turn, level in enumerate([*reversed(levels), Level(board, np.arange(len(board.weight)))]):
        own = level.board
        loose = 0.5 * float(own.weight.max()) if turn < len(levels) else 0.0
        found = Found(labels)
        polish(
            own._replace(lower=own.lower - loose, upper=own.upper + loose), found, labels, rng,
            max(LEAST, tries * len(labels)), clock,
            heat=(float(heats[turn]), float(heats[turn + 1])), price=price,
        )  # fmt: skip
        labels = found.labels[level.cluster]
    return found


@njit(cache=True, nogil=True)
def _mated(  # noqa: PLR0917
    board: Field, parts: Ints, most: float, order: Ints, cluster: Ints, random: Words
) -> int:
    """Number the clusters of units and their mates; give how many there are."""
    small = 0.1 * board.weight.mean() + 1e-300
    count = 0
    for i in order:
        if cluster[i] >= 0:
            continue
        mate, best = -1, -1.0
        for e in range(board.start[i], board.start[i + 1]):
            j = board.other[e]
            both = board.weight[i] + board.weight[j]
            if cluster[j] >= 0 or parts[j] != parts[i] or both > most:
                continue
            worth = board.length[e] ** 2 * (0.3 + chance(random))
            worth /= (board.weight[i] + small) * (board.weight[j] + small)
            if worth > best:
                mate, best = j, worth
        cluster[i] = count
        if mate >= 0:
            cluster[mate] = count
        count += 1
    return count


def _board(board: Field, cluster: Ints, count: int) -> Field:
    """Lay out the clusters: what they weigh, hold, and share as borders."""
    low = np.repeat(cluster, np.diff(board.start)).astype(np.int64)
    high = cluster[board.other].astype(np.int64)
    once = low < high
    edge, at = np.unique(low[once] * count + high[once], return_inverse=True)
    shared = np.bincount(at, weights=board.length[once], minlength=len(edge)).astype(np.float64)
    pairs = np.column_stack([edge // count, edge % count]).astype(np.int32)
    start, other, length = neighbours(count, pairs, shared)
    return board._replace(
        start=start, other=other, length=length, ends=np.ascontiguousarray(pairs),
        weight=np.bincount(cluster, weights=board.weight, minlength=count).astype(np.float64),
        marks=_summed(board.marks, cluster, count).astype(np.int32),
        sums=_summed(board.sums, cluster, count),
        xy=np.zeros((count, 2)), moving=np.zeros(count),
        column=np.full(count, -1, dtype=np.int32), previous=np.full(count, -1, dtype=np.int32),
        tie_start=np.zeros(count + 1, dtype=np.int32), frozen=np.zeros(count, dtype=np.bool_),
    )  # fmt: skip


def _summed(table: npt.NDArray[np.generic], cluster: Ints, count: int) -> Floats:
    total = np.zeros((count, table.shape[1]))
    np.add.at(total, cluster, table)
    return total
