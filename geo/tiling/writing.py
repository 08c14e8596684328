"""Many tiles of one layer in one go: drawn and written by compiled loops, on any thread."""

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from geo.tiling import varint
from geo.tiling.detail import EXTENT, LEAST, MARGIN, TOLERANCE
from geo.tiling.drawing import Drawing, draw
from geo.tiling.kernel import F32, F64, I32, I64, U8, U64, Bools, compiled
from geo.tiling.mvt import features, values
from geo.tiling.pack import Pack
from geo.tiling.repair import sound
from geo.tiling.varint import field

Kind = TypeVar("Kind", bound=np.generic)


def tiles(
    name: str, pack: Pack, said: int, z: int, places: I64, first: I64, rows: I64
) -> tuple[U8, I64]:
    """Write a layer in tiles of one zoom.

    Parameters
    ----------
    said : int
        So many of the keys are written, the first ones.
    places : array of int
        Tiles: row << 32 | column.
    first, rows : array of int
        Features that touch tile i: ``rows[first[i]:first[i + 1]]``, positions in the pack.

    Returns
    -------
    array of bytes
        The fields of all tiles, one after the other; nothing for one that shows nothing.
    array (tiles + 1,)
        Where each begins.
    """
    drawn = _drawn(
        places, first, rows, pack.first_part, pack.first_point, pack.types, pack.outer, pack.x,
        pack.y, pack.importance, pack.clear, pack.boxes, z, EXTENT, MARGIN, TOLERANCE, LEAST,
    )  # fmt: skip
    seen, came = sound(Drawing(*drawn[1:]))
    tile = drawn[0][came]
    order = np.argsort(tile, kind="stable")
    begins = np.searchsorted(tile[order], np.arange(len(places) + 1))
    head = b"\x78\x02" + field(1, name.encode())
    tail = b"".join(field(3, key.encode()) for key in pack.keys[:said])
    found: tuple[U8, I64] = _written(
        order, begins, seen.rows, seen.first_part, seen.first_point, seen.px, seen.py, pack.ids,
        pack.types, pack.codes, pack.words.first, pack.words.data, said, EXTENT,
        np.frombuffer(head, dtype=np.uint8).copy(), np.frombuffer(tail, dtype=np.uint8).copy(),
    )  # fmt: skip
    return found


@compiled
def _drawn(
    places: I64, first: I64, rows: I64, first_part: I64, first_point: I64, types: U8, outer: Bools,
    x: F64, y: F64, importance: F32, clear: F32, boxes: F64, z: int, extent: int, margin: int,
    tolerance: float, least: float,
) -> tuple[I64, I64, I64, I64, Bools, I32, I32, U8]:  # fmt: skip
    """Draw all tiles into one drawing; say of each feature in it which tile it is in."""
    tile, kept = np.empty(1 << 10, dtype=np.int64), np.empty(1 << 10, dtype=np.int64)
    state, part_at = np.empty(1 << 10, dtype=np.uint8), np.zeros(1 << 10, dtype=np.int64)
    point_at, ring_outer = np.zeros(1 << 10, dtype=np.int64), np.empty(1 << 10, dtype=np.bool_)
    px, py = np.empty(1 << 14, dtype=np.int32), np.empty(1 << 14, dtype=np.int32)
    many, parts, points = 0, 0, 0
    scale = float(extent << z)
    for t in range(len(places)):
        column, row = places[t] & 0xFFFFFFFF, places[t] >> 32
        here, here_parts, here_points, outers, xs, ys, states = draw(
            rows[first[t] : first[t + 1]], first_part, first_point, types, outer, x, y,
            importance, clear, boxes, scale, float(column * extent), float(row * extent), extent,
            margin, tolerance, least,
        )  # fmt: skip
        if many + len(here) + 1 > len(tile):
            room = 2 * (many + len(here) + 1)
            tile, kept = _wider(tile, many, room), _wider(kept, many, room)
            state, part_at = _wider(state, many, room), _wider(part_at, many + 1, room)
        if parts + len(outers) + 1 > len(point_at):
            room = 2 * (parts + len(outers) + 1)
            point_at, ring_outer = (
                _wider(point_at, parts + 1, room),
                _wider(ring_outer, parts, room),
            )
        if points + len(xs) > len(px):
            room = 2 * (points + len(xs))
            px, py = _wider(px, points, room), _wider(py, points, room)
        for i in range(len(here)):
            tile[many + i], kept[many + i], state[many + i] = t, here[i], states[i]
            part_at[many + i + 1] = parts + here_parts[i + 1]
        for p in range(len(outers)):
            ring_outer[parts + p] = outers[p]
            point_at[parts + p + 1] = points + here_points[p + 1]
        px[points : points + len(xs)] = xs
        py[points : points + len(ys)] = ys
        many, parts, points = many + len(here), parts + len(outers), points + len(xs)
    return (
        tile[:many], kept[:many], part_at[: many + 1], point_at[: parts + 1], ring_outer[:parts],
        px[:points], py[:points], state[:many],
    )  # fmt: skip


@compiled
def _wider(old: npt.NDArray[Kind], used: int, room: int) -> npt.NDArray[Kind]:
    """Give an array of any kind with more room."""
    made = np.zeros(room, dtype=old.dtype)
    made[:used] = old[:used]
    return made


@compiled
def _written(
    order: I64, begins: I64, rows: I64, first_part: I64, first_point: I64, px: I32, py: I32,
    ids: U64, types: U8, codes: I32, words: I64, data: U8, keys: int, extent: int, head: U8,
    tail: U8,
) -> tuple[U8, I64]:  # fmt: skip
    out = np.empty(1 << 16, dtype=np.uint8)
    ends = np.zeros(len(begins), dtype=np.int64)
    spoken = np.full(max(1, len(words) - 1), -1, dtype=np.int32)
    end = 0
    for t in range(len(begins) - 1):
        which = order[begins[t] : begins[t + 1]]
        if len(which) > 0:
            used = np.empty(len(which) * keys, dtype=np.int32)
            body, size, said = features(
                which, rows, first_part, first_point, px, py, ids, types, codes, keys, spoken,
                used, 0,
            )  # fmt: skip
            told = values(used[:said], words, data, spoken)
            length = len(head) + size + len(tail) + len(told) + 1 + varint.width(extent)
            if end + length + 12 > len(out):
                grown = np.empty(2 * (end + length + 12), dtype=np.uint8)
                grown[:end] = out[:end]
                out = grown
            out[end] = 0x1A
            end = varint.put(out, end + 1, length)
            for part in (head, body[:size], tail, told):
                out[end : end + len(part)] = part
                end += len(part)
            out[end] = 0x28
            end = varint.put(out, end + 1, extent)
        ends[t + 1] = end
    return out[:end], ends
