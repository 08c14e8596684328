"""A published change is in the tiles of every process, and no tile is old for long."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from api.tasks.work import Work
from geo import store, tiling

pytestmark = pytest.mark.store
WORKERS = int(os.environ.get("WANGGE_FRESH_WORKERS", "2"))
EDITS = int(os.environ.get("WANGGE_FRESH_EDITS", "9"))
"""The whole proof is 4 and 1000; a suite takes a taste of it."""
KILLS = 3
HERE = Path(__file__).parent


@pytest.fixture
def workers(database_url: str, work: Work) -> Iterator[list[subprocess.Popen[str]]]:
    """Start processes that each follow the store."""
    assert work.db
    paths = os.pathsep.join(map(str, (HERE.parents[1], HERE.parent)))
    made = [
        subprocess.Popen(
            [sys.executable, "-W", "ignore", HERE / "fresh_worker.py", database_url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": paths},
        )
        for _ in range(WORKERS)
    ]  # fmt: skip
    for one in made:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    yield made
    for one in made:
        assert one.stdin is not None
        one.stdin.close()
        one.terminate()
        one.wait(60)
        assert one.stdout is not None
        one.stdout.close()


def test_every_worker_shows_every_change_within_a_second(
    work: Work, workers: list[subprocess.Popen[str]]
) -> None:
    rng = np.random.default_rng(5)
    with work.db.read() as session:
        grids = store.areas.read(session, "grid", extras=True)
    late = []
    for edit in range(EDITS):
        row = int(rng.integers(len(grids)))
        name = f"{rng.integers(10**9):09d}-{edit}"
        grids.loc[row, "name"] = name
        lon, lat = grids.geometry[row].representative_point().coords[0]
        at = next(tiling.tiles(tuple(map(float, tiling.world(lon, lat))) * 2, 15))
        for one in workers:
            assert one.stdin is not None
            one.stdin.write(f"{grids['code'][row]} {at.z} {at.x} {at.y} {name}\n")
            one.stdin.flush()
        with work.db.session() as session:
            if edit % (EDITS // KILLS) == 1:  # some listeners are lost just before the commit
                session.execute(
                    text(
                        "select pg_terminate_backend(pid) from pg_stat_activity "
                        "where query like '%notices%' and pid <> pg_backend_pid() "
                        "and state = 'idle'"
                    )
                )
            revision = store.revisions.open(session, "publish", "test", name)
            store.areas.swap(session, "grid", [grids["code"][row]], grids.iloc[[row]], revision)
        committed = time.time()
        for one in workers:
            assert one.stdout is not None
            late.append([float(seen) - committed for seen in one.stdout.readline().split()])
    moments = np.array(late)
    for what, seen in zip(("tiles", "features", "search"), moments[:, ::2].T, strict=True):
        print(
            f"{what}: {len(seen)} looks, p50 {np.median(seen) * 1e3:.0f} ms, "
            f"p99 {np.quantile(seen, 0.99) * 1e3:.0f} ms, worst {seen.max() * 1e3:.0f} ms"
        )
    assert moments[:, 1::2].max() < 1  # no look begun later than that was told what was before
