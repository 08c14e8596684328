"""Coverage from door to door: needs, spots and their lives, the clock, audits, missing inputs."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader

from api.tasks.audit_coverage import AuditNorms, CheckAdministration, OnePlace
from api.tasks.coverage_clock import CoverageClock
from api.tasks.coverage_report import WriteBrief, save_tables
from api.tasks.draw_maps import DrawMap
from api.tasks.measure_coverage import MeasureCoverage
from api.tasks.serving_zones import ServingZones
from api.tasks.track_spots import ListSpots, PlanSpot, SpotHistory, TrackSpots
from api.tasks.work import Work, perform
from geo import coverage, demo, layers, store
from geo.errors import BadInput, GeoError, NotFound, RuleBroken

pytestmark = pytest.mark.store
TIGHT = (4.0,)
"""Minutes within which the small district has blind spots enough."""


def test_more_needs_are_met_by_fewer_and_metres_agree_with_minutes(work: Work) -> None:
    plain = perform(MeasureCoverage(metres=(360, 720)), work)
    needy = perform(MeasureCoverage(services=("rest", "meal"), tiers=("grid", "community")), work)
    assert needy.totals()[-1]["households"] <= plain.totals()[-1]["households"]
    metres = {row["metres"]: row["households"] for row in plain.metres()}
    minutes = {row["minutes"]: row["households"] for row in plain.totals()}
    assert metres[360] == minutes[5]
    assert metres[720] == minutes[10]
    weak = plain.weak()
    total = int(plain.coverage.totals.loc["households", "total"])
    assert sum(weak[state] for state in coverage.STATES) == total
    assert weak["uncovered"] == plain.totals()[-1]["blind_households"]
    assert plain.areas[["served", "weak", "uncovered"]].to_numpy().sum() == total
    assert json.dumps(needy.as_dict())


@pytest.mark.parametrize(
    "wrong", [{"services": ("massage",)}, {"minutes": ()}, {"walker": "bird"}, {"by": "moon"}]
)
def test_questions_without_sense_are_refused(work: Work, wrong: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        perform(MeasureCoverage(**wrong), work)  # type: ignore[arg-type]


def stations_of(work: Work) -> gpd.GeoDataFrame:
    """Read the stations as they are kept."""
    with work.db.read() as session:
        return store.places.read(session)


def keep_stations(work: Work, frame: gpd.GeoDataFrame) -> None:
    """Keep other stations."""
    with work.db.session() as session:
        store.places.replace(session, frame)


def test_a_spot_lives_from_found_to_closed_under_one_name(work: Work) -> None:
    before = stations_of(work)
    first = perform(TrackSpots(minutes=TIGHT), work)
    assert first.counts() == {"opened": len(first.spots)}
    again = perform(TrackSpots(minutes=TIGHT), work)
    assert again.counts() == {"kept": len(first.spots)}
    assert again.spots.index.tolist() == first.spots.index.tolist()
    spot = min(first.spots.index, key=lambda s: first.spots.loc[s, "buildings"])
    told = perform(PlanSpot(spot=spot, station="C0001", note="门卫室改造"), work)
    assert told[-1].state == "planned"
    members = layers.items(first.spots.loc[spot, "members"])
    with work.db.read() as session:
        homes = store.features.read(session, "building").set_index("id").loc[list(members)]
    doors = homes.geometry.representative_point()
    fresh = before.iloc[[0] * len(doors)].assign(
        id=[f"N{i}" for i in range(len(doors))], hours="24/7"
    )
    fresh = fresh.set_geometry(gpd.GeoSeries(doors.to_numpy(), index=fresh.index, crs=before.crs))
    try:
        keep_stations(work, layers_joined(before, fresh))
        after = perform(TrackSpots(minutes=TIGHT), work)
        assert after.spots["households"].sum() < first.spots["households"].sum()
        last = perform(SpotHistory(spot=spot), work)[-1]
        assert (last.event, last.state, last.run) == ("closed", "closed", after.run)
        assert set(last.detail["stations"]) <= set(fresh["id"]) | set(before["id"])
        assert last.detail["plan"] == {"station": "C0001", "note": "门卫室改造"}
        assert spot not in perform(ListSpots(states=("open", "planned")), work).index
        with pytest.raises(RuleBroken):
            perform(PlanSpot(spot=spot), work)
    finally:
        keep_stations(work, before)
    reopened = perform(TrackSpots(minutes=TIGHT), work)
    assert reopened.counts().get("reopened", 0) >= 1
    assert [e.event for e in perform(SpotHistory(spot=spot), work)][:4] == [
        "opened", "kept", "planned", "closed",
    ]  # fmt: skip


def layers_joined(*frames: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Put frames under each other."""
    return gpd.GeoDataFrame(pd.concat(frames, ignore_index=True), crs=frames[0].crs)


def test_weak_places_have_names_and_a_life_of_their_own(work: Work) -> None:
    first = perform(TrackSpots(minutes=(15.0,), weak=True), work)
    assert len(first.spots)
    assert set(first.spots["reason"]) <= {"service", "hours", "capacity"}
    assert first.counts() == {"opened": len(first.spots)}
    far = perform(TrackSpots(minutes=(15.0,)), work)
    assert not set(first.spots.index) & set(far.spots.index)
    again = perform(TrackSpots(minutes=(15.0,), weak=True), work)
    assert again.counts() == {"kept": len(first.spots)}
    homes = {b for s in first.spots["members"] for b in layers.items(s)}
    assert not homes & {b for s in far.spots["members"] for b in layers.items(s)}


def test_a_plan_can_be_taken_back_and_the_unknown_is_named(work: Work) -> None:
    found = perform(TrackSpots(minutes=TIGHT, walker="elder"), work)
    spot = found.spots.index[0]
    perform(PlanSpot(spot=spot), work)
    assert perform(PlanSpot(spot=spot, undo=True), work)[-1].state == "open"
    with pytest.raises(NotFound):
        perform(SpotHistory(spot="nowhere"), work)
    with pytest.raises(BadInput):
        perform(ListSpots(states=("asleep",)), work)


def test_planted_reasons_are_found_again(work: Work, town: demo.District) -> None:
    spots = perform(TrackSpots(), work).spots
    planted = (
        [e for e in town.truth["entries"] if e["code"] == "BLIND_SPOT"]
        if isinstance(town.truth, dict)
        else []
    )
    assert set(spots["reason"]) <= set(coverage.REASONS)
    for entry in planted:
        mine = [m for m in spots["members"] if set(entry["features"]) & set(m.split(";"))]
        assert mine


def test_the_public_sees_areas_and_no_buildings(client: TestClient, work: Work) -> None:
    perform(TrackSpots(minutes=TIGHT), work)
    body = client.get("/v1/blind-spots", params={"state": "open"}).json()
    assert body["features"]
    for feature in body["features"]:
        told = feature["properties"]
        assert "members" not in told
        assert (told["households"] is None) == told["few"]
        assert told["few"] or told["households"] >= 10
        assert feature["geometry"]["type"] == "MultiPolygon"
    assert client.get("/v1/blind-spots", params={"state": "asleep"}).status_code == 400


def test_the_clock_of_one_time_is_that_of_the_week(work: Work, client: TestClient) -> None:
    week = perform(CoverageClock(walker="elder"), work)
    assert len(week.clock.hours) == 168
    late = perform(CoverageClock(walker="elder", time="22:00"), work).clock.hours
    rows = week.clock.hours[week.clock.hours["time"] == "22:00"]
    assert late["households_beyond"].tolist() == rows["households_beyond"].tolist()
    body = client.get("/v1/coverage/clock", params={"at": "22:30", "walker": "elder"}).json()
    assert [row["time"] for row in body["hours"]] == ["22:30"] * 7
    assert len(body["areas"][0]["shares"]) == 7
    assert client.get("/v1/coverage/clock", params={"at": "25:00"}).status_code == 400


def test_one_place_never_serves_more_than_many(work: Work, client: TestClient) -> None:
    many = perform(MeasureCoverage(services=("rest", "water")), work)
    one = perform(OnePlace(services=("rest", "water")), work)
    shares = one.as_dict()["share"]
    for row in many.totals():
        assert shares[f"within_{row['minutes'] * 60:g}"] <= row["share"] + 1e-4
    table = one.buildings()
    assert table["building"].is_unique
    assert set(table["place"]) - {""} <= set(one.places["place"])
    body = client.get("/v1/coverage/one-place", params={"service": ["rest", "water"]}).json()
    assert body["share"].items() >= shares.items()
    assert "building" not in json.dumps(body)


def test_audits_name_their_sources_and_levels(work: Work) -> None:
    norms = perform(AuditNorms(), work).summary()
    assert {row["norm"] for row in norms} == {norm.key for norm in coverage.NORMS}
    assert all(row["source"] and row["confidence"] in "HML" for row in norms)
    levels = perform(CheckAdministration(), work)
    assert [row["level"] for row in levels.summary()] == [
        "subdistrict",
        "community",
        "grid",
        "microgrid",
    ]
    assert {row["branch"] for row in levels.summary()} == {None}
    assert len(levels.findings) == sum(len(layers.items(lacks)) for lacks in levels.table["lacks"])


def test_the_brief_and_the_tables_are_written_whole(work: Work, tmp_path: Path) -> None:
    path = perform(WriteBrief(out=tmp_path / "brief.pdf"), work)
    text = "".join(page.extract_text() for page in PdfReader(path).pages)
    assert len(PdfReader(path).pages) == 2
    assert "下一步" in text
    save_tables([perform(MeasureCoverage(metres=(500,)), work)], tmp_path / "t.xlsx")
    with zipfile.ZipFile(io.BytesIO((tmp_path / "t.xlsx").read_bytes())) as book:
        assert book.testzip() is None
    for wrong in (WriteBrief(out=tmp_path / "brief.doc"), ServingZones(out=tmp_path / "z.txt")):
        with pytest.raises(BadInput):
            perform(wrong, work)
    zones = perform(ServingZones(out=tmp_path / "z.geojson", minutes=(5,)), work)
    kept = gpd.read_file(tmp_path / "z.geojson")
    assert len(kept) == len(zones)
    assert kept["name"].str.len().min() > 0


@pytest.fixture
def bare(work: Work, bare_url: str) -> Work:
    """Give work on a store without streets and without households."""
    db = store.connect(bare_url)
    store.upgrade(db)
    with work.db.read() as session:
        grids = store.areas.read(session, "grid")
        places = store.places.read(session)
    with db.session() as session:
        revision = store.revisions.open(session, "import", "test", "areas and stations only")
        store.areas.replace(session, "grid", grids, revision)
        store.places.replace(session, places)
    yield replace(work, database=db)  # type: ignore[misc]
    db.close()


def test_what_is_missing_is_told_in_every_answer(bare: Work, tmp_path: Path) -> None:
    done = perform(MeasureCoverage(by="grid"), bare)
    told = done.as_dict()
    assert (told["estimated"], told["basis"]) == (True, "area")
    ground = done.scene.areas("grid").union_all().area
    assert done.coverage.totals.loc["households", "total"] == pytest.approx(ground, rel=0.02)
    spots = perform(TrackSpots(by="grid", minutes=TIGHT), bare)
    assert (spots.estimated, spots.basis) == (True, "area")
    assert perform(CoverageClock(), bare).as_dict()["estimated"]
    with pytest.raises(NotFound):
        perform(AuditNorms(by="grid"), bare)
    with pytest.raises(GeoError):
        perform(ServingZones(out=tmp_path / "z.geojson"), bare)
    page = perform(DrawMap(kind="clock", out=tmp_path / "clock.html"), bare).read_text("utf-8")
    assert "按直线 × 1.3 估算" in page
    assert "按面积" in page
