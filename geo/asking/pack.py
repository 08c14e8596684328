"""A layer packed for answering: rows in the order of their ids, each rendered once.

A pack never changes. What was published since makes a new one out of the old, which shares
all that stayed the same; only the index of boxes is one and grows. Rows have numbers besides
their ids: those of the store, by which it says what changed.
"""

import zlib
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from time import monotonic
from typing import Any, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.asking import filters
from geo.asking.boxes import BoxTree, RowAt, row_at, rows_there
from geo.asking.rendering import rendered
from geo.asking.shapes import Move, stay
from geo.asking.systems import CRS84, System, Window

Rows = npt.NDArray[np.int64]
Item = TypeVar("Item")
_TEXT = np.dtypes.StringDType()
MOST_S = 10.0
"""A filter that takes longer is refused."""


@dataclass(frozen=True)
class Page:
    """Some rows of an answer, how many there are in all, and after which id to go on."""

    rows: Rows
    matched: int
    after: str


@dataclass(frozen=True)
class Pack:
    """Rows by id: columns, shapes (stored degrees, as WKB), their boxes, and texts in CRS84.

    WKB takes a quarter of the memory of a geometry; what is asked of shapes is asked of few.
    """

    keys: list[str]
    columns: Mapping[str, npt.NDArray[Any]]
    drawn: npt.NDArray[np.object_]
    boxes: npt.NDArray[np.float64]
    texts: list[bytes]
    tree: BoxTree
    numbers: npt.NDArray[np.int64]
    sum: int

    def __len__(self) -> int:
        """Give the number of rows."""
        return len(self.keys)

    @property
    def version(self) -> str:
        """Name the state: the same wherever the rows are the same, to the byte."""
        return f"{len(self):x}-{self.sum & (1 << 64) - 1:x}"

    @cached_property
    def bounds(self) -> Window | None:
        """Give the box around everything; None around nothing."""
        if not len(self):
            return None
        west, south = self.boxes[:, :2].min(axis=0).tolist()
        east, north = self.boxes[:, 2:].max(axis=0).tolist()
        return west, south, east, north

    @cached_property
    def _by_number(self) -> tuple[Rows, Rows]:
        """Give the numbers, sorted, and the row of each."""
        order = np.argsort(self.numbers, kind="stable")
        return self.numbers[order], order

    @cached_property
    def _row_at(self) -> RowAt:
        return row_at(self.numbers)

    def rows_of(self, numbers: npt.NDArray[np.int64]) -> Rows:
        """Give the rows of those numbers that are here, in the order of the rows, each once."""
        known, rows = self._by_number
        at = np.searchsorted(known, numbers)
        here = at < len(known)
        here[here] = known[at[here]] == numbers[here]
        return np.unique(rows[at[here]])

    def rows_numbered(self, numbers: npt.NDArray[np.int64]) -> Rows:
        """Give the rows of numbers that are all here, number by number."""
        known, rows = self._by_number
        return rows[np.searchsorted(known, numbers)]

    def row_numbered(self, number: int) -> int | None:
        """Give the row of a number."""
        known, rows = self._by_number
        at = int(np.searchsorted(known, number))
        return int(rows[at]) if at < len(known) and known[at] == number else None

    def shapes(self, rows: Rows | None = None) -> npt.NDArray[np.object_]:
        """Give the shapes of rows (None: of all)."""
        return shapely.from_wkb(self.drawn if rows is None else self.drawn[rows])

    def row(self, key: str) -> int | None:
        """Give the row of an id."""
        at = bisect_left(self.keys, key)
        return at if at < len(self.keys) and self.keys[at] == key else None

    def within(self, window: Window) -> Rows:
        """Give the rows whose box touches a window, in their order."""
        west, south, east, north = window
        if west > east:
            halves = (west, south, 180.0, north), (-180.0, south, east, north)
            return np.unique(np.concatenate([self.within(half) for half in halves]))
        return rows_there(self.tree.hits(window), self._row_at, self.boxes, window)

    def fitting(self, told: Any, move: Move = stay) -> Rows:
        """Give the rows that fit a filter (CQL2 in its JSON form)."""
        until = monotonic() + MOST_S
        table = filters.Table(self.columns, cache(self.shapes), self.boxes, move, until)
        return np.flatnonzero(filters.fits(told, table))

    def page(self, rows: Rows | None, *, after: str = "", limit: int) -> Page:
        """Give the next rows after an id, of these (None: of all)."""
        first = bisect_right(self.keys, after) if after else 0
        if rows is None:
            chosen, matched = np.arange(first, min(first + limit, len(self))), len(self)
            more = first + limit < matched
        else:
            begin, matched = int(np.searchsorted(rows, first)), len(rows)
            chosen, more = rows[begin : begin + limit], begin + limit < matched
        return Page(chosen, matched, self.keys[int(chosen[-1])] if more and len(chosen) else "")

    def told(self, rows: Rows, *, system: System = CRS84) -> list[bytes]:
        """Give rows as features in a system."""
        if system is CRS84:
            if len(rows) and int(rows[-1] - rows[0]) == len(rows) - 1:
                return self.texts[int(rows[0]) : int(rows[-1]) + 1]
            texts = self.texts
            return [texts[row] for row in rows.tolist()]
        keys = [self.keys[row] for row in rows.tolist()]
        columns = {name: values[rows] for name, values in self.columns.items()}
        return rendered(keys, columns, self.shapes(rows), system=system)

    def changed(self, gone: Collection[int], fresh: "Pack") -> "Pack | None":
        """Give the pack without the rows of some numbers, and with those of another.

        None when an id would come twice: such a layer is packed anew.
        """
        numbers = np.concatenate([np.fromiter(gone, dtype=np.int64), fresh.numbers])
        out = np.unique(self.rows_of(numbers))
        old = [self.keys[row] for row in out.tolist()]
        if not set(old).issuperset(key for key in fresh.keys if self.row(key) is not None):
            return None
        made = self._exchanged(out, fresh) if old == fresh.keys else self._resorted(out, fresh)
        self.tree.add(fresh.numbers, fresh.boxes)
        return made

    def _exchanged(self, rows: Rows, fresh: "Pack") -> "Pack":
        """Give the pack with other contents under the same ids; what is equal is shared."""

        def put(old: npt.NDArray[Any], new: npt.NDArray[Any]) -> npt.NDArray[Any]:
            if old.dtype != object and np.array_equal(old[rows], new):
                return old
            made = old.copy()
            made[rows] = new
            return made

        texts = self.texts.copy()
        for row, text in zip(rows.tolist(), fresh.texts, strict=True):
            texts[row] = text
        return Pack(
            self.keys,
            {name: put(values, fresh.columns[name]) for name, values in self.columns.items()},
            put(self.drawn, fresh.drawn),
            put(self.boxes, fresh.boxes),
            texts,
            self.tree,
            put(self.numbers, fresh.numbers),
            self._sum_with(rows, fresh),
        )

    def _resorted(self, rows: Rows, fresh: "Pack") -> "Pack":
        """Give the pack with other rows, each at the place of its id."""
        keys = _without(self.keys, rows)
        at = np.array([bisect_left(keys, key) for key in fresh.keys], dtype=np.int64)

        def joined(old: npt.NDArray[Any], new: npt.NDArray[Any]) -> npt.NDArray[Any]:
            return np.insert(np.delete(old, rows, axis=0), at, new, axis=0)

        return Pack(
            _with(keys, at, fresh.keys),
            {name: joined(values, fresh.columns[name]) for name, values in self.columns.items()},
            joined(self.drawn, fresh.drawn),
            joined(self.boxes, fresh.boxes),
            _with(_without(self.texts, rows), at, fresh.texts),
            self.tree,
            joined(self.numbers, fresh.numbers),
            self._sum_with(rows, fresh),
        )

    def _sum_with(self, rows: Rows, fresh: "Pack") -> int:
        return self.sum + fresh.sum - _sum(self.texts[row] for row in rows.tolist())


def _without(old: list[Item], rows: Rows) -> list[Item]:
    """Give a list without some places, which are in order."""
    made: list[Item] = []
    begin = 0
    for row in rows.tolist():
        made += old[begin:row]
        begin = row + 1
    return made + old[begin:]


def _with(old: list[Item], at: Rows, new: list[Item]) -> list[Item]:
    """Give a list with items before some of its places, which are in order."""
    made: list[Item] = []
    begin = 0
    for place, item in zip(at.tolist(), new, strict=True):
        made += old[begin:place]
        made.append(item)
        begin = place
    return made + old[begin:]


def pack(
    frame: gpd.GeoDataFrame | Mapping[str, npt.NDArray[Any]],
    key: str,
    columns: Sequence[str],
) -> Pack:
    """Pack a layer.

    Parameters
    ----------
    frame : GeoDataFrame, or arrays by name
        In stored degrees; `fid`, where there is one, numbers the rows for `Pack.changed`.
    key : str
        Column of the ids. The second row of an id is called ``id#2``; rows without an id
        are called by their number.
    columns : sequence of str
        What becomes a property, in this order; nothing else does.
    """
    shapes = np.asarray(frame["geometry"], dtype=object)
    numbers = np.asarray(frame["fid"]) if "fid" in frame else np.arange(1, len(shapes) + 1)
    names = _told_apart(frame[key].tolist(), numbers.tolist())
    order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
    keys = [names[row] for row in order.tolist()]
    cells = {name: _cells(frame[name])[order] for name in columns}
    shapes = shapes[order]
    boxes = shapely.bounds(shapes).reshape(-1, 4)
    texts = rendered(keys, cells, shapes)
    tree = BoxTree(numbers[order], boxes)
    drawn = np.asarray(shapely.to_wkb(shapes), dtype=object)
    return Pack(keys, cells, drawn, boxes, texts, tree, numbers[order], _sum(texts))


def _sum(texts: Iterable[bytes]) -> int:
    return sum(zlib.crc32(text) << 16 ^ len(text) for text in texts)


def _told_apart(ids: list[str], numbers: list[int]) -> list[str]:
    """Name rows by their ids; of twins the one of the lowest number has the plain id."""
    seen: Counter[str] = Counter()
    told = [""] * len(ids)
    for row in sorted(range(len(ids)), key=numbers.__getitem__):
        name = ids[row] or f"~{numbers[row]}"
        seen[name] += 1
        told[row] = name if seen[name] == 1 else f"{name}#{seen[name]}"
    return told


def _cells(values: Any) -> npt.NDArray[Any]:
    plain = np.asarray(values)
    if plain.dtype.kind == "M":
        return plain.astype("datetime64[s]")
    if plain.dtype.kind in "biuf":
        return plain
    return np.array([str(value) for value in plain.tolist()], dtype=_TEXT)
