"""On real streets: every nearest station and its distance, against scipy's Dijkstra."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from geo import coords, files, network

FILES = [
    "cn_shenzhen_longgang.osm",
    "cn_shanghai_jingan.osm",
    "fi_helsinki.osm.pbf",
    "de_herrenberg_gates.osm.pbf",
]


def with_places(net: network.Network, stations: network.Snap, places: network.Snap) -> np.ndarray:
    """Measure all walks (cm) on a graph in which every place is a node of its own."""
    n, m, k = net.nodes, len(stations.edge), len(places.edge)
    pairs: dict[tuple[int, int], int] = {}

    def add(a: int, b: int, cost: int) -> None:
        key = (min(a, b), max(a, b))
        pairs[key] = min(pairs.get(key, 2**60), cost)

    for u, v, c in zip(
        net.graph.tail.tolist(), net.graph.head.tolist(), net.length_cm.tolist(), strict=True
    ):
        if u != v:
            add(u, v, c)
    on_edge: dict[int, list[tuple[int, int, int]]] = {}
    for begin, snapped in ((n, stations), (n + m, places)):
        for i, (e, a, off) in enumerate(
            zip(
                snapped.edge.tolist(),
                snapped.along_cm.tolist(),
                snapped.off_cm.tolist(),
                strict=True,
            )
        ):
            if e >= 0:
                on_edge.setdefault(e, []).append((begin + i, a, off))
                add(begin + i, int(net.graph.tail[e]), a + off)
                add(begin + i, int(net.graph.head[e]), int(net.length_cm[e]) - a + off)
    for here in on_edge.values():
        for i, a, off in here:
            for j, b, off_j in here:
                if i < n + m <= j:
                    add(i, j, abs(a - b) + off + off_j)
    rows, columns = np.array(list(pairs)).T
    cost = np.array([max(c, 1e-9) for c in pairs.values()], dtype=float)
    graph = coo_array((cost, (rows, columns)), shape=(n + m + k,) * 2).tocsr()
    # A station is no thoroughfare: each is searched on its own, without the others.
    keep = np.r_[np.arange(n), np.arange(n + m, n + m + k)]
    walks = []
    for s in range(m):
        mine = np.r_[keep, n + s]
        walks.append(
            dijkstra(graph[mine][:, mine], directed=False, indices=[len(keep)])[0][n : n + k]
        )
    return np.array(walks).T


@pytest.mark.real
@pytest.mark.parametrize("name", FILES)
def test_the_nearest_stations_are_exact_on_real_streets(name, shared_data):
    layers = files.streets_from_osm(shared_data / "osm" / name)
    streets = coords.to_metres(layers["street"])
    around = {n: layers[n].to_crs(streets.crs) for n in ("barrier", "gate") if n in layers}
    net = network.build(streets, barriers=around.get("barrier"), gates=around.get("gate"))
    assert net.edges > 500
    rng = np.random.default_rng(7)
    low, high = np.array(streets.total_bounds).reshape(2, 2)
    places, stations = rng.uniform(low, high, (2500, 2)), rng.uniform(low, high, (8, 2))
    times = network.nearest(net, places, stations, k=3)
    joined, targets = network.snap(net, places), network.snap(net, stations)
    truth = np.sort(with_places(net, targets, joined), axis=1)[:, :3] / 100
    table = np.full((len(places), 3), np.inf)
    rank = np.arange(len(times.rows)) - np.searchsorted(times.rows, times.rows)
    table[times.rows, rank] = times.metres
    np.testing.assert_allclose(table, np.where(joined.edge[:, None] >= 0, truth, np.inf), atol=1e-6)
    known = network.tree(net, stations)
    lines = gpd.GeoSeries(net.lines())
    for place in places[:50]:
        way = network.routes(known, place)[0]
        if way.found:
            assert way.line.length == pytest.approx(way.metres, abs=0.011 * (len(way.edges) + 3))
            ends = [{int(net.graph.tail[e]), int(net.graph.head[e])} for e in way.edges]
            assert all(a & b for a, b in pairwise(ends))
            assert (lines[way.edges].length > 0).all()
