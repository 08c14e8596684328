"""Search, and which areas hold points: as a loop would find them, fresh, and without persons."""

import datetime as dt
import time
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
from fastapi.testclient import TestClient

from api.tasks.asker import PUBLIC
from api.tasks.find_areas import AreasAt, AreasOfPoints
from api.tasks.search_places import SearchPlaces
from api.tasks.work import Work, perform
from geo import finding, store

pytestmark = pytest.mark.store


@pytest.fixture(scope="module")
def grids(work: Work) -> gpd.GeoDataFrame:
    """Give the grids as they are kept, by code."""
    with work.db.read() as session:
        return store.areas.read(session, "grid").set_index("code")


def test_areas_streets_and_places_are_found_by_whatever_is_typed(
    client: TestClient, work: Work, grids: gpd.GeoDataFrame
) -> None:
    with work.db.read() as session:
        streets = store.features.read(session, "street")
        stations = store.features.read(session, "station")
    street = next(name for name in streets["name"] if name)
    grid, code = grids["name"].iloc[2], grids.index[2]
    sound = "".join(finding.readings(grid)[0])
    for typed, kind, key in (
        (grid, "grid", code), (code, "grid", code), (sound, "grid", code),
        (sound[:3] + sound[4:], "grid", code), (street, "street", street),
        (stations["signboard"].iloc[0], "station", stations["id"].iloc[0]),
    ):  # fmt: skip
        found = client.get("/v1/search", params={"q": typed, "limit": 5}).json()
        assert (kind, key) in [(told["kind"], told["key"]) for told in found], typed
    told = client.get("/v1/search", params={"q": grid, "kinds": "grid,community"}).json()
    assert {hit["kind"] for hit in told} <= {"grid", "community"}
    point = grids.geometry.loc[told[0]["key"]]
    assert point.intersects(gpd.points_from_xy([told[0]["lon"]], [told[0]["lat"]])[0])
    assert told[0]["area"]


@pytest.mark.parametrize(
    "query", ["q=a&limit=0", "q=a&kinds=dragon", "q=a&x=1", "", "q=" + "a" * 61]
)
def test_a_search_that_makes_no_sense_is_a_problem(client: TestClient, query: str) -> None:
    answer = client.get(f"/v1/search?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


def test_nothing_is_found_for_nothing(client: TestClient) -> None:
    for typed in ("", "  ", "?!", "龘龘龘"):
        assert client.get("/v1/search", params={"q": typed}).json() == []


def test_many_points_lie_where_each_alone_lies(work: Work, grids: gpd.GeoDataFrame) -> None:
    rng = np.random.default_rng(3)
    west, south, east, north = grids.total_bounds
    points = rng.uniform((west, south), (east, north), (60, 2)).round(6)
    told = perform(AreasOfPoints(points=points.tolist(), levels=("community", "grid")), work)
    for place, (lon, lat) in enumerate(points.tolist()):
        alone = perform(AreasAt(lon=lon, lat=lat), work)
        for level, codes in told["levels"].items():
            here = [row["code"] for row in alone if row["level"] == level]
            assert codes[place] == (here[0] if here else None)
        loop = [
            code
            for code, shape in grids.geometry.items()
            if shape.intersects(gpd.points_from_xy([lon], [lat])[0])
        ]
        assert [row["code"] for row in alone if row["level"] == "grid"] == loop
    assert set(filter(None, told["levels"]["grid"])) <= set(told["areas"])


def test_a_hundred_thousand_points_are_taken_at_once(client: TestClient, grids: Any) -> None:
    point = grids.geometry.iloc[0].representative_point()
    form = {"points": [[point.x, point.y]] * 100_000, "levels": ["grid"]}
    told = client.post("/v1/areas/at", json=form).json()
    assert told["levels"]["grid"] == [grids.index[0]] * 100_000
    assert client.post("/v1/areas/at", json={"points": []}).status_code == 400
    assert client.post("/v1/areas/at", json={"points": [[200, 3]]}).status_code == 400


def test_who_answers_is_told_by_role_and_by_name_only_to_staff(
    client: TestClient, work: Work, grids: Any
) -> None:
    point = grids.geometry.iloc[1].representative_point()
    open_to_all = client.get("/v1/areas/at", params={"lon": point.x, "lat": point.y}).json()
    inside = perform(AreasAt(lon=point.x, lat=point.y), work)
    assert any(row["posts"] for row in inside)
    for public, staff in zip(open_to_all, inside, strict=True):
        assert not {"households", "residents"} & set(public)
        assert staff["households"] > 0
        for post, known in zip(public["posts"], staff["posts"], strict=True):
            assert set(post) == {"role", "people"}
            assert post["people"] == known["people"] == len(known["names"])
    assert PUBLIC.view == "public"
    form = {"points": [[point.x, point.y]], "levels": ["grid", "microgrid"]}
    batch = client.post("/v1/areas/at", json=form).json()["areas"]
    alone = {row["code"]: row["posts"] for row in open_to_all}
    assert batch
    assert {code: told["posts"] for code, told in batch.items()}.items() <= alone.items()
    past = client.post("/v1/areas/at", json=form | {"as_of": "2035-01-01"}).json()["areas"]
    assert {told["posts"] for told in past.values()} == {None}


def test_a_published_name_is_found_and_the_old_one_is_not(
    client: TestClient, work: Work, grids: Any
) -> None:
    code, old = grids.index[4], grids["name"].iloc[4]
    point = grids.geometry.iloc[4].representative_point()
    perform(SearchPlaces(q=old), work)
    day = dt.date.today() + dt.timedelta(days=50)
    with work.db.session() as session:
        frame = store.areas.read(session, "grid", extras=True)
        one = frame[frame["code"] == code].assign(name="麒麟凤凰网格")
        revision = store.revisions.open(session, "publish", "test", "renamed", effective=day)
        store.areas.swap(session, "grid", [code], one, revision)
    found: list[Any] = []
    for _ in range(100):
        found = client.get("/v1/search", params={"q": "qilinfenghuang"}).json()
        if found:
            break
        time.sleep(0.01)
    assert [told["key"] for told in found] == [code]
    again = client.get("/v1/search", params={"q": old, "kinds": "grid"}).json()
    assert code not in [told["key"] for told in again if told["score"] >= 90]
    where = {"lon": point.x, "lat": point.y}
    now = client.get("/v1/areas/at", params=where).json()
    before = client.get(
        "/v1/areas/at", params={**where, "as_of": str(day - dt.timedelta(1))}
    ).json()
    assert [row["name"] for row in now if row["level"] == "grid"] == ["麒麟凤凰网格"]
    assert [row["name"] for row in before if row["level"] == "grid"] == [old]
    assert {row["posts"] for row in before} == {None}
