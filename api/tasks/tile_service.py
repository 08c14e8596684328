"""The tiles of this process: layers packed on first use, kept fresh by the watch of the store."""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from threading import Lock, RLock
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from isal import igzip_lib

from api.tasks import tile_layers
from api.tasks.memory import give_back
from api.tasks.tile_layers import LAYERS, PUBLIC, TileLayer
from api.tasks.work import Work
from geo import store, tiling
from geo.layers import View
from geo.store.changes import EVERYTHING, Boxes
from geo.tiling import Address, Cache, Finished, Sheet
from geo.tiling.kernel import I64

MOST_BYTES = 96 * 2**20
SETTLED_AFTER = 4000
"""So many fresh features are put into the base of a layer when nothing else is to be done."""
MOST_BOXES = 5000
"""Beyond so many touched boxes all tiles of the layer are dropped."""
FEW = 3000
"""Tiles of so many features are drawn at once, without a thread."""
SMALL = 4096
"""Tiles of so many bytes are in two packets of the network, packed well or best."""
NOTHING = Finished(b"", b"")


class Shown(NamedTuple):
    """A layer as somebody sees it, in a datum: what the cache keeps tiles by."""

    layer: str
    datum: str
    view: View


class Kept:
    """A layer as a view shows it, in all datums that were asked for."""

    def __init__(self, of: TileLayer, view: View) -> None:
        self.of, self.view = of, view
        self.lock = RLock()
        self.sheets: dict[str, Sheet] = {}

    def group(self, datum: str) -> Shown:
        """Name it for the cache."""
        return Shown(self.of.name, datum, self.view)


class TileService:
    """Tiles of one store. Safe to share between threads; `close` ends its subscription."""

    def __init__(self, work: Work, *, most_bytes: int = MOST_BYTES) -> None:
        self.work = work
        self.cache: Cache[Shown] = Cache(most_bytes)
        self._kept: dict[tuple[str, str], Kept] = {}
        self._flights: dict[object, Lock] = defaultdict(Lock)
        self._lock = Lock()
        self.watch = store.changes.watch(work.db)
        self.subscription = self.watch.subscribe(self._told)

    def close(self) -> None:
        """Follow the store no more."""
        self.watch.unsubscribe(self.subscription)

    def peek(self, names: tuple[str, ...], at: Address, datum: str, view: View) -> Finished | None:
        """Give a tile that is at hand, and surely not old."""
        if not self.subscription.sure():
            return None
        return self.cache.get(tuple(Shown(name, datum, view) for name in names), at)

    def tile(
        self, names: tuple[str, ...], at: Address, datum: str = "wgs84", view: View = PUBLIC
    ) -> Finished:
        """Give a tile of one or several layers; whoever asks for the same at once waits for it.

        Several layers come each from the zoom from which it is shown; one alone comes at all.
        """
        if not self.subscription.sure():
            self.subscription.make_sure()
        shown = tuple(Shown(name, datum, view) for name in names)
        turn = self.cache.turn(shown)
        flight = (shown, at, turn)
        with self._lock:
            gate = self._flights[flight]
        with gate:
            if (found := self.cache.get(shown, at)) is not None:
                return found
            made = self._made(names, at, datum, view)
            self.cache.put(shown, at, made, turn)
        with self._lock:
            self._flights.pop(flight, None)
        return made

    def sheet(self, name: str, datum: str = "wgs84", view: View = PUBLIC) -> Sheet:
        """Give a layer as it is now, read and packed on first use."""
        of = tile_layers.layer(name)
        with self._lock:
            kept = self._kept.setdefault((name, view), Kept(of, view))
        with kept.lock:
            if "wgs84" not in kept.sheets:
                kept.sheets["wgs84"] = self._read(kept)
            if datum not in kept.sheets:
                kept.sheets[datum] = kept.sheets["wgs84"].in_datum(datum)
            return kept.sheets[datum]

    def _read(self, kept: Kept) -> Sheet:
        with self.work.db.read() as session:
            made = tile_layers.sheet(session, kept.of, kept.view)
        give_back()
        return made

    def _made(self, names: tuple[str, ...], at: Address, datum: str, view: View) -> Finished:
        sheets = [self.sheet(name, datum, view) for name in _shown_at(names, at)]
        return _drawn(at, [(sheet, *sheet.shown(at)) for sheet in sheets])

    def soon(
        self, names: tuple[str, ...], at: Address, datum: str = "wgs84", view: View = PUBLIC
    ) -> Finished | None:
        """Give a tile that is drawn in less time than it takes to ask a thread for it."""
        if not self.subscription.sure():
            return None
        shown = tuple(Shown(name, datum, view) for name in names)
        turn = self.cache.turn(shown)
        chosen, many = [], 0
        for name in _shown_at(names, at):
            kept = self._kept.get((name, view))
            if kept is None or not kept.lock.acquire(blocking=False):
                return None
            sheet = kept.sheets.get(datum)
            kept.lock.release()
            if sheet is None:
                return None
            rows, fresh = sheet.shown(at)
            chosen.append((sheet, rows, fresh))
            many += len(rows) + len(fresh)
            if many > FEW:
                return None
        made = _drawn(at, chosen)
        self.cache.put(shown, at, made, turn)
        return made

    def _told(self, layer: str, ids: tuple[int, ...] | None, boxes: Boxes, epoch: int) -> None:
        """Take a change in: no tile of what is touched is given until it is."""
        with self._lock:
            kept = list(self._kept.values())
        for held in kept:
            if layer != EVERYTHING and layer not in held.of.watched:
                continue
            with held.lock:
                if "wgs84" not in held.sheets:
                    continue
                if ids is None or held.of.whole is not None or layer == EVERYTHING:
                    self._reread(held)
                else:
                    self._drop(held, worlds(boxes))
                    self._change(held, layer, ids, epoch)

    def _change(self, held: Kept, source: str, ids: tuple[int, ...], epoch: int) -> None:
        known = held.sheets["wgs84"].highest
        ids, found = self.watch.touched.with_newer(source, ids, epoch, above=known)
        come = tile_layers.rows(found, held.of, source, held.view)
        gone = tile_layers.fids(held.of, source, ids)
        sheet, touched = held.sheets["wgs84"].changed(gone, come)
        self._stand(held, sheet if len(sheet.fresh) < SETTLED_AFTER else sheet.settled(), touched)

    def _reread(self, held: Kept) -> None:
        before = held.sheets["wgs84"]
        for datum in held.sheets:
            self.cache.turn([held.group(datum)])
        fresh = self._read(held)
        self._stand(held, fresh, before.differs(fresh))

    def _stand(self, held: Kept, sheet: Sheet, touched: npt.NDArray[np.float64]) -> None:
        held.sheets = {
            datum: sheet.in_datum(datum, before) for datum, before in held.sheets.items()
        }
        self._drop(held, touched)

    def _drop(self, held: Kept, boxes: npt.NDArray[np.float64]) -> None:
        for datum in held.sheets:
            group = held.group(datum)
            if len(boxes) > MOST_BOXES:
                self.cache.clear(group)
            else:
                self.cache.drop(group, _shifted(boxes, datum))


def _shown_at(names: tuple[str, ...], at: Address) -> list[str]:
    """Give the layers that a tile shows: of several each from its zoom, one alone at all."""
    return [name for name in names if len(names) == 1 or at.z >= LAYERS[name].shown_from]


def _drawn(at: Address, chosen: list[tuple[Sheet, I64, I64]]) -> Finished:
    """Draw features of layers into a tile and pack it."""
    body = b"".join(sheet.encoded(at, rows, fresh) for sheet, rows, fresh in chosen)
    if not body:
        return NOTHING
    tag = 0
    for sheet, rows, fresh in chosen:
        tag = (tag * 31 + sheet.tag(rows, fresh)) % 2**64
    return Finished(packed(body), b'W/"%x"' % tag)


_SERVICES: OrderedDict[int, TileService] = OrderedDict()
_LOCK = Lock()
MOST_STORES = 2


def service(work: Work) -> TileService:
    """Give the tiles of a store in this process."""
    number = id(work.db.engine)
    with _LOCK:
        if number not in _SERVICES:
            _SERVICES[number] = TileService(work)
            while len(_SERVICES) > MOST_STORES:
                _SERVICES.popitem(last=False)[1].close()
        return _SERVICES[number]


def packed(body: bytes) -> bytes:
    """Pack a tile with gzip, the same bytes for the same tile (a tenth of the time of zlib).

    A small one is packed with codes made beforehand: to make its own takes longer than to draw it.
    """
    return igzip_lib.compress(body, int(len(body) > SMALL), igzip_lib.COMP_GZIP)


def worlds(boxes: Boxes) -> npt.NDArray[np.float64]:
    """Turn boxes in degrees into boxes of the world: west, north, east, south."""
    west, north = tiling.world(boxes[:, 0], boxes[:, 3])
    east, south = tiling.world(boxes[:, 2], boxes[:, 1])
    return np.column_stack([west, north, east, south])


def _shifted(
    boxes: npt.NDArray[np.float64], datum: str
) -> Iterable[tuple[float, float, float, float]]:
    """Give where boxes lie in a datum, a little widened."""
    found = tiling.boxes_in_datum(boxes, datum)
    return [(w, n, e, s) for w, n, e, s in np.unique(found, axis=0).tolist()]
