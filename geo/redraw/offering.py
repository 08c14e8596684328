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
    """Give the streets along which an area can be split in two, the most even first.

    Parameters
    ----------
    streets : GeoDataFrame
        `name` and lines, in the metres of the fabric. Ways of one name are one street;
        a way without a name stands for itself.

    Returns
    -------
    list of StreetCut
        Each was tried: its operation does what `pieces` say. Empty where no street parts
        the area.

    Raises
    ------
    NotFound
        When there is no such area.
    """
    area = fabric.area(level, code)
    hit = streets.sindex.query(area.shape, predicate="intersects")
    ways: defaultdict[str, list[BaseGeometry]] = defaultdict(list)
    for i in np.sort(hit).tolist():
        name = str(streets["name"].iloc[i] or "")
        ways[name or f"\0{i}"].append(streets.geometry.iloc[i])
    inner = area.shape.buffer(-INSIDE_M)
    lines = {name: shapely.union_all(parts) for name, parts in ways.items()}
    inside = {name: line.intersection(inner).length for name, line in lines.items()}
    longest = sorted((n for n in lines if inside[n] >= LEAST_M), key=lambda n: -inside[n])
    tried = (_tried(fabric, area, n, lines[n]) for n in longest[:MOST_TRIED])
    return sorted((cut for cut in tried if cut), key=_unevenness)


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
    return StreetCut("" if name.startswith("\0") else name, operation, pieces)


def _unevenness(cut: StreetCut) -> float:
    people = [piece.households for piece in cut.pieces]
    return (max(people) - min(people)) / max(1, sum(people))
