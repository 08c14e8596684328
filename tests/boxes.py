"""Layers of any size for the store's tests: boxes in rows at the demo district's place."""

from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import layers

CRS = "EPSG:4549"
WEST_M, SOUTH_M = 448_000.0, 3_564_000.0
STEP_M, SIZE_M = 100.0, 60.0
_TYPES = {"text": "str", "int": "int64", "float": "float64"}


def layer(name: str, count: int, /, **given: Sequence[object]) -> gpd.GeoDataFrame:
    """Make a layer of `count` features in rows of 100, 100 m apart; keys are ``name-0``…"""
    described = layers.layer(name)
    cells: dict[str, Sequence[object]] = {
        c.name: [c.default if c.default is not None else (*c.choices, f"{c.name}")[0]] * count
        for c in described.columns
    }
    cells[described.key] = [f"{name}-{i}" for i in range(count)]
    cells.update(given)
    types: Mapping[str, str] = {c.name: _TYPES[c.type] for c in described.columns}
    frame = pd.DataFrame(
        {n: pd.Series(list(v), dtype=types.get(n, "object")) for n, v in cells.items()}
    )
    if not described.geometry:
        return frame
    return gpd.GeoDataFrame(frame, geometry=_shapes(described.geometry[0], count), crs=CRS)


def _shapes(kind: str, count: int) -> np.ndarray:
    x = WEST_M + STEP_M * (np.arange(count) % 100)
    y = SOUTH_M + STEP_M * (np.arange(count) // 100)
    if kind == "Point":
        return shapely.points(x, y)
    if kind == "LineString":
        ends = np.stack([np.stack([x, y], 1), np.stack([x + SIZE_M, y + SIZE_M], 1)], 1)
        return shapely.linestrings(ends)
    return shapely.box(x, y, x + SIZE_M, y + SIZE_M)
