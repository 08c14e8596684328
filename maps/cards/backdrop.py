"""The ground under a card's map: every shape of the district written once as a path.

Coordinates are whole decimetres from the corner of the district, so that one matrix brings
them to any card; a card takes the paths whose boxes touch its window.
"""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely import STRtree

from geo import coords
from maps import ground
from maps.cards.pen import Pen, number, numbers, rgb
from maps.palette import palette, street_class
from maps.scene import Base

Objects = npt.NDArray[np.object_]
MOST_POINTS = 200
"""Shapes of more vertices are cut to the window before they are written."""
BUILDINGS_PT_M = 0.2
"""Points of paper for a metre of ground from which on buildings are drawn."""
PX = 0.75
"""Points on a card for a pixel on screen."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of ground (metres) and where it stands on the page (points)."""

    west: float
    south: float
    pt_m: float
    left: float
    bottom: float
    wide: float
    high: float

    @property
    def ground(self) -> tuple[float, float, float, float]:
        """West, south, east, north in metres."""
        east, north = self.west + self.wide / self.pt_m, self.south + self.high / self.pt_m
        return self.west, self.south, east, north

    def page(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Bring metres to the page."""
        corner, origin = np.array([self.west, self.south]), np.array([self.left, self.bottom])
        moved: npt.NDArray[np.float64] = (xy - corner) * self.pt_m + origin
        return moved


class Shapes:
    """Shapes of one look, found by window, written as paths."""

    def __init__(self, shapes: Any, corner: npt.NDArray[np.float64]) -> None:
        self._shapes = np.asarray(shapes, dtype=object)
        self._corner = corner
        self._tree = STRtree(self._shapes)
        self._long = shapely.get_num_coordinates(self._shapes) > MOST_POINTS
        self._paths = np.empty(len(self._shapes), dtype=object)
        self._paths[:] = written(self._shapes, corner)

    def path(self, box: tuple[float, float, float, float]) -> bytes:
        """Give the paths of the shapes in a box, in the order in which they came."""
        rows = np.sort(self._tree.query(shapely.box(*box)))
        found: list[bytes] = self._paths[rows].tolist()
        if (long := self._long[rows]).any():
            cut = shapely.clip_by_rect(self._shapes[rows[long]], *box)
            for at, path in zip(np.flatnonzero(long), written(cut, self._corner), strict=True):
                found[at] = path
        return b"".join(found)


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
        self.corner = np.floor(np.min(bounds, axis=0)) if bounds else np.zeros(2)
        self._shapes = {
            (name, kind): Shapes(part.geometry.to_numpy(), self.corner)
            for name, frame in metres.items()
            for kind, part in (frame.groupby("kind") if "kind" in frame else [("", frame)])
        }

    def draw(self, pen: Pen, window: Window) -> None:
        """Draw the ground of a window; whoever calls has clipped to it."""
        look = palette()
        pen.box(window.left, window.bottom, window.wide, window.high, look["ground"]["land"])
        pen.raw(f"q {self._matrix(window)} cm 1 J 1 j")
        for kind, colour in look["landuse"].items():
            self._fill(pen, window, ("landuse", kind), colour)
        self._line(pen, window, ("barrier", "river"), look["barrier"]["river"])
        if window.pt_m >= BUILDINGS_PT_M:
            rim = f"{rgb(look['building']['line'])} RG {self._width(window, 0.4)} w"
            self._fill(pen, window, ("building", ""), look["building"]["fill"], rim)
        self._roads(pen, window)
        self._line(pen, window, ("barrier", "rail"), look["barrier"]["rail"])
        self._line(pen, window, ("barrier", "wall"), look["barrier"]["wall"])
        pen.raw("Q")

    def shape(self, pen: Pen, window: Window, shape: Any, fill: str, line: str) -> None:
        """Draw one more shape of the ground."""
        path = written(np.array([shape], dtype=object), self.corner)[0]
        rim = f"{rgb(line)} RG {self._width(window, 1.2)} w"
        pen.raw(f"q {self._matrix(window)} cm {rgb(fill)} rg {rim}")
        pen.raw(path + b"B* Q")

    def _roads(self, pen: Pen, window: Window) -> None:
        kinds = list(enumerate(palette()["street"]))[::-1]
        paths = {k: self._path(window, ("street", k)) for k, _ in kinds}
        for casing in (True, False):
            for k, look in kinds:
                if not paths[k] or (look["width_m"] < 5 and window.pt_m < BUILDINGS_PT_M):
                    continue
                points = max(look["min_px"] * PX, look["width_m"] * window.pt_m)
                thin = points < 2.2 * PX
                if casing and thin:
                    continue
                colour = look["casing"] if casing or thin else look["fill"]
                self._stroke(pen, window, paths[k], colour, points + (1.1 if casing else 0))

    def _path(self, window: Window, name: tuple[str, Any]) -> bytes:
        return self._shapes[name].path(window.ground) if name in self._shapes else b""

    def _fill(
        self, pen: Pen, window: Window, name: tuple[str, Any], colour: str, rim: str = ""
    ) -> None:
        if path := self._path(window, name):
            pen.raw(f"{rgb(colour)} rg {rim}".encode() + b"\n" + path + (b"B*" if rim else b"f*"))

    def _line(self, pen: Pen, window: Window, name: tuple[str, Any], look: dict[str, Any]) -> None:
        points = max(look["min_px"] * PX, look["width_m"] * window.pt_m)
        self._stroke(pen, window, self._path(window, name), look["line"], points)

    def _stroke(self, pen: Pen, window: Window, path: bytes, colour: str, points: float) -> None:
        if path:
            pen.raw(
                f"{rgb(colour)} RG {self._width(window, points)} w".encode() + b"\n" + path + b"S"
            )

    def _width(self, window: Window, points: float) -> str:
        return number(points / window.pt_m * 10)

    def _matrix(self, window: Window) -> str:
        x, y = window.page(self.corner)
        scale = f"{window.pt_m / 10:.6f}"
        return f"{scale} 0 0 {scale} {numbers(x, y)}"


def _streets(base: Base) -> gpd.GeoDataFrame | None:
    frame = base.streets
    if frame is None or frame.empty:
        return None
    kinds = {name: street_class(name) for name in frame["highway"].unique()}
    return frame[["geometry"]].assign(kind=frame["highway"].map(kinds))


def written(shapes: Objects, corner: npt.NDArray[np.float64]) -> list[bytes]:
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
