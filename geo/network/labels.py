"""What every state of a walk knows of the stations, and how a place reads it there."""

from typing import NamedTuple

import numpy as np

from geo.network.kernel import I32, compiled
from geo.network.pockets import Graph
from geo.network.search import FAR
from geo.network.snapping import Snap


class Known(NamedTuple):
    """What every state knows of its k nearest stations, nearest first; (states, k) arrays.

    `far_cm` (`FAR`: none), `station` (−1: none) and `back`, the edge by which the way goes
    there (−1: the station's own edge).
    """

    far_cm: I32
    station: I32
    back: I32


class Targets(NamedTuple):
    """Stations on their edges, `along_cm` as it costs; `by_edge` is their order by edge."""

    edge: I32
    along_cm: I32
    off_cm: I32
    by_edge: I32


@compiled
def look_up(
    places: Snap, graph: Graph, known: Known, target: Targets, answer: tuple[int, I32, I32]
) -> None:
    """Write the k nearest stations of snapped places into (limit, costs, stations)."""
    limit, best, which = answer
    for i in range(len(places.edge)):
        e, along, off = places.edge[i], places.along_cm[i], places.off_cm[i]
        if e < 0 or graph.cost[e] == FAR:
            continue
        u, v, rest = graph.from_tail[e], graph.from_head[e], graph.cost[e] - along
        for j in range(known.station.shape[1]):
            if known.station[u, j] >= 0:
                cost = np.int64(known.far_cm[u, j]) + along + off
                if cost <= limit:
                    offer(best[i], which[i], cost, known.station[u, j])
            if known.station[v, j] >= 0:
                cost = np.int64(known.far_cm[v, j]) + rest + off
                if cost <= limit:
                    offer(best[i], which[i], cost, known.station[v, j])
        for at in range(_first_on(target, e), len(target.by_edge)):
            s = target.by_edge[at]
            if target.edge[s] != e:
                break
            cost = np.int64(abs(target.along_cm[s] - along)) + target.off_cm[s] + off
            if cost <= limit:
                offer(best[i], which[i], cost, s)


@compiled
def _first_on(target: Targets, edge: int) -> int:
    low, high = 0, len(target.by_edge)
    while low < high:
        middle = (low + high) >> 1
        if target.edge[target.by_edge[middle]] < edge:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def offer(best: I32, which: I32, cost: int, station: int) -> None:
    """Put a station into a list sorted by (cost, station), if it is near enough for it."""
    at = len(best) - 1
    for j in range(len(best)):
        if which[j] == station:
            at = j
            break
    if which[at] >= 0 and (best[at], which[at]) <= (cost, station):
        return
    while at > 0 and (which[at - 1] < 0 or (best[at - 1], which[at - 1]) > (cost, station)):
        best[at], which[at] = best[at - 1], which[at - 1]
        at -= 1
    best[at], which[at] = cost, station
