"""A booklet of groups to print: an overview, then one sheet a group with its map and reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import jinja2
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo import coords
from maps import fonts
from maps.figure import POLICY, text_sum
from maps.page import ALWAYS, credit
from maps.scene import Base, Cell, Words

_FOLDER = Path(__file__).parent
_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(_FOLDER / "templates"),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
Floats = npt.NDArray[np.float64]
WIDE = 1000.0
"""Width of a map in its own units."""
FINE_M = 8.0
"""Borders are smoothed by this much: less than a line on paper."""
SPECK = 30.0
"""Rings of a smaller area in these units are no more than a blot."""


@dataclass(frozen=True, slots=True)
class Member:
    """One row of a sheet: cells beside its number on the map, and its reason in both languages."""

    cells: Sequence[Cell]
    reason: Words
    lead: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """One sheet: name, figures ready to be read, and members in the order of their numbers."""

    name: Words
    facts: Sequence[tuple[Words, str]]
    members: Sequence[Member]


@dataclass(frozen=True, slots=True, eq=False)
class Booklet:
    """What is printed.

    `shapes` has the columns `group` (position in `groups`) and `number` (of the member in its
    group, from 1) and an area or a point each; `head` names the cells of members. `status` says
    whether this is a draft or which version holds; `notes` are paragraphs of the first page.
    """

    words: Words
    status: Words
    base: Base
    notes: Sequence[Words]
    columns: Sequence[Words]
    overview: Sequence[Sequence[Cell]]
    head: Sequence[Words]
    groups: Sequence[Group]
    shapes: gpd.GeoDataFrame

    def html(self) -> str:
        """Give one self-contained page that loads nothing and prints on A4."""
        body = _TEMPLATES.get_template("booklet_body.html").render(
            book=self,
            credit=credit(self.base),
            maps=_maps(self.shapes, [g.name.zh for g in self.groups]),
        )
        style = (_FOLDER / "static" / "css" / "booklet.css").read_text("utf-8") + _faces(body)
        return _TEMPLATES.get_template("index.html").render(
            title=f"{self.base.title} {self.words.zh}".strip(),
            body=body,
            style=style,
            policy=POLICY.format(scripts="'none'", styles=text_sum(style)),
        )


@dataclass(frozen=True, slots=True)
class _Map:
    """A drawing: shapes shared by all maps, outlines of groups, and labels."""

    box: str
    areas: Sequence[tuple[int, str]]
    rims: Sequence[str]
    names: Sequence[tuple[float, float, str]]
    numbers: Sequence[Sequence[tuple[float, float, int]]]
    near: Sequence[str]


def _maps(shapes: gpd.GeoDataFrame, names: Sequence[str]) -> _Map:
    frame = coords.to_metres(shapes)
    west, south, east, north = frame.total_bounds
    scale = WIDE / max(east - west, 1.0)

    def placed(points: Floats) -> Floats:
        return (points - (west, north)) * (scale, -scale)

    drawn = shapely.transform(frame.geometry.to_numpy(), placed)
    plain = drawn.copy()
    solid = shapely.area(plain) > 0
    plain[solid] = shapely.coverage_simplify(plain[solid], FINE_M * scale)
    group = frame["group"].to_numpy(int)
    rims, titles, near = [], [], []
    for g, name in enumerate(names):
        own = plain[group == g]
        rim = (
            shapely.union_all(own[shapely.area(own) > 0])
            if solid[group == g].any()
            else shapely.union_all(shapely.buffer(own, 6))
        )
        rims.append(_path(rim))
        widest = max(shapely.get_parts(rim), key=lambda part: part.area)
        spot = shapely.maximum_inscribed_circle(widest, tolerance=1.0)
        titles.append((round(spot.coords[0][0], 1), round(spot.coords[0][1], 1), name))
        near.append(_window(rim.bounds, (north - south) * scale))
    dots = shapely.get_coordinates(shapely.point_on_surface(plain))
    numbers = [
        [
            (round(x, 1), round(y, 1), int(n))
            for (x, y), n in zip(dots[group == g], frame["number"][group == g], strict=True)
        ]
        for g in range(len(names))
    ]
    areas = [(int(g), _path(shape)) for g, shape in zip(group, plain, strict=True)]
    return _Map(f"0 0 {WIDE:.0f} {(north - south) * scale:.0f}", areas, rims, titles, numbers, near)


def _window(bounds: tuple[float, float, float, float], high: float) -> str:
    """Give the part of the map around a group, with some of its neighbours, 8 : 5."""
    left, top, right, bottom = bounds
    wide = max((right - left) * 1.3, (bottom - top) * 1.3 * 1.6, WIDE / 6)
    x, y = (left + right) / 2, (top + bottom) / 2
    return f"{x - wide / 2:.0f} {y - wide / 3.2:.0f} {wide:.0f} {wide / 1.6:.0f}"


def _path(shape: BaseGeometry) -> str:
    """Write polygons as a path; a point as a small diamond."""
    if shape.area == 0:
        if shape.is_empty:
            return ""
        shape = shapely.buffer(shape.centroid, 5, quad_segs=1)
    rings = shapely.get_rings(shape)
    parts = []
    for ring in rings:
        if shapely.Polygon(ring).area < SPECK:
            continue
        points = np.round(shapely.get_coordinates(ring), 1)
        parts.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points[:-1]) + "Z")
    return "".join(parts)


def _faces(body: str) -> str:
    text = [ALWAYS, body]
    faces = ((400, fonts.data_uri(text)), (700, fonts.data_uri(text, "Bold")))
    return "".join(
        f'@font-face{{font-family:"Wangge Sans";font-weight:{weight};'
        f'src:url({source}) format("woff2")}}'
        for weight, source in faces
    )
