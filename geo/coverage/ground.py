"""Where nobody's households are known: the ground itself, so that an answer can still be given."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import layers
from geo.layers import DemandLayer, GridLayer

CELL_M = 50.0
MOST_CELLS = 200_000
"""Over very large areas the cells grow, so that there are no more than this."""


def ground(areas: GridLayer, *, cell_m: float = CELL_M) -> DemandLayer:
    """Lay out areas in square cells that stand for their ground, one "household" a m².

    What is measured with it is ground, not people: whoever shows it must say so.

    Parameters
    ----------
    areas : GridLayer
        Of one level.
    cell_m : float
        Side of a cell, metres.

    Returns
    -------
    DemandLayer
        Cells whose middle lies inside an area, named by their place; `households` is the
        area of the cell in m² and every other count 0.
    """
    west, south, east, north = areas.total_bounds if len(areas) else (0.0, 0.0, 0.0, 0.0)
    cell_m = max(cell_m, float(np.sqrt((east - west) * (north - south) / MOST_CELLS)))
    xs = np.arange(np.floor(west / cell_m), np.ceil(east / cell_m)) * cell_m
    ys = np.arange(np.floor(south / cell_m), np.ceil(north / cell_m)) * cell_m
    corner = np.stack(np.meshgrid(xs, ys), axis=-1).reshape(-1, 2)
    middle = np.asarray(shapely.points(corner + cell_m / 2), dtype=object)
    inside = np.zeros(len(corner), dtype=np.bool_)
    inside[shapely.STRtree(middle).query(areas.geometry.to_numpy(), predicate="intersects")[1]] = (
        True
    )
    corner = corner[inside]
    described = layers.layer("building")
    table = {c.name: [c.default if c.default is not None else ""] * len(corner)
             for c in described.columns}  # fmt: skip
    table["id"] = [f"{x:.0f},{y:.0f}" for x, y in corner]
    table["households"] = [round(cell_m * cell_m)] * len(corner)
    frame = pd.DataFrame(table).astype({c.name: _TYPES[c.type] for c in described.columns})
    shapes = shapely.box(corner[:, 0], corner[:, 1], *(corner + cell_m).T)
    return layers.demand(gpd.GeoDataFrame(frame, geometry=shapes, crs=areas.crs))


_TYPES = {"text": "str", "int": "int64", "float": "float64"}
