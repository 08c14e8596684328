"""Who is counted: the households of a building, its residents and its priority groups."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo.errors import BadInput, CrsError, SchemaError
from geo.layers import GROUPS, TravelTimes

PEOPLE = ("households", "residents", *GROUPS)
"""What is counted on every building."""
F64 = npt.NDArray[np.float64]


def walks(demand: gpd.GeoDataFrame, times: TravelTimes) -> gpd.GeoDataFrame:
    """Give every building in which households live its nearest station and the walk there.

    Offices, sheds and empty houses (0 households) are nobody's home and do not count.

    Returns
    -------
    GeoDataFrame
        Index `id`, in the order of `demand`: the counts of `PEOPLE`, `nearest_s` and
        `nearest_m` (inf: none within the limit of `times`), `station` (empty: none), and the
        shape of the building.

    Raises
    ------
    SchemaError
        When `times` speaks of buildings that `demand` lacks, or one id stands twice.
    """
    ids = pd.Index(demand["id"], dtype="str")
    spoken = pd.Index(times.demand_ids, dtype="str")
    if not ids.is_unique:
        twice = sorted(set(ids[ids.duplicated()]))
        raise SchemaError(
            f"{len(twice)} building ids stand twice",
            zh=f"{len(twice)} 个楼栋编号重复",
            where=twice[:20],
        )
    if len(lost := spoken.difference(ids)):
        raise SchemaError(
            f"the travel times speak of {len(lost)} buildings that are not in the layer",
            zh=f"步行时间涉及 {len(lost)} 个图层中不存在的楼栋",
            where=list(lost[:20]),
            hint="measure with the times that were made for this layer",
            hint_zh="请使用由该楼栋图层计算的步行时间",
        )
    reached = _nearest(times, spoken)
    homes = demand.set_index(ids.rename("id"))[[*PEOPLE, "geometry"]]
    homes = homes[homes["households"] > 0]
    frame = homes.join(reached)
    frame["station"] = frame["station"].fillna("")
    frame[["nearest_s", "nearest_m"]] = frame[["nearest_s", "nearest_m"]].fillna(np.inf)
    columns = [*PEOPLE, "nearest_s", "nearest_m", "station", "geometry"]
    return gpd.GeoDataFrame(frame[columns], crs=demand.crs)


def _nearest(times: TravelTimes, ids: pd.Index) -> pd.DataFrame:
    seconds, column = times.nearest()
    metres = np.full(len(seconds), np.inf)
    if len(times.rows):
        first = np.flatnonzero(np.r_[True, np.diff(times.rows) > 0])
        metres[times.rows[first]] = times.metres[first]
    names = np.append(times.station_ids.astype(object), "")
    return pd.DataFrame(
        {
            "nearest_s": seconds,
            "nearest_m": metres,
            "station": pd.array(names[column], dtype="str"),
        },
        index=ids.rename("id"),
    )


def doors(frame: gpd.GeoDataFrame) -> F64:
    """Give a point inside each shape, (n, 2) metres: where a building is said to be."""
    return shapely.get_coordinates(shapely.point_on_surface(frame.geometry.to_numpy()))


def area_of(frame: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.Series:
    """Say in which area every building lies, by its code; empty where in none.

    A building belongs to the area that holds its inner point; where areas overlap, to the
    first code.
    """
    if frame.crs != areas.crs:
        raise CrsError(
            "buildings and areas are not in one system",
            zh="楼栋与区域的坐标系不一致",
            hint="bring both to one working system with coords.to_metres",
            hint_zh="请先用 coords.to_metres 转到同一工作坐标系",
        )
    codes = areas["code"].to_numpy(dtype=object)
    inside = shapely.points(doors(frame))
    point, area = shapely.STRtree(areas.geometry.to_numpy()).query(inside, predicate="intersects")
    found = pd.Series(codes[area], index=point, dtype="str")
    found = found.groupby(level=0).min().reindex(range(len(frame)), fill_value="")
    return pd.Series(found.to_numpy(), index=frame.index, name="area", dtype="str")


def checked_reaches(reach_s: tuple[float, ...]) -> tuple[float, ...]:
    """Sort reaches, and refuse what is no walking time."""
    reaches = tuple(sorted({float(r) for r in reach_s}))
    if not reaches or not reaches[0] > 0:
        raise BadInput("a reach must be longer than 0 s", zh="步行时限必须大于 0 秒")
    return reaches
