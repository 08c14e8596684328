"""A service without any data says so, and where to begin."""

from collections.abc import Iterator

import pytest
from beside import beside
from fastapi.testclient import TestClient

from api.http import create_app
from api.tasks import draw_maps
from api.tasks.work import Work
from geo import coords, demo, store

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


@pytest.mark.parametrize("layer", ["station", "building", "street", "candidate"])
def test_one_layer_alone_is_shown_and_what_is_missing_is_told(
    db: store.Database, town: demo.District, layer: str
) -> None:
    with db.session() as session:
        store.features.replace(session, layer, coords.to_degrees(town.layers[layer]))
    try:
        with beside(create_app(Work(database=db), draw_first=False)) as office:
            for kind in draw_maps.THEMES:
                assert office.get(f"/maps/{kind}", headers=BROWSER).status_code in (200, 404), kind
            told = office.get("/maps", headers=BROWSER)
            drawn = [kind for kind in draw_maps.THEMES if f"/maps/{kind}" in told.text]
            assert told.status_code == (200 if drawn else 404)
            assert ("暂时不能绘制" in told.text) == bool(drawn)
    finally:
        with db.session() as session:
            store.features.replace(session, layer, coords.to_degrees(town.layers[layer]).iloc[:0])
