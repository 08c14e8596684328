"""A person with a browser is told in a page; a program is told as before."""

import pytest
from fastapi.testclient import TestClient

pytestmark = pytest.mark.store
BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize("path", ["/nonsense", "/maps/treasure", "/embed/none"])
def test_a_browser_gets_a_page_with_ways_on(client: TestClient, path: str) -> None:
    told = client.get(path, headers=BROWSER)
    assert told.status_code in (400, 404)
    assert told.headers["content-type"].startswith("text/html")
    assert 'lang="zh-CN"' in told.text
    assert 'href="/"' in told.text
    assert "<script" not in told.text


def test_what_was_typed_is_never_run(client: TestClient) -> None:
    told = client.get("/maps/<img onerror=x>", headers=BROWSER)
    assert "<img" not in told.text


@pytest.mark.parametrize("path", ["/v1/areas/1/history", "/nonsense"])
def test_a_program_gets_its_problem(client: TestClient, path: str) -> None:
    told = client.get(path)
    assert told.headers["content-type"] == "application/problem+json"
    assert told.status_code == 404


def test_scripts_of_pages_get_problems_from_the_api(client: TestClient) -> None:
    told = client.get("/v1/areas/1/history", headers=BROWSER)
    assert told.headers["content-type"] == "application/problem+json"
