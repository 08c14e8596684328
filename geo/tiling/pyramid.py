"""All tiles of a zoom at once: features are dealt out to tiles, and tiles to all cores."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from geo.tiling.address import Address
from geo.tiling.detail import EXTENT, MARGIN
from geo.tiling.kernel import F64, I64, compiled
from geo.tiling.sheets import Sheet
from geo.tiling.writing import Wanted, tiles

_BATCH = 12_000
"""So many features, about, are drawn in one go: tiles of many by themselves, small ones together."""
_LOW = 0xFFFFFFFF


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
    dealt = [deal(sheet.base.pack.boxes, z, MARGIN / EXTENT) for sheet in settled]
    places, batches = _batches(dealt)

    def draw(batch: I64) -> list[tuple[Address, bytes]]:
        low, high = int(batch[0]), int(batch[-1])
        parts: dict[int, list[bytes]] = {place: [] for place in batch.tolist()}
        for sheet, found in zip(settled, dealt, strict=True):
            for place, body in _written(sheet, z, found.between(low, high)):
                parts[place].append(body)
        return [
            (Address(z, place & _LOW, place >> 32), pack(b"".join(bodies)))
            for place, bodies in parts.items()
            if bodies
        ]

    if len(places):
        with ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool:
            for made in pool.map(draw, np.split(places, batches)):
                yield from made


def _batches(dealt: list[Wanted]) -> tuple[I64, I64]:
    """Give the tiles of all layers, and where among them another batch begins."""
    places, which = np.unique(
        np.concatenate([found.places for found in dealt]), return_inverse=True
    )
    counts = np.concatenate([np.diff(found.first) for found in dealt])
    batch = np.cumsum(np.bincount(which, weights=counts)) // _BATCH
    return places, np.flatnonzero(np.diff(batch)) + 1


def _written(sheet: Sheet, z: int, here: Wanted) -> Iterator[tuple[int, bytes]]:
    """Give what a layer has to show in some tiles."""
    out, begins, ends = tiles(sheet.name, sheet.base.pack, sheet.said(z), z, here)
    for place, begin, end in zip(here.places.tolist(), begins.tolist(), ends.tolist(), strict=True):
        if end > begin:
            yield place, out[begin:end].tobytes()


def deal(boxes: F64, z: int, margin: float) -> Wanted:
    """Deal features out to the tiles of a zoom by their boxes, `margin` tiles widened."""
    count = 1 << z
    low = np.clip(np.floor(boxes[:, :2] * count - margin), 0, count - 1).astype(np.int64)
    high = np.clip(np.floor(boxes[:, 2:] * count + margin), 0, count - 1).astype(np.int64)
    places, rows = _spread(low, high)
    order = np.argsort(places, kind="stable")
    places, rows = places[order], rows[order]
    found, first = np.unique(places, return_index=True)
    return Wanted(found, np.append(first, len(rows)).astype(np.int64), rows)


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
