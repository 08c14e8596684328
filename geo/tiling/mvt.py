"""Features written as Mapbox Vector Tiles, version 2.1, inside compiled loops."""

from typing import NamedTuple

from geo.tiling.kernel import I32, I64, U8, U64, bare, inlined, u
from geo.tiling.varint import measured, put, put_short, width

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
    return 4 * points + 12 * parts + 68 + 12 * keys


@inlined
def feature(
    out: U8, end: int, row: int, told: Told, seen: Drawn, begin: int, stop: int, keys: int,
    places: I32, used: I32, said: int,
) -> tuple[int, int]:  # fmt: skip
    """Write a feature, parts `begin` to `stop` of a drawing; give the place behind it.

    Notes in `used`, from `said` on, which words are new in this tile, and in `places` where
    each stands; gives how many are noted then.
    """
    ids, types, codes = told
    whole = end + 1
    out[end], out[end + 2] = 0x12, 0x08
    tags = put(out, end + 3, int(ids[u(row)]))
    at = tags + 2
    for k in range(keys):
        word = codes[u(row), u(k)]
        if word >= 0:
            place = places[u(word)]
            if place < 0:
                place = said
                places[u(word)] = said
                used[u(said)] = word
                said += 1
            at = put(out, at, k)
            at = put(out, at, int(place))
    if at > tags + 2:
        out[tags] = 0x12
        at = measured(out, tags + 1, at)
    else:
        at = tags
    kind = int(types[u(row)])
    out[at], out[at + 1], out[at + 2] = 0x18, kind, 0x22
    at = measured(out, at + 3, _geometry(out, at + 4, kind, begin, stop, seen))
    return measured(out, whole, at), said


@inlined
def _geometry(out: U8, at: int, kind: int, begin: int, stop: int, seen: Drawn) -> int:
    """Write the commands of a feature; give the place behind them."""
    px, py, ends = seen
    x, y = 0, 0
    if kind == 1:
        at = put(out, at, (stop - begin) << 3 | 1)
        for p in range(begin, stop):
            v = ends[p]
            at = put_short(out, at, int(px[v]) - x)
            at = put_short(out, at, int(py[v]) - y)
            x, y = int(px[v]), int(py[v])
        return at
    for p in range(begin, stop):
        v, end = int(ends[u(p)]), int(ends[u(p + 1)])
        out[u(at)] = 9
        to_x, to_y = int(px[u(v)]), int(py[u(v)])
        at = put_short(out, at + 1, to_x - x)
        at = put_short(out, at, to_y - y)
        x, y = to_x, to_y
        at = put(out, at, (end - v - 1) << 3 | 2)
        for w in range(v + 1, end):
            to_x, to_y = int(px[u(w)]), int(py[u(w)])
            at = put_short(out, at, to_x - x)
            at = put_short(out, at, to_y - y)
            x, y = to_x, to_y
        if kind == 3:
            out[u(at)] = 15
            at += 1
    return at


@bare
def closing(used: I32, said: int, first: I64, tail: U8, extent: int) -> int:
    """Give how many bytes stand behind the features of a layer that say so many words."""
    size = len(tail) + 1 + width(extent)
    for i in range(said):
        size += first[used[i] + 1] - first[used[i]]
    return size


@bare
def close(
    out: U8, end: int, tail: U8, used: I32, said: int, first: I64, data: U8, extent: int
) -> int:
    """Write what stands behind the features of a layer: keys, words, units along a side."""
    for i in range(len(tail)):
        out[end] = tail[i]
        end += 1
    for i in range(said):
        for j in range(first[used[i]], first[used[i] + 1]):
            out[u(end)] = data[u(j)]
            end += 1
    out[end] = 0x28
    return put(out, end + 1, extent)


@bare
def open_before(out: U8, begin: int, end: int, head: U8) -> int:
    """Write what stands before the features of a layer, from the right; give where it begins."""
    begin -= len(head)
    for j in range(len(head)):
        out[begin + j] = head[j]
    size = end - begin
    begin -= 1 + width(size)
    out[begin] = 0x1A
    put(out, begin + 1, size)
    return begin
