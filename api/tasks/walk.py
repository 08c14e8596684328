"""Walking over the district's streets: the network of a scene, and times on it."""

import hashlib
from functools import lru_cache

import geopandas as gpd
import pandas as pd
import shapely

from api.tasks.scene import Scene
from geo import network
from geo.layers import Progress, StationLayer, TravelTimes, Walker, quiet, walker

STREETS = ("street", "barrier", "gate")
ADULT = walker("adult")


def network_of(scene: Scene) -> network.Network | None:
    """Give the walking network of a scene; None when no streets are kept.

    A network is built once for the same streets, barriers and gates.
    """
    if not len(scene.frame("street")):
        return None
    return _built(_Kept(scene))


def walk_times(
    scene: Scene,
    stations: StationLayer | None = None,
    *,
    k: int = 1,
    who: Walker = ADULT,
    limit_s: float = float("inf"),
    progress: Progress = quiet,
) -> TravelTimes:
    """Measure every building's walk to its k nearest stations; estimated without streets."""
    chosen = scene.stations if stations is None else stations
    demand = scene.demand
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
        self.key = tuple(_mark(scene.frame(name)) for name in STREETS)

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Kept) and self.key == other.key


def _mark(frame: gpd.GeoDataFrame) -> str:
    values = pd.util.hash_pandas_object(frame.drop(columns=frame.geometry.name), index=False)
    shapes = b"".join(shapely.to_wkb(frame.geometry.to_numpy()))
    return hashlib.sha256(values.to_numpy().tobytes() + shapes).hexdigest()


@lru_cache(maxsize=2)
def _built(kept: _Kept) -> network.Network:
    scene = kept.scene
    return network.build(
        scene.frame("street"), barriers=scene.frame("barrier"), gates=scene.frame("gate")
    )
