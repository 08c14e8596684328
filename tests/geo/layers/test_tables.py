"""Makers: every fault at once, in metres only; travel times keep their promises."""

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import box

from geo import layers
from geo.errors import BadInput, CrsError, SchemaError
from geo.layers import TravelTimes

METRES = "EPSG:4549"


def frame(**changes: object) -> gpd.GeoDataFrame:
    columns: dict[str, object] = {
        "code": ["321198001001001"], "name": ["甲"], "kind": ["comprehensive"],
        "parent": ["321198001001"], "households": [400], "residents": [1000],
    }  # fmt: skip
    return gpd.GeoDataFrame(columns | changes, geometry=[box(0, 0, 1, 1)], crs=METRES)


def test_a_sound_table_passes_unchanged() -> None:
    assert layers.grids(frame()).equals(frame())


def test_every_fault_is_named_at_once() -> None:
    broken = frame(kind=["vast"], households=["many"]).drop(columns="parent")
    with pytest.raises(SchemaError) as refused:
        layers.grids(broken)
    told = " ".join(refused.value.where)
    assert "parent" in told
    assert "households" in told
    assert "vast" in told
    assert refused.value.zh


def test_degrees_are_not_metres() -> None:
    with pytest.raises(CrsError):
        layers.grids(frame().set_crs("EPSG:4490", allow_override=True))


def test_an_unknown_layer_names_those_there_are() -> None:
    with pytest.raises(BadInput) as refused:
        layers.layer("raster")
    assert "microgrid" in refused.value.hint


def test_the_nearest_is_the_first_pair_of_each_row() -> None:
    times = TravelTimes(
        np.array(["a", "b", "c"], object), np.array(["s", "t"], object),
        np.array([0, 0, 2], np.int32), np.array([1, 0, 0], np.int32),
        np.array([10.0, 20.0, 5.0]), np.array([12.0, 24.0, 6.0]),
    )  # fmt: skip
    seconds, station = times.nearest()
    assert seconds.tolist() == [10.0, np.inf, 5.0]
    assert station.tolist() == [1, -1, 0]


def test_travel_times_out_of_order_are_refused() -> None:
    ids = np.array(["a", "b"], object)
    with pytest.raises(SchemaError):
        TravelTimes(
            ids, ids, np.array([1, 0], np.int32), np.array([0, 0], np.int32),
            np.ones(2), np.ones(2),
        )  # fmt: skip
