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
            e = graph.via[a]
            v, reach = graph.heads[a], at + graph.cost[e]
            if reach > far[v] or reach > limit:
                continue
            if reach < far[v]:
                far[v], owner[v], back[v] = reach, mine, e
                size = push(keys, size, (reach << 32) | np.int64(v))
            elif mine < owner[v]:
                owner[v], back[v] = mine, e
    return far, owner, back


@compiled
def nearest_k(graph: Graph, seed: Seeds, limit: int, k: int) -> tuple[I32, I32, I32]:
    """Give every node its k nearest stations, nearest first, as (nodes, k) arrays.

    Label setting: a node is settled once for each of its k stations, and passes on only
    what it has settled. Of stations equally far, which are the last of the k is always the
    same, but not always those given first.
    """
    n = len(graph.first) - 1
    far = np.full((n, k), FAR, dtype=np.int32)
    owner = np.full((n, k), np.int32(-1), dtype=np.int32)
    back = np.full((n, k), np.int32(-1), dtype=np.int32)
    known = np.zeros(n, dtype=np.int32)
    keys = np.empty(1024, dtype=np.int64)
    entry = np.empty((1024, 3), dtype=np.int32)
    free, size, entries = np.int64(-1), 0, 0
    for i in range(len(seed.node)):
        if seed.start[i] > limit:
            continue
        if entries == len(entry):
            keys, entry = doubled(keys), _doubled_rows(entry)
        entry[entries, 0], entry[entries, 1], entry[entries, 2] = seed.node[i], seed.label[i], -1
        size = push(keys, size, (np.int64(seed.start[i]) << 32) | entries)
        entries += 1
    while size:
        slot, at = keys[0] & LOW, keys[0] >> 32
        size = pop(keys, size)
        u, s, came = entry[slot, 0], entry[slot, 1], entry[slot, 2]
        entry[slot, 0], free = np.int32(free), slot
        if settled(owner, known, u, s):
            continue
        far[u, known[u]], owner[u, known[u]], back[u, known[u]] = at, s, came
        known[u] += 1
        for a in range(graph.first[u], graph.first[u + 1]):
            e, v = graph.via[a], graph.heads[a]
            reach = at + graph.cost[e]
            if reach > limit or e == came or settled(owner, known, v, s):
                continue
            if free >= 0:
                slot, free = free, np.int64(entry[free, 0])
            else:
                if entries == len(entry):
                    keys, entry = doubled(keys), _doubled_rows(entry)
                slot = np.int64(entries)
                entries += 1
            entry[slot, 0], entry[slot, 1], entry[slot, 2] = v, s, e
            size = push(keys, size, (reach << 32) | slot)
    return far, owner, back


@compiled
def settled(owner: I32, known: I32, u: int, station: int) -> bool:
    """Say whether a node has no room or no need for a station."""
    found = known[u] == owner.shape[1]
    for j in range(known[u]):
        found |= owner[u, j] == station
    return bool(found)


@compiled
def _doubled_rows(values: I32) -> I32:
    longer = np.empty((2 * len(values), values.shape[1]), dtype=np.int32)
    longer[: len(values)] = values
    return longer


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
            v, reach = graph.heads[a], at + graph.cost[graph.via[a]]
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
