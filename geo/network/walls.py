"""Walls, rivers and railways, and the gates in them."""

import geopandas as gpd
import numpy as np
import shapely

from geo.network.kernel import F64, I64, Objects
from geo.network.noding import with_vertices
from geo.network.segments import EMPTY, Ground, SegmentGrid, grid, nearest_point, packed

GATE_M = 3.0
"""Half the width of the opening that a gate makes in a wall."""
LINK_M = 150.0
"""How far from a gate the way is looked for that it opens to."""
ASIDE_M = 0.05
"""One looks for it from this far beside the middle of the gate."""
AT_GATE_M = 1.0
"""A way that passes this near to a gate goes through it."""
SHUT_M = 0.5
"""A way through a shut gate is cut this far before and behind it."""


def openings(barriers: gpd.GeoDataFrame | None, gates: gpd.GeoDataFrame | None) -> SegmentGrid:
    """Index the barriers, with an opening of 2 × 3 m at every gate that can be walked through."""
    lines = _lines(barriers)
    if not len(lines):
        return EMPTY
    doors = _open(gates)
    if len(doors):
        holes = shapely.union_all(shapely.buffer(doors, GATE_M))
        shapely.prepare(holes)
        cut = shapely.intersects(lines, holes)
        lines[cut] = shapely.difference(lines[cut], holes)
    parts = shapely.get_parts(lines)
    return grid(*packed(parts[~shapely.is_empty(parts)]))


def _lines(barriers: gpd.GeoDataFrame | None) -> Objects:
    if barriers is None or not len(barriers):
        return np.empty(0, dtype=object)
    lines: Objects = shapely.get_parts(barriers.geometry.to_numpy())
    return lines


def _open(gates: gpd.GeoDataFrame | None) -> Objects:
    return _gates(gates, shut=False)


def _gates(gates: gpd.GeoDataFrame | None, *, shut: bool) -> Objects:
    if gates is None or not len(gates):
        return np.empty(0, dtype=object)
    shapes: Objects = gates.geometry.to_numpy()
    if "foot" not in gates:
        return shapes[:0] if shut else shapes
    wanted: Objects = shapes[(gates["foot"] == "no").to_numpy() == shut]
    return wanted


def cut_at_shut(
    lines: Objects, gates: gpd.GeoDataFrame | None, *, tolerance_m: float
) -> tuple[Objects, I64]:
    """Cut ways where they are drawn through a gate that nobody walks through.

    The gap is wider than what the tolerance closes. A way that only ends at the gate is
    shortened by half a metre.

    Returns
    -------
    parts, line
        The ways in pieces, and the way of each.
    """
    doors = _gates(gates, shut=True)
    whole = np.arange(len(lines))
    if not len(doors) or not len(lines):
        return lines, whole
    gate, line = shapely.STRtree(lines).query(doors, predicate="dwithin", distance=SHUT_M / 2)
    if not len(line):
        return lines, whole
    cut = lines.copy()
    gaps = shapely.buffer(doors, max(SHUT_M, 0.6 * tolerance_m))
    for at in np.unique(line).tolist():
        cut[at] = shapely.difference(cut[at], shapely.union_all(gaps[gate[line == at]]))
    parts, index = shapely.get_parts(cut, return_index=True)
    filled = ~shapely.is_empty(parts)
    return parts[filled], index[filled].astype(np.int64)


def links(
    lines: Objects, barriers: gpd.GeoDataFrame | None, gates: gpd.GeoDataFrame | None
) -> tuple[Objects, Objects]:
    """Join gates to the ways on both sides, where no way passes through them.

    From each gate the nearest way on either side of its wall, within 150 m and not behind
    another barrier, is given a vertex, and a straight line from the gate leads there.

    Returns
    -------
    lines, added : LineString arrays
        The ways with their new vertices, and the lines that were added.
    """
    nothing = np.empty(0, dtype=object)
    doors = _open(gates)
    solid = _lines(barriers)
    if not len(doors) or not len(lines) or not len(solid):
        return lines, nothing
    passed = shapely.STRtree(lines).query(doors, predicate="dwithin", distance=AT_GATE_M)[0]
    xy = shapely.get_coordinates(np.delete(doors, np.unique(passed)))
    ways, walls = _ground(lines), _ground(solid)
    gate, spots, line = _both_sides(xy, ways._replace(walls=walls.shapes), walls)
    if not len(line):
        return lines, nothing
    added = np.asarray(shapely.linestrings(np.stack([xy[gate], spots], axis=1)), dtype=object)
    return with_vertices(lines, line, spots), added


def _ground(lines: Objects) -> Ground:
    plain = np.zeros(len(lines), dtype=np.uint8)
    return Ground(grid(*packed(lines)), plain, np.zeros(len(lines), dtype=np.int32), EMPTY)


def _both_sides(xy: F64, ways: Ground, walls: Ground) -> tuple[I64, F64, I64]:
    """Find the nearest way on each side of the wall that a gate stands in."""
    found: set[tuple[float, ...]] = set()
    for gate, (x, y) in enumerate(xy.tolist()):
        wall = nearest_point((x, y), LINK_M, walls, 0)[0]
        if wall < 0:
            continue
        (ax, ay), (bx, by) = walls.shapes.points[wall : wall + 2].tolist()
        step = ASIDE_M / max(float(np.hypot(bx - ax, by - ay)), 1e-9)
        for side in (step, -step):
            aside = x - side * (by - ay), y + side * (bx - ax)
            segment, spot, _ = nearest_point(aside, LINK_M, ways, 0)
            if segment >= 0:
                found.add((gate, *spot, int(ways.shapes.owner[segment])))
    table = np.array(sorted(found), dtype=np.float64).reshape(-1, 4)
    return table[:, 0].astype(np.int64), table[:, 1:3], table[:, 3].astype(np.int64)
