"""Which neighbouring buildings are connected on foot."""

import numpy as np
import shapely

from geo.layers import TravelTimes
from geo.parcelling.cells import Lines
from geo.parcelling.ground import Ground
from geo.parcelling.sides import Bools, Ints, Shapes

REACH_M = 250.0
"""Neighbours whose doors are farther apart than this on foot are none to each other."""
NEAR_M = 60.0
"""Neighbours this near cross the yard between them, unless something closed stands there."""
FAR_SHARE = 0.5
"""Of neighbours this share of the reach apart in a straight line, the ways tell too little."""
GATE_M = 3.0
"""Half the width of the opening that a gate makes."""


def on_foot(
    ground: Ground,
    lines: Lines,
    *,
    times: TravelTimes | None = None,
    gates: Shapes | None = None,
    reach_m: float = REACH_M,
) -> Bools:
    """Say of each pair of neighbours whether one walks from one to the other.

    With streets, the walk along them counts. Where they tell too little (houses across a yard,
    a building that they join to no other, farms far from each other, no streets at all),
    neighbours are those between whom nothing closed stands: no water, rails or wall.

    Parameters
    ----------
    ground : Ground
    lines : Lines
        Their closed ones are what nobody walks across, but for the `gates` in them.
    times : TravelTimes, optional
        All walks from building to building of at most `reach_m`, in the order of the table,
        those to itself included or not.
    gates : (g,) Point, optional
        Openings in closed lines.

    Returns
    -------
    (e,) bool
        In the order of ``ground.neighbours()``.
    """
    pairs, _ = ground.neighbours()
    if not len(pairs):
        return np.zeros(0, dtype=bool)
    xy = shapely.get_coordinates(ground.points)
    apart_m = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T)
    walk, told = _walked(pairs, times, len(xy))
    told &= (apart_m > NEAR_M) & (apart_m < FAR_SHARE * reach_m)
    ask = np.flatnonzero(~told & ~walk)
    ways = shapely.linestrings(np.stack([xy[pairs[ask, 0]], xy[pairs[ask, 1]]], axis=1))
    walk[ask] = ~_barred(np.asarray(ways, dtype=object), lines, gates)
    return walk


def _walked(pairs: Ints, times: TravelTimes | None, count: int) -> tuple[Bools, Bools]:
    """Give which pairs have a walk, and of which pairs the streets know both buildings."""
    if times is None:
        return np.zeros(len(pairs), dtype=bool), np.zeros(len(pairs), dtype=bool)
    rows, cols = times.rows.astype(np.int64), times.cols.astype(np.int64)
    known = np.zeros(count, dtype=bool)
    known[rows[rows != cols]] = True
    near = np.isin(pairs[:, 0] * count + pairs[:, 1], rows * count + cols)
    return near, np.asarray(known[pairs].all(axis=1))


def _barred(ways: Shapes, lines: Lines, gates: Shapes | None) -> Bools:
    """Say which ways cross a closed line, elsewhere than at a gate."""
    barred = np.zeros(len(ways), dtype=bool)
    closed = lines.shapes[lines.closed]
    way, line = shapely.STRtree(closed).query(ways, predicate="intersects")
    if gates is not None and len(gates) and len(line):
        hit = np.unique(line)
        closed = closed.copy()
        closed[hit] = _opened(closed[hit], gates)
        meets = shapely.intersects(ways[way], closed[line])
        way = way[meets]
    barred[way] = True
    return barred


def _opened(closed: Shapes, gates: Shapes) -> Shapes:
    """Cut openings into lines."""
    gate, line = shapely.STRtree(closed).query(gates, predicate="dwithin", distance=GATE_M)
    if not len(line):
        return closed
    order = np.argsort(line, kind="stable")
    own, where = np.unique(line[order], return_inverse=True)
    points = shapely.multipoints(gates[gate[order]], indices=where)
    opened = closed.copy()
    opened[own] = shapely.difference(closed[own], shapely.buffer(points, GATE_M))
    return opened
