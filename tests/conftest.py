"""What every test may ask for."""

import gc
import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from browsers import browser
from databases import _template, bare_url, database_url, db, postgres_url

__all__ = ["_template", "bare_url", "browser", "database_url", "db", "postgres_url"]


hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


def pytest_collection_finish() -> None:
    """What was imported stands for good: it is not searched for cycles during the tests."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep what is made from layers away from the user's own folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WANGGE_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Give the folder of real data: $WANGGE_SHARED_DATA, else ../shared/data beside the project."""
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    return Path(os.environ.get("WANGGE_SHARED_DATA", beside))
