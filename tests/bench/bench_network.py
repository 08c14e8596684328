"""How fast the walking network is, beside scipy, in one run: make bench-network

Prints times in seconds of CPU and ratios. --small takes a lattice of 40,000 nodes. Rows for
igraph, rustworkx and pandana appear where these are installed; Wangge does not need them. These
answer the same question: a node before all stations is joined to both ends of the street of
each, as far as the door is. In the end a server is asked over HTTP, beside an empty endpoint.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import served
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
            f"  {count:>5} stations: scipy min_only {theirs:.4f} s   nearest {ours:.4f} s"
            f" ({ours / theirs:.2f} ×)   k = 5 within 3 km {five:.4f} s ({five / theirs:.2f} ×)"
        )
        for peer in (by_igraph, by_rustworkx):
            print(f"    {peer(net, seed, ours)}")
    xy = rng.uniform(low, high, (73, 2))
    places = rng.uniform(low, high, (4000, 2))
    every = cpu(lambda: network.snap(net, places)) / len(places) * 1e6
    print(f"  snap, all at once{every:>37.2f} µs each")
    for count in stations:
        xy = rng.uniform(low, high, (count, 2))
        one, five_near = network.tree(net, xy), network.tree(net, xy, k=5, limit_s=2500)
        edges = np.mean([len(ask(one, place)[0].edges) for place in places[:500]])
        print(f"  {count} stations; the way there has {edges:.0f} edges on average")
        one_by_one("snap + nearest + route", lambda i: ask(one, places[i]))  # noqa: B023
        one_by_one("snap + 5 nearest + 5 routes", lambda i: ask(five_near, places[i]))  # noqa: B023


def _ratio(name: str, build: float, answer: float, ours: float) -> str:
    times = (build + answer) / ours
    return f"{name:<10} build {build:.4f} s + distances {answer:.4f} s = {times:.1f} × ours"


def _doors(net: network.Network, seed: search.Seeds) -> np.ndarray:
    """Give the seeds on public ground: the peers know no private ways."""
    return np.flatnonzero(seed.node < net.nodes)


def by_igraph(net: network.Network, seed: search.Seeds, ours: float) -> str:
    """Build the graph in igraph with a node before all stations, and measure from there."""
    try:
        import igraph
    except ImportError:
        return "igraph     not installed"
    g, n = net.graph, net.nodes
    door = _doors(net, seed)
    pairs = np.r_[np.c_[g.tail, g.head], np.c_[np.full(len(door), n), seed.node[door]]]
    weights = np.r_[g.cost, seed.start[door]] / 100
    made = igraph.Graph(n + 1, pairs)
    build = cpu(lambda: igraph.Graph(n + 1, pairs), 1)
    answer = cpu(lambda: made.distances(n, weights=weights), 1)
    return _ratio("igraph", build, answer, ours)


def by_rustworkx(net: network.Network, seed: search.Seeds, ours: float) -> str:
    """Build the graph in rustworkx with a node before all stations, and measure from there."""
    try:
        import rustworkx
    except ImportError:
        return "rustworkx  not installed"
    g, n = net.graph, net.nodes
    door = _doors(net, seed)
    tail = np.r_[g.tail, np.full(len(door), n)].tolist()
    head = np.r_[g.head, seed.node[door]].tolist()
    weights = (np.r_[g.cost, seed.start[door]] / 100).tolist()

    def build() -> rustworkx.PyGraph:
        graph = rustworkx.PyGraph()
        graph.add_nodes_from(range(n + 1))
        graph.add_edges_from(list(zip(tail, head, weights, strict=True)))
        return graph

    made = build()
    took = cpu(build, 1)
    answer = cpu(lambda: rustworkx.dijkstra_shortest_path_lengths(made, n, float), 1)
    return _ratio("rustworkx", took, answer, ours)


def by_pandana(net: network.Network, stations: int) -> str:
    """Build the network in pandana, which contracts it, and ask for the nearest of all nodes."""
    try:
        import pandana
    except ImportError:
        return "pandana    not installed"
    g = net.graph
    rng = np.random.default_rng(3)
    picked = rng.integers(0, net.nodes, stations)
    columns = (pd.Series(part) for part in (net.x_m, net.y_m, g.tail, g.head))

    def theirs() -> None:
        x, y, tail, head = columns
        made = pandana.Network(x, y, tail, head, pd.DataFrame({"m": g.cost / 100}))
        made.set_pois("stations", 1e6, 1, pd.Series(net.x_m[picked]), pd.Series(net.y_m[picked]))
        made.nearest_pois(1e6, "stations", num_pois=1)

    xy = np.c_[net.x_m[picked], net.y_m[picked]]
    took, ours = cpu(theirs, 1), cpu(lambda: network.tree(net, xy))
    return (
        f"pandana    {took:.3f} s, preprocessing included = {took / ours:.0f} × ours, snap included"
    )


def ask(known: Tree, xy: np.ndarray) -> list[network.Route]:
    """Ask for the ways from one place."""
    return network.routes(known, xy)


def main() -> None:
    """Run everything."""
    small = "--small" in sys.argv
    streets = lattice(200 if small else 1000)
    begin = time.process_time()
    net = network.build(streets)
    print(f"build: {time.process_time() - begin:.1f} s")
    del streets
    kept_and_mapped(net)
    served.measure()
    measure("lattice", net, (73, 5000))
    if not small and "--pandana" not in sys.argv:
        print("lattice of 40,000 nodes (--pandana: the whole, which takes it minutes)")
        net = network.build(lattice(200))
    print(f"    {by_pandana(net, 73)}")
    folder = Path(__file__).resolve().parents[3] / "shared" / "data" / "osm"
    for path in sorted(folder.glob("*.osm*")):
        real = coords.to_metres(files.streets_from_osm(path)["street"])
        measure(path.name, network.build(real), (73, 5000))


def kept_and_mapped(net: network.Network) -> None:
    """Print how long a network takes to be kept in a file and to be mapped."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network"
        begin = time.perf_counter()
        network.save(net, path, key="bench")
        middle = time.perf_counter()
        network.load(path, key="bench")
        end = time.perf_counter()
        size = path.stat().st_size / 1e6
    print(f"kept: {size:.0f} MB in {middle - begin:.2f} s, mapped in {end - middle:.2f} s")


if __name__ == "__main__":
    main()
