"""Walks by the book: a plain Dijkstra with a heap, over streets as they are listed.

It knows nothing of how the network is searched: an edge has two ends, a length and flags; a
walk goes over private ways only at its beginning and at its end.
"""

import heapq
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from geo import layers, network
from geo.network import rules

INF = float("inf")
Place = tuple[int, int, int]
"""Edge (−1: none), centimetres along it from its tail, centimetres to it."""


@dataclass(frozen=True)
class Book:
    """One network for one walker: what each edge costs, and where one can go."""

    net: network.Network
    cost: list[float]
    private: list[bool]
    ends: list[tuple[int, int]]
    arcs: list[list[tuple[int, int]]]

    def part(self, edge: int, along: int) -> int:
        """Give the cost from the tail of an edge to a place along it, whole centimetres."""
        length = int(self.net.length_cm[edge])
        cost = self.cost[edge]
        return along if cost == length else int(np.rint(along * (cost / length)))

    def walks(self, station: Place, places: list[Place]) -> list[float]:
        """Measure the walks between a station and places, as they cost (cm); inf: none."""
        edge, along, off = station
        if edge < 0 or self.cost[edge] == INF:
            return [INF] * len(places)
        begin = 0 if self.private[edge] else 1
        tail, head = self.ends[edge]
        here = self.part(edge, along)
        best: dict[tuple[int, int], float] = {}
        queue = [(here, tail, begin), (self.cost[edge] - here, head, begin)]
        heapq.heapify(queue)
        while queue:
            far, u, phase = heapq.heappop(queue)
            if (u, phase) in best:
                continue
            best[u, phase] = far
            for v, e in self.arcs[u]:
                then = _then(phase, self.private[e])
                if then >= 0 and (v, then) not in best:
                    heapq.heappush(queue, (far + self.cost[e], v, then))
        out = []
        for e, along_e, off_e in places:
            if e < 0 or self.cost[e] == INF:
                out.append(INF)
                continue
            part = self.part(e, along_e)
            ways = [
                best.get((u, phase), INF) + rest
                for u, rest in ((self.ends[e][0], part), (self.ends[e][1], self.cost[e] - part))
                for phase in range(3)
                if _then(phase, self.private[e]) >= 0
            ]
            if e == edge:
                ways.append(abs(part - here))
            out.append(min(ways) + off + off_e)
        return out

    def check(self, way: network.Route) -> None:
        """Require that a route can be walked by the rules, and that its metres add up."""
        edges = way.edges.tolist()
        assert all(self.cost[e] < INF for e in edges)
        if len(edges) > 1:
            assert all(set(self.ends[a]) & set(self.ends[b]) for a, b in pairwise(edges))
        classes = "".join("p" if self.private[e] else "o" for e in edges)
        assert "o" not in classes.strip("p") or "p" not in classes.strip("p")
        assert way.line.length == _near(way.metres, 0.011 * (len(edges) + 3))


def _then(phase: int, private: bool) -> int:
    """Give the phase after an edge: 0 private from the station on, 1 public, 2 private again."""
    if not private:
        return -1 if phase == 2 else 1
    return 0 if phase == 0 else 2


class _near:  # noqa: N801
    def __init__(self, value: float, margin: float) -> None:
        self.value, self.margin = value, margin

    def __eq__(self, other: object) -> bool:
        return isinstance(other, float) and abs(other - self.value) <= self.margin

    __hash__ = None  # type: ignore[assignment]


def book(net: network.Network, walker: layers.Walker) -> Book:
    """Open the book of a network for a walker."""
    factors = (
        (rules.STEPS, walker.steps_factor if walker.steps else INF),
        (rules.ROUGH, walker.rough_factor),
        (rules.STEEP, walker.steep_factor),
    )
    cost = [
        _cost(float(length), [factor for flag, factor in factors if flags & flag])
        for length, flags in zip(net.length_cm.tolist(), net.flags.tolist(), strict=True)
    ]
    ends = list(zip(net.graph.tail.tolist(), net.graph.head.tolist(), strict=True))
    arcs: list[list[tuple[int, int]]] = [[] for _ in range(net.nodes)]
    for e, (u, v) in enumerate(ends):
        if cost[e] < INF:
            arcs[u].append((v, e))
            arcs[v].append((u, e))
    return Book(net, cost, [bool(f & rules.PRIVATE) for f in net.flags.tolist()], ends, arcs)


def _cost(length: float, factors: list[float]) -> float:
    if INF in factors:
        return INF
    for factor in factors:
        length = max(1.0, float(np.rint(length * factor)))
    return length


def places(snapped: network.Snap) -> list[Place]:
    """Give snapped places as the book reads them."""
    columns = (snapped.edge, snapped.along_cm, snapped.off_cm)
    return list(zip(*(c.tolist() for c in columns), strict=True))
