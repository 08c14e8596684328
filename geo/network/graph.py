"""The walking network: nodes, edges and their shapes in plain arrays."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from pyproj import CRS

from geo.layers import Walker
from geo.network import hilbert, pockets, segments
from geo.network.kernel import F64, I32, I64, U8, Objects
from geo.network.noding import Edges
from geo.network.pockets import Graph
from geo.network.rules import PRIVATE, ROUGH, STEEP, STEPS
from geo.network.segments import Ground, SegmentGrid

BLOCKED = np.int32(2**31 - 1)
"""The cost of an edge that a walker cannot use."""


@dataclass(frozen=True, slots=True, eq=False)
class Names:
    """Many short texts in two arrays: text i is ``text[first[i]:first[i + 1]]`` in UTF-8."""

    text: U8
    first: I64

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Names":
        """Pack texts."""
        parts = [str(t).encode() for t in texts]
        first = np.zeros(len(parts) + 1, dtype=np.int64)
        np.cumsum([len(part) for part in parts], out=first[1:])
        return cls(np.frombuffer(b"".join(parts), dtype=np.uint8).copy(), first)

    def __len__(self) -> int:
        """Count them."""
        return len(self.first) - 1

    def __getitem__(self, at: int) -> str:
        """Give one."""
        return self.text[self.first[at] : self.first[at + 1]].tobytes().decode()


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """Streets that can be walked, as a graph in metres.

    Nodes (`x_m, y_m`) are ordered along a Hilbert curve, edges by their nodes. ``graph.cost``
    is the length of each edge in whole centimetres, at least 1. Edge e carries ``flags[e]``
    (`rules.STEPS`, `PRIVATE`, `LINK`, …) and belongs to street ``street[e]`` (position in
    `street_ids`; −1: a link that was made at a gate). `shapes` holds its vertices, both ends
    included; `walls` those of rivers, railways and walls, open at gates, which no connector
    between a building and its street may cross.
    """

    crs: CRS
    x_m: F64
    y_m: F64
    graph: Graph
    flags: U8
    street: I32
    street_ids: Names
    shapes: SegmentGrid
    walls: SegmentGrid = segments.EMPTY

    @property
    def nodes(self) -> int:
        """Number of nodes."""
        return len(self.x_m)

    @property
    def edges(self) -> int:
        """Number of edges."""
        return len(self.flags)

    @property
    def length_cm(self) -> I32:
        """Length of every edge."""
        return self.graph.cost

    @property
    def ground(self) -> Ground:
        """What places are joined to."""
        return Ground(self.shapes, self.flags, self.graph.cost, self.walls)

    @property
    def nbytes(self) -> int:
        """Bytes held by the arrays."""
        arrays = {
            id(a): a.nbytes for a in (self.x_m, self.y_m, self.flags, self.street, *self.graph)
        }
        return segments.nbytes(self.shapes) + segments.nbytes(self.walls) + sum(arrays.values())

    def lines(self) -> Objects:
        """Give every edge as a LineString, in order."""
        lines = shapely.linestrings(self.shapes.points, indices=self.shapes.owner)
        return np.asarray(lines, dtype=object)

    def walked_by(self, walker: Walker) -> Graph:
        """Give the graph with the costs of one walker, whole centimetres on the level."""
        marks = STEPS | ROUGH | STEEP
        if not (self.flags & marks).any():
            return self.graph
        cost = self.graph.cost.copy()
        for flag, factor in weights(walker).items():
            if factor != 1.0 and (marked := (self.flags & flag) != 0).any():
                cost[marked] = np.clip(np.rint(cost[marked] * factor), 1, BLOCKED - 1)
        cost[(self.flags & avoided(walker)) != 0] = BLOCKED
        return self.graph._replace(cost=cost, step=cost[self.graph.via])


def avoided(walker: Walker) -> int:
    """Give the flags of edges that a walker cannot use."""
    return 0 if walker.steps else STEPS


def weights(walker: Walker) -> dict[int, float]:
    """Give how many times longer than on the level an edge with a flag takes a walker."""
    return {STEPS: walker.steps_factor, ROUGH: walker.rough_factor, STEEP: walker.steep_factor}


class Kinds(NamedTuple):
    """What is known of every line that edges are cut from."""

    flags: U8
    street: I32
    street_ids: Names


def assemble(
    edges: Edges, kinds: Kinds, crs: CRS, walls: SegmentGrid, *, through_private: bool
) -> Network:
    """Order nodes and edges for memory, and build the arcs of both directions."""
    order = hilbert.order(edges.x_m, edges.y_m)
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    tail, head = rank[edges.tail].astype(np.int32), rank[edges.head].astype(np.int32)
    sequence = np.lexsort((np.maximum(tail, head), np.minimum(tail, head)))
    tail, head, line = tail[sequence], head[sequence], edges.line[sequence]
    points, first = _reordered(edges, sequence)
    length = _lengths_cm(points, first)
    flags = kinds.flags[line]
    private = (flags & PRIVATE) != 0
    if through_private:
        private[:] = False
    return Network(
        crs=crs,
        x_m=edges.x_m[order],
        y_m=edges.y_m[order],
        graph=pockets.graph(tail, head, length, private, len(order)),
        flags=flags,
        street=kinds.street[line],
        street_ids=kinds.street_ids,
        shapes=segments.grid(points, first),
        walls=walls,
    )


def _reordered(edges: Edges, sequence: I64) -> tuple[F64, I64]:
    count = np.diff(edges.start)[sequence]
    first = np.r_[0, np.cumsum(count)].astype(np.int64)
    source = np.repeat(edges.start[:-1][sequence] - first[:-1], count) + np.arange(first[-1])
    return edges.points[source], first


def _lengths_cm(points: F64, first: I64) -> I32:
    if len(first) < 2:
        return np.empty(0, dtype=np.int32)
    leg = np.r_[np.hypot(*np.diff(points, axis=0).T), 0.0]
    leg[first[1:] - 1] = 0.0
    length = np.add.reduceat(leg, first[:-1])
    return np.asarray(np.maximum(np.rint(length * 100), 1), dtype=np.int32)
