"""The ground of a building: what lies nearer to it than to any other."""

from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.redraw.area import Shape

STEP_M = 5.0
"""Outlines of buildings are sampled so densely."""


def cells(ground: Shape, shapes: Sequence[BaseGeometry]) -> list[BaseGeometry]:
    """Give the ground nearer to each building than to the others (not yet clipped)."""
    if len(shapes) == 1:
        return [shapely.buffer(ground.envelope, 10.0)]
    dense = shapely.segmentize(np.array(shapes, dtype=object), STEP_M)
    points, owner = shapely.get_coordinates(dense, return_index=True)
    points, first = np.unique(np.round(points, 3), axis=0, return_index=True)
    owner = owner[first]
    made = shapely.voronoi_polygons(
        shapely.multipoints(points), extend_to=shapely.buffer(ground.envelope, 10.0), ordered=True
    )
    parts = np.asarray(shapely.get_parts(made), dtype=object)
    return [shapely.coverage_union_all(parts[owner == i]) for i in range(len(shapes))]
