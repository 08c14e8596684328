"""A lower bound on the net cost of one group while some of its units are decided.

A group S pays half of its border and earns the prices of its units,

    c(S) = ½ Σ length of the edges that leave S − Σ_{i in S} price_i,   lower ≤ w(S) ≤ upper.

Since ½ length·|x_i − x_j| ≥ f·(x_i − x_j) for every flow |f| ≤ ½ length, any flow turns the
problem into a continuous knapsack over net prices, which bounds c(S) from below. The flow
climbs along augmenting paths (Ford & Fulkerson 1956) at the load price that the knapsack
names (`tilt`), and is kept from node to node of the search (Kohli & Torr 2007).
"""

import numpy as np
from numba import njit

from geo.grouping.ground import EPS, FREE, IN, OUT, Codes, Ground
from geo.grouping.problem import Floats, Ints

TINY = 1e-9


@njit(cache=True, nogil=True)
def climb(  # noqa: PLR0917
    g: Ground, price: Floats, most: float, code: Codes, flow: Floats, tilt: float, net: Floats,
    queue: Ints, via: Ints,
) -> tuple[float, float]:  # fmt: skip
    """Raise the bound by flow and load price; stop above `most`. Give bound and tilt."""
    net[:] = -price
    for e in range(len(flow)):
        net[g.ends[e, 0]] += flow[e]
        net[g.ends[e, 1]] -= flow[e]
    bound, slope = knapsack(g, code, net)
    for _ in range(4):
        if bound > most + EPS:
            break
        before, tilt = bound, slope
        _augment(g, code, flow, tilt, queue, via, net)
        bound, slope = knapsack(g, code, net)
        if bound <= before + 1e-6 and abs(slope - tilt) < 1e-12:
            break
    return bound, slope


@njit(cache=True, nogil=True)
def knapsack(g: Ground, code: Codes, net: Floats) -> tuple[float, float]:
    """Give the least net cost of a fractional group, and the price of its load."""
    value, load = 0.0, 0.0
    for i in range(len(code)):
        if code[i] == IN or (code[i] == FREE and net[i] < 0):
            value += net[i]
            load += g.weight[i]
    if g.lower <= load <= g.upper:
        return value, 0.0
    heavy = load > g.upper
    last, at = -1.0, -1
    while True:
        ratio, pick = np.inf, -1
        for i in range(len(code)):
            if code[i] == FREE and g.weight[i] > 0 and (net[i] < 0) == heavy:
                r = abs(net[i]) / g.weight[i]
                if r < ratio and (r > last or (r == last and i > at)):
                    ratio, pick = r, i
        if pick < 0:
            return np.inf, 0.0
        last, at = ratio, pick
        need = load - g.upper if heavy else g.lower - load
        if need <= g.weight[pick]:
            return value + need * ratio, (ratio if heavy else -ratio)
        value += g.weight[pick] * ratio
        load += -g.weight[pick] if heavy else g.weight[pick]


@njit(cache=True, nogil=True)
def fix(g: Ground, room: float, code: Codes, net: Floats, tilt: float) -> bool:
    """Fix units whose other side would lift the bound by more than `room`; say whether any."""
    changed = False
    for i in range(len(code)):
        if code[i] == FREE:
            lift = net[i] + tilt * g.weight[i]
            if abs(lift) > room + 1e-7:
                code[i] = OUT if lift > 0 else IN
                changed = True
    return changed


@njit(cache=True, nogil=True)
def _augment(  # noqa: PLR0917
    g: Ground, code: Codes, flow: Floats, tilt: float, queue: Ints, via: Ints, net: Floats
) -> None:
    """Carry net price from where it is idle to where it counts, along shortest paths."""
    while True:
        sink = _path(g, code, flow, tilt, queue, via, net)
        if sink < 0:
            return
        push = np.inf if code[sink] == IN else -(net[sink] + tilt * g.weight[sink])
        v = sink
        while via[v] >= 0:
            e = via[v]
            away = g.ends[e, 1] == v
            push = min(push, flow[e] + g.half[e] if away else g.half[e] - flow[e])
            v = g.ends[e, 0] if away else g.ends[e, 1]
        if code[v] == FREE:
            push = min(push, net[v] + tilt * g.weight[v])
        net[v] -= push
        net[sink] += push
        v = sink
        while via[v] >= 0:
            e = via[v]
            away = g.ends[e, 1] == v
            flow[e] += -push if away else push
            v = g.ends[e, 0] if away else g.ends[e, 1]


@njit(cache=True, nogil=True)
def _path(  # noqa: PLR0917
    g: Ground, code: Codes, flow: Floats, tilt: float, queue: Ints, via: Ints, net: Floats
) -> int:
    """Find the nearest unit that wants net price; `via` holds the edges of the way, −2 at its start."""
    tail = 0
    for i in range(len(code)):
        via[i] = -1
        if code[i] == OUT or (code[i] == FREE and net[i] + tilt * g.weight[i] > TINY):
            via[i] = -2
            queue[tail] = i
            tail += 1
    head = 0
    while head < tail:
        u = queue[head]
        head += 1
        for t in range(g.start[u], g.start[u + 1]):
            v, e = g.other[t], g.edge[t]
            if via[v] != -1:
                continue
            left = flow[e] + g.half[e] if g.ends[e, 0] == u else g.half[e] - flow[e]
            if left > TINY:
                via[v] = e
                if code[v] == IN or net[v] + tilt * g.weight[v] < -TINY:
                    return int(v)
                queue[tail] = v
                tail += 1
    return -1
