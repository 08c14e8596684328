"""The answer for every node at once: how far, to which station, and by which edge.

A `Tree` is made once for a set of stations and a walker; afterwards each place costs a
look at the two ends of its edge, and its way is read by walking up the tree.
"""

from dataclasses import dataclass

import numpy as np

from geo.errors import BadInput
from geo.layers import WALKERS, Walker
from geo.network import search
from geo.network.graph import Network
from geo.network.kernel import F64, I32, compiled
from geo.network.snapping import Snap, snap

ADULT = WALKERS["adult"]
FAR = search.FAR


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """The k nearest stations of every node of a network, for one walker.

    `far_cm`, `station` and `back` are (nodes, k), nearest first: distance (`FAR`: none),
    station (−1: none) and the edge by which the way goes there (−1: the station's own edge).
    `by_edge` are the stations in order of their edge.
    """

    net: Network
    walker: Walker
    stations: Snap
    cost_cm: I32
    far_cm: I32
    station: I32
    back: I32
    by_edge: I32
    limit_cm: int

    @property
    def k(self) -> int:
        """Number of stations that every node knows at most."""
        return int(self.station.shape[1])

    def nearest(self, places: Snap) -> tuple[I32, I32]:
        """Give cost (cm) and station of the k nearest for snapped places, both (n, k).

        The way between a place and a station of the same edge is straight along the edge.
        """
        return _look_up(
            places.edge, places.along_cm, places.off_cm, self.net.tail, self.net.head,
            self.cost_cm, self.far_cm, self.station, self.by_edge, self.stations.edge,
            self.stations.along_cm, self.stations.off_cm, self.limit_cm,
        )  # fmt: skip


def tree(
    net: Network,
    stations_xy: F64 | Snap,
    *,
    k: int = 1,
    walker: Walker = ADULT,
    limit_s: float = float("inf"),
) -> Tree:
    """Find the k nearest stations of every node.

    Parameters
    ----------
    net : Network
    stations_xy : (m, 2) float or Snap
        Entrances of the stations, metres.
    k : int
        How many stations, ≥ 1. For k > 1 a limit keeps the work small.
    walker : Walker
    limit_s : float
        Longest walk that is of interest, seconds.
    """
    if k < 1:
        raise BadInput(f"k = {k} stations cannot be found", zh=f"k = {k} 不成立，至少为 1")
    stations = (
        stations_xy if isinstance(stations_xy, Snap) else snap(net, stations_xy, walker=walker)
    )
    cost = net.costs_cm(walker)
    limit = limit_cm(limit_s, walker)
    node, start, label = search.seeds(
        stations.edge, stations.along_cm, stations.off_cm, net.tail, net.head, cost
    )
    graph = (net.first, net.heads, net.via, cost, node, start, label, limit)
    if k == 1:
        far, station, back = (a.reshape(-1, 1) for a in search.nearest(*graph))
    else:
        far, station, back = search.nearest_k(*graph, k)
    by_edge = np.argsort(stations.edge, kind="stable").astype(np.int32)
    return Tree(net, walker, stations, cost, far, station, back, by_edge, limit)


def limit_cm(limit_s: float, walker: Walker) -> int:
    """Turn a limit in seconds into centimetres on the level."""
    if not limit_s >= 0:
        raise BadInput(f"a limit of {limit_s} s makes no sense", zh=f"时限 {limit_s} 秒不成立")
    return int(min(np.floor(limit_s * walker.speed_m_s * 100 + 1e-6), float(FAR - 1)))


@compiled
def _look_up(
    edge: I32, along: I32, off: I32, tail: I32, head: I32, cost: I32, far: I32, station: I32,
    by_edge: I32, s_edge: I32, s_along: I32, s_off: I32, limit: int,
) -> tuple[I32, I32]:  # fmt: skip
    n, k = len(edge), station.shape[1]
    best = np.full((n, k), FAR, dtype=np.int32)
    which = np.full((n, k), np.int32(-1), dtype=np.int32)
    for i in range(n):
        e = edge[i]
        if e < 0 or cost[e] == FAR:
            continue
        for j in range(k):
            u, v = tail[e], head[e]
            if station[u, j] >= 0:
                reach = np.int64(far[u, j]) + along[i] + off[i]
                offer(best, which, i, reach, station[u, j], limit)
            if station[v, j] >= 0:
                reach = np.int64(far[v, j]) + (cost[e] - along[i]) + off[i]
                offer(best, which, i, reach, station[v, j], limit)
        for at in range(_first_on(by_edge, s_edge, e), len(by_edge)):
            s = by_edge[at]
            if s_edge[s] != e:
                break
            reach = np.int64(abs(s_along[s] - along[i])) + s_off[s] + off[i]
            offer(best, which, i, reach, s, limit)
    return best, which


@compiled
def _first_on(by_edge: I32, s_edge: I32, edge: int) -> int:
    low, high = 0, len(by_edge)
    while low < high:
        middle = (low + high) >> 1
        if s_edge[by_edge[middle]] < edge:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def offer(best: I32, which: I32, i: int, cost: int, station: int, limit: int) -> None:
    """Put a station into the sorted list of place i, when it is near enough."""
    if cost > limit:
        return
    k = best.shape[1]
    at = k
    for j in range(k):
        if which[i, j] == station:
            if best[i, j] <= cost:
                return
            at = j
            break
    if at == k:
        at = k - 1
        if which[i, at] >= 0 and (best[i, at], which[i, at]) <= (cost, station):
            return
    while at > 0 and (
        which[i, at - 1] < 0 or (best[i, at - 1], which[i, at - 1]) > (cost, station)
    ):
        best[i, at], which[i, at] = best[i, at - 1], which[i, at - 1]
        at -= 1
    best[i, at], which[i, at] = cost, station
