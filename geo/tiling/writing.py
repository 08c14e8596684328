"""Tiles of one layer, one or many in one go: drawn and written by compiled loops, on any thread.

Nearly all tiles are finished as they are drawn. In a few there are features whose rings whole
numbers or the cut broke: these are put aside, mended all together, and written behind the others
of their tile.
"""

from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from geo.tiling import mvt
from geo.tiling.detail import EXTENT
from geo.tiling.drawing import FINE, Drawing, Frame, Paper, Shapes, draw, framed, most_bytes, paper
from geo.tiling.kernel import I32, I64, U8, bare, compiled
from geo.tiling.mvt import Drawn, Told
from geo.tiling.pack import Pack
from geo.tiling.repair import sound
from geo.tiling.varint import field

Kind = TypeVar("Kind", bound=np.generic)
_LENGTH = 11
"""So many bytes the tag and the length of a layer take at most."""


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


class Written(NamedTuple):
    """Tile i is ``out[begins[i]:ends[i]]``; nothing for one that shows nothing."""

    out: U8
    begins: I64
    ends: I64


class Left(NamedTuple):
    """Tiles that wait for mended features: what they have so far is as in `Written`, without
    beginning and end; the words said in the one that is i-th among them are
    ``used[said[i]:said[i + 1]]``.
    """

    tiles: I64
    used: I32
    said: I64


class Around(NamedTuple):
    """What stands before the features of a layer and behind them: keys, and words."""

    head: U8
    tail: U8
    first: I64
    data: U8


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


def tiles(name: str, pack: Pack, said: int, z: int, wanted: Wanted) -> Written:
    """Write a layer in tiles of one zoom; the first `said` of its keys are written."""
    keys = pack.keys[:said]
    places = _SCRATCH.lend(pack.words.total)
    told = tuple(pack.told)  # named ones take the compiler's door a tenth of a millisecond
    around = (*_around(name, keys), pack.words.first, pack.words.data)
    made, left, seen = _written(
        tuple(wanted), tuple(pack.shapes), told, around, z, len(keys), places
    )
    if len(left[0]):
        mended = sound(Drawing(*seen))
        order = np.argsort(mended.tiles, kind="stable")
        made = _ended(made, left, tuple(mended), order, told, around, len(keys), places)
    _SCRATCH.take_back(places)
    return Written(*made)


@lru_cache(256)
def _around(name: str, keys: tuple[str, ...]) -> tuple[U8, U8]:
    """Give what stands before the features of a layer, and between them and their words."""
    head = b"\x78\x02" + field(1, name.encode())
    tail = b"".join(field(3, key.encode()) for key in keys)
    return np.frombuffer(head, dtype=np.uint8).copy(), np.frombuffer(tail, dtype=np.uint8).copy()


@compiled
def _written(
    wanted: tuple[I64, ...], shown: tuple[Any, ...], said_of: tuple[Any, ...],
    surroundings: tuple[Any, ...], z: int, keys: int, places: I32,
) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]:  # fmt: skip
    """Write tiles (`Written`, `Left`); give what is not sound as it was drawn (`Drawing`)."""
    asked, first, rows = wanted
    shapes, told, around = Shapes(*shown), Told(*said_of), Around(*surroundings)
    on = paper(shapes, rows)
    scale = float(EXTENT << z)
    begins, ends = np.zeros(len(asked), dtype=np.int64), np.zeros(len(asked), dtype=np.int64)
    spent, longest = most_bytes(wanted, shapes, scale, keys)
    out = np.empty(
        spent + len(asked) * (2 * _LENGTH + len(around.head) + len(around.tail)), dtype=np.uint8
    )
    used = np.empty(keys * longest + 1, dtype=np.int32)
    left, left_said = np.empty(len(asked), dtype=np.int64), np.zeros(len(asked) + 1, dtype=np.int64)
    broken, kept = _nothing(), np.empty(0, dtype=np.int32)
    many, parts, points, end, waiting = 0, 0, 0, 0, 0
    for t in range(len(asked)):
        frame = framed(asked[t], scale)
        begin = end + _LENGTH + len(around.head)
        r, stop, end, said, before = first[t], first[t + 1], begin, 0, many
        while r < stop:
            r, end, said, made, state = _fine(
                rows, r, stop, shapes, on, frame, told, keys, places, used, said, out, end
            )
            if r < stop:
                broken = _widened(broken, many, parts + made, points + on.ends[made])
                _noted(broken, t, rows[r], state, on, made, many, parts, points)
                many, parts, points = many + 1, parts + made, points + on.ends[made]
                r += 1
        for i in range(said):
            places[used[i]] = -1
        begins[t], ends[t] = begin, end
        if many > before:
            kept = np.concatenate((kept, used[:said]))
            left[waiting], left_said[waiting + 1] = t, len(kept)
            waiting += 1
        elif end > begin:
            out, begins[t], ends[t] = _closed(out, begin, end, used, said, around)
            end = ends[t]
    return (out, begins, ends), (left[:waiting], kept, left_said[: waiting + 1]), (
        broken.tiles[:many], broken.rows[:many], broken.first_part[: many + 1],
        broken.first_point[: parts + 1], broken.outer[:parts], broken.px[:points],
        broken.py[:points], broken.state[:many],
    )  # fmt: skip


@bare
def _fine(
    rows: I64, r: int, stop: int, shapes: Shapes, on: Paper, frame: Frame, told: Told, keys: int,
    places: I32, used: I32, said: int, out: U8, end: int,
) -> tuple[int, int, int, int, int]:  # fmt: skip
    """Write features up to the first that is not sound.

    Gives which that is, the place behind what is written, how many words are used, and of how
    many parts that feature is as it was drawn, and its state.
    """
    seen = Drawn(on.px, on.py, on.ends)
    made, state = 0, FINE
    while r < stop:
        made, state = draw(rows[r], shapes, on, frame)
        if state != FINE:
            break
        if made > 0:
            end, said = mvt.feature(
                out, end, rows[r], told, seen, 0, made, keys, places, used, said
            )
        r += 1
    return r, end, said, made, state


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


@bare
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
    made: tuple[Any, ...], left: tuple[Any, ...], drawn: tuple[Any, ...], order: I64,
    said_of: tuple[Any, ...], surroundings: tuple[Any, ...], keys: int, places: I32,
) -> tuple[U8, I64, I64]:  # fmt: skip
    """Write the mended features of the tiles that are left behind the others; end these tiles."""
    out, begins, ends = made
    waiting, mended = Left(*left), Drawing(*drawn)
    told, around = Told(*said_of), Around(*surroundings)
    seen = Drawn(mended.px, mended.py, mended.first_point)
    end, i = ends.max(), 0
    for w in range(len(waiting.tiles)):
        t, said = waiting.tiles[w], waiting.said[w + 1] - waiting.said[w]
        stop, need = i, ends[t] - begins[t] + _LENGTH + len(around.head)
        while stop < len(order) and mended.tiles[order[stop]] == t:
            f = order[stop]
            first, last = mended.first_part[f], mended.first_part[f + 1]
            points = mended.first_point[last] - mended.first_point[first]
            need += mvt.room(points, last - first, keys)
            stop += 1
        used = np.empty(said + keys * (stop - i), dtype=np.int32)
        for k in range(said):
            used[k] = waiting.used[waiting.said[w] + k]
            places[used[k]] = k
        if end + need > len(out):
            out = _wider(out, end, end + need + len(out))
        begin = end + _LENGTH + len(around.head)
        end = begin + ends[t] - begins[t]
        out[begin:end] = out[begins[t] : ends[t]]
        while i < stop:
            f = order[i]
            end, said = mvt.feature(
                out, end, mended.rows[f], told, seen, mended.first_part[f],
                mended.first_part[f + 1], keys, places, used, said,
            )  # fmt: skip
            i += 1
        for k in range(said):
            places[used[k]] = -1
        begins[t], ends[t] = begin, end
        if end > begin:
            out, begins[t], ends[t] = _closed(out, begin, end, used, said, around)
            end = ends[t]
    return out, begins, ends


@compiled
def _closed(
    out: U8, begin: int, end: int, used: I32, said: int, around: Around
) -> tuple[U8, int, int]:
    """Write what stands around the features of a tile; give where it begins and ends."""
    need = end + mvt.closing(used, said, around.first, around.tail, EXTENT)
    if need > len(out):
        out = _wider(out, end, need + len(out))
    end = mvt.close(out, end, around.tail, used, said, around.first, around.data, EXTENT)
    return out, mvt.open_before(out, begin, end, around.head), end
