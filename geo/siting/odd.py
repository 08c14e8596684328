"""Odd sets of points for which fractions of sites cheat: zero-half cuts of a covering program.

Of an odd number of points every one needs a site. Half the sum of their rows, rounded up,

    Σ_j ⌈c_j / 2⌉ y_j ≥ (k + 1) / 2,   c_j = how many of the k points site j reaches,

holds for whole y, and cuts off fractions that serve such points by halves (Caprara & Fischetti
1996, "{0, 1/2}-Chvátal-Gomory cuts"). It is broken where the sites that reach an odd number of
them, and the slack of their rows, add up to less than 1: such sets are grown from pairs of
points that share sites, each time by the point that lowers this sum most.
"""

import numpy as np
from numba import njit

from geo.siting.costs import Floats, Ints, Longs

WIDEST = 9
"""Most points of a set."""


@njit(cache=True, nogil=True)
def odd_sets(  # noqa: C901, PLR0912, PLR0915, PLR0917 — one compiled search over plain arrays
    start: Longs, site: Ints, by_start: Longs, by_point: Ints, y: Floats, slack: Floats,
    least: float, most: int,
) -> tuple[Ints, Floats]:  # fmt: skip
    """Look for broken sets.

    Parameters
    ----------
    start, site : points × sites with y > 0; by_start, by_point : the same by site
    slack : (n,) float
        By how much the row of a point is more than served; a point with 0.9 or more is left out.
    least : float
        Sets that are broken by less do not count.
    most : int
        Sets looked for.

    Returns
    -------
    ((k, WIDEST) int, (k,) float)
        Points of every set, −1 where it has fewer, and by how much it is broken.
    """
    n, m = len(start) - 1, len(by_start) - 1
    found = np.full((most, WIDEST), -1, dtype=np.int32)
    broken = np.zeros(most)
    count = 0
    odd = np.zeros(m, dtype=np.uint8)  # whether a site reaches an odd number of the set
    inside = np.zeros(n, dtype=np.uint8)
    shared, seen = np.zeros(n), np.empty(n, dtype=np.int32)
    mass = np.zeros(n)
    for i in range(n):
        for t in range(start[i], start[i + 1]):
            mass[i] += y[site[t]]
    members, columns = np.empty(WIDEST, dtype=np.int32), np.empty(WIDEST * m, dtype=np.int32)
    for a in range(n):
        for turn in range(start[a], start[a + 1]):
            if slack[a] >= 0.9 or count == most:
                break
            size, width = 0, 0
            total = 0.0
            step = a
            while True:
                # take in the point `step`
                members[size] = step
                size += 1
                inside[step] = 1
                total += slack[step]
                for t in range(start[step], start[step + 1]):
                    j = site[t]
                    total += y[j] if odd[j] == 0 else -y[j]
                    if odd[j] == 0:
                        columns[width] = j
                        width += 1
                    odd[j] ^= 1
                if size > 1 and size % 2 == 1 and total < 1.0 - least:
                    for k in range(size):
                        found[count, k] = members[k]
                    broken[count] = 1.0 - total
                    count += 1
                    break
                if size == WIDEST:
                    break
                # the point that shares most with what is odd
                near = 0
                if size == 1:  # begin with another site each time
                    columns[turn - start[a]], columns[0] = columns[0], site[turn]
                for q in range(1 if size == 1 else width):
                    j = columns[q]
                    if odd[j] == 0:
                        continue
                    for t in range(by_start[j], by_start[j + 1]):
                        i = by_point[t]
                        if inside[i] == 0 and slack[i] < 0.9:
                            if shared[i] == 0.0:
                                seen[near] = i
                                near += 1
                            shared[i] += y[j]
                best, step = np.inf, -1
                for q in range(near):
                    i = seen[q]
                    change = mass[i] - 2.0 * shared[i] + slack[i]
                    if change < best:
                        best, step = change, i
                    shared[i] = 0.0
                if step < 0 or total + best > 2.5:
                    break
            for k in range(size):
                inside[members[k]] = 0
                for t in range(start[members[k]], start[members[k] + 1]):
                    odd[site[t]] = 0
    return found[:count], broken[:count]
