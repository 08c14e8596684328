"""Part 4: areas are created, replaced, updated and deleted in a scenario, never at once."""

from collections.abc import Iterator
from typing import Any

import pytest
import shapely
import shapely.geometry
from beside import beside
from fastapi.testclient import TestClient

from api.http import create_app
from api.tasks.redraw_areas import NewScenario
from api.tasks.work import Work
from geo import store

pytestmark = pytest.mark.store
ITEMS = "/ogc/collections/grid/items"


@pytest.fixture(scope="module")
def planner(work: Work) -> Iterator[TestClient]:
    """Give a browser on the machine itself, which may do everything before there are users."""
    with beside(create_app(work, draw_first=False)) as made:
        yield made


@pytest.fixture(scope="module")
def stranger(work: Work) -> Iterator[TestClient]:
    """Give somebody from elsewhere."""
    with TestClient(create_app(work, draw_first=False), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture
def plan(work: Work) -> str:
    """Open a scenario."""
    return NewScenario(name="standards").run(work).link


@pytest.fixture(scope="module")
def grids(work: Work) -> Any:
    """Give the grids as they are kept, by code."""
    with work.db.read() as session:
        return store.areas.read(session, "grid").set_index("code")


def within(plan: str, code: str = "") -> str:
    """Give the address of the grids, or of one, in a scenario."""
    return f"/ogc/scenarios/{plan}/collections/grid/items" + (f"/{code}" if code else "")


def shape_of(client: TestClient, address: str) -> Any:
    """Give the shape of a feature."""
    return shapely.geometry.shape(client.get(address).json()["geometry"])


def test_only_planners_write(stranger: TestClient, plan: str, grids: Any) -> None:
    for deed, path in (("POST", ITEMS), ("PUT", f"{ITEMS}/{grids.index[0]}"),
                       ("PATCH", f"{ITEMS}/{grids.index[0]}"),
                       ("DELETE", f"{ITEMS}/{grids.index[0]}")):  # fmt: skip
        assert stranger.request(deed, path).status_code == 401
    assert stranger.get(within(plan)).status_code == 401


def test_an_area_is_renamed_in_the_scenario_alone(
    planner: TestClient, plan: str, grids: Any
) -> None:
    address, published = within(plan, grids.index[0]), f"{ITEMS}/{grids.index[0]}"
    tag = planner.get(address).headers["etag"]
    body = {"type": "Feature", "properties": {"name": "新名字"}}
    done = planner.patch(address, json=body, headers={"If-Match": tag})
    assert done.status_code == 204, done.text
    assert done.headers["wangge-scenario"] == plan
    assert (
        planner.get(f"/ogc/scenarios/{plan}").json()["links"][0]["href"].endswith(f"{plan}?f=json")
    )
    assert planner.get(address).json()["properties"]["name"] == "新名字"
    assert planner.get(published).json()["properties"]["name"] == grids["name"].iloc[0]
    late = planner.patch(address, json=body, headers={"If-Match": tag})
    assert late.status_code == 412


def test_an_area_gets_another_shape_and_its_neighbours_fit(
    planner: TestClient, plan: str, grids: Any
) -> None:
    code = grids.index[0]
    old = grids.geometry.iloc[0]
    west, south, east, north = old.bounds
    half = old.intersection(shapely.box(west, south, (west + east) / 2, north))
    half = max(shapely.get_parts(half), key=lambda part: part.area)
    feature = {"type": "Feature", "properties": {"name": "半个网格"},
               "geometry": shapely.geometry.mapping(half)}  # fmt: skip
    address = within(plan, code)
    done = planner.put(address, json=feature)
    assert done.status_code == 204, done.text
    now = shape_of(planner, address)
    assert now.symmetric_difference(half).area < 0.02 * half.area
    every = planner.get(within(plan)).json()["features"]
    whole = sum(shapely.geometry.shape(f["geometry"]).area for f in every)
    assert whole == pytest.approx(shapely.area(grids.geometry.to_numpy()).sum(), rel=1e-6)
    assert shape_of(planner, f"{ITEMS}/{code}").symmetric_difference(old).area < 1e-9


def test_an_area_is_drawn_and_closed(planner: TestClient, plan: str, grids: Any) -> None:
    cell = grids.geometry.iloc[5]
    middle = cell.representative_point().buffer(0.0003).intersection(cell)
    feature = {"type": "Feature", "properties": {"name": "新网格"},
               "geometry": shapely.geometry.mapping(middle)}  # fmt: skip
    made = planner.post(within(plan), json=feature)
    assert made.status_code == 201, made.text
    told = planner.get(made.headers["location"]).json()
    assert told["properties"]["name"] == "新网格"
    assert told["id"] not in grids.index
    address = within(plan, told["id"])
    assert planner.delete(address).status_code == 204
    assert planner.get(address).status_code == 404
    assert planner.get(within(plan)).json()["numberMatched"] == len(grids)


def test_without_a_scenario_one_s_own_is_written(planner: TestClient, grids: Any) -> None:
    body = {"properties": {"name": "草稿"}}
    first = planner.patch(f"{ITEMS}/{grids.index[1]}", json=body)
    second = planner.patch(f"{ITEMS}/{grids.index[2]}", json=body)
    assert first.headers["wangge-scenario"] == second.headers["wangge-scenario"]
    assert "草稿" not in planner.get(ITEMS).text


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'{"properties": 3}', b'{"geometry": 3}',
     b'{"geometry": {"type": "Point", "coordinates": [1, 2]}}',
     b'{"geometry": {"type": "Polygon", "coordinates": [[[1, 2], [3, 4]]]}}'],
)  # fmt: skip
def test_what_is_no_feature_changes_nothing(
    planner: TestClient, plan: str, grids: Any, body: bytes
) -> None:
    for deed, path in (("POST", within(plan)), ("PUT", within(plan, grids.index[0]))):
        answer = planner.request(deed, path, content=body)
        assert answer.status_code == 400, (deed, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
    assert planner.post("/ogc/collections/station/items", json={}).status_code == 400
    assert planner.get(within("nobody")).status_code == 404
