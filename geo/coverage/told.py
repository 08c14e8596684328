"""Blindness told as findings: where nobody is near enough, how many, and what to do."""

from typing import Any

import geopandas as gpd
import numpy as np

from geo.layers import Finding, Severity

_WHY = {
    "hours": ("站点到时已关门或未开门", "stations are near, but shut at that time"),
    "service": ("附近站点没有这项服务", "stations are near, but do not offer the service"),
    "capacity": (
        "附近站点面积不足，人均过少",
        "stations are near, but too small for those in reach",
    ),
    "wall": ("隔着围墙，没有出入口", "a wall without a gate stands between"),
    "river": ("隔着河流，没有桥", "a river without a bridge lies between"),
    "rail": ("隔着铁路，没有通道", "a railway without a crossing lies between"),
    "cut_off": ("没有任何步行路线可达站点", "no way on foot leads to a station"),
    "detour": (
        "直线不远，但要绕行",
        "a station is near as the crow flies, but the way round is long",
    ),
    "no_station": ("附近没有站点", "there is no station near"),
    "": ("", ""),
}
_CURE = {
    "hours": ("延长附近站点的开放时间", "open a station nearby for longer"),
    "service": ("在附近站点增设这项服务", "add the service to a station nearby"),
    "capacity": ("扩建附近站点或增设站点", "enlarge a station nearby or add one"),
    "wall": ("在围墙上开设步行出入口", "open a gate in the wall"),
    "river": ("增设步行桥", "build a footbridge"),
    "rail": ("增设过铁路的步行通道", "build a crossing of the railway"),
    "cut_off": ("补上缺失的通道或出入口", "add the missing way or gate"),
    "detour": (
        "考虑增开出入口、过河或过铁路通道，或就地设站",
        "consider a gate, a crossing, or a station here",
    ),
    "no_station": ("就近增设站点", "place a station nearby"),
    "": ("就近增设站点", "place a station nearby"),
}


def findings(
    spots: gpd.GeoDataFrame, areas: gpd.GeoDataFrame, *, reach_s: float, level: str = "community"
) -> list[Finding]:
    """Tell blind spots and unserved areas as findings.

    Parameters
    ----------
    spots : GeoDataFrame
        From `blind_spots`.
    areas : GeoDataFrame
        From `unserved`.
    reach_s : float
        The reach of both, seconds.
    level : str
        Level of the areas.

    Returns
    -------
    list of Finding
        ``BLIND_SPOT`` (features: the spot's id, the area it lies in, its buildings), most
        households first, then ``UNSERVED_COMMUNITY`` or ``UNSERVED_<LEVEL>``.
    """
    minutes = f"{reach_s / 60:g}"
    told = [_spot(spot, minutes) for spot in spots.reset_index().itertuples()]
    return told + [_area(area, minutes, level) for area in areas.reset_index().itertuples()]


def _walk(seconds: float) -> tuple[str, str]:
    if not np.isfinite(seconds):
        return "步行到不了", "cannot be reached on foot"
    return f"最近的要走 {seconds / 60:.0f} 分钟", f"the nearest is {seconds / 60:.0f} minutes away"


def _spot(spot: Any, minutes: str) -> Finding:
    why_zh, why_en = _WHY[spot.reason]
    walk_zh, walk_en = _walk(spot.nearest_s)
    cause_zh, cause_en = (f"：{why_zh}", f": {why_en}") if why_zh else ("", "")
    return Finding(
        "BLIND_SPOT",
        Severity.WARN,
        "building",
        f"{spot.buildings} 栋楼、{spot.households} 户步行 {minutes} 分钟内没有站点，{walk_zh}{cause_zh}",
        f"{spot.households} households in {spot.buildings} buildings have no station within "
        f"{minutes} minutes on foot; {walk_en}{cause_en}",
        features=tuple(x for x in (spot.spot_id, spot.area, *spot.members.split(";")) if x),
        hint_zh=_CURE[spot.reason][0],
        hint_en=_CURE[spot.reason][1],
        area_m2=float(spot.geometry.area),
        households=int(spot.households),
        place=spot.geometry,
    )


def _area(area: Any, minutes: str, level: str) -> Finding:
    walk_zh, walk_en = _walk(area.least_s)
    return Finding(
        f"UNSERVED_{level.upper()}",
        Severity.WARN,
        level,
        f"{area.name}（{area.code}）全部 {area.households} 户步行 {minutes} 分钟内没有站点，{walk_zh}",
        f"none of the {area.households} households of {area.name} ({area.code}) has a station "
        f"within {minutes} minutes on foot; {walk_en}",
        features=(str(area.code),),
        hint_zh="在该社区内增设站点",
        hint_en="place a station inside this community",
        area_m2=float(area.geometry.area),
        households=int(area.households),
        place=area.geometry,
    )
