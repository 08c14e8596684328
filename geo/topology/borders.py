"""The border segments of a set of areas, and which of them have a partner.

Every segment is directed so that its area lies to the left. A border that two neighbours
share exactly is then one segment there and the same segment back; such partners cancel.
What stays *open* is the outer edge of the whole, or a fault: the number of areas over the
ground changes at open segments only. Clean data therefore costs one sort.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Shapes = npt.NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Borders:
    """Directed border segments.

    Segment s runs from ``xy[tail[s]]`` to ``xy[head[s]]`` with area ``owner[s]`` on its left;
    ``partner[s]`` is the same segment of the only neighbour, run the other way, −1 when
    there is none, or more than one.
    """

    xy: Floats
    tail: Ints
    head: Ints
    owner: Ints
    partner: Ints

    def unmatched(self) -> Ints:
        """Give the positions of the open segments."""
        return np.flatnonzero(self.partner < 0)

    def lines(self, segments: Ints) -> Shapes:
        """Give segments as two-point lines."""
        ends = np.stack([self.xy[self.tail[segments]], self.xy[self.head[segments]]], axis=1)
        return np.asarray(shapely.linestrings(ends), dtype=object)

    def length_m(self, segments: Ints) -> Floats:
        """Give the lengths of segments."""
        run = self.xy[self.head[segments]] - self.xy[self.tail[segments]]
        return np.asarray(np.hypot(run[:, 0], run[:, 1]))


def borders(polygons: Shapes) -> Borders:
    """Take the segments of valid (multi)polygons and pair those that neighbours share.

    Equality is to the last bit. Segments are compared by a 64-bit hash first and by their
    coordinates afterwards, so that a collision can never hide a fault.
    """
    parts, part_owner = shapely.get_parts(polygons, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    is_shell = np.diff(ring_part, prepend=-1) != 0
    turned = shapely.is_ccw(rings) != is_shell
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    xy += 0.0  # −0.0 and 0.0 are one place, but not one pattern of bits
    first = np.flatnonzero((ring[1:] == ring[:-1]) & np.any(xy[1:] != xy[:-1], axis=1))
    back = turned[ring[first]]
    tail, head = np.where(back, first + 1, first), np.where(back, first, first + 1)
    owner = part_owner[ring_part[ring[first]]]
    return Borders(xy, tail, head, owner, _partners(xy, tail, head))


def vertex_keys(xy: Floats) -> npt.NDArray[np.uint64]:
    """Give a 64-bit key for each vertex; equal places have equal keys."""
    bits = np.ascontiguousarray(xy).view(np.uint64)
    return _stirred(_stirred(bits[:, 0]) + bits[:, 1])


def _partners(xy: Floats, tail: Ints, head: Ints) -> Ints:
    keys = vertex_keys(xy)
    key = keys[tail] + keys[head]
    order = np.argsort(key)
    key = key[order]
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.empty(0, int)
    pairs = starts[np.diff(starts, append=len(key)) == 2]
    one, other = order[pairs], order[pairs + 1]
    exact = np.all(xy[tail[one]] == xy[head[other]], axis=1)
    exact &= np.all(xy[head[one]] == xy[tail[other]], axis=1)
    partner = np.full(len(tail), -1, dtype=np.int64)
    partner[one[exact]] = other[exact]
    partner[other[exact]] = one[exact]
    return partner


def _stirred(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Mix bits well: the finaliser of splitmix64 (Steele, Lea and Flood 2014)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
