"""One level made ready for checking: its polygons repaired, its codes, its borders."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo import coords
from geo.layers import Level
from geo.topology.borders import Bools, Borders, Ints, Shapes, borders

FREE = Level("area", "区域", "Area", 0, None)
"""The level of areas of which nothing is known but that they are areas."""


@dataclass(frozen=True)
class Sheet:
    """The areas of one level as arrays; everything speaks of them by position.

    `polygons` are valid; `intact` says which of them came so. `codes` and `parents` are
    text ("" where absent).
    """

    level: Level
    frame: gpd.GeoDataFrame
    polygons: Shapes
    intact: Bools
    codes: Shapes
    parents: Shapes

    @cached_property
    def names(self) -> Shapes:
        """What people call each area, "" where nobody said."""
        return _texts(self.frame, "name")

    @cached_property
    def borders(self) -> Borders:
        """Directed border segments of all areas."""
        return borders(self.polygons)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index over the areas."""
        return shapely.STRtree(self.polygons)

    @cached_property
    def points(self) -> Shapes:
        """A point well inside the largest piece of each area."""
        largest = self.polygons.copy()
        for i in np.flatnonzero(shapely.get_num_geometries(largest) > 1):
            parts = shapely.get_parts(largest[i])
            largest[i] = parts[np.argmax(shapely.area(parts))]
        return np.asarray(shapely.point_on_surface(largest), dtype=object)

    @cached_property
    def faces(self) -> tuple[Shapes, Ints]:
        """Pieces of ground between open borders, and how many areas lie over each."""
        found = faces(self)
        return found, self.depth(found)

    @cached_property
    def knots(self) -> BaseGeometry:
        """Where the outlines of broken areas cross or touch themselves."""
        given = np.asarray(self.frame.geometry.values, dtype=object)[~self.intact]
        lines = [shapely.union_all(shapely.boundary(shape)) for shape in given]
        pieces = shapely.get_parts(np.array(lines, dtype=object))
        ends = [shapely.get_point(pieces, k) for k in (0, -1)]
        return shapely.union_all(np.concatenate(ends))

    def without(self, positions: Ints) -> "Sheet":
        """Give the same sheet with some areas emptied; positions stay as they are."""
        polygons = self.polygons.copy()
        polygons[positions] = shapely.Polygon()
        return Sheet(self.level, self.frame, polygons, self.intact, self.codes, self.parents)

    def depth(self, ground: Shapes) -> Ints:
        """Count the areas over each face of ground; a face is crossed by no open border.

        One point of the face tells. It must not lie on a border inside the face, or it
        would count both sides: such points are moved within the face and asked again.
        """
        counts = np.zeros(len(ground), dtype=np.int64)
        unsure = np.arange(len(ground))
        for attempt in range(_ATTEMPTS):
            points = shapely.point_on_surface(_narrowed(ground[unsure], attempt))
            touched, held = self._hits(points, "intersects"), self._hits(points, "within")
            counts[unsure] = held
            unsure = unsure[touched != held]
            if not len(unsure):
                break
        return counts

    def _hits(self, points: Shapes, predicate: Literal["intersects", "within"]) -> Ints:
        hit, _ = self.tree.query(points, predicate=predicate)
        return np.bincount(hit, minlength=len(points))


_ATTEMPTS = 24


def sheet(frame: gpd.GeoDataFrame, level: Level = FREE) -> Sheet:
    """Make a level ready.

    Raises
    ------
    CrsError
        When the coordinates are not metres.
    """
    coords.require_metres(frame)
    given = np.asarray(frame.geometry.values, dtype=object)
    intact = np.asarray(shapely.is_valid(given))
    polygons = given
    if not intact.all():
        polygons = given.copy()
        polygons[~intact] = [_repaired(shape) for shape in given[~intact]]
    return Sheet(level, frame, polygons, intact, _texts(frame, "code"), _texts(frame, "parent"))


def faces(*sheets: Sheet) -> Shapes:
    """Cut the ground along the open borders of all sheets: noded, then polygonised."""
    lines = np.concatenate([s.borders.lines(s.borders.unmatched()) for s in sheets])
    noded = shapely.get_parts(shapely.union_all(lines))
    return np.asarray(shapely.get_parts(shapely.polygonize(noded)), dtype=object)


def _narrowed(ground: Shapes, attempt: int) -> Shapes:
    """Cut faces down to a part of them, another one at each attempt (golden-ratio steps)."""
    if attempt == 0:
        return ground
    west, south, east, north = shapely.bounds(ground).T
    u, v = (attempt * 0.6180339887) % 1.0, (attempt * 0.7548776662) % 1.0
    part = shapely.intersection(
        ground,
        shapely.box(
            west + 0.7 * u * (east - west),
            south + 0.7 * v * (north - south),
            east - 0.6 * (1 - u) * (east - west),
            north - 0.6 * (1 - v) * (north - south),
        ),
    )
    return np.where(shapely.area(part) > 0, part, ground)


def _texts(frame: gpd.GeoDataFrame, column: str) -> Shapes:
    if column in frame:
        return frame[column].fillna("").astype(str).to_numpy(dtype=object)
    fill = frame.index.astype(str) if column == "code" else np.full(len(frame), "", dtype=object)
    return np.asarray(fill, dtype=object)


def _repaired(shape: BaseGeometry | None) -> BaseGeometry:
    """Keep the ground of a broken polygon, and nothing of its lines and points."""
    if shape is None:
        return shapely.Polygon()
    parts = shapely.get_parts(shapely.make_valid(shape, method="structure", keep_collapsed=False))
    return shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
