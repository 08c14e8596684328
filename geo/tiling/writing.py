"""Tiles of one layer, one or many in one go: drawn and written by compiled loops, on any thread.

Nearly all features are written as soon as they are drawn. The few whose rings whole numbers or
the cut broke are put aside, mended all together, and written behind the others of their tile.
"""

from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from geo.tiling import mvt, varint
from geo.tiling.detail import EXTENT
from geo.tiling.drawing import FINE, Drawing, Frame, Paper, Shapes, draw, paper
from geo.tiling.kernel import I32, I64, U8, compiled, inlined
from geo.tiling.mvt import Drawn, Told
from geo.tiling.pack import Pack
from geo.tiling.repair import sound
from geo.tiling.varint import field

Kind = TypeVar("Kind", bound=np.generic)


class Wanted(NamedTuple):
    """Tiles of a zoom (row << 32 | column), and who touches tile i: ``rows[first[i]:first[i + 1]]``."""

    places: I64
    first: I64
    rows: I64

    def between(self, low: int, high: int) -> "Wanted":
        """Give the tiles from one to another, both among them; they must be sorted."""
        begin = int(np.searchsorted(self.places, low))
        end = int(np.searchsorted(self.places, high, side="right"))
        first = self.first[begin : end + 1]
        return Wanted(self.places[begin:end], first - first[0], self.rows[first[0] : first[-1]])


class Begun(NamedTuple):
    """Features of tile i, ``body[ends[i]:ends[i + 1]]``; the words they say,
    ``used[said[i]:said[i + 1]]``.
    """

    body: U8
    ends: I64
    used: I32
    said: I64


class Scratch:
    """Places of words in the tile at hand, lent to one writer at a time and given back clean."""

    def __init__(self) -> None:
        self._free: list[I32] = []
        self._lock = Lock()

    def lend(self, size: int) -> I32:
        """Give at least `size` places, all -1."""
        with self._lock:
            found = self._free.pop() if self._free else np.empty(0, dtype=np.int32)
        return found if len(found) >= size else np.full(size + size // 8, -1, dtype=np.int32)

    def take_back(self, places: I32) -> None:
        """Take places back, all -1 again."""
        with self._lock:
            self._free.append(places)


_SCRATCH = Scratch()


def tiles(name: str, pack: Pack, said: int, z: int, wanted: Wanted) -> tuple[U8, I64]:
    """Write a layer in tiles of one zoom.

    Parameters
    ----------
    said : int
        So many of the keys are written, the first ones.

    Returns
    -------
    array of bytes
        The fields of all tiles, one after the other; nothing for one that shows nothing.
    array (tiles + 1,)
        Where each begins.
    """
    keys = pack.keys[:said]
    places = _SCRATCH.lend(pack.words.total)
    told = tuple(pack.told)  # named ones take the compiler's door a tenth of a millisecond
    begun, seen = _begun(tuple(wanted), tuple(pack.shapes), told, z, len(keys), places)
    broken = Drawing(*seen)
    if len(broken.rows):
        broken = sound(broken)
    order = np.argsort(broken.tiles, kind="stable")
    head, tail = _around(name, keys)
    words = pack.words.first, pack.words.data
    found: tuple[U8, I64] = _ended(
        begun, tuple(broken), order, told, words, len(keys), places, head, tail
    )
    _SCRATCH.take_back(places)
    return found


@lru_cache(256)
def _around(name: str, keys: tuple[str, ...]) -> tuple[U8, U8]:
    """Give what stands before the features of a layer, and between them and their values."""
    head = b"\x78\x02" + field(1, name.encode())
    tail = b"".join(field(3, key.encode()) for key in keys)
    return np.frombuffer(head, dtype=np.uint8).copy(), np.frombuffer(tail, dtype=np.uint8).copy()


@compiled
def _begun(
    wanted: tuple[I64, ...], shown: tuple[Any, ...], said_of: tuple[Any, ...], z: int, keys: int,
    places: I32,
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:  # fmt: skip
    """Write what is sound (`Begun`); give what is not as it was drawn (`Drawing`)."""
    asked, first, rows = wanted
    shapes, told = Shapes(*shown), Told(*said_of)
    on = paper(shapes, rows)
    seen = Drawn(on.px, on.py, on.ends)
    scale = float(EXTENT << z)
    body, ends = np.empty(1 << 12, dtype=np.uint8), np.zeros(len(first), dtype=np.int64)
    used, said = np.empty(1 << 8, dtype=np.int32), np.zeros(len(first), dtype=np.int64)
    broken = _nothing()
    many, parts, points, end, words = 0, 0, 0, 0, 0
    for t in range(len(asked)):
        frame = Frame(
            scale, float((asked[t] & 0xFFFFFFFF) * EXTENT), float((asked[t] >> 32) * EXTENT)
        )
        begin = words
        for r in range(first[t], first[t + 1]):
            row = rows[r]
            made, state = draw(row, shapes, on, frame)
            if made == 0:
                continue
            if state != FINE:
                broken = _widened(broken, many, parts + made, points + on.ends[made])
                _noted(broken, t, row, state, on, made, many, parts, points)
                many, parts, points = many + 1, parts + made, points + on.ends[made]
                continue
            need = end + mvt.room(on.ends[made], made, keys)
            if need > len(body):
                body = _wider(body, end, 2 * need)
            if words + keys > len(used):
                used = _wider(used, words, 2 * (words + keys))
            end, words = mvt.feature(
                body, end, row, told, seen, 0, made, keys, places, used[begin:], words - begin
            )
            words += begin
        for word in used[begin:words]:
            places[word] = -1
        ends[t + 1], said[t + 1] = end, words
    return (body[:end], ends, used[:words], said), (
        broken.tiles[:many], broken.rows[:many], broken.first_part[: many + 1],
        broken.first_point[: parts + 1], broken.outer[:parts], broken.px[:points],
        broken.py[:points], broken.state[:many],
    )  # fmt: skip


@compiled
def _nothing() -> Drawing:
    return Drawing(
        np.empty(8, dtype=np.int64), np.empty(8, dtype=np.int64), np.zeros(9, dtype=np.int64),
        np.zeros(17, dtype=np.int64), np.empty(16, dtype=np.bool_), np.empty(256, dtype=np.int32),
        np.empty(256, dtype=np.int32), np.empty(8, dtype=np.uint8),
    )  # fmt: skip


@compiled
def _widened(held: Drawing, many: int, parts: int, points: int) -> Drawing:
    """Give a drawing with room for one more feature, so many parts and points in all."""
    tiles, rows, first_part, first_point, outer, px, py, state = held
    if many == len(rows):
        tiles, rows = _wider(tiles, many, 4 * many), _wider(rows, many, 4 * many)
        state = _wider(state, many, 4 * many)
        first_part = _wider(first_part, many + 1, 4 * many + 1)
    if parts > len(outer):
        outer = _wider(outer, len(outer), 2 * parts)
        first_point = _wider(first_point, len(first_point), 2 * parts + 1)
    if points > len(px):
        px, py = _wider(px, len(px), 2 * points), _wider(py, len(py), 2 * points)
    return Drawing(tiles, rows, first_part, first_point, outer, px, py, state)


@inlined
def _noted(
    held: Drawing, tile: int, row: int, state: int, on: Paper, made: int, many: int, parts: int,
    points: int,
) -> None:  # fmt: skip
    """Put a feature behind the others of a drawing."""
    held.tiles[many], held.rows[many], held.state[many] = tile, row, state
    held.first_part[many + 1] = parts + made
    for p in range(made):
        held.outer[parts + p] = on.outer[p]
        held.first_point[parts + p + 1] = points + on.ends[p + 1]
    for v in range(on.ends[made]):
        held.px[points + v], held.py[points + v] = on.px[v], on.py[v]


@compiled
def _wider(old: npt.NDArray[Kind], used: int, room: int) -> npt.NDArray[Kind]:
    """Give an array of any kind with more room."""
    made = np.empty(room, dtype=old.dtype)
    made[:used] = old[:used]
    return made


@compiled
def _ended(
    made: tuple[Any, ...], drawn: tuple[Any, ...], order: I64, said_of: tuple[Any, ...], words: tuple[I64, U8], keys: int, places: I32,
    head: U8, tail: U8,
) -> tuple[U8, I64]:  # fmt: skip
    """Write the mended features behind the others, and then what they all say."""
    begun, mended, told = Begun(*made), Drawing(*drawn), Told(*said_of)
    seen = Drawn(mended.px, mended.py, mended.first_point)
    more = np.empty(1 << 8, dtype=np.uint8)
    used = np.empty(1 << 8, dtype=np.int32)
    out = np.empty(len(begun.body) + (1 << 12), dtype=np.uint8)
    ends = np.zeros(len(begun.ends), dtype=np.int64)
    end, i = 0, 0
    for t in range(len(ends) - 1):
        said = begun.used[begun.said[t] : begun.said[t + 1]]
        body = begun.body[begun.ends[t] : begun.ends[t + 1]]
        size, count = 0, len(said)
        if i < len(order) and mended.tiles[order[i]] == t:
            if count + keys > len(used):
                used = np.empty(2 * (count + keys), dtype=np.int32)
            for j in range(count):
                used[j] = said[j]
                places[said[j]] = j
            while i < len(order) and mended.tiles[order[i]] == t:
                f = order[i]
                begin, stop = mended.first_part[f], mended.first_part[f + 1]
                points = mended.first_point[stop] - mended.first_point[begin]
                need = size + mvt.room(points, stop - begin, keys)
                if need > len(more):
                    more = _wider(more, size, 2 * need)
                if count + keys > len(used):
                    used = _wider(used, count, 2 * (count + keys))
                size, count = mvt.feature(
                    more, size, mended.rows[f], told, seen, begin, stop, keys, places, used, count
                )
                i += 1
            for word in used[:count]:
                places[word] = -1
            said = used[:count]
        if len(body) + size > 0:
            length = len(head) + len(body) + size + len(tail) + mvt.spoken(said, words[0])
            length += 1 + varint.width(EXTENT)
            if end + length + 12 > len(out):
                out = _wider(out, end, 2 * (end + length + 12))
            out[end] = 0x1A
            end = varint.put(out, end + 1, length)
            for part in (head, body, more[:size], tail):
                out[end : end + len(part)] = part
                end += len(part)
            end = mvt.values(out, end, said, words[0], words[1])
            out[end] = 0x28
            end = varint.put(out, end + 1, EXTENT)
        ends[t + 1] = end
    return out[:end], ends
