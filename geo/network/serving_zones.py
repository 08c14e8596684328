"""Who serves me: land divided among stations by walking time, as disjoint clean polygons.

The network Voronoi diagram (M. Erwig 2000, "The graph Voronoi diagram with applications";
A. Okabe, K. Sugihara 2012, "Spatial analysis along networks"): every piece of street belongs
to the station that is nearest along the streets, and the land beside it goes with it. Land is
laid out in square cells, joined to their streets like buildings, past the walls; the lines
round the cells of one station are drawn by marching squares, through the middle between the
cells of two stations, and where walk or distance from the street reach their limit between
two others. Neighbours share their borders, also when these are simplified.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.ndimage import find_objects
from shapely.geometry.base import BaseGeometry

from geo.errors import BadInput
from geo.layers import Progress, Walker, quiet
from geo.network.graph import Network, weights
from geo.network.kernel import F64, I32, I64, Bools, compiled
from geo.network.snapping import snap
from geo.network.times import Places, points
from geo.network.tree import ADULT, FAR, limit_cm, tree

BESIDE_M = 60.0
"""Land farther than this from its street belongs to nobody."""
CELL_M = 6.0
MOST_CELLS = 16_000_000
"""Over very large regions the cells grow, so that there are no more than this."""
_SMOOTH = 0.4
"""Of a cell: how much the simplified outlines may give way."""
SPECK_M2 = 400.0
"""Islands and holes smaller than this are left out."""


def serving_zones(
    net: Network,
    stations: Places,
    *,
    reach_s: tuple[float, ...] = (300, 600, 900),
    walker: Walker = ADULT,
    beside_m: float = BESIDE_M,
    progress: Progress = quiet,
) -> gpd.GeoDataFrame:
    """Divide the land within a walk of any station among the stations.

    Parameters
    ----------
    net : Network
    stations : StationLayer or (n, 2) float
        Metres.
    reach_s : tuple of float
        Walking times, seconds.
    walker : Walker
    beside_m : float
        How far from its street land may lie; the way there counts as part of the walk.
    progress : Progress
        Told about the reaches done.

    Returns
    -------
    GeoDataFrame
        Columns `station` (id), `reach_s`, `geometry` (Polygon or MultiPolygon, valid), by
        reach and then by station in the order given. Zones of one reach do not overlap; holes
        are land that is not reached, or not by this station. Outlines are true to a few
        metres. A station without land has no row.

    Examples
    --------
    >>> town = towns.lattice(9, 9)
    >>> both = towns.stations((0.0, 0.0), (900.0, 900.0))
    >>> zones = network.serving_zones(town.net, both, reach_s=(900,))
    >>> zones["station"].tolist(), round(zones.geometry.iloc[0].intersection(zones.geometry.iloc[1]).area)
    (['t0', 't1'], 0)
    """
    if not reach_s or min(reach_s) <= 0:
        raise BadInput("a reach must be longer than 0 s", zh="步行时限必须大于 0 秒")
    ids, xy = points(stations, net)
    reaches = sorted({float(r) for r in reach_s})
    limits = [limit_cm(r, walker) for r in reaches]
    rows: list[tuple[str, float]] = []
    shapes: list[BaseGeometry] = []
    if len(xy) and net.nodes:
        field = _field(net, xy, walker, limits[-1], beside_m)
        for done, (reach, limit) in enumerate(zip(reaches, limits, strict=True)):
            progress("服务分区", done, len(reaches))
            owners, found = _divided(field, limit, beside_m)
            rows += [(str(ids[o]), reach) for o in owners]
            shapes += found
    return gpd.GeoDataFrame(
        {
            "station": pd.Series([r[0] for r in rows], dtype="str"),
            "reach_s": pd.Series([r[1] for r in rows], dtype="float64"),
        },
        geometry=gpd.GeoSeries(shapes, crs=net.crs),
        crs=net.crs,
    )


class _Field:
    """Land in cells, row 0 in the south: the owner of each, its walk and its way to the street."""

    def __init__(self, owner: I32, cost: I32, off: I32, corner: F64, side_m: float) -> None:
        self.owner, self.cost, self.off = owner, cost, off
        self.corner, self.side_m = corner, side_m


def _field(net: Network, xy: F64, walker: Walker, limit: int, beside_m: float) -> _Field:
    known = tree(net, xy, walker=walker, limit_s=limit / 100 / walker.speed_m_s)
    reach_m = limit / 100 / min(1.0, *weights(walker).values()) + 2 * beside_m
    low = np.maximum(xy.min(axis=0) - reach_m, net.shapes.points.min(axis=0) - beside_m)
    high = np.minimum(xy.max(axis=0) + reach_m, net.shapes.points.max(axis=0) + beside_m)
    wide, tall = np.maximum(high - low, CELL_M)
    side = max(CELL_M, float(np.sqrt(wide * tall / MOST_CELLS)))
    corner = np.floor(low / side - 2) * side
    columns, rows = (int(n) for n in np.ceil((high - corner) / side) + 3)
    x = corner[0] + side * (np.arange(columns) + 0.5)
    y = corner[1] + side * (np.arange(rows) + 0.5)
    middles = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    joined = snap(net, middles, walker=walker, reach_m=beside_m + 1.5 * side)
    cost, which = known.nearest(joined)
    owner = np.where(joined.edge >= 0, which[:, 0], -1).astype(np.int32)
    shape = rows, columns
    return _Field(
        owner.reshape(shape), cost[:, 0].reshape(shape), joined.off_cm.reshape(shape), corner, side
    )


def _divided(field: _Field, limit: int, beside_m: float) -> tuple[list[int], list[BaseGeometry]]:
    """Draw the zones of one limit; give their owners and shapes."""
    over = np.maximum(
        field.cost.astype(np.float64) - limit, field.off.astype(np.float64) - 100 * beside_m
    )
    over[(field.owner < 0) | (field.cost == FAR)] = np.inf
    over[0, :] = over[-1, :] = over[:, 0] = over[:, -1] = np.inf
    mine = np.where(over <= 0, field.owner, np.int32(-1))
    owners, shapes = [], []
    for owner, window in enumerate(find_objects(mine + 1)):
        if window is None:
            continue
        around = tuple(slice(max(w.start - 1, 0), w.stop + 1) for w in window)
        xy, ring = _rings(
            np.ascontiguousarray(over[around]), np.ascontiguousarray(mine[around]), owner
        )
        offset = np.array([around[1].start, around[0].start])
        land = _land(field.corner + field.side_m * (xy + offset + 0.5), ring)
        if not land.is_empty:
            owners.append(owner)
            shapes.append(land)
    if shapes:
        plain = shapely.coverage_simplify(np.array(shapes, dtype=object), _SMOOTH * field.side_m)
        whole = np.asarray(shapely.make_valid(plain, method="structure", keep_collapsed=False))
        shapes = list(whole)
    return owners, shapes


def _land(xy: F64, ring: I64) -> BaseGeometry:
    rings = np.asarray(shapely.linearrings(xy, indices=ring), dtype=object)
    rings = rings[shapely.area(shapely.polygons(rings)) >= SPECK_M2]
    land: BaseGeometry = shapely.build_area(shapely.GeometryCollection(list(rings)))
    return land


@compiled
def _rings(over: F64, mine: I32, owner: int) -> tuple[F64, I64]:
    """Give vertices in cells (column, row) of the lines round an owner's cells, and their rings.

    Every side of a square that the line crosses has one follower; what is inside lies on the
    left, and corners that touch only diagonally stay apart (W. E. Lorensen, H. E. Cline 1987).
    """
    rows, columns = mine.shape
    follower = np.full(2 * rows * columns, np.int32(-1), dtype=np.int32)
    inside = np.empty(4, dtype=np.bool_)
    sides = np.empty(4, dtype=np.int32)
    count = 0
    for r in range(rows - 1):
        for c in range(columns - 1):
            inside[0], inside[1] = mine[r, c] == owner, mine[r, c + 1] == owner
            inside[2], inside[3] = mine[r + 1, c + 1] == owner, mine[r + 1, c] == owner
            if inside[0] == inside[1] == inside[2] == inside[3]:
                continue
            here = 2 * (r * columns + c)
            sides[0], sides[1] = here, here + 3
            sides[2], sides[3] = here + 2 * columns, here + 1
            count += _follow(inside, sides, follower)
    xy, ring = np.empty((count, 2)), np.empty(count, dtype=np.int64)
    at, number = 0, 0
    for start in range(len(follower)):
        side = np.int64(start)
        if follower[side] < 0:
            continue
        while follower[side] >= 0:
            _crossing(over, mine, int(side), xy[at])
            ring[at] = number
            at += 1
            following = follower[side]
            follower[side] = -1
            side = np.int64(following)
        number += 1
    return xy, ring


@compiled
def _follow(inside: Bools, sides: I32, follower: I32) -> int:
    count = 0
    for i in range(4):
        if inside[i] and not inside[(i + 1) % 4]:
            j = i
            while inside[(j + 3) % 4]:
                j = (j + 3) % 4
            follower[sides[i]] = sides[(j + 3) % 4]
            count += 1
    return count


@compiled
def _crossing(over: F64, mine: I32, side: int, out: F64) -> None:
    """Write the point at which a line crosses the side of a square, between two centres."""
    columns = mine.shape[1]
    r, c = (side // 2) // columns, (side // 2) % columns
    upwards = side % 2 == 1
    r1, c1 = (r + 1, c) if upwards else (r, c + 1)
    t = 0.5
    if mine[r, c] < 0 or mine[r1, c1] < 0:
        a, b = over[r, c], over[r1, c1]
        if not np.isinf(a) and not np.isinf(b):
            t = min(max(-a / (b - a), 0.05), 0.95)
    out[0], out[1] = (float(c), r + t) if upwards else (c + t, float(r))
