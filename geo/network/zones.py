"""Walking zones: the land from which a station is reached in time.

The land beside the streets is laid out in small square cells; each is joined to its street
like a building, past the walls, and its walk is that of a building there. The line round
the cells that are in time is the zone: a building lies in it when it is served. Streets out
of reach leave holes, a river without a bridge stays uncrossed, and nothing is a circle. The
usual shortcuts (a circle, the hull of reached nodes) claim land that nobody reaches.
"""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from geo.errors import BadInput
from geo.layers import Progress, Walker, quiet
from geo.network import pockets, search
from geo.network.contours import area_below
from geo.network.graph import Network, weights
from geo.network.kernel import F64, I32, compiled
from geo.network.labels import Targets
from geo.network.pockets import Graph
from geo.network.snapping import snap
from geo.network.times import Places, points
from geo.network.tree import ADULT, as_it_costs, limit_cm, targets

FAR = search.FAR
BESIDE_M = 60.0
"""Land farther than this from every street belongs to no zone."""
CELL_M = 10.0
MOST_CELLS = 16_000_000
"""Over very large regions the cells grow, so that there are no more than this."""
SPECK_M2 = 400.0
"""Islands and holes smaller than this are left out."""


class Field(NamedTuple):
    """Cells beside the streets, by edge: those of edge e are ``first[e]:first[e + 1]``.

    `cell` is ``row * columns + column``, row 0 in the south; `west, south` the corner.
    """

    cell: I32
    along_cm: I32
    off_cm: I32
    first: I32
    west: float
    south: float
    side_m: float
    columns: int
    rows: int


def isochrones(
    net: Network,
    stations: Places,
    *,
    reach_s: tuple[float, ...] = (300, 600, 900),
    walker: Walker = ADULT,
    progress: Progress = quiet,
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
    progress : Progress
        Told about the stations done.

    Returns
    -------
    GeoDataFrame
        Columns `station` (id), `reach_s`, `geometry` (Polygon or MultiPolygon, valid), by
        station in the order given and then by reach. Outlines are true to about 5 m. A zone
        without land has no row; so has a station that is not joined to the network.

    Examples
    --------
    >>> town = towns.lattice(9, 9)
    >>> zones = network.isochrones(town.net, town.stations, reach_s=(300, 600))
    >>> bool(zones.area.iloc[0] < zones.area.iloc[1])
    True
    """
    if not reach_s or min(reach_s) <= 0:
        raise BadInput("a reach must be longer than 0 s", zh="步行时限必须大于 0 秒")
    ids, xy = points(stations, net)
    reaches = sorted({float(r) for r in reach_s})
    limits = [limit_cm(r, walker) for r in reaches]
    graph = net.walked_by(walker)
    joined = targets(snap(net, xy, walker=walker), graph, net.length_cm)
    reach_m = limits[-1] / 100 / min(1.0, *weights(walker).values())
    field = cells(net, graph, (xy[joined.edge >= 0], reach_m), walker)
    values = np.full(field.rows * field.columns, FAR, dtype=np.int32)
    far = np.full(len(graph.first) - 1, FAR, dtype=np.int32)
    scratch = far, np.empty_like(far), values
    rows: list[tuple[str, float, BaseGeometry]] = []
    for s in range(len(ids)):
        progress("步行圈", s, len(ids))
        window = _walks(graph, field, joined, (s, limits[-1]), scratch)
        for reach, limit in zip(reaches, limits, strict=True):
            if not (zone := _zone(field, values, window, limit)).is_empty:
                rows.append((str(ids[s]), reach, zone))
        r0, r1, c0, c1 = window
        values.reshape(field.rows, -1)[r0 : r1 + 1, c0 : c1 + 1] = FAR
    return _frame(rows, net)


def _frame(rows: list[tuple[str, float, BaseGeometry]], net: Network) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "station": pd.Series([r[0] for r in rows], dtype="str"),
            "reach_s": pd.Series([r[1] for r in rows], dtype="float64"),
        },
        geometry=gpd.GeoSeries([r[2] for r in rows], crs=net.crs),
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


def cells(net: Network, graph: Graph, around: tuple[F64, float], walker: Walker) -> Field:
    """Lay out the land within reach of places in cells, and join them to their edges."""
    xy, reach_m = around
    known = net.shapes.points
    if not len(xy) or not net.nodes:
        none = np.empty(0, dtype=np.int32)
        return Field(none, none, none, np.zeros(net.edges + 1, np.int32), 0.0, 0.0, CELL_M, 2, 2)
    low = np.maximum(xy.min(axis=0) - reach_m, known.min(axis=0)) - BESIDE_M
    high = np.minimum(xy.max(axis=0) + reach_m, known.max(axis=0)) + BESIDE_M
    wide, tall = np.maximum(high - low, CELL_M)
    side = max(CELL_M, float(np.sqrt(wide * tall / MOST_CELLS)))
    west, south = (float(v) for v in np.floor(low / side - 1) * side)
    columns, rows = int((high[0] - west) / side) + 2, int((high[1] - south) / side) + 2
    x = west + side * (np.arange(columns) + 0.5)
    y = south + side * (np.arange(rows) + 0.5)
    middle = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    joined = snap(net, middle, walker=walker, reach_m=BESIDE_M)
    joined = as_it_costs(joined, graph, net.length_cm)
    order = np.argsort(joined.edge, kind="stable").astype(np.int32)
    order = order[np.searchsorted(joined.edge[order], 0) :]
    first = np.searchsorted(joined.edge[order], np.arange(net.edges + 1)).astype(np.int32)
    return Field(
        order, joined.along_cm[order], joined.off_cm[order], first, west, south, side, columns, rows
    )  # fmt: skip


def _zone(field: Field, values: I32, window: tuple[int, int, int, int], limit: int) -> BaseGeometry:
    r0, r1, c0, c1 = window
    part = np.ascontiguousarray(values.reshape(field.rows, -1)[r0 : r1 + 1, c0 : c1 + 1])
    part = np.minimum(np.pad(part, 1, constant_values=FAR), 2 * limit)
    corner = field.west + field.side_m * (c0 - 1), field.south + field.side_m * (r0 - 1)
    return area_below(part, limit, corner, field.side_m, SPECK_M2)


@compiled
def _walks(
    graph: Graph, field: Field, target: Targets, ask: tuple[int, int], scratch: tuple[I32, I32, I32]
) -> tuple[int, int, int, int]:
    """Write the walk to one station into the cells that it reaches; give their window."""
    s, limit = ask
    far, back, values = scratch
    e, along, off = target.edge[s], target.along_cm[s], target.off_cm[s]
    r0, r1, c0, c1 = field.rows, -1, field.columns, -1
    if e < 0 or graph.cost[e] == FAR:
        return 0, 0, 0, 0
    one = slice(s, s + 1)
    seed = search.seeds(target.edge[one], target.along_cm[one], target.off_cm[one], graph)
    met = search.around(graph, seed, limit, (far, back))
    for p in range(field.first[e], field.first[e + 1]):
        cost = abs(field.along_cm[p] - along) + off + field.off_cm[p]
        values[field.cell[p]] = min(values[field.cell[p]], cost)
    for u in met:
        if pockets.is_ending(graph, u):
            continue
        at = pockets.node(graph, u)
        for a in range(graph.first[u], graph.first[u + 1]):
            w = graph.via[a]
            if graph.cost[w] == FAR:
                continue
            for p in range(field.first[w], field.first[w + 1]):
                part, rest = field.along_cm[p], graph.cost[w] - field.along_cm[p]
                if graph.tail[w] != at or (graph.head[w] == at and rest < part):
                    part = rest
                i = field.cell[p]
                values[i] = min(np.int64(values[i]), np.int64(far[u]) + part + field.off_cm[p])
                r, c = i // field.columns, i % field.columns
                r0, r1, c0, c1 = min(r0, r), max(r1, r), min(c0, c), max(c1, c)
    for p in range(field.first[e], field.first[e + 1]):
        r, c = field.cell[p] // field.columns, field.cell[p] % field.columns
        r0, r1, c0, c1 = min(r0, r), max(r1, r), min(c0, c), max(c1, c)
    search.forget(far, met)
    return (r0, r1, c0, c1) if r1 >= 0 else (0, 0, 0, 0)
