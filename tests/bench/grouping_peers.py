"""What others make of the same grouping problem in the same time: METIS, ReCom, spopt.

Each has a process of its own, which is ended when the time is over: some cannot be asked to stop.
"""

import multiprocessing
import random
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from multiprocessing.connection import Connection

import geopandas as gpd
import networkx as nx
import numpy as np
import numpy.typing as npt
import pymetis
from gerrychain import Graph, Partition, constraints, updaters
from gerrychain.optimization import SingleMetricOptimizer
from gerrychain.proposals import recom
from libpysal.weights import W
from spopt.region import RegionKMeansHeuristic, Skater

from geo import grouping
from geo.grouping import measure

Labels = npt.NDArray[np.int32]
Peer = Callable[[grouping.Problem, float], Labels | None]


def graph(problem: grouping.Problem) -> nx.Graph:
    """Lay the neighbours out as networkx has them."""
    made = nx.Graph()
    for i, weight in enumerate(problem.weight):
        made.add_node(i, weight=float(weight))
    made.add_edges_from(problem.adjacency.pairs.tolist())
    return made


def out_of_bounds(problem: grouping.Problem, labels: Labels) -> float:
    """Give the worst load outside the bounds, as a share of the mean."""
    load = measure.loads(problem, labels)
    out = np.maximum(problem.lower - load, load - problem.upper).max()
    return float(max(0.0, out) / load.mean())


def metis(problem: grouping.Problem, seconds: float) -> Labels | None:
    """METIS, contiguous, many seeds; the best that repair brings into the bounds."""
    made, began, best = graph(problem), time.monotonic(), None
    rows = [list(made[i]) for i in range(problem.n)]
    weight = np.maximum(1, np.round(problem.weight)).astype(int).tolist()
    seed, least = 0, np.inf
    while time.monotonic() - began < seconds:
        seed += 1
        options = pymetis.Options(seed=seed, contig=1, ufactor=1 + 10 * (seed % 4))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            cut = pymetis.part_graph(
                problem.k, adjacency=rows, vweights=weight, options=options, recursive=False
            )
        labels = repaired(problem, made, np.array(cut[1], dtype=np.int32))
        if labels is not None and (value := measure.objective(problem, labels)) < least:
            least, best = value, labels
    return best


def repaired(problem: grouping.Problem, made: nx.Graph, labels: Labels) -> Labels | None:
    """Move units over borders, from heavy to light groups, while groups stay connected."""
    labels, mean = labels.copy(), float(problem.weight.sum()) / problem.k
    a, b = np.concatenate([problem.adjacency.pairs, problem.adjacency.pairs[:, ::-1]]).T
    for _ in range(4 * problem.n):
        load = measure.loads(problem, labels)
        if out_of_bounds(problem, labels) == 0:
            return None if measure.faults(problem, labels) else labels
        over = load - mean
        off, to, w = over[labels[a]], over[labels[b]], problem.weight[a]
        gain = np.abs(off) + np.abs(to) - np.abs(off - w) - np.abs(to + w)
        gain[labels[a] == labels[b]] = -np.inf
        for e in np.argsort(-gain, kind="stable"):
            if gain[e] <= 0:
                return None
            rest = np.flatnonzero(labels == labels[a[e]]).tolist()
            rest.remove(int(a[e]))
            if rest and nx.is_connected(made.subgraph(rest)):
                labels[a[e]] = labels[b[e]]
                break
        else:
            return None
    return None


def recombination(problem: grouping.Problem, seconds: float) -> Labels | None:
    """ReCom in short bursts of ten, from a plan of recursive spanning trees."""
    began, mean = time.monotonic(), float(problem.weight.sum()) / problem.k
    epsilon = float(problem.upper[0] / mean - 1)
    rng = random.Random(1)
    frame = Graph.from_networkx(graph(problem))

    def value(part: Partition) -> float:
        return measure.objective(problem, labels_of(part))

    def labels_of(part: Partition) -> Labels:
        groups = part.assignment.to_series().sort_index().to_numpy()
        return np.unique(groups, return_inverse=True)[1].astype(np.int32)

    begin = Partition.from_random_assignment(
        frame, problem.k, epsilon, "weight", updaters={"weight": updaters.Tally("weight")}, rng=rng
    )
    chain = SingleMetricOptimizer(
        partial(recom, pop_col="weight", pop_target=mean, epsilon=epsilon, rng=rng),
        [constraints.contiguous], begin, value, maximize=False, rng=rng,
    )  # fmt: skip
    for _ in _until(chain.short_bursts(10, 10**9), began + seconds):
        pass
    return labels_of(chain.best_part)


def _until(steps: Iterator[object], end: float) -> Iterator[object]:
    for step in steps:
        yield step
        if time.monotonic() > end:
            return


def _weights(problem: grouping.Problem) -> W:
    made = graph(problem)
    return W({i: list(made[i]) for i in made}, silence_warnings=True)


def skater(problem: grouping.Problem, seconds: float) -> Labels | None:
    """SKATER on the places; one run, whatever it takes. It knows no upper bound."""
    frame = gpd.GeoDataFrame(
        {"x": problem.xy[:, 0], "y": problem.xy[:, 1]},
        geometry=gpd.points_from_xy(*problem.xy.T),
    )
    model = Skater(frame, _weights(problem), ["x", "y"], n_clusters=problem.k, floor=2)
    model.solve()
    return np.asarray(model.labels_, dtype=np.int32)


def region_k_means(problem: grouping.Problem, seconds: float) -> Labels | None:
    """RegionKMeansHeuristic on the places; one run. It knows no bounds."""
    model = RegionKMeansHeuristic(problem.xy, problem.k, _weights(problem))
    model.solve()
    return np.asarray(model.labels_, dtype=np.int32)


PEERS: dict[str, Peer] = {
    "METIS+repair": metis,
    "ReCom": recombination,
    "SKATER": skater,
    "RegionKMeans": region_k_means,
}
GRACE_S = 5.0
"""A peer that was asked to stop may take so much longer."""

Heard = tuple[str, Labels | None, float]


def beside(problem: grouping.Problem, seconds: float) -> list[Heard]:
    """Ask every peer, two at a time; give its name, its plan (None: none) and what it took."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda name: _asked(name, problem, seconds), PEERS))


def _asked(name: str, problem: grouping.Problem, seconds: float) -> Heard:
    here, there = multiprocessing.Pipe()
    peer = multiprocessing.get_context("spawn").Process(
        target=_answering, args=(there, name, problem, seconds), daemon=True
    )
    peer.start()
    there.close()
    labels, began = None, time.monotonic()
    try:
        here.recv()  # everything is imported: its time begins
        began = time.monotonic()
        if here.poll(seconds + GRACE_S):
            labels = here.recv()
    except EOFError:
        pass
    spent = time.monotonic() - began
    peer.kill()
    peer.join()
    return name, labels, spent


def _answering(to: Connection, name: str, problem: grouping.Problem, seconds: float) -> None:
    to.send("ready")
    to.send(PEERS[name](problem, seconds))
