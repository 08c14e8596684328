"""The areas of today: whose building is in which, and whether their borders can stay."""

from dataclasses import dataclass

import numpy as np
import shapely

from geo.parcelling.drawing import Sketch, retraced
from geo.parcelling.ground import Ground
from geo.parcelling.sides import Ints, Shapes


@dataclass(frozen=True, slots=True)
class Today:
    """Areas that are there already.

    `shapes` (a) are their polygons in metres; ``under[a]`` is the parent that area a names,
    −1 when that is none of those being divided. ``home[i]`` is the area of building i, −1 for
    none.
    """

    shapes: Shapes
    under: Ints
    home: Ints


def today(shapes: Shapes, under: Ints, ground: Ground) -> Today:
    """See in which area of today each building lies, rather one that names the same parent."""
    home = np.full(len(ground.points), -1, dtype=np.int64)
    if len(shapes):
        parent = np.full(len(ground.points), -1, dtype=np.int64)
        for p, rows in enumerate(ground.rows):
            parent[rows] = ground.parent[p]
        house, area = shapely.STRtree(shapes).query(ground.points, predicate="intersects")
        away = under[area] != parent[house]
        order = np.lexsort((area, away, house))[::-1]
        home[house[order]] = area[order]
    return Today(np.asarray(shapes, dtype=object), under, home)


def traced(now: Today, ground: Ground) -> list[tuple[Ints, Sketch] | None]:
    """Give, for every piece, the areas that tile it today, and their borders; None elsewhere.

    Areas tile a piece when they name its parent, are single polygons that share their
    vertices, and fill it to the millimetre.
    """
    found: list[tuple[Ints, Sketch] | None] = [None] * len(ground.pieces)
    if not len(now.shapes):
        return found
    single = shapely.get_type_id(now.shapes) == 3
    inside = shapely.point_on_surface(now.shapes)
    area, piece = shapely.STRtree(ground.pieces).query(inside, predicate="intersects")
    under: dict[int, list[int]] = {}
    for a, p in zip(area.tolist(), piece.tolist(), strict=True):
        if now.under[a] == ground.parent[p]:
            under.setdefault(p, []).append(a)
    for p, areas in under.items():
        own = np.array(sorted(areas), dtype=np.int64)
        if single[own].all() and (drawn := retraced(ground.pieces[p], now.shapes[own])) is not None:
            found[p] = own, drawn
    return found
