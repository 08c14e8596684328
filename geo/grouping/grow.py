"""First plans: groups grown from seeds over the graph, nearest first, balanced by power weights.

A power diagram (Aurenhammer 1987) whose cells are grown along neighbours, so that every
group is connected from the start. A group that is too heavy gets a handicap, one that is too
light a start (Lloyd's iteration with capacities, Aurenhammer, Hoffmann & Aronov 1998).
"""

import heapq

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo.errors import Infeasible
from geo.grouping.board import FIXED, Field, excess
from geo.grouping.problem import Bools, Floats, Ints, Problem

MANY = 5_000
"""Seeds are drawn from at most so many units, or twenty a seed."""


def components(problem: Problem) -> Ints:
    """Connected component of each unit, (n,), numbered by first unit."""
    a, b = problem.adjacency.pairs.T
    graph = coo_matrix((np.ones(len(a)), (a, b)), shape=(problem.n, problem.n))
    piece: Ints = connected_components(graph, directed=False)[1].astype(np.int32)
    return piece


def shares(problem: Problem, piece: Ints) -> Ints:
    """How many groups each component gets: as its weight asks, within the bounds.

    Raises
    ------
    Infeasible
        When no whole numbers of groups fit the components.
    """
    count = int(piece.max()) + 1
    k = problem.k
    if count == 1:
        return np.array([k], dtype=np.int32)
    if problem.centres is not None:
        return np.bincount(piece[problem.centres], minlength=count).astype(np.int32)
    load = np.bincount(piece, weights=problem.weight, minlength=count).astype(np.float64)
    size = np.bincount(piece, minlength=count)
    low, high = float(problem.lower[0]), float(problem.upper[0])
    ideal = load / max(load.sum(), 1e-300) * k
    least = np.full(k + 1, np.inf)
    least[0] = 0.0
    choice = np.zeros((count, k + 1), dtype=np.int32)
    for c in range(count):
        before, least = least, np.full(k + 1, np.inf)
        for groups in range(1, min(k, int(size[c])) + 1):
            if groups * low <= load[c] <= groups * high:
                miss = before[: k + 1 - groups] + (groups - ideal[c]) ** 2
                better = miss < least[groups:]
                least[groups:][better] = miss[better]
                choice[c, groups:][better] = groups
    if not np.isfinite(least[k]):
        raise _parts_do_not_fit(problem, piece, load)
    share, left = np.zeros(count, dtype=np.int32), k
    for c in range(count - 1, -1, -1):
        share[c] = choice[c, left]
        left -= share[c]
    return share


def _parts_do_not_fit(problem: Problem, piece: Ints, load: Floats) -> Infeasible:
    first = [str(problem.ids[np.flatnonzero(piece == c)[0]]) for c in range(len(load))]
    parts = [f"{name} ({value:g})" for name, value in zip(first, load, strict=True)]
    shown = ", ".join(parts[:8]) + (" …" if len(parts) > 8 else "")
    return Infeasible(
        f"{problem.k} groups cannot be shared among {len(load)} separate parts (first unit, load): {shown}",
        zh=f"互不相邻的 {len(load)} 片区（首个单元，负荷）无法共分成 {problem.k} 组：{shown}",
        where=first,
        hint="join the parts by neighbours, or change k or the bounds",
        hint_zh="请补充相邻关系，或调整组数或上下限",
    )


def seeds(
    problem: Problem, board: Field, rng: np.random.Generator, piece: Ints, share: Ints
) -> Ints:
    """Draw one seed a group, far from each other (k-means++, Arthur & Vassilvitskii 2007)."""
    if problem.centres is not None:
        return problem.centres
    seed = np.full(problem.k, -1, dtype=np.int32)
    for g in range(problem.k):
        held = np.flatnonzero(problem.locked == g)
        if len(held):
            seed[g] = rng.choice(held)
    favoured: Bools | None = None
    if problem.marks.size and rng.random() < 0.7:
        favoured = np.asarray(problem.marks.any(axis=1), dtype=np.bool_)
    chosen: list[int] = []
    taken = seed[seed >= 0]
    for c, all_groups in enumerate(share):
        groups = int(all_groups) - int((piece[taken] == c).sum())
        units = np.flatnonzero((piece == c) & (problem.locked < 0))
        if favoured is not None and favoured[units].sum() >= groups:
            units = units[favoured[units]]
        if 0 < groups <= len(units):
            chosen += _spread(board.xy[units], board.weight[units], units, int(groups), rng)
    free = np.flatnonzero(seed < 0)
    if len(chosen) < len(free):
        rest = np.setdiff1d(np.flatnonzero(problem.locked < 0), chosen)
        rest = rest if len(chosen) + len(rest) >= len(free) else np.arange(problem.n)
        chosen += rng.permutation(rest)[: len(free) - len(chosen)].tolist()
    seed[free] = rng.permutation(chosen)[: len(free)] if len(taken) else chosen[: len(free)]
    return seed


def joined(problem: Problem, board: Field) -> Ints:
    """Give the units whose group is settled before anything grows, −1 elsewhere.

    Units locked to one group, and the shortest way that joins them, belong to it. Where
    the groups of before may hardly change, the largest piece of each of them does.
    """
    labels = problem.locked.astype(np.int32).copy()
    if np.isfinite(problem.moved_max):
        labels = np.where(labels < 0, problem.previous, labels).astype(np.int32)
    number, count = np.unique(labels[labels >= 0], return_counts=True)
    for g in number[count > 1]:
        _join(board, labels, problem.locked, int(g))
    return labels


@njit(cache=True, nogil=True)
def _join(board: Field, labels: Ints, locked: Ints, g: int) -> None:
    """Join the locked units of group g along ways that are free; let go what stays apart."""
    n = len(labels)
    first = -1
    best = 0
    piece = np.full(n, -1, dtype=np.int32)
    queue, via = np.empty(n, dtype=np.int32), np.full(n, -1, dtype=np.int32)
    for i in range(n):  # the piece to keep: one with a locked unit, else the largest
        if labels[i] != g or piece[i] >= 0:
            continue
        piece[i], queue[0], tail, head, held = i, i, 1, 0, 0
        while head < tail:
            u = queue[head]
            head += 1
            held += n if locked[u] == g else 1
            for e in range(board.start[u], board.start[u + 1]):
                v = board.other[e]
                if labels[v] == g and piece[v] < 0:
                    piece[v] = i
                    queue[tail] = v
                    tail += 1
        if held > best:
            best, first = held, i
    for i in range(n):
        if labels[i] == g and piece[i] != first and locked[i] != g:
            labels[i] = -1
    if first < 0:
        return
    head, tail = 0, 0
    for i in range(n):
        if labels[i] == g and piece[i] == first:
            via[i] = i
            queue[tail] = i
            tail += 1
    while head < tail:
        u = queue[head]
        head += 1
        for e in range(board.start[u], board.start[u + 1]):
            v = board.other[e]
            if via[v] >= 0 or (labels[v] >= 0 and labels[v] != g):
                continue
            via[v] = u
            queue[tail] = v
            tail += 1
            if labels[v] == g:
                while via[u] != u and labels[u] < 0:
                    labels[u] = g
                    u = via[u]
                u = queue[head - 1]


def _spread(
    xy: Floats, weight: Floats, units: npt.NDArray[np.int64], count: int, rng: np.random.Generator
) -> list[int]:
    if len(units) > MANY:  # some of them will do
        some = np.sort(rng.permutation(len(units))[: max(MANY, 20 * count)])
        xy, weight, units = xy[some], weight[some], units[some]
    free = np.ones(len(units), dtype=bool)
    reach = np.full(len(units), np.inf)
    mass = weight + 1e-9 * (weight.sum() + 1.0)
    chosen = []
    for step in range(count):
        odds = mass * free * (1.0 if step == 0 else reach)
        total = odds.sum()
        odds = odds / total if total > 0 else free / free.sum()
        s = int(rng.choice(len(units), p=odds))
        free[s] = False
        chosen.append(int(units[s]))
        reach = np.minimum(reach, ((xy - xy[s]) ** 2).sum(axis=1))
    return chosen


def grown(
    board: Field,
    seed: Ints,
    *,
    groups: Ints | None = None,
    rounds: int | None = None,
    lloyd: bool = True,
) -> Ints:
    """Grow groups from seeds for some rounds and give the labels of the best balanced one.

    Parameters
    ----------
    seed : (k,) int
        One unit a group; group g grows from ``seed[g]``.
    groups : (n,) int, optional
        Labels that are locked already, −1 elsewhere.
    rounds : int, optional
        Times the handicaps are corrected; usually fewer where units are many.
    lloyd : bool
        Whether seeds move to the middle of their group between rounds.
    """
    locked = np.full(len(board.weight), -1, dtype=np.int32) if groups is None else groups
    labels = np.empty(len(board.weight), dtype=np.int32)
    best = labels.copy()
    if rounds is None:
        rounds = max(8, min(40, 200_000 // len(labels)))
    _grow_rounds(board, seed.astype(np.int32).copy(), locked, rounds, lloyd, labels, best)
    return best


@njit(cache=True, nogil=True)
def _grow_rounds(  # noqa: PLR0917
    board: Field, seed: Ints, locked: Ints, rounds: int, lloyd: bool, labels: Ints, best: Ints
) -> None:
    n, k = len(board.weight), len(board.lower)
    handicap = np.zeros(k)
    least = np.inf
    step = 0.5
    for turn in range(rounds):
        _grow(board, seed, locked, handicap, labels)
        load = np.zeros(k)
        middle = np.zeros((k, 2))
        for i in range(n):
            g, w = labels[i], board.weight[i]
            load[g] += w
            middle[g, 0] += w * board.xy[i, 0]
            middle[g, 1] += w * board.xy[i, 1]
        for g in range(k):
            if load[g] > 0:
                middle[g] /= load[g]
        broken = _correct(board, seed, labels, load, handicap, step)
        if broken < least:
            least = broken
            best[:] = labels
        if least <= 0.0 and turn > 5:
            return
        step = max(0.05, step * 0.95)
        if lloyd and board.mode != FIXED and turn < 2 * rounds // 3:
            _recentre(board, labels, middle, locked, seed)


@njit(cache=True, nogil=True)
def _correct(  # noqa: PLR0917
    board: Field, seed: Ints, labels: Ints, load: Floats, handicap: Floats, step: float
) -> float:
    """Correct the handicaps by the loads; give by how much the loads miss their bounds."""
    total, broken = 0.0, 0.0
    for i in range(len(labels)):
        total += _reach(board, i, labels[i], seed) * board.weight[i]
    scale = step * total / max(board.mean * len(load), 1e-300)
    for g in range(len(load)):
        out = excess(board, g, load[g])
        broken += out
        over = load[g] / board.mean - 1.0
        if board.mode == FIXED or board.lower[g] <= 0:
            over = out if load[g] > board.upper[g] else -out
            if over == 0.0 and handicap[g] > 0:
                over = 0.3 * (load[g] - board.upper[g]) / board.mean
        handicap[g] += scale * max(-1.0, min(1.0, over))
    return broken


@njit(cache=True, nogil=True)
def _recentre(board: Field, labels: Ints, middle: Floats, locked: Ints, seed: Ints) -> None:
    least = np.full(len(seed), np.inf)
    for i in range(len(labels)):
        g = labels[i]
        if locked[i] >= 0 and locked[i] != g:
            continue
        far = (board.xy[i, 0] - middle[g, 0]) ** 2 + (board.xy[i, 1] - middle[g, 1]) ** 2
        if far < least[g]:
            least[g] = far
            seed[g] = i


@njit(cache=True, nogil=True)
def _reach(board: Field, i: int, g: int, seed: Ints) -> float:
    if board.mode == FIXED:
        return float(board.cost[i, g] / max(board.weight[i], 1e-9 * board.mean))
    s = seed[g]
    return float((board.xy[i, 0] - board.xy[s, 0]) ** 2 + (board.xy[i, 1] - board.xy[s, 1]) ** 2)


@njit(cache=True, nogil=True)
def _grow(board: Field, seed: Ints, locked: Ints, handicap: Floats, labels: Ints) -> None:
    labels[:] = -1
    heap = [(0.0, np.int32(0), np.int32(0))]
    heap.clear()
    for g in range(len(seed)):
        heapq.heappush(heap, (-np.inf, np.int32(seed[g]), np.int32(g)))
    while len(heap) > 0:
        _, unit, group = heapq.heappop(heap)
        i, g = int(unit), int(group)
        if labels[i] >= 0:
            continue
        labels[i] = g
        for e in range(board.start[i], board.start[i + 1]):
            j = board.other[e]
            if labels[j] < 0 and (locked[j] < 0 or locked[j] == g):
                heapq.heappush(
                    heap, (_reach(board, j, g, seed) + handicap[g], np.int32(j), np.int32(g))
                )
