"""Drawings written as Mapbox Vector Tiles, version 2.1."""

from collections.abc import Sequence
from threading import Lock

import numpy as np

from geo.tiling import varint
from geo.tiling.drawing import Drawing
from geo.tiling.kernel import I32, I64, U8, U64, compiled
from geo.tiling.pack import Pack
from geo.tiling.words import Words

CONTENT_TYPE = "application/vnd.mapbox-vector-tile"


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


def layer(
    name: str, extent: int, drawings: Sequence[tuple[Pack, Drawing]], words: Words, said: int
) -> bytes:
    """Write one layer of a tile.

    Parameters
    ----------
    drawings : sequence of (Pack, Drawing)
        Whose features, and how they look; all packs have the same keys, and their words are
        the first ones of `words`.
    said : int
        So many of the keys are written, the first ones.

    Returns
    -------
    bytes
        A whole field of a tile; empty when there is nothing to show.
    """
    drawings = [(pack, seen) for pack, seen in drawings if len(seen.rows)]
    if not drawings:
        return b""
    keys = drawings[0][0].keys[:said]
    places = _SCRATCH.lend(words.total)
    used = np.empty(sum(len(seen.rows) for _, seen in drawings) * len(keys), dtype=np.int32)
    count, parts = 0, []
    for pack, seen in drawings:
        out, size, count = features(
            np.arange(len(seen.rows)), seen.rows, seen.first_part, seen.first_point, seen.px, seen.py,
            pack.ids, pack.types, pack.codes, len(keys), places, used, count,
        )  # fmt: skip
        parts.append(out[:size].tobytes())
    spoken = values(used[:count], words.first, words.data, places)
    _SCRATCH.take_back(places)
    head = b"\x78\x02" + varint.field(1, name.encode())
    tail = b"".join(varint.field(3, key.encode()) for key in keys)
    tail += spoken.tobytes() + b"\x28" + varint.varint(extent)
    size = len(head) + sum(map(len, parts)) + len(tail)
    return b"".join([b"\x1a", varint.varint(size), head, *parts, tail])


@compiled
def features(
    which: I64, rows: I64, first_part: I64, first_point: I64, px: I32, py: I32,
    ids: U64, types: U8, codes: I32, keys: int, places: I32, used: I32, said: int,
) -> tuple[U8, int, int]:  # fmt: skip
    """Write those features of a drawing; note in `used` which words they say, and in `places` where those come."""
    most, room = 16, 16
    for i in which:
        points = int(first_point[first_part[i + 1]] - first_point[first_part[i]])
        size = 10 * points + 12 * int(first_part[i + 1] - first_part[i]) + 20
        most, room = max(most, size), room + size + 48 + 10 * keys
    body = np.empty(most, dtype=np.uint8)
    out = np.empty(room, dtype=np.uint8)
    end = 0
    for i in which:
        row = rows[i]
        kind = types[row]
        size = _geometry(
            body, int(kind), int(first_part[i]), int(first_part[i + 1]), first_point, px, py
        )
        tags = 0
        for k in range(keys):
            word = codes[row, k]
            if word >= 0:
                if places[word] < 0:
                    places[word] = said
                    used[said] = word
                    said += 1
                tags += varint.width(k) + varint.width(int(places[word]))
        number = int(ids[row])
        whole = 1 + varint.width(number) + 2 + 1 + varint.width(size) + size
        if tags:
            whole += 1 + varint.width(tags) + tags
        out[end] = 0x12
        end = varint.put(out, end + 1, whole)
        out[end] = 0x08
        end = varint.put(out, end + 1, number)
        if tags:
            out[end] = 0x12
            end = varint.put(out, end + 1, tags)
            for k in range(keys):
                word = codes[row, k]
                if word >= 0:
                    end = varint.put(out, end, k)
                    end = varint.put(out, end, int(places[word]))
        out[end], out[end + 1], out[end + 2] = 0x18, kind, 0x22
        end = varint.put(out, end + 3, size)
        for j in range(size):
            out[end + j] = body[j]
        end += size
    return out, end, said


@compiled
def _geometry(
    body: U8, kind: int, begin: int, stop: int, first_point: I64, px: I32, py: I32
) -> int:
    """Write the commands of a feature; give their length."""
    at, x, y = 0, 0, 0
    if kind == 1:
        at = varint.put(body, at, (stop - begin) << 3 | 1)
        for p in range(begin, stop):
            v = first_point[p]
            at = varint.put(body, at, varint.zigzag(int(px[v]) - x))
            at = varint.put(body, at, varint.zigzag(int(py[v]) - y))
            x, y = int(px[v]), int(py[v])
        return at
    for p in range(begin, stop):
        v, end = int(first_point[p]), int(first_point[p + 1])
        body[at] = 9
        at = varint.put(body, at + 1, varint.zigzag(int(px[v]) - x))
        at = varint.put(body, at, varint.zigzag(int(py[v]) - y))
        x, y = int(px[v]), int(py[v])
        at = varint.put(body, at, (end - v - 1) << 3 | 2)
        for w in range(v + 1, end):
            at = varint.put(body, at, varint.zigzag(int(px[w]) - x))
            at = varint.put(body, at, varint.zigzag(int(py[w]) - y))
            x, y = int(px[w]), int(py[w])
        if kind == 3:
            body[at] = 15
            at += 1
    return at


@compiled
def values(used: I32, first: I64, data: U8, places: I32) -> U8:
    """Write the words that were said, in their places; wipe the places."""
    size = 0
    for word in used:
        size += first[word + 1] - first[word]
    out = np.empty(size, dtype=np.uint8)
    end = 0
    for word in used:
        places[word] = -1
        for j in range(first[word], first[word + 1]):
            out[end] = data[j]
            end += 1
    return out
