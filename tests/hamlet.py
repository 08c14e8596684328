"""A town of four communities and sixteen grids, with everything a map shows."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, MultiPolygon, Point, box

import maps

X0, Y0, SIDE = 448_000.0, 3_564_000.0, 300.0
CRS = "EPSG:4549"


@dataclass(frozen=True)
class Hamlet:
    """The layers of the town, in metres."""

    base: maps.Base
    communities: gpd.GeoDataFrame
    grids: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame
    zones: gpd.GeoDataFrame
    spots: gpd.GeoDataFrame
    served: gpd.GeoDataFrame
    territories: gpd.GeoDataFrame


def frame(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    """Make a frame of rows that hold a geometry."""
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=CRS)


def cell(column: int, row: int, cells: int = 1) -> shapely.Polygon:
    """Give a square of the town."""
    x, y = X0 + column * SIDE, Y0 + row * SIDE
    return box(x, y, x + cells * SIDE, y + cells * SIDE)


def hamlet(name: str = "翠湖") -> Hamlet:
    """Build the town; `name` stands in every text, to try hostile ones."""
    communities = frame([
        {"code": f"32119800100{i + 1}", "name": f"{name}{'东西南北'[i]}社区", "households": 1500,
         "residents": 4000, "geometry": cell(2 * (i % 2), 2 * (i // 2), 2)}
        for i in range(4)
    ])  # fmt: skip
    grids = frame([
        {"code": f"{c.code}{k + 1:03d}", "name": f"{c.name}第{k + 1}网格",
         "kind": "dedicated" if i == 3 and k == 3 else "comprehensive",
         "households": 137 + 100 * k + i, "residents": 391 + 10 * i + k,
         "geometry": cell(2 * (i % 2) + k % 2, 2 * (i // 2) + k // 2)}
        for i, c in enumerate(communities.itertuples()) for k in range(4)
    ])  # fmt: skip
    stations = frame([
        {"id": f"P{i:03d}", "name": f"{name}驿站{i}", "kind": "warm_station",
         "tier": ("grid", "community", "subdistrict")[i % 3], "hours": "Mo-Fr 08:00-18:00",
         "services": "rest;water", "address": f"{name}路{i}号", "phone": "0511-5550000",
         "geometry": Point(X0 + 150 + 330 * i, Y0 + 160 + 240 * i)}
        for i in range(4)
    ])  # fmt: skip
    zones = frame(
        [
            {"reach_s": 300.0 * k, "geometry": stations.union_all().buffer(110 * k)}
            for k in (1, 2, 3)
        ]
    )
    spots = frame([
        {"spot_id": "B01", "households": 214, "residents": 520, "nearest_s": 930.0,
         "reason": "detour", "area": grids["code"][5], "geometry": cell(3, 0).buffer(-60)},
        {"spot_id": "B02", "households": 61, "residents": 150, "nearest_s": float("inf"),
         "reason": "cut_off", "area": grids["code"][9], "geometry": cell(0, 3).buffer(-90)},
    ]).set_index("spot_id")  # fmt: skip
    served = grids[["code", "name", "households", "geometry"]].copy()
    served["share"] = [float("nan"), *np.linspace(0, 1, len(grids) - 1)]
    territories = frame([
        {"id": f"C{i:02d}", "name": f"{name}第{i + 1}议事会", "alliance": i % 3 + 1,
         "alliance_name": f"{name}联盟{i % 3 + 1}", "lead": i < 3, "load": 800 + i,
         "geometry": cell(i % 4, i // 4) if i < 15 else MultiPolygon()}
        for i in range(16)
    ])  # fmt: skip
    return Hamlet(_base(name), communities, grids, stations, zones, spots, served, territories)


def _base(name: str) -> maps.Base:
    streets = frame([
        {"name": f"{name}{'一二三四五'[k]}路", "highway": ("primary", "residential", "footway")[k % 3],
         "geometry": LineString([(X0 + k * SIDE, Y0), (X0 + k * SIDE, Y0 + 2 * SIDE),
                                 (X0 + k * SIDE, Y0 + 4 * SIDE)])}
        for k in range(5)
    ])  # fmt: skip
    landuse = frame(
        [
            {"kind": "park", "name": f"{name}公园", "geometry": cell(1, 1).buffer(-40)},
            {"kind": "water", "name": name, "geometry": cell(1, 1).buffer(-100)},
        ]
    )
    buildings = frame(
        [
            {"geometry": box(X0 + 40 + 100 * k, Y0 + 50, X0 + 90 + 100 * k, Y0 + 65)}
            for k in range(8)
        ]
    )
    barriers = frame([
        {"kind": "river", "name": "古运河", "geometry": LineString([(X0, Y0 + 700), (X0 + 1200, Y0 + 820)])},
        {"kind": "rail", "name": "", "geometry": LineString([(X0, Y0 + 80), (X0 + 1200, Y0 + 300)])},
    ])  # fmt: skip
    outline = frame([{"geometry": cell(0, 0, 4)}])
    return maps.Base(
        streets,
        landuse,
        buildings,
        barriers,
        outline,
        f"{name}示范区",
        "2026-11-01",
        "GS(2026)0001号",
    )
