"""The way itself: from a place over the streets to its station."""

from dataclasses import dataclass
from typing import cast

import numpy as np
import shapely
from shapely import LineString

from geo.layers import Walker
from geo.network import packing
from geo.network.graph import Network
from geo.network.kernel import F64, I32, I64, compiled
from geo.network.labels import Known, Targets, look_up
from geo.network.search import FAR
from geo.network.snapping import REACH_M, Snap, snap_all
from geo.network.tree import ADULT, Tree, tree
from geo.network.walks import drawn, length, walked


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """One walk: metres and seconds from door to entrance, and its line.

    `points` (n, 2) begin at the place and end at the station; `off_m` of the metres lie
    beside the streets (from the door, and to the entrance). `edges` are the edges of the
    network in the order in which they are walked. A route that does not exist has inf metres
    and seconds, no edges and no points. `station` is the station's position in the list.
    """

    metres: float
    seconds: float
    off_m: float
    points: F64
    edges: I32
    station: int

    @property
    def found(self) -> bool:
        """Say whether there is a way at all."""
        return self.station >= 0

    @property
    def line(self) -> LineString:
        """Give the points as a line."""
        return cast(LineString, shapely.linestrings(self.points)) if self.found else LineString()


NONE = Route(float("inf"), float("inf"), 0.0, np.empty((0, 2)), np.empty(0, np.int32), -1)
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
    answers, edges, points = asked(known.rows, float(origin_xy[0]), float(origin_xy[1]))
    rate = 100 * known.walker.speed_m_s
    found, edge_at, point_at = [], 0, 0
    for cost, station, off, metres, n_edges, n_points in answers.tolist():
        line = points[point_at : point_at + n_points]
        way = edges[edge_at : edge_at + n_edges]
        found.append(Route(metres / 100, cost / rate, off / 100, line, way, station))
        edge_at, point_at = edge_at + n_edges, point_at + n_points
    return found or [NONE]


@compiled
def asked(rows: I64, x: float, y: float) -> tuple[I64, I32, F64]:
    """Answer one place in one go: snap, nearest stations, and the ways there.

    Parameters
    ----------
    rows : table
        Ground, graph, labels, targets, snapped stations, flags to avoid, limit (`Tree.rows`).

    Returns
    -------
    answers : (ways, 6)
        Cost, station, way off the streets, length (all cm), number of edges and of points.
    edges, points
        Of all ways, one after the other.
    """
    ground, graph = packing.ground(rows, 0), packing.graph(rows, 22)
    known = Known(packing.i32_2d(rows, 33), packing.i32_2d(rows, 34), packing.i32_2d(rows, 35))
    target = Targets(
        packing.i32(rows, 36), packing.i32(rows, 37), packing.i32(rows, 38), packing.i32(rows, 39)
    )
    stations = Snap(
        packing.i32(rows, 40), packing.i32(rows, 41), packing.i32(rows, 42),
        packing.f64_2d(rows, 43), packing.bools(rows, 44), packing.f64_2d(rows, 45),
    )  # fmt: skip
    avoid, limit = rows[46, 0], rows[47, 0]
    xy = np.array([[x, y]])
    edge, along, off, foot = snap_all(xy, REACH_M, ground, avoid)
    e = edge[0]
    costs = along.copy()
    if e >= 0 and graph.cost[e] != ground.length_cm[e] and graph.cost[e] != FAR:
        costs[0] = np.rint(along[0] * (graph.cost[e] / ground.length_cm[e]))
    walled = np.zeros(1, dtype=np.bool_)
    place = Snap(edge, along, off, foot, walled, xy)
    k = known.station.shape[1]
    best = np.full((1, k), FAR, dtype=np.int32)
    which = np.full((1, k), np.int32(-1), dtype=np.int32)
    look_up(Snap(edge, costs, off, foot, walled, xy), graph, known, target, (limit, best, which))
    answers = np.empty((k, 6), dtype=np.int64)
    edges, points = np.empty(0, dtype=np.int32), np.empty((0, 2))
    for j in range(k):
        s = which[0, j]
        if s < 0:
            return answers[:j], edges, points
        way = walked((e, costs[0], off[0]), graph, known, target, (s, best[0, j]))
        line = drawn(ground.shapes, way, place, stations, s)
        beside = off[0] + stations.off_cm[s]
        metres = length(way, along[0], stations.along_cm[s], beside, ground.length_cm)
        answers[j, 0], answers[j, 1], answers[j, 2] = best[0, j], s, beside
        answers[j, 3], answers[j, 4], answers[j, 5] = metres, len(way[0]), len(line)
        edges = way[0] if j == 0 else np.concatenate((edges, way[0]))
        points = line if j == 0 else np.concatenate((points, line))
    return answers, edges, points
