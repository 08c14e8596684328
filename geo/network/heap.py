"""A four-way heap of integers in a plain array, for the compiled searches.

A key packs a distance (upper 32 bits) and what it belongs to (lower 32 bits), so that one
comparison orders both and equal distances leave in a fixed order. Four children a node lie
in one cache line (A. LaMarca, R. Ladner 1996, "The influence of caches on the performance
of heaps").
"""

import numpy as np

from geo.network.kernel import I64, compiled


@compiled
def push(keys: I64, size: int, key: np.int64) -> int:
    """Add a key; give the new size."""
    at = size
    while at > 0:
        parent = (at - 1) >> 2
        if keys[parent] <= key:
            break
        keys[at] = keys[parent]
        at = parent
    keys[at] = key
    return size + 1


@compiled
def pop(keys: I64, size: int) -> int:
    """Take the least key, ``keys[0]``, away; give the new size."""
    size -= 1
    key = keys[size]
    at = 0
    while True:
        child = 4 * at + 1
        if child >= size:
            break
        least = child
        for other in range(child + 1, min(child + 4, size)):
            if keys[other] < keys[least]:
                least = other
        if keys[least] >= key:
            break
        keys[at] = keys[least]
        at = least
    keys[at] = key
    return size


@compiled
def doubled(values: I64) -> I64:
    """Give room for as much again."""
    longer = np.empty(2 * len(values), dtype=np.int64)
    longer[: len(values)] = values
    return longer
