"""A small district, built, imported, judged and drawn once for all stories."""

from pathlib import Path

import pytest

from api.settings import Settings
from api.tasks.run_demo import Demo, RunDemo
from api.tasks.work import Work
from geo import store


@pytest.fixture(scope="module")
def work(db: store.Database) -> Work:
    """Give work on a fresh store."""
    return Work(settings=Settings(), database=db)


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder of the results."""
    return tmp_path_factory.mktemp("out")


@pytest.fixture(scope="module")
def done(work: Work, out: Path) -> Demo:
    """Run the demo on the small district."""
    return RunDemo(out=out, size="small", seed=1).run(work)
