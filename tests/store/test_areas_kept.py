"""Areas: what goes in comes out, history stays, and every moment can be read again."""

import datetime as dt

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from boxes import layer
from geopandas.testing import assert_geodataframe_equal
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from geo import coords, layers, store
from geo.errors import BadInput, NotFound, RuleBroken, SchemaError

pytestmark = pytest.mark.store
MAY, JUNE, JULY = dt.date(2026, 5, 1), dt.date(2026, 6, 1), dt.date(2026, 7, 1)


def publish(
    db: store.Database, frame: gpd.GeoDataFrame, *, level: str, effective: dt.date | None = None
) -> tuple[int, store.Changes]:
    with db.session() as session:
        number = store.revisions.open(session, "import", "me", "why", effective=effective)
        return number, store.areas.replace(session, level, frame, number)


def living(db: store.Database, level: str, as_of: store.revisions.AsOf = None) -> gpd.GeoDataFrame:
    with db.read() as session:
        return store.areas.read(session, level, as_of=as_of)


def assert_same(found: gpd.GeoDataFrame, given: gpd.GeoDataFrame) -> None:
    """Demand the same rows, to a hundredth of a millimetre, sorted by code."""
    given = coords.to_degrees(given.sort_values("code", kind="stable").reset_index(drop=True))
    names = [c.name for c in layers.layer("grid").columns]
    pd.testing.assert_frame_equal(
        pd.DataFrame(found[names]), pd.DataFrame(given[names]), check_dtype=True
    )
    assert shapely.equals_exact(found.geometry.values, given.geometry.values, 1e-10).all()
    assert found.crs == coords.STORED


def test_what_went_in_comes_out(db: store.Database) -> None:
    grids = layer("grid", 30, name=[f"网格{i}" for i in range(30)], households=range(30))
    number, done = publish(db, grids, level="round-trip")
    assert done == store.Changes(unchanged=0, changed=0, born=30, died=0)
    found = living(db, "round-trip")
    assert list(found.columns) == [*(c.name for c in layers.layer("grid").columns), "geometry"]
    assert_same(found, grids)
    assert_same(living(db, "round-trip", number), grids)


def test_the_way_to_metres_and_back_changes_nothing(db: store.Database) -> None:
    publish(db, layer("grid", 50), level="metres")
    for crs in (None, 4528, 4490, 4326):
        frame = living(db, "metres")
        frame = coords.to_metres(frame) if crs is None else frame.to_crs(crs)
        _, done = publish(db, frame, level="metres")
        assert done == store.Changes(unchanged=50, changed=0, born=0, died=0)


def test_changed_areas_get_a_version_missing_ones_die(db: store.Database) -> None:
    before = layer("grid", 10)
    first, _ = publish(db, before, level="versions")
    after = before.copy()
    after.loc[3, "households"] = 400
    after.loc[4, "geometry"] = after.geometry[4].buffer(5, join_style="mitre")
    after = pd.concat([after.iloc[:8], layer("grid", 1, code=["new"])], ignore_index=True)
    second, done = publish(db, after, level="versions")
    assert done == store.Changes(unchanged=6, changed=2, born=1, died=2)
    assert_same(living(db, "versions", first), before)
    assert_same(living(db, "versions", second), after)
    with db.read() as session:
        told = store.areas.history(session, "grid-3")
    told = told[told["level"] == "versions"]
    assert told["households"].tolist() == [0, 400]
    assert told["born"].tolist() == [first, second]
    assert told["died"].tolist() == [second, pd.NA]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2)), max_size=8), max_size=4),
    st.uuids(),
)
def test_every_revision_can_be_read_as_it_was(
    db: store.Database, states: list[list[tuple[int, int]]], level: object
) -> None:
    """Codes come twice, rows come twice, areas come back from the dead: all of it is kept."""
    published = []
    for state in states:
        codes, counts = [f"{code}" for code, _ in state], [count for _, count in state]
        grids = layer("grid", len(state), code=codes, households=counts)
        grids = grids.sort_values(["code", "households"], ignore_index=True)
        number, done = publish(db, grids, level=str(level))
        published.append((number, grids))
        assert done.unchanged + done.changed + done.born == len(grids)
    for number, grids in published:
        found = living(db, str(level), number)
        assert sorted(zip(found["code"], found["households"], strict=True)) == sorted(
            zip(grids["code"], grids["households"], strict=True)
        )


def test_a_date_means_the_revision_in_effect(bare_url: str) -> None:
    db = store.connect(bare_url)
    store.upgrade(db)
    publish(db, layer("grid", 3), level="grid", effective=MAY)
    publish(db, layer("grid", 5), level="grid", effective=JULY)
    assert len(living(db, "grid", dt.date(2026, 4, 30))) == 0
    assert len(living(db, "grid", MAY)) == 3
    assert len(living(db, "grid", JUNE)) == 3
    assert len(living(db, "grid", JULY)) == 5
    night = dt.datetime(2026, 6, 30, 17, 0, tzinfo=dt.UTC)  # already July in China
    assert len(living(db, "grid", night)) == 5
    with pytest.raises(RuleBroken, match="cannot hold from 2026-06-01"):
        publish(db, layer("grid", 1), level="grid", effective=JUNE)
    with db.read() as session:
        assert [r.number for r in store.revisions.history(session)] == [1, 2]
    db.close()


def test_an_unknown_revision_is_said(db: store.Database) -> None:
    with pytest.raises(NotFound, match="no revision 9999"):
        living(db, "grid", 9999)


def cut_off(db: store.Database) -> None:
    with db.session() as session:
        number = store.revisions.open(session, "import", "me", "why")
        store.areas.replace(session, "failing", layer("grid", 9), number)
        raise KeyboardInterrupt


def test_a_failed_import_changes_nothing(db: store.Database) -> None:
    publish(db, layer("grid", 4), level="failing")
    with db.read() as session:
        before = len(store.revisions.history(session))
    flawed = layer("grid", 4).drop(columns="households")
    with pytest.raises(SchemaError, match="households"):
        publish(db, flawed, level="failing")
    too_big = layer("grid", 4, households=[1, 2, 3, 2**40])
    with pytest.raises(SchemaError, match="does not fit"):
        publish(db, too_big, level="failing")
    with pytest.raises(KeyboardInterrupt):
        cut_off(db)
    assert len(living(db, "failing")) == 4
    with db.read() as session:
        assert len(store.revisions.history(session)) == before


@pytest.mark.parametrize(
    "deed",
    [
        "delete from areas",
        "truncate areas",
        "update areas set name = 'other'",
        "update areas set geom = st_translate(geom, 0.001, 0) where died is null",
        "update areas set died = null where died is not null",
        "update areas set died = born where died is not null",
        "update areas set died = born, households = 1 where died is null",
        "delete from revisions where number = 0",
        "update revisions set why = 'other'",
        "delete from lineage",
        "truncate revisions cascade",
    ],
)
def test_published_history_is_never_altered(db: store.Database, deed: str) -> None:
    publish(db, layer("grid", 2), level="guarded")
    publish(db, layer("grid", 1), level="guarded")
    with pytest.raises(DBAPIError, match=r"history|published"), db.session() as session:
        session.execute(text(deed))


def test_a_point_lies_in_its_areas_from_the_widest_to_the_narrowest(bare_url: str) -> None:
    db = store.connect(bare_url)
    store.upgrade(db)
    for level in ("microgrid", "district", "grid"):
        publish(db, layer(level, 3), level=level)
    with db.read() as session:
        lon, lat = coords.to_degrees(layer("grid", 3)).geometry[1].centroid.coords[0]
        found = store.areas.at(session, lon, lat)
        assert found["level"].tolist() == ["district", "grid", "microgrid"]
        assert found["code"].tolist() == ["district-1", "grid-1", "microgrid-1"]
        assert len(store.areas.at(session, lon, lat, as_of=1)) == 1
        assert len(store.areas.at(session, 0, 0)) == 0
        with pytest.raises(BadInput):
            store.areas.at(session, lat, 1000)
    db.close()


def test_a_point_on_a_border_lies_in_both(db: store.Database) -> None:
    squares = layer("grid", 2)
    squares = squares.set_geometry([shapely.box(119, 32, 120, 33), shapely.box(120, 32, 121, 33)])
    publish(db, squares.set_crs(4490, allow_override=True), level="border")
    with db.read() as session:
        found = store.areas.at(session, 120, 32.5)
    assert found[found["level"] == "border"]["code"].tolist() == ["grid-0", "grid-1"]


def test_flawed_areas_come_in_as_they_are(db: store.Database) -> None:
    bow = shapely.from_wkt("POLYGON ((119 32, 119.1 32.1, 119.1 32, 119 32.1, 119 32))")
    pieces = shapely.MultiPolygon(
        [shapely.box(119, 32, 119.1, 32.1), shapely.box(120, 32, 121, 33)]
    )
    deep = shapely.force_3d(shapely.box(119, 32, 119.1, 32.1), 5.0)
    flawed = layer("grid", 3, code=["same", "same", "not a code"])
    flawed = flawed.set_geometry([bow, pieces, deep]).set_crs(4490, allow_override=True)
    publish(db, flawed, level="flawed")
    found = living(db, "flawed").sort_values("code", kind="stable")
    assert found["code"].tolist() == ["not a code", "same", "same"]
    assert (
        found.geometry.iloc[1:]
        .geom_equals_exact(gpd.GeoSeries([bow, pieces], index=found.index[1:], crs=4490), 1e-9)
        .all()
    )
    assert not shapely.has_z(found.geometry.values).any()
    with db.read() as session:  # and a flaw stops no question
        assert "same" in store.areas.at(session, 119.01, 32.05)["code"].tolist()


def test_other_columns_are_kept_as_attributes(db: store.Database) -> None:
    grids = layer("grid", 3)
    grids["网格长"] = ["甲", None, "乙"]
    grids["size"] = [1.5, np.nan, 3.0]
    grids["since"] = pd.to_datetime(["2026-01-01", None, "2026-01-03"])
    publish(db, grids, level="attributes")
    with db.read() as session:
        found = store.areas.read(session, "attributes", extras=True)
        assert "网格长" not in store.areas.read(session, "attributes")
    assert found["网格长"].tolist()[::2] == ["甲", "乙"]
    assert found["size"].tolist()[::2] == [1.5, 3.0]
    assert found["since"].tolist()[0].startswith("2026-01-01")
    _, done = publish(db, found, level="attributes")
    assert done.unchanged == 3


def test_lineage_follows_a_code_both_ways(db: store.Database) -> None:
    with db.session() as session:
        number = store.revisions.open(session, "publish", "me", "split")
        assert store.areas.link(session, ["L1"], ["L2", "L3"], "split", number) == 2
        later = store.revisions.open(session, "publish", "me", "merge")
        assert store.areas.link(session, ["L3", "L4"], ["L5"], "merge", later) == 2
    with db.read() as session:
        kin = store.areas.lineage(session, "L1")
        assert list(zip(kin["parent"], kin["child"], strict=True)) == [
            ("L1", "L2"), ("L1", "L3"), ("L3", "L5"),
        ]  # fmt: skip
        assert store.areas.lineage(session, "L5")["parent"].tolist() == ["L1", "L3", "L4"]
        assert store.areas.lineage(session, "unknown").empty


def test_an_empty_level_is_an_empty_layer(db: store.Database) -> None:
    found = living(db, "nothing")
    assert len(found) == 0
    assert layers.faults(found, layers.layer("grid")) == []
    assert_geodataframe_equal(found, living(db, "nothing"))
