"""Where ways meet, which are walked, and what is odd about a network."""

import geopandas as gpd
import numpy as np
import pytest
import towns
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import network
from geo.errors import CrsError
from geo.network import hilbert

CROSS = ([(0.0, 50.0), (100.0, 50.0)], [(50.0, 0.0), (50.0, 100.0)])


def test_ways_that_cross_without_a_common_vertex_do_not_meet():
    assert network.build(towns.streets(*CROSS)).edges == 2


def test_planar_data_meets_where_it_crosses():
    net = network.build(towns.streets(*CROSS), node=True)
    assert (net.nodes, net.edges) == (5, 4)
    assert (net.length_cm == 5000).all()


def test_a_way_that_crosses_itself_meets_itself_where_planar_data_is_noded():
    loop = towns.streets([(0, 0), (100, 0), (100, 50), (50, 50), (50, -50)])
    assert network.build(loop).edges == 1
    net = network.build(loop, node=True)
    assert (net.nodes, net.edges) == (3, 3)
    assert network.route(net, (0, 0), (50, -50)).metres == 100
    ring = towns.streets([(0, 0), (100, 0), (100, 50), (0, 0)])
    assert network.build(ring, node=True).edges == 1


@pytest.mark.parametrize("tolerance_m", [0.0, 1.0, 4.0])
@pytest.mark.parametrize("node", [False, True])
def test_a_way_is_not_walked_through_a_gate_that_is_shut(tolerance_m, node):
    street = towns.streets([(0, 0), (50, 0), (100, 0)], [(0, 0), (0, 40), (100, 40), (100, 0)])
    for foot, metres in (("yes", 80), ("no", 10 + 40 + 100 + 40 + 10)):
        for at in ((50, 0), (40, 0), (40, 0.1)):
            doors = towns.gates(at, foot=foot)
            net = network.build(street, gates=doors, tolerance_m=tolerance_m, node=node)
            assert network.route(net, (10, 0), (90, 0)).metres == metres


@pytest.mark.parametrize(
    ("column", "value"), [("layer", 1), ("bridge", 1), ("tunnel", 1), ("layer", -1)]
)
def test_planar_data_of_different_levels_stays_apart(column, value):
    streets = towns.streets(*CROSS)
    streets.loc[1, column] = value
    assert network.build(streets, node=True).edges == 2


def test_a_bridge_meets_the_street_that_it_ends_on():
    streets = towns.streets(*CROSS, [(50.0, 100.0), (50.0, 200.0)], [(0.0, 200.0), (100.0, 200.0)])
    streets.loc[2, "bridge"] = 1
    net = network.build(streets, node=True)
    assert network.report(net).facts["pieces"] == 1


def test_an_end_that_stops_short_is_drawn_to_the_way_within_the_tolerance():
    short = towns.streets([(0.0, 0.0), (100.0, 0.0)], [(50.0, 0.4), (50.0, 80.0)])
    for tolerance, pieces in ((0.0, 2), (0.3, 2), (0.5, 1)):
        net = network.build(short, node=True, tolerance_m=tolerance)
        assert network.report(net).facts["pieces"] == pieces
    ends = towns.streets([(0.0, 0.0), (100.0, 0.0)], [(100.0, 0.4), (100.0, 80.0)])
    for tolerance, pieces in ((0.0, 2), (0.5, 1)):
        net = network.build(ends, tolerance_m=tolerance)
        assert network.report(net).facts["pieces"] == pieces


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_noding_keeps_the_length_and_leaves_no_crossing(seed):
    rng = np.random.default_rng(seed)
    lines = [rng.uniform(0, 100, (int(rng.integers(2, 4)), 2)).tolist() for _ in range(8)]
    streets = towns.streets(*lines)
    net = network.build(streets, node=True)
    assert net.length_cm.sum() / 100 == pytest.approx(streets.length.sum(), abs=0.01 * net.edges)
    shapes = gpd.GeoSeries(net.lines())
    first, second = shapes.sindex.query(shapes, predicate="crosses")
    simple = shapes.is_simple.to_numpy()
    assert not [1 for a, b in zip(first, second, strict=True) if a < b and simple[a] and simple[b]
                    and shapes[a].intersection(shapes[b]).distance(shapes[a].boundary) > 1e-6]  # fmt: skip


@pytest.mark.parametrize(
    ("tags", "walked"),
    [
        ({"highway": "footway"}, True),
        ({"highway": "motorway"}, False),
        ({"highway": "trunk"}, False),
        ({"highway": "trunk", "foot": "yes"}, True),
        ({"highway": "cycleway"}, False),
        ({"highway": "cycleway", "foot": "designated"}, True),
        ({"highway": "residential", "foot": "no"}, False),
        ({"highway": "residential", "access": "no"}, False),
        ({"highway": "service", "access": "no", "foot": "permissive"}, True),
        ({"highway": "service", "access": "private"}, True),
        ({"highway": "construction", "foot": "yes"}, False),
        ({"highway": "primary", "foot": "use_sidepath"}, False),
    ],
)
def test_tags_say_what_is_walked(tags, walked):
    net = network.build(towns.streets([(0, 0), (10, 0)], **tags))
    assert net.edges == int(walked)


def test_private_ways_are_marked():
    streets = towns.streets([(0, 0), (10, 0)], [(0, 5), (10, 5)], access="private")
    streets.loc[1, "foot"] = "yes"
    net = network.build(streets)
    marked = {str(net.street_ids[s]): int(f) for s, f in zip(net.street, net.flags, strict=True)}
    assert marked == {"s0": network.rules.PRIVATE, "s1": 0}


def test_a_report_measures_dead_ends_and_pieces():
    facts = network.report(towns.dead_end().net)
    assert facts.facts["dead_ends"] == 3
    lane = [f for f in facts.findings if f.features == ("s1",)]
    assert [f.en for f in lane] == ["a dead end of 120 m"]
    pieces = network.report(towns.island().net)
    assert pieces.facts["pieces"] == 2
    assert pieces.counts()["network_piece"] == 1


def test_small_pieces_can_be_left_out():
    streets = towns.streets([(0, 0), (500, 0)], [(0, 9), (20, 9)])
    assert network.build(streets, drop_pieces_m=50).edges == 1
    assert network.build(streets).edges == 2


def test_layers_of_different_systems_are_refused():
    town = towns.compound()
    with pytest.raises(CrsError):
        network.build(town.streets, barriers=town.barriers.to_crs("EPSG:4548"))
    with pytest.raises(CrsError):
        network.build(town.streets.to_crs("EPSG:4490"))


def test_edges_are_found_from_both_ends_and_nodes_are_near_in_memory():
    net = towns.lattice(8, 8).net
    g = net.graph
    for e in range(net.edges):
        for u, v in ((g.tail[e], g.head[e]), (g.head[e], g.tail[e])):
            arcs = slice(g.first[u], g.first[u + 1])
            assert (int(v), e) in zip(g.heads[arcs].tolist(), g.via[arcs].tolist(), strict=True)
    assert np.hypot(np.diff(net.x_m), np.diff(net.y_m)).mean() < 150


def test_the_hilbert_curve_goes_from_neighbour_to_neighbour():
    x, y = (a.ravel().astype(float) for a in np.meshgrid(np.arange(16), np.arange(16)))
    order = hilbert.order(x, y)
    assert sorted(order.tolist()) == list(range(256))
    assert (np.hypot(np.diff(x[order]), np.diff(y[order])) == 1).all()
