"""Walking over the district's streets: the network of a scene, and times on it."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from api.tasks.artefacts import kept_network, kept_tree
from api.tasks.scene import Scene
from geo import network
from geo.layers import DemandLayer, Progress, StationLayer, TravelTimes, Walker, quiet, walker

STREETS = ("street", "barrier", "gate")
ADULT = walker("adult")


def network_of(scene: Scene) -> network.Network | None:
    """Give the walking network of a scene; None when no streets are kept.

    A network is built once for the same streets, barriers and gates, and kept in the folder
    of the scene (`artefacts`).
    """
    if not len(scene.frame("street")):
        return None
    return _built(_Kept(scene))


def tree_of(
    scene: Scene, xy: npt.NDArray[np.float64], *, k: int, who: Walker = ADULT
) -> network.Tree | None:
    """Give every node's k nearest of some places; None when no streets are kept."""
    if (net := network_of(scene)) is None:
        return None
    asked = hashlib.sha256(xy.tobytes() + f"{scene.mark(*STREETS)} {k} {who}".encode())
    return kept_tree(scene.folder, net, asked.hexdigest(), (xy, k, who))


def walk_times(
    scene: Scene,
    stations: StationLayer | None = None,
    *,
    demand: DemandLayer | None = None,
    k: int = 1,
    who: Walker = ADULT,
    limit_s: float = float("inf"),
    progress: Progress = quiet,
) -> TravelTimes:
    """Measure every building's walk to its k nearest stations; estimated without streets.

    `demand` stands for the buildings where others are meant than all.
    """
    chosen = scene.stations if stations is None else stations
    demand = scene.demand if demand is None else demand
    if (net := network_of(scene)) is None:
        return network.straight(demand, chosen, k=k, walker=who, limit_s=limit_s)
    progress("步行时间", 0, 1)
    times = network.nearest(net, demand, chosen, k=k, walker=who, limit_s=limit_s)
    progress("步行时间", 1, 1)
    return times


class _Kept:
    """A scene as a cache key: equal when streets, barriers and gates are the same."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def __hash__(self) -> int:
        return hash(self.scene.mark(*STREETS))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and self.scene.mark(*STREETS) == other.scene.mark(*STREETS)


@lru_cache(maxsize=2)
def _built(kept: _Kept) -> network.Network:
    street, barrier, gate = (kept.scene.frame(name) for name in STREETS)
    return kept_network(
        kept.scene.folder,
        kept.scene.mark(*STREETS),
        lambda: network.build(street, barriers=barrier, gates=gate),
    )
