"""Many tiles of one layer in one go: drawn and written by one compiled loop, on any thread.

A tile with a shape that may have to be mended is only marked: `repair` is not compiled.
"""

import numpy as np

from geo.tiling import varint
from geo.tiling.detail import EXTENT, LEAST, MARGIN, TOLERANCE
from geo.tiling.drawing import FINE, draw
from geo.tiling.kernel import F32, F64, I32, I64, U8, U64, Bools, compiled
from geo.tiling.mvt import features, values
from geo.tiling.pack import Pack
from geo.tiling.varint import field


def tiles(
    name: str, pack: Pack, said: int, z: int, places: I64, first: I64, rows: I64
) -> tuple[U8, I64, Bools]:
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
        The fields of all tiles, one after the other.
    array (tiles + 1,)
        Where each begins.
    array (tiles,)
        False where a shape has to be looked at: such a tile is left out.
    """
    head = b"\x78\x02" + field(1, name.encode())
    tail = b"".join(field(3, key.encode()) for key in pack.keys[:said])
    found: tuple[U8, I64, Bools] = _tiles(
        places, first, rows, pack.first_part, pack.first_point, pack.types, pack.outer, pack.x,
        pack.y, pack.importance, pack.boxes, pack.ids, pack.codes, pack.words.first,
        pack.words.data, said, z, EXTENT, MARGIN, TOLERANCE, LEAST,
        np.frombuffer(head, dtype=np.uint8).copy(), np.frombuffer(tail, dtype=np.uint8).copy(),
    )  # fmt: skip
    return found


@compiled
def _tiles(
    places: I64, first: I64, rows: I64, first_part: I64, first_point: I64, types: U8, outer: Bools,
    x: F64, y: F64, importance: F32, boxes: F64, ids: U64, codes: I32, words: I64, data: U8,
    keys: int, z: int, extent: int, margin: int, tolerance: float, least: float, head: U8,
    tail: U8,
) -> tuple[U8, I64, Bools]:  # fmt: skip
    out = np.empty(1 << 16, dtype=np.uint8)
    ends = np.zeros(len(places) + 1, dtype=np.int64)
    whole = np.ones(len(places), dtype=np.bool_)
    seen = np.full(max(1, len(words) - 1), -1, dtype=np.int32)
    scale = float(extent << z)
    end = 0
    for t in range(len(places)):
        column, row = places[t] & 0xFFFFFFFF, places[t] >> 32
        kept, part_at, point_at, rings_outer, px, py, state = draw(
            rows[first[t] : first[t + 1]], first_part, first_point, types, outer, x, y,
            importance, boxes, scale, float(column * extent), float(row * extent), extent, margin,
            tolerance, least,
        )  # fmt: skip
        for each in state:
            if each != FINE:
                whole[t] = False
        if whole[t] and len(kept) > 0:
            used = np.empty(len(kept) * keys, dtype=np.int32)
            body, size, said = features(
                kept, part_at, point_at, rings_outer, px, py, ids, types, codes, keys, seen, used, 0
            )
            spoken = values(used[:said], words, data, seen)
            length = len(head) + size + len(tail) + len(spoken) + 1 + varint.width(extent)
            need = end + length + 12
            if need > len(out):
                grown = np.empty(2 * need, dtype=np.uint8)
                grown[:end] = out[:end]
                out = grown
            out[end] = 0x1A
            end = varint.put(out, end + 1, length)
            out[end : end + len(head)] = head
            end += len(head)
            out[end : end + size] = body[:size]
            end += size
            out[end : end + len(tail)] = tail
            end += len(tail)
            out[end : end + len(spoken)] = spoken
            end += len(spoken)
            out[end] = 0x28
            end = varint.put(out, end + 1, extent)
        ends[t + 1] = end
    return out[:end], ends, whole
