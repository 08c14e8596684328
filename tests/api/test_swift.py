"""Off the wire a plain question is answered as the usual way answers it, to the byte."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace

import orjson
import pytest
from fastapi.testclient import TestClient

from api.http import create_app, swift
from api.tasks.asker import PUBLIC
from api.tasks.known import known
from api.tasks.shelf import shelf
from api.tasks.work import Work
from geo import coords, demo

pytestmark = pytest.mark.store
SERVER = ((b"date", b"today"),)


@pytest.fixture(scope="module")
def serving(work: Work) -> Work:
    """Give the work of a server that has everything at hand."""
    return replace(work, meanwhile=True, base=work).asked_by(PUBLIC)


@pytest.fixture(scope="module")
def client(serving: Work) -> Iterator[TestClient]:
    """Give a client of the usual way."""
    app = create_app(serving, draw_first=False)
    app.state.work = serving
    with TestClient(app, base_url="http://a.example") as made:
        yield made


@pytest.fixture(scope="module")
def spot(town: demo.District) -> str:
    """Give the address parameters of a place in the district."""
    door = coords.to_degrees(town.layers["building"]).representative_point().iloc[11]
    return f"lon={door.x:.6f}&lat={door.y:.6f}"


def asked(work: Work, target: str, heads: str = "") -> tuple[dict[str, str], bytes] | None:
    """Ask off the wire: until it is at hand, or for good not plain."""
    question = f"GET {target} HTTP/1.1\r\nHost: a.example\r\n{heads}\r\n".encode()
    told = swift.answer(work, question, SERVER)
    if told is None:
        return None
    head, body = told
    status, *lines = head.decode("latin-1").removesuffix("\r\n\r\n").split("\r\n")
    assert status == "HTTP/1.1 200 OK"
    pairs = [line.split(": ", 1) for line in lines]
    assert len({name.lower() for name, _ in pairs}) == len(pairs)
    return {name.lower(): value for name, value in pairs}, body


PLAIN = [
    "/ogc/collections/microgrid/items",
    "/ogc/collections/microgrid/items?limit=3",
    "/ogc/collections/grid/items?limit=2&f=json",
    "/ogc/collections/grid/items?bbox=119,32,120,33&limit=5",
    "/ogc/collections/grid/items?bbox=119%2C32%2C120%2C33",
    "/ogc/collections/station/items?limit=1&after=S0003",
    "/ogc/collections/grid/items/{grid}",
    "/ogc/collections/grid/items/{grid}?f=json",
    "/v1/areas/at?{spot}",
    "/v1/areas/at?lon=0&lat=0",
    "/v1/places?q=%E7%AB%99",
    "/v1/places?q=xfl&limit=3",
    "/v1/search?q=%E7%AB%99",
    "/v1/search?q=zhan&limit=3",
    "/v1/stations/nearest?{spot}",
    "/v1/stations/nearest?{spot}&k=7&walker=wheelchair",
    "/v1/stations/nearest?{spot}&class=A&k=2",
]


@pytest.mark.parametrize("target", PLAIN)
def test_both_ways_answer_alike(
    client: TestClient, serving: Work, town: demo.District, spot: str, target: str
) -> None:
    target = target.format(spot=spot, grid=town.layers["grid"]["code"].iloc[2])
    for packs in ("", "gzip, br"):
        _alike(client, serving, target, packs)


def _alike(client: TestClient, serving: Work, target: str, packs: str) -> None:
    heads = {"accept-encoding": packs, "accept": "*/*"}
    usual = client.get(target, headers=heads)
    assert usual.status_code == 200
    for _ in range(100):
        known(serving), shelf(serving).posts()
        if (told := asked(serving, target, f"Accept-Encoding: {packs}\r\n")) is not None:
            break
        client.get(target, headers=heads)
    assert told is not None
    found, body = told
    if "content-encoding" in found:
        body = gzip.decompress(body)
    else:
        assert int(found["content-length"]) == len(body)
    assert _settled(body) == _settled(usual.content)
    wanted = {name.lower(): value for name, value in usual.headers.items()}
    for heads_ in (found, wanted):
        heads_.pop("content-length", None)
    vary = [{w.strip() for w in h.pop("vary", "").split(",")} for h in (found, wanted)]
    assert vary[0] == vary[1]
    assert found == wanted | {"date": "today"}


def _settled(body: bytes) -> object:
    told = orjson.loads(re.sub(rb'"timeStamp":"[^"]*"', b'"timeStamp":""', body))
    if isinstance(told, dict):
        told.pop("at", None)
    return told


@pytest.mark.parametrize(
    ("target", "heads"),
    [
        ("/v1/search?q=zhan&key=abc", ""),
        ("/v1/search?q=zhan&q=lu", ""),
        ("/v1/search", ""),
        ("/v1/places?q=zhan&limit=x", ""),
        ("/v1/places?q=zhan&limit=21", ""),
        ("/v1/places?limit=2", ""),
        ("/v1/search?q=zhan&strange=1", ""),
        ("/v1/stations/nearest?lon=x&lat=1", ""),
        ("/v1/stations/nearest?lon=119&lat=32&class_=A", ""),
        ("/v1/stations/nearest?lon=119&lat=32&service=none", ""),
        ("/v1/areas/at?lon=119&lat=32&as_of=2026-01-01", ""),
        ("/v1/users", ""),
        ("/v1/search?q=zhan", "Cookie: wangge=x\r\n"),
        ("/v1/search?q=zhan", "authorization: Bearer x\r\n"),
        ("/v1/search?q=zhan", "Origin: https://b.example\r\n"),
        ("/v1/search?q=zhan", "X-Api-Key: x\r\n"),
        ("/v1/search?q=zhan", "Content-Length: 0\r\n"),
        ("/v1/search?q=zhan", "Host: b.example\r\n"),
        ("/v1/search?q=zhan", "X-A: b\r\n folded\r\n"),
        ("/ogc/collections/grid/items", "Accept: text/html,*/*;q=0.8\r\n"),
        ("/ogc/collections/grid/items", "Accept: image/png\r\n"),
        ("/ogc/collections/grid/items", 'If-None-Match: "x"\r\n'),
        ("/ogc/collections/grid/items?f=html", ""),
        ("/ogc/collections/grid/items?limit=0", ""),
        ("/ogc/collections/grid/items?limit=5000", ""),
        ("/ogc/collections/grid/items?bbox=1,2,3", ""),
        ("/ogc/collections/grid/items?filter=households%3E1", ""),
        ("/ogc/collections/staff/items", ""),
        ("/ogc/collections/grid/items/none", ""),
        ("/ogc/collections/grid/items/a%2Fb", ""),
        ("/ogc/collections/grid/items/", ""),
        ("/ogc/collections/grid", ""),
        ("/v1/search?q=zhan#a", ""),
    ],
)
def test_what_is_not_plain_goes_the_usual_way(
    client: TestClient, serving: Work, target: str, heads: str
) -> None:
    client.get("/ogc/collections/grid/items")
    assert asked(serving, target, heads) is None
