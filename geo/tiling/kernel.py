"""How the compiled inner loops of this room are declared, and the arrays they speak."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]
U8 = npt.NDArray[np.uint8]
U64 = npt.NDArray[np.uint64]
Bools = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]

_UNCOUNTED: dict[str, Any] = {"cache": True, "nogil": True, "_nrt": False}
_Loop = TypeVar("_Loop", bound=Callable[..., object])


def compiled(loop: _Loop) -> _Loop:
    """Compile a loop over arrays on first use, keep it on disk, and run it without the GIL."""
    return cast(_Loop, njit(cache=True, nogil=True)(loop))


def bare(loop: _Loop) -> _Loop:
    """The same for a step of a loop that makes no arrays.

    Nobody counts there who holds an array, which took three quarters of the time of a tile.
    """
    return cast(_Loop, njit(**_UNCOUNTED)(loop))


def inlined(loop: _Loop) -> _Loop:
    """The same for a small one: it becomes a part of whoever calls it."""
    return cast(_Loop, njit(forceinline=True, **_UNCOUNTED)(loop))


@inlined
def u(index: int) -> int:
    """Say that an index does not count from the end, so that nobody asks."""
    return np.uint64(index)  # type: ignore[return-value]
