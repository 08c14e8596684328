"""From a place to the street: the nearest point of an edge that no wall stands before."""

from typing import NamedTuple

import numpy as np

from geo.layers import Walker
from geo.network.graph import Network, avoided
from geo.network.kernel import F64, I32, Bools, compiled
from geo.network.segments import EMPTY, XY, Ground, SegmentGrid, nearest_point

REACH_M = 500.0
"""Nobody is thought to walk farther than this from a door to the first street."""


class Snap(NamedTuple):
    """Places joined to edges, one entry a place, in the order they were given.

    `edge` is −1 where no edge is within reach, or a wall, river or railway stands before
    all of them: `blocked` tells the second from the first. `along_cm` is counted from the
    tail of the edge; `foot` (n, 2) is the point on the edge and `off_cm` the way to it from
    the place itself, `xy` (n, 2).
    """

    edge: I32
    along_cm: I32
    off_cm: I32
    foot: F64
    blocked: Bools
    xy: F64

    @property
    def off_m(self) -> F64:
        """Metres between each place and the network; inf where it is not joined."""
        return np.where(self.edge < 0, np.inf, self.off_cm / 100.0)


def snap(net: Network, xy: F64, *, walker: Walker | None = None, reach_m: float = REACH_M) -> Snap:
    """Join places to the nearest point of an edge, on the near side of every wall.

    Parameters
    ----------
    net : Network
    xy : (n, 2) float
        Places in metres of the network's CRS.
    walker : Walker, optional
        Who walks: without steps, no stairway is joined.
    reach_m : float
        How far the street may be.

    Returns
    -------
    Snap
        An edge is met anywhere along it, and is left in both directions.
    """
    xy = np.ascontiguousarray(xy, dtype=np.float64).reshape(-1, 2)
    avoid = avoided(walker) if walker is not None else 0
    edge, along, off, foot = snap_all(xy, float(reach_m), net.ground, avoid)
    blocked = np.zeros(len(xy), dtype=np.bool_)
    if len(net.walls.items) and (edge < 0).any():
        open_ground = net.ground._replace(walls=EMPTY)
        blocked[edge < 0] = snap_all(xy[edge < 0], float(reach_m), open_ground, avoid)[0] >= 0
    return Snap(edge, along, off, foot, blocked, xy)


BEYOND_M = 1e8
"""Nothing on earth is so far; degrees far from the meridian of an area are told as infinite."""


@compiled
def snap_all(xy: F64, reach_m: float, ground: Ground, avoid: int) -> tuple[I32, I32, I32, F64]:
    """Give edge (−1: none), distance along it, distance to it (cm) and foot of every place."""
    n = len(xy)
    edge = np.full(n, np.int32(-1), dtype=np.int32)
    along = np.zeros(n, dtype=np.int32)
    off = np.zeros(n, dtype=np.int32)
    foot = xy.copy()
    for i in range(n):
        if not abs(xy[i, 0]) + abs(xy[i, 1]) < BEYOND_M:  # no place in these metres
            continue
        s, q, far = nearest_point((xy[i, 0], xy[i, 1]), reach_m, ground, avoid)
        if s >= 0:
            e = ground.shapes.owner[s]
            edge[i] = e
            along[i] = min(_along_cm(ground.shapes, e, s, q), ground.length_cm[e])
            off[i] = np.int32(np.rint(far * 100))
            foot[i, 0], foot[i, 1] = q
    return edge, along, off, foot


@compiled
def _along_cm(g: SegmentGrid, edge: int, segment: int, q: XY) -> int:
    """Measure from the tail of an edge to a point on one of its segments."""
    points = g.points
    metres = np.hypot(q[0] - points[segment, 0], q[1] - points[segment, 1])
    for p in range(g.first[edge], segment):
        metres += np.hypot(points[p + 1, 0] - points[p, 0], points[p + 1, 1] - points[p, 1])
    return int(np.rint(metres * 100))
