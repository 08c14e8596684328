"""A quick made-up town for tests of place: streets, buildings, stations, grids, an outline."""

from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo import coords

CITIES = {
    "Kashgar": (75.99, 39.47), "Urumqi": (87.61, 43.83), "Lhasa": (91.1, 29.65),
    "Chengdu": (104.07, 30.67), "Baotou": (109.85, 40.65), "Sanya": (109.5, 18.25),
    "Beijing": (116.38, 39.91), "Songxi": (118.785, 27.526), "Zhenjiang": (119.45, 32.2),
    "Shanghai": (121.53, 31.18), "Harbin": (126.63, 45.75), "Shenzhen": (113.91, 22.54),
}  # fmt: skip


@dataclass(frozen=True)
class Town:
    """Layers of one town, in metres of its place."""

    crs: CRS
    street: gpd.GeoDataFrame
    building: gpd.GeoDataFrame
    station: gpd.GeoDataFrame
    grid: gpd.GeoDataFrame
    outline: gpd.GeoDataFrame


def town(lon: float, lat: float, rng: np.random.Generator, *, size_m: float = 5000.0) -> Town:
    """Make a town of bent streets at uneven distances, turned as towns are."""
    crs = coords.working_crs(lon)
    x0, y0 = coords.transformer(coords.STORED, crs).transform(lon, lat)
    xs, ys = (_lines(size_m, rng) for _ in range(2))
    turn = rng.uniform(-0.6, 0.6)
    bend = rng.uniform(0, 120, 2)
    phase = rng.uniform(0, 7, 2)

    def place(x, y):
        u = x + bend[0] * np.sin(y / 900 + phase[0])
        v = y + bend[1] * np.sin(x / 1100 + phase[1])
        return np.column_stack(
            [x0 + u * np.cos(turn) - v * np.sin(turn), y0 + u * np.sin(turn) + v * np.cos(turn)]
        )

    t = np.linspace(-size_m / 2, size_m / 2, 120)
    gone = rng.random((len(xs) + len(ys), 6)) < 0.15
    streets = []
    for i, line in enumerate([*xs, *ys]):
        along = place(np.full_like(t, line), t) if i < len(xs) else place(t, np.full_like(t, line))
        pieces = np.array_split(along, 6)
        streets += [
            shapely.LineString(p) for p, lost in zip(pieces, gone[i], strict=True) if not lost
        ]
    homes, doors, blocks = [], [], []
    for a, b in pairwise(xs):
        for c, d in pairwise(ys):
            corners = place(np.array([a, b, b, a]), np.array([c, c, d, d]))
            blocks.append(shapely.Polygon(corners))
            homes += _homes((a, b, c, d), place, rng)
    for home in homes:
        if rng.random() < 0.06:
            doors.append(home.boundary.interpolate(rng.random(), normalized=True))
    frames = (streets, homes, doors, _joined(blocks, rng), [shapely.union_all(blocks)])
    return Town(crs, *(gpd.GeoDataFrame(geometry=gpd.GeoSeries(f, crs=crs)) for f in frames))


def _lines(size_m, rng):
    steps = rng.uniform(70, 260, 200).cumsum() - size_m / 2
    return steps[steps < size_m / 2]


def _homes(block, place, rng):
    a, b, c, d = block
    made = []
    for x in np.arange(a + 14, b - 26, rng.uniform(25, 60)):
        for y in np.arange(c + 14, d - 22, rng.uniform(28, 50)):
            if rng.random() < 0.75:
                w, h = rng.uniform(9, 22), rng.uniform(8, 16)
                jx, jy = rng.uniform(0, 4, 2)
                made.append(
                    shapely.Polygon(
                        place(
                            np.array([x, x + w, x + w, x]) + jx, np.array([y, y, y + h, y + h]) + jy
                        )
                    )
                )
    return made


def _joined(blocks, rng):
    """Give grids: blocks joined by twos and threes, as neighbours stand in the list."""
    grids, i = [], 0
    while i < len(blocks):
        n = int(rng.integers(2, 4))
        joined = shapely.union_all(blocks[i : i + n])
        grids += shapely.get_parts(joined).tolist()
        i += n
    return grids
