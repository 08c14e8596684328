"""Files through the doors: judged on the ground, refused or taken whole, taken back."""

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from fastapi.testclient import TestClient

from api.tasks.draw_findings import page
from api.tasks.export_layer import ExportLayer
from api.tasks.import_layer import ImportLayer
from api.tasks.mend_layer import MendLayer
from api.tasks.work import Work
from geo import coords, files, store
from geo.errors import Conflict, FileRefused

pytestmark = pytest.mark.store


def kept(work: Work, level: str) -> gpd.GeoDataFrame:
    with work.db.read() as session:
        if level in ("building", "station"):
            return store.features.read(session, level, extras=True)
        return store.areas.read(session, level, extras=True)


def sent(frame: gpd.GeoDataFrame, path: Path) -> Path:
    files.write(frame, path, layer=path.stem)
    return path


def judged(work: Work, path: Path, **options):
    return ImportLayer(path=path, dry_run=True, **options).run(work)


def shifted(frame: gpd.GeoDataFrame, east: float, north: float) -> gpd.GeoDataFrame:
    metres = coords.to_metres(frame)
    return coords.to_degrees(metres.set_geometry(metres.translate(east, north)))


def _neighbours(metres: gpd.GeoDataFrame) -> tuple[shapely.Geometry, shapely.Geometry]:
    shapes = metres.geometry.to_numpy()
    one, other = shapely.STRtree(shapes).query(shapes, predicate="touches")
    length = shapely.length(shapely.intersection(shapes[one], shapes[other]))
    best = int(length.argmax())
    return shapes[one[best]], shapes[other[best]]


def test_the_ground_is_told_while_importing(work: Work, tmp_path: Path) -> None:
    grids = kept(work, "grid")
    metres = coords.to_metres(grids)
    shapes = metres.geometry.to_numpy().copy()
    shapes[0] = shapely.affinity.translate(shapes[0], 30, 0)
    torn = coords.to_degrees(metres.set_geometry(gpd.GeoSeries(shapes, crs=metres.crs)))
    torn.loc[1, ["parent", "households"]] = ["321198999999", 9999]
    torn.loc[2, "parent"] = torn["parent"].iloc[-1]
    before = kept(work, "grid")
    done = judged(work, sent(torn, tmp_path / "grid.gpkg"))
    found = done.report.counts()
    assert {"GAP", "OVERLAP", "PARENT_MISMATCH", "SIZE_OUT_OF_NORM"} <= set(found)
    ground = [f for f in done.report.findings if f.code in ("GAP", "OVERLAP")]
    assert all(f.place is not None and f.hint_zh and f.features for f in ground)
    assert any(f.households is not None for f in ground if f.code == "OVERLAP")
    west, _, east, _ = grids.total_bounds
    assert all(west - 0.1 < f.place.centroid.x < east + 0.1 for f in ground)
    assert kept(work, "grid").equals(before)
    html = page(done.report, done.frame, work).html(inline=True)
    assert "GAP" in html
    one, other = _neighbours(metres)
    middle = shapely.line_merge(one.intersection(other)).interpolate(0.5, normalized=True)
    homes = coords.to_metres(kept(work, "building"), metres.crs).iloc[:1]
    across = homes.set_geometry(
        gpd.GeoSeries([middle.buffer(8)], index=homes.index, crs=metres.crs)
    )
    done = judged(work, sent(coords.to_degrees(across), tmp_path / "building.gpkg"))
    cut = next(f for f in done.report.findings if f.code == "BUILDING_CUT")
    assert cut.place is not None


def test_parents_by_place_and_codes_on_request(work: Work, tmp_path: Path) -> None:
    grids = kept(work, "grid").drop(columns=["parent"])
    grids["code"] = ""
    path = sent(grids, tmp_path / "grid.gpkg")
    plain = judged(work, path, survey=False)
    assert "PARENT_INFERRED" in plain.report.counts()
    given = judged(work, path, survey=False, give_codes=True)
    assert not given.blocking
    assert given.frame["code"].is_unique
    assert (given.frame["code"].str[:12] == given.frame["parent"]).all()
    with work.db.read() as session:
        ever = set(store.areas.codes_ever(session, "grid"))
    assert not ever & set(given.frame["code"])


def test_a_profile_is_saved_and_used_again(work: Work, tmp_path: Path) -> None:
    station = kept(work, "station").rename(columns={"id": "zhandian_bh", "name": "mc"})
    path = sent(station, tmp_path / "station.gpkg")
    first = judged(work, path)
    assert "FIELD_MISSING" in {f.code for f in first.blocking}
    assert any(p["column"] == "name" for p in first.report.facts["mapping"])
    profile = tmp_path / "office.json"
    said = judged(work, path, columns={"zhandian_bh": "id", "mc": "name"}, save_profile=profile)
    assert not said.blocking
    again = judged(work, path, profile=profile)
    assert not again.blocking
    assert again.frame["name"].tolist() == station["mc"].tolist()


@pytest.mark.parametrize("datum", ["true", "gcj02", "shifted"])
def test_a_shifted_layer_is_told_and_moved_only_when_asked(
    work: Work, tmp_path: Path, datum: str
) -> None:
    truth = kept(work, "building")
    if datum == "gcj02":
        moved = shapely.transform(
            truth.geometry.to_numpy(), lambda p: np.column_stack(coords.wgs_to_gcj(*p.T))
        )
        layer = truth.set_geometry(gpd.GeoSeries(moved, crs=4490))
    else:
        layer = shifted(truth, 85, -60) if datum == "shifted" else truth
    path = sent(layer, tmp_path / "building.gpkg")
    done = judged(work, path)
    suspects = [f for f in done.report.findings if f.code.startswith("DATUM_SUSPECT")]
    assert bool(suspects) == (datum != "true"), done.report.facts["datum"]
    away = coords.to_metres(done.frame).distance(coords.to_metres(layer), align=False)
    assert away.max() < 0.001
    if datum != "true":
        mended = judged(work, path, mend_datum=True, accept=("OUTSIDE_DISTRICT",))
        off = coords.to_metres(mended.frame).centroid.distance(coords.to_metres(truth).centroid)
        assert off.max() < (1 if datum == "gcj02" else 15)
        told = files.doctor.Diagnosis(
            **{k: v for k, v in mended.report.facts["datum"].items() if k != "trusted"}
        )
        back = files.doctor.as_it_was(mended.frame, told)
        assert coords.to_metres(back).distance(coords.to_metres(layer), align=False).max() < 0.001


def test_a_refused_file_changes_nothing_and_an_export_says_its_revision(
    work: Work, tmp_path: Path
) -> None:
    grids = kept(work, "grid")
    bad = grids.assign(code=grids["code"].where(grids.index != 0, "12"))
    with pytest.raises(FileRefused) as fault:
        ImportLayer(path=sent(bad, tmp_path / "grid.gpkg"), survey=False).run(work)
    assert "CODE_INVALID" in fault.value.message
    assert kept(work, "grid").equals(grids)
    done = ExportLayer(layer="grid", path=tmp_path / "out.fgb").run(work)
    assert done.about["revision"] == "1"
    assert done.losses
    back, _ = files.read(tmp_path / "out.fgb", layer="grid")
    back = back.sort_values("code").reset_index(drop=True)
    assert (
        shapely.equals(
            shapely.normalize(back.geometry.to_numpy()),
            shapely.normalize(shapely.force_2d(grids.geometry.to_numpy())),
        ).mean()
        > 0.9
        or back.geometry.geom_equals_exact(grids.geometry, 1e-9).all()
    )


def test_thin_faults_are_mended_as_a_revision(work: Work) -> None:
    planned = MendLayer(level="grid", width_m=2.0, dry_run=True).run(work)
    assert planned.revision is None
    done = MendLayer(level="grid", width_m=2.0).run(work)
    assert {a["feature"] for a in done.account} == {a["feature"] for a in planned.account}
    assert MendLayer(level="grid", width_m=2.0).run(work).account == []


def test_over_the_web_sent_judged_taken_and_taken_back(
    client: TestClient, work: Work, tmp_path: Path
) -> None:
    before = kept(work, "station")
    fewer = before.iloc[:-3].assign(phone="0511-1")
    path = sent(fewer, tmp_path / "station.gpkg")
    answer = client.post(
        "/v1/imports",
        params={"name": "../../站点 station.gpkg", "layer": "station"},
        content=path.read_bytes(),
    )
    assert answer.status_code == 202, answer.text
    where = answer.headers["location"]
    with client.stream("GET", f"{where}/progress") as events:
        last = [line for line in events.iter_lines() if line.startswith("data:")][-1]
    assert json.loads(last[5:])["state"] in ("ready", "blocked"), last
    told = client.get(where).json()
    assert told["features"] == len(fewer)
    assert "/" not in told["file"]
    assert "<html" in client.get(f"{where}/report").text
    assert kept(work, "station").equals(before)
    codes = list(dict.fromkeys(told["blocking"]))
    taken = client.post(f"{where}/accept", json={"accept": codes})
    assert taken.status_code == 200, taken.text
    assert len(kept(work, "station")) == len(fewer)
    assert client.post(f"{where}/accept", json={}).status_code == 409
    undone = client.delete(where)
    assert undone.json()["state"] == "undone"
    assert kept(work, "station").drop(columns="geometry").equals(before.drop(columns="geometry"))
    assert client.get("/v1/imports").json()[0]["state"] == "undone"
    assert client.get("/v1/imports/none").status_code == 404
    assert client.post("/v1/imports", params={"name": "a.gpkg"}, content=b"").status_code == 400


def test_an_import_of_areas_is_taken_back_by_an_inverse_revision(
    work: Work, tmp_path: Path
) -> None:
    from api.tasks import intake

    before = kept(work, "community")
    key, path = intake.opened(work, "community.gpkg")
    sent(before.assign(residents=before["residents"] + 1), path)
    state = intake.told(work, key) | {"state": "ready", "layer": "community"}
    intake.record(work, key, state)
    done = intake.AcceptImport(
        id=key, confirmed=intake.Confirmed(accept=("OUTSIDE_DISTRICT",))
    ).run(work)
    assert done["revision"]
    other_key, other = intake.opened(work, "community.gpkg")
    sent(before.assign(residents=before["residents"] + 2), other)
    intake.record(
        work, other_key, intake.told(work, other_key) | {"state": "ready", "layer": "community"}
    )
    intake.AcceptImport(id=other_key).run(work)
    with pytest.raises(Conflict):
        intake.UndoImport(id=key).run(work)
    assert intake.UndoImport(id=other_key).run(work)["undo_revision"] == done["revision"] + 2
    assert intake.UndoImport(id=key).run(work)["state"] == "undone"
    assert kept(work, "community")["residents"].tolist() == before["residents"].tolist()
