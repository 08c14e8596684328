"""The way itself: from a place over the streets to its station."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from shapely import LineString

from geo.layers import Walker
from geo.network.graph import Graph, Network, avoided
from geo.network.kernel import F64, I32, I64, Bools, compiled
from geo.network.segments import Ground, SegmentGrid
from geo.network.snapping import REACH_M, Snap, snap_all
from geo.network.tree import ADULT, FAR, Known, Targets, Tree, look_up, tree


@dataclass(frozen=True, slots=True)
class Route:
    """One walk: metres and seconds from door to entrance, and its line.

    `line` begins at the place and ends at the station; `off_m` of its metres lie beside the
    streets (from the door, and to the entrance). `edges` are the edges of the network in
    the order in which they are walked. A route that does not exist has inf metres and
    seconds, no edges and an empty line. `station` is the station's position in the list.
    """

    metres: float
    seconds: float
    off_m: float
    line: LineString
    edges: I32
    station: int

    @property
    def found(self) -> bool:
        """Say whether there is a way at all."""
        return self.station >= 0


NONE = Route(float("inf"), float("inf"), 0.0, LineString(), np.empty(0, np.int32), -1)
"""No way."""


def route(net: Network, origin_xy: F64, station_xy: F64, *, walker: Walker = ADULT) -> Route:
    """Find the shortest walk between two places.

    Parameters
    ----------
    net : Network
    origin_xy, station_xy : (2,) float
        Metres in the network's CRS.
    walker : Walker

    Examples
    --------
    >>> town = towns.river()
    >>> way = network.route(town.net, (150, 50), (150, 350))
    >>> way.metres > 300
    True
    """
    return routes(tree(net, np.asarray(station_xy, dtype=np.float64), walker=walker), origin_xy)[0]


def routes(known: Tree, origin_xy: F64) -> list[Route]:
    """Read the walks from one place to its k nearest stations from a tree, nearest first.

    One `NONE` when no station can be reached.
    """
    net, end = known.net, known.stations
    answers, edges, points = asked(
        np.array(origin_xy, dtype=np.float64).reshape(1, 2),
        (net.ground, avoided(known.walker)),
        (known.graph, known.known, known.targets, end),
        known.limit_cm,
    )
    speed_m_s = known.walker.speed_m_s
    found, edge_at, point_at = [], 0, 0
    for cost, station, off, n_edges, n_points in answers.tolist():
        line = cast(LineString, shapely.linestrings(points[point_at : point_at + n_points]))
        way = edges[edge_at : edge_at + n_edges]
        found.append(Route(cost / 100, cost / 100 / speed_m_s, off / 100, line, way, station))
        edge_at, point_at = edge_at + n_edges, point_at + n_points
    return found or [NONE]


@compiled
def asked(
    xy: F64,
    where: tuple[Ground, int],
    tree: tuple[Graph, Known, Targets, Snap],
    limit: int,
) -> tuple[I64, I32, F64]:
    """Answer one place in one go: snap, nearest stations, and the ways there.

    Returns
    -------
    answers : (ways, 5)
        Cost, station, metres off the streets (all cm), number of edges and of points.
    edges, points
        Of all ways, one after the other.
    """
    ground, avoid = where
    graph, known, target, end = tree
    k = known.station.shape[1]
    edge, along, off, foot = snap_all(xy, REACH_M, ground, avoid)
    place = Snap(edge, along, off, foot, np.zeros(1, dtype=np.bool_), xy)
    best = np.full((1, k), FAR, dtype=np.int32)
    which = np.full((1, k), np.int32(-1), dtype=np.int32)
    look_up(place, graph, known, target, (limit, best, which))
    answers = np.empty((k, 5), dtype=np.int64)
    edges, points = np.empty(0, dtype=np.int32), np.empty((0, 2))
    count = 0
    for j in range(k):
        s = which[0, j]
        if s < 0:
            break
        way = walked(place, graph, known, target, (s, best[0, j]))
        line = drawn(ground.shapes, way, place, end, s)
        answers[j, 0], answers[j, 1], answers[j, 2] = best[0, j], s, off[0] + end.off_cm[s]
        answers[j, 3], answers[j, 4] = len(way[0]), len(line)
        edges = way[0] if j == 0 else np.concatenate((edges, way[0]))
        points = line if j == 0 else np.concatenate((points, line))
        count += 1
    return answers[:count], edges, points


@compiled
def walked(
    place: Snap, graph: Graph, known: Known, target: Targets, end: tuple[int, int]
) -> tuple[I32, Bools]:
    """Give the edges of a walk in order, and whether each is walked from tail to head.

    `place` is one snapped place, `end` its station and what the walk there costs.
    """
    station, cost = end
    edge, along, off = place.edge[0], place.along_cm[0], place.off_cm[0]
    own, to, beyond = target.edge[station], target.along_cm[station], target.off_cm[station]
    if edge == own and abs(to - along) + off + beyond == cost:
        return np.array([edge], dtype=np.int32), np.array([to >= along])
    u = graph.tail[edge]
    at = _slot(known.station, u, station)
    forward = at < 0 or known.far_cm[u, at] + along + off != cost or known.back[u, at] == edge
    if forward:
        u = graph.head[edge]
        at = _slot(known.station, u, station)
    size, node, slot = 2, u, at
    while known.back[node, slot] >= 0:
        node, slot = _onwards(graph, known, node, slot)
        size += 1
    edges, ways = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.bool_)
    edges[0], ways[0] = edge, forward
    for i in range(1, size - 1):
        edges[i] = known.back[u, at]
        ways[i] = graph.tail[edges[i]] == u
        u, at = _onwards(graph, known, u, at)
    edges[-1] = own
    ways[-1] = graph.tail[own] == u and known.far_cm[u, at] == beyond + to
    return edges, ways


@compiled
def _onwards(graph: Graph, known: Known, u: int, at: int) -> tuple[int, int]:
    """Go one edge on from a node: the next node, and its entry for the same station."""
    e = known.back[u, at]
    v = graph.head[e] if graph.tail[e] == u else graph.tail[e]
    return v, _slot(known.station, v, known.station[u, at])


@compiled
def _slot(stations: I32, node: int, station: int) -> int:
    for j in range(stations.shape[1]):
        if stations[node, j] == station:
            return j
    return -1


@compiled
def drawn(g: SegmentGrid, way: tuple[I32, Bools], place: Snap, end: Snap, station: int) -> F64:
    """Draw a walk: door, street, edges in part and whole, street, entrance."""
    edges, forward = way
    size = 4
    for e in edges:
        size += g.first[e + 1] - g.first[e]
    line = np.empty((size, 2))
    line[0] = place.xy[0]
    count = _append(line, 1, place.foot[0])
    for i in range(len(edges)):
        low, high = -1.0, np.inf
        if i == 0:
            low, high = _beyond(float(place.along_cm[0]), forward[0], low, high)
        if i == len(edges) - 1:
            low, high = _beyond(float(end.along_cm[station]), not forward[i], low, high)
        count = _part(line, count, g, (edges[i], forward[i]), (low, high))
    count = _append(line, count, end.foot[station])
    count = _append(line, count, end.xy[station])
    if count == 1:
        line[1] = line[0]
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
            count = _append(line, count, g.points[p])
        if step < last - first:
            at += _leg_cm(g, p) if forward else -_leg_cm(g, p - 1)
    return count


@compiled
def _leg_cm(g: SegmentGrid, p: int) -> float:
    dx, dy = g.points[p + 1, 0] - g.points[p, 0], g.points[p + 1, 1] - g.points[p, 1]
    return float(100.0 * np.hypot(dx, dy))


@compiled
def _append(line: F64, count: int, point: F64) -> int:
    if line[count - 1, 0] == point[0] and line[count - 1, 1] == point[1]:
        return count
    line[count] = point
    return count + 1
