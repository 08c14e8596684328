"""The ground of one parent, cut into the smallest pieces that areas are made of.

Streets, water and walls cut the parent into blocks; a block with several buildings is cut
midway between them. Every piece belongs to a building: pieces that no building claims go to
the neighbour with the longest common border, so that the land of each building is connected.
All lines are noded on a grain of 1/1024 m (snap rounding, Hobby 1999), which is exact in
binary: neighbours share their vertices bit by bit.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from shapely.geometry.base import BaseGeometry

from geo.parcelling.midlines import STEP_M, Samples, outlines, ridges
from geo.parcelling.parts import parts
from geo.parcelling.sides import Bools, Floats, Ints, Shapes, Sides, shared, sides

GRAIN_M = 1 / 1024
ON_M = 0.02
"""A border this near to a line runs along it."""
WIDE_M = 25.0
"""Ground without buildings, wider than this, is not divided: a park, a lake, a field."""
ENOUGH = 0.25
"""Buildings beside thin ground share it alone when they take so much of its border."""
SMOOTH_M = 0.6
"""Midlines may be straightened by so much."""
TOUCH_M = 1.0
"""Neighbours share more border than this."""


@dataclass(frozen=True, slots=True)
class Lines:
    """What borders may run along.

    `shapes` are lines; ``cost[i]`` is what a metre of border along line i costs, where a metre
    midway between buildings costs 1; ``closed[i]`` says that nobody walks across it.
    """

    shapes: Shapes
    cost: Floats
    closed: Bools

    def take(self, rows: Ints) -> "Lines":
        """Give some of them."""
        return Lines(self.shapes[rows], self.cost[rows], self.closed[rows])


@dataclass(frozen=True, slots=True)
class Cells:
    """A parent (or one part of it) in pieces.

    `faces` tile it to the grain; ``house[f]`` is the building that face f belongs to (0 … n−1;
    all −1 when there is none) and ``stands[f]`` whether a building stands on it. Faces
    ``sides[s]`` share a border of ``side_m[s]``, ``side_cost[s]`` weighed. ``lead[i]`` is i, or the building on whose land building i
    stands too, where nothing parts them. `pairs` (e, 2) are buildings whose land shares a border of
    ``metres[e]``, of which ``open_m[e]`` can be walked across; ``cost[e]`` is the length
    weighed by what it runs along.
    """

    faces: Shapes
    house: Ints
    stands: Bools
    sides: npt.NDArray[np.int32]
    side_m: Floats
    side_cost: Floats
    lead: Ints
    pairs: npt.NDArray[np.int32]
    metres: Floats
    open_m: Floats
    cost: Floats

    @property
    def count(self) -> int:
        """How many buildings."""
        return len(self.lead)


def cells(piece: shapely.Polygon, houses: Shapes, points: Shapes, lines: Lines) -> Cells:
    """Cut a piece of ground.

    Parameters
    ----------
    piece : Polygon
        In metres.
    houses : (n,) Polygon or Point
        Buildings; they may reach over the edge.
    points : (n,) Point
        A point of each building within the piece.
    lines : Lines
        Those that may meet the piece.
    """
    if not len(houses):
        return _whole(piece)
    lines = _within(piece, houses, lines)
    noded = shapely.union_all([piece.boundary, *lines.shapes], grid_size=GRAIN_M)
    blocks = _faces(noded, piece)
    at = _block_of(points, blocks)
    samples = _samples(blocks, at, houses)
    cuts = _around(_clipped(samples, blocks), houses, piece)
    faces = _cut(noded, cuts, piece) if len(cuts) else blocks
    main = _block_of(points, faces)
    if len(np.unique(main)) < len(main):  # midlines that do not keep houses apart: outlines do
        crowd = np.bincount(main)[main] > 1
        edges = shapely.intersection(shapely.boundary(houses[crowd]), piece)
        faces = _cut(noded, np.concatenate([cuts, edges]), piece)
        main = _block_of(points, faces)
    border = sides(faces)
    house, lead = _joined(faces, _owners(faces, blocks, samples, houses), main, border)
    return _with_neighbours(faces, house, (main, lead), border, lines)


def _cut(noded: BaseGeometry, cuts: Shapes, piece: shapely.Polygon) -> Shapes:
    return _faces(shapely.union_all([noded, *cuts], grid_size=GRAIN_M), piece)


def _whole(piece: shapely.Polygon) -> Cells:
    none, no_pairs = np.zeros(0), np.zeros((0, 2), dtype=np.int32)
    ground, bare = np.array([piece], dtype=object), np.zeros(1, dtype=bool)
    no_lead = np.zeros(0, dtype=np.int64)
    return Cells(
        ground, np.array([-1]), bare, no_pairs, none, none, no_lead, no_pairs, none, none, none
    )


def _within(piece: shapely.Polygon, houses: Shapes, lines: Lines) -> Lines:
    """Keep the parts of lines that lie in the piece and cross no building."""
    inside = lines.shapes.copy()
    shapely.prepare(piece)
    across = ~shapely.covers(piece, inside)
    inside[across] = shapely.intersection(inside[across], piece)
    if len(houses) and len(inside):
        line, house = shapely.STRtree(houses).query(inside, predicate="intersects")
        for i in np.unique(line).tolist():
            inside[i] = shapely.difference(inside[i], shapely.union_all(houses[house[line == i]]))
    parts, index = shapely.get_parts(inside, return_index=True)
    keep = (shapely.get_dimensions(parts) == 1) & (shapely.length(parts) > 0)
    return Lines(parts[keep], lines.cost[index[keep]], lines.closed[index[keep]])


def _faces(noded: shapely.Geometry, piece: shapely.Polygon) -> Shapes:
    found: Shapes = shapely.get_parts(shapely.polygonize([noded]))
    if piece.interiors:
        found = found[shapely.intersects(piece, shapely.point_on_surface(found))]
    return found


def _block_of(points: Shapes, blocks: Shapes) -> Ints:
    tree = shapely.STRtree(blocks)
    at = np.full(len(points), -1, dtype=np.int64)
    point, block = tree.query(points, predicate="intersects")
    at[point[::-1]] = block[::-1]
    if (lost := np.flatnonzero(at < 0)).size:
        at[lost] = tree.nearest(points[lost])
    return at


def _samples(blocks: Shapes, at: Ints, houses: Shapes) -> Samples:
    """Give the points that share out every block: of its buildings, or of those beside it."""
    border = sides(blocks)
    built = np.bincount(at, minlength=len(blocks)) > 0
    thin = 2 * shapely.area(blocks) < WIDE_M * shapely.length(blocks)
    pairs, (metres,) = shared(border.owner, border.other, (border.length_m(),), len(blocks))
    both = _beside(blocks, pairs, metres, built, thin)
    order = np.argsort(at, kind="stable")
    first = np.searchsorted(at[order], np.arange(len(blocks) + 1))
    beside = [
        np.column_stack([np.full(first[b + 1] - first[b], empty), order[first[b] : first[b + 1]]])
        for empty, b in both.tolist()
    ]
    inner = _spots(np.column_stack([at[order], order]), houses, STEP_M)
    if not beside:
        return inner
    outer = _spots(np.concatenate(beside), houses, np.inf)
    return Samples(
        np.concatenate([inner.xy, outer.xy]),
        np.concatenate([inner.block, outer.block]),
        np.concatenate([inner.house, outer.house]),
    )


def _beside(
    blocks: Shapes, pairs: npt.NDArray[np.int32], metres: Floats, built: Bools, thin: Bools
) -> npt.NDArray[np.int32]:
    """Give thin ground without buildings, and the built blocks whose buildings share it.

    These are the blocks beside it, and, where they take little of its border, those beyond
    other thin ground: between a wall and the street before it there may be a lane.
    """
    count = len(blocks)
    wide = metres > TOUCH_M
    ends = np.concatenate([pairs[wide], pairs[wide][:, ::-1]])
    length = np.tile(metres[wide], 2)
    from_bare = ~built[ends[:, 0]] & thin[ends[:, 0]]
    direct = from_bare & built[ends[:, 1]]
    known = np.bincount(ends[direct, 0], weights=length[direct], minlength=count)
    poor = known < ENOUGH * shapely.length(blocks)
    on = from_bare & poor[ends[:, 0]] & ~built[ends[:, 1]] & thin[ends[:, 1]]
    matrix = coo_array((np.ones(int(on.sum())), ends[on].T), shape=(count, count)).tocsr()
    near = coo_array((np.ones(int(direct.sum())), ends[direct].T), shape=(count, count)).tocsr()
    empty, full = (near + matrix @ near).nonzero()
    order = np.lexsort((full, empty))
    return np.column_stack([empty[order], full[order]]).astype(np.int32)


def _spots(claims: Ints, houses: Shapes, step_m: float) -> Samples:
    """Give the points of every claim (block, building)."""
    xy, house = outlines(houses, step_m=step_m)
    start = np.searchsorted(house, np.arange(len(houses) + 1))
    count = np.diff(start)[claims[:, 1]]
    row = np.repeat(np.arange(len(claims)), count)
    offset = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    spot = start[claims[row, 1]] + offset
    return Samples(xy[spot], claims[row, 0], house[spot])


def _clipped(samples: Samples, blocks: Shapes) -> Shapes:
    """Give the midlines of every block, smoothed, and cut off at its edge."""
    ends, block, _ = ridges(samples)
    if not len(ends):
        return np.zeros(0, dtype=object)
    order = np.argsort(block, kind="stable")
    own, where = np.unique(block[order], return_inverse=True)
    chains = shapely.line_merge(
        shapely.multilinestrings(np.asarray(shapely.linestrings(ends[order])), indices=where)
    )
    lines, row = shapely.get_parts(chains, return_index=True)
    lines = shapely.simplify(lines, SMOOTH_M)
    ground = blocks[own]
    shapely.prepare(ground)
    across = ~shapely.covers(ground[row], lines)
    lines[across] = shapely.intersection(lines[across], ground[row[across]])
    return np.asarray(lines[~shapely.is_empty(lines)], dtype=object)


def _around(cuts: Shapes, houses: Shapes, piece: shapely.Polygon) -> Shapes:
    """Lead midlines around buildings that stand so close that points do not keep them apart."""
    line, house = shapely.STRtree(houses).query(cuts, predicate="intersects")
    if not len(line):
        return cuts
    ground = shapely.union_all(houses[np.unique(house)])
    cuts = cuts.copy()
    own = np.unique(line)
    cuts[own] = shapely.difference(cuts[own], ground)
    edges = shapely.intersection(shapely.boundary(houses[np.unique(house)]), piece)
    return np.concatenate([cuts, edges])


def _owners(faces: Shapes, blocks: Shapes, samples: Samples, houses: Shapes) -> Ints:
    """Give the building of every face, −1 where none claims it."""
    inside = shapely.point_on_surface(faces)
    block = _block_of(inside, blocks)
    owner = np.full(len(faces), -1, dtype=np.int64)
    claimed = np.isin(block, samples.block)
    if claimed.any():
        xy = shapely.get_coordinates(inside[claimed])
        owner[claimed] = samples.nearest(xy, block[claimed])
    face, house = shapely.STRtree(houses).query(inside, predicate="intersects")
    owner[face[::-1]] = house[::-1]
    return owner


def _joined(faces: Shapes, owner: Ints, main: Ints, border: Sides) -> tuple[Ints, Ints]:
    """Let every building keep the land that hangs together with it; the rest goes next door.

    Returns
    -------
    owner : (f,) int
        The building of every face.
    lead : (n,) int
        The building on whose land each building stands.
    """
    owner = owner.copy()
    owner[main] = np.arange(len(main))
    lead = owner[main]
    pairs, (metres,) = shared(border.owner, border.other, (border.length_m(),), len(faces))
    piece = parts(len(faces), pairs[owner[pairs[:, 0]] == owner[pairs[:, 1]]])
    owner = np.where(owner >= 0, lead[owner], -1)
    owner[piece != piece[main][owner]] = -1
    return absorbed(owner, pairs, metres), lead


def absorbed(owner: Ints, pairs: npt.NDArray[np.int32], metres: Floats) -> Ints:
    """Give faces without owner to the neighbour with the longest common border, from outside in."""
    owner = owner.copy()
    ends = np.concatenate([pairs, pairs[:, ::-1]]).astype(np.int64)
    length = np.tile(metres, 2)
    while True:
        edge = (owner[ends[:, 0]] < 0) & (owner[ends[:, 1]] >= 0)
        if not edge.any():
            return owner
        face, to = ends[edge, 0], owner[ends[edge, 1]]
        width = int(owner.max()) + 1
        key, where = np.unique(face * width + to, return_inverse=True)
        total = np.bincount(where, weights=length[edge])
        order = np.lexsort((key, -total, key // width))
        first = order[np.diff(key[order] // width, prepend=-1) != 0]
        owner[key[first] // width] = key[first] % width


def _with_neighbours(
    faces: Shapes, house: Ints, standing: tuple[Ints, Ints], border: Sides, lines: Lines
) -> Cells:
    """Measure the borders between faces, and between the lands of the buildings."""
    main, lead = standing
    rows = np.flatnonzero(border.other > border.owner)
    length = border.length_m()[rows]
    cost, closed = np.ones(len(rows)), np.zeros(len(rows), dtype=bool)
    if len(lines.shapes) and len(rows):
        spots = shapely.points(border.middles()[rows])
        segment, line = shapely.STRtree(lines.shapes).query(
            spots, predicate="dwithin", distance=ON_M
        )
        np.minimum.at(cost, segment, lines.cost[line])
        closed[segment[lines.closed[line]]] = True
    one, other = border.owner[rows], border.other[rows]
    touching, (side_m, side_cost) = shared(one, other, (length, cost * length), len(faces))
    values = (length, np.where(closed, 0.0, length), cost * length)
    low, high = np.minimum(house[one], house[other]), np.maximum(house[one], house[other])
    pairs, (metres, open_m, weighed) = shared(low, high, values, len(lead))
    keep = metres > TOUCH_M
    stands = np.zeros(len(faces), dtype=bool)
    stands[main] = True
    return Cells(
        faces, house, stands, touching, side_m, side_cost, lead,
        pairs[keep], metres[keep], open_m[keep], weighed[keep],
    )  # fmt: skip
