"""From pieces and groups to areas whose borders are the parents' own, bit by bit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo.parcelling.cells import Cells
from geo.parcelling.seams import End, Rim, Seams, ends, refined, seams
from geo.parcelling.sides import Ints, Shapes, Sides, sides
from geo.parcelling.smoothing import smoothed

NEAR_M = 0.002
"""The outer border of areas that tile a piece is nowhere farther from its rim."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """The groups of one piece, on the grain: their land, its segments, ends on the rim."""

    rim: Rim
    ground: Shapes
    border: Sides
    found: list[End]


def sketch(piece: shapely.Polygon, own: Cells, labels: Ints) -> Sketch:
    """Join the faces of a piece by group 0 … k−1; without buildings all is one group."""
    label = labels[own.house] if own.count else np.zeros(len(own.faces), dtype=np.int64)
    count = int(label.max()) + 1
    if count > 1:
        label = smoothed(own, label)
    rim = Rim.of(piece)
    if count == 1:
        whole = np.array([piece], dtype=object)
        return Sketch(rim, whole, sides(whole[:0]), [])
    ground = np.array(
        [shapely.coverage_union_all(own.faces[label == g]) for g in range(count)], dtype=object
    )
    border = sides(ground)
    rows = border.other < 0
    outer = np.union1d(border.tail[rows], border.head[rows])
    inner = np.union1d(border.tail[~rows], border.head[~rows])
    return Sketch(rim, ground, border, ends(rim, border.xy[np.intersect1d(outer, inner)]))


def retraced(piece: shapely.Polygon, ground: Shapes) -> Sketch | None:
    """Take the borders of areas that tile a piece already; None when they do not."""
    rim = Rim.of(piece)
    filled = abs(shapely.area(ground).sum() - piece.area) <= 1e-6 * piece.area + 1e-3
    if not filled or not shapely.is_valid(ground).all() or not shapely.coverage_is_valid(ground):
        return None
    border = sides(ground)
    rows = border.other < 0
    outer = np.union1d(border.tail[rows], border.head[rows])
    if rim.away_m(border.xy[outer]).max(initial=0.0) > NEAR_M:
        return None
    inner = np.union1d(border.tail[~rows], border.head[~rows])
    return Sketch(rim, ground, border, ends(rim, border.xy[np.intersect1d(outer, inner)]))


def draw(sketches: Sequence[Sketch], pieces: Shapes) -> tuple[list[Shapes], Seams]:
    """Draw the areas of all pieces; parents that share borders get the same vertices.

    Returns
    -------
    areas : list of arrays of Polygon
        One a piece, in the order of its groups.
    seams : Seams
        The vertices that were added to borders of parents.
    """
    rims, found = [s.rim for s in sketches], [s.found for s in sketches]
    careful: dict[int, float] = {}
    while True:
        agreed = seams(rims, found, meet_m=careful)
        areas = [_areas(s, n, agreed) for n, s in enumerate(sketches)]
        poor = [n for n, own in enumerate(areas) if n not in careful and not _sound(own, pieces[n])]
        if not poor:
            return areas, agreed
        careful |= dict.fromkeys(poor, 0.0)


def _sound(own: Shapes, piece: shapely.Polygon) -> bool:
    if not shapely.is_valid(own).all():
        return False
    return bool(abs(shapely.area(own).sum() - piece.area) <= 1e-6 * piece.area + 1e-3)


def _areas(s: Sketch, number: int, agreed: Seams) -> Shapes:
    rings = [refined(ring, agreed) for ring in s.rim.rings]
    if len(s.ground) == 1:
        return np.array([shapely.Polygon(rings[0], rings[1:])], dtype=object)
    line = [(ring[:, 0] + 1j * ring[:, 1]) for ring in rings]
    where = {z: (r, i) for r, ring in enumerate(line) for i, z in enumerate(ring.tolist())}
    walker = _Walker(s.border, line, where, agreed.place[number])
    return np.array([walker.polygon(g) for g in range(len(s.ground))], dtype=object)


class _Walker:
    """Walks the rings of groups; where they follow the rim, it takes the rim's own vertices."""

    def __init__(
        self,
        border: Sides,
        line: list[npt.NDArray[np.complex128]],
        where: dict[complex, tuple[int, int]],
        place: Mapping[complex, complex],
    ) -> None:
        self.border, self.line, self.where, self.place = border, line, where, place
        self.z = (border.xy[:, 0] + 1j * border.xy[:, 1]).tolist()
        self.starts = np.flatnonzero(np.diff(border.ring, prepend=-1))

    def polygon(self, group: int) -> shapely.Polygon | shapely.MultiPolygon:
        """Draw a group: the ring that runs against the clock is its outer one."""
        border = self.border
        rings = []
        for k in np.flatnonzero(border.owner[self.starts] == group).tolist():
            first = self.starts[k]
            last = self.starts[k + 1] if k + 1 < len(self.starts) else len(border.ring)
            out = np.array(self.ring(np.arange(first, last)))
            rings.append(np.column_stack([out.real, out.imag]))
        outer = [shapely.is_ccw(shapely.LinearRing(r)) for r in rings]
        shells = [r for r, o in zip(rings, outer, strict=True) if o]
        holes = [r for r, o in zip(rings, outer, strict=True) if not o]
        if len(shells) == 1:
            return shapely.Polygon(shells[0], holes)
        return shapely.MultiPolygon([shapely.Polygon(s) for s in shells])

    def ring(self, segments: Ints) -> list[complex]:
        """Walk one ring."""
        on_rim = self.border.other[segments] < 0
        if on_rim.all():
            return list(self.line[self.whole(segments)].tolist())
        tails = self.border.tail[segments]
        if not on_rim.any():
            return [self.at(int(t)) for t in tails]
        begin = int(np.flatnonzero(on_rim & ~np.roll(on_rim, 1))[0])
        order = np.roll(np.arange(len(segments)), -begin)
        path: list[complex] = []
        start: int | None = None
        for s in order.tolist():
            tail = int(tails[s])
            if on_rim[s]:
                start = tail if start is None else start
                continue
            if start is not None:
                path += self.along(self.at(start), self.at(tail))
                start = None
            path.append(self.at(tail))
        if start is not None:
            path += self.along(self.at(start), self.at(int(tails[begin])))
        return path

    def at(self, vertex: int) -> complex:
        """Give the true place of a vertex."""
        return complex(self.place.get(self.z[vertex], self.z[vertex]))

    def along(self, a: complex, b: complex) -> list[complex]:
        """Give the vertices of the rim from a up to, but without, b."""
        (ring, i), (_, j) = self.where[a], self.where[b]
        line = self.line[ring]
        count = (j - i) % len(line) or len(line)
        return list(line[(i + np.arange(count)) % len(line)].tolist())

    def whole(self, segments: Ints) -> int:
        """Give the ring of the rim that a ring follows all the way."""
        spot = self.z[int(self.border.tail[segments[0]])]
        away = [np.abs(line - spot).min() for line in self.line]
        return int(np.argmin(away))
