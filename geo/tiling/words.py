"""What features say, as a dictionary of MVT values that are already encoded."""

import struct
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from geo.tiling import varint
from geo.tiling.kernel import I32, I64, U8, U64, Objects, compiled

_FEW = 32
"""So many words are looked for one by one; to sort all that are known takes longer."""


class Words(NamedTuple):
    """Values, each once: bytes ``first[i]:first[i + 1]`` of `data` are a whole field of a layer.

    `hashes` tell them apart across dictionaries and processes.
    """

    first: I64
    data: U8
    hashes: U64

    @property
    def total(self) -> int:
        """How many there are."""
        return len(self.hashes)


def words(columns: Sequence[npt.NDArray[Any]]) -> tuple[Words, I32]:
    """Put the cells of columns into a dictionary.

    Parameters
    ----------
    columns : sequence of arrays
        Of text, whole numbers or numbers, all of one length. Empty text and NaN say nothing.

    Returns
    -------
    Words
        Every value once, across all columns.
    array (rows, columns)
        Which word each cell is; -1 for one that says nothing.
    """
    rows = len(columns[0]) if columns else 0
    codes = np.full((rows, len(columns)), -1, dtype=np.int32)
    texts = [i for i, cells in enumerate(columns) if cells.dtype.kind not in "iufb"]
    found, values = _each_once([columns[i] for i in texts])
    found = np.where(np.isin(found, np.flatnonzero(values == "")), -1, found)
    codes[:, texts] = found.reshape(len(texts), rows).T
    first, data = _texts(values)
    made = Words(first, data, _hashed(values))
    for i in [i for i in range(len(columns)) if i not in texts]:
        at, uniques = pd.factorize(columns[i])
        made, place = merged(made, _numbers(uniques.tolist()))
        codes[:, i] = np.where(at < 0, -1, place[at] if len(place) else -1)
    return made, codes


def _each_once(columns: Sequence[npt.NDArray[Any]]) -> tuple[I64, Objects]:
    """Give which value each cell is, one column after the other, and the values."""
    if not columns:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=object)
    cells = np.concatenate([column.astype(object) for column in columns])
    if len(cells) > _FEW:
        return pd.factorize(cells)
    places: dict[Any, int] = {}
    at = [-1 if pd.isna(cell) else places.setdefault(cell, len(places)) for cell in cells]
    values = np.empty(len(places), dtype=object)
    values[:] = list(places)
    return np.array(at, dtype=np.int64), values


def _hashed(values: Objects) -> U64:
    found = pd.util.hash_array(values, categorize=False) if len(values) else values
    return found.astype(np.uint64)


def joined(some: Words, more: Words) -> Words:
    """Give one dictionary after the other."""
    return Words(
        np.concatenate([some.first, more.first[1:] + some.first[-1]]),
        np.concatenate([some.data, more.data]),
        np.concatenate([some.hashes, more.hashes]),
    )


def merged(known: Words, more: Words) -> tuple[Words, I32]:
    """Add what is new of one dictionary to another; give where each of its words is now."""
    place = _places(known.hashes, more.hashes)
    new = np.flatnonzero(place < 0)
    if not len(new):
        return known, place
    place[new] = known.total + np.arange(len(new), dtype=np.int32)
    pieces = [more.data[more.first[i] : more.first[i + 1]] for i in new]
    sizes = np.diff(more.first)[new]
    added = Words(
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.concatenate(pieces) if pieces else np.empty(0, dtype=np.uint8),
        more.hashes[new],
    )
    return joined(known, added), place


def _places(known: U64, wanted: U64) -> I32:
    """Give where each of some hashes is among those known; -1 for one that is not."""
    if len(wanted) <= _FEW:
        here = [np.flatnonzero(known == one) for one in wanted]
        return np.array([found[0] if len(found) else -1 for found in here], dtype=np.int32)
    if not len(known):
        return np.full(len(wanted), -1, dtype=np.int32)
    order = np.argsort(known, kind="stable")
    near = order[np.minimum(np.searchsorted(known, wanted, sorter=order), len(known) - 1)]
    return np.where(known[near] == wanted, near, -1).astype(np.int32)


def _texts(values: Any) -> tuple[I64, U8]:
    plain = pa.array(values, type=pa.large_string())
    offsets = np.frombuffer(plain.buffers()[1], dtype=np.int64)[: len(plain) + 1]
    raw = plain.buffers()[2]
    letters = np.frombuffer(raw, dtype=np.uint8) if raw else np.empty(0, dtype=np.uint8)
    return _lay_out(offsets.copy(), letters.copy())


@compiled
def _lay_out(offsets: I64, letters: U8) -> tuple[I64, U8]:
    """Wrap every text into a value and that into a field of a layer."""
    count = len(offsets) - 1
    first = np.zeros(max(count, 0) + 1, dtype=np.int64)
    for i in range(count):
        size = offsets[i + 1] - offsets[i]
        inner = 1 + varint.width(size) + size
        first[i + 1] = first[i] + 1 + varint.width(inner) + inner
    out = np.empty(first[-1], dtype=np.uint8)
    for i in range(count):
        size = offsets[i + 1] - offsets[i]
        out[first[i]] = 0x22
        at = varint.put(out, first[i] + 1, 1 + varint.width(size) + size)
        out[at] = 0x0A
        at = varint.put(out, at + 1, size)
        for j in range(size):
            out[at + j] = letters[offsets[i] + j]
    return first, out


def _numbers(values: list[Any]) -> Words:
    fields = [varint.field(4, _number(value)) for value in values]
    sizes = [len(part) for part in fields]
    return Words(
        np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        np.frombuffer(b"".join(fields), dtype=np.uint8),
        _hashed(np.array([f"\0{v!r}" for v in values], dtype=object)),
    )


def _number(value: Any) -> bytes:
    """Encode a number: uint_value, sint_value or double_value."""
    if isinstance(value, float):
        return b"\x19" + struct.pack("<d", value)
    if value >= 0:
        return b"\x28" + varint.varint(int(value))
    return b"\x30" + varint.varint(-2 * int(value) - 1)
