"""Tiles over the wire: tags, packing, composites, datums, and nothing that is not public."""

import gzip
import re
import time
from collections.abc import Iterator
from socket import socket
from threading import Thread

import numpy as np
import pytest
import shapely
import uvicorn
import vectortiles
from fastapi.testclient import TestClient
from prometheus_client import REGISTRY

from api.http import create_app
from api.http.express import Express
from api.settings import Settings
from api.tasks import tile_layers
from api.tasks.accounts import AddUser, MakeToken
from api.tasks.tile_service import TileService
from api.tasks.work import Work, perform
from geo import coords, store, tiling

pytestmark = pytest.mark.store
PRIVATE = {
    "households", "residents", "elders", "alone", "children", "disabled", "phone", "members",
    "strength", "seniority", "needs", "skills", "rating", "cost", "people",
}  # fmt: skip


@pytest.fixture(scope="module")
def client(work: Work) -> Iterator[TestClient]:
    """Give a client of a service that two origins may embed."""
    open_to = Settings(embed_origins=frozenset({"https://a.example", "https://b.example"}))
    app = create_app(Work(settings=open_to, database=work.db), draw_first=False)
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made


def middle(service: TileService, layer: str, z: int, datum: str = "wgs84") -> str:
    """Name a tile in the middle of a layer."""
    west, north, east, south = np.median(service.sheet(layer, datum).pack.boxes, axis=0)
    at = next(tiling.tiles(((west + east) / 2, (north + south) / 2) * 2, z))
    return f"{at.z}/{at.x}/{at.y}"


def test_a_tile_is_tagged_packed_and_kept(client: TestClient, service: TileService) -> None:
    at = middle(service, "grid", 14)
    first = client.get(f"/tiles/grid/{at}.mvt")
    assert first.status_code == 200
    assert first.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert first.headers["content-encoding"] == "gzip"
    assert first.headers["cache-control"] == "no-cache"
    assert vectortiles.read(first.content)["grid"].version == 2
    tag = first.headers["etag"]
    same = client.get(f"/tiles/grid/{at}.pbf", headers={"if-none-match": f'"x", {tag}'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    plain = client.get(f"/tiles/grid/{at}.mvt", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == first.content
    head = client.head(f"/tiles/grid/{at}.mvt")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", tag)


def test_where_there_is_nothing_there_is_no_content(client: TestClient) -> None:
    assert client.get("/tiles/grid/14/0/0.mvt").status_code == 204


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tiles/gold/14/1/1.mvt", 404),
        ("/tiles/grid/14/99999/1.mvt", 400),
        ("/tiles/grid/23/1/1.mvt", 400),
        ("/tiles/grid/14/1.mvt", 404),
        ("/tiles/grid/14/1/1.mvt?colour=red", 400),
        ("/tiles/gold.json", 404),
        ("/tiles/archive/none.pmtiles", 404),
        ("/tiles/archive/none/1/1/1.mvt", 404),
        (f"/tiles/{','.join(f'a{i}' for i in range(17))}/1/1/1.mvt", 400),
    ],
)
def test_a_wrong_question_is_a_problem(client: TestClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.json()["title"])


def test_several_layers_come_in_one_tile_each_from_its_zoom(
    client: TestClient, service: TileService
) -> None:
    for z, shown in ((9, {"district", "subdistrict", "community"}), (14, {"microgrid"})):
        at = middle(service, "grid", z)
        body = client.get(f"/tiles/district,subdistrict,community,grid,microgrid/{at}.mvt")
        assert shown <= set(vectortiles.read(body.content))
        assert ("microgrid" in vectortiles.read(body.content)) == (z == 14)


def test_only_listed_origins_may_read_tiles(client: TestClient, service: TileService) -> None:
    path = f"/tiles/grid/{middle(service, 'grid', 12)}.mvt"
    for origin, told in (("https://a.example", "https://a.example"), ("https://c.example", None)):
        answer = client.get(path, headers={"origin": origin})
        assert answer.headers.get("access-control-allow-origin") == told
        assert "Origin" in answer.headers["vary"]
    asked = client.options(path, headers={"origin": "https://b.example"})
    assert asked.status_code == 204
    assert asked.headers["access-control-allow-origin"] == "https://b.example"
    assert client.post(path).status_code == 405


def test_every_layer_is_described_and_says_only_what_is_public(
    client: TestClient, service: TileService
) -> None:
    for name in tile_layers.LAYERS:
        told = client.get(f"/tiles/{name}.json").json()
        assert told["tilejson"] == "3.0.0"
        [layer] = told["vector_layers"]
        assert layer["id"] == name
        assert not PRIVATE & set(layer["fields"])
        if len(service.sheet(name)):
            west, south, east, north = told["bounds"]
            assert 119 < west <= east < 120
            assert 32 < south <= north < 33
            body = client.get(f"/tiles/{name}/{middle(service, name, 15)}.mvt").content
            for feature in vectortiles.read(body)[name].features:
                assert set(feature.properties) <= set(layer["fields"])


def test_numbers_of_features_are_the_same_in_every_datum(service: TileService) -> None:
    here = service.sheet("microgrid")
    numbers = here.pack.ids
    assert len(np.unique(numbers)) == len(numbers)
    assert int(numbers.max()) < 2**53
    for datum in ("gcj02", "bd09"):
        twin = service.sheet("microgrid", datum)
        assert (twin.pack.ids == numbers).all()
        assert (twin.pack.stamps == here.pack.stamps).all()


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_a_twin_lies_where_the_converter_puts_it(
    client: TestClient, service: TileService, work: Work, datum: str
) -> None:
    with work.db.read() as session:
        frame = store.rows.read(session, "station").query("status == 'open'")
    move = coords.wgs_to_gcj if datum == "gcj02" else coords.wgs_to_bd
    lon, lat = move(frame.geometry.x.to_numpy(), frame.geometry.y.to_numpy())
    truth = dict(zip(frame["id"], zip(lon, lat, strict=True), strict=True))
    z, x, y = map(int, middle(service, "station", 16, datum).split("/"))
    tile = vectortiles.read(client.get(f"/tiles/{datum}/station/{z}/{x}/{y}.mvt").content)
    found = tile["station"].features
    assert found
    for feature in found:
        [(px, py)] = feature.rings[0]
        there = tiling.degrees((x + px / 4096) / 2**z, (y + py / 4096) / 2**z)
        east, north = np.subtract(there, truth[feature.properties["id"]]) * [94_000, 111_000]
        assert np.hypot(east, north) < 1


def test_a_change_is_seen_at_once_and_nowhere_else(
    client: TestClient, service: TileService, work: Work
) -> None:
    with work.db.read() as session:
        grids = store.areas.read(session, "grid", extras=True)
    row = len(grids) // 2
    before = {}
    for index, shape in enumerate(grids.geometry):
        lon, lat = shape.representative_point().coords[0]
        at = next(tiling.tiles((*tiling.world(lon, lat), *tiling.world(lon, lat)), 16))
        path = f"/tiles/grid/{at.z}/{at.x}/{at.y}.mvt"
        before[index] = path, client.get(path).headers["etag"]
    with work.db.session() as session:
        grids.loc[row, "name"] = "新名字"
        revision = store.revisions.open(session, "import", "test", "a name")
        store.areas.replace(session, "grid", grids, revision)
    begun = time.monotonic()
    path, tag = before[row]
    while client.get(path).headers["etag"] == tag:
        assert time.monotonic() - begun < 1
    said = vectortiles.read(client.get(path).content)["grid"].features
    assert "新名字" in {feature.properties["name"] for feature in said}
    here = shapely.box(*grids.geometry[row].bounds).buffer(0.002)
    far = [i for i, shape in enumerate(grids.geometry) if not shape.intersects(here)]
    assert far
    for index in far:
        path, tag = before[index]
        assert client.get(path, headers={"if-none-match": tag}).status_code == 304


def test_kept_tiles_never_outgrow_their_room(work: Work) -> None:
    small = TileService(work, most_bytes=20_000)
    box = tuple(small.sheet("building").pack.boxes[0].tolist())
    for z in range(12, 20):
        for at in tiling.tiles(box, z, 1):
            small.tile(("building",), at)
            assert small.cache.bytes <= 20_000
    assert len(small.cache) > 0
    small.close()


def test_packed_is_the_same_bytes_each_time(service: TileService) -> None:
    z, x, y = map(int, middle(service, "grid", 13).split("/"))
    at = tiling.address(z, x, y)
    fresh = TileService(service.work)
    assert fresh.tile(("grid",), at).body == service.tile(("grid",), at).body
    assert gzip.decompress(fresh.tile(("grid",), at).body)
    fresh.close()


def test_those_who_work_here_see_more_at_an_address_of_its_own(
    work: Work, service: TileService
) -> None:
    app = create_app(work, draw_first=False)
    at = middle(service, "grid", 14)
    perform(AddUser(name="looker", role="staff"), work)
    token = perform(MakeToken(name="looker"), work)["token"]
    known = {"Authorization": f"Bearer {token}"}
    with TestClient(app, base_url="http://example.cn") as stranger:
        for name in ("grid", "microgrid", "building"):
            public = stranger.get(f"/tiles/{name}/{at}.mvt", headers=known)
            assert stranger.get(f"/tiles/staff/{name}/{at}.mvt").status_code == 401
            theirs = stranger.get(f"/tiles/staff/{name}/{at}.mvt", headers=known)
            assert theirs.status_code == 200
            assert theirs.headers["etag"] != public.headers["etag"]
            told = stranger.get(f"/tiles/staff/{name}.json", headers=known).json()
            assert told["tiles"] == [f"http://example.cn/tiles/staff/{name}/{{z}}/{{x}}/{{y}}.mvt"]
            [layer] = told["vector_layers"]
            assert {"households"} < set(layer["fields"])
            said = [vectortiles.read(tile.content)[name].features for tile in (public, theirs)]
            assert [f.id for f in said[0]] == [f.id for f in said[1]]
            assert not any("households" in f.properties for f in said[0])
            if name == "grid":
                assert any(f.properties.get("households", 0) > 0 for f in said[1])


def test_tiles_are_counted(client: TestClient, service: TileService) -> None:
    path = f"/tiles/grid/{middle(service, 'grid', 15)}.mvt"

    def count() -> float:
        told = {"route": "/tiles/{rest:path}", "status": "200"}
        return REGISTRY.get_sample_value("wangge_requests_total", told) or 0.0

    before = count()
    assert client.get(path).status_code == 200
    assert count() == before + 1


def test_warm_tiles_off_the_wire_are_the_same(work: Work, service: TileService) -> None:
    """The short way and the usual one answer alike; what is uncommon takes the usual one."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(work, draw_first=False), port=0, http=Express, log_level="error")
    )
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    address = server.servers[0].sockets[0].getsockname()
    path = f"/tiles/grid/{middle(service, 'grid', 14)}.mvt"
    plain = f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n".encode()

    def told(wire: socket, question: bytes) -> tuple[bytes, bytes]:
        wire.sendall(question)
        answer = wire.recv(2**20)
        head, _, body = answer.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        while length and len(body) < int(length[1]):
            body += wire.recv(2**20)
        return head, body

    with socket() as wire:
        wire.connect(address)
        first, again = told(wire, plain), told(wire, plain)
        lines = [sorted(h.split(b"\r\n")) for h, _ in (first, again)]
        assert [x for x in lines[0] if b"date" not in x] == [
            x for x in lines[1] if b"date" not in x
        ]
        assert first[1] == again[1] != b""
        tag = re.search(rb"etag: (\S+)", first[0])
        assert tag
        same = plain.replace(b"Host", b"If-None-Match: %b\r\nHost" % tag[1])
        assert told(wire, same)[0].startswith(b"HTTP/1.1 304")
        assert b"content-encoding" not in told(wire, plain.replace(b": gzip", b": br"))[0]
        wire.sendall(plain[:20])
        assert told(wire, plain[20:])[1] == first[1]
        body = b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(plain)
        wire.sendall(body)
        assert told(wire, plain)[0].startswith(b"HTTP/1.1 40")  # a body is no question
        items = b"GET /ogc/collections/grid/items?limit=1 HTTP/1.1\r\nHost: x\r\n%b\r\n"
        usual, short = (told(wire, items % more)[1] for more in (b"Cookie: a=b\r\n", b""))
        stamp = re.compile(rb'"timeStamp":"[^"]*"')
        assert stamp.sub(b"", usual) == stamp.sub(b"", short) != b""
    server.should_exit = True
    thread.join()
