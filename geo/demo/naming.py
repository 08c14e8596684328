"""Give everything its name, and every place the address of its street."""

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from geo.demo import names as pools
from geo.demo.areas import Areas
from geo.demo.fabric import Fabric
from geo.demo.places import institution_frame
from geo.demo.plan import Plan, Street

RESIDENTIAL = ("slab", "mid", "tower", "far_gate")
KIND_ZH = {
    "park": "公园", "industrial": "产业园", "university": "大学城", "commercial": "商业广场",
    "farmland": "农业园", "hospital": "医院", "court": "老街", "village": "村",
}  # fmt: skip
USE_ZH = {
    "industrial": "厂房", "university": "教学楼", "commercial": "商场", "pavilion": "凉亭",
    "school": "校舍", "shop": "商铺", "hospital": "门诊楼",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Named:
    """The names of a town, each list in the order of what it names."""

    compounds: list[str]
    houses: list[str]
    land: list[str]
    communities: list[str]
    areas: dict[str, list[str]]


def names(fabric: Fabric, areas: Areas, rng: np.random.Generator) -> Named:
    """Name compounds, houses, land and areas."""
    plan = fabric.plan
    compounds = _compounds(fabric, rng)
    stems = pools.communities(rng, len(plan.communities))
    communities = [
        f"{stem}{'村' if c.village else '社区'}"
        for stem, c in zip(stems, plan.communities, strict=True)
    ]
    first = {h.compound: i for i, h in reversed(list(enumerate(fabric.houses)))}
    houses = [
        _house(h.use, i - first[h.compound] + 1, compounds[h.compound])
        for i, h in enumerate(fabric.houses)
    ]
    by_block = {c.block: compounds[i] for i, c in reversed(list(enumerate(fabric.compounds)))}
    land = [by_block[item.block] for item in fabric.land]
    grids = [
        f"{by_block[g.block] if g.dedicated else communities[g.community]}"
        f"{'专属网格' if g.dedicated else '第' + str(int(code[-3:])) + '网格'}"
        for g, code in zip(fabric.grids, areas.grid.codes, strict=True)
    ]
    micro = [
        f"{grids[g]}{int(code[-2:]):02d}微网格"
        for g, code in zip(areas.microgrid.parents, areas.microgrid.codes, strict=True)
    ]
    towns = {"subdistrict": [], "town": []}  # type: dict[str, list[str]]
    subdistricts = []
    for s in plan.subdistricts:
        pool, kind, end = (
            (pools.TOWNS, "town", "镇") if s.town else (pools.SUBDISTRICTS, "subdistrict", "街道")
        )
        subdistricts.append(f"{pool[len(towns[kind]) % len(pool)]}{end}")
        towns[kind].append(subdistricts[-1])
    districts = [f"{pools.DISTRICTS[i]}区" for i in range(plan.districts)]
    return Named(
        compounds, houses, land, communities,
        {"microgrid": micro, "grid": grids, "community": communities,
         "subdistrict": subdistricts, "district": districts},
    )  # fmt: skip


def streets(plan: Plan, rng: np.random.Generator) -> list[Street]:
    """Name the streets of a plan that have no name yet."""
    pool = iter(pools.locals_(rng, len(plan.streets)))
    return [s if s.name else replace(s, name=next(pool)) for s in plan.streets]


def _compounds(fabric: Fabric, rng: np.random.Generator) -> list[str]:
    """Name compounds, and everything else that fills a block, after its kind."""
    kinds = [c.kind for c in fabric.compounds]
    homes = iter(pools.compounds(rng, sum(k in RESIDENTIAL for k in kinds)))
    villages = iter(pools.villages(rng, kinds.count("village")))
    others = iter(pools.locals_(rng, len(kinds)))
    found = []
    for kind in kinds:
        if kind in RESIDENTIAL:
            found.append(next(homes))
        elif kind == "village":
            found.append(next(villages))
        else:
            found.append(next(others).rstrip("路街巷弄东西南北") + KIND_ZH[kind])
    seen: dict[str, int] = {}
    for i, name in enumerate(found):
        seen[name] = seen.get(name, 0) + 1
        found[i] = name if seen[name] == 1 else f"{name}{seen[name]}区"
    return found


def _house(use: str, number: int, compound: str) -> str:
    return f"{number}幢" if use == "residential" else USE_ZH.get(use, compound)


class Nearby:
    """What lies next to a place: its compound or community, its street and house number."""

    def __init__(self, layers: dict[str, gpd.GeoDataFrame], areas: Areas, named: Named) -> None:
        streets = layers["street"]
        self._streets = streets[streets["name"] != ""]
        self._street_tree = shapely.STRtree(self._streets.geometry.values)
        self._buildings = layers["building"]
        self._building_tree = shapely.STRtree(self._buildings.geometry.values)
        self._areas = areas
        self._communities = named.communities

    def homes(self, points: npt.NDArray[np.object_]) -> list[str]:
        """Give the name of the compound nearest to each point."""
        rows = self._building_tree.nearest(points)
        return [str(v) for v in self._buildings["compound"].to_numpy()[rows]]

    def addresses(self, points: npt.NDArray[np.object_]) -> list[str]:
        """Give street and number of each point."""
        rows = self._street_tree.nearest(points)
        streets = self._streets["name"].to_numpy()[rows]
        metres = np.abs(shapely.get_x(points) + shapely.get_y(points)) % 900
        return [f"{s}{int(m) // 4 * 2 + 1}号" for s, m in zip(streets, metres, strict=True)]

    def communities(self, points: npt.NDArray[np.object_]) -> list[str]:
        """Give the code of the community each point lies in."""
        rows = shapely.STRtree(self._areas.community.shapes).nearest(points)
        return [self._areas.community.codes[int(i)] for i in rows]


INSTITUTIONS = (
    ("government", "税务局"), ("government", "市场监管所"), ("school", "实验小学"), ("school", "中学"),
    ("hospital", "人民医院"), ("hospital", "中医院"), ("enterprise", "机械厂"), ("enterprise", "电力公司"),
    ("bank", "农商银行支行"), ("university", "职业技术学院"), ("police", "派出所"), ("culture", "文化馆"),
)  # fmt: skip


def institutions(
    buildings: gpd.GeoDataFrame, nearby: Nearby, count: int, rng: np.random.Generator, crs: CRS
) -> gpd.GeoDataFrame:
    """Put institutions into buildings, those without homes first."""
    empty = np.flatnonzero(buildings["households"] == 0)
    rest = np.flatnonzero(buildings["households"] > 0)
    chosen = np.r_[rng.permutation(empty), rng.permutation(rest)][:count]
    points = np.array(shapely.point_on_surface(buildings.geometry.values[chosen]), dtype=object)
    sorts = [INSTITUTIONS[i % len(INSTITUTIONS)] for i in range(count)]
    stems = pools.locals_(rng, count)
    titles = [
        f"{stem.rstrip('路街巷弄东西南北')}{sort[1]}"
        for stem, sort in zip(stems, sorts, strict=True)
    ]
    return institution_frame(
        points,
        names=titles,
        kinds=[sort[0] for sort in sorts],
        communities=nearby.communities(points),
        rng=rng,
        crs=crs,
    )
