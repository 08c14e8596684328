"""A small generator of its own for compiled kernels: the same seed, the same run everywhere."""

import numpy as np
import numpy.typing as npt
from numba import njit

Words = npt.NDArray[np.uint64]


def source(rng: np.random.Generator) -> Words:
    """Draw a state from the caller's generator."""
    return np.array([int(rng.integers(1, 2**62)) * 2 + 1], dtype=np.uint64)


@njit(cache=True, nogil=True)
def chance(state: Words) -> float:
    """Next number in [0, 1): xorshift64* (Marsaglia 2003, Vigna 2016)."""
    x = state[0]
    x ^= x >> np.uint64(12)
    x ^= x << np.uint64(25)
    x ^= x >> np.uint64(27)
    state[0] = x
    return float((x * np.uint64(0x2545F4914F6CDD1D)) >> np.uint64(11)) / 9007199254740992.0


@njit(cache=True, nogil=True)
def below(state: Words, n: int) -> int:
    """Next whole number in 0 … n−1."""
    return int(chance(state) * n)
