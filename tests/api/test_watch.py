"""How the service tells of itself: alive, ready, counted, written down, strict."""

import logging
from dataclasses import replace

import orjson
import pytest
import squareton
from beside import beside
from fastapi.testclient import TestClient

from api.http import create_app, watch
from api.settings import Settings
from api.tasks.work import Work
from geo import store

READABLE = "access-control-allow-origin"


@pytest.fixture(scope="module")
def work(db: store.Database) -> Work:
    """Give work on a town of squares."""
    return squareton.kept(db, Settings(access_log=True))


@pytest.fixture(scope="module")
def door(work: Work) -> TestClient:
    """Give a browser on the machine itself."""
    return beside(create_app(work, draw_first=False))


def test_it_is_alive_and_ready(door: TestClient) -> None:
    assert door.get("/healthz").json()["status"] == "alive"
    assert door.get("/readyz").json() == {"status": "ready", "tables": store.head()}


def test_it_is_not_ready_without_its_tables(bare_url: str) -> None:
    database = store.connect(bare_url)
    with beside(create_app(Work(settings=Settings(), database=database), draw_first=False)) as door:
        assert door.get("/healthz").status_code == 200
        told = door.get("/readyz")
    database.close()
    assert told.status_code == 503
    assert told.json()["hint"] == "wangge db upgrade"


def test_answers_are_counted_by_route_not_by_address(door: TestClient) -> None:
    door.get("/v1/areas/321198001/history")
    door.get("/no/such/place")
    told = door.get("/metrics").text
    assert 'wangge_requests_total{route="/v1/areas/{code}/history",status=' in told
    assert "321198001" not in told
    assert "/no/such" not in told


def test_the_log_names_nobody(door: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    watch.log.propagate = True
    with caplog.at_level(logging.INFO, watch.log.name):
        door.get("/v1/places", params={"q": "张三家"}, headers={"X-Api-Key": ""})
    line = orjson.loads(caplog.records[-1].message)
    assert (line["method"], line["route"], line["role"]) == ("GET", "/v1/places", "public")
    assert line.keys() == {"at", "method", "route", "status", "bytes", "ms", "role"}


@pytest.mark.parametrize(
    "path",
    [
        "/v1/coverage?minuets=5",
        "/v1/areas/at?lon=1&lat=2&asof=2020-01-01",
        "/v1/stations/nearest?lon=1&lat=2&kk=3",
        "/v1/scenarios?stat=open",
        "/healthz?x=1",
    ],
)
def test_a_slip_in_a_parameter_is_not_silent(door: TestClient, path: str) -> None:
    told = door.get(path)
    assert told.status_code == 400
    assert told.headers["content-type"] == "application/problem+json"
    assert told.json()["where"] == [
        path.split("?")[1].rsplit("&", maxsplit=1)[-1].split("=", maxsplit=1)[0]
    ]


def test_a_body_that_is_too_long_is_refused(door: TestClient) -> None:
    told = door.post("/v1/scenarios", content=b"x" * (17 * 2**20))
    assert told.status_code == 413
    assert told.headers["content-type"] == "application/problem+json"


def test_what_the_store_cannot_hold_is_refused(door: TestClient) -> None:
    told = door.post("/v1/scenarios", json={"name": "方案\x00"})
    assert told.status_code == 400
    assert "NUL" in told.json()["detail"]


def test_a_body_that_does_not_say_how_long_it_is_is_bounded_too(door: TestClient) -> None:
    for deed, path in (("POST", "/v1/scenarios"), ("PUT", "/ogc/collections/grid/items/1")):
        told = door.request(deed, path, content=(b" " * 2**20 for _ in range(18)))
        assert told.status_code == 413, path
        assert told.headers["content-type"] == "application/problem+json"


def test_pages_of_allowed_origins_read_what_is_public(work: Work) -> None:
    here, there = {"Origin": "https://a.example"}, {"Origin": "https://b.example"}
    settings = Settings(embed_origins=frozenset({"https://a.example"}))
    with beside(create_app(replace(work, settings=settings), draw_first=False)) as door:
        for path in ("/ogc", "/v1/search?q=x"):
            assert door.get(path, headers=here).headers[READABLE] == "https://a.example"
            assert READABLE not in door.get(path, headers=there).headers
        asked = here | {"Access-Control-Request-Method": "POST"}
        told = door.options("/v1/areas/at", headers=asked)
        assert (told.status_code, told.headers[READABLE]) == (204, "https://a.example")
        assert READABLE not in door.get("/v1/scenarios", headers=here).headers


def test_every_answer_wears_its_headers(door: TestClient) -> None:
    for path in ("/v1/coverage?x=1", "/", "/login", "/no/such", "/docs"):
        worn = door.get(path).headers
        assert worn["x-content-type-options"] == "nosniff"
        assert worn["referrer-policy"] == "same-origin"
        if path != "/no/such":
            assert "content-security-policy" in worn, path
