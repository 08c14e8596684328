"""Names on a card's map: streets along their line, places at their middle, none on another."""

from itertools import product
from math import hypot

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely import STRtree

from geo import coords
from maps import ground
from maps.cards.letters import clean, face
from maps.cards.pen import Pen
from maps.cards.window import Window
from maps.palette import palette
from maps.scene import Base

Box = tuple[float, float, float, float]
Points = npt.NDArray[np.float64]
SIZE = 11.0
STRAIGHT = 0.985
"""A name stands where its street is at least this straight: chord ÷ length."""


class Taken:
    """What already stands on a map, as boxes on the page."""

    def __init__(self, window: Window) -> None:
        self._boxes = np.empty((0, 4))
        edge = (
            window.left, window.bottom, window.left + window.wide, window.bottom + window.high
        )  # fmt: skip
        self._edge = np.array(edge)

    def add(self, *boxes: Box) -> None:
        """Take boxes."""
        if boxes:
            self._boxes = np.concatenate([self._boxes, boxes])

    def spots(self, xy: Points, radius: float) -> None:
        """Take the boxes of discs."""
        self.add(*np.hstack([xy - radius, xy + radius]).tolist())

    def count(self, box: Box) -> int:
        """Say how many things a box would cover."""
        return int(self._meeting([box]).sum())

    def inside(self, *boxes: Box) -> bool:
        """Say whether boxes lie within the map, with a little air."""
        asked = np.array(boxes)
        low, high = asked[:, :2] > self._edge[:2] + 3, asked[:, 2:] < self._edge[2:] - 3
        return bool(low.all() and high.all())

    def free(self, boxes: list[Box]) -> bool:
        """Say whether boxes lie within the map and cover nothing."""
        return self.inside(*boxes) and not self._meeting(boxes).any()

    def _meeting(self, boxes: list[Box]) -> npt.NDArray[np.bool_]:
        asked, taken = np.array(boxes)[:, None], self._boxes[None]
        low = np.all(asked[..., :2] < taken[..., 2:], axis=-1)
        return np.asarray(low & np.all(asked[..., 2:] > taken[..., :2], axis=-1))


class Names:
    """The names of a district, ready for any window."""

    def __init__(self, base: Base, crs: CRS) -> None:
        streets, places = ground.streets(base), ground.landuse(base)
        if streets is not None:
            streets = streets[streets["name"] != ""].iloc[::-1]
        if places is not None:
            places = places[places["name"] != ""]
        self._streets = _Named(*_lines(streets, crs))
        self._places = _Named(*_spots(places, crs))

    def draw(self, pen: Pen, window: Window, taken: Taken) -> None:
        """Write the names that find room: streets, the greatest first, then places."""
        self._along(pen, window, taken)
        self._within(pen, window, taken)

    def _along(self, pen: Pen, window: Window, taken: Taken) -> None:
        here = self._streets
        rows = here.rows(window)
        pieces, owner = shapely.get_parts(
            shapely.clip_by_rect(here.shapes[rows], *window.ground), return_index=True
        )
        long = shapely.length(pieces) * window.pt_m
        told: set[str] = set()
        for i in np.lexsort((-long, owner)).tolist():
            name = here.names[rows[owner[i]]]
            wide = face("Regular").wide_em(name) * SIZE
            if name in told or long[i] < wide * 1.15:
                continue
            if self._set_along(pen, window, taken, (pieces[i], float(long[i]), name, wide)):
                told.add(name)

    def _set_along(
        self,
        pen: Pen,
        window: Window,
        taken: Taken,
        told: tuple[shapely.LineString, float, str, float],
    ) -> bool:
        """Write a name where its line is straight and free, near its middle, or else beside it."""
        line, long, name, wide = told
        for beside, share in product((0.0, 1.15 * SIZE, -1.15 * SIZE), (0.5, 0.3, 0.7)):
            middle = share * long
            if not wide / 2 < middle < long - wide / 2:
                continue
            reach = np.array([middle - wide / 2, middle + wide / 2]) / window.pt_m
            (x0, y0), (x1, y1) = window.page(
                shapely.get_coordinates(shapely.line_interpolate_point(line, reach))
            ).tolist()
            if (chord := hypot(x1 - x0, y1 - y0)) < STRAIGHT * wide:
                continue
            c, s = (x1 - x0) / chord, (y1 - y0) / chord
            if c < -0.02 or (abs(c) <= 0.02 and s > 0):
                c, s = -c, -s
            x, y = (x0 + x1) / 2 - beside * s, (y0 + y1) / 2 + beside * c
            boxes = _boxes(x, y, (c, s), wide)
            if not taken.free(boxes):
                continue
            taken.add(*boxes)
            ink = palette()["text"]
            pen.text(
                x + 0.36 * SIZE * s, y - 0.36 * SIZE * c, name, SIZE, colour=ink["street"],
                anchor="middle", halo=ink["halo"], turn=(c, s),
            )  # fmt: skip
            return True
        return False

    def _within(self, pen: Pen, window: Window, taken: Taken) -> None:
        here, ink = self._places, palette()["text"]
        rows = here.rows(window)
        rows = rows[np.argsort(-here.size[rows], kind="stable")]
        spots = window.page(shapely.get_coordinates(here.shapes[rows])).tolist()
        told: set[str] = set()
        for row, (x, y) in zip(rows.tolist(), spots, strict=True):
            name, kind = here.names[row], here.kinds[row]
            wide = face("Regular").wide_em(name) * SIZE
            if name in told or here.size[row] * window.pt_m < 0.5 * wide:
                continue
            boxes = _boxes(x, y, (1.0, 0.0), wide)
            if not taken.free(boxes):
                continue
            taken.add(*boxes)
            told.add(name)
            pen.text(
                x, y - 0.36 * SIZE, name, SIZE, colour=ink.get(kind, ink["place"]),
                anchor="middle", halo=ink["halo"],
            )  # fmt: skip


class _Named:
    """Shapes with their names, kinds and sizes (metres), found by window."""

    def __init__(
        self, shapes: npt.NDArray[np.object_], names: list[str], kinds: list[str],
        size: npt.NDArray[np.float64],
    ) -> None:  # fmt: skip
        self.shapes, self.names, self.kinds, self.size = shapes, names, kinds, size
        self._tree = STRtree(shapes)

    def rows(self, window: Window) -> npt.NDArray[np.int64]:
        """Give the rows in a window in their order."""
        return np.sort(self._tree.query(shapely.box(*window.ground))).astype(np.int64)


Table = tuple[npt.NDArray[np.object_], list[str], list[str], npt.NDArray[np.float64]]
_NONE: Table = (np.empty(0, dtype=object), [], [], np.empty(0))


def _lines(frame: gpd.GeoDataFrame | None, crs: CRS) -> Table:
    if frame is None or frame.empty:
        return _NONE
    lines = coords.to_metres(frame, crs).geometry.to_numpy()
    names = [clean(name) for name in frame["name"]]
    return np.asarray(lines, dtype=object), names, [""] * len(names), shapely.length(lines)


def _spots(frame: gpd.GeoDataFrame | None, crs: CRS) -> Table:
    if frame is None or frame.empty:
        return _NONE
    metres = coords.to_metres(frame, crs)
    spots = ground.label_points(metres.geometry).to_numpy()
    size = np.sqrt(metres.geometry.area.to_numpy())
    names = [clean(name) for name in frame["name"]]
    return np.asarray(spots, dtype=object), names, frame["kind"].tolist(), size


def _boxes(x: float, y: float, turn: tuple[float, float], wide: float) -> list[Box]:
    """Give small boxes along a line of text, so that a slanting one takes no more than it needs."""
    count = max(1, round(wide / SIZE))
    half = SIZE * 0.62
    spots = [(k + 0.5) / count - 0.5 for k in range(count)]
    middles = [(x + wide * t * turn[0], y + wide * t * turn[1]) for t in spots]
    return [(a - half, b - half, a + half, b + half) for a, b in middles]
