"""Cut lines meet borders in common vertices: the same bits in every area of every level.

Where a cut crosses a border both get a vertex there; where it comes within the tolerance
of a vertex or a border it is led through it instead, so that no near miss is left behind.
New vertices are settled (they come back from the store as they are). Old ones never move.
Crossings are looked for again until there are none (Hobby 1999, Practical segment
intersection with finite precision output, for the idea of snapping to what is there).
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo import coords
from geo.errors import RuleBroken
from geo.redraw.area import Shape
from geo.redraw.shapes import Edge, Point, edge, rings

SNAP_M = 0.05
"""What is nearer than this meets; the tolerance of the checks."""
_ROUNDS = 12


class Noded:
    """Cut edges noded with borders, and the vertices that the borders get.

    `cuts` are the edges of the cut; `added` the new vertices of border edges, in order
    from the smaller end.
    """

    def __init__(self, lines: Iterable[BaseGeometry], borders: Iterable[Edge], crs: CRS) -> None:
        self.crs = crs
        self.added: dict[Edge, list[Point]] = {}
        self._pieces: dict[Edge, Edge] = {e: e for e in borders}
        self.cuts: set[Edge] = self._first(lines)
        for _ in range(_ROUNDS):
            if not self._round():
                return
        raise RuleBroken(
            "the line runs too close along a border to be noded",
            zh="所画的线与边界过于贴近，无法处理",
            hint="draw it further from the border, or exactly along it",
            hint_zh="请离边界远一些，或沿边界画",
        )

    def _first(self, lines: Iterable[BaseGeometry]) -> set[Edge]:
        noded = shapely.get_parts(shapely.union_all(list(lines)))
        found: set[Edge] = set()
        for line in noded:
            xy = coords.settled(shapely.get_coordinates(line), self.crs).tolist()
            points = [(x, y) for x, y in xy]
            found |= {edge(a, b) for a, b in itertools.pairwise(points) if a != b}
        return found

    def _round(self) -> bool:
        """Node once; say whether anything was to do."""
        cuts, borders = sorted(self.cuts), sorted(self._pieces)
        if not cuts or not borders:
            return False
        tree = shapely.STRtree(_lines(borders))
        c, b = tree.query(_lines(cuts), predicate="dwithin", distance=SNAP_M)
        pairs = [(cuts[i], borders[j]) for i, j in zip(c.tolist(), b.tolist(), strict=True)]
        if moved := self._snapped(pairs):
            self.cuts = _led(self.cuts, moved)
            return True
        on_cut, on_border = self._crossings(pairs)
        for piece, points in on_border.items():
            self._break(piece, points)
        self.cuts = _broken(self.cuts, on_cut)
        return bool(on_cut or on_border)

    def _snapped(self, pairs: Sequence[tuple[Edge, Edge]]) -> dict[Point, Point]:
        """Give where ends of cuts must go that come too near to a vertex, or to a border."""
        best: dict[Point, tuple[float, Point]] = {}
        feet: dict[Point, tuple[float, Edge]] = {}
        fixed = {p for e in self._pieces for p in e}
        for cut, border in pairs:
            for end in cut:
                if end in fixed:
                    continue
                for vertex in border:
                    away = _apart(end, vertex)
                    if away <= SNAP_M and away < best.get(end, (np.inf, vertex))[0]:
                        best[end] = (away, vertex)
                away = _beside(end, border)
                if away <= SNAP_M and away < feet.get(end, (np.inf, border))[0]:
                    feet[end] = (away, border)
        moved = {end: vertex for end, (_, vertex) in best.items()}
        for end, (_, border) in feet.items():
            if end not in moved and border in self._pieces:
                foot = self._settled(_foot(end, border))
                self._break(border, [foot])
                moved[end] = foot
        return moved

    def _crossings(
        self, pairs: Sequence[tuple[Edge, Edge]]
    ) -> tuple[dict[Edge, list[Point]], dict[Edge, list[Point]]]:
        """Find the vertices that cuts and borders lack; all cut ends are snapped by now."""
        on_cut: defaultdict[Edge, list[Point]] = defaultdict(list)
        on_border: defaultdict[Edge, list[Point]] = defaultdict(list)
        made: list[Point] = []
        for cut, border in pairs:
            if cut == border:
                continue
            near = [v for v in border if _passes(v, cut)]
            if near:
                on_cut[cut] += near
                continue
            lying = [e for e in cut if _passes(e, border)]
            if lying:
                on_border[border] += lying
                continue
            if set(cut) & set(border):
                continue
            at = _crossing(cut, border)
            if at is None:
                continue
            known = next((p for p in (*border, *cut, *made) if _apart(p, at) <= SNAP_M), None)
            point = known or self._settled(at)
            made.append(point)
            if point not in cut:
                on_cut[cut].append(point)
            if point not in border:
                on_border[border].append(point)
        return on_cut, on_border

    def _break(self, piece: Edge, points: Sequence[Point]) -> None:
        """Put vertices into a piece of a border."""
        whole = self._pieces.pop(piece, None)
        if whole is None:
            return
        chain = _chain(piece, points)
        for a, b in itertools.pairwise(chain):
            self._pieces[edge(a, b)] = whole
        inside = {*self.added.get(whole, ()), *chain[1:-1]}
        self.added[whole] = sorted(inside, key=lambda p: _along(p, whole))

    def _settled(self, point: Point) -> Point:
        x, y = coords.settled(np.array([point]), self.crs)[0].tolist()
        return x, y


def lacking(borders: Iterable[Edge]) -> dict[Edge, list[Point]]:
    """Give the vertices of borders that lie on other borders which lack them.

    Clean data has none on one level; between levels, or where a neighbour was drawn with
    fewer points, they are common, and edges must be the same before they can cancel.
    """
    found = sorted(borders)
    if not found:
        return {}
    points = sorted({p for e in found for p in e})
    p, e = shapely.STRtree(_lines(found)).query(
        np.asarray(shapely.points(points), dtype=object), predicate="dwithin", distance=SNAP_M
    )
    added: defaultdict[Edge, set[Point]] = defaultdict(set)
    for i, j in zip(p.tolist(), e.tolist(), strict=True):
        point, border = points[i], found[j]
        if min(_apart(point, end) for end in border) > SNAP_M:
            added[border].add(point)
    return {e: sorted(some, key=lambda q: _along(q, e)) for e, some in added.items()}


def noded_shape(shape: Shape, added: dict[Edge, list[Point]]) -> Shape:
    """Put new vertices into the rings of an area; the same object when it gets none."""
    if not added:
        return shape
    ends = np.array([p for e in added for p in e])
    low, high = ends.min(axis=0), ends.max(axis=0)
    west, south, east, north = shape.bounds
    if west > high[0] or east < low[0] or south > high[1] or north < low[1]:
        return shape
    parts, changed = [], False
    for part in shapely.get_parts(shape):
        new = [_noded_ring(ring, added, low, high) for ring in rings(part)]
        if any(ring is not None for ring in new):
            old = rings(part)
            kept = [n if n is not None else o for n, o in zip(new, old, strict=True)]
            parts.append(shapely.Polygon(kept[0], kept[1:]))
            changed = True
        else:
            parts.append(part)
    if not changed:
        return shape
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def borders_near(shapes: Iterable[Shape], lines: BaseGeometry) -> set[Edge]:
    """Give the border edges of areas whose box comes near to lines."""
    west, south, east, north = lines.bounds
    parts = shapely.get_parts(np.array(list(shapes), dtype=object))
    xy, ring = shapely.get_coordinates(shapely.get_rings(parts), return_index=True)
    low, high = np.minimum(xy[:-1], xy[1:]), np.maximum(xy[:-1], xy[1:])
    hit = (ring[:-1] == ring[1:]) & np.any(low != high, axis=1)
    hit &= (low[:, 0] <= east + 1.0) & (high[:, 0] >= west - 1.0)
    hit &= (low[:, 1] <= north + 1.0) & (high[:, 1] >= south - 1.0)
    ends = np.hstack([xy[:-1][hit], xy[1:][hit]]).tolist()
    return {edge((ax, ay), (bx, by)) for ax, ay, bx, by in ends}


def _noded_ring(
    ring: npt.NDArray[np.float64],
    added: dict[Edge, list[Point]],
    low: npt.NDArray[np.float64],
    high: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64] | None:
    inside = np.all((ring >= low) & (ring <= high), axis=1)
    hits = np.flatnonzero(inside[:-1] & inside[1:]).tolist()
    at: list[int] = []
    points: list[Point] = []
    for i in hits:
        (ax, ay), (bx, by) = ring[i].tolist(), ring[i + 1].tolist()
        new = added.get(edge((ax, ay), (bx, by)))
        if new:
            forward = (ax, ay) <= (bx, by)
            at += [i + 1] * len(new)
            points += new if forward else new[::-1]
    return np.insert(ring, at, np.array(points), axis=0) if at else None


def _lines(found: Sequence[Edge]) -> npt.NDArray[np.object_]:
    return np.asarray(shapely.linestrings(np.array(found)), dtype=object)


def _led(cuts: set[Edge], moved: dict[Point, Point]) -> set[Edge]:
    led = ((moved.get(a, a), moved.get(b, b)) for a, b in cuts)
    return {edge(a, b) for a, b in led if a != b}


def _broken(cuts: set[Edge], on_cut: dict[Edge, list[Point]]) -> set[Edge]:
    found: set[Edge] = set()
    for cut in cuts:
        chain = _chain(cut, on_cut.get(cut, ()))
        found |= {edge(a, b) for a, b in itertools.pairwise(chain) if a != b}
    return found


def _chain(e: Edge, points: Sequence[Point]) -> list[Point]:
    inner = sorted(set(points) - set(e), key=lambda p: _along(p, e))
    return [e[0], *inner, e[1]]


def _along(p: Point, e: Edge) -> float:
    (ax, ay), (bx, by) = e
    dx, dy = bx - ax, by - ay
    return float(((p[0] - ax) * dx + (p[1] - ay) * dy) / (dx * dx + dy * dy))


def _foot(p: Point, e: Edge) -> Point:
    t = min(max(_along(p, e), 0.0), 1.0)
    return e[0][0] + t * (e[1][0] - e[0][0]), e[0][1] + t * (e[1][1] - e[0][1])


def _beside(p: Point, e: Edge) -> float:
    return _apart(p, _foot(p, e))


def _passes(p: Point, e: Edge) -> bool:
    """Say whether an edge comes near a point that neither of its ends is near to."""
    return min(_apart(p, end) for end in e) > SNAP_M and _beside(p, e) <= SNAP_M


def _apart(p: Point, q: Point) -> float:
    return float(np.hypot(p[0] - q[0], p[1] - q[1]))


def _crossing(one: Edge, other: Edge) -> Point | None:
    """Give where two edges cross; None when they do not, or run side by side."""
    (ax, ay), (bx, by) = one
    (cx, cy), (dx, dy) = other
    rx, ry, sx, sy = bx - ax, by - ay, dx - cx, dy - cy
    area = rx * sy - ry * sx
    if area == 0:
        return None
    t = ((cx - ax) * sy - (cy - ay) * sx) / area
    u = ((cx - ax) * ry - (cy - ay) * rx) / area
    return (ax + t * rx, ay + t * ry) if 0 <= t <= 1 and 0 <= u <= 1 else None
