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

from geo.demo.warp import Warp
from geo.demo.ways import Ways

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
REACH_M = 1080.0
"""Fifteen minutes of an adult, 1.2 m/s."""
NEAR_M, FAR_M = 945.0, 1260.0
"""Everybody who is served lives nearer than `NEAR_M`, everybody who is not beyond `FAR_M`."""
HANDY_M = 500.0
"""A station keeps to gates and doors within this; beyond it any street corner will do."""


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
    network: Walks, homes: Homes, places: Ints, corners: Ints, taken: list[int], count: int
) -> list[int]:
    """Choose nodes for `count` stations so that nobody lives far from one, save the blind.

    Farthest first (Gonzalez 1985): each station goes to the place nearest to whoever lives
    farthest from those already there, among `places`, or at a street corner among `corners`
    where no place is at hand; none of them within reach of a blind home.
    """
    chosen = list(taken)
    near = (
        network.distances(chosen, limit_m=4 * FAR_M)
        if chosen
        else np.full(len(network.places), np.inf)
    )
    lit = homes.nodes[~homes.blind]
    allowed = np.zeros(len(network.places), dtype=bool)
    allowed[places] = True
    for _ in range(count):
        worst = int(lit[np.argmax(np.minimum(near[lit], 1e9))])
        around = network.distances([worst], limit_m=NEAR_M)
        best = int(places[np.argmin(around[places])])
        if around[best] > HANDY_M:
            best = int(corners[np.argmin(around[corners])])
        if not np.isfinite(around[best]) or best in chosen:
            best = _next(allowed, near, chosen)
        chosen.append(best)
        near = np.minimum(near, network.distances([best], limit_m=4 * FAR_M))
    return chosen[len(taken) :]


def _next(allowed: npt.NDArray[np.bool_], near: Floats, chosen: list[int]) -> int:
    """Give the allowed place farthest from the chosen ones."""
    free = np.where(allowed & np.isfinite(near), near, -1.0)
    free[chosen] = -1.0
    return int(np.argmax(free))


def permitted(network: Walks, homes: Homes, places: Ints) -> Ints:
    """Keep the places from which no blind home can be reached within the far limit."""
    if not homes.blind.any():
        return places
    away = network.distances(homes.nodes[homes.blind], limit_m=2 * FAR_M)
    return places[away[places] > FAR_M + 15]
