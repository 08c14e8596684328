"""Cuts that leave a ground in two halves of even households, the shortest first.

Straight cuts are tried at every angle (3° apart, then ever finer around the best) and in
every gap between buildings that leaves even halves. Where no straight cut is even enough,
cuts with one bend are tried: two rays from a pivot part the buildings by their bearing;
and then cuts that wind between the buildings.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import breadth_first_order, minimum_spanning_tree
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from geo.redraw.area import Shape
from geo.redraw.cells import cells
from geo.redraw.homes import Floats, Homes, Ints

ANGLES = 60
PIVOTS = 48
MOST_GAPS = 4
"""At each angle the most even gaps are tried."""
MOST_CELLS = 80
TREES = 400
_TRIED = 40
MOST_BENDS = 300
"""Of the even cuts at a pivot so many are looked at, all round it."""
_PLACES = np.array([0.06, 0.3, 0.5, 0.7, 0.94])
"""Where in a gap between two buildings a cut may run."""


@dataclass(frozen=True)
class Ground:
    """What is to be cut, and the people in it."""

    shape: Shape
    xy: Floats
    weight: Floats
    shapes: npt.NDArray[np.object_]
    outlines: shapely.STRtree
    tolerance: float
    spare: bool

    @property
    def total(self) -> float:
        return float(self.weight.sum())


@dataclass(frozen=True)
class _Cut:
    line: BaseGeometry
    crossed: int
    length_m: float

    @property
    def cost(self) -> tuple[int, float]:
        return self.crossed, self.length_m


def even_cuts(ground: Ground) -> Iterator[BaseGeometry]:
    """Give cuts that leave even halves, the shortest first: straight, bent, winding ones."""
    for find in (_straight, _bent, _between):
        for candidate in find(ground)[:_TRIED]:
            if _imbalance(ground, candidate.line) <= ground.tolerance:
                yield candidate.line


def ground_of(whole: Shape, people: Homes, *, tolerance: float, spare: bool) -> Ground:
    """Give the largest piece of a ground, and who lives where; other pieces go with the nearest."""
    shape = max(shapely.get_parts(whole), key=lambda p: p.area)
    inside = people.within(shape)
    xy, weight = people.xy[inside], people.households[inside].astype(np.float64)
    for part in shapely.get_parts(whole):
        if part is not shape and len(xy) and not part.equals(shape):
            nearest = np.argmin(shapely.distance(shapely.points(xy), part))
            weight[nearest] += people.households[people.within(part)].sum()
    if weight.sum() == 0:  # nobody lives there: even ground
        west, south, east, north = shape.bounds
        x, y = np.meshgrid(np.linspace(west, east, 60), np.linspace(south, north, 60))
        xy = np.column_stack([x.ravel(), y.ravel()])
        xy = xy[shapely.contains_xy(shape, xy[:, 0], xy[:, 1])]
        weight = np.ones(len(xy))
    outlines = shapely.STRtree(people.shapes[inside])
    return Ground(shape, xy, weight, people.shapes[inside], outlines, tolerance, spare)


def _straight(ground: Ground) -> list[_Cut]:
    angles = np.arange(ANGLES) * np.pi / ANGLES
    found = _at_angles(ground, angles)
    step = np.pi / ANGLES
    for _ in range(3):
        if not found:
            break
        around = [_angle(c.line) + step * np.linspace(-1, 1, 9) for c in found[:3]]
        found = sorted(found + _at_angles(ground, np.concatenate(around)), key=lambda c: c.cost)
        step /= 4
    return found


def _at_angles(ground: Ground, angles: Floats) -> list[_Cut]:
    west, south, east, north = ground.shape.bounds
    far = east - west + north - south
    middle = np.array([(west + east) / 2, (south + north) / 2])
    lines = []
    for angle in angles.tolist():
        normal = np.array([np.cos(angle), np.sin(angle)])
        along = np.array([-normal[1], normal[0]])
        for offset in _offsets(ground, (ground.xy - middle) @ normal):
            at = middle + offset * normal
            lines.append([at - far * along, at + far * along])
    if not lines:
        return []
    hits = shapely.intersection(shapely.linestrings(np.array(lines)), ground.shape)
    return _rated(ground, shapely.get_parts(hits))


def _offsets(ground: Ground, t: Floats) -> Iterator[float]:
    """Give where cuts across an axis leave even halves, by positions of people on it."""
    order = np.argsort(t, kind="stable")
    left = np.cumsum(ground.weight[order])[:-1]
    even = np.abs(2 * left - ground.total) <= ground.tolerance * ground.total
    off = np.abs(2 * left - ground.total)
    for k in sorted(np.flatnonzero(even).tolist(), key=lambda k: (off[k], k))[:MOST_GAPS]:
        low, high = float(t[order[k]]), float(t[order[k + 1]])
        if high - low > 1e-6:
            yield from (low + _PLACES * (high - low)).tolist()


def _rated(ground: Ground, lines: npt.NDArray[np.object_]) -> list[_Cut]:
    kept = [line for line in lines if isinstance(line, LineString) and line.length > 1.0]
    crossed = np.zeros(len(kept), dtype=np.int64)
    if kept and ground.spare and len(ground.outlines):
        hit, _ = ground.outlines.query(np.array(kept, dtype=object), predicate="crosses")
        crossed = np.bincount(hit, minlength=len(kept))
    found = [_Cut(k, int(c), float(k.length)) for k, c in zip(kept, crossed, strict=True)]
    return sorted(found, key=lambda c: c.cost)


def _bent(ground: Ground) -> list[_Cut]:
    """Give cuts of two rays from a pivot, between whose bearings half of the people live."""
    lines: list[LineString] = []
    for pivot in _pivots(ground):
        away = ground.xy - pivot
        bearing = np.arctan2(away[:, 1], away[:, 0])
        order = np.argsort(bearing, kind="stable")
        turned = bearing[order]
        gaps = (turned + np.append(turned[1:], turned[0] + 2 * np.pi)) / 2
        sums = np.concatenate([[0.0], np.cumsum(ground.weight[order])])[1:]
        inside = sums[None, :] - sums[:, None]
        even = np.abs(2 * inside - ground.total) <= ground.tolerance * ground.total
        pairs = np.argwhere(np.triu(even, 1))
        some = np.linspace(0, len(pairs) - 1, min(len(pairs), MOST_BENDS)).astype(np.int64)
        for i, j in pairs[some].tolist():
            line = _rays(ground.shape, pivot, gaps[i], gaps[j])
            if line is not None:
                lines.append(line)
    return _rated(ground, np.array(lines, dtype=object)) if lines else []


def _between(ground: Ground) -> list[_Cut]:
    """Give cuts that wind between buildings: borders of connected sets of their cells.

    Every edge of a random spanning tree of the cells parts them in two connected sets
    (DeFord, Duchin and Solomon 2021, Recombination).
    """
    if not 2 <= len(ground.shapes) <= MOST_CELLS:
        return []
    own = cells(ground.shape, list(ground.shapes))
    clipped = np.asarray(shapely.intersection(own, ground.shape), dtype=object)
    a, b = shapely.STRtree(clipped).query(clipped, predicate="intersects")
    a, b = a[a < b], b[a < b]
    shared_m = shapely.length(shapely.intersection(clipped[a], clipped[b]))
    a, b = a[shared_m > 0.5], b[shared_m > 0.5]
    rng = np.random.default_rng(len(own))
    sides: dict[bytes, npt.NDArray[np.bool_]] = {}
    for _ in range(TREES):
        for side in _halves(ground, a, b, rng.random(len(a))):
            sides.setdefault(side.tobytes() if side[0] else (~side).tobytes(), side)
    lines = []
    for side in sides.values():
        border = shapely.union_all(np.array(own, dtype=object)[side]).boundary
        lines.append(shapely.intersection(shapely.line_merge(border), ground.shape))
    found = [_Cut(line, 0, float(line.length)) for line in lines if line.length > 1.0]
    return sorted(found, key=lambda c: c.cost)


def _halves(ground: Ground, a: Ints, b: Ints, order: Floats) -> Iterator[npt.NDArray[np.bool_]]:
    """Give the even cuts of the minimum spanning tree of randomly weighted edges."""
    count = len(ground.weight)
    tree = minimum_spanning_tree(coo_array((order + 1e-9, (a, b)), shape=(count, count)).tocsr())
    walk, above = breadth_first_order(tree, 0, directed=False, return_predecessors=True)
    if len(walk) < count:
        return
    below = ground.weight.copy()
    for node in walk[:0:-1].tolist():
        below[above[node]] += below[node]
    even = np.abs(2 * below - ground.total) <= ground.tolerance * ground.total
    for top in np.flatnonzero(even).tolist():
        side = np.zeros(count, dtype=bool)
        side[top] = True
        for node in walk.tolist():
            side[node] |= above[node] >= 0 and side[above[node]]
        yield side


def _pivots(ground: Ground) -> Iterator[Floats]:
    """Give points spread evenly over the ground (Roberts 2018, the R2 sequence)."""
    west, south, east, north = ground.shape.bounds
    k = np.arange(1, 4 * PIVOTS + 1)
    u, v = (k * 0.7548776662466927) % 1.0, (k * 0.5698402909980532) % 1.0
    xy = np.column_stack([west + u * (east - west), south + v * (north - south)])
    inside = shapely.contains_xy(ground.shape, xy[:, 0], xy[:, 1])
    yield from xy[inside][:PIVOTS]


def _rays(shape: Shape, pivot: Floats, one: float, other: float) -> LineString | None:
    west, south, east, north = shape.bounds
    far = east - west + north - south
    ends = []
    for angle in (one, other):
        tip = pivot + far * np.array([np.cos(angle), np.sin(angle)])
        hits = shapely.get_coordinates(LineString([pivot, tip]).intersection(shape.boundary))
        if not len(hits):
            return None
        ends.append(hits[np.argmin(np.hypot(*(hits - pivot).T))])
    return LineString([ends[0], pivot, ends[1]])


def _imbalance(ground: Ground, line: BaseGeometry) -> float:
    """Measure |h₁ − h₂| / (h₁ + h₂) of the two halves; 1 when it does not make two."""
    longer = [_longer(part) for part in shapely.get_parts(line) if part.length > 0]
    led = shapely.union_all([*longer, ground.shape.boundary])
    made = shapely.get_parts(shapely.polygonize(shapely.get_parts(led)))
    pieces = [p for p in made if ground.shape.contains(p.point_on_surface())]
    if len(pieces) != 2 or min(p.area for p in pieces) < 1.0:
        return 1.0
    inside = shapely.contains_xy(pieces[0], ground.xy[:, 0], ground.xy[:, 1])
    half = float(ground.weight[inside].sum())
    return abs(2 * half - ground.total) / ground.total


def _longer(line: LineString, by_m: float = 1e-4) -> LineString:
    xy = shapely.get_coordinates(line)
    ends = [xy[0] - xy[1], xy[-1] - xy[-2]]
    moved = [e / np.hypot(*e) * by_m for e in ends]
    return LineString(np.concatenate([[xy[0] + moved[0]], xy[1:-1], [xy[-1] + moved[1]]]))


def _angle(line: BaseGeometry) -> float:
    """Give the angle of the normal of a straight cut."""
    (ax, ay), (bx, by) = shapely.get_coordinates(line)[[0, -1]].tolist()
    return float(np.arctan2(by - ay, bx - ax) - np.pi / 2)
