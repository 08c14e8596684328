"""Layers packed for answering, kept in this process and fresh.

A pack is read when it is first asked for. What is published later is told by the store's
notices: the rows that they name are read again and put in place, which takes milliseconds;
a layer that was replaced as a whole is read anew by who asks next.
"""

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Hashable, Mapping
from threading import Lock, RLock
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from sqlalchemy.orm import Session

from api.tasks.memory import give_back
from api.tasks.work import Work
from geo import asking, layers, store
from geo.asking import Pack
from geo.layers import View
from geo.store import changes, rows, versions
from geo.store.versions import Days

Cells = dict[str, npt.NDArray[Any]]
Post = tuple[str, str, str]
"""A role, and the name and telephone of who has it."""
Posts = Mapping[str, list[Post]]
"""By the code of an area."""
MOST_STORES = 2
MOST_OLD = 12
"""So many states of the past are kept, the latest asked for."""


class Shelf:
    """The packs of one store; safe to share between threads."""

    def __init__(self, db: store.Database, watch: changes.Watch) -> None:
        self._db = db
        self.watch = watch
        self._packs: dict[tuple[str, View], Pack] = {}
        self._old: OrderedDict[Hashable, Pack] = OrderedDict()
        self._gates: dict[Hashable, RLock] = {}
        self._posts: Posts | None = None
        self._counts: Counter[str] = Counter()
        self._lock = Lock()
        self._subscription = watch.subscribe(self._told)

    def at_hand(self, layer: str, view: View) -> Pack | None:
        """Give what is packed already, and surely not old."""
        return self._packs.get((layer, view)) if self._subscription.sure() else None

    def pack(self, layer: str, view: View) -> Pack:
        """Give a layer as it is now; of areas those that live."""
        key = layer, view
        if not self._subscription.sure():
            self._subscription.make_sure()
        if (found := self._packs.get(key)) is not None:
            return found
        with self._gate(key):
            while (found := self._packs.get(key)) is None:
                before = self._changes_of(layer)
                with self._db.read() as session:
                    made = _pack(_read(session, layer), layer, view)
                give_back()
                with self._lock:
                    if self._changes_of(layer) == before:
                        self._packs[key] = made
        return found

    def posts_at_hand(self) -> Posts | None:
        """Give who answers for which area, when that is read already and surely not old."""
        return self._posts if self._subscription.sure() else None

    def posts(self) -> Posts:
        """Give who answers for which area, by role, in the order in which they were kept."""
        if not self._subscription.sure():
            self._subscription.make_sure()
        with self._gate("posts"):
            while (found := self._posts) is None:
                before = self._changes_of("staff")
                with self._db.read() as session:
                    made: dict[str, list[Post]] = defaultdict(list)
                    for area, role, name, phone in store.posts.every(session):
                        made[area].append((role, name, phone))
                with self._lock:
                    if self._changes_of("staff") == before:
                        self._posts = dict(made)
        return found

    def _changes_of(self, layer: str) -> tuple[int, int]:
        """Count what was told of a layer; while it is read nothing may have been."""
        return self._counts[layer], self._counts[changes.EVERYTHING]

    def during(self, level: str, view: View, days: Days) -> Pack:
        """Give every version of the areas of a level that held on any of some days."""
        key = level, view, days, self._subscription.epoch
        with self._gate(("old", level, view)):
            if (found := self._old.get(key)) is None:
                with self._db.read() as session:
                    frame = versions.read(session, level, during=days)
                found = self._old[key] = _pack(_last_named(frame), level, view)
                while len(self._old) > MOST_OLD:
                    self._old.popitem(last=False)
        return found

    def _gate(self, key: Hashable) -> RLock:
        with self._lock:
            return self._gates.setdefault(key, RLock())

    def _told(
        self, layer: str, ids: tuple[int, ...] | None, boxes: changes.Boxes, epoch: int
    ) -> None:
        """Take in a change: put rows in place, or forget what was replaced as a whole."""
        with self._lock:
            self._counts[layer] += 1
            if layer in ("staff", changes.EVERYTHING):
                self._posts = None
            keys = [key for key in self._packs if layer in (key[0], changes.EVERYTHING)]
        for key in keys:
            new = None if ids is None else self._changed(key, ids, epoch)
            if new is None:
                self._packs.pop(key)
            else:
                self._packs[key] = new

    def _changed(self, key: tuple[str, View], ids: tuple[int, ...], epoch: int) -> Pack | None:
        """Put rows in place, and what came since."""
        old, layer = self._packs[key], key[0]
        known = int(old.numbers.max(initial=0))
        ids, found = self.watch.touched.with_newer(layer, ids, epoch, above=known)
        return old.changed(ids, _pack(found, *key))


def columns(layer: str, view: View) -> tuple[str, ...]:
    """Give the properties of a layer's features in a view; areas tell since when they hold."""
    shown = tuple(column.name for column in layers.shown(layer, view))
    return (*shown, "born", "died") if shown and layers.layer(layer).level else shown


def _read(session: Session, layer: str) -> Cells:
    if layers.layer(layer).level:
        return versions.cells(session, layer)
    return rows.cells(session, layer)


def _pack(frame: gpd.GeoDataFrame | Cells, layer: str, view: View) -> Pack:
    return asking.pack(frame, layers.layer(layer).key, columns(layer, view))


def _last_named(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Call versions of one code, but for the last, by the day since which they held."""
    last = ~frame["code"].duplicated(keep="last") | (frame["died"].isna())
    named = frame["code"] + "@" + frame["born"].dt.strftime("%Y-%m-%d")
    return frame.assign(code=np.where(last, frame["code"], named))


_SHELVES: OrderedDict[changes.Watch, Shelf] = OrderedDict()
_LOCK = Lock()


def shelf(work: Work) -> Shelf:
    """Give the shelf of a store."""
    watch = changes.watch(work.db)
    found = _SHELVES.get(watch)
    if found is None:
        with _LOCK:
            found = _SHELVES.setdefault(watch, Shelf(work.db, watch))
            while len(_SHELVES) > MOST_STORES:
                _SHELVES.popitem(last=False)
    return found
