"""A store that holds the small demo district, for every test of the two doors."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from api.http import create_app
from api.settings import Settings
from api.tasks.work import Work
from geo import coords, demo, layers, store


@pytest.fixture(scope="session")
def town() -> demo.District:
    """Build the small district."""
    return demo.build(size="small", seed=1)


@pytest.fixture(scope="module")
def work(db: store.Database, town: demo.District) -> Work:
    """Give work on a store that holds the small district."""
    with db.session() as session:
        revision = store.revisions.open(session, "import", "test", "the small district")
        for name in layers.LAYERS:
            if name not in town.layers:
                continue
            frame = town.layers[name]
            placed = coords.to_degrees(frame) if frame.crs is not None else frame
            if layers.layer(name).level:
                store.areas.replace(session, name, placed, revision)
            else:
                store.features.replace(session, name, placed)
    return Work(settings=Settings(), database=db)


@pytest.fixture(scope="module")
def client(work: Work) -> Iterator[TestClient]:
    """Give a client of the web door."""
    with TestClient(create_app(work, draw_first=False), raise_server_exceptions=False) as made:
        yield made
