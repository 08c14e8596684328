"""Neighbours on foot: shared borders, cut by rivers and railways, joined again by bridges."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay, QhullError

from geo.errors import SchemaError
from geo.grouping.problem import Bools, Floats, Ints
from geo.layers import Adjacency

Shapes = npt.NDArray[np.object_]
ASIDE_M = 15.0
"""A border runs along a barrier where it is no farther from its middle line than this."""
OPEN_SHARE = 0.1
"""A border of which less than this share is free of barriers is no way to a neighbour."""
LANDING_M = 100.0
"""A bridge lands in the area nearest to its end, up to this far."""


@dataclass(frozen=True, slots=True)
class Crossings:
    """Neighbours on foot, and what barriers and bridges changed.

    `cut` and `joined` are (c, 2) positions of units: borders that are barriers without a
    bridge, and units that a bridge made neighbours though they share no border.
    """

    adjacency: Adjacency
    cut: Ints
    joined: Ints


def on_foot(near: Adjacency, areas: Shapes, *, barriers: Shapes, ways: Shapes) -> Crossings:
    """Take away neighbours across a barrier without a bridge; add those whom a bridge joins.

    A border is closed when less than a tenth of it lies farther than 15 m from a barrier, and
    no way crosses a barrier within 15 m of it. A way that crosses a barrier makes the two
    areas in which it ends neighbours.

    Parameters
    ----------
    near : Adjacency
        Units that share a border.
    areas : (n,) polygons
        In the order of the units, metres; may be empty.
    barriers : lines
        Middle lines of rivers and railways.
    ways : lines
        Whatever can be walked, as noded pieces: edges of a network.

    Raises
    ------
    SchemaError
        When areas and units differ in number.

    Examples
    --------
    >>> import numpy as np, shapely
    >>> from geo.layers import Adjacency
    >>> banks = np.array([shapely.box(0, 0, 100, 100), shapely.box(100, 0, 200, 100)])
    >>> near = Adjacency(np.array(["W", "E"], dtype=object), np.array([[0, 1]], np.int32), np.array([100.0]))
    >>> river = np.array([shapely.LineString([(100, -50), (100, 150)])])
    >>> bridge = np.array([shapely.LineString([(50, 50), (150, 50)])])
    >>> len(on_foot(near, banks, barriers=river, ways=bridge[:0]).adjacency.pairs)
    0
    >>> len(on_foot(near, banks, barriers=river, ways=bridge).adjacency.pairs)
    1
    """
    if len(areas) != len(near.ids):
        raise SchemaError("neighbours on foot: areas and units differ in number")
    if not len(barriers):
        return Crossings(near, _none(), _none())
    spots, over = _crossed(barriers, ways)
    closed = _closed(near.pairs, areas, barriers, spots)
    kept = Adjacency(near.ids, near.pairs[~closed], near.length_m[~closed])
    bridged = _landings(areas, over)
    known = {tuple(p) for p in kept.pairs.tolist()}
    shared = {tuple(p): m for p, m in zip(near.pairs.tolist(), near.length_m, strict=True)}
    new = sorted(p for p in bridged if p not in known)
    joined = np.array([p for p in new if p not in shared], dtype=np.int32).reshape(-1, 2)
    adjacency = added(kept, new, [float(shared.get(p, 1.0)) for p in new])
    again = {tuple(p) for p in adjacency.pairs.tolist()}
    cut = [p for p in near.pairs[closed].tolist() if tuple(p) not in again]
    return Crossings(adjacency, np.array(cut, dtype=np.int32).reshape(-1, 2), joined)


def added(near: Adjacency, pairs: Any, length_m: Any) -> Adjacency:
    """Give an adjacency with further pairs; those that are there already stay as they are."""
    more = np.sort(np.asarray(pairs, dtype=np.int32).reshape(-1, 2), axis=1)
    every = np.concatenate([near.pairs.reshape(-1, 2), more])
    lengths = np.concatenate([near.length_m, np.asarray(length_m, dtype=np.float64)])
    _, first = np.unique(every, axis=0, return_index=True)
    return Adjacency(near.ids, np.ascontiguousarray(every[first]), lengths[first])


def whole(near: Adjacency, xy: Floats, labels: Ints) -> Adjacency:
    """Join the pieces of groups that stand already, so that none need be taken apart.

    What was agreed stays, also where an old group lies on two banks or was drawn by hand:
    its pieces become neighbours at their nearest units. −1 is no group.
    """
    more: list[tuple[int, int]] = []
    for g in range(int(labels.max(initial=-1)) + 1):
        mine = np.flatnonzero(labels == g)
        if len(mine) > 1:
            more += _stitches(near, xy, mine)
    return added(near, more, np.ones(len(more)))


def _stitches(near: Adjacency, xy: Floats, mine: Ints) -> list[tuple[int, int]]:
    """Edges that make some units one piece: the shortest ones (Kruskal, 1956)."""
    place = np.full(len(near.ids), -1)
    place[mine] = np.arange(len(mine))
    ends = place[near.pairs.reshape(-1, 2)]
    ends = ends[(ends >= 0).all(axis=1)]
    step = np.hypot(*(xy[mine][:, None] - xy[mine][None]).transpose(2, 0, 1)) + 1.0
    step[ends[:, 0], ends[:, 1]] = step[ends[:, 1], ends[:, 0]] = 0.5
    tree = minimum_spanning_tree(np.triu(step, 1)).tocoo()
    new = tree.data >= 1.0
    rows = zip(mine[tree.row[new]].tolist(), mine[tree.col[new]].tolist(), strict=True)
    return [(min(p), max(p)) for p in rows]


def beside(near: Adjacency, xy: Floats, *, bare: Bools) -> Adjacency:
    """Give neighbours to units without an area: those with nobody between them.

    Two points are neighbours when the circle over them holds no other (Gabriel and Sokal,
    1969, "A new statistical approach to geographic variation analysis"); such a graph is
    always connected. Border lengths are 1.
    """
    pairs = gabriel(xy)
    wanted = pairs[bare[pairs].any(axis=1)]
    return added(near, wanted, np.ones(len(wanted)))


def gabriel(xy: Floats) -> Ints:
    """Give pairs of points whose circle holds no other point, smaller position first."""
    spots, place = np.unique(np.round(xy, 3), axis=0, return_inverse=True)
    place = place.ravel()
    first = np.full(len(spots), len(xy), dtype=np.int64)
    np.minimum.at(first, place, np.arange(len(xy)))
    twins = np.column_stack([first[place], np.arange(len(xy))])
    twins = twins[twins[:, 0] != twins[:, 1]]
    middle, reach = _circles(spots, chosen := _candidates(spots))
    dots: Shapes = np.asarray(shapely.points(spots), dtype=object)
    tree = shapely.STRtree(dots)
    circle, point = tree.query(
        shapely.points(middle), predicate="dwithin", distance=reach * (1 - 1e-9)
    )
    inside = (point != chosen[circle, 0]) & (point != chosen[circle, 1])
    empty = np.ones(len(chosen), dtype=bool)
    empty[circle[inside]] = False
    pairs = np.concatenate([first[chosen[empty]], twins])
    return np.unique(np.sort(pairs, axis=1), axis=0).astype(np.int32)


def _none() -> Ints:
    return np.zeros((0, 2), dtype=np.int32)


def _circles(spots: Floats, pairs: Ints) -> tuple[Floats, Floats]:
    a, b = spots[pairs[:, 0]], spots[pairs[:, 1]]
    return (a + b) / 2, np.hypot(*(a - b).T) / 2


def _candidates(spots: Floats) -> Ints:
    """Edges of the Delaunay triangles; a chain where points lie on one line."""
    if len(spots) >= 4:
        try:
            sides = Delaunay(spots).simplices[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)
            return np.unique(np.sort(sides, axis=1), axis=0).astype(np.int64)
        except QhullError:
            pass
    if len(spots) == 3:
        return np.array([[0, 1], [1, 2], [0, 2]])
    order = np.lexsort(spots.T[::-1])
    return np.sort(np.column_stack([order[:-1], order[1:]]), axis=1)


def _crossed(barriers: Shapes, ways: Shapes) -> tuple[Shapes, Shapes]:
    """Where ways cross barriers, and the ways that do."""
    barrier, way = shapely.STRtree(ways).query(barriers, predicate="intersects")
    return shapely.intersection(barriers[barrier], ways[way]), ways[np.unique(way)]


def _closed(pairs: Ints, areas: Shapes, barriers: Shapes, spots: Shapes) -> Bools:
    closed = np.zeros(len(pairs), dtype=bool)
    stream = shapely.union_all(shapely.buffer(barriers, ASIDE_M))
    shapely.prepare(stream)
    touched = shapely.intersects(areas, stream)
    asked = np.flatnonzero(touched[pairs].all(axis=1))
    a, b = areas[pairs[asked, 0]], areas[pairs[asked, 1]]
    border = shapely.intersection(shapely.boundary(a), shapely.buffer(b, 0.1))
    along = shapely.length(border)
    free = shapely.length(shapely.difference(border, stream))
    shut = asked[(along > 0) & (free < OPEN_SHARE * along)]
    closed[shut] = True
    if len(spots) and len(shut):
        wall = border[np.isin(asked, shut)]
        hit, _ = shapely.STRtree(spots).query(wall, predicate="dwithin", distance=ASIDE_M)
        closed[shut[np.unique(hit)]] = False
    return closed


def _landings(areas: Shapes, over: Shapes) -> set[tuple[int, int]]:
    """Pairs of areas in which a way over a barrier ends."""
    real = np.flatnonzero(~shapely.is_empty(areas))
    if not len(over) or not len(real):
        return set()
    ends = np.concatenate([shapely.get_point(over, 0), shapely.get_point(over, -1)])
    tree = shapely.STRtree(areas[real])
    found = tree.query_nearest(ends, max_distance=LANDING_M, all_matches=False)
    owner = np.full(len(ends), -1)
    owner[found[0]] = real[found[1]]
    a, b = np.split(owner, 2)
    apart = (a >= 0) & (b >= 0) & (a != b)
    return {(min(p), max(p)) for p in zip(a[apart].tolist(), b[apart].tolist(), strict=True)}
