"""Dijkstra's algorithm from many stations at once, exact in integer centimetres.

E. W. Dijkstra 1959. Every station is a seed at both ends of its edge; every node learns
its nearest station, how far it is, and the edge by which the way goes there. Of stations
that are equally far, the one given first wins, everywhere in the same way.
"""

import numpy as np

from geo.network.heap import pop, push
from geo.network.kernel import I32, I64, compiled

FAR = np.int32(2**31 - 1)
"""The distance of what is not reached."""
LOW = np.int64(2**32 - 1)


@compiled
def seeds(edge: I32, along: I32, off: I32, tail: I32, head: I32, cost: I32) -> tuple[I32, I32, I32]:
    """Give nodes, costs and stations from which the search begins, two for each station."""
    n = len(edge)
    node = np.empty(2 * n, dtype=np.int32)
    start = np.empty(2 * n, dtype=np.int32)
    label = np.empty(2 * n, dtype=np.int32)
    count = 0
    for s in range(n):
        e = edge[s]
        if e < 0 or cost[e] == FAR:
            continue
        node[count], start[count], label[count] = tail[e], off[s] + along[s], s
        node[count + 1], start[count + 1], label[count + 1] = (
            head[e],
            off[s] + cost[e] - along[s],
            s,
        )
        count += 2
    return node[:count], start[:count], label[:count]


@compiled
def nearest(
    first: I32, heads: I32, via: I32, cost: I32, node: I32, start: I32, label: I32, limit: int
) -> tuple[I32, I32, I32]:
    """Give every node its distance, its station and the edge towards it (−1: the station's own).

    Nodes farther than `limit` keep distance `FAR` and station −1.
    """
    n = len(first) - 1
    far = np.full(n, FAR, dtype=np.int32)
    owner = np.full(n, np.int32(-1), dtype=np.int32)
    back = np.full(n, np.int32(-1), dtype=np.int32)
    keys = np.empty(len(heads) + len(node) + 1, dtype=np.int64)
    size = 0
    for i in range(len(node)):
        u = node[i]
        if start[i] <= limit and start[i] < far[u]:
            far[u], owner[u] = start[i], label[i]
            size = push(keys, size, (np.int64(start[i]) << 32) | np.int64(u))
        elif start[i] == far[u] and label[i] < owner[u]:
            owner[u] = label[i]
    while size:
        key = keys[0]
        size = pop(keys, size)
        u = key & LOW
        d = key >> 32
        if d != far[u]:
            continue
        mine = owner[u]
        for a in range(first[u], first[u + 1]):
            e = via[a]
            if cost[e] == FAR:
                continue
            reach = d + cost[e]
            v = heads[a]
            if reach > far[v] or reach > limit:
                continue
            if reach < far[v]:
                far[v], owner[v], back[v] = reach, mine, e
                size = push(keys, size, (np.int64(reach) << 32) | np.int64(v))
            elif mine < owner[v]:
                owner[v], back[v] = mine, e
    return far, owner, back


@compiled
def nearest_k(
    first: I32, heads: I32, via: I32, cost: I32, node: I32, start: I32, label: I32,
    limit: int, k: int,
) -> tuple[I32, I32, I32]:  # fmt: skip
    """Give every node its k nearest stations, nearest first, as (nodes, k) arrays.

    Label setting: a node is settled once for each of its k stations, and passes on only
    what it has settled.
    """
    n = len(first) - 1
    far = np.full((n, k), FAR, dtype=np.int32)
    owner = np.full((n, k), np.int32(-1), dtype=np.int32)
    back = np.full((n, k), np.int32(-1), dtype=np.int32)
    known = np.zeros(n, dtype=np.int32)
    keys = np.empty(1024, dtype=np.int64)
    entry = np.empty((1024, 3), dtype=np.int32)
    free, size, entries = np.int64(-1), 0, 0
    for i in range(len(node)):
        if start[i] <= limit:
            if entries == len(entry):
                keys, entry = _doubled(keys, entry)
            entry[entries] = node[i], label[i], -1
            size = push(keys, size, (np.int64(start[i]) << 32) | entries)
            entries += 1
    while size:
        key = keys[0]
        size = pop(keys, size)
        slot = key & LOW
        d = key >> 32
        u, s, e0 = entry[slot, 0], entry[slot, 1], entry[slot, 2]
        entry[slot, 0], free = np.int32(free), slot
        if known[u] == k or _has(owner, u, known[u], s):
            continue
        far[u, known[u]], owner[u, known[u]], back[u, known[u]] = d, s, e0
        known[u] += 1
        for a in range(first[u], first[u + 1]):
            e, v = via[a], heads[a]
            if cost[e] == FAR or d + cost[e] > limit or e == e0:
                continue
            if known[v] == k or _has(owner, v, known[v], s):
                continue
            if free >= 0:
                slot = free
                free = np.int64(entry[slot, 0])
            else:
                if entries == len(entry):
                    keys, entry = _doubled(keys, entry)
                slot = np.int64(entries)
                entries += 1
            entry[slot] = v, s, e
            size = push(keys, size, (np.int64(d + cost[e]) << 32) | slot)
    return far, owner, back


@compiled
def _has(owner: I32, u: int, count: int, station: int) -> bool:
    for j in range(count):  # noqa: SIM110 (compiled)
        if owner[u, j] == station:
            return True
    return False


@compiled
def _doubled(keys: I64, entry: I32) -> tuple[I64, I32]:
    more_keys = np.empty(2 * len(keys), dtype=np.int64)
    more_entry = np.empty((2 * len(entry), 3), dtype=np.int32)
    more_keys[: len(keys)] = keys
    more_entry[: len(entry)] = entry
    return more_keys, more_entry


@compiled
def around(
    first: I32, heads: I32, via: I32, cost: I32, node: I32, start: I32, limit: int, far: I32
) -> I32:
    """Search from one place only, no farther than `limit`; give the nodes met, nearest first.

    `far` must be `FAR` everywhere and holds the distances of the nodes met afterwards; who
    calls sets them back (`forget`), so that a search costs what it meets and not the network.
    """
    keys = np.empty(256, dtype=np.int64)
    met = np.empty(256, dtype=np.int32)
    size, count = 0, 0
    for i in range(len(node)):
        if start[i] <= limit and start[i] < far[node[i]]:
            far[node[i]] = start[i]
            size = push(keys, size, (np.int64(start[i]) << 32) | np.int64(node[i]))
    while size:
        key = keys[0]
        size = pop(keys, size)
        u = key & LOW
        d = key >> 32
        if d != far[u]:
            continue
        if count == len(met):
            met = _longer(met)
        met[count] = u
        count += 1
        for a in range(first[u], first[u + 1]):
            v, step = heads[a], cost[via[a]]
            if step == FAR or d + step > limit or d + step >= far[v]:
                continue
            far[v] = d + step
            if size == len(keys):
                longer = np.empty(2 * size, dtype=np.int64)
                longer[:size] = keys
                keys = longer
            size = push(keys, size, (np.int64(d + step) << 32) | np.int64(v))
    return met[:count]


@compiled
def _longer(values: I32) -> I32:
    longer = np.empty(2 * len(values), dtype=np.int32)
    longer[: len(values)] = values
    return longer


@compiled
def forget(far: I32, met: I32) -> None:
    """Make a scratch array of distances ready for the next search."""
    for u in met:
        far[u] = FAR
