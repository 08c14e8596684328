"""Travel times from all places to their stations, in one table."""

from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import cKDTree

from geo.errors import BadInput, CrsError
from geo.layers import DETOUR, TravelTimes, Walker
from geo.network.graph import Network
from geo.network.kernel import F64, Objects
from geo.network.snapping import snap
from geo.network.tree import ADULT, limit_cm, tree

Places = gpd.GeoDataFrame | F64
"""A layer (ids from its `id`, a point inside each shape), or bare (n, 2) metres."""


def nearest(
    net: Network,
    origins: Places,
    stations: Places,
    *,
    k: int = 1,
    walker: Walker = ADULT,
    limit_s: float = float("inf"),
) -> TravelTimes:
    """Find the k nearest stations of every place, over the streets.

    One search from all stations together answers for all places. Exact: every time is that
    of a shortest way, counted in whole centimetres, with the steps from the door to the
    street and from the street to the entrance.

    Parameters
    ----------
    net : Network
    origins, stations : GeoDataFrame or (n, 2) float
        Layers with `id`, or metres; bare points are called by their positions.
    k : int
        How many stations, ≥ 1.
    walker : Walker
    limit_s : float
        Longest walk that is of interest, seconds.

    Returns
    -------
    TravelTimes
        At most k pairs a place; none for a place that is cut off.

    Examples
    --------
    >>> town = towns.lattice(3, 3)
    >>> times = network.nearest(town.net, town.demand, town.stations)
    >>> float(times.metres.min()), float(times.metres.max())
    (90.0, 490.0)
    """
    origin_ids, origins_xy = points(origins, net)
    station_ids, stations_xy = points(stations, net)
    known = tree(net, stations_xy, k=min(k, max(len(station_ids), 1)) if k > 0 else k,
                 walker=walker, limit_s=limit_s)  # fmt: skip
    places = snap(net, origins_xy, walker=walker)
    cost, which = known.nearest(places)
    metres = known.metres(places, (cost, which))
    row, column = np.nonzero(which >= 0)
    pairs = row, which[row, column], cost[row, column]
    return table((origin_ids, station_ids), pairs, walker, limit_s, metres=metres[row, column])


def straight(
    origins: Places,
    stations: Places,
    *,
    k: int = 1,
    walker: Walker = ADULT,
    limit_s: float = float("inf"),
) -> TravelTimes:
    """Estimate the k nearest stations without streets: straight lines × 1.3.

    Parameters are those of `nearest`. The table says of itself that it is *estimated*.
    """
    if k < 1:
        raise BadInput(f"k = {k} stations cannot be found", zh=f"k = {k} 不成立，至少为 1")
    origin_ids, origins_xy = points(origins)
    station_ids, stations_xy = points(stations)
    k = min(k, len(station_ids))
    if not k or not len(origin_ids):
        row = column = cost = np.empty(0, dtype=np.int64)
    else:
        far, which = cKDTree(stations_xy).query(origins_xy, k=[*range(1, k + 1)])
        row = np.repeat(np.arange(len(origin_ids)), k)
        column, cost = which.ravel(), np.rint(far.ravel() * DETOUR * 100)
        keep = cost <= limit_cm(limit_s, walker)
        row, column, cost = row[keep], column[keep], cost[keep]
        order = np.lexsort((column, cost, row))
        row, column, cost = row[order], column[order], cost[order]
    return table((origin_ids, station_ids), (row, column, cost), walker, limit_s, estimated=True)


def points(places: Places, net: Network | None = None) -> tuple[Objects, F64]:
    """Give ids and coordinates of places; a shape is entered at a point inside it."""
    if not isinstance(places, gpd.GeoDataFrame):
        xy = np.ascontiguousarray(places, dtype=np.float64).reshape(-1, 2)
        return np.array([str(i) for i in range(len(xy))], dtype=object), xy
    if net is not None and places.crs != net.crs:
        raise CrsError(
            "the places are not in the system of the streets",
            zh="点位与路网的坐标系不一致",
            hint="bring both to one working system with coords.to_metres",
            hint_zh="请先用 coords.to_metres 转到同一工作坐标系",
        )
    ids = places["id"].to_numpy(dtype=object)
    return ids, shapely.get_coordinates(shapely.point_on_surface(places.geometry.to_numpy()))


def table(
    ids: tuple[Objects, Objects],
    pairs: tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]],
    walker: Walker,
    limit_s: float,
    *,
    metres: F64 | None = None,
    estimated: bool = False,
) -> TravelTimes:
    """Give sorted pairs (place, station, centimetres) as a table of travel times.

    Without `metres` the ways are as long as they cost.
    """
    row, column, cost_cm = pairs
    return TravelTimes(
        *ids,
        row.astype(np.int32),
        column.astype(np.int32),
        cost_cm / 100.0 / walker.speed_m_s,
        cost_cm / 100.0 if metres is None else metres,
        limit_s,
        estimated,
    )
