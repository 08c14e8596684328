"""Where new borders end on the borders of parents, and the vertices both neighbours get there.

A border between two parents is one line of vertices, the same in both. When a new border ends
on it, the end becomes a vertex of that line: in the children on both sides, and in every other
area that has this edge. Ends from the two sides that nearly meet become one.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.parcelling.sides import Floats, Ints, Shapes

MEET_M = 0.5
"""Ends on the same edge, from two sides, that are this near to each other become one."""
AT_VERTEX_M = 0.005
"""An end this near to a vertex of the border is that vertex."""
Edge = tuple[complex, complex]
"""Both ends, the smaller first, as x + iy in metres."""


@dataclass(frozen=True, slots=True)
class Rim:
    """The rings of a piece: the outer one against the clock, holes with it, none closed.

    `rings` are (v, 2) arrays.
    """

    rings: tuple[Floats, ...]

    @classmethod
    def of(cls, piece: shapely.Polygon) -> "Rim":
        """Take the rings of a polygon."""
        turned = shapely.orient_polygons(piece)
        rings = (turned.exterior, *turned.interiors)
        return cls(tuple(shapely.get_coordinates(ring)[:-1] for ring in rings))

    def edge(self, ring: int, at: int) -> Edge:
        """Give the edge that begins at a vertex of a ring."""
        a, b = self.rings[ring][at], self.rings[ring][(at + 1) % len(self.rings[ring])]
        return edge(complex(*a), complex(*b))

    def locate(self, xy: Floats) -> tuple[Ints, Ints, Floats]:
        """Give ring, edge and share of the edge (0 … 1) that is nearest to every place."""
        best, share, _ = self._nearest(xy)
        first = np.cumsum([0, *(len(ring) for ring in self.rings)])
        ring = np.searchsorted(first, best, side="right") - 1
        return ring, best - first[ring], share

    def away_m(self, xy: Floats) -> Floats:
        """Give how far every place is from the rim."""
        return self._nearest(xy)[2]

    def _nearest(self, xy: Floats) -> tuple[Ints, Floats, Floats]:
        start = np.concatenate(self.rings)
        run = np.concatenate([np.roll(ring, -1, axis=0) for ring in self.rings]) - start
        square = np.maximum((run**2).sum(axis=1), 1e-300)
        along = ((xy[:, None, :] - start) * run).sum(axis=2) / square
        share = np.clip(along, 0.0, 1.0)
        away = ((start + share[:, :, None] * run - xy[:, None, :]) ** 2).sum(axis=2)
        best = away.argmin(axis=1)
        row = np.arange(len(xy))
        return best, share[row, best], np.sqrt(away[row, best])


def edge(a: complex, b: complex) -> Edge:
    """Name an edge by its ends, whichever way it is run."""
    return (a, b) if (a.real, a.imag) < (b.real, b.imag) else (b, a)


@dataclass(frozen=True, slots=True)
class End:
    """The end of a new border on a rim: in edge `at` of a ring, `share` of the way along it.

    `key` is the place as the pieces have it, on their grain.
    """

    key: complex
    ring: int
    at: int
    share: float


def ends(rim: Rim, places: Floats) -> list[End]:
    """Find where places lie on a rim."""
    if not len(places):
        return []
    ring, at, share = rim.locate(places)
    keys = places[:, 0] + 1j * places[:, 1]
    return [
        End(*row)
        for row in zip(keys.tolist(), ring.tolist(), at.tolist(), share.tolist(), strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Seams:
    """The vertices that edges of parents get.

    ``added[edge]`` are the new places along an edge, from its first end to its second;
    ``place[piece][key]`` is where the end of a border of a piece really lies.
    """

    added: Mapping[Edge, tuple[complex, ...]]
    place: Sequence[Mapping[complex, complex]]

    def along(self, a: complex, b: complex) -> tuple[complex, ...]:
        """Give the new places between two vertices, in the direction asked for."""
        found = self.added.get(edge(a, b), ())
        return found if edge(a, b)[0] == a else found[::-1]


def seams(rims: Sequence[Rim], found: Sequence[list[End]], *, meet_m: Mapping[int, float]) -> Seams:
    """Agree on the vertices of all edges between parents.

    Parameters
    ----------
    rims, found
        The rim of each piece, and the ends of new borders on it.
    meet_m : mapping
        How near ends of a piece have to be to those of others to become one, where it is
        not `MEET_M`.
    """
    asked: dict[Edge, list[tuple[float, int, complex]]] = defaultdict(list)
    place: list[dict[complex, complex]] = [{} for _ in rims]
    for number, (rim, own) in enumerate(zip(rims, found, strict=True)):
        for end in own:
            first, second = _along(rim, end)
            name = edge(first, second)
            share = end.share if name[0] == first else 1.0 - end.share
            length = abs(second - first)
            if share * length < AT_VERTEX_M:
                place[number][end.key] = name[0]
            elif (1 - share) * length < AT_VERTEX_M:
                place[number][end.key] = name[1]
            else:
                asked[name].append((share, number, end.key))
    added: dict[Edge, tuple[complex, ...]] = {}
    for name, wishes in asked.items():
        added[name] = tuple(
            _agreed(name, sorted(wishes, key=lambda w: (w[0], w[1])), place, meet_m)
        )
    return Seams(added, place)


def _along(rim: Rim, end: End) -> Edge:
    ring = rim.rings[end.ring]
    return complex(*ring[end.at]), complex(*ring[(end.at + 1) % len(ring)])


def _agreed(
    name: Edge,
    wishes: list[tuple[float, int, complex]],
    place: list[dict[complex, complex]],
    meet_m: Mapping[int, float],
) -> Iterable[complex]:
    """Join ends from different pieces that nearly meet; give the places in order."""
    a, b = name
    length = abs(b - a)
    last, met, spot = -np.inf, set[int](), a
    for share, number, key in wishes:
        near_m = min(meet_m.get(n, MEET_M) for n in (number, *met))
        if number in met or (share - last) * length > near_m:
            last, met = share, set()
            spot = a + share * (b - a)
            yield spot
        met.add(number)
        place[number][key] = spot


def with_vertices(polygons: Shapes, agreed: Seams) -> Shapes:
    """Give polygons the new vertices of the edges that they have; others stay as they are."""
    if not agreed.added or not len(polygons):
        return polygons
    near = np.array([end for name in agreed.added for end in name])
    xy, owner = shapely.get_coordinates(polygons, return_index=True)
    z = xy[:, 0] + 1j * xy[:, 1]
    hit = np.isin(z, near)
    both = hit[1:] & hit[:-1] & (owner[1:] == owner[:-1])
    rows = np.unique(
        [
            int(owner[i])
            for i in np.flatnonzero(both).tolist()
            if edge(complex(z[i]), complex(z[i + 1])) in agreed.added
        ]
    ).astype(np.int64)
    given = polygons.copy()
    for row in rows.tolist():
        given[row] = _refined(polygons[row], agreed)
    return given


def _refined(shape: BaseGeometry, agreed: Seams) -> BaseGeometry:
    parts = []
    for part in shapely.get_parts(shape):
        rings = [
            refined(shapely.get_coordinates(ring)[:-1], agreed)
            for ring in (part.exterior, *part.interiors)
        ]
        parts.append(shapely.Polygon(rings[0], rings[1:]))
    return parts[0] if shape.geom_type == "Polygon" else shapely.MultiPolygon(parts)


def refined(ring: Floats, agreed: Seams) -> Floats:
    """Give an open ring its new vertices."""
    z = (ring[:, 0] + 1j * ring[:, 1]).tolist()
    full: list[complex] = []
    for a, b in zip(z, z[1:] + z[:1], strict=True):
        full.append(a)
        full += agreed.along(a, b)
    out = np.array(full)
    return np.column_stack([out.real, out.imag])
