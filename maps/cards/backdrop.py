"""The ground under a card's map: the shapes of a district in tiles, each written once.

A tile holds the shapes of one look whose middles lie in one square, as a path in whole
decimetres from the corner of the district. It becomes a form of the document, shared by all
cards that show it; a card sets colour, width and scale, and names the tiles of its window.
"""

import zlib
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely import STRtree

from geo import coords
from maps import ground
from maps.cards.pdf import Form
from maps.cards.pen import Pen, number, numbers, rgb
from maps.cards.window import Window
from maps.palette import palette, street_class
from maps.scene import Base

TILE_M = 300.0
MOST_POINTS = 200
"""Shapes of more vertices are smoothed, by less than a pencil's line on any card."""
SMOOTH_M = 0.4
WIDEST_M = 60.0
"""No line is drawn wider, so that a form this much larger than its shapes cuts none."""
DETAIL_PT_M = 0.2
"""Points of paper for a metre of ground from which on buildings and paths are drawn."""
PX = 0.75
"""Points on a card for a pixel on screen."""
Ink = tuple[str, Any]
"""What is drawn alike: a layer, and a kind in it."""


class Tiles:
    """Shapes of one look, in squares; `paint` is the operator that draws their path."""

    def __init__(self, ink: Ink, shapes: npt.NDArray[np.object_], corner: Any, paint: str) -> None:
        self._ink, self._paint, self._corner = ink, paint, corner
        middles = shapely.get_coordinates(shapely.centroid(shapes))
        squares = np.floor((middles - corner) / TILE_M).astype(np.int64)
        order = np.lexsort((np.arange(len(shapes)), *squares.T))
        steps = np.flatnonzero(np.any(np.diff(squares[order], axis=0), axis=1)) + 1
        self._members = [shapes[np.sort(rows)] for rows in np.split(order, steps)]
        self._boxes = np.array([shapely.total_bounds(members) for members in self._members])
        self._tree = STRtree(shapely.box(*self._boxes.T))
        self._forms: dict[int, Form] = {}

    def within(self, box: tuple[float, float, float, float]) -> list[Form]:
        """Give the tiles that reach into a box."""
        return [self._form(i) for i in np.sort(self._tree.query(shapely.box(*box))).tolist()]

    def _form(self, i: int) -> Form:
        """Write a tile when it is first asked for."""
        if i not in self._forms:
            path = b"".join(written(self._members[i], self._corner)) + self._paint.encode()
            corner = np.concatenate([self._corner, self._corner])
            reach = np.array([-1, -1, 1, 1]) * WIDEST_M
            box = np.rint((self._boxes[i] - corner + reach) * 10).astype(int)
            self._forms[i] = Form((self._ink, i), zlib.compress(path, 9), tuple(box.tolist()))
        return self._forms[i]


class Backdrop:
    """The base map of a district, ready for any window."""

    def __init__(self, base: Base, crs: CRS) -> None:
        frames = {
            "landuse": ground.landuse(base), "barrier": ground.barriers(base),
            "street": _streets(base), "building": base.buildings,
        }  # fmt: skip
        metres = {
            k: coords.to_metres(f, crs) for k, f in frames.items() if f is not None and len(f)
        }
        bounds = [frame.total_bounds[:2] for frame in metres.values()]
        self._corner = np.floor(np.min(bounds, axis=0)) if bounds else np.zeros(2)
        paints = {"landuse": "f*", "building": "B*"}
        self._tiles: dict[Ink, Tiles] = {}
        for name, frame in metres.items():
            for kind, part in frame.groupby("kind") if "kind" in frame else [("", frame)]:
                shapes = _smoothed(part.geometry.to_numpy(), lines=name not in paints)
                if len(shapes):
                    ink = (name, kind)
                    self._tiles[ink] = Tiles(ink, shapes, self._corner, paints.get(name, "S"))

    def draw(self, pen: Pen, window: Window) -> None:
        """Draw the ground of a window; whoever calls has clipped to it."""
        look = palette()
        pen.box(window.left, window.bottom, window.wide, window.high, look["ground"]["land"])
        pen.raw(f"q {self._matrix(window)} cm 1 J 1 j")
        for kind, colour in look["landuse"].items():
            self._paint(pen, window, ("landuse", kind), f"{rgb(colour)} rg")
        self._line(pen, window, ("barrier", "river"), look["barrier"]["river"])
        if window.pt_m >= DETAIL_PT_M:
            colours = f"{rgb(look['building']['fill'])} rg {rgb(look['building']['line'])} RG"
            self._paint(pen, window, ("building", ""), f"{colours} {_wide(window, 0.4)} w")
        self._roads(pen, window)
        self._line(pen, window, ("barrier", "rail"), look["barrier"]["rail"])
        self._line(pen, window, ("barrier", "wall"), look["barrier"]["wall"])
        pen.raw("Q")

    def shape(self, pen: Pen, window: Window, shape: Any, fill: str, line: str) -> None:
        """Draw one more shape of the ground."""
        path = written(np.array([shape], dtype=object), self._corner)[0]
        rim = f"{rgb(line)} RG {_wide(window, 1.2)} w"
        pen.raw(f"q {self._matrix(window)} cm {rgb(fill)} rg {rim}")
        pen.raw(path + b"B* Q")

    def _roads(self, pen: Pen, window: Window) -> None:
        kinds = list(enumerate(palette()["street"]))[::-1]
        for casing in (True, False):
            for k, look in kinds:
                points = max(look["min_px"] * PX, look["width_m"] * window.pt_m)
                thin = points < 2.2 * PX
                small = look["width_m"] < 5 and window.pt_m < DETAIL_PT_M
                if small or (casing and thin):
                    continue
                colour = look["casing"] if casing or thin else look["fill"]
                wide = _wide(window, points + (1.1 if casing else 0))
                self._paint(pen, window, ("street", k), f"{rgb(colour)} RG {wide} w")

    def _line(self, pen: Pen, window: Window, ink: Ink, look: dict[str, Any]) -> None:
        points = max(look["min_px"] * PX, look["width_m"] * window.pt_m)
        self._paint(pen, window, ink, f"{rgb(look['line'])} RG {_wide(window, points)} w")

    def _paint(self, pen: Pen, window: Window, ink: Ink, state: str) -> None:
        """Draw the tiles of an ink that a window shows, in a state of colours and width."""
        if ink in self._tiles and (forms := self._tiles[ink].within(window.ground)):
            pen.raw(" ".join([state, *(f"/{pen.document.form(form)} Do" for form in forms)]))

    def _matrix(self, window: Window) -> str:
        x, y = window.page(self._corner)
        scale = f"{window.pt_m / 10:.6f}"
        return f"{scale} 0 0 {scale} {numbers(x, y)}"


def _wide(window: Window, points: float) -> str:
    return number(min(points / window.pt_m, WIDEST_M) * 10)


def _streets(base: Base) -> gpd.GeoDataFrame | None:
    frame = base.streets
    if frame is None or frame.empty:
        return None
    kinds = {name: street_class(name) for name in frame["highway"].unique()}
    return frame[["geometry"]].assign(kind=frame["highway"].map(kinds))


def _smoothed(shapes: npt.NDArray[np.object_], *, lines: bool) -> npt.NDArray[np.object_]:
    """Give the lines or the areas among shapes, those of very many vertices smoothed."""
    parts = np.asarray(shapely.get_parts(shapes), dtype=object)
    fitting = shapely.get_dimensions(parts) == (1 if lines else 2)
    kept: npt.NDArray[np.object_] = parts[fitting & ~shapely.is_empty(parts)]
    long = shapely.get_num_coordinates(kept) > MOST_POINTS
    kept[long] = shapely.simplify(kept[long], SMOOTH_M)
    return kept


def written(shapes: npt.NDArray[np.object_], corner: npt.NDArray[np.float64]) -> list[bytes]:
    """Write lines and polygons as paths in decimetres from a corner; points are empty."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    areas, lines = shapely.get_dimensions(parts) == 2, shapely.get_dimensions(parts) == 1
    rings, of = shapely.get_rings(parts[areas], return_index=True)
    pieces = np.concatenate([rings, parts[lines]])
    owners = np.concatenate([owner[areas][of], owner[lines]])
    xy, piece = shapely.get_coordinates(pieces, return_index=True)
    points = [f"{x} {y}" for x, y in np.rint((xy - corner) * 10).astype(np.int64).tolist()]
    ends = np.searchsorted(piece, np.arange(len(pieces) + 1)).tolist()
    paths: list[list[str]] = [[] for _ in shapes]
    for i, who in enumerate(owners.tolist()):
        first, last = ends[i], ends[i + 1] - (1 if i < len(rings) else 0)
        if last - first < 2:
            continue
        rest = " l ".join(points[first + 1 : last])
        paths[who].append(f"{points[first]} m {rest} l{' h' if i < len(rings) else ''}\n")
    return ["".join(path).encode("ascii") for path in paths]
