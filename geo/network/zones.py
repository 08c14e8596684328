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
from geo.network.graph import Network
from geo.network.kernel import F64, I32, I64, Objects, compiled
from geo.network.snapping import snap
from geo.network.times import Places, points
from geo.network.tree import ADULT, limit_cm

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
    limits = np.array([limit_cm(r, walker) for r in reaches], dtype=np.int64)
    joined = snap(net, xy, walker=walker)
    cost = net.costs_cm(walker)
    rows: list[tuple[str, float]] = []
    shapes: list[shapely.Geometry] = []
    for s in np.flatnonzero(joined.edge >= 0):
        seed = (joined.edge[s], joined.along_cm[s], joined.off_cm[s])
        for reach, lines in zip(reaches, _reached(net, cost, limits, *seed), strict=True):
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
    area = shapely.buffer(shapely.multilinestrings(lines), beside_m, quad_segs=4)
    return shapely.buffer(shapely.simplify(_without_specks(area), SMOOTH_M), 0)


def _without_specks(area: shapely.Geometry) -> shapely.Geometry:
    parts = []
    for part in shapely.get_parts(area):
        rings = shapely.get_rings(part)
        holes = [r for r in rings[1:] if shapely.area(shapely.polygons(r)) >= HOLE_M2]
        parts.append(shapely.Polygon(rings[0], holes))
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _reached(
    net: Network, cost: I32, limits: I64, edge: int, along: int, off: int
) -> list[Objects]:
    """Give the reached parts of edges as lines, one array for each limit."""
    far, met = _search(net.first, net.heads, net.via, net.tail, net.head, cost,
                       edge, along, off, int(limits[-1]))  # fmt: skip
    out = []
    for limit in limits.tolist():
        xy, index = _clipped(
            net.shapes.points, net.bend, net.first, net.via, net.tail, net.head, cost, far, met,
            edge, along, off, limit,
        )  # fmt: skip
        count = np.bincount(index) if len(index) else np.empty(0, dtype=np.int64)
        keep = count[index] > 1 if len(index) else np.empty(0, dtype=bool)
        _, index = np.unique(index[keep], return_inverse=True)
        out.append(
            shapely.linestrings(xy[keep], indices=index) if len(index) else np.empty(0, object)
        )
    return out


@compiled
def _search(
    first: I32, heads: I32, via: I32, tail: I32, head: I32, cost: I32,
    edge: int, along: int, off: int, limit: int,
) -> tuple[I32, I32]:  # fmt: skip
    far = np.full(len(first) - 1, FAR, dtype=np.int32)
    node = np.array([tail[edge], head[edge]], dtype=np.int32)
    start = np.array([off + along, off + cost[edge] - along], dtype=np.int32)
    return far, search.around(first, heads, via, cost, node, start, limit, far)


@compiled
def _clipped(
    points: F64, bend: I64, first: I32, via: I32, tail: I32, head: I32, cost: I32,
    far: I32, met: I32, edge: int, along: int, off: int, limit: int,
) -> tuple[F64, I64]:  # fmt: skip
    """Cut every edge at the places where the walk is over."""
    size = 4 * (bend[edge + 1] - bend[edge] + 2)
    for u in met:
        for a in range(first[u], first[u + 1]):
            size += bend[via[a] + 1] - bend[via[a]] + 4
    xy = np.empty((size, 2))
    index = np.empty(size, dtype=np.int64)
    count, piece = 0, 0
    spare = limit - off
    if spare > 0:
        low, high = max(along - spare, 0), min(along + spare, cost[edge])
        count, piece = _piece(points, bend, edge, cost[edge], low, high, xy, index, count, piece)
    for u in met:
        for a in range(first[u], first[u + 1]):
            e = via[a]
            if cost[e] == FAR or far[u] >= limit:
                continue
            spare, other = limit - far[u], limit - far[head[e] if tail[e] == u else tail[e]]
            if spare >= cost[e]:
                if other >= cost[e] and tail[e] != u:
                    continue
                low, high = 0, cost[e]
            elif tail[e] == u:
                low, high = 0, spare
            else:
                low, high = cost[e] - spare, cost[e]
            count, piece = _piece(points, bend, e, cost[e], low, high, xy, index, count, piece)
    return xy[:count], index[:count]


@compiled
def _piece(
    points: F64, bend: I64, e: int, cost: int, low: int, high: int,
    xy: F64, index: I64, count: int, piece: int,
) -> tuple[int, int]:  # fmt: skip
    """Append the part of an edge between two costs from its tail."""
    whole = 0.0
    for p in range(bend[e], bend[e + 1] - 1):
        whole += np.hypot(points[p + 1, 0] - points[p, 0], points[p + 1, 1] - points[p, 1])
    begin, end = whole * low / cost, whole * high / cost
    at = 0.0
    for p in range(bend[e], bend[e + 1] - 1):
        ax, ay = points[p, 0], points[p, 1]
        dx, dy = points[p + 1, 0] - ax, points[p + 1, 1] - ay
        leg = np.hypot(dx, dy)
        if leg > 0 and at + leg > begin and at < end:
            s, t = max((begin - at) / leg, 0.0), min((end - at) / leg, 1.0)
            if count == 0 or index[count - 1] != piece:
                xy[count, 0], xy[count, 1], index[count] = ax + s * dx, ay + s * dy, piece
                count += 1
            xy[count, 0], xy[count, 1], index[count] = ax + t * dx, ay + t * dy, piece
            count += 1
        at += leg
    return count, piece + 1
