"""From nothing to maps: the small district from seed to pages, on a true PostGIS."""

import json
from pathlib import Path

import pandas as pd
import pytest

from api.settings import Settings
from api.tasks.check_layers import CheckLayers
from api.tasks.export_layer import ExportLayer
from api.tasks.import_layer import ImportLayer
from api.tasks.nearest_stations import NearestStations
from api.tasks.run_demo import Demo, RunDemo
from api.tasks.work import Work
from geo import demo, store
from geo.errors import Conflict, FileRefused, Stopped

pytestmark = pytest.mark.store
PAGES = ("grids", "flaws", "blindspots", "stations", "alliances")


def living(work: Work) -> dict[str, tuple[int, ...]]:
    """Give the number of rows of every level and layer, to see that nothing changed."""
    with work.db.read() as session:
        areas = {n: len(store.areas.read(session, n)) for n in ("community", "grid", "microgrid")}
        rows = {n: store.features.count(session, n) for n in ("building", "street", "station")}
    return {"areas": tuple(areas.values()), "rows": tuple(rows.values())}


def test_every_planted_flaw_is_found_and_no_other(done: Demo) -> None:
    assert sum(v.planted for v in done.judged) >= 13
    assert {v.code: (v.planted, v.found, v.false) for v in done.judged} == {
        v.code: (v.planted, v.planted, 0) for v in done.judged
    }


def test_every_finding_says_where_how_big_and_what_to_do(done: Demo, work: Work) -> None:
    for finding in CheckLayers().run(work).report.findings:
        assert finding.zh
        assert finding.en
        assert finding.hint_zh
        assert finding.features
        assert finding.place is not None
        assert finding.area_m2 is not None
        assert finding.households is not None


@pytest.mark.parametrize("kind", PAGES)
def test_a_map_is_one_file_that_forbids_itself_every_load(done: Demo, out: Path, kind: str) -> None:
    html = (out / f"{kind}.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in html
    assert "<h1" in html
    assert len(html.encode()) < 1.5 * 2**20


def test_the_index_shows_every_map_with_its_picture(done: Demo) -> None:
    html = done.index.read_text(encoding="utf-8")
    for kind in PAGES:
        assert f"{kind}.html" in html
        assert f"{kind}.png" in html


def test_every_analysis_is_kept_as_a_run(done: Demo, work: Work) -> None:
    with work.db.read() as session:
        for kind in ("check", "nearest", "coverage", "alliances", "demo"):
            run = store.runs.latest(session, kind)
            assert run is not None
            assert run.version
            assert run.inputs
        alliances = store.runs.latest(session, "alliances")
    assert alliances is not None
    assert alliances.seed == 1
    assert alliances.result["status"] in ("optimal", "feasible")


def test_alliances_are_contiguous_balanced_and_led(done: Demo, work: Work) -> None:
    from api.tasks.form_alliances import FormAlliances
    from geo import topology

    asked = FormAlliances(groups=2, seed=1)
    made = asked.run(work)
    load = made.members.groupby("alliance")["load"].sum()
    assert (abs(load - load.mean()) <= asked.tolerance * load.mean() + 1e-6).all()
    assert (made.members.groupby("alliance")["lead"].sum() == 1).all()
    assert made.members["zh"].str.len().gt(0).all()
    pairs = topology.adjacency(made.territories.rename(columns={"id": "code"})).pairs
    group = made.members["alliance"].to_numpy()
    for number in set(group):
        inside = set((group == number).nonzero()[0])
        seen, todo = set(), {min(inside)}
        while todo:
            seen |= todo
            todo = {int(b) for a, b in [*pairs, *pairs[:, ::-1]] if a in todo} & inside - seen
        assert seen == inside


def test_the_same_data_again_change_nothing(done: Demo, out: Path, work: Work) -> None:
    before = living(work)
    again = ImportLayer(path=out / "shapefiles" / "community.shp", layer="community").run(work)
    assert again.counts["unchanged"] == again.features
    assert living(work) == before


def test_a_refused_file_changes_nothing(done: Demo, out: Path, work: Work) -> None:
    before = living(work)
    with pytest.raises(FileRefused) as refused:
        ImportLayer(path=out / "shapefiles" / "microgrid.shp", layer="microgrid").run(work)
    codes = {f.code for f in refused.value.findings}
    assert {"CODE_INVALID", "CODE_DUPLICATE"} <= codes
    assert living(work) == before


def test_a_stopped_import_leaves_the_layer_as_it_was(done: Demo, out: Path, work: Work) -> None:
    before = living(work)

    def stop(step: str, finished: float, total: float) -> None:
        if step.startswith("入库") and finished >= total:
            raise Stopped("stopped")

    stopping = Work(settings=work.settings, database=work.database, progress=stop)
    with pytest.raises(Stopped):
        ImportLayer(path=out / "shapefiles" / "station.shp", layer="station").run(stopping)
    assert living(work) == before


def test_the_demo_does_not_write_over_an_operators_own_data(
    done: Demo, out: Path, bare_url: str, tmp_path: Path
) -> None:
    own = store.connect(bare_url)
    store.upgrade(own)
    theirs = Work(settings=Settings(), database=own)
    ImportLayer(path=out / "shapefiles" / "community.shp", layer="community").run(theirs)
    with pytest.raises(Conflict):
        RunDemo(out=tmp_path, size="small").run(theirs)
    own.close()


def test_a_demo_that_was_cut_off_is_run_again(bare_url: str, tmp_path: Path) -> None:
    fresh = store.connect(bare_url)
    store.upgrade(fresh)

    def stop(step: str, finished: float, total: float) -> None:
        if step == "读取 building.shp":
            raise Stopped("cut off")

    with pytest.raises(Stopped):
        RunDemo(out=tmp_path, size="small").run(
            Work(settings=Settings(), database=fresh, progress=stop)
        )
    again = RunDemo(out=tmp_path, size="small").run(Work(settings=Settings(), database=fresh))
    assert again.index.exists()
    fresh.close()


def test_the_nearest_station_is_reached_over_streets(done: Demo, work: Work) -> None:
    built = demo.build(size="small", seed=1)
    lon, lat = built.layers["building"].to_crs(4490).representative_point().iloc[0].coords[0]
    told = NearestStations(lon=lon, lat=lat, k=3).run(work)
    assert not told["estimated"]
    walks = [s["walk_m"] for s in told["stations"]]
    assert len(walks) == 3
    assert walks == sorted(walks)
    first = told["stations"][0]
    assert first["route"][0] == pytest.approx([lon, lat], abs=1e-6)
    assert first["route"][-1] == pytest.approx([first["lon"], first["lat"]], abs=1e-6)
    assert first["minutes"] == pytest.approx(first["walk_m"] / 1.2 / 60, abs=0.06)


def test_flaws_lie_beside_the_files_with_their_truth(done: Demo, out: Path) -> None:
    told = json.loads((out / "shapefiles" / "flaws.json").read_text(encoding="utf-8"))
    flaws = told["flaws"] if isinstance(told, dict) else told
    assert {f["code"] for f in flaws} == {v.code for v in done.judged if v.planted}


def test_an_exported_layer_comes_back_the_same(done: Demo, work: Work, tmp_path: Path) -> None:
    path = tmp_path / "grid.gpkg"
    count = ExportLayer(layer="grid", path=path).run(work).features
    again = ImportLayer(path=path, layer="grid").run(work)
    assert again.counts == {"unchanged": count, "changed": 0, "born": 0, "died": 0}


def test_every_building_knows_its_station_or_that_it_has_none(done: Demo, out: Path) -> None:
    table = pd.read_csv(out / "nearest.csv").set_index("building")
    buildings = demo.build(size="small", seed=1).layers["building"]
    assert set(table.index) == set(buildings["id"])
    assert (table["walk_s"].isna() == table["station"].isna()).all()
    assert table["walk_s"].min() >= 0
