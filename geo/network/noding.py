"""From lines to edges: ways meet where they share a vertex, planar data where they cross."""

from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from geo.network.kernel import F64, I32, I64, Bools, Objects
from geo.network.segments import packed

TOUCH_M = 1e-6
"""An end this near to a line touches it: rounding of a cut, not a distance on the ground."""


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Pieces of lines between nodes.

    Edge e runs from node ``tail[e]`` to node ``head[e]`` along ``points[start[e]:start[e+1]]``
    (both ends included) and is a piece of line ``line[e]``; `x_m, y_m` are the nodes.
    """

    x_m: F64
    y_m: F64
    tail: I64
    head: I64
    points: F64
    start: I64
    line: I64


def shared(lines: Objects, *, tolerance_m: float = 0.0) -> Edges:
    """Cut lines at every vertex that is an end of a line or is used more than once.

    Parameters
    ----------
    lines : (n,) LineString
        In metres.
    tolerance_m : float
        Ends that lie within this distance of another vertex are drawn to it. 0: only equal
        coordinates meet.
    """
    points, first = packed(lines)
    points, owner = _without_repeats(points, np.repeat(np.arange(len(lines)), np.diff(first)))
    if tolerance_m > 0 and len(points):
        points = _drawn_together(points, _ends(owner), tolerance_m)
        points, owner = _without_repeats(points, owner)
    if not len(points):
        none = np.empty(0, dtype=np.int64)
        return Edges(np.empty(0), np.empty(0), none, none, points, np.zeros(1, np.int64), none)
    place, uses = _places(points)
    return _split(points, owner, place, _ends(owner) | (uses[place] > 1))


def _ends(owner: I64) -> Bools:
    """Mark the first and the last vertex of every packed line."""
    change = owner[1:] != owner[:-1]
    return np.asarray(np.r_[True, change] | np.r_[change, True], dtype=np.bool_)


def _without_repeats(points: F64, owner: I64) -> tuple[F64, I64]:
    """Drop a vertex that repeats the one before it, and lines that have no length."""
    if not len(points):
        return points, owner
    repeat = np.r_[False, (points[1:] == points[:-1]).all(axis=1) & (owner[1:] == owner[:-1])]
    points, owner = points[~repeat], owner[~repeat]
    keep = np.bincount(owner)[owner] > 1
    return points[keep], owner[keep]


def _places(points: F64) -> tuple[I64, I64]:
    """Number equal coordinates alike, and count how often each is used."""
    order = np.lexsort((points[:, 1], points[:, 0]))
    new = np.r_[True, (points[order][1:] != points[order][:-1]).any(axis=1)]
    place = np.empty(len(points), dtype=np.int64)
    place[order] = np.cumsum(new) - 1
    return place, np.bincount(place).astype(np.int64)


def _drawn_together(points: F64, ends: Bools, tolerance_m: float) -> F64:
    place, _ = _places(points)
    first = np.zeros(int(place.max()) + 1, dtype=np.int64)
    first[place[::-1]] = np.arange(len(points))[::-1]
    spots = points[first]
    pairs = cKDTree(spots).query_pairs(tolerance_m, output_type="ndarray")
    is_end = np.bincount(place, weights=ends) > 0
    pairs = pairs[is_end[pairs].any(axis=1)]
    links = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(spots),) * 2)
    count, group = connected_components(links, directed=False)
    leader = np.full(count, -1, dtype=np.int64)
    rank = np.lexsort((np.arange(len(spots)), is_end[np.arange(len(spots))]))
    leader[group[rank[::-1]]] = rank[::-1]
    moved: F64 = spots[leader[group[place]]]
    return moved


def _split(points: F64, owner: I64, place: I64, is_node: Bools) -> Edges:
    """Cut packed lines at their nodes; a node inside a line ends one edge and begins the next."""
    inside = is_node & np.r_[False, owner[1:] == owner[:-1]] & np.r_[owner[1:] == owner[:-1], False]
    source = np.repeat(np.arange(len(points)), 1 + inside)
    stops = np.flatnonzero(is_node)
    joined = owner[stops[1:]] == owner[stops[:-1]]
    tails, heads = stops[:-1][joined], stops[1:][joined]
    start = np.r_[0, np.cumsum(heads - tails + 1)]
    used, node = np.unique(np.r_[place[tails], place[heads]], return_inverse=True)
    where = np.zeros(int(place.max()) + 1, dtype=np.int64)
    where[place] = np.arange(len(points))
    spots = points[where[used]]
    edges = len(tails)
    return Edges(
        spots[:, 0].copy(), spots[:, 1].copy(), node[:edges], node[edges:],
        points[source], start, owner[tails],
    )  # fmt: skip


def crossed(lines: Objects, levels: I32, *, tolerance_m: float = 0.0) -> Objects:
    """Give planar lines the vertices that they lack where they meet.

    Two lines of one level that cross, touch or overlap get a common vertex there; lines of
    different levels pass over each other. An end of a line is joined to any line, of any
    level, that it lies on or within `tolerance_m` of: so a bridge meets the street that it
    ends on.

    Parameters
    ----------
    lines : (n,) LineString
        In metres.
    levels : (n,) int
        0 on the ground, positive above, negative below.
    tolerance_m : float
        Ends that stop short of a line by no more than this are drawn to it.
    """
    lines = _ends_joined(lines, max(tolerance_m, TOUCH_M))
    tree = shapely.STRtree(lines)
    first, second = tree.query(lines, predicate="intersects")
    keep = (first < second) & (levels[first] == levels[second])
    first, second = first[keep], second[keep]
    meeting = shapely.intersection(lines[first], lines[second])
    spots, pair = shapely.get_coordinates(meeting, return_index=True)
    return with_vertices(lines, np.r_[first[pair], second[pair]], np.r_[spots, spots])


def joined(
    streets: gpd.GeoDataFrame, levels: I32, *, tolerance_m: float
) -> tuple[gpd.GeoDataFrame, int]:
    """Give planar streets common vertices where they meet; count the vertices that were lacking.

    The rows stay as they are; a street that crosses itself becomes one of several parts.
    """
    shapes = streets.geometry.to_numpy()
    parts, owner = shapely.get_parts(shapely.force_2d(shapes), return_index=True)
    lines, whole = untangled(parts)
    owner = owner[whole]
    met = crossed(lines, levels[owner], tolerance_m=tolerance_m)
    lacking = int(shapely.get_num_coordinates(met).sum() - shapely.get_num_coordinates(parts).sum())
    changed = np.unique(owner[(met != lines) | (np.bincount(owner)[owner] > 1)])
    out = shapes.copy()
    for row in changed.tolist():
        pieces = met[owner == row]
        out[row] = pieces[0] if len(pieces) == 1 else shapely.multilinestrings(list(pieces))
    return streets.set_geometry(gpd.GeoSeries(out, index=streets.index, crs=streets.crs)), lacking


def untangled(lines: Objects) -> tuple[Objects, I64]:
    """Cut lines that cross themselves where they do; give pieces, and the line of each."""
    knots = ~shapely.is_simple(lines)
    if not knots.any():
        return lines, np.arange(len(lines))
    pieces = lines.copy()
    pieces[knots] = shapely.node(lines[knots])
    parts, index = shapely.get_parts(pieces, return_index=True)
    return parts, index.astype(np.int64)


def _ends_joined(lines: Objects, reach_m: float) -> Objects:
    """Draw every end onto the nearest line within reach, and give that line a vertex there."""
    n = len(lines)
    ends = np.r_[shapely.get_point(lines, 0), shapely.get_point(lines, -1)]
    mine = np.r_[np.arange(n), np.arange(n)]
    end, other = shapely.STRtree(lines).query(ends, predicate="dwithin", distance=reach_m)
    keep = mine[end] != other
    end, other = end[keep], other[keep]
    gap_m = shapely.distance(ends[end], lines[other])
    rank = np.lexsort((other, gap_m, end))
    nearest = rank[np.r_[True, np.diff(end[rank]) > 0]] if len(rank) else rank
    end, other = end[nearest], other[nearest]
    spots = shapely.get_coordinates(
        shapely.line_interpolate_point(
            lines[other], shapely.line_locate_point(lines[other], ends[end])
        )
    )
    spots = _onto_vertices(lines[other], spots, reach_m)
    moved = lines.copy()
    for e, spot in zip(end, spots, strict=True):
        points = shapely.get_coordinates(moved[mine[e]])
        points[0 if e < n else -1] = spot
        moved[mine[e]] = shapely.linestrings(points)
    return with_vertices(moved, other, spots)


def _onto_vertices(lines: Objects, spots: F64, reach_m: float) -> F64:
    """Prefer a vertex of the line to a new one, when it is within reach."""
    spots = spots.copy()
    for i, (line, spot) in enumerate(zip(lines, spots, strict=True)):
        points = shapely.get_coordinates(line)
        far = np.hypot(*(points - spot).T)
        if far.min() <= reach_m:
            spots[i] = points[int(far.argmin())]
    return spots


def with_vertices(lines: Objects, which: I64, spots: F64) -> Objects:
    """Put a vertex at ``spots[i]`` into line ``which[i]``, at the place that is nearest to it.

    The line goes through exactly these coordinates afterwards, so that two lines that are
    given the same spot share a vertex.
    """
    changed = lines.copy()
    order = np.argsort(which, kind="stable")
    which, spots = which[order], spots[order]
    begins = np.flatnonzero(np.r_[True, which[1:] != which[:-1]][: len(which)])
    for begin, end in pairwise([*begins, len(which)]):
        changed[which[begin]] = _through(lines[which[begin]], spots[begin:end])
    return changed


def _through(line: shapely.LineString, spots: F64) -> shapely.LineString:
    points = shapely.get_coordinates(line)
    known = {(x, y) for x, y in points.tolist()}
    fresh = np.array([s for s in dict.fromkeys(map(tuple, spots.tolist())) if s not in known])
    if not len(fresh):
        return line
    leg = np.hypot(*np.diff(points, axis=0).T)
    far = np.r_[0.0, np.cumsum(leg)]
    segment = _segment_of(points, fresh)
    along = far[segment] + np.hypot(*(fresh - points[segment]).T).clip(max=leg[segment])
    merged = np.r_[points, fresh]
    order = np.lexsort((np.r_[np.arange(len(points)) * 2, segment * 2 + 1], np.r_[far, along]))
    return shapely.LineString(merged[order])


def _segment_of(points: F64, spots: F64) -> I64:
    """Give the segment of a line that is nearest to each spot."""
    segments = np.asarray(shapely.linestrings(np.stack([points[:-1], points[1:]], axis=1)))
    far = shapely.distance(segments[None, :], np.asarray(shapely.points(spots))[:, None])
    return np.asarray(far.argmin(axis=1), dtype=np.int64)
