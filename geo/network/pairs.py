"""Every station within a walk of every place, as one sparse table."""

import numpy as np

from geo.layers import TravelTimes, Walker
from geo.network import search
from geo.network.graph import Network
from geo.network.kernel import I32, compiled
from geo.network.snapping import snap
from geo.network.times import Places, points, table
from geo.network.tree import ADULT, limit_cm

FAR = search.FAR


def within(
    net: Network, origins: Places, stations: Places, *, limit_s: float, walker: Walker = ADULT
) -> TravelTimes:
    """Find every station within a walk of every place: all of them, not the k nearest.

    Parameters
    ----------
    net : Network
    origins, stations : GeoDataFrame or (n, 2) float
        Layers with `id`, or metres; bare points are called by their positions.
    limit_s : float
        Longest walk, seconds. One bounded search a station: the work grows with it.
    walker : Walker
    """
    origin_ids, origins_xy = points(origins, net)
    station_ids, stations_xy = points(stations, net)
    places, targets = (snap(net, xy, walker=walker) for xy in (origins_xy, stations_xy))
    by_edge = np.argsort(places.edge, kind="stable").astype(np.int32)
    place_start = np.searchsorted(places.edge[by_edge], np.arange(net.edges + 1)).astype(np.int32)
    row, column, cost = _pairs(
        net.first, net.heads, net.via, net.tail, net.head, net.costs_cm(walker),
        places.along_cm, places.off_cm, by_edge, place_start,
        targets.edge, targets.along_cm, targets.off_cm, limit_cm(limit_s, walker),
    )  # fmt: skip
    order = np.lexsort((column, cost, row))
    return table(origin_ids, station_ids, row[order], column[order], cost[order], walker, limit_s)


@compiled
def _pairs(
    first: I32, heads: I32, via: I32, tail: I32, head: I32, cost: I32,
    along: I32, off: I32, by_edge: I32, place_start: I32,
    s_edge: I32, s_along: I32, s_off: I32, limit: int,
) -> tuple[I32, I32, I32]:  # fmt: skip
    out = np.empty((3, 1024), dtype=np.int32)
    count = 0
    far = np.full(len(first) - 1, FAR, dtype=np.int32)
    best = np.full(len(along), FAR, dtype=np.int32)
    seen = np.empty(len(along), dtype=np.int32)
    for s in range(len(s_edge)):
        e = s_edge[s]
        if e < 0 or cost[e] == FAR:
            continue
        node, start, _ = search.seeds(
            s_edge[s : s + 1], s_along[s : s + 1], s_off[s : s + 1], tail, head, cost
        )
        met = search.around(first, heads, via, cost, node, start, limit, far)
        found = 0
        for p in range(place_start[e], place_start[e + 1]):
            i = by_edge[p]
            found = _better(
                best, seen, found, i, abs(s_along[s] - along[i]) + s_off[s] + off[i], limit
            )
        for u in met:
            for a in range(first[u], first[u + 1]):
                e = via[a]
                if cost[e] == FAR:
                    continue
                for p in range(place_start[e], place_start[e + 1]):
                    i = by_edge[p]
                    if tail[e] == u:
                        found = _better(best, seen, found, i, far[u] + along[i] + off[i], limit)
                    if head[e] == u:
                        part = cost[e] - along[i]
                        found = _better(best, seen, found, i, far[u] + part + off[i], limit)
        search.forget(far, met)
        while count + found > out.shape[1]:
            more = np.empty((3, 2 * out.shape[1]), dtype=np.int32)
            more[:, :count] = out[:, :count]
            out = more
        for j in range(found):
            i = seen[j]
            out[0, count], out[1, count], out[2, count] = i, s, best[i]
            best[i] = FAR
            count += 1
    return out[0, :count], out[1, :count], out[2, :count]


@compiled
def _better(best: I32, seen: I32, found: int, i: int, cost: int, limit: int) -> int:
    if cost > limit or cost >= best[i]:
        return found
    if best[i] == FAR:
        seen[found] = i
        found += 1
    best[i] = cost
    return found
