"""Numbers for features: the same for the same key, in every process, export and datum.

MVT wants unsigned integers, and browsers count exactly up to 2⁵³ only. A key of up to
fifteen digits, as the codes of grids and all above them, is its own number; any other, as
the seventeen digits of a micro-grid, is hashed into 2⁵² … 2⁵³.
"""

from collections.abc import Callable, Iterable
from hashlib import blake2b

import numpy as np

from geo.tiling.kernel import U64

DIGITS = 15
_HALF = 2**52


def number(key: str) -> int:
    """Give the number of a key that is not empty.

    Examples
    --------
    >>> number("321198001001005")
    321198001001005
    >>> 2**52 <= number("32119800100100501") < 2**53
    True
    """
    if key.isascii() and key.isdigit() and len(key) <= DIGITS and key[0] != "0":
        return int(key)
    digest = blake2b(key.encode(), digest_size=8).digest()
    return _HALF + int.from_bytes(digest, "little") % _HALF


def numbers(
    keys: Iterable[str], fids: Iterable[int], taken: Callable[[int], bool] = lambda _: False
) -> U64:
    """Give every feature a number of its own; who shares a key is told apart by its place.

    Parameters
    ----------
    fids : iterable of int
        Numbers of rows, which stand in for keys that are empty.
    taken : callable
        Says which numbers others already have.
    """
    used: set[int] = set()
    found = []
    for key, fid in zip(keys, fids, strict=True):
        name = key or f"#{fid}"
        made, nth = number(name), 1
        while made in used or taken(made):
            nth += 1
            made = number(f"{name}#{nth}")
        used.add(made)
        found.append(made)
    return np.array(found, dtype=np.uint64)
