"""How wide a piece of ground is: slivers told from gaps, and noise from both.

The width of a polygon is the diameter of the largest circle inside it. It is never
computed as such: a piece is wider than w exactly when something is left of it after its
edge has been moved inwards by w ÷ 2.
"""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.topology.borders import Bools, Shapes


def wider_than(polygons: Shapes, width_m: float) -> Bools:
    """Say which polygons hold a circle of this diameter.

    Two bounds spare most of the work: the circle itself needs π w² ÷ 4, and a polygon
    without holes is at least 2 × area ÷ perimeter wide.
    """
    area, perimeter = shapely.area(polygons), shapely.length(polygons)
    wide = np.zeros(len(polygons), dtype=bool)
    if width_m <= 0:
        return np.asarray(area > 0)
    simple = shapely.get_num_interior_rings(polygons) == 0
    wide[simple] = 2 * area[simple] > width_m * perimeter[simple]
    unsure = np.flatnonzero(~wide & (area >= np.pi * width_m**2 / 4))
    wide[unsure] = ~shapely.is_empty(shapely.buffer(polygons[unsure], -width_m / 2))
    return wide


def pieces(ground: BaseGeometry, width_m: float) -> Shapes:
    """Give the polygons of a geometry that are wider than a width, largest first."""
    parts = np.asarray(shapely.get_parts([ground]), dtype=object)
    parts = parts[shapely.get_dimensions(parts) == 2]
    parts = parts[wider_than(parts, width_m)]
    order = np.argsort(-shapely.area(parts), kind="stable")
    return np.asarray(parts[order], dtype=object)


def any_wider_than(grounds: Shapes, width_m: float) -> Bools:
    """Say which geometries have a piece that is wider than a width."""
    parts, where = shapely.get_parts(grounds, return_index=True)
    flat = shapely.get_dimensions(parts) == 2
    parts, where = parts[flat], where[flat]
    wide = np.zeros(len(grounds), dtype=bool)
    wide[where[wider_than(parts, width_m)]] = True
    return wide
