"""The search for groups: buildings move between neighbouring groups while it cools.

Simulated annealing over boundary moves (Kirkpatrick, Gelatt & Vecchi 1983), each move keeping
every group connected; a move that breaks the range is tried together with a second one that
mends it. The energy is, in metres of border midway between buildings,

    10⁴ · Σ (1 + relative miss) over groups out of range
    + shape · (Σ cost of borders between groups + 150 · Σ ((load − target) ÷ half range)²)
    + change · Σ households that get another leader

A group of a single building above the range is as good as it can be and costs nothing.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.parcelling.sides import Bools, Floats

I32 = npt.NDArray[np.int32]
BROKEN = 1e4
EVEN_M = 150.0
EMPTY = 0.001
"""A building without households counts as so many, lest it be moved for nothing."""


class Board(NamedTuple):
    """What never changes: neighbours of unit i are ``other[start[i]:start[i + 1]]``,
    and ``end[e]`` is i for each of these.

    ``walk[e]`` tells which of them can be walked to, ``cost[e]`` what a border towards them
    costs. ``old[i]`` is the leader of unit i today, −1 for none; labels below the number of
    leaders mean them. `range_` holds lower, upper and target.
    """

    start: I32
    end: I32
    other: I32
    walk: Bools
    cost: Floats
    weight: Floats
    xy: Floats
    old: I32
    range_: Floats


@njit(cache=True, nogil=True)
def _chance(random: npt.NDArray[np.uint64]) -> float:
    """Next number in [0, 1): xorshift64* (Marsaglia 2003, Vigna 2016)."""
    x = random[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    random[0] = x
    return float((x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True, nogil=True)
def miss(board: Board, load: float, size: int) -> float:
    """Say how far a group is out of range: 0 within, else 1 and its relative miss."""
    lower, upper = board.range_[0], board.range_[1]
    if size == 0 or (size == 1 and load > upper):
        return 0.0
    if load < lower:
        return float(1.0 + (lower - load) / lower)
    if load > upper:
        return float(1.0 + (load - upper) / upper)
    return 0.0


@njit(cache=True, nogil=True)
def _uneven(board: Board, load: float, size: int) -> float:
    lower, upper, target = board.range_
    if size == 0 or (size == 1 and load > upper):
        return 0.0
    half = max(0.5 * (upper - lower), 1.0)
    return float(EVEN_M * min(((load - target) / half) ** 2, 4.0))


@njit(cache=True, nogil=True)
def _stays(board: Board, labels: I32, i: int, seen: I32, queue: I32) -> bool:
    """Say whether the group of unit i hangs together without it."""
    g, first, count = labels[i], -1, 0
    for e in range(board.start[i], board.start[i + 1]):
        if board.walk[e] and labels[board.other[e]] == g:
            first = board.other[e]
            count += 1
    if count <= 1:
        return True
    seen[-1] += 1
    stamp = seen[-1]
    seen[i], seen[first] = stamp, stamp
    queue[0] = first
    head, tail = 0, 1
    while head < tail:
        u = queue[head]
        head += 1
        for e in range(board.start[u], board.start[u + 1]):
            v = board.other[e]
            if board.walk[e] and labels[v] == g and seen[v] != stamp:
                seen[v] = stamp
                queue[tail] = v
                tail += 1
    for e in range(board.start[i], board.start[i + 1]):
        v = board.other[e]
        if board.walk[e] and labels[v] == g and seen[v] != stamp:
            return False
    return True


@njit(cache=True, nogil=True)
def _rise(
    board: Board, labels: I32, load: Floats, size: I32, move: tuple[int, int], price: Floats
) -> float:
    """Give the change of the energy when a unit goes to a group."""
    i, b = move
    a, w = labels[i], board.weight[i]
    broken = miss(board, load[a] - w, size[a] - 1) - miss(board, load[a], size[a])
    broken += miss(board, load[b] + w, size[b] + 1) - miss(board, load[b], size[b])
    shape = _uneven(board, load[a] - w, size[a] - 1) - _uneven(board, load[a], size[a])
    shape += _uneven(board, load[b] + w, size[b] + 1) - _uneven(board, load[b], size[b])
    for e in range(board.start[i], board.start[i + 1]):
        g = labels[board.other[e]]
        if g == a:
            shape += board.cost[e]
        elif g == b:
            shape -= board.cost[e]
    changed = 0.0
    if board.old[i] >= 0:
        changed = (w + EMPTY) * (int(b != board.old[i]) - int(a != board.old[i]))
    return float(BROKEN * broken + price[0] * shape + price[1] * changed)


@njit(cache=True, nogil=True)
def _go(labels: I32, load: Floats, size: I32, move: tuple[int, int], w: float) -> None:
    i, b = move
    a = labels[i]
    labels[i] = b
    load[a] -= w
    load[b] += w
    size[a] -= 1
    size[b] += 1


@njit(cache=True, nogil=True)
def energy(board: Board, labels: I32, slots: int, price: Floats) -> tuple[float, float, float]:
    """Give what is broken, the shape in metres, and the households with another leader."""
    load, size = np.zeros(slots), np.zeros(slots, dtype=np.int32)
    shape, changed, broken = 0.0, 0.0, 0.0
    for i in range(len(labels)):
        load[labels[i]] += board.weight[i]
        size[labels[i]] += 1
        if board.old[i] >= 0 and board.old[i] != labels[i]:
            changed += board.weight[i] + EMPTY
        for e in range(board.start[i], board.start[i + 1]):
            if labels[board.other[e]] != labels[i]:
                shape += board.cost[e] / 2
    for g in range(slots):
        broken += miss(board, load[g], size[g])
        shape += _uneven(board, load[g], size[g])
    return broken, shape, changed


@njit(cache=True, nogil=True)
def cool(
    board: Board, labels: I32, slots: int, price: Floats, steps: int, heat: Floats, seed: int
) -> I32:
    """Anneal from some labels, from ``heat[0]`` down to ``heat[1]`` metres; give the best met."""
    n = len(labels)
    random = np.array([np.uint64(seed) * np.uint64(2) + np.uint64(1)], dtype=np.uint64)
    for _ in range(8):
        _chance(random)
    load, size = np.zeros(slots), np.zeros(slots, dtype=np.int32)
    for i in range(n):
        load[labels[i]] += board.weight[i]
        size[labels[i]] += 1
    seen, queue = np.zeros(n + 1, dtype=np.int32), np.zeros(n, dtype=np.int32)
    broken, shape, changed = energy(board, labels, slots, price)
    now = BROKEN * broken + price[0] * shape + price[1] * changed
    least, best = now, labels.copy()
    cooling = (heat[1] / heat[0]) ** (1.0 / max(steps, 1))
    warm = heat[0]
    edges = len(board.other)
    if edges == 0:
        return best
    for _ in range(steps):
        warm *= cooling
        e = int(_chance(random) * edges)
        j = board.other[e]
        i = board.end[e]
        b = labels[j]
        if labels[i] == b or not board.walk[e]:
            continue
        rise = _rise(board, labels, load, size, (i, b), price)
        luck = -warm * np.log(_chance(random) + 1e-300)
        if (rise > luck and rise < 0.5 * BROKEN) or not _stays(board, labels, i, seen, queue):
            continue
        if rise > luck:
            rise = _second(
                board, labels, load, size, (i, b), price, (rise, luck), (seen, queue), random
            )
            if rise > luck:
                continue
        else:
            _go(labels, load, size, (i, b), board.weight[i])
        now += rise
        if now < least - 1e-6:
            least = now
            best[:] = labels
    return best


@njit(cache=True, nogil=True)
def _second(
    board: Board,
    labels: I32,
    load: Floats,
    size: I32,
    move: tuple[int, int],
    price: Floats,
    known: tuple[float, float],
    paper: tuple[I32, I32],
    random: npt.NDArray[np.uint64],
) -> float:
    """Make a move together with one that mends it; give the rise of both, inf when none does."""
    i, b = move
    a, (rise, luck) = labels[i], known
    if size[a] == 1:
        return np.inf
    _go(labels, load, size, move, board.weight[i])
    for _ in range(3):
        v = int(_chance(random) * len(labels))
        if v == i or (labels[v] != b and labels[v] != a) or board.start[v] == board.start[v + 1]:
            continue
        e = board.start[v] + int(_chance(random) * (board.start[v + 1] - board.start[v]))
        c = labels[board.other[e]]
        if c == labels[v] or not board.walk[e]:
            continue
        more = _rise(board, labels, load, size, (v, c), price)
        if rise + more <= luck and _stays(board, labels, v, paper[0], paper[1]):
            _go(labels, load, size, (v, c), board.weight[v])
            return float(rise + more)
    _go(labels, load, size, (i, a), board.weight[i])
    return np.inf


@njit(cache=True, nogil=True)
def grow(board: Board, seeds: I32, labels: I32) -> None:
    """Grow groups from seeds: the lightest takes the nearest unit beside it, until none is left.

    Units that no group reaches keep the label −1.
    """
    n, k = len(labels), len(seeds)
    load, middle, mass = np.zeros(k), np.zeros((k, 2)), np.zeros(k)
    stuck = np.zeros(k, dtype=np.bool_)
    labels[:] = -1
    for g in range(k):
        i = seeds[g]
        labels[i] = g
        load[g] += board.weight[i]
        middle[g] += board.xy[i]
        mass[g] += 1
    for _ in range(n):
        g = -1
        for h in range(k):
            if not stuck[h] and (g < 0 or load[h] < load[g]):
                g = h
        if g < 0:
            return
        x, y = middle[g, 0] / mass[g], middle[g, 1] / mass[g]
        nearest, least = -1, np.inf
        for i in range(n):
            if labels[i] >= 0:
                continue
            for e in range(board.start[i], board.start[i + 1]):
                if board.walk[e] and labels[board.other[e]] == g:
                    far = (board.xy[i, 0] - x) ** 2 + (board.xy[i, 1] - y) ** 2
                    if far < least:
                        nearest, least = i, far
                    break
        if nearest < 0:
            stuck[g] = True
            continue
        labels[nearest] = g
        load[g] += board.weight[nearest]
        middle[g] += board.xy[nearest]
        mass[g] += 1
