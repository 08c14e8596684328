"""A store that holds the small district, and its tiles."""

from collections.abc import Iterator

import pytest
from districts import kept

from api.tasks.tile_service import TileService
from api.tasks.work import Work
from geo import store


@pytest.fixture(scope="module")
def work(db: store.Database) -> Work:
    """Give work on a store that holds the small district."""
    return kept(db)


@pytest.fixture(scope="module")
def service(work: Work) -> Iterator[TileService]:
    """Give the tiles of the small district."""
    made = TileService(work)
    yield made
    made.close()
