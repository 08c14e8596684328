"""The edges of one walk, read from what the states know; their length and their line."""

import numpy as np

from geo.network import pockets
from geo.network.kernel import F64, I32, Bools, compiled
from geo.network.labels import Known, Targets
from geo.network.pockets import Graph
from geo.network.segments import SegmentGrid
from geo.network.snapping import Snap

Way = tuple[I32, Bools]
"""Edges in order, and whether each is walked from tail to head."""
Begin = tuple[int, int, int]
"""One place: its edge, the way along it as it costs, and the way to it."""


@compiled
def walked(begin: Begin, graph: Graph, known: Known, target: Targets, end: tuple[int, int]) -> Way:
    """Give the edges of a walk; `end` is its station and what the walk there costs."""
    station, cost = end
    edge, along, off = begin
    own, to, beyond = target.edge[station], target.along_cm[station], target.off_cm[station]
    if edge == own and abs(to - along) + off + beyond == cost:
        return np.array([edge], dtype=np.int32), np.array([to >= along])
    u = graph.from_tail[edge]
    at = _slot(known.station, u, station)
    forward = at < 0 or known.far_cm[u, at] + along + off != cost or known.back[u, at] == edge
    if forward:
        u = graph.from_head[edge]
        at = _slot(known.station, u, station)
    edges, ways, u, at = _up(u, at, graph, known)
    edges[0], ways[0], edges[-1] = edge, forward, own
    ways[-1] = graph.tail[own] == pockets.node(graph, u) and known.far_cm[u, at] == beyond + to
    return edges, ways


@compiled
def _up(u: int, at: int, graph: Graph, known: Known) -> tuple[I32, Bools, int, int]:
    """Walk up the tree from entry `at` of state u: edges with a gap before and after, the end.

    `pockets.onwards`, written out: arrays that are handed over in a loop cost more than it.
    """
    n, p = pockets.nodes(graph), len(graph.pocket)
    tail, head, from_tail, back, stations = (
        graph.tail, graph.head, graph.from_tail, known.back, known.station,
    )  # fmt: skip
    station, k = stations[u, at], stations.shape[1]
    edges, ways, size = np.empty(256, dtype=np.int32), np.empty(256, dtype=np.bool_), 1
    while back[u, at] >= 0:
        if size + 1 == len(edges):
            edges, ways = np.append(edges, edges), np.append(ways, ways)
        e = back[u, at]
        here = u if u < n else graph.pocket[(u - n) % p]
        edges[size], ways[size] = e, tail[e] == here
        size += 1
        v = head[e] if tail[e] == here else tail[e]
        if from_tail[e] != tail[e]:
            v = graph.inner[v] + (n + p if u >= n + p else n)
        u, at = int(v), 0
        while at < k - 1 and stations[u, at] != station:
            at += 1
    return edges[: size + 1], ways[: size + 1], u, at


@compiled
def length(way: Way, begin: int, end: int, off: int, length_cm: I32) -> int:
    """Measure a walk, from one place along its first edge to another along its last."""
    edges, forward = way
    if len(edges) == 1:
        return off + abs(end - begin)
    total = off
    for i in range(1, len(edges) - 1):
        total += length_cm[edges[i]]
    total += length_cm[edges[0]] - begin if forward[0] else begin
    return total + (end if forward[-1] else length_cm[edges[-1]] - end)


@compiled
def lengths(
    places: Snap,
    along_cm: I32,
    task: tuple[Graph, Known, Targets],
    measure: tuple[I32, I32],
    found: tuple[I32, I32],
) -> None:
    """Write the lengths of found walks over their costs.

    `places` lie along their edges as it costs, in truth at `along_cm`; so stations at
    ``measure[0]``, on edges of length ``measure[1]``. `found` are stations and costs, (n, k).
    """
    graph, known, target = task
    which, costs = found
    for i in range(len(which)):
        begin = places.edge[i], places.along_cm[i], places.off_cm[i]
        for j in range(which.shape[1]):
            s = which[i, j]
            if s < 0:
                break
            way = walked(begin, graph, known, target, (s, costs[i, j]))
            off = places.off_cm[i] + target.off_cm[s]
            costs[i, j] = length(way, along_cm[i], measure[0][s], off, measure[1])


@compiled
def _slot(stations: I32, node: int, station: int) -> int:
    for j in range(stations.shape[1]):
        if stations[node, j] == station:
            return j
    return -1


@compiled
def drawn(g: SegmentGrid, way: Way, place: Snap, end: Snap, station: int) -> F64:
    """Draw a walk: door, street, edges in part and whole, street, entrance."""
    edges, forward = way
    size, last = 4, len(edges) - 1
    for e in edges:
        size += g.first[e + 1] - g.first[e]
    line = np.empty((size, 2))
    line[0, 0], line[0, 1] = place.xy[0, 0], place.xy[0, 1]
    count = _append(line, 1, place.foot[0, 0], place.foot[0, 1])
    for i in range(len(edges)):
        e, onwards = edges[i], forward[i]
        if 0 < i < last:
            p = g.first[e] if onwards else g.first[e + 1] - 1
            for _ in range(g.first[e + 1] - g.first[e]):
                x, y = g.points[p, 0], g.points[p, 1]
                if line[count - 1, 0] != x or line[count - 1, 1] != y:
                    line[count, 0], line[count, 1] = x, y
                    count += 1
                p += 1 if onwards else -1
            continue
        low, high = -1.0, np.inf
        if i == 0:
            low, high = _beyond(float(place.along_cm[0]), onwards, low, high)
        if i == last:
            low, high = _beyond(float(end.along_cm[station]), not onwards, low, high)
        count = _part(line, count, g, (e, onwards), (low, high))
    count = _append(line, count, end.foot[station, 0], end.foot[station, 1])
    count = _append(line, count, end.xy[station, 0], end.xy[station, 1])
    if count == 1:
        line[1, 0], line[1, 1] = line[0, 0], line[0, 1]
        count = 2
    return line[:count]


@compiled
def _beyond(along: float, upwards: bool, low: float, high: float) -> tuple[float, float]:
    """Keep what lies above a distance from the tail of an edge, or below it."""
    return (max(low, along), high) if upwards else (low, min(high, along))


@compiled
def _part(
    line: F64, count: int, g: SegmentGrid, way: tuple[int, bool], between: tuple[float, float]
) -> int:
    """Append the vertices of an edge that lie between two distances (cm) from its tail."""
    edge, forward = way
    first, last = g.first[edge], g.first[edge + 1] - 1
    whole = 0.0
    for p in range(first, last):
        whole += _leg_cm(g, p)
    at = 0.0 if forward else whole
    for step in range(last - first + 1):
        p = first + step if forward else last - step
        if between[0] < at < between[1]:
            count = _append(line, count, g.points[p, 0], g.points[p, 1])
        if step < last - first:
            at += _leg_cm(g, p) if forward else -_leg_cm(g, p - 1)
    return count


@compiled
def _leg_cm(g: SegmentGrid, p: int) -> float:
    dx, dy = g.points[p + 1, 0] - g.points[p, 0], g.points[p + 1, 1] - g.points[p, 1]
    return float(100.0 * np.sqrt(dx * dx + dy * dy))


@compiled
def _append(line: F64, count: int, x: float, y: float) -> int:
    if line[count - 1, 0] == x and line[count - 1, 1] == y:
        return count
    line[count, 0], line[count, 1] = x, y
    return count + 1
