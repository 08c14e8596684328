"""Walking zones: the land beside the streets that are reached in time.

A zone is the reached part of every edge, widened to both sides: streets out of reach leave
holes, a river without a bridge stays uncrossed, and nothing is a circle. The usual
shortcuts (a circle, the hull of reached nodes) claim land that nobody reaches.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.errors import BadInput
from geo.layers import Walker
from geo.network import search
from geo.network.graph import Graph, Network
from geo.network.kernel import F64, I32, I64, Objects, compiled
from geo.network.segments import SegmentGrid
from geo.network.snapping import snap
from geo.network.times import Places, points
from geo.network.tree import ADULT, Targets, limit_cm, targets

FAR = search.FAR
BESIDE_M = 30.0
"""How far beside a reached street land counts as reached."""
HOLE_M2 = 400.0
"""Holes smaller than this are drawing noise between two parallel ways."""
SMOOTH_M = 1.0
"""How far an outline may move when its vertices are thinned."""


def isochrones(
    net: Network,
    stations: Places,
    *,
    reach_s: tuple[float, ...] = (300, 600, 900),
    walker: Walker = ADULT,
    beside_m: float = BESIDE_M,
) -> gpd.GeoDataFrame:
    """Draw the walking zone of every station for every reach.

    Parameters
    ----------
    net : Network
    stations : StationLayer or (n, 2) float
        Metres.
    reach_s : tuple of float
        Walking times, seconds.
    walker : Walker
    beside_m : float
        How far beside a reached street land counts as reached, metres.

    Returns
    -------
    GeoDataFrame
        Columns `station` (id), `reach_s`, `geometry` (Polygon or MultiPolygon, valid), by
        station and then by reach. A station that is not joined to the network has no rows.
    """
    if not reach_s or min(reach_s) <= 0:
        raise BadInput("a reach must be longer than 0 s", zh="步行时限必须大于 0 秒")
    ids, xy = points(stations, net)
    reaches = sorted(set(reach_s))
    limits = [limit_cm(r, walker) for r in reaches]
    joined = targets(snap(net, xy, walker=walker))
    graph = net.walked_by(walker)
    rows: list[tuple[str, float]] = []
    shapes: list[shapely.Geometry] = []
    for s in np.flatnonzero(joined.edge >= 0).tolist():
        for reach, lines in zip(reaches, _reached(net, graph, joined, s, limits), strict=True):
            if len(lines):
                rows.append((str(ids[s]), reach))
                shapes.append(widened(lines, beside_m))
    return gpd.GeoDataFrame(
        {
            "station": pd.Series([station for station, _ in rows], dtype="str"),
            "reach_s": pd.Series([reach for _, reach in rows], dtype="float64"),
        },
        geometry=gpd.GeoSeries(shapes, crs=net.crs),
        crs=net.crs,
    )


def merged(zones: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Join the zones of all stations into one for each reach: what anybody reaches in time.

    Returns
    -------
    GeoDataFrame
        Columns `reach_s`, `geometry`; the shortest reach first.
    """
    joined = zones[["reach_s", "geometry"]].dissolve("reach_s").reset_index()
    return gpd.GeoDataFrame(joined[["reach_s", "geometry"]], crs=zones.crs)


def widened(lines: Objects, beside_m: float) -> shapely.Geometry:
    """Widen lines to a clean area: round corners, no specks, true holes."""
    area = shapely.MultiLineString(list(lines)).buffer(beside_m, quad_segs=4)
    return shapely.buffer(shapely.simplify(_without_specks(area), SMOOTH_M), 0)


def _without_specks(area: shapely.Geometry) -> shapely.Geometry:
    parts = []
    for part in shapely.get_parts(area):
        rings = shapely.get_rings(part)
        holes = [r for r in rings[1:] if shapely.area(shapely.polygons(r)) >= HOLE_M2]
        parts.append(shapely.Polygon(rings[0], holes))
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _reached(
    net: Network, graph: Graph, joined: Targets, station: int, limits: list[int]
) -> list[Objects]:
    """Give the reached parts of edges as lines, one array for each limit."""
    at = int(joined.edge[station]), int(joined.along_cm[station]), int(joined.off_cm[station])
    far, met = _search(graph, at, limits[-1])
    out = []
    for limit in limits:
        xy, piece = _clipped(net.shapes, graph, (far, met), at, limit)
        out.append(np.asarray(shapely.linestrings(xy, indices=piece), dtype=object))
    return out


@compiled
def _search(graph: Graph, at: tuple[int, int, int], limit: int) -> tuple[I32, I32]:
    edge, along, off = at
    far = np.full(len(graph.first) - 1, FAR, dtype=np.int32)
    node = np.array([graph.tail[edge], graph.head[edge]], dtype=np.int32)
    start = np.array([off + along, off + graph.cost[edge] - along], dtype=np.int32)
    seed = search.Seeds(node, start, np.zeros(2, dtype=np.int32))
    return far, search.around(graph, seed, limit, far)


@compiled
def _clipped(
    g: SegmentGrid, graph: Graph, known: tuple[I32, I32], at: tuple[int, int, int], limit: int
) -> tuple[F64, I64]:
    """Cut every edge at the places where the walk is over; vertices, and piece of each."""
    far, met = known
    edge, along, off = at
    size = g.first[edge + 1] - g.first[edge] + 2
    for u in met:
        for a in range(graph.first[u], graph.first[u + 1]):
            size += g.first[graph.via[a] + 1] - g.first[graph.via[a]] + 2
    xy, piece = np.empty((size, 2)), np.empty(size, dtype=np.int64)
    count, number, cost = 0, 0, graph.cost[edge]
    spare = limit - off
    if spare > 0:
        part = max(along - spare, 0) / cost, min(along + spare, cost) / cost
        count = _piece(g, edge, part, (xy, piece), (count, number))
        number += count > 0
    for u in met:
        for a in range(graph.first[u], graph.first[u + 1]):
            e = graph.via[a]
            cost = graph.cost[e]
            part = _part(graph, far, u, e, limit)
            if part[1] > part[0]:
                more = _piece(g, e, part, (xy, piece), (count, number))
                number += more > count
                count = more
    return xy[:count], piece[:count]


@compiled
def _part(graph: Graph, far: I32, u: int, e: int, limit: int) -> tuple[float, float]:
    """Give the part of an edge that is reached from node u, as shares from its tail."""
    cost, spare = graph.cost[e], limit - far[u]
    if cost == FAR or spare <= 0:
        return 0.0, 0.0
    tail, head = graph.tail[e], graph.head[e]
    if spare >= cost:
        twice = tail != u and limit - far[tail] >= cost
        return (0.0, 0.0) if twice else (0.0, 1.0)
    if tail == u:
        return 0.0, spare / cost
    return (1.0 - spare / cost, 1.0) if head == u else (0.0, 0.0)


@compiled
def _piece(
    g: SegmentGrid, e: int, part: tuple[float, float], out: tuple[F64, I64], at: tuple[int, int]
) -> int:
    """Append a part of an edge to packed lines; give the new count of vertices."""
    xy, piece = out
    count, number = at
    first, last = g.first[e], g.first[e + 1] - 1
    whole = 0.0
    for p in range(first, last):
        whole += np.hypot(g.points[p + 1, 0] - g.points[p, 0], g.points[p + 1, 1] - g.points[p, 1])
    begin, end, along = whole * part[0], whole * part[1], 0.0
    fresh = True
    for p in range(first, last):
        ax, ay = g.points[p, 0], g.points[p, 1]
        dx, dy = g.points[p + 1, 0] - ax, g.points[p + 1, 1] - ay
        leg = np.hypot(dx, dy)
        if leg > 0 and along + leg > begin and along < end:
            s, t = max((begin - along) / leg, 0.0), min((end - along) / leg, 1.0)
            if fresh:
                xy[count, 0], xy[count, 1], piece[count] = ax + s * dx, ay + s * dy, number
                count, fresh = count + 1, False
            xy[count, 0], xy[count, 1], piece[count] = ax + t * dx, ay + t * dy, number
            count += 1
        along += leg
    return count
