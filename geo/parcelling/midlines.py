"""Lines midway between neighbouring buildings.

The Voronoi diagram of points along the outlines of the buildings (Okabe, Boots, Sugihara &
Chiu 2000, "Spatial Tessellations", generalised by sampling), of which only the ridges between
points of different buildings are kept. Blocks do not see each other: each is set apart, so
that one diagram serves them all.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.spatial import Delaunay, QhullError, cKDTree

from geo.parcelling.parts import parts
from geo.parcelling.sides import Floats, Ints, Shapes

STEP_M = 16.0
"""Points along an outline are no farther apart than this."""
APART_M = 50_000.0
"""Blocks are set apart by this much; no parent is wider."""
LEAST_M = 3e-3
"""Shorter ridges are none: four points on one circle."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Points of buildings, by block: `xy` as they lie, `block` and `house` of each."""

    xy: Floats
    block: Ints
    house: Ints

    def apart(self, xy: Floats, block: Ints) -> Floats:
        """Set points apart by block, around a middle that keeps the numbers small."""
        moved: Floats = xy - self.xy.mean(axis=0)
        moved[:, 0] += APART_M * block
        return moved

    def nearest(self, xy: Floats, block: Ints) -> Ints:
        """Give the building of the nearest point in the same block."""
        tree = cKDTree(self.apart(self.xy, self.block))
        found: Ints = self.house[tree.query(self.apart(xy, block))[1]]
        return found


def outlines(houses: Shapes, *, step_m: float) -> tuple[Floats, Ints]:
    """Give points along the outline of every building, and whose they are."""
    dense = shapely.segmentize(houses, step_m) if np.isfinite(step_m) else houses
    xy, house = shapely.get_coordinates(dense, return_index=True)
    last = (house[1:] == house[:-1]) & (xy[1:] == xy[:-1]).all(axis=1)
    keep = ~np.append(last, False)
    return xy[keep], house[keep]


def ridges(samples: Samples) -> tuple[Floats, Ints, Ints]:
    """Give the ridges between points of different buildings of a block.

    Returns
    -------
    ends : (r, 2, 2) float
        Both ends.
    block : (r,) int
    pair : (r, 2) int
        The two buildings.
    """
    nothing = np.zeros((0, 2, 2)), np.zeros(0, np.int64), np.zeros((0, 2), np.int64)
    if not len(samples.xy):
        return nothing
    xy = samples.apart(samples.xy, samples.block)
    try:
        found = Delaunay(np.concatenate([xy, _frame(xy, samples.block)]))
    except QhullError:
        return nothing
    ends, pair = _duals(found)
    inner = (pair < len(xy)).all(axis=1)
    ends, pair = ends[inner], pair[inner]
    house, block = samples.house[pair], samples.block[pair]
    long = (ends[:, 0] != ends[:, 1]).any(axis=1)
    keep = (house[:, 0] != house[:, 1]) & (block[:, 0] == block[:, 1]) & long
    if not keep.any():
        return nothing
    ends, own = ends[keep], block[keep, 0]
    ends[:, :, 0] -= APART_M * own[:, None]
    return ends + samples.xy.mean(axis=0), own, house[keep]


def _duals(found: Delaunay) -> tuple[Floats, Ints]:
    """Give the ridge across every inner edge of a triangulation, and the points on either side."""
    corner = found.points[found.simplices]
    rest = corner[:, 1:] - corner[:, :1]
    square = (rest**2).sum(axis=2)
    twice = 2 * (rest[:, 0, 0] * rest[:, 1, 1] - rest[:, 0, 1] * rest[:, 1, 0])
    twice = np.where(twice == 0, 1e-300, twice)
    east = (rest[:, 1, 1] * square[:, 0] - rest[:, 0, 1] * square[:, 1]) / twice
    north = (rest[:, 0, 0] * square[:, 1] - rest[:, 1, 0] * square[:, 0]) / twice
    centre = _met(corner[:, 0] + np.column_stack([east, north]), found.neighbors)
    triangle = np.repeat(np.arange(len(corner)), 3)
    other = found.neighbors.ravel()
    once = other > triangle
    across = found.simplices[:, [[1, 2], [2, 0], [0, 1]]].reshape(-1, 2)
    ends = np.stack([centre[triangle[once]], centre[other[once]]], axis=1)
    return ends, across[once].astype(np.int64)


def _met(centre: Floats, beside: npt.NDArray[np.int32]) -> Floats:
    """Let triangles on one circle have one centre, so that ridges meet in it."""
    one = np.repeat(np.arange(len(centre)), 3)
    other = beside.ravel()
    near = (other > one) & (np.abs(centre[one] - centre[other]) < LEAST_M).all(axis=1)
    part = parts(len(centre), np.column_stack([one[near], other[near]]))
    return centre[np.unique(part, return_index=True)[1]][part]


def _frame(xy: Floats, block: Ints) -> Floats:
    """Give points far around each block, so that no ridge between buildings is endless."""
    own = np.unique(block)
    far = 0.2 * APART_M
    corners = np.array([[-far, -far], [far, -far], [far, far], [-far, far]])
    middle = np.column_stack([APART_M * own, np.zeros(len(own))])
    return np.asarray((middle[:, None, :] + corners).reshape(-1, 2))
