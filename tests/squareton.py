"""Squareton: five sound levels over 800 m with a building every 50 m, in metres or in a store."""

import geopandas as gpd
import numpy as np
import shapely
from tessellations import district

from api.settings import Settings
from api.tasks.work import Work
from geo import coords, redraw, store

LEVELS = ("district", "subdistrict", "community", "grid", "microgrid")


def squareton() -> tuple[dict[str, gpd.GeoDataFrame], gpd.GeoDataFrame]:
    """Give the levels and the buildings, as they come back from the store."""
    levels: dict[str, gpd.GeoDataFrame] = dict(district())
    crs = levels["grid"].crs
    west, south, _, _ = levels["district"].total_bounds
    x, y = np.meshgrid(west + 25 + 50 * np.arange(16), south + 25 + 50 * np.arange(16))
    count = x.size
    boxes = shapely.box(x.ravel() - 9, y.ravel() - 6, x.ravel() + 9, y.ravel() + 6)
    homes = gpd.GeoDataFrame(
        {
            "id": [f"B{i}" for i in range(count)], "name": "", "use": "residential",
            "compound": "", "floors": 6, "households": 20, "residents": 55, "elders": 9,
            "alone": 1, "children": 7, "disabled": 1,
        },
        geometry=boxes, crs=crs,
    )  # fmt: skip
    for name, frame in levels.items():
        moved = shapely.transform(frame.geometry.values, lambda xy: coords.settled(xy, crs))
        levels[name] = frame.set_geometry(gpd.GeoSeries(moved, index=frame.index, crs=crs))
        inside = shapely.STRtree(boxes.copy()).query(frame.geometry.values, predicate="contains")
        levels[name]["households"] = np.bincount(inside[0], minlength=len(frame)) * 20
        levels[name]["residents"] = np.bincount(inside[0], minlength=len(frame)) * 55
    return levels, homes


def fabric() -> redraw.Fabric:
    """Give it ready to be redrawn."""
    levels, homes = squareton()
    return redraw.fabric(levels, homes)


def kept(db: store.Database, settings: Settings | None = None, *, who: str = "甲") -> Work:
    """Keep it in a store; give work on it."""
    levels, homes = squareton()
    with db.session() as session:
        revision = store.revisions.open(session, "import", "test", "squareton")
        for name, frame in levels.items():
            store.areas.replace(session, name, coords.to_degrees(frame), revision)
        store.features.replace(session, "building", coords.to_degrees(homes))
    return Work(settings=settings or Settings(), database=db, who=who)
