"""The walking network: nodes, edges and their shapes in plain arrays."""

from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import CRS

from geo.layers import Walker
from geo.network import hilbert
from geo.network.kernel import F64, I32, I64, U8, Objects, compiled
from geo.network.noding import Edges
from geo.network.rules import STEPS
from geo.network.segments import EMPTY, SegmentGrid, grid

BLOCKED = np.int32(2**31 - 1)
"""The cost of an edge that a walker cannot use."""


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Streets that can be walked, as a graph in metres.

    Nodes are ordered along a Hilbert curve. Node i has the arcs ``first[i]:first[i + 1]``;
    arc a leads to node ``heads[a]`` over edge ``via[a]``, so that every edge is found from
    both its ends. Edge e runs from ``tail[e]`` to ``head[e]``, is ``length_cm[e]`` long (at
    least 1), carries ``flags[e]`` (`rules.STEPS`, `PRIVATE`, `LINK`), belongs to street
    ``street[e]`` (position in `street_ids`), and has the vertices
    ``shapes.points[bend[e]:bend[e + 1]]``, both ends included.

    `shapes` finds segments of edges; `walls` those of rivers, railways and walls, open at
    gates, which no connector between a building and its street may cross.
    """

    crs: CRS
    x_m: F64
    y_m: F64
    first: I32
    heads: I32
    via: I32
    tail: I32
    head: I32
    length_cm: I32
    flags: U8
    street: I32
    street_ids: Objects
    bend: I64
    shapes: SegmentGrid
    walls: SegmentGrid = EMPTY

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.x_m)

    @property
    def edges(self) -> int:
        """Number of edges."""
        return len(self.tail)

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays."""
        arrays = (
            self.x_m, self.y_m, self.first, self.heads, self.via, self.tail, self.head,
            self.length_cm, self.flags, self.street, self.bend,
        )  # fmt: skip
        return sum(a.nbytes for a in arrays) + self.shapes.nbytes + self.walls.nbytes

    def avoid(self, walker: Walker) -> int:
        """Give the flags of edges that a walker cannot use."""
        return 0 if walker.steps else STEPS

    def costs_cm(self, walker: Walker) -> I32:
        """Give the cost of every edge for a walker in centimetres on the level."""
        cost = self.length_cm.copy()
        cost[(self.flags & self.avoid(walker)) != 0] = BLOCKED
        return cost

    def lines(self) -> Objects:
        """Give every edge as a LineString."""
        lines: Objects = shapely.linestrings(self.shapes.points, indices=self.shapes.owner)
        return lines


def assemble(
    edges: Edges, flags: U8, street: I32, street_ids: Objects, crs: CRS, walls: SegmentGrid
) -> Network:
    """Order nodes and edges for memory, and build the arcs of both directions.

    `flags` and `street` are given for every line that `edges` were cut from.
    """
    order = hilbert.order(edges.x_m, edges.y_m)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    tail, head = rank[edges.tail], rank[edges.head]
    sequence = np.lexsort((np.maximum(tail, head), np.minimum(tail, head)))
    tail, head, line = tail[sequence], head[sequence], edges.line[sequence]
    points, bend = _reordered(edges, sequence)
    owner = np.repeat(np.arange(len(sequence), dtype=np.int32), np.diff(bend))
    first, heads, via = _arcs(tail.astype(np.int32), head.astype(np.int32), len(order))
    return Network(
        crs=crs,
        x_m=edges.x_m[order], y_m=edges.y_m[order],
        first=first, heads=heads, via=via,
        tail=tail.astype(np.int32), head=head.astype(np.int32),
        length_cm=_lengths_cm(points, bend),
        flags=flags[line], street=street[line], street_ids=street_ids,
        bend=bend, shapes=grid(points, owner), walls=walls,
    )  # fmt: skip


def _reordered(edges: Edges, sequence: I64) -> tuple[F64, I64]:
    count = np.diff(edges.start)[sequence]
    bend = np.r_[0, np.cumsum(count)].astype(np.int64)
    source = np.repeat(edges.start[:-1][sequence] - bend[:-1], count) + np.arange(bend[-1])
    return edges.points[source], bend


def _lengths_cm(points: F64, bend: I64) -> I32:
    if len(bend) < 2:
        return np.empty(0, dtype=np.int32)
    leg = np.r_[np.hypot(*np.diff(points, axis=0).T), 0.0]
    leg[bend[1:] - 1] = 0.0
    length = np.add.reduceat(leg, bend[:-1])
    return np.maximum(np.rint(length * 100), 1).astype(np.int32)


@compiled
def _arcs(tail: I32, head: I32, nodes: int) -> tuple[I32, I32, I32]:
    first = np.zeros(nodes + 1, dtype=np.int32)
    for e in range(len(tail)):
        first[tail[e] + 1] += 1
        first[head[e] + 1] += 1
    for i in range(nodes):
        first[i + 1] += first[i]
    place = first[:-1].copy()
    heads = np.empty(2 * len(tail), dtype=np.int32)
    via = np.empty(2 * len(tail), dtype=np.int32)
    for e in range(len(tail)):
        heads[place[tail[e]]] = head[e]
        via[place[tail[e]]] = e
        place[tail[e]] += 1
        heads[place[head[e]]] = tail[e]
        via[place[head[e]]] = e
        place[head[e]] += 1
    return first, heads, via
