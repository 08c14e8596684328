"""Groups parted along random trees: starts of every shape, where seeds give round ones only.

A random tree over the units is cut at an edge that leaves loads within the bounds (DeFord,
Duchin & Solomon 2021, "Recombination"). A group may so lie around another, or along a border.
"""

import heapq

import numpy as np
from numba import njit

from geo.grouping.board import CUT, Field, Words, chance
from geo.grouping.problem import Bools, Floats, Ints

TREES = 40
"""Trees that are tried for one parting."""
LOOSE = 0.05
"""Loads may be off by so much of a mean load at first: moves mend it."""


def planted(board: Field, rng: np.random.Generator, *, loose: float = LOOSE) -> Ints | None:
    """Part all units into groups, one after the other; None when no tree gives them."""
    labels = np.zeros(len(board.weight), dtype=np.int32)
    for g in range(len(board.lower) - 1):
        rest = len(board.lower) - g - 1
        if not parted(board, labels, (g, g + 1), rng, rest=rest, loose=loose):
            return None
    return labels


def parted(
    board: Field, labels: Ints, two: tuple[int, int], rng: np.random.Generator, *, rest: int = 1,
    loose: float = LOOSE,
) -> bool:  # fmt: skip
    """Part what two groups hold anew, in place; the second may be worth `rest` groups.

    Loads may be off by `loose` of a mean load: moves mend it.
    """
    inside = (labels == two[0]) | (labels == two[1])
    random = np.array([rng.integers(1, 2**63)], dtype=np.uint64)
    lower, upper, off = board.lower[0], board.upper[0], loose * board.mean
    bounds = np.array([lower - off, upper + off, rest * lower - off, rest * upper + off])
    side = _split(board, inside, bounds, random)
    if not side.any():
        return False
    labels[side] = two[0]
    labels[inside & ~side] = two[1]
    return True


def usable(board: Field) -> bool:
    """Whether groups are alike, and nothing but borders draws them."""
    return bool(board.mode == CUT and not board.frozen.any() and len(board.lower) > 1)


@njit(cache=True, nogil=True)
def _split(board: Field, inside: Bools, bounds: Floats, random: Words) -> Bools:
    """Give one side of a tree's edge whose loads are within bounds; nothing when none is found."""
    n = len(inside)
    side = np.zeros(n, dtype=np.bool_)
    own = np.flatnonzero(inside)
    order, up = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
    load, done = np.zeros(n), np.zeros(n, dtype=np.bool_)
    fits = np.empty(2 * n, dtype=np.int32)
    for _ in range(TREES):
        count = _tree(
            board, inside, int(own[int(chance(random) * len(own))]), order, up, done, random
        )
        if count < len(own):
            return side  # in pieces: no tree spans it
        for t in range(count):
            load[order[t]] = board.weight[order[t]]
        for t in range(count - 1, 0, -1):
            load[up[order[t]]] += load[order[t]]
        total, found = load[order[0]], 0
        for t in range(1, count):
            v = order[t]
            for turned in range(2):
                first = total - load[v] if turned else load[v]
                second = total - first
                if bounds[0] <= first <= bounds[1] and bounds[2] <= second <= bounds[3]:
                    fits[found] = v if turned == 0 else -1 - v
                    found += 1
        if found > 0:
            pick = fits[int(chance(random) * found)]
            root = pick if pick >= 0 else -1 - pick
            side[root] = True
            for t in range(1, count):
                if side[up[order[t]]]:
                    side[order[t]] = True
            if pick < 0:
                side[:] = inside & ~side
            return side
    return side


@njit(cache=True, nogil=True)
def _tree(  # noqa: PLR0917
    board: Field, inside: Bools, root: int, order: Ints, up: Ints, done: Bools, random: Words
) -> int:
    """Grow a tree over random lengths (Prim 1957); give how many units it spans."""
    done[:] = False
    count = 0
    heap = [(0.0, np.int32(root), np.int32(-1))]
    while len(heap) > 0:
        _, unit, via = heapq.heappop(heap)
        u = int(unit)
        if done[u]:
            continue
        done[u] = True
        order[count], up[u] = u, via
        count += 1
        for e in range(board.start[u], board.start[u + 1]):
            v = board.other[e]
            if inside[v] and not done[v]:
                heapq.heappush(heap, (chance(random), np.int32(v), np.int32(u)))
    return count
