"""Scenarios over HTTP: tags, missed steps, previews, undo and redo."""

import pytest
import squareton
from beside import beside
from fastapi.testclient import TestClient

from api.http import create_app
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
    assert {p["kind"] for p in problems} <= {"size", "parts"}
    assert all(abs(p["off"]) > 0 for p in problems if p["kind"] == "size")
    assert client.get(f"{plan}/cuts", params={"level": "grid", "code": GRID}).json() == []
    assert client.get(f"{plan}/cuts", params={"code": "9"}).status_code == 404
