"""Who reaches what on foot: shortest ways over the plan's own network, and where to put stations.

This is a reckoning of its own (Dijkstra 1959, by scipy), so that the demo's truth about blind
spots does not lean on the engine that is tried on it. Distances are metres on the ground.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geo.demo.warp import Warp
from geo.demo.ways import Ways

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
REACH_M = 1080.0
"""Fifteen minutes of an adult, 1.2 m/s."""
NEAR_M, FAR_M = 945.0, 1260.0
"""Everybody who is served lives nearer than `NEAR_M`, everybody who is not beyond `FAR_M`."""
HANDY_M, AROUND_M, COARSE_M = 850.0, 680.0, 60.0
"""A station keeps to gates and doors within this of whom it serves; it counts who is around,
by the crow, as places on a coarse raster."""
EASE_M = 60.0


@dataclass(frozen=True, slots=True)
class Walks:
    """The network as a graph: plan places of the nodes, lengths of the edges."""

    places: Floats
    graph: csr_array
    number: dict[tuple[float, float], int]

    def node(self, place: tuple[float, float]) -> int:
        """Give the node at a plan place."""
        return self.number[place]

    def distances(self, sources: Sequence[int] | Ints, *, limit_m: float) -> Floats:
        """Give for every node the metres to the nearest source; inf beyond the limit."""
        found = dijkstra(self.graph, indices=np.asarray(sources), limit=limit_m, min_only=True)
        return np.asarray(found)


def walks(network: Ways, warp: Warp) -> Walks:
    """Make the graph of all ways; bridges and underpasses join only at their ends."""
    points = np.concatenate(network.pieces)
    places, inverse = np.unique(points, axis=0, return_inverse=True)
    inverse = inverse.reshape(-1)
    sizes = np.array([len(p) for p in network.pieces])
    last = np.zeros(len(points), dtype=bool)
    last[np.cumsum(sizes) - 1] = True
    a, b = inverse[:-1][~last[:-1]], inverse[1:][~last[:-1]]
    ground = warp(places)
    metres = np.hypot(*(ground[a] - ground[b]).T)
    n = len(places)
    graph = csr_array((np.r_[metres, metres], (np.r_[a, b], np.r_[b, a])), shape=(n, n))
    number = {(float(x), float(y)): i for i, (x, y) in enumerate(places)}
    return Walks(places, graph, number)


@dataclass(frozen=True, slots=True)
class Homes:
    """Inhabited houses as the walker sees them: the node of the door, and who may not be reached."""

    nodes: Ints
    blind: npt.NDArray[np.bool_]


def spread(
    network: Walks,
    homes: Homes,
    *,
    places: Ints,
    corners: Ints,
    taken: list[int],
    count: int,
    ground: Floats,
) -> list[int]:
    """Choose nodes for at most `count` stations so that all live near one, save the blind.

    Farthest first (Gonzalez 1985), with an eye for the others: each station serves whoever
    lives farthest from those already there, and among the places at hand it takes the one
    with most people around who are not served yet.

    Parameters
    ----------
    network : Walks
        The walking network.
    homes : Homes
        Everybody; the blind are left out.
    places, corners : int
        Nodes where stations may stand, and street corners to fall back on.
    taken : list of int
        Stations that are there already.
    count : int
        How many more, at most.
    ground : (nodes, 2) float
        Where the nodes are, metres.
    """
    chosen = list(taken)
    near = np.full(len(network.places), np.inf)
    if chosen:
        near = network.distances(chosen, limit_m=4 * FAR_M)
    lit = homes.nodes[~homes.blind]
    while len(chosen) - len(taken) < count and lit.size and near[lit].max() > NEAR_M:
        worst = int(lit[np.argmax(near[lit])])
        around = network.distances([worst], limit_m=NEAR_M)
        choice = places[around[places] < HANDY_M]
        if not len(choice):
            choice = corners[[np.argmin(around[corners])]]
        waiting = np.unique(np.round(ground[lit[near[lit] > NEAR_M]] / COARSE_M), axis=0) * COARSE_M
        crowd = cKDTree(waiting).query_ball_point(ground[choice], AROUND_M, return_length=True)
        best = int(choice[np.argmax(crowd)])
        chosen.append(best)
        near = np.minimum(near, network.distances([best], limit_m=4 * FAR_M))
    return chosen[len(taken) :]


def cut_off(network: Walks, homes: Homes, places: Ints) -> npt.NDArray[np.bool_]:
    """Say which homes, not blind themselves, lie so near to blind ones that no station may serve them."""
    lone = network.distances(permitted(network, homes, places), limit_m=NEAR_M - EASE_M)
    return ~homes.blind & ~np.isfinite(lone[homes.nodes])


def permitted(network: Walks, homes: Homes, places: Ints) -> Ints:
    """Keep the places from which no blind home can be reached within the far limit."""
    if not homes.blind.any():
        return places
    away = network.distances(homes.nodes[homes.blind], limit_m=2 * FAR_M)
    return places[away[places] > FAR_M + 15]
