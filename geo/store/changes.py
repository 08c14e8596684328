"""What changed, told within milliseconds of the commit to whoever keeps something in memory.

Every process has one watch a store: a connection of its own that listens, and a thread that
reads what is new. The database numbers changes in the order of commits (`epoch`), so that
who has seen a number has seen all below it. The watch looks without having been called, too:
four times a second, and as long as somebody asks, so often that an answer is never older
than `SURE_S`. One whose connection was lost looks as soon as it has another::

    def told(layer: str, ids: tuple[int, ...] | None, boxes: Boxes, epoch: int) -> None: ...

    stop = store.changes.watch(db).subscribe(told)

Subscribers share what they read of a change again: `Watch.touched`.
"""

import logging
from collections import deque
from collections.abc import Callable, Sequence
from queue import SimpleQueue
from threading import Condition, Event, Lock, Thread
from time import monotonic
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import psycopg
from sqlalchemy import Connection, Engine, Row, event
from sqlalchemy.exc import SQLAlchemyError

from geo.errors import Unavailable
from geo.store.database import Database
from geo.store.statements import statement
from geo.store.touched import Touched

Boxes = npt.NDArray[np.float64]
"""(n, 4): west, south, east, north, in degrees."""
EVERYTHING = ""
"""In place of a layer: notices were lost, and anything may have changed."""
HEARTBEAT_S = 0.25
"""The watch looks so often without having been called."""
LOOK_S = 0.02
"""So often while there are questions to be answered from what is kept in memory."""
SURE_S = 0.045
"""Whoever has taken in all that is older than this may answer without asking the store."""
PATIENT_S = 2.0
RETRY_S = 0.05
"""After a lost connection it tries again so soon, and then ever slower up to `SLOWEST_S`."""
SLOWEST_S = 0.5
LOG = logging.getLogger(__name__)


class Change(NamedTuple):
    """Rows of a layer that were written, as a subscriber is told of them.

    `layer` is one of `geo.layers.LAYERS`, ``grouping`` or ``blind_spot``, or `EVERYTHING`.
    `ids` are numbers of rows (`fid`), old and new: read them again, and what is not found is
    gone. None: too many to name. `boxes` hold their shapes, before and after; none for rows
    without a shape, and where `ids` is None. What a transaction wrote to a layer is told at
    once.
    """

    layer: str
    ids: tuple[int, ...] | None
    boxes: Boxes
    epoch: int


Told = Callable[[str, tuple[int, ...] | None, Boxes, int], None]
NOWHERE: Boxes = np.empty((0, 4))


class Subscription:
    """One subscriber: told change by change, in order, on a thread of its own."""

    def __init__(self, told: Told, watch: "Watch") -> None:
        self._told, self._watch = told, watch
        self._queue: SimpleQueue[list[Change] | None] = SimpleQueue()
        self._moved = Condition()
        self._epoch = watch.epoch
        self._untaken: deque[float] = deque()
        self._behind_since_s: float | None = None
        Thread(target=self._run, name="changes", daemon=True).start()

    @property
    def epoch(self) -> int:
        """The subscriber has done with everything up to this number."""
        return self._epoch

    def wait(self, epoch: int, timeout_s: float) -> bool:
        """Wait until the subscriber has done with a number; say whether it has."""
        with self._moved:
            return self._moved.wait_for(lambda: self._epoch >= epoch, timeout_s)

    def sure(self) -> bool:
        """Tell whether all that was committed until `SURE_S` ago has been taken in."""
        self._watch.asked = True
        since, long_ago = self._behind_since_s, monotonic() - SURE_S
        return self._watch.seen_s > long_ago and (since is None or since > long_ago)

    def make_sure(self) -> None:
        """Wait until the last change has been taken in; ask the store which it is, if need be.

        Raises
        ------
        Unavailable
            When the store does not answer: what is in memory may be old.
        """
        self._watch.look()
        self.wait(self._watch.epoch, PATIENT_S)

    def close(self) -> None:
        """Tell it nothing more."""
        self._queue.put(None)

    def put(self, changes: list[Change]) -> None:
        """Hand over what was committed since the watch looked last."""
        with self._moved:
            self._untaken.append(self._watch.seen_s)
            self._behind_since_s = self._untaken[0]
            self._queue.put(changes)

    def _run(self) -> None:
        while (changes := self._queue.get()) is not None:
            for change in changes:
                self._tell(change)
            with self._moved:
                self._epoch = changes[-1].epoch
                self._untaken.popleft()
                self._behind_since_s = self._untaken[0] if self._untaken else None
                self._moved.notify_all()

    def _tell(self, change: Change) -> None:
        """Tell it; who stumbles over a change is told to forget everything."""
        try:
            self._told(*change)
        except Exception:
            LOG.exception("a change of %s could not be taken in", change.layer or "all layers")
            try:
                self._told(EVERYTHING, None, NOWHERE, change.epoch)
            except Exception:
                LOG.exception("what is kept in memory may be old")


class Watch:
    """The listener of one store in this process; from `watch`."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.touched = Touched(db)
        self._lock, self._looking = Lock(), Lock()
        self._subscriptions: list[Subscription] = []
        self._closed = Event()
        self._heard = Event()
        self._epoch = 0
        self.seen_s = float("-inf")
        self.asked = False
        with db.engine.connect() as connection:
            self._epoch = _span(connection)[1]
        Thread(target=self._run, name="watch of changes", daemon=True).start()
        self._heard.wait(10)

    @property
    def epoch(self) -> int:
        """The number of the last change that was read; subscribers may still be at work."""
        return self._epoch

    def look(self) -> None:
        """Read what is new at once, unless that was done within `SURE_S`.

        Whoever asks does so themselves: the watch may have lost its connection.
        """
        if self.seen_s > monotonic() - SURE_S:
            return
        if not self._looking.acquire(timeout=PATIENT_S):  # a connection that says nothing more
            raise Unavailable("the database does not answer", zh="数据库没有应答")
        try:
            if self.seen_s <= monotonic() - SURE_S:
                with self._db.glance() as session:
                    self._look(session.connection())
        finally:
            self._looking.release()

    def subscribe(self, told: Told) -> Subscription:
        """Have every later change told, in the order of commits, on a thread of its own.

        Subscribe first and read then: what changes meanwhile is told, perhaps twice.
        """
        with self._lock:
            made = Subscription(told, self)
            self._subscriptions.append(made)
        return made

    def unsubscribe(self, subscription: Subscription) -> None:
        """Tell a subscriber nothing more; twice is once."""
        with self._lock:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)
        subscription.close()

    def close(self) -> None:
        """Listen no more."""
        self._closed.set()
        with self._lock:
            for subscription in self._subscriptions:
                subscription.close()
            self._subscriptions.clear()

    def _run(self) -> None:
        pause_s = RETRY_S
        while not self._closed.is_set():
            try:
                with self._db.engine.connect() as connection:
                    connection.execution_options(isolation_level="AUTOCOMMIT")
                    connection.detach()
                    self._listen(connection)
                pause_s = RETRY_S
            except (Unavailable, SQLAlchemyError, psycopg.Error):
                self._closed.wait(pause_s)
                pause_s = min(2 * pause_s, SLOWEST_S)
        self._heard.set()

    def _listen(self, connection: Connection) -> None:
        wire = cast("psycopg.Connection[object]", connection.connection.dbapi_connection)
        wire.execute("listen wangge_notices")
        while not self._closed.is_set():
            with self._looking:
                self._look(connection)
            self._heard.set()
            pause_s, self.asked = LOOK_S if self.asked else HEARTBEAT_S, False
            for _ in wire.notifies(timeout=pause_s, stop_after=1):
                pass

    def _look(self, connection: Connection) -> None:
        """Read what is new and hand it on; with a gap, or a store put back, tell of everything."""
        begun = monotonic()
        rows = connection.execute(statement("notices_since"), {"epoch": self._epoch}).all()
        if rows and rows[0].epoch == self._epoch + 1:  # what comes next: nothing was lost between
            self._hand_on(_together(rows, rows[-1].epoch))
        else:
            first, last = _span(connection)
            if last < self._epoch or first > self._epoch + 1:
                self._hand_on([Change(EVERYTHING, None, NOWHERE, last)])
            elif rows:
                self._hand_on(_together(rows, rows[-1].epoch))
        self.seen_s = begun

    def _hand_on(self, found: list[Change]) -> None:
        with self._lock:
            for subscription in self._subscriptions:
                subscription.put(found)
            self._epoch = found[-1].epoch


_WATCHES: dict[Engine, Watch] = {}
_LOCK = Lock()


def watch(db: Database) -> Watch:
    """Give this process's watch of a store; it ends when the store is closed."""
    with _LOCK:
        if (found := _WATCHES.get(db.engine)) is None:
            found = _WATCHES[db.engine] = Watch(db)
            event.listen(db.engine, "engine_disposed", _forget)
    return found


def _forget(engine: Engine) -> None:
    with _LOCK:
        found = _WATCHES.pop(engine, None)
    if found is not None:
        found.close()


def _span(connection: Connection) -> tuple[int, int]:
    first, last = connection.execute(statement("notices_span")).one()
    return int(first), int(last)


def _together(rows: Sequence[Row[Any]], last: int) -> list[Change]:
    """Join what one look found of a layer: nobody sees a part of a transaction."""
    found = []
    for layer in dict.fromkeys(row.layer for row in rows):
        mine = [row for row in rows if row.layer == layer]
        if any(row.ids is None for row in mine):
            found.append(Change(layer, None, NOWHERE, last))
            continue
        ids = dict.fromkeys(number for row in mine for number in row.ids)
        boxes = [box for row in mine for box in row.boxes or ()]
        found.append(
            Change(layer, tuple(ids), np.array(boxes, dtype=np.float64).reshape(-1, 4), last)
        )
    return found
