"""Blind spots: places, not dots, where people live beyond the reach of every station."""

import hashlib
from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geo.coverage.causes import WORLDS, explained, served_if
from geo.coverage.measuring import quantile
from geo.coverage.people import F64, PEOPLE, area_of, checked_reaches, doors, walks
from geo.layers import DemandLayer, GridLayer, StationLayer, TravelTimes

LINK_M = 200.0
"""Blind buildings this near to each other are one spot."""
AROUND_M = 60.0
INSET_M = 40.0
"""The outline of a spot: footprints widened by 60 m, joined, and drawn in again by 40 m."""
REASONS = (*WORLDS, "cut_off", "detour", "no_station")
"""Why a spot is blind: for want of what (`causes.WORLDS`: hours, a service, room, a gate, a
bridge, a crossing); no way at all; a way round something; no station near."""


def blind_spots(
    demand: DemandLayer,
    times: TravelTimes,
    *,
    reach_s: float,
    areas: GridLayer | None = None,
    stations: StationLayer | None = None,
    worlds: Mapping[str, TravelTimes] | None = None,
) -> gpd.GeoDataFrame:
    """Where people live beyond the reach of every station.

    Blind buildings closer than 200 m are joined (single linkage), so that a result is a
    place to visit and not a scatter of dots.

    Parameters
    ----------
    demand : DemandLayer
        Buildings, in metres; those without households do not count.
    times : TravelTimes
        From these buildings to the stations in question. A building without a pair is
        taken as cut off, so the times should have no limit.
    reach_s : float
        Longest acceptable walk, seconds, > 0.
    areas : GridLayer, optional
        Adds `area`: the code of the area in which most households of the spot live.
    stations : StationLayer, optional
        The stations of `times`: with them `reason` tells a detour (a station is within
        reach in a straight line, so a wall, river or railway stands between) from no
        station at all.
    worlds : mapping of str to TravelTimes, optional
        Walks in worlds where one thing is otherwise (`causes.WORLDS`): a spot of which a world
        would serve half the households is blind for want of that thing, which goes before
        every other reason; adds ``if_<world>``, the households that each would serve.

    Returns
    -------
    GeoDataFrame
        One row a blind spot, index `spot_id`: `households`, `residents` and the priority
        groups; `buildings` (how many) and `members` (their ids, joined by ``;``);
        `nearest_s`, the median walk of a household (inf when cut off), and `least_s`, the
        shortest; `station`, the nearest to most households (empty when cut off); `reason`
        (`REASONS`, or empty where it cannot be judged); `area`; polygon in the CRS of
        `demand`. Sorted by `households`, most first. `spot_id` is made from the place of
        the spot's most populous building: the same place has the same id in every run.

    Raises
    ------
    SchemaError
        When `times` speaks of buildings that `demand` lacks.

    Examples
    --------
    >>> town = towns.lattice(4, 4, people=10)
    >>> int(coverage.blind_spots(town.demand, town.times, reach_s=500)["residents"].sum())
    10
    """
    (reach_s,) = checked_reaches((reach_s,))
    frame = walks(demand, times)
    blind = frame[frame["nearest_s"] > reach_s].copy()
    blind["reason"] = _reasons(blind, times, reach_s, stations)
    return grouped(blind, areas=areas, would=served_if(blind.index, worlds or {}, reach_s=reach_s))


def grouped(
    blind: gpd.GeoDataFrame,
    *,
    areas: GridLayer | None = None,
    would: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Join blind or weakly served buildings that are near to each other into spots.

    Parameters
    ----------
    blind : GeoDataFrame
        Index `id`: the counts of people, `nearest_s`, `station`, `reason`, shape.
    areas : GridLayer, optional
    would : DataFrame, optional
        From `causes.served_if`: which building each world would serve.

    Returns
    -------
    GeoDataFrame
        As `blind_spots` gives it.
    """
    blind = blind.copy()
    blind["area"] = area_of(blind, areas) if areas is not None else ""
    would = pd.DataFrame(index=blind.index) if would is None else would
    spot = linked(doors(blind), LINK_M)
    rows = [_spot(blind[spot == i], would[spot == i]) for i in range(int(spot.max(initial=-1)) + 1)]
    return _sorted(rows, blind, list(would.columns))


def linked(xy: F64, link_m: float) -> npt.NDArray[np.int32]:
    """Number the groups of points whose chain of gaps stays within a distance."""
    if not len(xy):
        return np.empty(0, dtype=np.int32)
    pairs = cKDTree(xy).query_pairs(link_m, output_type="ndarray")
    links = coo_array(
        (np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(xy),) * 2
    )
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int32)


def _reasons(
    blind: gpd.GeoDataFrame, times: TravelTimes, reach_s: float, stations: StationLayer | None
) -> pd.Series:
    cut_off = np.isinf(blind["nearest_s"]) & np.isinf(times.limit_s)
    reason = pd.Series("", index=blind.index, dtype="str").mask(cut_off, "cut_off")
    if stations is None or not len(blind):
        return reason
    walked = times.seconds > 0
    if not len(stations) or not walked.any():
        return reason.where(cut_off, "no_station")
    speed = float(np.median(times.metres[walked] / times.seconds[walked]))
    far_m, _ = cKDTree(doors(stations)).query(doors(blind))
    near = pd.Series(far_m * 1.3 <= reach_s * speed, index=blind.index)
    return reason.mask(~cut_off & near, "detour").mask(~cut_off & ~near, "no_station")


def _spot(rows: gpd.GeoDataFrame, would: pd.DataFrame) -> dict[str, object]:
    households = rows["households"].to_numpy(dtype=np.float64)
    anchor = rows.iloc[[int(np.lexsort((rows.index.to_numpy(), -households))[0])]]
    return {
        "spot_id": _name(doors(anchor)[0]),
        **{name: int(rows[name].sum()) for name in PEOPLE},
        "buildings": len(rows),
        "members": ";".join(rows.index),
        "nearest_s": quantile(rows["nearest_s"].to_numpy(dtype=np.float64), households, 0.5),
        "least_s": float(rows["nearest_s"].min()),
        "station": _most(rows, "station"),
        "reason": explained(rows["households"], would) or _most(rows, "reason"),
        "area": _most(rows, "area"),
        **{f"if_{world}": int(rows["households"][would[world]].sum()) for world in would},
        "geometry": _outline(rows),
    }


def _name(xy: F64) -> str:
    """Name a place by its metre: ten characters that do not change between runs."""
    place = f"{round(float(xy[0]))},{round(float(xy[1]))}".encode()
    return "B" + hashlib.blake2b(place, digest_size=5).hexdigest()


def _most(rows: gpd.GeoDataFrame, column: str) -> str:
    """Give the value that most households of the rows share; of equals the first by name."""
    people = rows.groupby(column)["households"].sum()
    return str(people.index[int(people.to_numpy().argmax())])


def _outline(rows: gpd.GeoDataFrame) -> shapely.Geometry:
    """Draw around the buildings, close the gaps between them, and come back near to them."""
    wide = shapely.union_all(shapely.buffer(rows.geometry.to_numpy(), AROUND_M, quad_segs=4))
    return shapely.simplify(shapely.buffer(wide, -INSET_M, quad_segs=4), 1.0)


def _sorted(
    rows: list[dict[str, object]], blind: gpd.GeoDataFrame, worlds: list[str]
) -> gpd.GeoDataFrame:
    cures = [f"if_{world}" for world in worlds]
    numbers = dict.fromkeys((*PEOPLE, "buildings", *cures), "int64")
    texts = dict.fromkeys(("spot_id", "members", "station", "reason", "area"), "str")
    types = {**numbers, **texts, "nearest_s": "float64", "least_s": "float64"}
    columns = [*PEOPLE, "buildings", "nearest_s", "least_s", "station", "reason", "area", "members"]
    columns += cures
    table = pd.DataFrame(rows, columns=["spot_id", *columns, "geometry"]).astype(types)
    table = table.sort_values(["households", "spot_id"], ascending=[False, True], kind="stable")
    shapes = gpd.GeoSeries(list(table["geometry"]), index=table["spot_id"], crs=blind.crs)
    return gpd.GeoDataFrame(table.set_index("spot_id")[columns], geometry=shapes, crs=blind.crs)
