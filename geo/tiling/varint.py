"""Protocol-buffer numbers inside compiled loops: base 128, low bits first; zigzag for signs."""

import numpy as np

from geo.tiling.kernel import U8, inlined, u


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
        out[u(at)] = np.uint8((value & 127) | 128)
        value >>= 7
        at += 1
    out[u(at)] = np.uint8(value)
    return at + 1


@inlined
def put_short(out: U8, at: int, value: int) -> int:
    """Write a signed number between -8192 and 8191, folded; the byte behind it may change."""
    folded = zigzag(value)
    more = int(folded > 127)
    out[u(at)] = np.uint8((folded & 127) | (more << 7))
    out[u(at + 1)] = np.uint8(folded >> 7)
    return at + 1 + more


@inlined
def measured(out: U8, place: int, end: int) -> int:
    """Write how long it is before what stands behind one byte left for that; give its end."""
    size = end - place - 1
    if size < 128:
        out[u(place)] = np.uint8(size)
        return end
    more = width(size) - 1
    for j in range(end - 1, place, -1):
        out[u(j + more)] = out[u(j)]
    put(out, place, size)
    return end + more


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
