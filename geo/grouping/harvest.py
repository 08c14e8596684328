"""Good single groups, found fast: annealing over one connected group at a time.

What the exact search of `shapes` would find at length is mostly found here in a moment, so
that it is called for the proof alone.
"""

import numpy as np
from numba import njit

from geo.grouping.board import Words, below, chance
from geo.grouping.ground import IN, Codes, Ground, Shelf, leaves_whole
from geo.grouping.problem import Bools, Floats, Ints


@njit(cache=True, nogil=True)
def harvest(  # noqa: PLR0917
    g: Ground, price: Floats, most: float, begin: Bools, tries: int, random: Words, shelf: Shelf
) -> None:
    """Anneal a group from `begin` and put every group with net cost ≤ most on the shelf.

    `shelf` is filled from where it stands (``notes[0]``); the same group may come twice.
    """
    n, m = len(g.weight), len(g.ends)
    if m == 0:  # nobody has a neighbour
        return
    code = begin.astype(np.int8)
    mark, copy, queue = (
        np.empty(n, dtype=np.int8),
        np.empty(n, dtype=np.int8),
        np.empty(n, np.int32),
    )
    load, value = 0.0, _value(g, price, code)
    for i in range(n):
        load += g.weight[i] * code[i]
    mean = max((g.lower + min(g.upper, g.weight.sum())) / 2, 1e-300)
    fine, hot = 4.0, 1.5
    scale = g.half.mean()
    for step in range(tries):
        heat = scale * hot * (0.02 ** (step / tries))
        fee = scale * fine * (1 + 40 * step / tries)
        e = below(random, m)
        i, j = g.ends[e]
        if code[i] == code[j]:
            continue
        if chance(random) < 0.5:
            i = j
        sign = 1.0 if code[i] == 0 else -1.0
        change = -sign * price[i]
        for t in range(g.start[i], g.start[i + 1]):
            change += g.half[g.edge[t]] * (1.0 if code[g.other[t]] == code[i] else -1.0)
        after = load + sign * g.weight[i]
        change += fee * (_over(g, after) - _over(g, load)) / mean
        if change > -heat * np.log(chance(random) + 1e-300):
            continue
        if sign < 0 and not _stays(g, code, i, mark, queue):
            continue
        value += change - fee * (_over(g, after) - _over(g, load)) / mean
        code[i] = IN if sign > 0 else 0
        load = after
        if g.lower <= load <= g.upper and value <= most:
            copy[:] = code
            if leaves_whole(g, copy, mark, queue):
                at = int(shelf.notes[0])
                if at >= len(shelf.value):
                    return
                shelf.found[at] = code == IN
                shelf.value[at] = value
                shelf.notes[0] = at + 1


@njit(cache=True, nogil=True)
def _value(g: Ground, price: Floats, code: Codes) -> float:
    value = 0.0
    for i in range(len(code)):
        value -= price[i] * code[i]
    for e in range(len(g.half)):
        if code[g.ends[e, 0]] != code[g.ends[e, 1]]:
            value += g.half[e]
    return value


@njit(cache=True, nogil=True)
def _over(g: Ground, load: float) -> float:
    return float(max(0.0, load - g.upper) + max(0.0, g.lower - load))


@njit(cache=True, nogil=True)
def _stays(g: Ground, code: Codes, i: int, mark: Codes, queue: Ints) -> bool:
    """Whether the group stays connected, and not empty, without unit i."""
    code[i] = 0
    mark[:] = 0
    first = -1
    for t in range(g.start[i], g.start[i + 1]):
        if code[g.other[t]] == IN:
            first = g.other[t]
    holds = first >= 0
    if holds:
        mark[first] = 1
        queue[0] = first
        head, tail = 0, 1
        while head < tail:
            u = queue[head]
            head += 1
            for t in range(g.start[u], g.start[u + 1]):
                v = g.other[t]
                if code[v] == IN and mark[v] == 0:
                    mark[v] = 1
                    queue[tail] = v
                    tail += 1
        for t in range(g.start[i], g.start[i + 1]):
            v = g.other[t]
            if code[v] == IN and mark[v] == 0:
                holds = False
    code[i] = IN
    return holds
