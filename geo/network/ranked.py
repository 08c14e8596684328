"""The k nearest stations of every node, exact in integer centimetres.

Of stations that are equally far, the one given first comes first. A station that is among
the k nearest of a node is so for every node on the way there: what is not among the k
nearest is not passed on, and the way is read from node to node.
"""

import numpy as np

from geo.network.kernel import I32, I64, compiled
from geo.network.pockets import Graph
from geo.network.search import FAR, LOW, Seeds, buckets

Lists = tuple[I32, I32, I32]
"""Distance, station and edge towards it, (nodes, k) arrays, nearest first."""
NONE = np.int64(2**63 - 1)


@compiled
def nearest_k(graph: Graph, seed: Seeds, limit: int, k: int) -> Lists:
    """Give every node its k nearest stations, nearest first.

    As `search.nearest`, with k labels a node. A label packs distance and station, so that
    one comparison orders both; its mark packs the edge it came by (+ 1) and, in the lowest
    bit, whether it waits to be passed on.
    """
    n = len(graph.first) - 1
    label, mark = np.empty((n, k), dtype=np.int64), np.empty((n, k), dtype=np.int32)
    room = n * k + 2 * len(seed.node) + 1
    while not _spread(graph, seed, limit, (label, mark), room):
        room *= 2
    return _unpacked(label, mark)


@compiled
def _spread(graph: Graph, seed: Seeds, limit: int, lists: tuple[I64, I32], room: int) -> bool:
    """Write labels and marks; False when more waits at a time than there is room for."""
    label, mark = lists
    first, heads, via, step = graph.first, graph.heads, graph.via, graph.step
    label[:] = NONE
    mark[:] = 0
    one, width = np.uint32(1), np.uint32(label.shape[1])
    last = width - one
    shift, begins = buckets(graph, seed, limit)
    mask = len(begins) - 1
    entries, after = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int32)
    free, used, live, bucket, begun = np.int32(-1), np.int32(0), 0, 0, 0
    while begun < len(seed.node) or live:
        if begun < len(seed.node):
            at, s = np.int64(0), np.int64(seed.label[begun])
            a, stop = np.uint32(0), one
        else:
            entry = begins[bucket & mask]
            if entry < 0:
                bucket += 1
                continue
            begins[bucket & mask], after[entry], free = after[entry], free, entry
            live -= 1
            u, s = np.uint32(entries[entry] >> 32), entries[entry] & LOW
            j = np.uint32(0)
            while j < width and label[u, j] & LOW != s:
                j += one
            if j == width or mark[u, j] & 1 == 0:
                continue
            mark[u, j] -= 1
            at = label[u, j] >> 32
            a, stop = np.uint32(first[u]), np.uint32(first[u + one])
        while a < stop:
            if begun < len(seed.node):
                v, reach, e = np.uint32(seed.node[begun]), np.int64(seed.start[begun]), np.int32(-1)
                begun += 1
            else:
                v, reach, e = np.uint32(heads[a]), at + np.int64(step[a]), via[a]
            a += one
            news = (reach << 32) | s
            if reach > limit or news >= label[v, last]:
                continue
            j = np.uint32(0)
            while j < last and label[v, j] & LOW != s:
                j += one
            old = label[v, j]
            if old & LOW == s and news >= old:
                continue
            waits = old & LOW == s and mark[v, j] & 1 == 1
            while j > 0 and label[v, j - one] > news:
                label[v, j], mark[v, j] = label[v, j - one], mark[v, j - one]
                j -= one
            label[v, j], mark[v, j] = news, 2 * (e + 1) + 1
            if waits and reach >> shift == old >> 32 >> shift:
                continue
            if free >= 0:
                entry, free = free, after[free]
            elif used == room:
                return False
            else:
                entry, used = used, np.int32(used + 1)
            entries[entry], after[entry] = (np.int64(v) << 32) | s, begins[(reach >> shift) & mask]
            begins[(reach >> shift) & mask] = entry
            live += 1
    return True


@compiled
def _unpacked(label: I64, mark: I32) -> Lists:
    n, k = label.shape
    lists = np.empty((n, k), np.int32), np.empty((n, k), np.int32), np.empty((n, k), np.int32)
    far, owner, back = lists
    for u in range(n):
        for j in range(k):
            if label[u, j] == NONE:
                far[u, j], owner[u, j], back[u, j] = FAR, -1, -1
            else:
                far[u, j], owner[u, j] = label[u, j] >> 32, label[u, j] & LOW
                back[u, j] = (mark[u, j] >> 1) - 1
    return lists
