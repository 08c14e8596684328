"""Every station within a walk of every place, as one sparse table."""

from typing import NamedTuple

import numpy as np

from geo.layers import TravelTimes, Walker
from geo.network import search
from geo.network.graph import Graph, Network
from geo.network.kernel import I32, I64, compiled
from geo.network.snapping import Snap, snap
from geo.network.times import Places, points, table
from geo.network.tree import ADULT, Targets, limit_cm, targets

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
    places, joined = (snap(net, xy, walker=walker) for xy in (origins_xy, stations_xy))
    graph = net.walked_by(walker)
    limit = limit_cm(limit_s, walker)
    row, column, cost = _pairs(graph, _on_edges(places, net.edges), targets(joined), limit)
    order = np.lexsort((column, cost, row))
    return table(
        (origin_ids, station_ids), (row[order], column[order], cost[order]), walker, limit_s
    )


class _OnEdges(NamedTuple):
    """Places by edge: those of edge e are ``order[first[e]:first[e + 1]]``."""

    along_cm: I32
    off_cm: I32
    order: I32
    first: I32


def _on_edges(places: Snap, edges: int) -> _OnEdges:
    order = np.argsort(places.edge, kind="stable").astype(np.int32)
    first = np.searchsorted(places.edge[order], np.arange(edges + 1)).astype(np.int32)
    return _OnEdges(places.along_cm, places.off_cm, order, first)


@compiled
def _pairs(graph: Graph, places: _OnEdges, target: Targets, limit: int) -> tuple[I32, I32, I32]:
    out = np.empty((3, 1024), dtype=np.int32)
    count = 0
    far = np.full(len(graph.first) - 1, FAR, dtype=np.int32)
    best = np.full(len(places.along_cm), np.int64(FAR), dtype=np.int64)
    for s in range(len(target.edge)):
        e, along, off = target.edge[s], target.along_cm[s], target.off_cm[s]
        if e < 0 or graph.cost[e] == FAR:
            continue
        one = slice(s, s + 1)
        seed = search.seeds(target.edge[one], target.along_cm[one], target.off_cm[one], graph)
        met = search.around(graph, seed, limit, far)
        seen = _met_on_edges(graph, places, met, (far, best, limit))
        for p in range(places.first[e], places.first[e + 1]):
            i = places.order[p]
            cost = np.int64(abs(along - places.along_cm[i])) + off + places.off_cm[i]
            if cost <= limit and best[i] == FAR:
                seen.append(i)
            best[i] = min(best[i], cost)
        search.forget(far, met)
        while count + len(seen) > out.shape[1]:
            longer = np.empty((3, 2 * out.shape[1]), dtype=np.int32)
            longer[:, :count] = out[:, :count]
            out = longer
        for i in seen:
            out[0, count], out[1, count], out[2, count] = i, s, best[i]
            count += 1
        for p in range(places.first[e], places.first[e + 1]):
            best[places.order[p]] = FAR
        for i in seen:
            best[i] = FAR
    return out[0, :count], out[1, :count], out[2, :count]


@compiled
def _met_on_edges(
    graph: Graph, places: _OnEdges, met: I32, reach: tuple[I32, I64, int]
) -> list[np.int32]:
    """Note the cost of every place on the edges of the nodes met; give those within the limit."""
    far, best, limit = reach
    seen = [np.int32(0) for _ in range(0)]
    for u in met:
        for a in range(graph.first[u], graph.first[u + 1]):
            e = graph.via[a]
            if graph.cost[e] == FAR:
                continue
            for p in range(places.first[e], places.first[e + 1]):
                i = places.order[p]
                part = places.along_cm[i]
                if graph.tail[e] != u:
                    part = graph.cost[e] - part
                elif graph.head[e] == u:
                    part = min(part, graph.cost[e] - part)
                cost = np.int64(far[u]) + part + places.off_cm[i]
                if cost <= limit:
                    if best[i] == FAR:
                        seen.append(i)
                    best[i] = min(best[i], cost)
    return seen
