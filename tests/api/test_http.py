"""The web door: answers, faults as problem+json, and headers that let nothing in."""

import pytest
from fastapi.testclient import TestClient

from api.http import views
from api.tasks import draw_maps
from api.tasks.asker import LOCAL
from api.tasks.work import Work
from geo import coords, demo, store

pytestmark = pytest.mark.store
OUTSIDE = {"X-Forwarded-For": "192.0.2.1"}
"""Of somebody who is not at the machine itself."""


def somewhere(town: demo.District) -> dict[str, float]:
    """Give lon and lat of a place inside the district."""
    point = coords.to_degrees(town.layers["building"]).representative_point().iloc[0]
    return {"lon": point.x, "lat": point.y}


def test_a_place_lies_in_one_area_of_each_level(client: TestClient, town: demo.District) -> None:
    rows = client.get("/v1/areas/at", params=somewhere(town)).json()
    levels = [row["level"] for row in rows]
    assert levels[0] == "district"
    assert {"community", "grid", "microgrid"} <= set(levels)
    before = client.get("/v1/areas/at", params={**somewhere(town), "as_of": "2001-01-01"})
    assert before.json() == []


def test_a_code_tells_its_history(client: TestClient, town: demo.District) -> None:
    code = town.layers["community"]["code"].iloc[0]
    told = client.get(f"/v1/areas/{code}/history").json()
    assert [v["died"] for v in told["versions"]] == [None]
    assert told["versions"][0]["who"] == "test"
    outside = client.get(f"/v1/areas/{code}/history", headers=OUTSIDE).json()["versions"][0]
    assert outside["code"] == code
    assert not {"who", "why", "households", "residents"} & outside.keys()


def test_coverage_counts_everyone_once(client: TestClient, town: demo.District) -> None:
    told = client.get("/v1/coverage", params={"minutes": [5, 15], "by": "grid"}).json()
    five, fifteen = told["totals"]
    people = town.layers["building"]["households"].sum()
    assert five["households"] <= fifteen["households"] <= people
    assert fifteen["households"] + fifteen["blind_households"] == people
    assert sum(a["households"] for a in told["areas"]) == people
    told = client.get("/v1/coverage", params={"minutes": [5], "by": "grid"}, headers=OUTSIDE).json()
    for row in told["areas"]:
        assert not {"elders", "alone", "disabled_within_300"} & row.keys()
    for spot in (spot for found in told["spots"].values() for spot in found["features"]):
        assert spot["properties"].keys() <= {
            "spot_id", "households", "nearest_s", "least_s", "reason", "area", "few",
        }  # fmt: skip
        assert spot["properties"]["few"] == (spot["properties"]["households"] is None)
    assert not told["estimated"]


@pytest.mark.parametrize(
    ("path", "params", "status", "code"),
    [
        ("/v1/areas/at", {"lon": "east", "lat": "32"}, 400, "bad_input"),
        ("/v1/areas/at", {"lon": "190", "lat": "32"}, 400, "bad_input"),
        ("/v1/areas/999999/history", {}, 404, "not_found"),
        ("/v1/stations/nearest", {"lon": "119", "lat": "32", "walker": "bird"}, 400, "bad_input"),
        ("/v1/stations/nearest", {"lon": "119", "lat": "32", "service": "gold"}, 400, "bad_input"),
        ("/v1/coverage", {"by": "raster"}, 400, "bad_input"),
        ("/maps/treasure", {}, 400, "bad_input"),
        ("/v1/nothing", {}, 404, "http"),
    ],
)
def test_a_fault_is_a_problem_with_its_name(
    client: TestClient, path: str, params: dict[str, str], status: int, code: str
) -> None:
    answer = client.get(path, params=params)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["code"] == code
    assert body["status"] == status
    assert any("\u4e00" <= letter <= "\u9fff" for letter in body["title"])


def test_a_map_page_runs_only_its_own_scripts(client: TestClient) -> None:
    first, second = client.get("/maps/grids"), client.get("/maps/grids")
    policy = first.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    nonce = policy.split("'nonce-")[1].split("'")[0]
    assert f'nonce="{nonce}"' in first.text
    assert policy != second.headers["content-security-policy"]
    assert first.headers["x-content-type-options"] == "nosniff"


def test_a_change_in_the_store_is_drawn_anew(client: TestClient, work: Work) -> None:
    before = client.get("/maps/grids").text
    with work.db.session() as session:
        district = store.areas.read(session, "district")
        district["name"] = "改名区"
        revision = store.revisions.open(session, "import", "test", "renamed")
        store.areas.replace(session, "district", district, revision)
        store.audit.write(session, "test", "import", subject="district")
    assert "改名区" not in before
    assert "改名区" in client.get("/maps/grids").text


def test_the_docs_describe_every_path_without_a_script(client: TestClient) -> None:
    page = client.get("/docs")
    assert "<script" not in page.text
    for path in client.get("/openapi.json").json()["paths"]:
        assert path in page.text


def test_maps_are_drawn_ahead_in_a_process_of_their_own(work: Work) -> None:
    drawn = views.Drawn()
    views.draw_all(drawn, work)
    public = set(draw_maps.THEMES) - draw_maps.OF_STAFF
    assert {kind for kind, view in drawn.cards if view == "public"} == public
    assert {kind for kind, view in drawn.cards if view == "staff"} == set(draw_maps.THEMES)
    ahead = dict(drawn.pages)
    for kind in draw_maps.THEMES:
        drawn.draw(kind, work)
    assert drawn.pages == ahead


def test_maps_tell_the_public_no_households(client: TestClient, work: Work) -> None:
    """Who works here sees how many live in each grid; the public sees the grids."""
    staff = views.Drawn()
    for kind in ("grids", "blindspots", "flaws"):
        public = client.get(f"/maps/{kind}", headers=OUTSIDE)
        if kind in draw_maps.OF_STAFF:
            assert public.status_code == 401
            assert f"/maps/{kind}" not in client.get("/maps", headers=OUTSIDE).text
        else:
            assert public.status_code == 200
            shown = staff.draw(kind, work.asked_by(LOCAL))
            assert public.text.count("户数") < staff.pages[shown].count("户数")
