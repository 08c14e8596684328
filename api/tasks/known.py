"""What this process knows of the district: read once for a state of the store, then looked up.

Command line and web ask alike through `known`. A question costs one small query (has the
store changed?); layers, network and everything derived from them stay in memory until it has.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import cached_property
from threading import RLock, Thread
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from api.tasks.scene import Scene, read_scene
from api.tasks.walk import STREETS, network_of, tree_of
from api.tasks.work import Work
from geo import network, store
from geo.layers import StationLayer, Walker

Kept = TypeVar("Kept")
MOST_STORES = 2
MOST_ANSWERS = 256
"""Trees and the like are kept for so many different questions; the oldest goes first."""


class Known:
    """The district in one state of the store; safe to share between threads."""

    def __init__(self, state: str, scene: Scene) -> None:
        self.state = state
        self.scene = scene
        self._kept: OrderedDict[Hashable, object] = OrderedDict()
        self._gates: dict[Hashable, RLock] = {}
        self._lock = RLock()

    @cached_property
    def stations(self) -> StationLayer:
        """Give the places that serve people today."""
        return self.scene.stations

    @property
    def net(self) -> network.Network | None:
        """Give the walking network; None when no streets are kept."""
        return self.keep("net", lambda: network_of(self.scene))

    def tree(self, xy: npt.NDArray[np.float64], k: int, who: Walker) -> network.Tree:
        """Give the k nearest of some places for every node; streets must be kept."""
        return cast(network.Tree, tree_of(self.scene, xy, k=k, who=who))

    def keep(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """Give what was made under a key in this state of the store, or make it now.

        Whoever asks for the same waits for it; others do not.
        """
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return cast(Kept, self._kept[key])
            gate = self._gates.setdefault(key, RLock())
        with gate:
            with self._lock:
                if key in self._kept:
                    return cast(Kept, self._kept[key])
            made = make()
            with self._lock:
                self._kept[key] = made
                self._gates.pop(key, None)
                while len(self._kept) > MOST_ANSWERS:
                    self._kept.popitem(last=False)
            return made


_STORES: OrderedDict[str, Known] = OrderedDict()
_RENEWED: set[str] = set()
_LOCK = RLock()


def state(work: Work) -> str:
    """Name the state of the store: its last recorded change."""
    with work.db.read() as session:
        latest = store.audit.read(session, limit=1)
    return f"{latest[0].at.isoformat()} {latest[0].subject}" if latest else "empty"


def known(work: Work) -> Known:
    """Give what is known of the store as it is now.

    A server that answers at all times (`Work.meanwhile`) gives the old answers while what is
    new is read and built behind it.

    Raises
    ------
    NotFound
        When the store holds neither stations nor streets.
    """
    name, now = str(work.db.engine.url), state(work)
    with _LOCK:
        kept = _STORES.get(name)
        if kept is None or kept.state != now:
            if kept is not None and work.meanwhile:
                _renew(name, work)
                return kept
            kept = _stand(name, Known(now, read_scene(work, "station", *STREETS)))
        _STORES.move_to_end(name)
    return kept


def _stand(name: str, fresh: Known) -> Known:
    with _LOCK:
        _STORES[name] = fresh
        _STORES.move_to_end(name)
        while len(_STORES) > MOST_STORES:
            _STORES.popitem(last=False)
    return fresh


def _renew(name: str, work: Work) -> None:
    """Read and build in the background, one at a time, and let it stand when it is whole.

    When that fails the old is given up, and who asks next is told what is wrong.
    """

    def make() -> None:
        try:
            fresh = Known(state(work), read_scene(work, "station", *STREETS))
            _ = fresh.net
            _stand(name, fresh)
        except Exception:
            with _LOCK:
                _STORES.pop(name, None)
            raise
        finally:
            _RENEWED.discard(name)

    if name not in _RENEWED:
        _RENEWED.add(name)
        Thread(target=make, name="renew", daemon=True).start()
