"""Every time is that of a shortest walk: against a plain Dijkstra, on random towns."""

import numpy as np
import pytest
import shapely
import textbook
import towns
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import layers, network

ADULT = layers.walker("adult")
SEEDS = st.integers(0, 2**32 - 1)


def cases(seed: int, *, steps: bool, walker: layers.Walker):
    rng = np.random.default_rng(seed)
    streets = towns.crooked(np.random.default_rng(seed), steps=steps, private=True)
    net = network.build(streets)
    stations, places = (
        rng.uniform(-100, 600, (int(rng.integers(1, 6)), 2)),
        rng.uniform(-100, 600, (12, 2)),
    )
    book = textbook.book(net, walker)
    s, p = (textbook.places(network.snap(net, xy, walker=walker)) for xy in (stations, places))
    return net, stations, places, np.array([book.walks(end, p) for end in s]).T / 100


@settings(deadline=None, max_examples=20)
@given(SEEDS, st.integers(1, 5), st.booleans())
def test_the_k_nearest_are_those_of_a_plain_dijkstra(seed, k, steps):
    walker = layers.walker("wheelchair" if steps else "adult")
    net, stations, places, truth = cases(seed, steps=steps, walker=walker)
    times = network.nearest(net, places, stations, k=k, walker=walker)
    for row, walks in enumerate(truth):
        mine = times.rows == row
        expected = np.sort(walks[np.isfinite(walks)])[:k]
        np.testing.assert_allclose(times.metres[mine], expected, atol=1e-6)
        np.testing.assert_allclose(times.metres[mine], walks[times.cols[mine]], atol=1e-6)
        np.testing.assert_allclose(times.seconds[mine], times.metres[mine] / walker.speed_m_s)


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_all_stations_within_are_the_nearest_of_all_whatever_weighs(seed):
    slow = layers.Walker("slow", "慢", 0.5, steps_factor=2.7)
    net, stations, places, truth = cases(seed, steps=True, walker=slow)
    by_place, by_station = (
        network.nearest(net, places, stations, k=len(stations), walker=slow),
        network.within(net, places, stations, limit_s=1e6, walker=slow),
    )
    np.testing.assert_array_equal(by_place.rows, by_station.rows)
    np.testing.assert_array_equal(by_place.cols, by_station.cols)
    np.testing.assert_allclose(by_place.seconds, by_station.seconds)
    np.testing.assert_allclose(by_station.seconds * 0.5, truth[by_station.rows, by_station.cols])
    for times in (by_place, by_station):
        assert (times.metres <= times.seconds * 0.5 + 1e-6).all()


@settings(deadline=None, max_examples=20)
@given(SEEDS, st.floats(0, 900))
def test_all_stations_within_a_walk_are_found_and_no_other(seed, limit_s):
    net, stations, places, truth = cases(seed, steps=False, walker=ADULT)
    times = network.within(net, places, stations, limit_s=limit_s)
    table = np.full(truth.shape, np.inf)
    table[times.rows, times.cols] = times.metres
    limit_m = np.floor(limit_s * ADULT.speed_m_s * 100 + 1e-6) / 100
    np.testing.assert_allclose(table, np.where(truth <= limit_m + 1e-9, truth, np.inf), atol=1e-6)


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_a_limit_only_takes_away_what_is_farther(seed):
    net, stations, places, _ = cases(seed, steps=False, walker=ADULT)
    near, all_ = (network.nearest(net, places, stations, k=2, limit_s=t) for t in (200, np.inf))
    keep = all_.seconds <= 200
    np.testing.assert_array_equal(near.rows, all_.rows[keep])
    np.testing.assert_allclose(near.metres, all_.metres[keep])


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_a_route_can_be_walked_and_its_length_adds_up(seed):
    net, stations, places, truth = cases(seed, steps=False, walker=ADULT)
    known = network.tree(net, stations, k=2)
    lines = net.lines()
    for place, walks in zip(places, truth, strict=True):
        found = network.routes(known, place)
        if not np.isfinite(walks).any():
            assert not found[0].found
            continue
        assert found[0].metres == pytest.approx(walks.min(), abs=1e-6)
        for way in found:
            assert way.line.length == pytest.approx(way.metres, abs=0.011 * (len(way.edges) + 3))
            np.testing.assert_allclose(way.line.coords[0], place)
            np.testing.assert_allclose(way.line.coords[-1], stations[way.station])
            on_street = shapely.union_all(lines[way.edges]).buffer(1e-6)
            inner = shapely.LineString(way.line.coords[1:-1]) if len(way.line.coords) > 3 else None
            assert inner is None or inner.within(on_street)
            for a, b in zip(way.edges[:-1], way.edges[1:], strict=True):
                ends = {net.graph.tail[a], net.graph.head[a]} & {
                    net.graph.tail[b],
                    net.graph.head[b],
                }
                assert ends


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_one_route_is_one_nearest_and_the_way_back_is_as_long(seed):
    net, stations, places, truth = cases(seed, steps=False, walker=ADULT)
    there = network.route(net, places[0], stations[0])
    back = network.route(net, stations[0], places[0])
    assert there.metres == pytest.approx(truth[0, 0], abs=1e-6)
    assert back.metres == pytest.approx(truth[0, 0], abs=1e-6)


@settings(deadline=None, max_examples=20)
@given(SEEDS)
def test_a_further_station_never_makes_a_walk_longer(seed):
    net, stations, places, _ = cases(seed, steps=False, walker=ADULT)
    some, _ = network.nearest(net, places, stations[:-1]).nearest()
    all_, _ = network.nearest(net, places, stations).nearest()
    assert (all_ <= some).all()


@given(SEEDS)
@settings(deadline=None, max_examples=10)
def test_an_estimate_is_the_straight_line_with_its_detour(seed):
    rng = np.random.default_rng(seed)
    places, stations = rng.uniform(0, 1000, (20, 2)), rng.uniform(0, 1000, (4, 2))
    times = network.straight(places, stations, k=2)
    far = np.sort(np.hypot(*(places[:, None] - stations[None]).transpose(2, 0, 1)), axis=1)[:, :2]
    assert times.estimated
    np.testing.assert_allclose(times.metres, 1.3 * far.ravel(), atol=0.006)
