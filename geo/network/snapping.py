"""From a place to the street: the nearest point of an edge that no wall stands before."""

from dataclasses import dataclass

import numpy as np

from geo.layers import Walker
from geo.network.graph import Network
from geo.network.kernel import F64, I32, I64, U8, Bools, compiled
from geo.network.segments import SegmentGrid, nearest_point

REACH_M = 500.0
"""Nobody is thought to walk farther than this from a door to the first street."""


@dataclass(frozen=True, slots=True, eq=False)
class Snap:
    """Places joined to edges, one entry a place, in the order they were given.

    `edge` is −1 where no edge is within reach, or a wall, river or railway stands before
    all of them; ``blocked`` tells the second from the first. `along_cm` is counted from the
    tail of the edge; `foot` (n, 2) is the point on the edge and `off_cm` the way to it from
    the place itself, `xy` (n, 2).
    """

    edge: I32
    along_cm: I32
    off_cm: I32
    foot: F64
    blocked: Bools
    xy: F64

    def __len__(self) -> int:
        """Count the places."""
        return len(self.edge)

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
    avoid = net.avoid(walker) if walker is not None else 0
    fields = _snap_all(
        xy, reach_m, *arguments(net.shapes), net.flags, avoid,
        *wall_arguments(net.walls), net.bend, net.length_cm,
    )  # fmt: skip
    return Snap(*fields, xy)


def arguments(g: SegmentGrid) -> tuple[F64, I32, I32, I32, float, float, float, int, int]:
    """Give a grid as the arguments that a compiled loop takes."""
    return (
        g.points, g.owner, g.start, g.items, g.west, g.south, g.cell_m, g.columns, g.rows,
    )  # fmt: skip


def wall_arguments(g: SegmentGrid) -> tuple[F64, I32, I32, float, float, float, int, int]:
    """Give a grid of walls as the arguments that a compiled loop takes."""
    return (g.points, g.start, g.items, g.west, g.south, g.cell_m, g.columns, g.rows)


@compiled
def _snap_all(
    xy: F64, reach_m: float,
    points: F64, owner: I32, start: I32, items: I32, west: float, south: float, cell_m: float,
    columns: int, rows: int, flags: U8, avoid: int,
    wall_points: F64, wall_start: I32, wall_items: I32, wall_west: float, wall_south: float,
    wall_cell_m: float, wall_columns: int, wall_rows: int,
    bend: I64, length_cm: I32,
) -> tuple[I32, I32, I32, F64, Bools]:  # fmt: skip
    n = len(xy)
    edge = np.full(n, -1, dtype=np.int32)
    along = np.zeros(n, dtype=np.int32)
    off = np.zeros(n, dtype=np.int32)
    foot = xy.copy()
    blocked = np.zeros(n, dtype=np.bool_)
    nothing = np.empty(0, dtype=np.int32)
    for i in range(n):
        s, x, y, far = nearest_point(
            xy[i, 0], xy[i, 1], reach_m, points, owner, start, items, west, south, cell_m,
            columns, rows, flags, avoid, wall_points, wall_start, wall_items, wall_west,
            wall_south, wall_cell_m, wall_columns, wall_rows,
        )  # fmt: skip
        if s >= 0:
            edge[i] = owner[s]
            along[i] = along_cm(points, bend, length_cm, owner[s], s, x, y)
            off[i] = np.int32(np.rint(far * 100))
            foot[i, 0], foot[i, 1] = x, y
        elif len(wall_items):
            s, x, y, far = nearest_point(
                xy[i, 0], xy[i, 1], reach_m, points, owner, start, items, west, south, cell_m,
                columns, rows, flags, avoid, wall_points, wall_start, nothing, wall_west,
                wall_south, wall_cell_m, wall_columns, wall_rows,
            )  # fmt: skip
            blocked[i] = s >= 0
    return edge, along, off, foot, blocked


@compiled
def along_cm(
    points: F64, bend: I64, length_cm: I32, edge: int, segment: int, x: float, y: float
) -> int:
    """Measure from the tail of an edge to a point on one of its segments."""
    metres = 0.0
    for p in range(bend[edge], segment):
        metres += np.hypot(points[p + 1, 0] - points[p, 0], points[p + 1, 1] - points[p, 1])
    metres += np.hypot(x - points[segment, 0], y - points[segment, 1])
    return min(int(np.rint(metres * 100)), int(length_cm[edge]))
