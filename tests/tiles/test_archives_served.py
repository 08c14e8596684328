"""All tiles in one file: built once, served by range and by tile, read by GDAL."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyogrio
import pytest
import vectortiles
from fastapi.testclient import TestClient

from api.http import create_app
from api.jobs import ReadJob, work_on
from api.jobs.archives import order
from api.settings import Settings
from api.tasks.tile_archives import BuildTiles, folder, published
from api.tasks.tile_service import TileService
from api.tasks.work import Work, perform
from geo import store, tiling

pytestmark = pytest.mark.store
LAYERS = ("community", "grid", "station")


@pytest.fixture(scope="module")
def archive(work: Work, tmp_path_factory: pytest.TempPathFactory) -> tuple[Work, Path]:
    """Build the archive of a publication where it is served."""
    home = tmp_path_factory.mktemp("archives")
    own = Work(settings=Settings(home=home), database=work.db)
    path = folder(own) / "town.pmtiles"
    told = perform(BuildTiles(out=path, layers=LAYERS, low=8, high=15), own)
    assert told["tiles"] > 20
    return own, path


@pytest.fixture(scope="module")
def client(archive: tuple[Work, Path]) -> Iterator[TestClient]:
    """Give a client of the service that has the archive."""
    with TestClient(create_app(archive[0], draw_first=False)) as made:
        yield made


def test_an_archive_holds_the_very_tiles_that_are_served(
    archive: tuple[Work, Path], service: TileService, client: TestClient
) -> None:
    read = tiling.archive.Archive(archive[1])
    west, south, east, north = read.bounds
    x0, y0 = map(float, tiling.world(west, north))
    x1, y1 = map(float, tiling.world(east, south))
    seen = 0
    for z in range(8, 16):
        for at in tiling.tiles((x0, y0, x1, y1), z):
            body = service.tile(LAYERS, at).body
            assert (read.tile(at) or b"") == body
            seen += bool(body)
    read.close()
    assert seen > 20
    at = next(tiling.tiles(((x0 + x1) / 2, (y0 + y1) / 2) * 2, 13))
    path = f"{at.z}/{at.x}/{at.y}.mvt"
    both = [client.get(f"/tiles/{p}/{path}") for p in ("archive/town", ",".join(LAYERS))]
    assert both[0].content == both[1].content
    assert set(vectortiles.read(both[0].content)) == set(LAYERS)
    assert client.get("/tiles/archive/town/15/0/0.mvt").status_code == 204


def test_an_archive_is_served_by_range(archive: tuple[Work, Path], client: TestClient) -> None:
    data = archive[1].read_bytes()
    first = client.get("/tiles/archive/town.pmtiles", headers={"range": "bytes=0-126"})
    assert (first.status_code, first.content) == (206, data[:127])
    assert first.headers["content-range"] == f"bytes 0-126/{len(data)}"
    last = client.get("/tiles/archive/town.pmtiles", headers={"range": "bytes=-10"})
    assert last.content == data[-10:]
    beyond = client.get("/tiles/archive/town.pmtiles", headers={"range": f"bytes={len(data)}-"})
    assert beyond.status_code == 416
    whole = client.get("/tiles/archive/town.pmtiles")
    assert (whole.status_code, whole.content) == (200, data)
    again = client.get(
        "/tiles/archive/town.pmtiles", headers={"if-none-match": whole.headers["etag"]}
    )
    assert again.status_code == 304


def test_gdal_reads_a_tile_as_we_do(service: TileService, tmp_path: Path) -> None:
    box = service.sheet("grid").pack.boxes[0]
    at = next(tiling.tiles(tuple(box[[0, 1, 0, 1]].tolist()), 14))
    body = service.tile(LAYERS, at).body
    path = tmp_path / f"{at.y}.mvt"
    path.write_bytes(body)
    for name, layer in vectortiles.read(body).items():
        frame = pyogrio.read_dataframe(
            path, layer=name, X=str(at.x), Y=str(at.y), Z=str(at.z), CLIP="NO"
        )
        assert len(frame) == len(layer.features)
        assert set(frame["mvt_id"]) == {f.id for f in layer.features}
        assert frame.geometry.is_valid.all()
        assert set(frame["name"]) == {f.properties.get("name") for f in layer.features}


def test_a_folder_of_plain_files(work: Work, tmp_path: Path) -> None:
    told = perform(BuildTiles(out=tmp_path / "plain", layers=("grid",), low=12, high=13), work)
    files = list((tmp_path / "plain").rglob("*.mvt"))
    assert len(files) == told["tiles"] > 0
    assert all(vectortiles.read(file.read_bytes())["grid"].features for file in files)


def test_a_publication_is_followed_by_its_archive(
    tmp_path: Path, archive: tuple[Work, Path]
) -> None:
    own = Work(settings=Settings(home=tmp_path), database=archive[0].db)
    with own.db.session() as session:
        grids = store.areas.read(session, "grid", extras=True).iloc[:1]
        revision = store.revisions.open(session, "publish", "test", "the same again")
        store.areas.swap(session, "grid", grids["code"].tolist(), grids, revision)
    number = order(own)
    assert number is not None
    assert order(own) is None  # once is enough
    with ThreadPoolExecutor(1) as beside_it:  # a browser's own loop may run in this thread
        beside_it.submit(work_on, own, wait=False).result()
    job = perform(ReadJob(number=number), own)
    assert job["state"] == "done", job["problem"]
    assert published(own) == [revision]
    assert order(own) is None
    with TestClient(create_app(own, draw_first=False)) as door:
        newest = door.get("/tiles/archive/latest.pmtiles", headers={"range": "bytes=0-6"})
        assert newest.content == b"PMTiles"
        told = door.get(f"/tiles/archive/r{revision}.pmtiles", headers={"range": "bytes=0-6"})
        assert told.content == b"PMTiles"
