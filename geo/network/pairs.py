"""Every station within a walk of every place, as one sparse table."""

from typing import NamedTuple

import numpy as np

from geo.layers import TravelTimes, Walker
from geo.network import pockets, search
from geo.network.graph import Network
from geo.network.kernel import I32, I64, compiled
from geo.network.labels import Targets
from geo.network.pockets import Graph
from geo.network.snapping import Snap, snap
from geo.network.times import Places, points, table
from geo.network.tree import ADULT, as_it_costs, limit_cm, targets

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
    graph, length = net.walked_by(walker), net.length_cm
    limit = limit_cm(limit_s, walker)
    ends = targets(joined, graph, length)
    homes = _on_edges(places, as_it_costs(places, graph, length), net.edges)
    row, column, cost, far = _pairs(graph, homes, (ends, joined.along_cm), (limit, length))
    order = np.lexsort((column, cost, row))
    pairs = row[order], column[order], cost[order]
    return table((origin_ids, station_ids), pairs, walker, limit_s, metres=far[order] / 100.0)


class _OnEdges(NamedTuple):
    """Places by edge: those of edge e are ``order[first[e]:first[e + 1]]``.

    `cost_cm` and `along_cm` are the way along the edge, as it costs and as it is.
    """

    cost_cm: I32
    along_cm: I32
    off_cm: I32
    order: I32
    first: I32


def _on_edges(places: Snap, costs: Snap, edges: int) -> _OnEdges:
    order = np.argsort(places.edge, kind="stable").astype(np.int32)
    first = np.searchsorted(places.edge[order], np.arange(edges + 1)).astype(np.int32)
    return _OnEdges(costs.along_cm, places.along_cm, places.off_cm, order, first)


@compiled
def _pairs(
    graph: Graph, places: _OnEdges, stations: tuple[Targets, I32], measure: tuple[int, I32]
) -> tuple[I32, I32, I32, I32]:
    """Give place, station, cost and length of every pair."""
    target, truly = stations
    limit, length = measure
    out = np.empty((4, 1024), dtype=np.int32)
    count = 0
    far = np.full(len(graph.first) - 1, FAR, dtype=np.int32)
    back, long = np.empty_like(far), np.empty_like(far)
    best = np.full((len(places.along_cm), 2), np.int64(FAR), dtype=np.int64)
    for s in range(len(target.edge)):
        e, along, off = target.edge[s], target.along_cm[s], target.off_cm[s]
        if e < 0 or graph.cost[e] == FAR:
            continue
        one = slice(s, s + 1)
        seed = search.seeds(target.edge[one], target.along_cm[one], target.off_cm[one], graph)
        met = search.around(graph, seed, limit, (far, back))
        _measure(graph, met, (back, long, length), (e, truly[s], off, far, along))
        seen = _met_on_edges(graph, places, met, (far, long, length, best, limit))
        for p in range(places.first[e], places.first[e + 1]):
            i = places.order[p]
            cost = np.int64(abs(along - places.cost_cm[i])) + off + places.off_cm[i]
            if cost <= limit and best[i, 0] == FAR:
                seen.append(i)
            if cost < best[i, 0]:
                best[i, 0] = cost
                best[i, 1] = abs(truly[s] - places.along_cm[i]) + off + places.off_cm[i]
        search.forget(far, met)
        while count + len(seen) > out.shape[1]:
            longer = np.empty((4, 2 * out.shape[1]), dtype=np.int32)
            longer[:, :count] = out[:, :count]
            out = longer
        for i in seen:
            out[0, count], out[1, count], out[2, count], out[3, count] = (
                i,
                s,
                best[i, 0],
                best[i, 1],
            )
            count += 1
        for p in range(places.first[e], places.first[e + 1]):
            best[places.order[p], 0] = FAR
        for i in seen:
            best[i, 0] = FAR
    return out[0, :count], out[1, :count], out[2, :count], out[3, :count]


@compiled
def _measure(
    graph: Graph, met: I32, on: tuple[I32, I32, I32], station: tuple[int, int, int, I32, int]
) -> None:
    """Write how long the ways from the nodes met to their station are."""
    back, long, length = on
    e, truly, off, far, along = station
    for u in met:
        if back[u] < 0:
            tail = graph.tail[e] == pockets.node(graph, u) and far[u] == off + along
            long[u] = off + (truly if tail else length[e] - truly)
        else:
            long[u] = long[pockets.onwards(graph, u, back[u])] + length[back[u]]


@compiled
def _met_on_edges(
    graph: Graph, places: _OnEdges, met: I32, reach: tuple[I32, I32, I32, I64, int]
) -> list[np.int32]:
    """Note the cost of every place on the edges of the nodes met; give those within the limit."""
    far, long, length, best, limit = reach
    seen = [np.int32(0) for _ in range(0)]
    for u in met:
        if pockets.is_ending(graph, u):
            continue
        at = pockets.node(graph, u)
        for a in range(graph.first[u], graph.first[u + 1]):
            e = graph.via[a]
            if graph.cost[e] == FAR:
                continue
            for p in range(places.first[e], places.first[e + 1]):
                i = places.order[p]
                part, metres = places.cost_cm[i], places.along_cm[i]
                rest = graph.cost[e] - part
                if graph.tail[e] != at or (graph.head[e] == at and rest < part):
                    part, metres = rest, length[e] - metres
                cost = np.int64(far[u]) + part + places.off_cm[i]
                if cost > limit or cost >= best[i, 0]:
                    continue
                if best[i, 0] == FAR:
                    seen.append(i)
                best[i, 0] = cost
                best[i, 1] = np.int64(long[u]) + metres + places.off_cm[i]
    return seen
