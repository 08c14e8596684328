"""The best plan that can be put together from given groups, or none within the budget.

Exact cover (Knuth 2000): the undecided unit with fewest groups is next, groups in the order of
their net cost, as bit sets. A branch ends when its net costs, and the least possible of the
groups to come, exceed the budget; so a finished search is a proof.
"""

from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np
import numpy.typing as npt
from numba import njit

from geo.grouping.problem import Bools, Floats, Ints
from geo.layers import Clock

Bits = npt.NDArray[np.uint64]


def cover(
    groups: Bools, net: Floats, count: int, budget: float, clock: Clock, *, least: float, nodes: int
) -> tuple[Ints | None, float, bool]:
    """Put a plan together.

    Parameters
    ----------
    groups : (m, n) bool
    net : (m,) float
        Net cost of each group; the sum over a plan is to be least.
    count : int
        Groups of a plan.
    budget : float
        Only plans whose net costs sum to at most this are looked for.
    least : float
        No group costs less.
    nodes : int
        The search ends after so many steps, or when the clock says so.

    Returns
    -------
    chosen : (count,) int or None
        The best plan's groups, None without one.
    value : float
        Its net cost; inf without one.
    ended : bool
        Whether the search went to its end.
    """
    order = np.argsort(net, kind="stable")
    groups, sorted_net = groups[order], np.ascontiguousarray(net[order])
    n = groups.shape[1]
    words = (n + 63) // 64
    padded = np.zeros((len(groups), words * 64), dtype=np.bool_)
    padded[:, :n] = groups
    bits = np.packbits(padded, axis=1, bitorder="little").view(np.uint64)
    holders = groups.sum(axis=0)
    units = np.argsort(holders, kind="stable").astype(np.int32)
    start = np.r_[0, np.cumsum(holders)].astype(np.int64)
    member = np.nonzero(groups.T)[1].astype(np.int32)
    notes = np.array([budget + 1e-9, 0.0, np.inf])
    chosen = np.full(count, -1, dtype=np.int32)
    args = (bits, sorted_net, units, start, member, count, least, nodes, notes, chosen)
    stop = np.zeros(1, dtype=np.int8)
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(_search, *args, stop)
        try:
            while wait([work], timeout=0.1).not_done:
                clock.tell("plans", float(notes[1]), float(nodes))
                if clock.left() <= 0:
                    stop[0] = 1
        finally:
            stop[0] = 1
    ended = work.result()
    if not np.isfinite(notes[2]):
        return None, np.inf, ended
    return order[chosen].astype(np.int32), float(notes[2]), ended


@njit(cache=True, nogil=True)
def _search(bits, net, units, start, member, count, least, nodes, notes, chosen, stop):  # type: ignore[no-untyped-def]  # noqa: PLR0917
    words, n = bits.shape[1], len(units)
    used = np.zeros((count + 1, words), dtype=np.uint64)
    spent = np.zeros(count + 1)
    at, end = np.zeros(count + 1, dtype=np.int64), np.zeros(count + 1, dtype=np.int64)
    pick = np.zeros(count + 1, dtype=np.int32)
    depth = 0
    at[0], end[0] = start[units[0]], start[units[0] + 1]
    while depth >= 0:
        if at[depth] >= end[depth]:
            depth -= 1
            continue
        s = member[at[depth]]
        at[depth] += 1
        notes[1] += 1
        if notes[1] > nodes or stop[0] != 0:
            return False
        total = spent[depth] + net[s]
        if total + (count - depth - 1) * least > notes[0]:
            at[depth] = end[depth]
            continue
        clash = False
        for w in range(words):
            if used[depth, w] & bits[s, w]:
                clash = True
                break
        if clash:
            continue
        pick[depth] = s
        for w in range(words):
            used[depth + 1, w] = used[depth, w] | bits[s, w]
        nearest = -1
        for t in range(n):
            u = units[t]
            if not (used[depth + 1, u >> 6] >> np.uint64(u & 63)) & np.uint64(1):
                nearest = u
                break
        if depth + 1 == count:
            if nearest < 0 and total < notes[2]:
                notes[0], notes[2] = min(notes[0], total - 1e-9), total
                chosen[:] = pick[:count]
            continue
        if nearest >= 0:
            depth += 1
            spent[depth] = total
            at[depth], end[depth] = start[nearest], start[nearest + 1]
    return True
