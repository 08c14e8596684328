"""Nearest sites in a straight line, point by point, without a table of all pairs.

Squared distances of one point are reckoned in a row, those within a guessed radius are kept
and put in order by buckets; the radius that did is the guess for the next point. Rows are
independent, so blocks of them run on all cores with the same answer.
"""

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import numpy.typing as npt
from numba import njit

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]

BLOCK = 2000
"""Points a task."""
BUCKETS = 1024


def pairs(
    demand_xy: Floats, site_xy: Floats, within: Floats, most: int
) -> tuple[Longs, Ints, Floats, Floats]:
    """Sites nearer than a limit, nearest first, at most `most` a point.

    Parameters
    ----------
    demand_xy, site_xy : (n, 2), (m, 2) float
        Metres.
    within : (n,) float
        Only distances below count.

    Returns
    -------
    (start, site, distance, beyond)
        Pairs by point, then the first distance that was left out because there were too many,
        inf where none was.
    """
    n, m = len(demand_xy), len(site_xy)
    x, y = np.ascontiguousarray(site_xy[:, 0]), np.ascontiguousarray(site_xy[:, 1])
    counts, beyond = np.zeros(n, dtype=np.int64), np.full(n, np.inf)
    most = min(most, m)

    def block(low: int) -> tuple[Ints, Floats]:
        part = slice(low, low + BLOCK)
        here = np.ascontiguousarray(demand_xy[part])
        return _rows(here, x, y, within[part], most, counts[part], beyond[part])

    with ThreadPoolExecutor(os.cpu_count()) as workers:
        parts = list(workers.map(block, range(0, n, BLOCK))) if most else []
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    site, far = np.empty(start[-1], dtype=np.int32), np.empty(start[-1])
    for k, (sites, distances) in enumerate(parts):
        at = slice(start[k * BLOCK], start[min((k + 1) * BLOCK, n)])
        site[at], far[at] = sites, distances
        parts[k] = site[:0], far[:0]
    return start, site, far, beyond


def least(demand_xy: Floats, site_xy: Floats) -> tuple[Ints, Floats]:
    """The nearest of some sites (the first of equals), and its distance, for every point."""
    unlimited = np.full(len(demand_xy), np.inf)
    _, site, far, _ = pairs(demand_xy, site_xy, unlimited, 1)
    return site, far


@njit(cache=True, nogil=True)
def _rows(  # noqa: PLR0917
    here: Floats, x: Floats, y: Floats, within: Floats, most: int, counts: Longs, beyond: Floats
) -> tuple[Ints, Floats]:
    n, m = len(here), len(x)
    square, index = np.empty(m), np.empty(m, dtype=np.int32)
    value, order = np.empty(m), np.empty(m, dtype=np.int32)
    slots = np.empty(BUCKETS + 1, dtype=np.int64)
    size = n * min(most, 64) + m
    site, far = np.empty(size, dtype=np.int32), np.empty(size)
    at, radius = 0, np.inf
    for i in range(n):
        top = 0.0
        for j in range(m):
            dx, dy = here[i, 0] - x[j], here[i, 1] - y[j]
            square[j] = dx * dx + dy * dy
            top = max(top, square[j])
        limit = np.nextafter(within[i] * within[i] * (1.0 + 1e-14), np.inf)
        found, radius = _gather(square, index, min(limit, np.nextafter(top, np.inf)), radius, most)
        for t in range(found):
            value[t] = np.sqrt(square[index[t]])
        _sort(value, found, order, slots)
        while found and value[order[found - 1]] >= within[i]:
            found -= 1
        if found > most:
            beyond[i] = value[order[most]]
            found = most
        if at + found > len(site):
            site, far = _longer(site, far)
        for t in range(found):
            site[at + t], far[at + t] = index[order[t]], value[order[t]]
        counts[i] = found
        at += found
    return site[:at].copy(), far[:at].copy()


@njit(cache=True, nogil=True)
def _longer(site: Ints, far: Floats) -> tuple[Ints, Floats]:
    more, wide = np.empty(2 * len(site), dtype=np.int32), np.empty(2 * len(site))
    more[: len(site)] = site
    wide[: len(far)] = far
    return more, wide


@njit(cache=True, nogil=True)
def _gather(
    square: Floats, index: Ints, limit: float, radius: float, most: int
) -> tuple[int, float]:
    """List sites within a radius that holds more than `most` of them, or all below `limit`."""
    low, enough = 0.0, limit
    radius = min(radius, limit)
    for turn in range(40):
        if turn == 39:
            radius = enough
        found = 0
        for j in range(len(square)):
            index[found] = j
            found += square[j] < radius
        if found <= most and radius < limit:
            low = radius
            radius = 0.5 * (low + enough) if enough < limit else min(2.0 * radius + 1e-9, limit)
        elif found > 3 * most + 8 and turn < 38:
            enough = radius
            radius = max(0.5 * (low + enough), 1.5 * enough * most / found)
        else:
            break
    return found, radius


@njit(cache=True, nogil=True)
def _sort(value: Floats, found: int, order: Ints, slots: Longs) -> None:
    """Order of the first `found` values; equals stay as they come."""
    top = 0.0
    for t in range(found):
        top = max(top, value[t] * value[t])
    scale = (BUCKETS - 1) / top if top > 0 else 0.0
    slots[:] = 0
    for t in range(found):
        slots[int(value[t] * value[t] * scale) + 1] += 1
    for b in range(BUCKETS):
        slots[b + 1] += slots[b]
    for t in range(found):
        b = int(value[t] * value[t] * scale)
        order[slots[b]] = t
        slots[b] += 1
    for t in range(1, found):
        k, s = order[t], t
        while s > 0 and value[order[s - 1]] > value[k]:
            order[s] = order[s - 1]
            s -= 1
        order[s] = k
