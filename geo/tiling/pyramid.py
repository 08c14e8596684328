"""All tiles of a zoom at once: features are dealt out to tiles, and tiles to all cores."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from geo.tiling.address import Address
from geo.tiling.detail import EXTENT, MARGIN
from geo.tiling.kernel import F64, I64, compiled
from geo.tiling.sheets import Sheet

_BATCH = 64


def pyramid(
    sheets: Sequence[Sheet], z: int, pack: Callable[[bytes], bytes], *, workers: int | None = None
) -> Iterator[tuple[Address, bytes]]:
    """Draw every tile of a zoom that shows something.

    Parameters
    ----------
    sheets : sequence of Sheet
        The layers of a tile, in order.
    pack : callable
        What is done with the bytes of a tile, on the same thread.
    workers : int, optional
        Threads; without it one a core.

    Yields
    ------
    (Address, bytes)
        Row by row.
    """
    settled = [s.settled() if len(s.fresh) or s.gone.any() else s for s in sheets]
    dealt = [_dealt(sheet.base.pack.boxes, z, MARGIN / EXTENT) for sheet in settled]
    places = np.unique(np.concatenate([tiles for tiles, _, _ in dealt]))
    none = np.empty(0, dtype=np.int64)

    def draw(batch: I64) -> list[tuple[Address, bytes]]:
        made = []
        for place in batch.tolist():
            at = Address(z, place & 0xFFFFFFFF, place >> 32)
            parts = []
            for sheet, (tiles, first, rows) in zip(settled, dealt, strict=True):
                i = int(np.searchsorted(tiles, place))
                if i < len(tiles) and tiles[i] == place:
                    chosen = rows[first[i] : first[i + 1]]
                    parts.append(sheet.encoded(at, chosen, none))
            if body := b"".join(parts):
                made.append((at, pack(body)))
        return made

    batches = [places[i : i + _BATCH] for i in range(0, len(places), _BATCH)]
    if len(batches) > 0:
        with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
            for made in pool.map(draw, batches):
                yield from made


def _dealt(boxes: F64, z: int, margin: float) -> tuple[I64, I64, I64]:
    """Give the tiles of a zoom in order (row << 32 | column), and the features of each.

    Returns
    -------
    tuple of arrays
        Tiles; features of tile i are ``rows[first[i]:first[i + 1]]``, sorted.
    """
    count = 1 << z
    low = np.clip(np.floor(boxes[:, :2] * count - margin), 0, count - 1).astype(np.int64)
    high = np.clip(np.floor(boxes[:, 2:] * count + margin), 0, count - 1).astype(np.int64)
    places, rows = _spread(low, high)
    order = np.argsort(places, kind="stable")
    places, rows = places[order], rows[order]
    tiles, first = np.unique(places, return_index=True)
    return tiles, np.append(first, len(rows)).astype(np.int64), rows


@compiled
def _spread(low: I64, high: I64) -> tuple[I64, I64]:
    """Name every tile that a feature touches."""
    total = 0
    for i in range(len(low)):
        total += (high[i, 0] - low[i, 0] + 1) * (high[i, 1] - low[i, 1] + 1)
    places, rows = np.empty(total, dtype=np.int64), np.empty(total, dtype=np.int64)
    at = 0
    for i in range(len(low)):
        for y in range(low[i, 1], high[i, 1] + 1):
            for x in range(low[i, 0], high[i, 0] + 1):
                places[at], rows[at] = y << 32 | x, i
                at += 1
    return places, rows
