"""The k nearest stations of every node, exact in integer centimetres.

Of stations that are equally far, the one given first comes first. A station that is among
the k nearest of a node is so for every node on the way there: a search need not go on where
k others are nearer, and the way is read from node to node.
"""

import numpy as np

from geo.network.heap import doubled, pop, push
from geo.network.kernel import I32, I64, compiled
from geo.network.pockets import Graph
from geo.network.search import FAR, LOW, Seeds, around, forget

Lists = tuple[I32, I32, I32]
"""Distance, station and edge towards it, (nodes, k) arrays, nearest first."""
SAMPLE = 16
CROWDED = 12
"""Where a node lies within reach of more than 12 k stations, they are searched together."""


@compiled
def nearest_k(graph: Graph, seed: Seeds, limit: int, k: int) -> Lists:
    """Give every node its k nearest stations, nearest first.

    Where the limit leaves each station a small land they are searched one by one, neighbours
    after each other, and all that a search touches stays in the cache.
    """
    first = _stations(seed)
    n = len(graph.first) - 1
    lists = (
        np.full((n, k), FAR, dtype=np.int32),
        np.full((n, k), np.int32(-1), dtype=np.int32),
        np.full((n, k), np.int32(-1), dtype=np.int32),
    )
    if _crowded(graph, (seed, first), limit, CROWDED * k):
        together(graph, seed, limit, lists)
    else:
        one_by_one(graph, (seed, first), limit, lists)
    return lists


@compiled
def _stations(seed: Seeds) -> I64:
    """Give the first seed of every station, and one entry more."""
    first = np.empty(len(seed.label) + 1, dtype=np.int64)
    count = 0
    for i in range(len(seed.label)):
        if i == 0 or seed.label[i] != seed.label[i - 1]:
            first[count] = i
            count += 1
    first[count] = len(seed.label)
    return first[: count + 1]


@compiled
def _of(seed: Seeds, first: I64, station: int) -> Seeds:
    part = slice(first[station], first[station + 1])
    return Seeds(seed.node[part], seed.start[part], seed.label[part])


@compiled
def _crowded(graph: Graph, stations: tuple[Seeds, I64], limit: int, most: int) -> bool:
    """Say whether a node lies within reach of more than `most` stations, judged by a few."""
    seed, first = stations
    count, n = len(first) - 1, len(graph.first) - 1
    if count <= most:
        return False
    far, back = np.full(n, FAR, dtype=np.int32), np.empty(n, dtype=np.int32)
    land = most * n // count + 1
    taken = min(SAMPLE, count // 64 + 1)
    nodes = 0
    for i in range(taken):
        met = around(graph, _of(seed, first, i * count // taken), limit, (far, back), 2 * land)
        nodes += len(met)
        forget(far, met)
    return nodes >= taken * land


@compiled
def one_by_one(graph: Graph, stations: tuple[Seeds, I64], limit: int, lists: Lists) -> None:
    """Search from one station after the other, each no farther than it is among the k nearest."""
    seed, first = stations
    far, owner, _ = lists
    last = far.shape[1] - 1
    cost = np.full(len(graph.first) - 1, FAR, dtype=np.int32)
    came = np.full(len(graph.first) - 1, np.int32(-1), dtype=np.int32)
    keys, touched = np.empty(256, dtype=np.int64), np.empty(256, dtype=np.int64)
    for station in np.argsort(seed.node[first[:-1]], kind="mergesort"):
        s, size, count = seed.label[first[station]], 0, 0
        for i in range(first[station], first[station + 1]):
            u, d = seed.node[i], seed.start[i]
            if d > limit or d >= cost[u] or _outdone(far, owner, u, (d, s)):
                continue
            if cost[u] == FAR:
                touched = doubled(touched) if count == len(touched) else touched
                touched[count] = u
                count += 1
            cost[u] = d
            keys = doubled(keys) if size == len(keys) else keys
            size = push(keys, size, (np.int64(d) << 32) | np.int64(u))
        while size:
            u, at = keys[0] & LOW, keys[0] >> 32
            size = pop(keys, size)
            if at != cost[u]:
                continue
            _enter(lists, u, (at, s, came[u]), last)
            for a in range(graph.first[u], graph.first[u + 1]):
                v, reach = graph.heads[a], at + np.int64(graph.step[a])
                if reach > limit or reach >= cost[v] or _outdone(far, owner, v, (reach, s)):
                    continue
                if cost[v] == FAR:
                    touched = doubled(touched) if count == len(touched) else touched
                    touched[count] = v
                    count += 1
                cost[v], came[v] = reach, graph.via[a]
                keys = doubled(keys) if size == len(keys) else keys
                size = push(keys, size, (reach << 32) | np.int64(v))
        for u in touched[:count]:
            cost[u], came[u] = FAR, -1


@compiled
def _outdone(far: I32, owner: I32, u: int, news: tuple[int, int]) -> bool:
    """Say whether k stations are nearer to a node than this one, by (distance, station)."""
    last = far.shape[1] - 1
    return bool(far[u, last] < news[0] or (far[u, last] == news[0] and owner[u, last] < news[1]))


@compiled
def together(graph: Graph, seed: Seeds, limit: int, lists: Lists) -> None:
    """Search from all stations at once.

    Label setting: every node keeps the k best that it has heard of, in order; the next of
    them is settled when its distance leaves the heap, and only what is settled is passed on.
    """
    far, owner, _ = lists
    k = far.shape[1]
    known = np.zeros(len(far), dtype=np.int32)
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
            v, reach = graph.heads[a], at + np.int64(graph.step[a])
            if reach > limit or reach > far[v, k - 1]:
                continue
            if _heard(lists, v, (reach, s, graph.via[a])):
                keys = doubled(keys) if size == len(keys) else keys
                size = push(keys, size, (reach << 32) | np.int64(v))


@compiled
def _heard(lists: Lists, u: int, news: tuple[int, int, int]) -> bool:
    """Put a station into the list of a node, by (distance, station); say whether it entered."""
    far, owner, _ = lists
    at = far.shape[1] - 1
    for j in range(far.shape[1]):
        if owner[u, j] == news[1]:
            at = j
            break
    if far[u, at] < news[0] or (far[u, at] == news[0] and owner[u, at] <= news[1]):
        return False
    _enter(lists, u, news, at)
    return True


@compiled
def _enter(lists: Lists, u: int, news: tuple[int, int, int], at: int) -> None:
    """Put (distance, station, edge) in its place at or before entry `at`, which goes."""
    far, owner, back = lists
    d, s, e = news
    while at > 0 and (far[u, at - 1] > d or (far[u, at - 1] == d and owner[u, at - 1] > s)):
        far[u, at], owner[u, at], back[u, at] = far[u, at - 1], owner[u, at - 1], back[u, at - 1]
        at -= 1
    far[u, at], owner[u, at], back[u, at] = d, s, e
