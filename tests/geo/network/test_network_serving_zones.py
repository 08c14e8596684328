"""Who serves me: zones that do not overlap, are clean, and lie where the streets lead."""

import doctest
import importlib

import numpy as np
import pytest
import shapely
import towns
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import network
from geo.errors import BadInput
from geo.network.serving_zones import BESIDE_M, CELL_M, SPECK_M2

SEEDS = st.integers(0, 2**32 - 1)


def reached_strips(net, stations, reach_s, piece_m=2.0):
    """Give the land beside every reached bit of street, as wide on both sides as time is left."""
    left_m = reach_s * 1.2
    points, owner = shapely.get_coordinates(
        shapely.segmentize(net.lines(), piece_m), return_index=True
    )
    follows = owner[1:] == owner[:-1]
    bits = shapely.linestrings(np.stack([points[:-1][follows], points[1:][follows]], axis=1))
    times = network.nearest(net, shapely.get_coordinates(shapely.centroid(bits)), stations)
    walk_m = np.full(len(bits), np.inf)
    walk_m[times.rows] = times.metres
    keep = walk_m <= left_m
    wide = np.minimum(BESIDE_M, left_m - walk_m[keep])
    return shapely.union_all(shapely.buffer(bits[keep], wide, cap_style="flat"))


def alike(a, b) -> float:
    """Give the intersection over the union."""
    return shapely.intersection(a, b).area / shapely.union(a, b).area


@given(SEEDS)
@settings(max_examples=12)
def test_zones_do_not_overlap_and_every_place_lies_in_that_of_its_station(seed):
    rng = np.random.default_rng(seed)
    net = network.build(towns.crooked(rng))
    stations = rng.uniform(0, 400, (4, 2))
    zones = network.serving_zones(net, stations, reach_s=(150, 400))
    assert zones.is_valid.all()
    assert set(zones.geom_type) <= {"Polygon", "MultiPolygon"}
    places = rng.uniform(-100, 600, (300, 2))
    joined = network.snap(net, places)
    seconds, station = network.nearest(net, places, stations).nearest()
    for reach, part in zones.groupby("reach_s"):
        shapes = part.geometry.to_numpy()
        assert part["station"].is_unique
        assert sum(shapely.area(shapes)) == pytest.approx(shapely.union_all(shapes).area, abs=1)
        for name, zone in zip(part["station"], shapes, strict=True):
            deep = shapely.distance(shapely.boundary(zone), shapely.points(places)) > 2 * CELL_M
            inside = deep & shapely.contains_xy(zone, places)
            assert (station[inside] == int(name)).all()
            assert (seconds[inside] <= reach + 40).all()
            assert (joined.off_m[inside] <= BESIDE_M + 20).all()


@pytest.mark.parametrize("block_m", [100.0, 300.0])
@pytest.mark.parametrize("reach_s", [300, 600])
def test_zones_are_the_land_from_which_one_walks_in_time(block_m, reach_s):
    town = towns.lattice(8, 8, block_m=block_m)
    two = towns.stations((2 * block_m, 3 * block_m), (6 * block_m + 20, 5 * block_m))
    zones = network.serving_zones(town.net, two, reach_s=(reach_s,))
    whole = shapely.union_all(zones.geometry.to_numpy())
    side = np.arange(-80.3, 8 * block_m + 80, 3.0)
    places = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    served = np.zeros(len(places), dtype=bool)
    served[network.nearest(town.net, places, two, limit_s=reach_s).rows] = True
    served &= network.snap(town.net, places).off_m <= BESIDE_M
    inside = shapely.contains_xy(whole, places)
    assert (served & inside).sum() / (served | inside).sum() >= 0.97
    # A corner is joined to its nearest street, though another may lead there sooner.
    assert alike(whole, reached_strips(town.net, two, reach_s)) >= 0.93


def test_a_block_that_is_farther_from_its_streets_is_a_hole():
    town = towns.lattice(3, 3, block_m=300.0)
    (zone,) = network.serving_zones(town.net, town.stations, reach_s=(3000,)).geometry
    assert len(shapely.get_rings(zone)) == 1 + 9
    for hole in zone.interiors:
        assert shapely.Polygon(hole).area == pytest.approx((300 - 2 * BESIDE_M) ** 2, rel=0.03)


def test_a_border_lies_half_way_along_the_street():
    net = network.build(towns.streets([(0.0, 0.0), (300.0, 0.0), (800.0, 0.0)]))
    two = towns.stations((0.0, 0.0), (800.0, 0.0))
    west, east = network.serving_zones(net, two, reach_s=(3000,)).geometry
    assert west.bounds[2] == pytest.approx(400, abs=CELL_M)
    assert east.bounds[0] == pytest.approx(400, abs=CELL_M)
    assert shapely.intersection(west, east).area == pytest.approx(0, abs=1e-6)
    assert west.distance(east) == pytest.approx(0, abs=1e-6)


def test_no_zone_crosses_a_river_without_a_bridge():
    town = towns.river()
    (zone,) = network.serving_zones(town.net, town.stations, reach_s=(600,)).geometry
    assert zone.intersection(shapely.box(-100, 205, 600, 500)).area < SPECK_M2


def test_there_are_no_spikes():
    town = towns.lattice(8, 8, block_m=300.0)
    two = towns.stations((600.0, 900.0), (1800.0, 1500.0))
    for zone in network.serving_zones(town.net, two, reach_s=(300, 600)).geometry:
        opened = shapely.buffer(shapely.buffer(zone, -CELL_M / 2), CELL_M / 2)
        assert shapely.difference(zone, opened).area < 0.01 * zone.area


def test_nobody_serves_where_nothing_is():
    town = towns.lattice(2, 2)
    none = network.serving_zones(town.net, np.empty((0, 2)), reach_s=(300,))
    assert len(none) == 0
    assert none.crs == town.net.crs
    with pytest.raises(BadInput):
        network.serving_zones(town.net, town.stations, reach_s=(0,))


def test_the_example_is_true():
    names = {"towns": towns, "network": network}
    found = doctest.testmod(importlib.import_module("geo.network.serving_zones"), extraglobs=names)
    assert found.attempted > 0
    assert found.failed == 0
