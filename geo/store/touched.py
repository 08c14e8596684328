"""Rows that a change touched: read once in a process, however many follow the changes."""

from collections import OrderedDict
from functools import lru_cache
from threading import Lock
from typing import Any

import numpy.typing as npt
from sqlalchemy import ARRAY, BigInteger, Select, any_, bindparam

from geo.store import frames, rows, versions
from geo.store.database import Database
from geo.store.rows import kept

Cells = dict[str, npt.NDArray[Any]]
MOST_KEPT = 16


class Touched:
    """The rows of the latest changes of one store. Safe to share between threads."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._read: OrderedDict[tuple[str, int], tuple[Lock, list[Cells]]] = OrderedDict()
        self._lock = Lock()

    def cells(self, layer: str, ids: tuple[int, ...], epoch: int) -> Cells:
        """Give the rows of a change that live, as arrays; who asks second shares the answer.

        Parameters
        ----------
        layer, ids, epoch
            What was told: a layer of the store, numbers of its rows, number of the change.

        Returns
        -------
        dict of str to ndarray
            `fid`, the layer's columns, `geometry`, and of areas `born` and `died`; in the
            order of `fid`. Do not write into them.
        """
        with self._lock:
            gate, found = self._read.setdefault((layer, epoch), (Lock(), []))
            while len(self._read) > MOST_KEPT:
                self._read.popitem(last=False)
        with gate:
            if not found:
                found.append(self.read(layer, ids))
            return dict(found[0])

    def with_newer(
        self, layer: str, ids: tuple[int, ...], epoch: int, *, above: int
    ) -> tuple[tuple[int, ...], Cells]:
        """Give what there is to put in place after a change: numbers of rows, and their cells.

        Where a later change has already replaced rows of areas, what it brought, numbered beyond
        `above`, the highest that is known, comes as well, so that between the two nothing is
        missing.
        """
        found = self.cells(layer, ids, epoch)
        if kept(layer).layer.level is not None:
            with self._db.glance() as session:
                born = versions.newer(session, layer, above)
            if not set(ids).issuperset(born):
                ids = tuple({*ids, *born})
                found = self.read(layer, ids)
        return ids, found

    def read(self, layer: str, ids: tuple[int, ...]) -> Cells:
        """Read rows that live now, shared with nobody; otherwise as `cells`."""
        stored = kept(layer)
        days = () if stored.layer.level is None else ("born", "died")
        with self._db.glance() as session:
            found = session.connection().execute(_query(layer), {"ids": list(ids)}).all()
        return frames.cells_of(found, stored, days=days)


@lru_cache(maxsize=64)
def _query(layer: str) -> Select[Any]:
    """Build the question of a layer once; building takes longer than asking."""
    stored = kept(layer)
    number = stored.table.c.fid
    query = rows.living(stored) if stored.layer.level is None else versions.living(stored)
    wanted = bindparam("ids", type_=ARRAY(BigInteger))
    return query.where(number == any_(wanted)).order_by(number)
