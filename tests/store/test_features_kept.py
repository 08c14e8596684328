"""Layers without a history: what goes in comes out, whole or not at all."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from boxes import layer
from sqlalchemy import text

from geo import coords, layers, store
from geo.errors import BadInput, CrsError, SchemaError

pytestmark = pytest.mark.store
NAMES = [name for name, described in layers.LAYERS.items() if described.level is None]


@pytest.mark.parametrize("name", NAMES)
def test_what_went_in_comes_out(db: store.Database, name: str) -> None:
    lists = {
        "station": {"services": ["rest;water", "", "meal"]},
        "candidate": {"services": ["", "rest", ""]},
        "council": {"skills": ["law;art", "", "x"], "territory": ["1;2", "3", ""]},
        "net": {"net": ["party", "party", "safety"]},
    }
    given = layer(name, 3, **lists.get(name, {}))
    with db.session() as session:
        assert store.features.replace(session, name, given) == 3
        assert store.features.replace(session, name, given) == 3  # replaced, not added
        assert store.features.count(session, name) == 3
    with db.read() as session:
        found = store.features.read(session, name)
    assert layers.faults(found, layers.layer(name)) == []
    columns = [c.name for c in layers.layer(name).columns]
    pd.testing.assert_frame_equal(pd.DataFrame(found[columns]), pd.DataFrame(given[columns]))
    if layers.layer(name).geometry:
        assert list(found.columns) == [*columns, "geometry"]
        expected = coords.to_degrees(given).geometry.values
        assert shapely.equals_exact(found.geometry.values, expected, 1e-10).all()
        assert found.crs == coords.STORED


def test_layers_that_share_a_table_do_not_touch_each_other(db: store.Database) -> None:
    with db.session() as session:
        for one, other in (
            ("station", "candidate"),
            ("barrier", "gate"),
            ("council", "institution"),
        ):
            store.features.replace(session, one, layer(one, 2))
            store.features.replace(session, other, layer(other, 3))
            store.features.replace(session, one, layer(one, 1))
            assert store.features.count(session, one) == 1
            assert store.features.count(session, other) == 3


def test_nets_are_replaced_one_by_one(db: store.Database) -> None:
    with db.session() as session:
        store.features.replace(session, "net", layer("net", 4), net="party")
        store.features.replace(session, "net", layer("net", 2), net="safety")
        store.features.replace(session, "net", layer("net", 3), net="party")
        assert len(store.features.read(session, "net", net="party")) == 3
        assert set(store.features.read(session, "net", net="safety")["net"]) == {"safety"}
        assert {"party", "safety"} <= set(store.features.nets(session))
        with pytest.raises(BadInput, match="which net"):
            store.features.replace(session, "net", layer("net", 1))


def test_a_window_gives_what_touches_it(db: store.Database) -> None:
    with db.session() as session:
        store.features.replace(session, "building", layer("building", 200))
        third = coords.to_degrees(layer("building", 3)).geometry[2]
        found = store.features.read(session, "building", bbox=third.buffer(-1e-5).bounds)
        assert found["id"].tolist() == ["building-2"]
        with pytest.raises(BadInput, match="west, south, east, north"):
            store.features.read(session, "building", bbox=(120, 32, 119, 33))


def test_footprints_points_and_parts_keep_their_shape(db: store.Database) -> None:
    point, box = shapely.Point(119.4, 32.2), shapely.box(119.4, 32.2, 119.41, 32.21)
    parts = shapely.MultiPolygon([box, shapely.box(119.5, 32.2, 119.51, 32.21)])
    given = (
        layer("building", 3).set_geometry([point, box, parts]).set_crs(4490, allow_override=True)
    )
    with db.session() as session:
        store.features.replace(session, "building", given)
        found = store.features.read(session, "building")
    assert found.geom_type.tolist() == ["Point", "Polygon", "MultiPolygon"]


def test_what_is_not_the_layer_is_refused_and_nothing_changes(db: store.Database) -> None:
    with db.session() as session:
        store.features.replace(session, "street", layer("street", 7))
    lines, points = layer("street", 2), layer("gate", 2)
    refused: list[tuple[gpd.GeoDataFrame, type[Exception]]] = [
        (lines.set_geometry(points.geometry), SchemaError),
        (lines.drop(columns="highway"), SchemaError),
        (lines.assign(name=["a", "null\x00"]), SchemaError),
        (pd.DataFrame(lines.drop(columns="geometry")), SchemaError),
        (
            gpd.GeoDataFrame(lines.drop(columns="geometry"), geometry=np.asarray(lines.geometry)),
            CrsError,
        ),
    ]
    for frame, fault in refused:
        with pytest.raises(fault), db.session() as session:
            store.features.replace(session, "street", frame)
    with pytest.raises(BadInput, match=r"store\.areas"), db.session() as session:
        store.features.replace(session, "grid", layer("grid", 2))
    with db.read() as session:
        assert store.features.count(session, "street") == 7


HALF = """
import sys, time
sys.path.insert(0, sys.argv[2])
from boxes import layer
from geo import store
db = store.connect(sys.argv[1])
with db.session() as session:
    store.features.replace(session, "landuse", layer("landuse", 500))
    print("written", flush=True)
    time.sleep(60)
"""


def test_a_killed_import_changes_nothing(db: store.Database, database_url: str) -> None:
    with db.session() as session:
        store.features.replace(session, "landuse", layer("landuse", 5))
    command = [sys.executable, "-c", HALF, database_url, str(Path(__file__).parents[1])]
    importing = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert importing.stdout is not None
    assert importing.stdout.readline() == "written\n"
    importing.send_signal(signal.SIGKILL)
    importing.communicate()
    with db.session() as session:  # the next import waits for nobody
        assert store.features.count(session, "landuse") == 5
        assert store.features.replace(session, "landuse", layer("landuse", 6)) == 6


def test_places_within_a_straight_line_come_nearest_first(db: store.Database) -> None:
    with db.session() as session:
        store.places.replace(session, layer("station", 50))
        store.places.replace(session, layer("candidate", 10), layer="candidate")
    lon, lat = coords.to_degrees(layer("station", 1)).geometry[0].coords[0]
    with db.read() as session:
        found = store.places.within(session, lon, lat, 310)
        assert found["id"].tolist() == ["station-0", "station-1", "station-2", "station-3"]
        assert found["distance_m"].tolist() == pytest.approx([0, 100, 200, 300], rel=1e-4, abs=1e-4)
        assert store.places.within(session, 0, 0, 1000).empty
        with pytest.raises(BadInput):
            store.places.within(session, lon, lat, -1)
        assert len(store.places.read(session, status="closed")) == 0
        assert len(store.places.read(session, layer="candidate")) == 10


def test_a_reader_sees_the_old_layer_until_the_new_one_is_whole(db: store.Database) -> None:
    with db.session() as session:
        store.features.replace(session, "gate", layer("gate", 3))
    with db.session() as writer:
        store.features.replace(writer, "gate", layer("gate", 9))
        with db.read() as reader:
            assert store.features.count(reader, "gate") == 3
    with db.read() as reader:
        assert store.features.count(reader, "gate") == 9


def test_two_imports_at_once_leave_one_layer(db: store.Database) -> None:
    started = time.monotonic()
    with db.session() as first:
        store.features.replace(first, "institution", layer("institution", 3))
        with db.sessions() as second:
            second.execute(text("set lock_timeout = '200ms'"))
            with pytest.raises(Exception, match="lock timeout"):
                store.features.replace(second, "institution", layer("institution", 5))
    assert time.monotonic() - started > 0.2
    with db.read() as session:
        assert store.features.count(session, "institution") == 3
