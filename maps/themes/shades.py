"""Which colour an area wears, and the metres every theme works in."""

import geopandas as gpd
import numpy as np
import shapely

from geo import coords


def in_metres(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Bring a frame of any known CRS to metres, rows numbered from 0."""
    return coords.to_metres(frame).reset_index(drop=True)


def distinct(shapes: gpd.GeoSeries, count: int, *, near_m: float = 1.0) -> list[int]:
    """Give each area one of `count` shades, so that neighbours differ wherever that is possible.

    Greedy colouring, most neighbours first (Welsh and Powell, 1967); where all shades are
    taken around an area it wears the one least used by its neighbours.
    """
    tree = shapely.STRtree(shapes.to_numpy())
    left, right = tree.query(shapes.to_numpy(), predicate="dwithin", distance=near_m)
    around: list[set[int]] = [set() for _ in range(len(shapes))]
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        if a != b:
            around[a].add(b)
    shade = [-1] * len(shapes)
    for area in sorted(range(len(shapes)), key=lambda i: (-len(around[i]), i)):
        taken = [shade[n] for n in around[area] if shade[n] >= 0]
        used = np.bincount(np.array(taken, dtype=np.int64), minlength=count)
        shade[area] = int(np.lexsort(((np.arange(count) - area) % count, used))[0])
    return shade
