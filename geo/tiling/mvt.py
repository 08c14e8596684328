"""Features written as Mapbox Vector Tiles, version 2.1, inside compiled loops."""

from typing import NamedTuple

from geo.tiling import varint
from geo.tiling.kernel import I32, I64, U8, U64, compiled, inlined

CONTENT_TYPE = "application/vnd.mapbox-vector-tile"


class Told(NamedTuple):
    """What features say: their numbers and kinds, and which words they say (`Pack.codes`)."""

    ids: U64
    types: U8
    codes: I32


class Drawn(NamedTuple):
    """Points in whole numbers; those of part p are ``ends[p]:ends[p + 1]``."""

    px: I32
    py: I32
    ends: I64


@inlined
def room(points: int, parts: int, keys: int) -> int:
    """Give how many bytes a feature may take at most."""
    return 10 * points + 12 * parts + 68 + 12 * keys


@inlined
def feature(
    out: U8, end: int, row: int, told: Told, seen: Drawn, begin: int, stop: int, keys: int,
    places: I32, used: I32, said: int,
) -> tuple[int, int]:  # fmt: skip
    """Write a feature, parts `begin` to `stop` of a drawing; give the place behind it.

    Notes in `used`, from `said` on, which words are new in this tile, and in `places` where
    each stands; gives how many are noted then.
    """
    kind, number, tags = int(told.types[row]), int(told.ids[row]), 0
    for k in range(keys):
        word = told.codes[row, k]
        if word >= 0:
            if places[word] < 0:
                places[word] = said
                used[said] = word
                said += 1
            tags += varint.width(k) + varint.width(int(places[word]))
    # its own length and that of its geometry are known behind them: both leave room
    geometry = end + 17 + (tags + 11 if tags else 0) + varint.width(number)
    size = _geometry(out, geometry, kind, begin, stop, seen) - geometry
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
            word = told.codes[row, k]
            if word >= 0:
                end = varint.put(out, end, k)
                end = varint.put(out, end, int(places[word]))
    out[end], out[end + 1], out[end + 2] = 0x18, kind, 0x22
    end = varint.put(out, end + 3, size)
    for j in range(size):  # a little to the left, byte by byte
        out[end + j] = out[geometry + j]
    return end + size, said


@inlined
def _geometry(out: U8, at: int, kind: int, begin: int, stop: int, seen: Drawn) -> int:
    """Write the commands of a feature; give the place behind them."""
    px, py, ends = seen
    x, y = 0, 0
    if kind == 1:
        at = varint.put(out, at, (stop - begin) << 3 | 1)
        for p in range(begin, stop):
            v = ends[p]
            at = varint.put(out, at, varint.zigzag(int(px[v]) - x))
            at = varint.put(out, at, varint.zigzag(int(py[v]) - y))
            x, y = int(px[v]), int(py[v])
        return at
    for p in range(begin, stop):
        v, end = int(ends[p]), int(ends[p + 1])
        out[at] = 9
        at = varint.put(out, at + 1, varint.zigzag(int(px[v]) - x))
        at = varint.put(out, at, varint.zigzag(int(py[v]) - y))
        x, y = int(px[v]), int(py[v])
        at = varint.put(out, at, (end - v - 1) << 3 | 2)
        for w in range(v + 1, end):
            at = varint.put(out, at, varint.zigzag(int(px[w]) - x))
            at = varint.put(out, at, varint.zigzag(int(py[w]) - y))
            x, y = int(px[w]), int(py[w])
        if kind == 3:
            out[at] = 15
            at += 1
    return at


@compiled
def values(out: U8, end: int, used: I32, first: I64, data: U8) -> int:
    """Write words, each a whole field of a layer; give the place behind them."""
    for word in used:
        for j in range(first[word], first[word + 1]):
            out[end] = data[j]
            end += 1
    return end


@compiled
def spoken(used: I32, first: I64) -> int:
    """Give how many bytes words take."""
    size = 0
    for word in used:
        size += first[word + 1] - first[word]
    return size
