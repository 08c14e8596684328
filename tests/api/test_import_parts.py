"""Large files come in parts: the same layer as from one piece, whole or not at all."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely

from api.tasks.import_layer import Imported, ImportLayer
from api.tasks.work import Work
from geo import store
from geo.errors import FileRefused, Stopped

pytestmark = pytest.mark.store
ROWS, PART = 900, 60_000


def homes(path: Path, *, spoilt: int | None = None, twice: bool = False) -> Path:
    """Write buildings in rows of thirty; one may be spoilt, the first may come again at the end."""
    number = np.arange(ROWS)
    x, y = 448_000 + number % 30 * 30.0, 3_564_000 + number // 30 * 30.0
    shapes = shapely.box(x, y, x + 20, y + 12)
    ids = [f"B{n:04d}" for n in number]
    if spoilt is not None:
        shapes[spoilt] = None
    if twice:
        ids[-1] = ids[0]
    frame = gpd.GeoDataFrame(
        {"id": ids, "name": [f"{n} 号楼" for n in number], "households": number % 60,
         "备注": [None if n % 3 else f'带"引号"，{n}' for n in number]},
        geometry=gpd.GeoSeries(shapes, crs=4549),
    )  # fmt: skip
    pyogrio.write_dataframe(frame, path, layer="building")
    return path


def taken(work: Work, path: Path, part_bytes: int = PART, **options: object) -> Imported:
    """Import buildings in small parts."""
    form = ImportLayer(
        path=path, layer="building", part_bytes=part_bytes, survey=False, accept=("OUTSIDE_DISTRICT",), **options,
    )  # fmt: skip
    return form.run(work)


def digest(work: Work, layer: str = "building") -> str:
    with work.db.read() as session:
        return store.copies.digest(session, layer)


def test_parts_keep_what_one_piece_keeps(work: Work, tmp_path: Path) -> None:
    path = homes(tmp_path / "building.gpkg")
    whole = taken(work, path, part_bytes=2**30)
    kept = digest(work)
    seen: list[float] = []
    telling = replace(work, base=work, progress=lambda step, done, of: seen.append(done))
    parts = taken(telling, path)
    assert digest(work) == kept
    assert whole.features == parts.features == ROWS
    assert len(set(seen)) > 3, "it came in several parts"
    assert {f.code for f in whole.report.findings} == {f.code for f in parts.report.findings}
    with work.db.read() as session:
        found = store.features.read(session, "building", extras=True)
    assert found["备注"].iloc[3] == '带"引号"，3'
    assert found["备注"].isna().sum() == ROWS - ROWS // 3


@pytest.mark.parametrize(
    ("flaw", "code"), [({"spoilt": ROWS - 2}, "GEOM_EMPTY"), ({"twice": True}, "CODE_DUPLICATE")]
)
def test_a_fault_in_the_last_part_keeps_all_of_it_out(
    work: Work, tmp_path: Path, flaw: dict[str, object], code: str
) -> None:
    before = digest(work)
    path = homes(tmp_path / "building.gpkg", **flaw)  # type: ignore[arg-type]
    with pytest.raises(FileRefused) as fault:
        taken(work, path)
    assert code in {f.code for f in fault.value.findings}
    assert digest(work) == before
    told = taken(work, path, dry_run=True)
    assert code in {f.code for f in told.blocking}
    assert told.features >= ROWS - 1


def test_who_stops_it_in_the_middle_changes_nothing(work: Work, tmp_path: Path) -> None:
    path = homes(tmp_path / "building.gpkg")
    before = digest(work)

    def stop(step: str, done: float, total: float) -> None:
        if done > ROWS / 2:
            raise Stopped("enough", zh="停止")

    with pytest.raises(Stopped):
        taken(replace(work, base=work, progress=stop), path)
    assert digest(work) == before


KILLED = """
import os, signal, sys
from pathlib import Path
from api.tasks.import_layer import ImportLayer
from api.tasks.work import Work
from geo import store

def progress(step, done, total):
    if done > 450:
        print("half of it was sent", flush=True)
        os.kill(os.getpid(), signal.SIGKILL)

form = ImportLayer(path=Path(sys.argv[1]), layer="building", part_bytes=60_000, survey=False, accept=("OUTSIDE_DISTRICT",))
form.run(Work(database=store.connect(sys.argv[2]), progress=progress))
"""


def test_a_killed_import_leaves_nothing_half_written(work: Work, tmp_path: Path) -> None:
    path = homes(tmp_path / "building.gpkg")
    before = digest(work)
    address = work.db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), address],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == -9, done.stderr
    assert "half of it was sent" in done.stdout
    assert digest(work) == before
    assert taken(work, path).features == ROWS, "and no lock is left"
