"""A place lies in a walking zone when it is served."""

import numpy as np
import pytest
import shapely
import towns
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import network
from geo.errors import BadInput
from geo.network.zones import BESIDE_M, CELL_M


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_a_place_lies_in_the_zone_when_it_is_served(seed):
    rng = np.random.default_rng(seed)
    net = network.build(towns.crooked(rng))
    stations = rng.uniform(0, 400, (2, 2))
    zones = network.isochrones(net, stations, reach_s=(150, 300))
    assert zones.is_valid.all()
    places = rng.uniform(-100, 600, (200, 2))
    joined = network.snap(net, places)
    for s in ("0", "1"):
        times = network.nearest(net, places, stations[[int(s)]])
        walk_s, _ = times.nearest()
        for reach in (150, 300):
            mine = zones[(zones["station"] == s) & (zones["reach_s"] == reach)]
            zone = shapely.union_all(mine.geometry.to_numpy())
            inside = shapely.contains_xy(zone, places)
            rim = shapely.distance(shapely.boundary(zone), shapely.points(places))
            deep = (rim > 2 * CELL_M) | zone.is_empty
            near = joined.off_m <= BESIDE_M
            # A speck that is left out is no wider than its square root allows.
            assert (walk_s[deep & inside] <= reach + 40).all()
            assert (joined.off_m[deep & inside] <= BESIDE_M + 20).all()
            assert (walk_s[deep & ~inside & near] >= reach - 40).all()


def test_the_zone_of_a_lattice_is_a_diamond():
    town = towns.lattice(20, 20)
    middle = towns.stations((1000.0, 1000.0))
    zones = network.isochrones(town.net, middle, reach_s=(300, 600))
    assert zones["reach_s"].tolist() == [300, 600]
    small, large = zones.geometry
    assert large.contains(small.buffer(-CELL_M))
    assert small.contains(shapely.Point(1300, 1000))
    assert not small.contains(shapely.Point(1250, 1250))
    assert large.contains(shapely.Point(1250, 1250))
    diamond = shapely.Polygon([(1360, 1000), (1000, 1360), (640, 1000), (1000, 640)])
    assert small.intersection(diamond).area / small.union(diamond).area > 0.85


def test_no_zone_crosses_a_river_without_a_bridge():
    town = towns.river()
    zones = network.isochrones(town.net, town.stations, reach_s=(600,))
    north = shapely.box(-100, 205, 600, 500)
    assert zones.geometry.iloc[0].intersection(north).area == 0
    whole = network.isochrones(town.net, town.stations, reach_s=(2000,))
    assert whole.geometry.iloc[0].intersection(north).area > 0


def test_a_block_out_of_reach_is_a_hole():
    ring = [(0, 0), (400, 0), (400, 400), (0, 400), (0, 0)]
    net = network.build(towns.streets(ring))
    zone = network.isochrones(net, np.zeros((1, 2)), reach_s=(900,)).geometry.iloc[0]
    assert len(zone.interiors) == 1
    assert shapely.Polygon(zone.interiors[0]).area == pytest.approx(280**2, rel=0.05)


def test_merged_zones_hold_each_zone_and_nothing_else():
    town = towns.lattice(12, 3)
    zones = network.isochrones(town.net, towns.stations((0, 0), (1200, 0)), reach_s=(300, 100))
    all_ = network.merged(zones)
    assert all_["reach_s"].tolist() == [100, 300]
    assert all_.area.tolist() == pytest.approx(
        zones.groupby("reach_s").apply(lambda z: z.union_all().area).tolist()
    )


def test_a_reach_of_nothing_is_refused():
    with pytest.raises(BadInput):
        network.isochrones(towns.dead_end().net, np.zeros((1, 2)), reach_s=(0,))
