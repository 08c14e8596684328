"""Tiles beside PostGIS on a city of 100,000 micro-grids: one tile, all tiles, and over HTTP.

Raw ``ST_AsMVT`` on one prepared connection stands for every server that asks the database for
each tile. Our time is CPU and packed with gzip; theirs is wall and not packed, so that on a
loaded machine the ratios flatter us: read them on a quiet one.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import shapely

TESTS = Path(__file__).resolve().parents[1]
sys.path[:] = [str(TESTS.parent), *sys.path, str(TESTS)]  # the project before its tests' folders

import psycopg  # noqa: E402
from databases import private_home  # noqa: E402

from api.tasks.tile_service import packed  # noqa: E402
from geo import store, tiling  # noqa: E402
from geo.tiling.pyramid import pyramid  # noqa: E402

EACH = 24
SIDE, SIZE_M, LON, LAT = 316, 40_000.0, 109.9, 40.6
ZOOMS = (10, 12, 14, 16)
ORACLE = """
select st_asmvt(t, 'microgrid', 4096, 'geom', 'fid') from (
    select fid, kind, name, code, parent, st_asmvtgeom(
        st_transform(geom, 3857), st_tileenvelope(%s, %s, %s), 4096, 128, true) as geom
    from areas where died is null and level = 'microgrid'
        and geom && st_transform(st_tileenvelope(%s, %s, %s, margin => 0.03125), 4490)
) as t
"""


def city() -> gpd.GeoDataFrame:
    """Build 99,856 micro-grids of 16 vertices with bent borders that neighbours share."""
    rng = np.random.default_rng(1)
    step = SIZE_M / SIDE
    x, y = np.meshgrid(np.arange(SIDE + 1) * step, np.arange(SIDE + 1) * step)
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
    ).reshape(SIDE * SIDE, -1, 2)
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


def cpu_s(work: Callable[[], object]) -> float:
    """Give the CPU seconds of this process for some work."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def against_postgis(
    sheet: tiling.Sheet, cells: gpd.GeoDataFrame, asked: dict[int, list[tiling.Address]]
) -> None:
    """Print one tile after the other: drawn here, and asked of ST_AsMVT."""
    with private_home() as home:
        db = store.connect(store.cluster.ensure(home))
        store.upgrade(db)
        with db.session() as session:
            revision = store.revisions.open(session, "import", "bench", "city")
            store.areas.replace(session, "microgrid", cells.drop(columns="fid"), revision)
        address = db.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as connection:
            for z, places in asked.items():
                ours, theirs = [], []
                for at in places:
                    ours.append(cpu_s(lambda at=at: packed(sheet.tile(at))))
                    begun = time.perf_counter()
                    connection.execute(ORACLE, (*at, *at), prepare=True, binary=True).fetchone()
                    theirs.append(time.perf_counter() - begun)
                ratio = np.median(np.array(theirs) / np.array(ours))
                print(
                    f"  z{z}: drawn and packed {np.mean(ours) * 1e3:.3f} ms CPU"
                    f" (worst {max(ours) * 1e3:.1f}); ST_AsMVT {np.mean(theirs) * 1e3:.2f} ms wall,"
                    f" not packed; median ratio {ratio:.1f} ×"
                )
        db.close()


def pyramid_and_archive(sheet: tiling.Sheet) -> None:
    """Print what all tiles of the city take, and one file of them."""
    tiles: list[tuple[tiling.Address, bytes]] = []

    def everything() -> None:
        tiles.clear()
        for z in range(8, 17):
            tiles.extend(pyramid([sheet], z, packed))

    everything()
    begun = time.perf_counter()
    took = cpu_s(everything)
    print(
        f"  whole city z8–16: {len(tiles):,} tiles, {sum(len(b) for _, b in tiles) / 1e6:.1f} MB,"
        f" {took:.2f} s CPU, {time.perf_counter() - begun:.2f} s wall"
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "city.pmtiles"
        bounds = sheet.bounds or (0, 0, 0, 0)
        wrote = cpu_s(lambda: tiling.archive.write(path, tiles, bounds=bounds, metadata={}))
        read = tiling.archive.Archive(path)
        chosen = np.random.default_rng(3).integers(len(tiles), size=5000)
        took = cpu_s(lambda: [read.tile(tiles[i][0]) for i in chosen])
        print(
            f"  archive written in {wrote:.2f} s CPU, read by tile in {took / 5000 * 1e6:.0f} µs CPU"
        )
        read.close()


def main() -> None:
    """Build, measure, print."""
    cells = city()
    print(f"{len(cells):,} micro-grids of 16 vertices")
    made: list[tiling.Sheet] = []

    def pack() -> None:
        made.append(
            tiling.sheet("microgrid", cells, key="code", said_from=13,
                         columns=("kind", "name", "code", "parent"))
        )  # fmt: skip

    pack()
    print(f"  packed and indexed in {cpu_s(pack):.2f} s CPU")
    sheet = made[-1]
    boxes, rng = sheet.pack.boxes, np.random.default_rng(2)
    whole = (*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist())
    asked = {}
    for z in ZOOMS:
        there = list(tiling.tiles(whole, z))
        asked[z] = [there[i] for i in rng.permutation(len(there))[:EACH]]
        packed(sheet.tile(asked[z][0]))
    pyramid_and_archive(sheet)
    against_postgis(sheet, cells, asked)


if __name__ == "__main__":
    main()
