"""The answer for every node at once: how far, to which station, and by which edge.

A `Tree` is made once for a set of stations and a walker; afterwards each place costs a
look at the two ends of its edge, and its way is read by walking up the tree.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from geo.errors import BadInput
from geo.layers import WALKERS, Walker
from geo.network import ranked, search
from geo.network.graph import Graph, Network
from geo.network.kernel import F64, I32, compiled
from geo.network.snapping import Snap, snap

ADULT = WALKERS["adult"]
FAR = search.FAR


class Known(NamedTuple):
    """What every node knows of its k nearest stations, nearest first; (nodes, k) arrays.

    `far_cm` (`FAR`: none), `station` (−1: none) and `back`, the edge by which the way goes
    there (−1: the station's own edge).
    """

    far_cm: I32
    station: I32
    back: I32


class Targets(NamedTuple):
    """Stations on their edges; `by_edge` is their order by edge."""

    edge: I32
    along_cm: I32
    off_cm: I32
    by_edge: I32


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """The k nearest stations of every node of a network, for one walker."""

    net: Network
    walker: Walker
    graph: Graph
    stations: Snap
    targets: Targets
    known: Known
    limit_cm: int

    @property
    def k(self) -> int:
        """How many stations a node knows at most."""
        return int(self.known.station.shape[1])

    def nearest(self, places: Snap) -> tuple[I32, I32]:
        """Give cost (cm) and station of the k nearest for snapped places, both (n, k).

        The way between a place and a station of the same edge is straight along the edge.
        No station: cost `FAR`, station −1.
        """
        n = len(places.edge)
        best = np.full((n, self.k), FAR, dtype=np.int32)
        which = np.full((n, self.k), -1, dtype=np.int32)
        look_up(places, self.graph, self.known, self.targets, (self.limit_cm, best, which))
        return best, which


def tree(
    net: Network,
    stations_xy: F64,
    *,
    k: int = 1,
    walker: Walker = ADULT,
    limit_s: float = float("inf"),
) -> Tree:
    """Find the k nearest stations of every node.

    Parameters
    ----------
    net : Network
    stations_xy : (m, 2) float
        Entrances of the stations, metres.
    k : int
        How many stations, ≥ 1. For k > 1 a limit keeps the work small.
    walker : Walker
    limit_s : float
        Longest walk that is of interest, seconds.
    """
    if k < 1:
        raise BadInput(f"k = {k} stations cannot be found", zh=f"k = {k} 不成立，至少为 1")
    stations = snap(net, stations_xy, walker=walker)
    graph = net.walked_by(walker)
    limit = limit_cm(limit_s, walker)
    seed = search.seeds(stations.edge, stations.along_cm, stations.off_cm, graph)
    if k == 1:
        known = Known(*(part.reshape(-1, 1) for part in search.nearest(graph, seed, limit)))
    else:
        known = Known(*ranked.nearest_k(graph, seed, limit, k))
    return Tree(net, walker, graph, stations, targets(stations), known, limit)


def targets(stations: Snap) -> Targets:
    """Sort snapped stations by edge."""
    order = np.argsort(stations.edge, kind="stable").astype(np.int32)
    return Targets(stations.edge, stations.along_cm, stations.off_cm, order)


def limit_cm(limit_s: float, walker: Walker) -> int:
    """Turn a limit in seconds into centimetres on the level."""
    if not limit_s >= 0:
        raise BadInput(f"a limit of {limit_s} s makes no sense", zh=f"时限 {limit_s} 秒不成立")
    return int(min(np.floor(limit_s * walker.speed_m_s * 100 + 1e-6), float(FAR - 1)))


@compiled
def look_up(
    places: Snap, graph: Graph, known: Known, target: Targets, answer: tuple[int, I32, I32]
) -> None:
    """Write the k nearest stations of snapped places into (limit, costs, stations)."""
    limit, best, which = answer
    for i in range(len(places.edge)):
        e, along, off = places.edge[i], places.along_cm[i], places.off_cm[i]
        if e < 0 or graph.cost[e] == FAR:
            continue
        u, v, rest = graph.tail[e], graph.head[e], graph.cost[e] - along
        for j in range(known.station.shape[1]):
            if known.station[u, j] >= 0:
                cost = np.int64(known.far_cm[u, j]) + along + off
                if cost <= limit:
                    offer(best[i], which[i], cost, known.station[u, j])
            if known.station[v, j] >= 0:
                cost = np.int64(known.far_cm[v, j]) + rest + off
                if cost <= limit:
                    offer(best[i], which[i], cost, known.station[v, j])
        for at in range(_first_on(target, e), len(target.by_edge)):
            s = target.by_edge[at]
            if target.edge[s] != e:
                break
            cost = np.int64(abs(target.along_cm[s] - along)) + target.off_cm[s] + off
            if cost <= limit:
                offer(best[i], which[i], cost, s)


@compiled
def _first_on(target: Targets, edge: int) -> int:
    low, high = 0, len(target.by_edge)
    while low < high:
        middle = (low + high) >> 1
        if target.edge[target.by_edge[middle]] < edge:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def offer(best: I32, which: I32, cost: int, station: int) -> None:
    """Put a station into a list sorted by (cost, station), if it is near enough for it."""
    at = len(best) - 1
    for j in range(len(best)):
        if which[j] == station:
            at = j
            break
    if which[at] >= 0 and (best[at], which[at]) <= (cost, station):
        return
    while at > 0 and (which[at - 1] < 0 or (best[at - 1], which[at - 1]) > (cost, station)):
        best[at], which[at] = best[at - 1], which[at - 1]
        at -= 1
    best[at], which[at] = cost, station
