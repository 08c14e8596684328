"""Sound ground for the topology tests: cells that share every vertex to the last bit."""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.layers import GridLayer, Level, grids

CRS = "EPSG:4549"
CELLS = (Level("cell", "小格", "Cell", 0, None),)
EAST_M, NORTH_M = 440_000.0, 3_560_000.0


def areas(
    shapes: Sequence[BaseGeometry],
    *,
    level: str = "grid",
    codes: Sequence[str] | None = None,
    parents: Sequence[str] | None = None,
    households: int = 0,
) -> GridLayer:
    """Make a layer of areas; codes count from 1 under county 321198 where none are given."""
    count = len(shapes)
    data = {
        "code": list(codes) if codes else [f"321198001001{i + 1:03d}" for i in range(count)],
        "name": [""] * count,
        "kind": ["comprehensive"] * count,
        "parent": list(parents) if parents else [""] * count,
        "households": [households] * count,
        "residents": [0] * count,
    }
    frame = gpd.GeoDataFrame(data, geometry=list(shapes), crs=CRS)
    return grids(
        frame.astype({"code": "str", "name": "str", "kind": "str", "parent": "str"}), level
    )


def voronoi(seed: int, count: int = 30, side_m: float = 1000.0) -> list[BaseGeometry]:
    """Cut a square into irregular cells with common vertices (Voronoi, noded, polygonised)."""
    rng = np.random.default_rng(seed)
    south_west = np.array([EAST_M, NORTH_M])
    seeds = shapely.multipoints(south_west + side_m * rng.random((count, 2)))
    frame = shapely.box(*south_west, *(south_west + side_m))
    edges = shapely.voronoi_polygons(seeds, extend_to=frame, only_edges=True)
    lines = shapely.union_all([shapely.intersection(edges, frame), frame.exterior])
    return list(shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))))


def bent(columns: int, rows: int, side_m: float = 100.0, *, seed: int = 0) -> list[BaseGeometry]:
    """Give a lattice whose inner vertices are moved by up to a fifth of a cell; west first."""
    rng = np.random.default_rng(seed)
    x, y = np.meshgrid(np.arange(columns + 1.0), np.arange(rows + 1.0))
    moved = 0.2 * (2 * rng.random((2, *x.shape)) - 1)
    inner_x = (x > 0) & (x < columns)
    inner_y = (y > 0) & (y < rows)
    at = np.stack(
        [
            EAST_M + side_m * (x + moved[0] * (inner_x & inner_y)),
            NORTH_M + side_m * (y + moved[1] * (inner_x & inner_y)),
        ],
        axis=-1,
    )
    return [
        shapely.Polygon([at[r, c], at[r, c + 1], at[r + 1, c + 1], at[r + 1, c]])
        for r in range(rows)
        for c in range(columns)
    ]


def district() -> dict[str, GridLayer]:
    """Give five nested levels over an 800 m square, every area within the norms.

    One district of one subdistrict of 2 × 2 communities of 2 × 2 grids of 2 × 2 micro-grids
    (100 m squares of 80 households). Rows run west to east, then north.
    """
    names = ["321198", "321198001"]
    layers = {
        "district": areas([_square(0, 0, 800)], level="district", codes=names[:1]),
        "subdistrict": areas(
            [_square(0, 0, 800)], level="subdistrict", codes=names[1:], parents=names[:1]
        ),
    }
    above = {(0, 0): names[1]}
    for level, side, digits, households in (
        ("community", 400, 3, 0),
        ("grid", 200, 3, 320),
        ("microgrid", 100, 2, 80),
    ):
        below, parents, shapes = {}, [], []
        for row in range(800 // side):
            for column in range(800 // side):
                parent = above[column // 2, row // 2] if level != "community" else names[1]
                number = parents.count(parent) + 1
                below[column, row] = f"{parent}{number:0{digits}d}"
                parents.append(parent)
                shapes.append(_square(column * side, row * side, side))
        layers[level] = areas(
            shapes,
            level=level,
            codes=list(below.values()),
            parents=parents,
            households=households,
        )
        above = below
    return layers


def replaced(layer: GridLayer, row: int, **values: object) -> GridLayer:
    """Give a copy of a layer with some values of one row replaced."""
    copy = layer.copy()
    for column, value in values.items():
        if column == "geometry":
            shapes = list(copy.geometry)
            shapes[row] = value
            copy = copy.set_geometry(gpd.GeoSeries(shapes, crs=copy.crs, index=copy.index))
        else:
            copy.loc[copy.index[row], column] = value
    return GridLayer(copy)


def _square(x: float, y: float, side: float) -> BaseGeometry:
    return shapely.box(EAST_M + x, NORTH_M + y, EAST_M + x + side, NORTH_M + y + side)
