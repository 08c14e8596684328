"""A store that holds the small demo district, for every test of the two doors."""

from collections.abc import Iterator

import pytest
from beside import beside
from districts import kept, small
from fastapi.testclient import TestClient

from api.http import create_app
from api.tasks.work import Work
from geo import demo, store


@pytest.fixture(scope="session")
def town() -> demo.District:
    """Build the small district."""
    return small()


@pytest.fixture(scope="module")
def work(db: store.Database) -> Work:
    """Give work on a store that holds the small district."""
    return kept(db)


@pytest.fixture(scope="module")
def client(work: Work) -> Iterator[TestClient]:
    """Give a client of the web door."""
    with beside(create_app(work, draw_first=False)) as made:
        yield made
