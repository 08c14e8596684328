"""Groups over HTTP: drafts and weighings with a door of their own, pages for planners."""

import io
import re
import zipfile

import pytest
from fastapi.testclient import TestClient

from api.tasks.work import Work
from geo import store

pytestmark = pytest.mark.store
ASKED = {"groups": 2, "tolerance": 0.3, "leads_per_group": 3, "skills": "none"}


@pytest.fixture(scope="module")
def draft(client: TestClient) -> dict[str, object]:
    answer = client.post("/v1/alliances/drafts", json=ASKED | {"also": {"members": 0.9}})
    assert answer.status_code == 201
    found: dict[str, object] = client.get(answer.headers["Location"]).json()
    return found


def test_a_draft_is_formed_kept_and_published_by_nobody(
    client: TestClient, draft: dict[str, object], work: Work
) -> None:
    assert draft["draft"] is True
    assert draft["asked"]["also"] == {"members": 0.9}  # type: ignore[index]
    listed = client.get("/v1/alliances/drafts").json()
    assert draft["run"] in [row["run"] for row in listed]
    with work.db.read() as session:
        assert not len(store.groupings.read(session, "alliance"))
    assert client.get("/v1/alliances").status_code == 404


def test_a_weighing_leads_to_its_plans(client: TestClient, draft: dict[str, object]) -> None:
    asked = ASKED | {"base": draft["run"], "plans": 2, "differ": 0.1, "curve": False}
    answer = client.post("/v1/alliances/weighings", json=asked)
    assert answer.status_code == 201
    told = client.get(answer.headers["Location"]).json()
    assert told["front"]
    for row in [*told["plans"], *told["front"]]:
        assert client.get(f"/v1/alliances/drafts/{row['run']}").json()["members"]
    assert client.get(f"/v1/alliances/weighings/{draft['run']}").status_code == 400


def test_planners_read_the_map_the_booklet_and_the_workbook(
    client: TestClient, draft: dict[str, object]
) -> None:
    page = client.get("/plan/alliances", params={"run": draft["run"]})
    assert page.status_code == 200
    assert "缘由" in page.text
    for address in re.findall(r'href="(/plan/alliances[^"]*)"', page.text):
        plain = address.replace("&amp;", "&")
        if plain == "/plan/alliances?preset=alliances":
            continue
        assert client.get(plain).status_code == 200, plain
    booklet = client.get("/plan/alliances/booklet", params={"run": draft["run"]})
    assert booklet.headers["content-type"].startswith("text/html")
    assert all(m["zh"] in booklet.text for m in draft["members"])  # type: ignore[attr-defined]
    book = client.get("/plan/alliances/workbook.xlsx", params={"run": draft["run"]})
    with zipfile.ZipFile(io.BytesIO(book.content)) as opened:
        texts = opened.read("xl/sharedStrings.xml").decode()
    assert all(m["zh"] in texts for m in draft["members"])  # type: ignore[attr-defined]
    assert client.get("/plan/alliances/booklet").status_code == 404


def test_the_public_map_says_that_nothing_is_published(client: TestClient) -> None:
    page = client.get("/maps/alliances").text
    assert "尚未发布联盟" in page
    assert "缘由" not in page
    assert "负荷" not in page
    assert client.get("/maps/alliances-plan").status_code == 400
