"""What this process knows of the district: read once for a state of the store, then looked up.

Command line and web ask alike through `known`. A question costs one small query (has the
store changed?); layers, network and everything derived from them stay in memory until it has.
A server (`Work.meanwhile`) looks behind its questions instead, every 20 ms while it is asked:
no question waits for the look, and what it knows of the store is never older than 0.2 s, and
that only where the looks themselves have to wait for the processor.
After a change it gives the old answers until the new ones are built.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from contextlib import suppress
from copy import copy
from functools import cached_property, lru_cache, partial
from threading import Event, Lock, RLock, Thread
from time import monotonic, sleep
from typing import NamedTuple, TypeVar, cast

import numpy as np
import numpy.typing as npt
from pyproj import Transformer

from api.tasks.scene import Scene, read_scene
from api.tasks.walk import STREETS, network_of, tree_of
from api.tasks.work import Work
from geo import coords, network, store
from geo.layers import StationLayer, Walker

Kept = TypeVar("Kept")
MOST_STORES = 2
MOST_ANSWERS = 256
"""Trees and the like are kept for so many different questions; the oldest goes first."""
MOST_ASKED = 24
"""So many of the latest kinds of question are made ready before new answers stand."""
OLDEST_S = 0.045
"""A server looks at once when it saw the store longer ago than this, if the question may wait."""
LATEST_S = 0.2
"""From what it saw longer ago than this it does not answer."""
LOOK_S = 0.02
"""It looks again after this time, while it is asked."""


class NotAtHand(Exception):
    """What was asked for would first have to be read or built."""


class Known:
    """The district in one state of the store; safe to share between threads."""

    def __init__(self, state: str, scene: Scene) -> None:
        self.state = state
        self.scene = scene
        self._kept: OrderedDict[Hashable, object] = OrderedDict()
        self._gates: dict[Hashable, RLock] = {}
        self._lock = RLock()
        self._patient = True
        self._asked: OrderedDict[Hashable, Callable[[Known], object]] = OrderedDict()

    @cached_property
    def stations(self) -> StationLayer:
        """Give the places that serve people today."""
        return self.scene.stations

    @cached_property
    def to_metres(self) -> Transformer:
        """Give the way from lon/lat to the metres of the scene."""
        return coords.transformer(coords.STORED, self.scene.crs)

    @cached_property
    def to_degrees(self) -> Transformer:
        """Give the way from the metres of the scene to lon/lat."""
        return coords.transformer(self.scene.crs, coords.STORED)

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
            if not self._patient:
                raise NotAtHand
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

    @cached_property
    def at_hand(self) -> Known:
        """Give the same, but its `keep` raises `NotAtHand` rather than make anything."""
        _ = self.stations, self.to_metres, self.to_degrees
        same = copy(self)
        same._patient = False
        return same

    def asked(self, key: Hashable, again: Callable[[Known], object]) -> None:
        """Note a kind of question, so that after a change it is asked before the new stands."""
        with self._lock:
            self._asked[key] = again
            self._asked.move_to_end(key)
            while len(self._asked) > MOST_ASKED:
                self._asked.popitem(last=False)

    def readied(self, old: Known) -> Known:
        """Build what was lately asked of the old one, before this one stands."""
        _ = self.stations, self.net
        with old._lock:
            questions = list(old._asked.items())
        for key, again in questions:
            again(self)
            self.asked(key, again)
        return self


class _Seen(NamedTuple):
    """The state that the store had at a moment of this process's clock."""

    state: str
    at_s: float


_STORES: OrderedDict[str, Known] = OrderedDict()
_SEEN: dict[str, _Seen] = {}
_WATCHES: dict[str, Event] = {}
_LOOK = Lock()
_RENEWED: set[str] = set()
_LOCK = RLock()


def state(work: Work) -> str:
    """Name the state of the store: its last recorded change."""
    return store.audit.latest(work.db)


def known(work: Work) -> Known:
    """Give what is known of the store as it is now.

    A server that answers at all times (`Work.meanwhile`) gives the old answers while what is
    new is read and built behind it.

    Raises
    ------
    NotFound
        When the store holds neither stations nor streets.
    """
    name = _name(work)
    now = _state_lately(name, work) if work.meanwhile else state(work)
    with _LOCK:
        kept = _STORES.get(name)
        if kept is None or kept.state != now:
            if kept is not None and work.meanwhile:
                _renew(name, work, kept)
                return kept
            kept = _stand(name, Known(now, read_scene(work, "station", *STREETS)))
        _STORES.move_to_end(name)
    return kept


def at_hand(work: Work) -> Known:
    """Give what is known, of a state seen just now, without any waiting.

    Raises
    ------
    NotAtHand
        When the store has to be looked at first, or nothing is known of it.
    """
    name = _name(work)
    seen, kept = _SEEN.get(name), _STORES.get(name)
    if not work.meanwhile or seen is None or kept is None or monotonic() - seen.at_s > LATEST_S:
        raise NotAtHand
    _watch(name, work)
    if kept.state != seen.state:
        _renew(name, work, kept)
    return kept.at_hand


def _name(work: Work) -> str:
    return _address(work.db)


@lru_cache(maxsize=8)
def _address(db: store.Database) -> str:
    return str(db.engine.url)


def _state_lately(name: str, work: Work) -> str:
    """Give the state as it was at most `OLDEST_S` ago; who finds it older looks for all."""
    with _LOOK:
        seen = _SEEN.get(name)
        if seen is None or monotonic() - seen.at_s > OLDEST_S:
            seen = _look(name, partial(state, work))
    _watch(name, work)
    return seen.state


def _look(name: str, look: Callable[[], str]) -> _Seen:
    begun = monotonic()
    seen = _SEEN[name] = _Seen(look(), begun)
    return seen


def _watch(name: str, work: Work) -> None:
    """Have the store looked at again, soon and in the background."""
    if (wanted := _WATCHES.get(name)) is not None:
        wanted.set()
        return
    wanted = _WATCHES.setdefault(name, Event())

    def watch() -> None:
        with suppress(Exception):
            while wanted.wait(timeout=60):
                with store.audit.watching(work.db) as look:
                    while wanted.wait(timeout=1):
                        wanted.clear()
                        sleep(LOOK_S)
                        _look(name, look)
        _SEEN.pop(name, None)
        _WATCHES.pop(name, None)

    Thread(target=watch, name="watch", daemon=True).start()


def _stand(name: str, fresh: Known) -> Known:
    with _LOCK:
        _STORES[name] = fresh
        _STORES.move_to_end(name)
        while len(_STORES) > MOST_STORES:
            _STORES.popitem(last=False)
    return fresh


def _renew(name: str, work: Work, old: Known) -> None:
    """Read and build in the background, one at a time, and let it stand when it is whole.

    When that fails the old is given up, and who asks next is told what is wrong.
    """

    def make() -> None:
        try:
            fresh = Known(state(work), read_scene(work, "station", *STREETS))
            _stand(name, fresh.readied(old))
        except Exception:
            with _LOCK:
                _STORES.pop(name, None)
            raise
        finally:
            _RENEWED.discard(name)

    with _LOCK:
        begun = name in _RENEWED
        _RENEWED.add(name)
    if not begun:
        Thread(target=make, name="renew", daemon=True).start()
