"""Drawn lines made fit to cut: clipped to the ground, their ends led on to its border."""

import numpy as np
import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from geo.errors import BadInput, RuleBroken
from geo.redraw.area import Area, Shape
from geo.redraw.fabric import Fabric

ON_M = 1e-3
"""An end so near to a line lies on it."""
HAIR_M = 1e-4
"""A cut goes so far over the border that it ends on, so that the two cross."""


def under(fabric: Fabric, level: str, line: BaseGeometry) -> Area:
    """Give the area of a level under the middle of a line.

    Raises
    ------
    RuleBroken
        When there is none.
    """
    longest = max(shapely.get_parts(line), key=lambda part: part.length)
    middle = longest.interpolate(0.5, normalized=True)
    x, y = middle.x, middle.y
    near = sorted(fabric.near((x, y, x, y)), key=lambda a: a.ref)
    for area in near:
        if area.level == level and area.shape.intersects(middle):
            return area
    raise RuleBroken(
        f"the middle of the line lies in no {level}",
        zh="所画的线的中点不在任何区域内",
        hint="draw the line across the area that is to be cut",
        hint_zh="请把线画在要切分的区域上",
    )


def across(
    line: BaseGeometry, ground: Shape, *, until: BaseGeometry | None = None
) -> list[LineString]:
    """Give the stretches of a line that lie inside a ground, led on to its border.

    An end inside is led on straight, but for one that lies on `until`: it stops there.
    Stretches that only the lengthened line would reach are left out.
    """
    drawn = _joined(line)
    if not len(drawn) or shapely.is_empty(drawn).all():
        raise BadInput("the line is empty", zh="所画的线为空")
    led = [_led(part, ground, until) for part in drawn]
    inside = shapely.get_parts(shapely.intersection(np.array(led, dtype=object), ground))
    kept = [s for s in inside if isinstance(s, LineString) and s.length > 0]
    near = shapely.union_all(drawn).buffer(1e-6)
    return [s for s in kept if s.intersects(near)]


def _joined(line: BaseGeometry) -> list[LineString]:
    parts = [p for p in shapely.get_parts(line) if isinstance(p, LineString) and p.length > 0]
    if len(parts) > 1:
        merged = shapely.line_merge(shapely.union_all(parts))
        parts = [p for p in shapely.get_parts(merged) if isinstance(p, LineString)]
    return parts


def _led(line: LineString, ground: Shape, until: BaseGeometry | None) -> LineString:
    xy = shapely.get_coordinates(shapely.force_2d(line))
    if np.array_equal(xy[0], xy[-1]):
        return LineString(xy)
    start, end = _onward(xy[1], xy[0], ground, until), _onward(xy[-2], xy[-1], ground, until)
    return LineString(np.concatenate([start, xy, end]))


def _onward(
    before: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    end: "np.ndarray[tuple[int], np.dtype[np.float64]]",
    ground: Shape,
    until: BaseGeometry | None,
) -> "np.ndarray[tuple[int, int], np.dtype[np.float64]]":
    """Give the point where the line, led on, meets the border; none when it ends outside."""
    nowhere = np.empty((0, 2))
    tip = shapely.Point(end)
    if not ground.contains(tip):
        return nowhere
    ahead = (end - before) / np.hypot(*(end - before))
    if until is not None and tip.distance(until) < ON_M:
        return np.asarray([end + ahead * HAIR_M])
    west, south, east, north = ground.bounds
    far = end + ahead * 2 * (east - west + north - south)
    hits = shapely.get_coordinates(LineString([end, far]).intersection(ground.boundary))
    if not len(hits):
        return nowhere
    away = np.hypot(hits[:, 0] - end[0], hits[:, 1] - end[1])
    return np.asarray([hits[np.argmin(away)] + ahead * HAIR_M])
