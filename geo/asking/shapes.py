"""Geometries of filters, and how they lie to each other."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from geo.errors import BadInput

Shapes = npt.NDArray[np.object_]
Move = Callable[[BaseGeometry], BaseGeometry]
MOST_VERTICES = 100_000
RELATIONS: Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "s_contains": (shapely.contains, shapely.within),
    "s_crosses": (shapely.crosses, shapely.crosses),
    "s_disjoint": (shapely.disjoint, shapely.disjoint),
    "s_equals": (shapely.equals, shapely.equals),
    "s_intersects": (shapely.intersects, shapely.intersects),
    "s_overlaps": (shapely.overlaps, shapely.overlaps),
    "s_touches": (shapely.touches, shapely.touches),
    "s_within": (shapely.within, shapely.contains),
}
"""By name: the relation, and the same with its two sides swapped."""


def stay(shape: BaseGeometry) -> BaseGeometry:
    """Leave a geometry where it is."""
    return shape


def read(told: Mapping[str, Any], move: Move = stay) -> BaseGeometry:
    """Read a GeoJSON geometry or ``{"bbox": [west, south, east, north]}``."""
    try:
        if "bbox" in told:
            numbers = [float(number) for number in told["bbox"]]
            west, south, *_ = numbers
            east, north = numbers[len(numbers) // 2 :][:2]
            if len(numbers) not in (4, 6) or not np.isfinite(numbers).all() or south > north:
                raise ValueError(numbers)
            shape: BaseGeometry = shapely.box(west, south, east, north)
        else:
            shape = shapely.force_2d(shapely.geometry.shape(dict(told)))
        if not np.isfinite(shapely.get_coordinates(shape)).all():
            raise ValueError("coordinates")
    except (TypeError, ValueError, LookupError, AttributeError, shapely.errors.ShapelyError):
        raise BadInput(
            f"{str(told)[:60]} is no geometry", zh=f"“{str(told)[:60]}”不是有效的几何"
        ) from None
    if shapely.get_num_coordinates(shape) > MOST_VERTICES:
        raise BadInput("the geometry has too many vertices", zh="几何的顶点过多")
    return move(shape)


def related(op: str, a: Any, b: Any, boxes: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Say of every row whether its shape and a geometry (either may come first) lie so.

    Rows whose box stays clear of the geometry's are told without a look at their shapes.
    """
    ask, turned = RELATIONS[op]
    if isinstance(a, BaseGeometry):
        a, b, ask = b, a, turned
    if isinstance(a, BaseGeometry) or not isinstance(b, BaseGeometry):
        found: npt.NDArray[np.bool_] = np.broadcast_to(ask(a, b), len(boxes))
        return found
    shapely.prepare(b)
    west, south, east, north = b.bounds if not b.is_empty else (np.nan,) * 4
    near = (boxes[:, 0] <= east) & (boxes[:, 2] >= west)
    near &= (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
    said = np.full(len(boxes), op == "s_disjoint")
    rows = np.flatnonzero(near)
    said[rows] = _prepared(ask, a[rows], b)
    return said


def _prepared(ask: Callable[..., Any], shapes: Shapes, b: BaseGeometry) -> Any:
    """Ask with the prepared geometry first, as which it is quick."""
    if ask is shapely.within:
        return shapely.contains(b, shapes)
    return shapely.within(b, shapes) if ask is shapely.contains else ask(b, shapes)
