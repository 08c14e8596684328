"""Street files: ways that cross without a common vertex meet, once they have come in."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString

from geo import coords, files, network

EAST, NORTH = 545_000.0, 3_564_000.0
ROWS = {
    "main": (LineString([(0, 50), (200, 50)]), 0),
    "across": (LineString([(100, 0), (100, 100)]), 0),
    "bridge": (LineString([(50, 0), (50, 100)]), 1),
    "overlap": (LineString([(0, 50), (120, 50)]), 0),
    "again": (LineString([(0, 50), (200, 50)]), 0),
    "high": (LineString([(150, 0, 5), (150, 100, 9)]), 0),
    "parts": (MultiLineString([[(0, 100), (100, 100)], [(100, 100.3), (200, 100)]]), 0),
    "short": (LineString([(180, 0), (180, 49.6)]), 0),
    "knot": (LineString([(0, 150), (60, 150), (60, 200), (30, 200), (30, 120)]), 0),
}


def drawn() -> gpd.GeoDataFrame:
    """Give streets as an office draws them, under Chinese column names."""
    shift = np.array([EAST, NORTH])
    shapes = [shapely.transform(s, lambda xy: xy + shift) for s, _ in ROWS.values()]
    level = [layer for _, layer in ROWS.values()]
    return gpd.GeoDataFrame({"编号": list(ROWS), "层": level}, geometry=shapes, crs="EPSG:4549")


@pytest.mark.parametrize("name", ["streets.shp", "streets.gpkg"])
def test_a_street_file_becomes_a_network(tmp_path, name):
    drawn().rename(
        columns={"编号": "道路编号"} if name.endswith("gpkg") else {"编号": "id"}
    ).to_file(tmp_path / name)
    read, _ = files.read(tmp_path / name, layer="street")
    met, lacking = network.met(coords.to_metres(read))
    assert lacking > 0
    assert met["id"].tolist() == read["id"].tolist()
    net = network.build(coords.to_metres(coords.to_degrees(met)))

    def walk(a, b):
        shift = np.array([EAST, NORTH])
        return network.route(net, shift + a, shift + b).metres

    assert walk((0, 50), (100, 0)) == pytest.approx(150, abs=0.1)
    assert walk((50, 0), (0, 50)) == pytest.approx(300, abs=0.1)  # over the bridge and round
    assert walk((150, 0), (0, 50)) == pytest.approx(200, abs=0.1)
    assert walk((180, 0), (0, 50)) == pytest.approx(230, abs=0.6)
    assert walk((0, 100), (200, 100)) == pytest.approx(200, abs=0.5)
    facts = network.report(net).facts
    assert facts["pieces"] == 2
    assert walk((0, 150), (30, 120)) == pytest.approx(60, abs=0.1)
    pieces = [f.en for f in network.report(net).findings if f.code == "network_piece"]
    assert pieces == ["220 m of streets are not connected with the others"]


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_streets_that_met_when_they_came_in_make_the_same_network(seed):
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, 40, (12, 2, 2)) * 10.0 + (EAST, NORTH)
    lines = [LineString(pair) for pair in ends if (pair[0] != pair[1]).any()]
    ids = [str(i) for i in range(len(lines))]
    table = {"id": ids, "highway": "residential", "layer": rng.integers(0, 2, len(lines))}
    streets = gpd.GeoDataFrame(table, geometry=lines, crs="EPSG:4549")
    met, _ = network.met(streets)
    np.testing.assert_allclose(met.length, streets.length, atol=1.1)
    planar, plain = network.build(streets, node=True, tolerance_m=0.5), network.build(met)
    assert plain.length_cm.sum() / 100 == pytest.approx(planar.length_cm.sum() / 100, rel=0.02)
    assert network.report(plain).facts["pieces"] <= network.report(planar).facts["pieces"]
