"""Union, difference and cutting of areas that share their vertices, exact to the last bit.

No overlay is computed: shared edges cancel, and what is left is put together. No vertex is
moved and none is lost but those that lie wholly inside.
"""

import itertools
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geo.errors import RuleBroken
from geo.redraw.area import Shape

Point = tuple[float, float]
Edge = tuple[Point, Point]
"""An edge without direction: the smaller end first."""
MOST_KEPT = 4096
"""Of so many outlines the edges are kept: an operation asks for the same ones again and again."""


def edge(a: Point, b: Point) -> Edge:
    """Name an edge without direction."""
    return (a, b) if a <= b else (b, a)


def rings(shape: BaseGeometry) -> list[npt.NDArray[np.float64]]:
    """Give the coordinates of every ring, closed."""
    found = shapely.get_rings(shapely.get_parts(shape))
    return [shapely.get_coordinates(ring) for ring in found]


@lru_cache(maxsize=MOST_KEPT)
def edges(shape: BaseGeometry) -> frozenset[Edge]:
    """Give the edges of an area; one that is run twice (a seam) is no edge."""
    found: set[Edge] = set()
    for ring in rings(shape):
        points = list(map(tuple, ring.tolist()))
        found ^= {(a, b) if a <= b else (b, a) for a, b in itertools.pairwise(points) if a != b}
    return frozenset(found)


def joined(shapes: Sequence[Shape]) -> Shape:
    """Unite areas that lie side by side; their common edges must be the same."""
    shapes = [shape for shape in shapes if not shape.is_empty]
    if len(shapes) == 1:
        return shapes[0]
    if not shapes:
        return Polygon()
    parts = shapely.get_parts(np.array(shapes, dtype=object))
    united = shapely.coverage_union_all(parts)
    expected = float(shapely.area(parts).sum())
    if not united.is_valid or abs(united.area - expected) > 1e-6 * expected + 1e-6:
        united = shapely.union_all(parts)
    return polygonal(united)


def without(shape: Shape, ground: Shape) -> Shape:
    """Take a ground that lies in an area, on its edges where they touch, out of it."""
    left = [face for face in assembled(edges(shape) ^ edges(ground)) if _in(face, shape, ground)]
    return joined(left) if left else Polygon()


def faces(shape: Shape, cuts: Iterable[Edge]) -> list[Shape]:
    """Cut an area along edges that are noded with it; an uncut one comes back as its parts.

    Cuts outside, on the border, and such as lead nowhere are left out.
    """
    west, south, east, north = shape.bounds
    inner = [
        (a, b)
        for a, b in cuts
        if a[0] <= east and b[0] >= west and not (a[1] > north < b[1] or a[1] < south > b[1])
    ]
    border = edges(shape) if inner else frozenset()
    inner = [cut for cut in inner if cut not in border]
    if inner:
        middles = shapely.points([((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in inner])
        shapely.prepare(shape)
        held = shapely.contains_properly(shape, middles)
        inner = [cut for cut, ok in zip(inner, held.tolist(), strict=True) if ok]
    if not inner:
        return [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    found = [
        f for f in assembled(border | frozenset(inner)) if shape.intersects(f.point_on_surface())
    ]
    if abs(sum(f.area for f in found) - shape.area) > 1e-6 * shape.area + 1e-6:
        raise RuleBroken(
            "the cut does not part the area cleanly",
            zh="切割线无法干净地切开该区域",
            hint="draw the line a little further from corners of the border",
            hint_zh="请让切割线离边界拐点远一点再试",
        )
    return list(found)


def free(shapes: Sequence[Shape], cuts: Iterable[Edge]) -> list[Shape]:
    """Give the faces between areas and cuts that are noded with them, which no area holds."""
    found = set(cuts)
    for shape in shapes:
        found |= edges(shape)
    tree = shapely.STRtree(shapes)
    return [f for f in assembled(found) if not len(tree.query(f.point_on_surface(), "intersects"))]


def assembled(found: Collection[Edge]) -> list[Polygon]:
    """Put noded edges together to faces, in an order that depends on the edges alone."""
    if not found:
        return []
    lines = np.asarray(shapely.linestrings(np.array(sorted(found), dtype=np.float64)), dtype=object)
    made = shapely.get_parts(shapely.polygonize(lines))
    return [face for face in made if isinstance(face, Polygon)]


def polygonal(shape: BaseGeometry) -> Shape:
    """Take the polygons out of a geometry; a single one comes alone."""
    parts = [p for p in shapely.get_parts(shape) if isinstance(p, Polygon) and not p.is_empty]
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def shifted(shape: Shape, moved: Mapping[Point, Point]) -> Shape:
    """Move some vertices; the same object when it has none of them."""
    xy = shapely.get_coordinates(shape)
    hit = [i for i, (x, y) in enumerate(xy.tolist()) if (x, y) in moved]
    if not hit:
        return shape
    xy[hit] = [moved[x, y] for x, y in xy[hit].tolist()]
    return polygonal(
        shapely.remove_repeated_points(shapely.set_coordinates(shapely.from_wkb(shape.wkb), xy))
    )


def components(shape: BaseGeometry) -> int:
    """Count the pieces."""
    return int(shapely.get_num_geometries(shape))


def border_m(a: BaseGeometry, b: BaseGeometry) -> float:
    """Measure the border that two areas share to the last bit."""
    return sum(_length(e) for e in edges(a) & edges(b))


def outline(shapes: Iterable[BaseGeometry]) -> set[Edge]:
    """Give the edges that are left when those of neighbours have cancelled."""
    left: set[Edge] = set()
    for shape in shapes:
        left ^= edges(shape)
    return left


def _in(face: Polygon, shape: Shape, ground: Shape) -> bool:
    inner = face.point_on_surface()
    return bool(shape.intersects(inner)) and not ground.intersects(inner)


def _length(e: Edge) -> float:
    return float(np.hypot(e[1][0] - e[0][0], e[1][1] - e[0][1]))
