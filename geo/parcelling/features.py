"""What borders run along: streets, water, rails and walls, and what a metre of each is worth."""

import geopandas as gpd
import numpy as np
import shapely

from geo import coords
from geo.errors import CrsError
from geo.parcelling.cells import Lines
from geo.parcelling.sides import Floats, Shapes

COST = {
    "motorway": 0.1, "trunk": 0.1, "primary": 0.15, "secondary": 0.2, "tertiary": 0.25,
    "unclassified": 0.35, "residential": 0.35, "living_street": 0.4, "pedestrian": 0.4,
    "road": 0.4, "service": 0.5, "track": 0.5, "busway": 0.4,
}  # fmt: skip
"""What a metre of border along a street costs; midway between buildings it costs 1."""
BARRIER_COST = {"river": 0.1, "rail": 0.1, "wall": 0.4}
WATER_COST = 0.15


def lines(
    streets: gpd.GeoDataFrame,
    barriers: gpd.GeoDataFrame | None = None,
    landuse: gpd.GeoDataFrame | None = None,
) -> Lines:
    """Give the lines that borders prefer.

    Parameters
    ----------
    streets : StreetLayer
        Footways and stairs are too slight for a border; bridges and tunnels lie on another
        level. Their `highway` tells what they are worth (`COST`).
    barriers : BarrierLayer, optional
        Rivers, railways, walls: nobody walks across them.
    landuse : land-use layer, optional
        The banks of its water are lines as well.

    Raises
    ------
    CrsError
        When a layer is not in metres, or not in the system of the streets.
    """
    _same_system(streets, barriers, landuse)
    parts: list[tuple[Shapes, Floats, bool]] = [_streets(streets)]
    if barriers is not None and len(barriers):
        cost = barriers["kind"].map(BARRIER_COST).fillna(1.0).to_numpy(dtype=np.float64)
        parts.append(
            (np.asarray(barriers.geometry.to_numpy(), dtype=object), np.asarray(cost), True)
        )
    if landuse is not None and len(landuse):
        water = landuse.geometry.to_numpy()[(landuse["kind"] == "water").to_numpy()]
        banks = np.asarray(shapely.boundary(water), dtype=object)
        parts.append((banks, np.full(len(banks), WATER_COST), True))
    shapes = np.concatenate([part[0] for part in parts])
    closed = np.concatenate([np.full(len(part[0]), part[2]) for part in parts])
    flat, index = shapely.get_parts(shapes, return_index=True)
    return Lines(flat, np.concatenate([part[1] for part in parts])[index], closed[index])


def _streets(streets: gpd.GeoDataFrame) -> tuple[Shapes, Floats, bool]:
    kind = streets["highway"].astype("str").str.removesuffix("_link")
    cost = kind.map(COST).to_numpy(dtype=np.float64)
    level = np.zeros(len(streets), dtype=bool)
    for name in ("bridge", "tunnel"):
        if name in streets:
            level |= streets[name].to_numpy() != 0
    keep = ~np.isnan(cost) & ~level
    return (
        np.asarray(streets.geometry.to_numpy()[keep], dtype=object),
        np.asarray(cost[keep]),
        False,
    )


def _same_system(*layers: gpd.GeoDataFrame | None) -> None:
    known = [layer for layer in layers if layer is not None and len(layer)]
    for layer in known:
        coords.require_metres(layer)
        if layer.crs != known[0].crs:
            raise CrsError(
                "streets, barriers and land use are not in one system",
                zh="道路、屏障与用地的坐标系不一致",
                hint="bring all of them to one working system with coords.to_metres",
                hint_zh="请先用 coords.to_metres 转到同一工作坐标系",
            )
