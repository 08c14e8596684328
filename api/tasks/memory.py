"""Memory that reading a large layer took for a moment goes back to the system."""

import ctypes
from contextlib import suppress


def give_back() -> None:
    """Have the C library give back what is free; others than glibc do so by themselves.

    A layer of a hundred thousand areas leaves more behind than it is kept in.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
