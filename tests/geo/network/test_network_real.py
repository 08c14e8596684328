"""On real streets: ten thousand random walks, each against a textbook Dijkstra."""

import geopandas as gpd
import numpy as np
import pytest
import textbook

from geo import coords, demo, files, layers, network

FILES = [
    "cn_shenzhen_longgang.osm",
    "cn_shanghai_jingan.osm",
    "fi_helsinki.osm.pbf",
    "de_herrenberg_gates.osm.pbf",
]
PLACES, ROUNDS, STATIONS = 400, 5, 6
WHO = [
    layers.walker("adult"),
    layers.walker("wheelchair"),
    layers.Walker("stroller", "推车", 1.0, steps_factor=3.5, rough_factor=1.4, steep_factor=1.2),
]


def built(streets: gpd.GeoDataFrame, around: dict[str, gpd.GeoDataFrame]) -> network.Network:
    return network.build(streets, barriers=around.get("barrier"), gates=around.get("gate"))


def of_file(path) -> network.Network:
    found = files.streets_from_osm(path)
    streets = coords.to_metres(found["street"])
    return built(
        streets, {n: found[n].to_crs(streets.crs) for n in ("barrier", "gate") if n in found}
    )


def ten_thousand(net: network.Network, seed: int) -> int:
    """Check a fifth of ten thousand cases on one network; give the number of routes."""
    rng = np.random.default_rng(seed)
    low, high = np.array([[net.x_m.min(), net.y_m.min()], [net.x_m.max(), net.y_m.max()]])
    routes = 0
    for turn in range(ROUNDS):
        who, k = WHO[turn % len(WHO)], int(rng.integers(1, 5))
        xy, stations = rng.uniform(low, high, (PLACES, 2)), rng.uniform(low, high, (STATIONS, 2))
        book = textbook.book(net, who)
        places, ends = (textbook.places(network.snap(net, p, walker=who)) for p in (xy, stations))
        walks = np.array([book.walks(end, places) for end in ends]).T / 100
        truth = np.sort(walks, axis=1)[:, :k] / who.speed_m_s
        times = network.nearest(net, xy, stations, k=k, walker=who)
        table = np.full(truth.shape, np.inf)
        rank = np.arange(len(times.rows)) - np.searchsorted(times.rows, times.rows)
        table[times.rows, rank] = times.seconds
        np.testing.assert_allclose(table, truth, atol=1e-6)
        known = network.tree(net, stations, k=k, walker=who)
        for i, place in enumerate(xy):
            ways = [way for way in network.routes(known, place) if way.found]
            np.testing.assert_allclose([w.seconds for w in ways], truth[i][np.isfinite(truth[i])])
            np.testing.assert_allclose([w.metres for w in ways], times.metres[times.rows == i])
            for way in ways:
                book.check(way)
            routes += len(ways)
    return routes


@pytest.mark.real
@pytest.mark.parametrize("name", FILES)
def test_walks_are_exact_on_real_streets(name, shared_data):
    net = of_file(shared_data / "osm" / name)
    assert net.edges > 500
    assert ten_thousand(net, FILES.index(name)) > PLACES


def test_walks_are_exact_in_the_demo_district():
    town = demo.build(size="small", seed=1).layers
    net = built(town["street"], {n: town[n] for n in ("barrier", "gate")})
    assert ten_thousand(net, 4) > PLACES
