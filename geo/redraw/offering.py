"""Cuts that an area's own streets offer: a list to choose from instead of a line to draw."""

from collections import defaultdict
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import GeoError
from geo.redraw.area import Area
from geo.redraw.fabric import Fabric
from geo.redraw.operations import SplitAlong
from geo.redraw.redrawing import change

INSIDE_M = 6.0
"""A street nearer than this to the border runs along it and cuts nothing."""
LEAST_M = 25.0
HALF_WIDE_M = 0.5
MOST_TRIED = 12


@dataclass(frozen=True, slots=True)
class StreetCut:
    """A street that parts an area, and the pieces that it would leave, from the west."""

    name: str
    operation: SplitAlong
    pieces: tuple[Area, ...]


def street_cuts(
    fabric: Fabric, level: str, code: str, streets: gpd.GeoDataFrame
) -> list[StreetCut]:
    """Give the named streets that cross an area and part it in two, the longest first.

    Parameters
    ----------
    streets : GeoDataFrame
        `name` and lines, in the metres of the fabric. Ways of one name are one street; a
        way without a name is no street that a border would be told by.

    Returns
    -------
    list of StreetCut
        Each was tried: its operation does what `pieces` say. Empty where no street runs
        from border to border.

    Raises
    ------
    NotFound
        When there is no such area.
    """
    area = fabric.area(level, code)
    hit = streets.sindex.query(area.shape, predicate="intersects")
    ways: defaultdict[str, list[BaseGeometry]] = defaultdict(list)
    for i in np.sort(hit).tolist():
        ways[str(streets["name"].iloc[i] or "")].append(streets.geometry.iloc[i])
    ways.pop("", None)
    inner = area.shape.buffer(-INSIDE_M)
    lines = {name: shapely.union_all(parts) for name, parts in ways.items()}
    inside = {name: line.intersection(inner).length for name, line in lines.items()}
    crossing = [n for n in lines if inside[n] >= LEAST_M and _crosses(lines[n], area, inner)]
    longest = sorted(crossing, key=lambda n: -inside[n])[:MOST_TRIED]
    tried = (_tried(fabric, area, name, lines[name]) for name in longest)
    return [cut for cut in tried if cut]


def _crosses(line: BaseGeometry, area: Area, inner: BaseGeometry) -> bool:
    """Say whether a street, without being led on, meets the border at two places."""
    rim = area.shape.difference(inner)
    pieces = shapely.get_parts(line.intersection(area.shape).buffer(HALF_WIDE_M)).tolist()
    through = (p for p in pieces if p.intersects(inner))
    return any(len(shapely.get_parts(p.intersection(rim))) > 1 for p in through)


def _tried(fabric: Fabric, area: Area, name: str, line: BaseGeometry) -> StreetCut | None:
    near = line.intersection(area.shape.buffer(INSIDE_M))
    ways = [p for p in shapely.get_parts(near).tolist() if p.geom_type == "LineString"]
    operation = SplitAlong(area.level, shapely.MultiLineString(ways), area.ref)
    try:
        done = change(fabric, operation)
    except GeoError:
        return None
    children = {link.child for link in done.links if link.level == area.level}
    pieces = tuple(a for a in done.after if a.level == area.level and a.code in children)
    return StreetCut(name, operation, pieces)
