"""Every connected group within the bounds that costs no more than asked, net of prices.

Branch and bound over the units of one group, for the border objective (see `tension` for the
cost and its bound). A group is found from its root, its first unit in a fixed order; then the
heaviest undecided unit beside the group is in or out. What follows from connection and load
is decided at once: out of reach is out, a part too light for a group of its own is in.
"""

import os
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

import numpy as np
from numba import njit

from geo.grouping.ground import (
    EPS,
    FREE,
    IN,
    OUT,
    Codes,
    Ground,
    Shelf,
    flood,
    leaves_whole,
    shelf,
    whole,
)
from geo.grouping.problem import Bools, Floats, Ints
from geo.grouping.tension import climb, fix
from geo.layers import Clock

LANES = 8
"""Parts of the search: what the first three decisions are."""
ROOM = 100_000
"""Groups that one lane keeps."""


@dataclass(frozen=True, slots=True)
class Swept:
    """What a search has found."""

    groups: Bools  # (m, n)
    value: Floats  # (m,) net cost
    nodes: float
    ended: bool  # whether every group was looked at


def shapes(g: Ground, price: Floats, most: float, clock: Clock, *, shrink: bool = False) -> Swept:
    """Find every group with net cost ≤ most, on as many cores as there are.

    With `shrink`, each found group lowers `most` to its own net cost: only the cheapest group,
    and some on the way to it, are found, and much sooner.

    What is found, and its order, does not depend on the number of cores; only a search that
    the clock cut short does.
    """
    stop = np.zeros(1, dtype=np.int8)
    shelves = [shelf(len(g.weight), ROOM) for _ in range(LANES)]
    with ThreadPoolExecutor(max(1, min(LANES, os.cpu_count() or 1))) as pool:
        work = [
            pool.submit(_lane, g, price, most, shrink, a, stop, shelves[a], np.inf)
            for a in range(LANES)
        ]
        try:
            while wait(work, timeout=0.2).not_done:
                clock.tell("groups", sum(float(s.notes[0]) for s in shelves), LANES * ROOM)
                if clock.left() <= 0:
                    stop[0] = 1
        finally:
            stop[0] = 1
    for done in work:
        done.result()
    groups = np.concatenate([s.found[: int(s.notes[0])] for s in shelves])
    value = np.concatenate([s.value[: int(s.notes[0])] for s in shelves])
    _, first = np.unique(np.packbits(groups, axis=1), axis=0, return_index=True)
    first.sort()
    return Swept(
        groups[first],
        value[first],
        sum(float(s.notes[1]) for s in shelves),
        all(s.notes[2] > 0 for s in shelves),
    )


def listed(g: Ground, most: float, room: int, nodes: int) -> tuple[Bools, Floats]:
    """List groups with a net cost ≤ most without prices, up to so many, in so many steps."""
    n = len(g.weight)
    price, stop, kept = np.zeros(n), np.zeros(1, dtype=np.int8), shelf(n, room)
    found, value = [], []
    for lane in range(LANES):
        _lane(g, price, most, False, lane, stop, kept, nodes / LANES)
        count = int(kept.notes[0])
        found.append(kept.found[:count].copy())
        value.append(kept.value[:count].copy())
    return np.concatenate(found), np.concatenate(value)


@njit(cache=True, nogil=True)
def _lane(  # noqa: PLR0917
    g: Ground, price: Floats, most: float, shrink: bool, lane: int, stop: Codes, shelf: Shelf,
    nodes: float,
) -> None:  # fmt: skip
    """Search one lane: at the first depths only the branch that its number names.

    ``shelf.notes`` receives how many were found, the nodes looked at, and 1 when every group
    was looked at: 0 when the shelf was full, or when asked to stop.
    """
    n = len(g.weight)
    shelf.notes[:] = 0
    code, flow = np.zeros((n + 2, n), dtype=np.int8), np.zeros((n + 2, len(g.half)))
    tilt, pick = np.zeros(n + 2), np.zeros(n + 2, dtype=np.int32)
    turn = np.zeros(n + 2, dtype=np.int8)
    room = (np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32))
    mark, net = np.empty(n, dtype=np.int8), np.empty(n)
    for root in g.order:
        for i in range(n):
            code[0, i] = OUT if g.rank[i] < g.rank[root] else FREE
        code[0, root] = IN
        depth, turn[0], fresh = 0, 0, True
        while depth >= 0:
            if fresh:
                shelf.notes[1] += 1
                full = shelf.notes[0] >= len(shelf.value) or shelf.notes[1] > nodes
                if full or stop[0] != 0:
                    return
                pick[depth], tilt[depth] = _look(
                    g, price, most, root, code[depth], flow[depth], tilt[depth], room, net, mark,
                    shelf,
                )  # fmt: skip
                turn[depth] = 0 if pick[depth] >= 0 else 2
                if shrink and shelf.notes[0] > 0:
                    most = min(most, shelf.value[int(shelf.notes[0]) - 1] - 1e-7)
                if (2 << depth) <= LANES and turn[depth] == 0:
                    turn[depth] = (lane >> depth) & 1
            elif (2 << depth) <= LANES:
                turn[depth] = 2
            if turn[depth] == 2:
                depth -= 1
                fresh = False
                continue
            code[depth + 1] = code[depth]
            code[depth + 1, pick[depth]] = IN if turn[depth] == 0 else OUT
            flow[depth + 1] = flow[depth]
            tilt[depth + 1] = tilt[depth]
            turn[depth] += 1
            depth += 1
            fresh = True
    shelf.notes[2] = 1


@njit(cache=True, nogil=True)
def _look(g, price, most, root, code, flow, tilt, room, net, mark, shelf):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Settle one node: give the unit to branch on, −1 when the node is done; and its tilt."""
    queue, via = room
    for _ in range(4):
        if not _follow(g, root, code, queue, mark, net):
            return -1, tilt
        bound, tilt = climb(g, price, most, code, flow, tilt, net, queue, via)
        if bound > most + EPS:
            return -1, tilt
        if not fix(g, most - bound, code, net, tilt):
            break
    mark[:] = 0
    _joined(g, code, root, mark, queue)
    v = _heaviest(g, code, mark)
    if v < 0:
        _keep(g, price, most, code, queue, mark, shelf)
    return v, tilt


@njit(cache=True, nogil=True)
def _joined(g: Ground, code: Codes, root: int, mark: Codes, queue: Ints) -> None:
    """Mark the units of the group that hang together with the root."""
    mark[root] = 1
    queue[0] = root
    head, tail = 0, 1
    while head < tail:
        u = queue[head]
        head += 1
        for e in range(g.start[u], g.start[u + 1]):
            v = g.other[e]
            if mark[v] == 0 and code[v] == IN:
                mark[v] = 1
                queue[tail] = v
                tail += 1


@njit(cache=True, nogil=True)
def _follow(g: Ground, root: int, code: Codes, queue: Ints, mark: Codes, way: Floats) -> bool:  # noqa: PLR0917
    """Decide what follows from connection and load; False when no group is left."""
    changed = True
    while changed:
        changed = False
        _ways(g, code, root, way, mark, queue)
        reach, held = 0.0, 0.0
        for i in range(len(code)):
            if code[i] == IN:
                held += g.weight[i]
            if way[i] < np.inf:
                reach += g.weight[i]
        if reach < g.lower:
            return False
        for i in range(len(code)):
            if way[i] == np.inf or held + way[i] > g.upper + 1e-9 * held:
                if code[i] == IN:
                    return False
                if code[i] == FREE:
                    code[i] = OUT
                    changed = True
        mark[:] = 0
        for first in range(len(code)):
            if code[first] != IN and mark[first] == 0:
                taken = _part(g, code, queue, flood(g, code, IN, first, mark, queue))
                if taken < 0:
                    return False
                changed = changed or taken > 0
    return True


@njit(cache=True, nogil=True)
def _ways(g: Ground, code: Codes, root: int, way: Floats, mark: Codes, queue: Ints) -> None:  # noqa: PLR0917
    """Least undecided load that joins each unit with the root, its own included; inf: no way."""
    n = len(code)
    way[:] = np.inf
    mark[:] = 0
    way[root], queue[0] = 0.0, root
    head, count = 0, 1
    while count > 0:
        u = queue[head]
        head = (head + 1) % n
        count -= 1
        mark[u] = 0
        for e in range(g.start[u], g.start[u + 1]):
            v = g.other[e]
            if code[v] == OUT:
                continue
            load = way[u] + (g.weight[v] if code[v] == FREE else 0.0)
            if load < way[v]:
                way[v] = load
                if mark[v] == 0:
                    mark[v] = 1
                    queue[(head + count) % n] = v
                    count += 1


@njit(cache=True, nogil=True)
def _part(g: Ground, code: Codes, queue: Ints, count: int) -> int:
    """Judge a part left behind: −1 it cannot be, 1 it must join the group, 0 it may stay."""
    load, out, free = 0.0, 0, 0
    for t in range(count):
        u = queue[t]
        load += g.weight[u]
        if code[u] == OUT:
            out += 1
        else:
            free += 1
    if load < g.lower:
        if out > 0:
            return -1
        for t in range(count):
            code[queue[t]] = IN
        return 1
    return -1 if free == 0 and not whole(g, load) else 0


@njit(cache=True, nogil=True)
def _heaviest(g: Ground, code: Codes, mark: Codes) -> int:
    """Give the heaviest undecided unit beside the group, most neighbours in it first among equals."""
    best, most = -1, -1.0
    for i in range(len(code)):
        if code[i] != FREE:
            continue
        beside = 0
        for e in range(g.start[i], g.start[i + 1]):
            beside += mark[g.other[e]]
        score = g.weight[i] / max(g.upper, 1e-300) + 1e-3 * beside
        if beside > 0 and score > most:
            best, most = i, score
    return best


@njit(cache=True, nogil=True)
def _keep(g, price, most, code, queue, mark, shelf):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    """Put the marked group on the shelf, when it keeps the rules."""
    load, value = 0.0, 0.0
    at = int(shelf.notes[0])
    for i in range(len(code)):
        if mark[i] == 1:
            load += g.weight[i]
            value -= price[i]
        elif code[i] == IN:
            return
        shelf.found[at, i] = mark[i] == 1
    for e in range(len(g.half)):
        if mark[g.ends[e, 0]] != mark[g.ends[e, 1]]:
            value += g.half[e]
    only = mark.copy()
    if g.lower <= load <= g.upper and value <= most + EPS and leaves_whole(g, only, mark, queue):
        shelf.value[at] = value
        shelf.notes[0] = at + 1
