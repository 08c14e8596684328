"""Dijkstra's algorithm from many stations at once, exact in integer centimetres.

E. W. Dijkstra 1959. Every station is a seed at both ends of its edge; every node learns
its nearest station, how far it is, and the edge by which the way goes there. Of stations
that are equally far, the one given first wins, everywhere in the same way.
"""

from typing import NamedTuple

import numpy as np

from geo.network.graph import BLOCKED, Graph
from geo.network.heap import doubled, pop, push
from geo.network.kernel import I32, compiled

FAR = BLOCKED
"""The distance of what is not reached."""
LOW = np.int64(2**32 - 1)


class Seeds(NamedTuple):
    """Where a search begins: nodes, what it costs to be there, and the station meant."""

    node: I32
    start: I32
    label: I32


@compiled
def seeds(edge: I32, along: I32, off: I32, graph: Graph) -> Seeds:
    """Seed every station at both ends of its edge; those that are not joined have no seed."""
    n = len(edge)
    node = np.empty(2 * n, dtype=np.int32)
    start = np.empty(2 * n, dtype=np.int32)
    label = np.empty(2 * n, dtype=np.int32)
    count = 0
    for s in range(n):
        e = edge[s]
        if e < 0 or graph.cost[e] == FAR:
            continue
        node[count], start[count] = graph.tail[e], off[s] + along[s]
        node[count + 1], start[count + 1] = graph.head[e], off[s] + graph.cost[e] - along[s]
        label[count] = label[count + 1] = s
        count += 2
    return Seeds(node[:count], start[:count], label[:count])


@compiled
def nearest(graph: Graph, seed: Seeds, limit: int) -> tuple[I32, I32, I32]:
    """Give every node its distance, its station and the edge towards it (−1: the station's own).

    Nodes farther than `limit` keep distance `FAR` and station −1.
    """
    n = len(graph.first) - 1
    far = np.full(n, FAR, dtype=np.int32)
    owner = np.full(n, np.int32(-1), dtype=np.int32)
    back = np.full(n, np.int32(-1), dtype=np.int32)
    keys = np.empty(len(graph.heads) + len(seed.node) + 1, dtype=np.int64)
    size = 0
    for i in range(len(seed.node)):
        u, d = seed.node[i], seed.start[i]
        if d <= limit and d < far[u]:
            far[u], owner[u] = d, seed.label[i]
            size = push(keys, size, (np.int64(d) << 32) | np.int64(u))
        elif d == far[u] and seed.label[i] < owner[u]:
            owner[u] = seed.label[i]
    while size:
        u, at = keys[0] & LOW, keys[0] >> 32
        size = pop(keys, size)
        if at != far[u]:
            continue
        mine = owner[u]
        for a in range(graph.first[u], graph.first[u + 1]):
            v, reach = graph.heads[a], at + graph.step[a]
            if reach > far[v] or reach > limit:
                continue
            if reach < far[v]:
                far[v], owner[v], back[v] = reach, mine, graph.via[a]
                size = push(keys, size, (reach << 32) | np.int64(v))
            elif mine < owner[v]:
                owner[v], back[v] = mine, graph.via[a]
    return far, owner, back


@compiled
def nearest_k(graph: Graph, seed: Seeds, limit: int, k: int) -> tuple[I32, I32, I32]:
    """Give every node its k nearest stations, nearest first, as (nodes, k) arrays.

    Label setting: every node keeps the k best that it has heard of, in order; the next of
    them is settled when its distance leaves the heap, and only what is settled is passed on.
    """
    n = len(graph.first) - 1
    far = np.full((n, k), FAR, dtype=np.int32)
    owner = np.full((n, k), np.int32(-1), dtype=np.int32)
    back = np.full((n, k), np.int32(-1), dtype=np.int32)
    known = np.zeros(n, dtype=np.int32)
    lists = (far, owner, back)
    keys = np.empty(1024, dtype=np.int64)
    size = 0
    for i in range(len(seed.node)):
        u, d, s = seed.node[i], seed.start[i], seed.label[i]
        if d <= limit and _heard(lists, u, (int(d), s, -1)):
            keys = doubled(keys) if size == len(keys) else keys
            size = push(keys, size, (np.int64(d) << 32) | np.int64(u))
    while size:
        u, at = keys[0] & LOW, keys[0] >> 32
        size = pop(keys, size)
        slot = known[u]
        if slot == k or far[u, slot] != at:
            continue
        s = owner[u, slot]
        known[u] = slot + 1
        for a in range(graph.first[u], graph.first[u + 1]):
            v, reach = graph.heads[a], at + graph.step[a]
            if reach > limit or reach > far[v, k - 1]:
                continue
            if _heard(lists, v, (reach, s, graph.via[a])):
                keys = doubled(keys) if size == len(keys) else keys
                size = push(keys, size, (reach << 32) | np.int64(v))
    return lists


@compiled
def _heard(lists: tuple[I32, I32, I32], u: int, news: tuple[int, int, int]) -> bool:
    """Put a station into the list of a node, by (distance, station); say whether it entered."""
    far, owner, back = lists
    d, s, e = news
    at = far.shape[1] - 1
    for j in range(far.shape[1]):
        if owner[u, j] == s:
            at = j
            break
    if far[u, at] < d or (far[u, at] == d and owner[u, at] <= s):
        return False
    while at > 0 and (far[u, at - 1] > d or (far[u, at - 1] == d and owner[u, at - 1] > s)):
        far[u, at], owner[u, at], back[u, at] = far[u, at - 1], owner[u, at - 1], back[u, at - 1]
        at -= 1
    far[u, at], owner[u, at], back[u, at] = d, s, e
    return True


@compiled
def around(graph: Graph, seed: Seeds, limit: int, far: I32) -> I32:
    """Search from one place only, no farther than `limit`; give the nodes met, nearest first.

    `far` must be `FAR` everywhere and holds the distances of the nodes met afterwards; who
    calls sets them back (`forget`), so that a search costs what it meets and not the network.
    """
    keys = np.empty(256, dtype=np.int64)
    met = np.empty(256, dtype=np.int64)
    size, count = 0, 0
    for i in range(len(seed.node)):
        u, d = seed.node[i], seed.start[i]
        if d <= limit and d < far[u]:
            far[u] = d
            size = push(keys, size, (np.int64(d) << 32) | np.int64(u))
    while size:
        u, at = keys[0] & LOW, keys[0] >> 32
        size = pop(keys, size)
        if at != far[u]:
            continue
        if count == len(met):
            met = doubled(met)
        met[count] = u
        count += 1
        for a in range(graph.first[u], graph.first[u + 1]):
            v, reach = graph.heads[a], at + graph.step[a]
            if reach > limit or reach >= far[v]:
                continue
            far[v] = reach
            if size == len(keys):
                keys = doubled(keys)
            size = push(keys, size, (reach << 32) | np.int64(v))
    return met[:count].astype(np.int32)


@compiled
def forget(far: I32, met: I32) -> None:
    """Make a scratch array of distances ready for the next search."""
    for u in met:
        far[u] = FAR
