"""Buildings against the borders: cut by one, in no area, and how many households are where."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo import coords
from geo.topology.borders import Ints, Shapes
from geo.topology.faults import Fault
from geo.topology.sheets import Sheet
from geo.topology.widths import any_wider_than, pieces


@dataclass(frozen=True)
class Houses:
    """Buildings as arrays: footprints (or points), a point within each, households, ids."""

    shapes: Shapes
    points: Shapes
    households: Ints
    ids: Shapes

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index over the points of the buildings."""
        return shapely.STRtree(self.points)

    def within(self, place: BaseGeometry) -> int:
        """Count the households of the buildings whose point lies in a place."""
        return int(self.households[self.tree.query(place, predicate="intersects")].sum())


def houses(frame: gpd.GeoDataFrame) -> Houses:
    """Make a table of buildings ready; footprints that are broken are repaired first."""
    coords.require_metres(frame)
    shapes = np.asarray(frame.geometry.values, dtype=object)
    broken = ~shapely.is_valid(shapes)
    if broken.any():
        shapes = shapes.copy()
        shapes[broken] = shapely.make_valid(shapes[broken])
    points = np.asarray(shapely.point_on_surface(shapes), dtype=object)
    ids = (frame["id"] if "id" in frame else frame.index.to_series()).astype(str)
    households = frame["households"].to_numpy() if "households" in frame else np.zeros(len(frame))
    return Houses(shapes, points, households.astype(np.int64), ids.to_numpy(dtype=object))


def cut(sheet: Sheet, h: Houses, *, tolerance_m: float) -> tuple[list[Fault], list[Fault]]:
    """Find buildings that a border crosses, and buildings that lie in no area.

    A building is cut when at least two pieces of it, in different areas or in none, are
    wider than the tolerance.

    Returns
    -------
    cut, outside : lists of Fault
        `areas` are those that hold a piece of the building, the largest piece first;
        the place is all but that piece. The fact ``building`` is its position.
    """
    hit, row = sheet.tree.query(h.points, predicate="intersects")
    home = np.full(len(h.points), -1, dtype=np.int64)
    home[hit[::-1]] = row[::-1]
    sure = np.flatnonzero(home >= 0)
    shapely.prepare(sheet.polygons)
    whole = np.zeros(len(home), dtype=bool)
    whole[sure] = shapely.covers(sheet.polygons[home[sure]], h.shapes[sure])
    crossed, outside = [], []
    for k in np.flatnonzero(~whole).tolist():
        near = sheet.tree.query(h.shapes[k], predicate="intersects")
        shares = np.asarray(shapely.intersection(sheet.polygons[near], h.shapes[k]), dtype=object)
        rest = shapely.difference(h.shapes[k], shapely.union_all(shares))
        wide = any_wider_than(shares, tolerance_m)
        order = np.argsort(-shapely.area(shares), kind="stable")
        areas = tuple(int(near[n]) for n in order if wide[n])
        facts = {"building": str(k)}
        if len(areas) + (len(pieces(rest, tolerance_m)) > 0) > 1:
            main = sheet.polygons[areas[0]]
            apart = shapely.difference(h.shapes[k], main)
            crossed.append(Fault("BUILDING_CUT", areas, apart, facts=facts))
        elif not areas and home[k] < 0:
            outside.append(Fault("BUILDING_OUTSIDE", (), h.shapes[k], facts=facts))
    return crossed, outside


def away_from(
    faults: Iterable[Fault], h: Houses, ground: list[BaseGeometry], *, tolerance_m: float
) -> list[Fault]:
    """Keep the buildings that no reported piece of ground explains."""
    whole = shapely.union_all(ground)
    shapely.prepare(whole)

    def explained(fault: Fault) -> bool:
        shape = h.shapes[int(fault.facts["building"])]
        if not whole.intersects(shape):
            return False
        return shape.area == 0 or len(pieces(whole & shape, tolerance_m)) > 0

    return [fault for fault in faults if not explained(fault)]
