"""Scenarios over HTTP: tags, missed steps, previews, undo and redo."""

from urllib.parse import quote

import pytest
import shapely
import squareton
from beside import beside
from fastapi.testclient import TestClient

from api.http import create_app
from api.tasks import certificate
from geo import store

pytestmark = pytest.mark.store
GRID = "321198001001001"


@pytest.fixture(scope="module")
def client(db: store.Database) -> TestClient:
    """Serve Squareton."""
    return beside(create_app(squareton.kept(db), draw_first=False))


def opened(client: TestClient) -> str:
    """Open a scenario; give its address."""
    answer = client.post("/v1/scenarios", json={"name": "一稿"})
    assert answer.status_code == 201
    assert answer.headers["ETag"] == '"0"'
    return f"/v1/scenarios/{answer.json()['link']}"


HALVES = {"op": "balanced_split", "level": "grid", "code": GRID, "tolerance": 0.2}


def test_a_preview_changes_nothing_and_the_deed_is_the_preview(client: TestClient) -> None:
    plan = opened(client)
    before = client.get(plan, params={"level": "grid"}).json()
    shown = client.post(f"{plan}/operations", params={"dry_run": True}, json=HALVES)
    assert shown.status_code == 200
    assert client.get(plan, params={"level": "grid"}).json() == before
    done = client.post(f"{plan}/operations", json=HALVES, headers={"If-Match": '"0"'})
    assert done.status_code == 200
    assert done.headers["ETag"] == '"1"'
    assert done.json()["upsert"] == shown.json()["upsert"]
    assert ["grid", GRID] in done.json()["drop"]
    grids = [f["properties"] for f in done.json()["upsert"] if f["properties"]["level"] == "grid"]
    fresh = [p for p in grids if p["touched"]]
    was = next(
        f["properties"]["households"] for f in before["upsert"] if f["properties"]["code"] == GRID
    )
    assert sum(p["households"] for p in fresh) == was
    assert all(p["was"] is None for p in fresh)


def test_only_what_differs_is_sent_and_undo_leaves_nothing(client: TestClient) -> None:
    plan = opened(client)
    client.post(f"{plan}/operations", json=HALVES)
    base = client.get(plan).json()["base"]
    seen = client.get(plan, params={"against": base, "level": "grid"}).json()
    assert seen["drop"] == [["grid", GRID]]
    back = client.post(f"{plan}/undo", headers={"If-Match": '"1"'}).json()
    assert (back["undo"], back["step"]) == (None, 2)
    assert back["redo"]
    seen = client.get(plan, params={"against": base}).json()
    assert (seen["upsert"], seen["drop"]) == ([], [])
    assert client.post(f"{plan}/redo").json()["redo"] is None


def test_who_missed_a_step_is_told_which(client: TestClient) -> None:
    plan = opened(client)
    client.post(f"{plan}/operations", json=HALVES, headers={"If-Match": '"0"'})
    late = client.post(f"{plan}/operations", json=HALVES, headers={"If-Match": '"0"'})
    assert (late.status_code, late.json()["code"]) == (409, "conflict")
    assert len(late.json()["where"]) == 1
    odd = client.post(f"{plan}/undo", headers={"If-Match": '"x"'})
    assert (odd.status_code, odd.json()["code"]) == (400, "bad_input")


def test_problems_and_cuts_are_lists_of_plain_values(client: TestClient) -> None:
    plan = opened(client)
    problems = client.get(f"{plan}/problems", params={"level": "grid"}).json()
    assert all(p["layer"] == "grid" and isinstance(p["fixes"], list) for p in problems)
    part = client.get(f"{plan}/problems", params={"level": "grid", "start": 1, "most": 2})
    assert part.json() == problems[1:3]
    assert int(part.headers["X-Total-Count"]) == len(problems)
    assert client.get(f"{plan}/cuts", params={"level": "grid", "code": GRID}).json() == []
    assert client.get(f"{plan}/cuts", params={"code": "9"}).status_code == 404


def as_planner(name: str, **more: str) -> dict[str, str]:
    """Give the headers of somebody."""
    return {"X-Planner": quote(name), **more}


def test_planners_see_each_other_and_what_was_done(client: TestClient) -> None:
    plan = opened(client)
    there = f"{plan}/presence/{GRID[:12]}"
    client.put(there, headers=as_planner("张三"))
    both = client.put(there, headers=as_planner("李四")).json()
    assert [one["who"] for one in both] == ["张三", "李四"]
    done = client.post(f"{plan}/operations", json=HALVES, headers=as_planner("李四")).json()
    assert done["held"] == [{"community": GRID[:12], "who": "张三"}]
    steps = client.get(f"{plan}/steps").json()
    assert [(s["deed"], s["who"], s["operation"]["op"]) for s in steps] == [
        ("do", "李四", "balanced_split")
    ]
    assert client.get(f"{plan}/steps", params={"after": 1}).json() == []
    assert client.delete(f"{plan}/presence", headers=as_planner("张三")).status_code == 204
    assert [one["who"] for one in client.get(f"{plan}/presence").json()] == ["李四"]
    odd = client.put(f"{plan}/presence/nowhere", headers=as_planner("张三"))
    assert (odd.status_code, odd.json()["code"]) == (400, "bad_input")


def test_a_plan_is_reviewed_and_published_with_its_proof(client: TestClient) -> None:
    plan = opened(client)
    assert client.get(f"{plan}/certificate").status_code == 404
    client.post(f"{plan}/operations", json=HALVES)
    told = client.get(f"{plan}/differences").json()
    assert ("split", "grid") in {(d["kind"], d["level"]) for d in told["differences"]}
    checked = client.get(f"{plan}/check").json()
    assert {f["code"] for f in checked["blocking"]} == {"SIZE_OUT_OF_NORM"}
    west, south, east, north = shapely.geometry.shape(checked["blocking"][0]["place"]).bounds
    assert -180 <= west < east <= 180
    assert -90 <= south < north <= 90
    assert client.post(f"{plan}/approvals", headers=as_planner("乙")).json()["step"] == 1
    early = client.post(f"{plan}/publication", json={"why": "试"})
    assert (early.status_code, early.json()["code"]) == (409, "rule")
    asked = {"why": "会议纪要", "accept": ["SIZE_OUT_OF_NORM"]}
    stale = client.post(f"{plan}/publication", json=asked, headers={"If-Match": '"0"'})
    assert (stale.status_code, stale.json()["code"]) == (409, "conflict")
    done = client.post(f"{plan}/publication", json=asked, headers={"If-Match": '"1"'})
    assert done.status_code == 201
    assert done.json()["impact"]["households_moved"]["grid"] > 0
    proof = client.get(f"{plan}/certificate").json()
    assert proof["sha256"] == done.json()["sha256"]
    assert certificate.verify(proof)["valid"]
    assert client.post(f"{plan}/rebase", json={}).status_code in (200, 409)


def test_what_is_locked_is_not_changed(client: TestClient) -> None:
    plan = opened(client)
    grids = client.get(plan, params={"level": "grid"}).json()["upsert"]
    code = max((f["properties"] for f in grids), key=lambda p: p["households"])["code"]
    halves = HALVES | {"code": code}
    kept = client.post(f"{plan}/operations", json=halves | {"keep": [code]})
    assert (kept.status_code, kept.json()["where"]) == (409, [code])
    assert client.post(f"{plan}/operations", json=halves | {"keep": ["1"]}).status_code == 200
