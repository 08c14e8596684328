"""Latticeton: 1,000 grids and 100,000 buildings, with bent borders, for measuring the desk."""

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import LineString

from api.settings import Settings
from api.tasks.work import Work
from geo import coords, layers, store

CRS = "EPSG:4549"
EAST_M, NORTH_M, CELL_M = 440_000.0, 3_556_000.0, 100.0
COLUMNS, ROWS = 80, 50
"""Micro-grids; 2 × 2 of them a grid, 5 × 5 grids a community."""
BENDS = 6
STREETS = 60
CODES = {"district": 40, "subdistrict": 40, "community": 10, "grid": 2, "microgrid": 1}


class Lattice:
    """Common vertices of all levels: corners moved a little, edges with bends."""

    def __init__(self, seed: int = 1) -> None:
        rng = np.random.default_rng(seed)
        shape = (ROWS + 1, COLUMNS + 1, 2)
        x, y = np.meshgrid(np.arange(COLUMNS + 1.0), np.arange(ROWS + 1.0))
        self.corner = np.stack([x, y], axis=-1) + 0.12 * (rng.random(shape) - 0.5)
        along = np.linspace(0, 1, BENDS + 2)[1:-1]
        self.east = self._bent(self.corner[:, :-1], self.corner[:, 1:], along, rng)
        self.north = self._bent(self.corner[:-1], self.corner[1:], along, rng)

    @staticmethod
    def _bent(
        a: np.ndarray, b: np.ndarray, along: np.ndarray, rng: np.random.Generator
    ) -> np.ndarray:
        straight = a[..., None, :] + (b - a)[..., None, :] * along[:, None]
        return straight + 0.03 * (rng.random(straight.shape) - 0.5)

    def block(self, column: int, row: int, width: int, height: int) -> shapely.Polygon:
        """Give the polygon of some cells, with every vertex that any level has on its border."""
        c, east, north = self.corner, self.east, self.north
        right, top = column + width, row + height
        ring = [p for i in range(column, right) for p in (c[row, i], *east[row, i])]
        ring += [p for j in range(row, top) for p in (c[j, right], *north[j, right])]
        ring += [
            p for i in reversed(range(column, right)) for p in (c[top, i + 1], *east[top, i][::-1])
        ]
        ring += [
            p
            for j in reversed(range(row, top))
            for p in (c[j + 1, column], *north[j, column][::-1])
        ]
        return shapely.Polygon(np.array([EAST_M, NORTH_M]) + CELL_M * np.array(ring))


def latticeton() -> tuple[dict[str, gpd.GeoDataFrame], gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Give levels, buildings and streets, in metres."""
    lattice, homes = Lattice(), _homes()
    points = shapely.centroid(homes.geometry.to_numpy())
    tree = shapely.STRtree(points)
    levels: dict[str, gpd.GeoDataFrame] = {}
    above: dict[tuple[int, int], str] = {}
    wider = 0
    for name, cells in CODES.items():
        width, height = min(cells * (2 if cells == 40 else 1), COLUMNS), min(cells, ROWS)
        if cells == 40:
            width, height = COLUMNS, ROWS
        below: dict[tuple[int, int], str] = {}
        rows: list[dict[str, object]] = []
        count: dict[str, int] = {}
        for row in range(0, ROWS, height):
            for column in range(0, COLUMNS, width):
                parent = above.get((column // wider, row // wider), "") if wider else ""
                count[parent] = count.get(parent, 0) + 1
                code = _code(name, parent, count[parent])
                below[column // width, row // height] = code
                shape = lattice.block(column, row, width, height)
                rows.append({"code": code, "name": _name(name, code), "parent": parent,
                             "kind": "comprehensive", "geometry": shape})  # fmt: skip
        frame = gpd.GeoDataFrame(rows, crs=CRS)
        inside = tree.query(frame.geometry.to_numpy(), predicate="contains")
        for column_name in ("households", "residents"):
            weights = homes[column_name].to_numpy()[inside[1]]
            frame[column_name] = np.bincount(inside[0], weights, len(frame)).astype(np.int64)
        levels[name], above = frame, below
        wider = max(width, height) if name in ("district", "subdistrict") else width
    return levels, homes, _streets()


def kept(db: store.Database) -> Work:
    """Keep it in a store; give work on it."""
    levels, homes, streets = latticeton()
    with db.session() as session:
        revision = store.revisions.open(session, "import", "bench", "latticeton")
        for name, frame in levels.items():
            store.areas.replace(session, name, coords.to_degrees(frame), revision)
        store.features.replace(session, "building", coords.to_degrees(_whole("building", homes)))
        store.features.replace(session, "street", coords.to_degrees(_whole("street", streets)))
    return Work(settings=Settings(), database=db)


def _homes() -> gpd.GeoDataFrame:
    rng = np.random.default_rng(2)
    i, j = np.meshgrid(np.arange(COLUMNS * 5), np.arange(ROWS * 5))
    x = EAST_M + CELL_M / 5 * (i.ravel() + 0.5) + rng.uniform(-2, 2, i.size)
    y = NORTH_M + CELL_M / 5 * (j.ravel() + 0.5) + rng.uniform(-2, 2, i.size)
    households = rng.integers(2, 7, i.size)
    return gpd.GeoDataFrame(
        {"id": [f"B{n:06d}" for n in range(i.size)], "households": households,
         "residents": households * 2},
        geometry=shapely.box(x - 6, y - 4, x + 6, y + 4), crs=CRS,
    )  # fmt: skip


def _streets() -> gpd.GeoDataFrame:
    lines = []
    for k in range(STREETS // 2):
        y = NORTH_M + CELL_M * ROWS * (k + 0.6) / (STREETS / 2)
        x = EAST_M + CELL_M * COLUMNS * (k + 0.6) / (STREETS / 2)
        lines.append(LineString([(EAST_M, y), (EAST_M + CELL_M * COLUMNS, y + 30)]))
        lines.append(LineString([(x, NORTH_M), (x + 30, NORTH_M + CELL_M * ROWS)]))
    names = [f"第{n + 1}大街" for n in range(len(lines))]
    ids = [f"S{n}" for n in range(len(lines))]
    return gpd.GeoDataFrame({"id": ids, "name": names}, geometry=lines, crs=CRS)


def _whole(layer: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    blank = {c.name: c.default for c in layers.layer(layer).columns if c.name not in frame}
    return frame.assign(**blank)


def _code(level: str, parent: str, number: int) -> str:
    if level == "district":
        return "321198"
    return f"{parent}{number:0{2 if level == 'microgrid' else 3}d}"


def _name(level: str, code: str) -> str:
    return {"grid": f"{code[9:12]}社区第{code[12:15]}网格", "community": f"{code[9:12]}社区"}.get(
        level, ""
    )
