"""A city of micro-grids for the benches: a square of 40 km, however many they are."""

import geopandas as gpd
import numpy as np
import shapely

SIZE_M, LON, LAT = 40_000.0, 109.9, 40.6


def city(cells: int = 100_000) -> gpd.GeoDataFrame:
    """Build about so many micro-grids of 16 vertices with bent borders that neighbours share."""
    rng = np.random.default_rng(1)
    side = int(cells**0.5)
    step = SIZE_M / side
    x, y = np.meshgrid(np.arange(side + 1) * step, np.arange(side + 1) * step)
    node = np.stack([x, y], -1) + rng.uniform(-0.2, 0.2, (*x.shape, 2)) * step

    def edges(a: np.ndarray, b: np.ndarray) -> np.ndarray:
        along = np.linspace(0, 1, 5)[:-1, None]
        line = a[..., None, :] * (1 - along) + b[..., None, :] * along
        bent = rng.uniform(-0.04, 0.04, line.shape) * step
        bent[..., 0, :] = 0
        return line + bent

    def back(line: np.ndarray, end: np.ndarray) -> np.ndarray:
        return np.concatenate([end[..., None, :], line[..., :0:-1, :]], axis=-2)

    flat, steep = edges(node[:, :-1], node[:, 1:]), edges(node[:-1], node[1:])
    rings = np.concatenate(
        [flat[:-1], steep[:, 1:], back(flat[1:], node[1:, 1:]), back(steep[:, :-1], node[1:, :-1])],
        axis=-2,
    ).reshape(side * side, -1, 2)
    metre = 1 / 111_320
    rings = (rings - SIZE_M / 2) * [metre / np.cos(np.radians(LAT)), metre] + [LON, LAT]
    closed = np.concatenate([rings, rings[:, :1]], axis=1).round(10)
    number = np.arange(len(rings))
    codes = [
        f"150203{n // 10_000:03d}{n // 100 % 100:03d}{n // 10 % 10:03d}{n % 100:02d}"
        for n in number
    ]
    table = {
        "fid": number + 1, "code": codes, "name": [f"第{n}微网格" for n in number],
        "kind": np.where(number % 17, "comprehensive", "dedicated"),
        "parent": [code[:15] for code in codes], "households": 60, "residents": 170,
    }  # fmt: skip
    return gpd.GeoDataFrame(table, geometry=shapely.polygons(closed), crs=4490)
