"""The answer for every node at once: how far, to which station, and by which edge.

A `Tree` is made once for a set of stations and a walker; afterwards each place costs a
look at the two ends of its edge, and its way is read by walking up the tree.
"""

from dataclasses import dataclass

import numpy as np

from geo.errors import BadInput
from geo.layers import WALKERS, Walker
from geo.network import packing, ranked, search
from geo.network.graph import Network, avoided
from geo.network.kernel import F64, I32, I64
from geo.network.labels import Known, Targets, look_up
from geo.network.pockets import Graph
from geo.network.snapping import Snap, snap
from geo.network.walks import lengths

ADULT = WALKERS["adult"]
FAR = search.FAR


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
    rows: I64
    """All of it for one place's question (`packing`)."""

    @property
    def k(self) -> int:
        """How many stations a node knows at most."""
        return int(self.known.station.shape[1])

    def nearest(self, places: Snap) -> tuple[I32, I32]:
        """Give cost (cm) and station of the k nearest for snapped places, both (n, k).

        The way between a place and a station of the same edge is straight along the edge.
        No station: cost `FAR`, station −1.
        """
        places = as_it_costs(places, self.graph, self.net.length_cm)
        n = len(places.edge)
        best = np.full((n, self.k), FAR, dtype=np.int32)
        which = np.full((n, self.k), -1, dtype=np.int32)
        look_up(places, self.graph, self.known, self.targets, (self.limit_cm, best, which))
        return best, which

    def metres(self, places: Snap, found: tuple[I32, I32]) -> F64:
        """Give the length of the ways that `nearest` found, metres, (n, k).

        It is what they cost, unless steps or surfaces weigh for the walker.
        """
        best, which = found
        if not weighed(self.graph, self.net.length_cm):
            return best / 100.0
        here = as_it_costs(places, self.graph, self.net.length_cm)
        task = self.graph, self.known, self.targets
        out = best.copy()
        lengths(
            here, places.along_cm, task, (self.stations.along_cm, self.net.length_cm), (which, out)
        )
        return out / 100.0


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
    ends = targets(stations, graph, net.length_cm)
    seed = search.seeds(ends.edge, ends.along_cm, ends.off_cm, graph)
    if k == 1:
        known = Known(*(part.reshape(-1, 1) for part in search.nearest(graph, seed, limit)))
    else:
        known = Known(*ranked.nearest_k(graph, seed, limit, k))
    return planted(net, walker, (graph, stations, ends), known, limit)


def planted(
    net: Network, walker: Walker, over: tuple[Graph, Snap, Targets], known: Known, limit: int
) -> Tree:
    """Put together a tree from its parts."""
    graph, stations, ends = over
    rows = packing.table(net.ground, graph, known, ends, stations, avoided(walker), limit)
    return Tree(net, walker, graph, stations, ends, known, limit, rows)


def targets(stations: Snap, graph: Graph, length_cm: I32) -> Targets:
    """Sort snapped stations by edge."""
    order = np.argsort(stations.edge, kind="stable").astype(np.int32)
    here = as_it_costs(stations, graph, length_cm)
    return Targets(here.edge, here.along_cm, here.off_cm, order)


def weighed(graph: Graph, length_cm: I32) -> bool:
    """Say whether some edge costs a walker more or less than its length."""
    return bool(((graph.cost != length_cm) & (graph.cost != FAR)).any())


def as_it_costs(places: Snap, graph: Graph, length_cm: I32) -> Snap:
    """Measure the way along the edge as it costs the walker."""
    if not len(places.edge) or not len(length_cm):
        return places
    edge = np.maximum(places.edge, 0)
    cost, length = graph.cost[edge], length_cm[edge]
    if (equal := (cost == length) | (cost == FAR) | (places.edge < 0)).all():
        return places
    along = np.where(equal, places.along_cm, np.rint(places.along_cm * (cost / length)))
    return places._replace(along_cm=along.astype(np.int32))


def limit_cm(limit_s: float, walker: Walker) -> int:
    """Turn a limit in seconds into centimetres on the level."""
    if not limit_s >= 0:
        raise BadInput(f"a limit of {limit_s} s makes no sense", zh=f"时限 {limit_s} 秒不成立")
    return int(min(np.floor(limit_s * walker.speed_m_s * 100 + 1e-6), float(FAR - 1)))
