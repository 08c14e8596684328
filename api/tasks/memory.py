"""Memory that reading a large layer took for a moment goes back to the system."""

import ctypes
from contextlib import suppress

import pyarrow as pa


def one_pool() -> None:
    """Let Arrow take its memory where all others do, so that it goes back with theirs.

    What it keeps of its own for each thread is a seventh of a process that has read a city.
    """
    pa.set_memory_pool(pa.system_memory_pool())


def give_back() -> None:
    """Have the C library give back what is free; others than glibc do so by themselves.

    A layer of a hundred thousand areas leaves more behind than it is kept in.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
