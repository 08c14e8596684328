"""A service without any data says so, and where to begin."""

from collections.abc import Iterator

import pytest
from beside import beside
from fastapi.testclient import TestClient

from api.http import create_app
from api.tasks.work import Work
from geo import store

pytestmark = pytest.mark.store
BROWSER = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def nobody(db: store.Database) -> Iterator[TestClient]:
    """Give a client of a service that holds nothing."""
    with beside(create_app(Work(database=db), draw_first=False)) as made:
        yield made


def test_the_finder_says_that_there_is_nothing_yet(nobody: TestClient) -> None:
    page = nobody.get("/").text
    assert "还没有站点数据" in page
    assert "例如" not in page


def test_maps_lead_to_the_import(nobody: TestClient) -> None:
    told = nobody.get("/maps", headers=BROWSER)
    assert told.status_code == 404
    assert 'href="/v1/imports/new"' in told.text
