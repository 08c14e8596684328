"""The way itself: from a place over the streets to its station."""

from dataclasses import dataclass

import numpy as np
import shapely

from geo.layers import Walker
from geo.network.graph import Network
from geo.network.kernel import F64, I32, I64, Bools, compiled
from geo.network.snapping import Snap, snap
from geo.network.tree import ADULT, Tree, tree


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
    line: shapely.LineString
    edges: I32
    station: int

    @property
    def found(self) -> bool:
        """Say whether there is a way at all."""
        return self.station >= 0


NONE = Route(float("inf"), float("inf"), 0.0, shapely.LineString(), np.empty(0, np.int32), -1)
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
    place = snap(known.net, np.asarray(origin_xy, dtype=np.float64), walker=known.walker)
    cost, which = known.nearest(place)
    pairs = zip(which[0].tolist(), cost[0].tolist(), strict=True)
    return [_read(known, place, s, c) for s, c in pairs if s >= 0] or [NONE]


def _read(known: Tree, place: Snap, station: int, cost: int) -> Route:
    net, end = known.net, known.stations
    edges, forward = walked(
        net.tail, net.head, known.cost_cm, known.far_cm, known.station, known.back,
        place.edge[0], place.along_cm[0], place.off_cm[0], station,
        end.edge[station], end.along_cm[station], end.off_cm[station], cost,
    )  # fmt: skip
    line = drawn(
        net.shapes.points, net.bend, edges, forward, place.along_cm[0], end.along_cm[station],
        place.xy[0], place.foot[0], end.foot[station], end.xy[station],
    )  # fmt: skip
    return Route(
        metres=cost / 100,
        seconds=cost / 100 / known.walker.speed_m_s,
        off_m=(int(place.off_cm[0]) + int(end.off_cm[station])) / 100,
        line=shapely.linestrings(line),
        edges=edges,
        station=station,
    )


@compiled
def walked(
    tail: I32, head: I32, cost_cm: I32, far: I32, stations: I32, back: I32,
    edge: int, along: int, off: int, station: int, s_edge: int, s_along: int, s_off: int, cost: int,
) -> tuple[I32, Bools]:  # fmt: skip
    """Give the edges of a walk in order, and whether each is walked from tail to head."""
    edges = [np.int32(edge)]
    if edge == s_edge and abs(s_along - along) + off + s_off == cost:
        return np.array(edges, dtype=np.int32), np.array([s_along >= along])
    u = tail[edge]
    slot = _slot(stations, u, station)
    forward = slot < 0 or far[u, slot] + along + off != cost or back[u, slot] == edge
    if forward:
        u = head[edge]
        slot = _slot(stations, u, station)
    ways = [forward]
    while back[u, slot] >= 0:
        e = back[u, slot]
        edges.append(e)
        ways.append(tail[e] == u)
        u = head[e] if tail[e] == u else tail[e]
        slot = _slot(stations, u, station)
    edges.append(np.int32(s_edge))
    ways.append(tail[s_edge] == u and far[u, slot] == s_off + s_along)
    return np.array(edges, dtype=np.int32), np.array(ways)


@compiled
def _slot(stations: I32, node: int, station: int) -> int:
    for j in range(stations.shape[1]):
        if stations[node, j] == station:
            return j
    return -1


@compiled
def drawn(
    points: F64, bend: I64, edges: I32, forward: Bools, along: int, s_along: int,
    place: F64, foot: F64, s_foot: F64, entrance: F64,
) -> F64:  # fmt: skip
    """Draw a walk: door, street, edges in part and whole, street, entrance."""
    size = 4
    for e in edges:
        size += bend[e + 1] - bend[e]
    line = np.empty((size, 2))
    line[0] = place
    count = _append(line, 1, foot)
    last = len(edges) - 1
    for i in range(len(edges)):
        e = edges[i]
        whole = 2**40
        low, high = -1.0, float(whole)
        if i == 0:
            low, high = (float(along), high) if forward[0] else (low, float(along))
        if i == last:
            low, high = (low, min(high, s_along)) if forward[i] else (max(low, s_along), high)
        count = _part(line, count, points, bend[e], bend[e + 1], forward[i], low, high)
    count = _append(line, count, s_foot)
    count = _append(line, count, entrance)
    if count == 1:
        line[1] = place
        count = 2
    return line[:count]


@compiled
def _part(
    line: F64, count: int, points: F64, begin: int, end: int, forward: bool, low: float, high: float
) -> int:
    """Append the vertices of an edge that lie between two distances (cm) from its tail."""
    first = count
    along = 0.0
    for p in range(begin, end):
        if p > begin:
            along += 100 * np.hypot(
                points[p, 0] - points[p - 1, 0], points[p, 1] - points[p - 1, 1]
            )
        if low < along < high:
            count = _append(line, count, points[p])
    if not forward:
        line[first:count] = line[first:count][::-1].copy()
        if line[first, 0] == line[first - 1, 0] and line[first, 1] == line[first - 1, 1]:
            line[first : count - 1] = line[first + 1 : count].copy()
            count -= 1
    return count


@compiled
def _append(line: F64, count: int, point: F64) -> int:
    if line[count - 1, 0] == point[0] and line[count - 1, 1] == point[1]:
        return count
    line[count] = point
    return count + 1
