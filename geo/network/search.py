"""Dijkstra's algorithm from many stations at once, exact in integer centimetres.

E. W. Dijkstra 1959. Every station is a seed at both ends of its edge; every node learns
its nearest station, how far it is, and the edge by which the way goes there. Of stations
that are equally far, the one given first wins, everywhere in the same way.
"""

from typing import NamedTuple

import numpy as np

from geo.network import pockets
from geo.network.graph import BLOCKED
from geo.network.heap import doubled, pop, push
from geo.network.kernel import I32, compiled
from geo.network.pockets import Graph

FAR = BLOCKED
"""The distance of what is not reached."""
LOW = np.int64(2**32 - 1)
MOST_BUCKETS = 2**20


class Seeds(NamedTuple):
    """Where a search begins: states, what it costs to be there, and the station meant."""

    node: I32
    start: I32
    label: I32


@compiled
def seeds(edge: I32, along: I32, off: I32, graph: Graph) -> Seeds:
    """Seed every station at both ends of its edge; those that are not joined have no seed."""
    n = len(edge)
    most = 2 if len(graph.pocket) == 0 else 6
    seed = Seeds(
        np.empty(most * n, dtype=np.int32),
        np.empty(most * n, dtype=np.int32),
        np.empty(most * n, dtype=np.int32),
    )
    states = np.empty(3, dtype=np.int32)
    count = 0
    for s in range(n):
        e = edge[s]
        if e < 0 or graph.cost[e] == FAR:
            continue
        for end in range(2):
            at = graph.tail[e] if end == 0 else graph.head[e]
            part = along[s] if end == 0 else graph.cost[e] - along[s]
            for i in range(pockets.ends(graph, e, at, states)):
                seed.node[count], seed.start[count] = states[i], off[s] + part
                seed.label[count] = s
                count += 1
    return Seeds(seed.node[:count], seed.start[:count], seed.label[:count])


@compiled
def nearest(graph: Graph, seed: Seeds, limit: int) -> tuple[I32, I32, I32]:
    """Give every node its distance, its station and the edge towards it (−1: the station's own).

    Nodes farther than `limit` keep distance `FAR` and station −1. What waits is kept in
    buckets about an edge wide, the latest come first: so the search stays where it is in
    memory. A node whose label becomes better inside the bucket is walked from again
    (U. Meyer, P. Sanders 2003, "Δ-stepping").
    """
    n = len(graph.first) - 1
    found = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
    room = n + len(seed.node) + 1
    while not _spread(graph, seed, limit, found, room):
        room *= 2
    return found


@compiled
def _spread(graph: Graph, seed: Seeds, limit: int, found: tuple[I32, I32, I32], room: int) -> bool:
    """Search; False when more waits at a time than there is room for.

    An array that is replaced inside a loop is counted at every turn: it costs twice the time.
    """
    far, owner, back = found
    first, heads, via, step = graph.first, graph.heads, graph.via, graph.step
    far[:], owner[:], back[:] = FAR, -1, -1
    waits = np.zeros(len(far), dtype=np.bool_)
    shift, begins = buckets(graph, seed, limit)
    mask, one = len(begins) - 1, np.uint32(1)
    entries, after = np.empty(room, dtype=np.int32), np.empty(room, dtype=np.int32)
    free, used, live, bucket = np.int32(-1), np.int32(0), 0, 0
    for i in range(len(seed.node)):
        u, d, s = np.uint32(seed.node[i]), seed.start[i], seed.label[i]
        if d <= limit and (d < far[u] or (d == far[u] and s < owner[u])):
            far[u], owner[u] = d, s
    for node in seed.node:
        u = np.uint32(node)
        if far[u] != FAR and not waits[u]:
            waits[u] = True
            spot = (far[u] >> shift) & mask
            entries[used], after[used] = u, begins[spot]
            begins[spot] = used
            used, live = np.int32(used + 1), live + 1
    while live:
        entry = begins[bucket & mask]
        if entry < 0:
            bucket += 1
            continue
        u = np.uint32(entries[entry])
        begins[bucket & mask], after[entry], free = after[entry], free, entry
        live -= 1
        if not waits[u]:
            continue
        waits[u] = False
        at, mine = np.int64(far[u]), owner[u]
        for a in range(np.uint32(first[u]), np.uint32(first[u + one])):
            v, reach = np.uint32(heads[a]), at + np.int64(step[a])
            known = np.int64(far[v])
            if reach > known or reach > limit or (reach == known and mine >= owner[v]):
                continue
            far[v], owner[v], back[v] = reach, mine, via[a]
            if waits[v] and reach >> shift == known >> shift:
                continue
            waits[v] = True
            if free >= 0:
                entry, free = free, after[free]
            elif used == room:
                return False
            else:
                entry, used = used, np.int32(used + 1)
            spot = (reach >> shift) & mask
            entries[entry], after[entry] = v, begins[spot]
            begins[spot] = entry
            live += 1
    return True


@compiled
def buckets(graph: Graph, seed: Seeds, limit: int) -> tuple[int, I32]:
    """Choose the width of the buckets, as a power of two, and make them, empty, for one round."""
    longest, total, count = np.int64(1), np.int64(0), 1
    for step in graph.step:
        if step <= limit and step != FAR:
            longest, total, count = max(longest, np.int64(step)), total + step, count + 1
    for start in seed.start:
        if start <= limit:
            longest = max(longest, np.int64(start))
    shift, number = 0, 1
    while (total // count) >> shift or longest >> shift > MOST_BUCKETS:
        shift += 1
    while number < (longest >> shift) + 2:
        number *= 2
    return shift, np.full(number, np.int32(-1), dtype=np.int32)


@compiled
def around(graph: Graph, seed: Seeds, limit: int, scratch: tuple[I32, I32]) -> I32:
    """Search from one place only, no farther than `limit`; give the nodes met, nearest first.

    `scratch` is distances, which must be `FAR` everywhere, and edges. They hold how far the
    nodes met are and by which edge the station lies (−1: its own); who calls sets distances
    back (`forget`), so that a search costs what it meets and not the network.
    """
    far, back = scratch
    keys = np.empty(256, dtype=np.int64)
    met = np.empty(256, dtype=np.int64)
    size, count = 0, 0
    for i in range(len(seed.node)):
        u, d = seed.node[i], seed.start[i]
        if d <= limit and d < far[u]:
            far[u], back[u] = d, -1
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
            far[v], back[v] = reach, graph.via[a]
            if size == len(keys):
                keys = doubled(keys)
            size = push(keys, size, (reach << 32) | np.int64(v))
    return met[:count].astype(np.int32)


@compiled
def forget(far: I32, met: I32) -> None:
    """Make a scratch array of distances ready for the next search."""
    for u in met:
        far[u] = FAR
