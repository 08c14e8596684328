"""Many arrays handed to a compiled routine in one.

Each array that is passed from Python costs about a microsecond. A routine that is asked
often is given one table instead: a row (address, length, columns) for each array, in the
order of the fields, and a row for each number. Whoever keeps the table keeps the arrays.
"""

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.numpy_support import carray

from geo.network.kernel import F64, I32, I64, U8, Bools, compiled
from geo.network.pockets import Graph
from geo.network.segments import Ground, SegmentGrid


def table(*parts: Any) -> I64:
    """Make the table of nested named tuples of arrays and numbers."""
    return np.array([row for part in parts for row in _rows(part)], dtype=np.int64)


def _rows(part: Any) -> list[tuple[int, int, int]]:
    if isinstance(part, np.ndarray):
        held = part if part.flags.c_contiguous else _refuse()
        return [(held.ctypes.data, len(held), held.shape[1] if held.ndim == 2 else 1)]
    if isinstance(part, tuple):
        return [row for inner in part for row in _rows(inner)]
    if isinstance(part, float):
        return [(int(np.float64(part).view(np.int64)), 0, 0)]
    return [(int(part), 0, 0)]


def _refuse() -> Any:
    raise TypeError("only arrays without gaps can be handed over by their address")


def _as_pointer(_typing: Any, _address: Any) -> Any:
    """Turn an address into a pointer."""

    def generate(_context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.inttoptr(values[0], cgutils.voidptr_t)

    return types.voidptr(types.int64), generate


def _as_double(_typing: Any, _bits: Any) -> Any:
    """Read the bits of an integer as a float."""

    def generate(context: Any, builder: Any, _signature: Any, values: Any) -> Any:
        return builder.bitcast(values[0], context.get_value_type(types.float64))

    return types.float64(types.int64), generate


_pointer, _double = (
    cast(Callable[[Any], Any], intrinsic(meaning)) for meaning in (_as_pointer, _as_double)
)


@compiled
def i32(rows: I64, at: int) -> I32:
    """Give an array of 4-byte integers."""
    return carray(_pointer(rows[at, 0]), (rows[at, 1],), np.int32)


@compiled
def i64(rows: I64, at: int) -> I64:
    """Give an array of 8-byte integers."""
    return carray(_pointer(rows[at, 0]), (rows[at, 1],), np.int64)


@compiled
def u8(rows: I64, at: int) -> U8:
    """Give an array of bytes."""
    return carray(_pointer(rows[at, 0]), (rows[at, 1],), np.uint8)


@compiled
def bools(rows: I64, at: int) -> Bools:
    """Give an array of truths."""
    return carray(_pointer(rows[at, 0]), (rows[at, 1],), np.bool_)


@compiled
def i32_2d(rows: I64, at: int) -> I32:
    """Give a table of 4-byte integers."""
    return carray(_pointer(rows[at, 0]), (rows[at, 1], rows[at, 2]), np.int32)


@compiled
def f64_2d(rows: I64, at: int) -> F64:
    """Give a table of floats."""
    return carray(_pointer(rows[at, 0]), (rows[at, 1], rows[at, 2]), np.float64)


@compiled
def shapes(rows: I64, at: int) -> SegmentGrid:
    """Give lines and their cells: 10 rows."""
    return SegmentGrid(
        f64_2d(rows, at), i32(rows, at + 1), i64(rows, at + 2), i32(rows, at + 3),
        i32(rows, at + 4), _double(rows[at + 5, 0]), _double(rows[at + 6, 0]),
        _double(rows[at + 7, 0]), rows[at + 8, 0], rows[at + 9, 0],
    )  # fmt: skip


@compiled
def ground(rows: I64, at: int) -> Ground:
    """Give what places are joined to: 22 rows."""
    return Ground(shapes(rows, at), u8(rows, at + 10), i32(rows, at + 11), shapes(rows, at + 12))


@compiled
def graph(rows: I64, at: int) -> Graph:
    """Give who is joined to whom: 11 rows."""
    return Graph(
        i32(rows, at), i32(rows, at + 1), i32(rows, at + 2), i32(rows, at + 3),
        i32(rows, at + 4), i32(rows, at + 5), i32(rows, at + 6), i32(rows, at + 7),
        i32(rows, at + 8), i32(rows, at + 9), i32(rows, at + 10),
    )  # fmt: skip
