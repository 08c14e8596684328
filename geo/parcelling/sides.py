"""The border segments of polygons that share their vertices, and whose land lies on either side."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Sides:
    """Directed border segments, each with its polygon on the left.

    Segment s runs from ``xy[tail[s]]`` to ``xy[head[s]]``, belongs to polygon ``owner[s]`` and
    to ring ``ring[s]`` (numbered through all polygons); the segments of a ring follow each
    other. ``other[s]`` is the polygon on the right, −1 where there is none. `xy` holds every
    place once.
    """

    xy: Floats
    tail: Ints
    head: Ints
    owner: Ints
    ring: Ints
    other: Ints

    def length_m(self) -> Floats:
        """Give the length of every segment."""
        run = self.xy[self.head] - self.xy[self.tail]
        return np.asarray(np.hypot(run[:, 0], run[:, 1]))

    def middles(self) -> Floats:
        """Give the middle of every segment."""
        return np.asarray((self.xy[self.head] + self.xy[self.tail]) / 2)


def sides(polygons: Shapes) -> Sides:
    """Take the segments of polygons; neighbours find each other by bits, not by nearness."""
    parts, whole = shapely.get_parts(polygons, return_index=True)
    rings, part = shapely.get_rings(parts, return_index=True)
    hole = np.diff(part, prepend=-1) == 0
    turned = shapely.is_ccw(rings) == hole
    if turned.any():
        rings[turned] = shapely.reverse(rings[turned])
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    places, vertex = np.unique(xy[:, 0] + 1j * xy[:, 1], return_inverse=True)
    first = np.flatnonzero((ring[1:] == ring[:-1]) & (vertex[1:] != vertex[:-1]))
    tail, head = vertex[first], vertex[first + 1]
    owner = whole[part[ring[first]]]
    one, other = tail * len(places) + head, head * len(places) + tail
    order = np.argsort(one)
    at = np.minimum(np.searchsorted(one[order], other), max(len(one) - 1, 0))
    met = order[at]
    right = np.where(one[met] == other, owner[met], -1) if len(one) else owner
    spots = np.column_stack([places.real, places.imag])
    return Sides(spots, tail, head, owner, ring[first], right)


def shared(
    owner: Ints, other: Ints, values: tuple[Floats, ...], count: int
) -> tuple[npt.NDArray[np.int32], tuple[Floats, ...]]:
    """Sum values by pair of neighbours, each pair once, the smaller first, in order."""
    ours = (owner >= 0) & (other > owner)
    key, where = np.unique(owner[ours] * count + other[ours], return_inverse=True)
    pairs = np.column_stack([key // max(count, 1), key % max(count, 1)]).astype(np.int32)
    sums = tuple(
        np.bincount(where, weights=value[ours], minlength=len(key)).astype(np.float64)
        for value in values
    )
    return pairs, sums
