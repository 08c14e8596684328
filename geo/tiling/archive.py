"""PMTiles, version 3: all tiles of a publication in one file, read by range or by tile.

Specification: https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md
"""

import gzip
import os
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
import orjson

from geo.errors import FileRefused
from geo.tiling.address import Address
from geo.tiling.hilbert import tile_id, tile_ids
from geo.tiling.kernel import I64, U8, compiled
from geo.tiling.varint import put

CONTENT_TYPE = "application/vnd.pmtiles"
_HEADER = struct.Struct("<7sB11QBBBBBBiiiiBii")
_ROOT_MOST = 16_384 - _HEADER.size
_LEAF = 4096
_GZIP, _MVT = 2, 1


class Entry(NamedTuple):
    """Directory entries: tile number, place, length, and for how many tiles it stands."""

    ids: I64
    offsets: I64
    lengths: I64
    runs: I64


def write(
    path: Path,
    tiles: Iterable[tuple[Address, bytes]],
    *,
    bounds: tuple[float, float, float, float],
    metadata: Mapping[str, Any],
) -> int:
    """Write an archive; it appears whole or not at all.

    Parameters
    ----------
    tiles : iterable of (Address, bytes)
        Tiles in any order, each packed with gzip; empty ones are left out.
    bounds : (west, south, east, north)
        Degrees.
    metadata : mapping
        At least ``vector_layers``, as in TileJSON.

    Returns
    -------
    int
        Tiles written.
    """
    held = [(at, body) for at, body in tiles if body]
    zooms = np.array([at.z for at, _ in held], dtype=np.int64)
    ids = _ids([at for at, _ in held], zooms)
    order = np.argsort(ids)
    entries, bodies = _laid_out(ids[order], [held[i][1] for i in order])
    root, leaves = _directories(entries)
    told = gzip.compress(orjson.dumps(dict(metadata)), 9, mtime=0)
    places = np.cumsum([_HEADER.size, len(root), len(told), len(leaves)]).tolist()
    low, high = (int(zooms.min()), int(zooms.max())) if held else (0, 0)
    west, south, east, north = (round(v * 1e7) for v in bounds)
    header = _HEADER.pack(
        b"PMTiles", 3, places[0], len(root), places[1], len(told), places[2], len(leaves),
        places[3], sum(map(len, bodies)), len(held), len(entries.ids), len(bodies),
        1, _GZIP, _GZIP, _MVT, low, high, west, south, east, north,
        low, (west + east) // 2, (south + north) // 2,
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
        try:
            file.writelines([header, root, told, leaves, *bodies])
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).chmod(0o644)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return len(held)


class Archive:
    """An archive that is read by tile; its directories are kept. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb", buffering=0)
        head = os.pread(self._file.fileno(), _HEADER.size, 0)
        if len(head) < _HEADER.size or head[:7] != b"PMTiles" or head[7] != 3:
            raise FileRefused(
                f"{path.name} is no PMTiles archive of version 3",
                zh=f"{path.name} 不是 PMTiles 3 文件",
            )
        told = _HEADER.unpack(head)
        self._root, self._told, self._leaves, self._data = told[2:4], told[4:6], told[6], told[8]
        self.addressed, self.contents = told[10], told[12]
        self.zooms = (told[17], told[18])
        self.bounds: tuple[float, ...] = tuple(v / 1e7 for v in told[19:23])
        self._packed = told[14] == _GZIP
        self._known: dict[int, Entry] = {}
        self._lock = Lock()

    @property
    def metadata(self) -> dict[str, Any]:
        """What the archive tells of itself."""
        found: dict[str, Any] = orjson.loads(self._read(*self._told))
        return found

    def tile(self, at: Address) -> bytes | None:
        """Give a tile as it was packed; None where there is nothing."""
        number = tile_id(*at)
        place = self._root
        for _ in range(4):
            here = self._directory(*place)
            i = int(np.searchsorted(here.ids, number, side="right")) - 1
            if i < 0:
                return None
            if here.runs[i] == 0:
                place = self._leaves + int(here.offsets[i]), int(here.lengths[i])
                continue
            if number >= here.ids[i] + here.runs[i]:
                return None
            start = self._data + int(here.offsets[i])
            return os.pread(self._file.fileno(), int(here.lengths[i]), start)
        return None

    def close(self) -> None:
        """Close the file; so does the end of its last reader."""
        self._file.close()

    def __del__(self) -> None:
        if hasattr(self, "_file"):  # it may not have been there
            self._file.close()

    def _directory(self, offset: int, length: int) -> Entry:
        with self._lock:
            if offset not in self._known:
                self._known[offset] = _decoded(self._read(offset, length))
            return self._known[offset]

    def _read(self, offset: int, length: int) -> bytes:
        found = os.pread(self._file.fileno(), length, offset)
        return gzip.decompress(found) if self._packed else found


def _ids(addresses: list[Address], zooms: I64) -> I64:
    places = np.array(addresses, dtype=np.int64).reshape(-1, 3)
    ids = np.empty(len(places), dtype=np.int64)
    for z in np.unique(zooms):
        here = zooms == z
        ids[here] = tile_ids(int(z), places[here, 1], places[here, 2])
    return ids


def _laid_out(ids: I64, bodies: list[bytes]) -> tuple[Entry, list[bytes]]:
    """Give every different tile a place, and every tile or run of equal tiles an entry."""
    place: dict[bytes, tuple[int, int]] = {}
    unique: list[bytes] = []
    rows: list[list[int]] = []
    end = 0
    for number, body in zip(ids.tolist(), bodies, strict=True):
        if body not in place:
            place[body] = (end, len(body))
            unique.append(body)
            end += len(body)
        offset, length = place[body]
        if rows and rows[-1][0] + rows[-1][3] == number and rows[-1][1] == offset:
            rows[-1][3] += 1
        else:
            rows.append([number, offset, length, 1])
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    return Entry(*table.T), unique


def _directories(entries: Entry) -> tuple[bytes, bytes]:
    """Give the root directory and, when it would be too long, leaves behind it."""
    root = _encoded(entries)
    size = _LEAF
    leaves = b""
    while len(root) > _ROOT_MOST:
        parts = [
            _encoded(Entry(*(column[i : i + size] for column in entries)))
            for i in range(0, len(entries.ids), size)
        ]
        lengths = np.array([len(part) for part in parts], dtype=np.int64)
        starts = np.cumsum(lengths) - lengths
        firsts = entries.ids[::size]
        root = _encoded(Entry(firsts, starts, lengths, np.zeros(len(parts), dtype=np.int64)))
        leaves = b"".join(parts)
        size *= 2
    return root, leaves


def _encoded(entries: Entry) -> bytes:
    ids, offsets, lengths, runs = entries
    follows = np.r_[False, offsets[1:] == offsets[:-1] + lengths[:-1]] if len(ids) else runs > 0
    numbers = np.concatenate(
        [[len(ids)], np.diff(ids, prepend=0), runs, lengths, np.where(follows, 0, offsets + 1)]
    )
    return gzip.compress(_varints(numbers.astype(np.int64)).tobytes(), 9, mtime=0)


def _decoded(data: bytes) -> Entry:
    numbers = _numbers(np.frombuffer(data, dtype=np.uint8))
    count = int(numbers[0])
    ids, runs, lengths, places = numbers[1 : 1 + 4 * count].reshape(4, count)
    offsets = places - 1
    for i in np.flatnonzero(places == 0):
        offsets[i] = offsets[i - 1] + lengths[i - 1]
    return Entry(np.cumsum(ids), offsets, lengths, runs)


@compiled
def _varints(numbers: I64) -> U8:
    out = np.empty(10 * len(numbers), dtype=np.uint8)
    end = 0
    for number in numbers:
        end = put(out, end, number)
    return out[:end]


@compiled
def _numbers(data: U8) -> I64:
    out = np.empty(len(data), dtype=np.int64)
    count, value, shift = 0, 0, 0
    for byte in data:
        value |= int(byte & 127) << shift
        shift += 7
        if byte < 128:
            out[count] = value
            count += 1
            value, shift = 0, 0
    return out[:count]
