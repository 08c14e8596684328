"""How the compiled inner loops of this room are declared, and the arrays they speak."""

from collections.abc import Callable
from typing import TypeVar, cast

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

_Loop = TypeVar("_Loop", bound=Callable[..., object])


def compiled(loop: _Loop) -> _Loop:
    """Compile a loop over arrays on first use, keep it on disk, and run it without the GIL."""
    return cast(_Loop, njit(cache=True, nogil=True)(loop))


def inlined(loop: _Loop) -> _Loop:
    """The same for a step of a loop: it becomes a part of whoever calls it.

    Handing many arrays over costs more than such a step.
    """
    return cast(_Loop, njit(cache=True, nogil=True, forceinline=True)(loop))
