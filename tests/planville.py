"""Planville: Squareton with names, streets, and what a planner has to mend.

Sixteen grids of 320 households in four communities; one grid has 640, one 160; a piece of
ground at the edge of another, 100 m wide, belongs to nobody, with the 80 households on it.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import squareton
from shapely.geometry import LineString
from tessellations import CRS, EAST_M, NORTH_M

from api.settings import Settings
from api.tasks.work import Work
from geo import coords, store

COMMUNITIES = ("东园", "南河", "西城", "北塔")
LARGE, SMALL, OPEN = "321198001001002", "321198001002003", "321198001003001"
"""A grid with too many households, one with too few, and one beside the gap."""
GAP = "32119800100300102"
"""The micro-grid that is left out, and the ground of its grid with it."""
STREETS = (
    ("解放路", [(-50, 110), (850, 130)]),
    ("人民路", [(90, -50), (120, 850)]),
    ("断头巷", [(60, 50), (90, 90)]),
    ("", [(-50, 60), (850, 70)]),
)


def planville() -> tuple[dict[str, gpd.GeoDataFrame], gpd.GeoDataFrame]:
    """Give the levels and the buildings, in metres."""
    levels, homes = squareton.squareton()
    grids = levels["grid"].set_index("code", drop=False)
    for code, households in ((LARGE, 40), (SMALL, 10)):
        inside = homes.within(grids.loc[code, "geometry"]).to_numpy()
        homes.loc[inside, "households"] = households
    small = levels["microgrid"]
    levels["microgrid"] = small[small["code"] != GAP].reset_index(drop=True)
    rest = levels["microgrid"][levels["microgrid"]["code"].str.startswith(OPEN)]
    levels["grid"].loc[levels["grid"]["code"] == OPEN, "geometry"] = rest.union_all()
    homes["name"] = [f"{i % 9 + 1}号楼" for i in range(len(homes))]
    homes["compound"] = "和平小区"
    for frame in levels.values():
        frame["name"] = [_name(code) for code in frame["code"]]
        inside = shapely.STRtree(homes.centroid.to_numpy()).query(
            frame.geometry.to_numpy(), predicate="contains"
        )
        for column in ("households", "residents"):
            weights = homes[column].to_numpy()[inside[1]]
            frame[column] = np.bincount(inside[0], weights, len(frame)).astype(np.int64)
    return levels, homes


def streets() -> gpd.GeoDataFrame:
    """Give two streets that cross the town, a dead end, and a way without a name."""
    lines = [LineString([(EAST_M + x, NORTH_M + y) for x, y in way]) for _, way in STREETS]
    names = [name for name, _ in STREETS]
    ids = [f"S{i}" for i in range(len(names))]
    return gpd.GeoDataFrame({"id": ids, "name": names}, geometry=lines, crs=CRS)


def kept(db: store.Database, settings: Settings | None = None) -> Work:
    """Keep it in a store; give work on it."""
    levels, homes = planville()
    with db.session() as session:
        revision = store.revisions.open(session, "import", "test", "planville")
        for name, frame in levels.items():
            store.areas.replace(session, name, coords.to_degrees(frame), revision)
        store.features.replace(session, "building", coords.to_degrees(homes))
        store.features.replace(session, "street", _filled("street", streets()))
    return Work(settings=settings or Settings(), database=db)


def _filled(layer: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give a layer's other columns their defaults."""
    from geo import layers

    blank = {c.name: c.default for c in layers.layer(layer).columns if c.name not in frame}
    whole = pd.concat([frame, pd.DataFrame(blank, index=frame.index)], axis=1)
    return coords.to_degrees(gpd.GeoDataFrame(whole, geometry="geometry", crs=frame.crs))


def _name(code: str) -> str:
    place = COMMUNITIES[int(code[9:12]) - 1] if len(code) >= 12 else "方"
    tail = {6: "区", 9: "街道", 12: "社区", 15: f"第{code[12:15].lstrip('0')}网格"}
    return place + tail.get(len(code), f"第{code[12:15].lstrip('0')}网格{code[15:]}微网格")
