"""How fast the walking network is, beside scipy, in one run: python tests/bench/bench_network.py

Prints times in seconds of CPU and ratios. --small takes a lattice of 40,000 nodes.
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from geo import coords, files, layers, network
from geo.network import ranked, search
from geo.network.tree import Tree

ADULT = layers.walker("adult")


def lattice(side: int) -> gpd.GeoDataFrame:
    """Make a crooked lattice of side × side crossings with one way in eight missing."""
    rng = np.random.default_rng(1)
    grid = np.stack(np.meshgrid(np.arange(side), np.arange(side), indexing="ij"), axis=-1)
    at = (100.0 * grid + rng.uniform(-35, 35, grid.shape)).reshape(-1, 2)
    node = np.arange(side * side).reshape(side, side)
    pairs = np.r_[
        np.c_[node[:-1].ravel(), node[1:].ravel()], np.c_[node[:, :-1].ravel(), node[:, 1:].ravel()]
    ]
    pairs = pairs[rng.random(len(pairs)) < 0.875]
    lines = shapely.linestrings(at[pairs])
    names = np.arange(len(lines)).astype(str)
    return gpd.GeoDataFrame(
        {"id": names, "highway": "residential"}, geometry=lines, crs="EPSG:4549"
    )


def cpu(work: Callable[[], object], times: int = 3) -> float:
    """Give the least CPU seconds of some runs."""
    best = float("inf")
    for _ in range(times):
        begin = time.process_time()
        work()
        best = min(best, time.process_time() - begin)
    return best


def one_by_one(name: str, asks: Callable[[int], object], count: int = 4000) -> None:
    """Print the median and the 99th percentile of single questions."""
    took = np.empty(count)
    for i in range(count):
        begin = time.perf_counter_ns()
        asks(i)
        took[i] = time.perf_counter_ns() - begin
    p50, p99 = np.percentile(took / 1000, [50, 99])
    print(f"  {name:<42} p50 {p50:7.1f} µs   p99 {p99:7.1f} µs")


def measure(name: str, net: network.Network, stations: tuple[int, ...]) -> None:
    """Print one network's figures."""
    rng = np.random.default_rng(2)
    low = np.array([net.x_m.min(), net.y_m.min()])
    high = np.array([net.x_m.max(), net.y_m.max()])
    per_node = net.nbytes / net.nodes
    print(f"{name}: {net.nodes:,} nodes, {net.edges:,} edges, {per_node:.0f} bytes a node")
    g = net.graph
    matrix = coo_array((g.cost / 100, (g.tail, g.head)), shape=(net.nodes,) * 2).tocsr()
    for count in stations:
        xy = rng.uniform(low, high, (count, 2))
        joined = network.snap(net, xy)
        seed = search.seeds(joined.edge, joined.along_cm, joined.off_cm, g)
        ends = np.unique(g.tail[joined.edge[joined.edge >= 0]])
        theirs = cpu(lambda: dijkstra(matrix, directed=False, indices=ends, min_only=True))  # noqa: B023
        ours = cpu(lambda: search.nearest(g, seed, int(search.FAR) - 1))  # noqa: B023
        five = cpu(lambda: ranked.nearest_k(g, seed, 300_000, 5))  # noqa: B023
        print(
            f"  {count:>5} stations: scipy {theirs:.3f} s   nearest {ours:.3f} s ({ours / theirs:.2f} ×)"
            f"   k = 5 within 3 km {five:.3f} s ({five / theirs:.2f} ×)"
        )
    xy = rng.uniform(low, high, (73, 2))
    places = rng.uniform(low, high, (4000, 2))
    every = cpu(lambda: network.snap(net, places)) / len(places) * 1e6
    print(f"  snap, all at once{every:>37.2f} µs each")
    one, five_near = network.tree(net, xy), network.tree(net, xy, k=5, limit_s=2500)
    one_by_one("snap + nearest + route", lambda i: ask(one, places[i]))
    one_by_one("snap + 5 nearest + 5 routes", lambda i: ask(five_near, places[i]))


def ask(known: Tree, xy: np.ndarray) -> list[network.Route]:
    """Ask for the ways from one place."""
    return network.routes(known, xy)


def main() -> None:
    """Run everything."""
    side = 200 if "--small" in sys.argv else 1000
    streets = lattice(side)
    begin = time.process_time()
    net = network.build(streets)
    print(f"build: {time.process_time() - begin:.1f} s")
    del streets
    measure("lattice", net, (73, 5000))
    folder = Path(__file__).resolve().parents[3] / "shared" / "data" / "osm"
    for path in sorted(folder.glob("*.osm*")):
        real = coords.to_metres(files.streets_from_osm(path)["street"])
        measure(path.name, network.build(real), (73,))


if __name__ == "__main__":
    main()
