"""Real clients read us over a real socket: GDAL's drivers for the open standards and tiles."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from api.settings import Settings
from api.tasks.tile_archives import BuildTiles, folder
from api.tasks.work import Work, perform
from geo import asking, store

pytestmark = pytest.mark.store
TILED = ("grid", "station")
SERVE = """
import logging, sys, uvicorn
from api.http import create_app
logging.basicConfig(level="INFO", filename=sys.argv[2])
uvicorn.run(create_app(draw_first=False), port=int(sys.argv[1]), log_config=None)
"""


@pytest.fixture(scope="module")
def service(
    work: Work, database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """Serve the town in a process of its own; give the address and where requests are noted."""
    home = tmp_path_factory.mktemp("service")
    log = home / "requests"
    own = Work(settings=Settings(home=home), database=work.db)
    perform(BuildTiles(out=folder(own) / "town.pmtiles", layers=TILED, low=12, high=14), own)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {**os.environ, "WANGGE_HOME": str(home),
           "WANGGE_DATABASE_URL": database_url.replace("+psycopg", "")}  # fmt: skip
    command = [sys.executable, "-c", SERVE, str(port), str(log)]
    with subprocess.Popen(command, env=env) as process:
        address = f"http://127.0.0.1:{port}/ogc"
        while process.poll() is None:
            try:
                urllib.request.urlopen(address).close()
                break
            except OSError:
                time.sleep(0.1)
        yield address, log
        process.terminate()


@pytest.fixture(scope="module")
def kept(work: Work) -> dict[str, Any]:
    """Give what the store holds."""
    with work.db.read() as session:
        told = {name: store.areas.read(session, name) for name in ("grid", "microgrid")}
        names = ("station", "building", "street", "landuse")
        return told | {name: store.features.read(session, name) for name in names}


def read(service: tuple[str, Path], layer: str, **how: Any) -> Any:
    """Read a collection with GDAL."""
    return pyogrio.read_dataframe(f"OAPIF:{service[0]}", layer=layer, **how)


def test_gdal_reads_every_feature_as_it_is_kept(
    service: tuple[str, Path], kept: dict[str, Any]
) -> None:
    for name, rows in kept.items():
        found = read(service, name)
        key = "code" if "code" in rows else "id"
        assert len(found) == len(rows), name
        assert found.crs.to_epsg() == 4490, name
        found, expected = (f.sort_values(key).reset_index(drop=True) for f in (found, rows))
        if expected[key].is_unique:
            assert found[key].tolist() == expected[key].tolist()
            assert found["name"].tolist() == expected["name"].tolist()
            far = shapely.hausdorff_distance(found.geometry.values, expected.geometry.values)
            assert far.max() <= 1e-10, name


@pytest.mark.parametrize("crs", [*asking.SYSTEMS])
def test_gdal_asks_by_box_in_every_system(
    service: tuple[str, Path], kept: dict[str, Any], crs: str
) -> None:
    cells = kept["microgrid"]
    box = shapely.box(*cells.geometry.iloc[:40].total_bounds)
    number = asking.SYSTEMS[crs].epsg
    asked = gpd.GeoSeries([box], crs=4326).to_crs(number).total_bounds
    found = read(service, "microgrid", bbox=tuple(asked), CRS=crs)
    here = found.set_crs(number, allow_override=True).to_crs(4326)
    inside = cells[cells.intersects(box.buffer(-1e-6))]["code"]
    touching = cells[cells.intersects(box.buffer(1e-6))]["code"]
    assert set(inside) <= set(found["code"]) <= set(touching)
    found_boxes = here.set_index("code").geometry.bounds
    expected = cells.set_index("code").geometry.bounds.loc[found_boxes.index]
    assert np.abs(found_boxes - expected).to_numpy().max() < 1e-6


def test_gdal_leaves_filters_to_us(service: tuple[str, Path], kept: dict[str, Any]) -> None:
    address, log = service
    houses = kept["building"]
    name = houses["compound"].iloc[-1]
    cases = {
        f"compound = '{name}'": houses["compound"] == name,
        "floors > 6 AND use = 'residential'": (houses["floors"] > 6)
        & (houses["use"] == "residential"),
        "name LIKE '1%' OR floors BETWEEN 2 AND 3": houses["name"].str.startswith("1")
        | houses["floors"].between(2, 3),
        "NOT (floors >= 3) AND name IS NOT NULL": houses["floors"] < 3,
    }
    for where, fits in cases.items():
        before = log.stat().st_size
        found = read(service, "building", where=where)
        assert sorted(found["id"]) == sorted(houses[fits]["id"]), where
        asked = log.read_text()[before:]
        assert "filter=" in asked, where
        assert asked.count("/items?") == 2, "the layer's first look, and the filtered read"
    assert address


def test_gdal_turns_pages(service: tuple[str, Path], kept: dict[str, Any]) -> None:
    found = read(service, "building", PAGE_SIZE="37")
    assert sorted(found["id"]) == sorted(kept["building"]["id"])
    info = pyogrio.read_info(f"OAPIF:{service[0]}", layer="building")
    assert info["features"] == len(kept["building"])


def test_degrees_of_4490_come_home_through_gdal(
    service: tuple[str, Path], kept: dict[str, Any], tmp_path: Path
) -> None:
    out = tmp_path / "grid.gpkg"
    pyogrio.write_dataframe(read(service, "grid"), out)
    found = gpd.read_file(out).set_index("code").sort_index()
    expected = kept["grid"].set_index("code").sort_index()
    far = shapely.hausdorff_distance(found.geometry.values, expected.geometry.values)
    assert found.index.tolist() == expected.index.tolist()
    assert far.max() <= 2e-7  # versions that ask in CRS84 get seven decimals
    assert found.crs.to_epsg() in (4326, 4490)


def test_gdal_reads_a_collection_by_its_own_address(
    service: tuple[str, Path], kept: dict[str, Any]
) -> None:
    here = f"OGCAPI:{service[0]}/collections/grid"
    assert sorted(pyogrio.read_dataframe(here)["code"]) == sorted(kept["grid"]["code"])
    assert pyogrio.read_info(here)["features"] == len(kept["grid"])


def test_gdal_reads_tiles_as_the_standard_has_them(
    service: tuple[str, Path], kept: dict[str, Any]
) -> None:
    here = f"OGCAPI:{service[0]}/collections/grid/tiles"
    cells = kept["grid"].set_index("code").sort_index()
    zooms = pyogrio.list_layers(here)[:, 0].tolist()
    assert zooms == [f"Zoom level {zoom}" for zoom in range(11, 18)]
    found = pyogrio.read_dataframe(here, layer=zooms[3]).dissolve("code").sort_index()
    assert found.index.tolist() == cells.index.tolist()
    far = shapely.hausdorff_distance(found.geometry.values, cells.geometry.values)
    assert far.max() < 180 / 2**14 / 4096 * 2


def test_gdal_reads_a_zoom_of_tiles_by_its_address(
    service: tuple[str, Path], kept: dict[str, Any]
) -> None:
    here = f"MVT:{service[0].removesuffix('/ogc')}/tiles/grid/13"
    found = pyogrio.read_dataframe(here)
    assert set(found["code"]) == set(kept["grid"]["code"])
    assert pyogrio.list_layers(here)[:, 0].tolist() == ["grid"]


def test_gdal_reads_an_archive_by_its_address(
    service: tuple[str, Path], kept: dict[str, Any]
) -> None:
    here = f"/vsicurl/{service[0].removesuffix('/ogc')}/tiles/archive/town.pmtiles"
    found = pyogrio.read_dataframe(here, layer="grid")
    assert set(found["code"]) == set(kept["grid"]["code"])
    west, south, east, north = found.total_bounds
    box = (west, south, (west + east) / 2, (south + north) / 2)
    assert 0 < len(pyogrio.read_dataframe(here, layer="grid", bbox=box)) < len(found)
