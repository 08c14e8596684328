"""Places are joined to the nearest point of an edge, never through a wall."""

import numpy as np
import shapely
import towns
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import layers, network


def walled_town(seed: int):
    rng = np.random.default_rng(seed)
    lines = [rng.uniform(0, 500, (int(rng.integers(2, 5)), 2)).tolist() for _ in range(6)]
    walls = [rng.uniform(0, 500, (2, 2)).tolist() for _ in range(int(rng.integers(0, 6)))]
    barriers = towns.barriers("wall", *walls) if walls else None
    net = network.build(towns.streets(*lines), barriers=barriers)
    return rng, net, shapely.union_all([shapely.LineString(w) for w in walls])


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_no_nearer_point_of_a_segment_is_free_to_reach(seed):
    rng, net, walls = walled_town(seed)
    places = rng.uniform(-50, 550, (30, 2))
    found = network.snap(net, places, reach_m=120)
    points, owner = net.shapes.points, net.shapes.owner
    segment = np.flatnonzero(owner[1:] == owner[:-1])
    shapes = np.asarray(
        shapely.linestrings(np.stack([points[segment], points[segment + 1]], axis=1))
    )
    for i, place in enumerate(places):
        ways = shapely.shortest_line(shapely.Point(place), shapes)
        free = ~shapely.intersects(ways, walls)
        metres = shapely.length(ways)
        best = metres[free].min(initial=np.inf)
        if best > 120:
            assert found.edge[i] == -1
            assert found.blocked[i] == (metres.min() <= 120)
            continue
        assert abs(found.off_m[i] - best) <= 0.006
        line = net.lines()[found.edge[i]]
        assert line.distance(shapely.Point(found.foot[i])) < 1e-6
        along = line.project(shapely.Point(found.foot[i]))
        crossing_itself = not line.is_simple
        assert crossing_itself or abs(found.along_cm[i] / 100 - along) <= 0.011


def test_without_steps_a_stairway_is_not_joined():
    streets = towns.streets([(0, 0), (100, 0)], [(0, 50), (100, 50)])
    streets.loc[0, "highway"] = "steps"
    net = network.build(streets)
    assert network.snap(net, np.array([[50.0, 10.0]])).off_m[0] == 10
    rolling = network.snap(net, np.array([[50.0, 10.0]]), walker=layers.walker("wheelchair"))
    assert rolling.off_m[0] == 40


def test_a_building_leaves_its_compound_by_the_gate():
    for inner_way in (False, True):
        town = towns.compound(inner_way=inner_way)
        assert town.times.metres.tolist() == [town.known["b0_m"]]


def test_a_compound_without_a_gate_is_a_finding():
    town = towns.compound(gate=False)
    joined = network.snap(town.net, np.array([[50.0, 30.0], [50.0, 5.0], [5000.0, 0.0]]))
    found = network.unjoined(joined, np.array(["b0", "b1", "b2"], dtype=object))
    assert [(f.code, f.features) for f in found] == [("no_gate", ("b0",)), ("no_street", ("b2",))]
    assert all(f.zh and f.en and f.hint_zh and f.hint_en for f in found)
    assert len(town.times.rows) == 0


def test_a_gate_that_is_shut_opens_nothing():
    town = towns.compound()
    shut = town.gates.assign(foot="no")
    net = network.build(town.streets, barriers=town.barriers, gates=shut)
    assert network.snap(net, np.array([[50.0, 30.0]])).edge[0] == -1


def test_nothing_is_joined_to_an_empty_network():
    net = network.build(towns.streets([(0, 0), (10, 0)], highway="motorway"))
    assert net.edges == 0
    assert network.snap(net, np.array([[0.0, 0.0]])).edge[0] == -1
    assert len(network.nearest(net, np.zeros((3, 2)), np.zeros((2, 2))).rows) == 0
    assert not network.route(net, (0, 0), (5, 5)).found
    assert len(network.isochrones(net, np.zeros((1, 2)))) == 0


def test_what_has_no_place_in_these_metres_is_nowhere() -> None:
    """Degrees far from the meridian of an area have none: nobody may be kept waiting."""
    net = towns.lattice(3, 3).net
    known = network.tree(net, np.array([[150.0, 150.0]]))
    for x in (np.inf, -np.inf, np.nan, 1e300):
        for xy in ((x, 0.0), (0.0, x), (x, x)):
            assert network.snap(net, np.array([xy])).edge.tolist() == [-1]
            assert [way.station for way in network.routes(known, np.array(xy))] == [-1]
