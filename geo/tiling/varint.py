"""Protocol-buffer numbers inside compiled loops: base 128, low bits first; zigzag for signs."""

import numpy as np

from geo.tiling.kernel import U8, inlined


@inlined
def width(value: int) -> int:
    """Give how many bytes a number takes, 0 or greater."""
    n = 1
    while value >= 128:
        value >>= 7
        n += 1
    return n


@inlined
def put(out: U8, at: int, value: int) -> int:
    """Write a number, 0 or greater; give the place behind it."""
    while value >= 128:
        out[at] = np.uint8((value & 127) | 128)
        value >>= 7
        at += 1
    out[at] = np.uint8(value)
    return at + 1


@inlined
def zigzag(value: int) -> int:
    """Fold a signed number so that small ones stay small."""
    return (value << 1) ^ (value >> 63)


def field(tag: int, payload: bytes) -> bytes:
    """Give a length-delimited field."""
    return bytes([tag << 3 | 2]) + varint(len(payload)) + payload


def varint(value: int) -> bytes:
    """Give a number, 0 or greater.

    Examples
    --------
    >>> varint(300).hex()
    'ac02'
    """
    out = bytearray()
    while value >= 128:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
