"""Names on a card's map: streets along their line, places at their middle, none on another."""

from math import hypot

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely import STRtree

from geo import coords
from maps import ground
from maps.cards.backdrop import Window
from maps.cards.letters import clean, face
from maps.cards.pen import Pen
from maps.palette import palette
from maps.scene import Base

Box = tuple[float, float, float, float]
SIZE = 11.0
STRAIGHT = 0.985
"""A name stands where its street is at least this straight: chord ÷ length."""


class Taken:
    """What already stands on a map, as boxes on the page."""

    def __init__(self, window: Window) -> None:
        self._boxes: list[Box] = []
        self._edge = (
            window.left, window.bottom, window.left + window.wide, window.bottom + window.high
        )  # fmt: skip

    def add(self, box: Box) -> None:
        """Take a box."""
        self._boxes.append(box)

    def disc(self, x: float, y: float, radius: float) -> None:
        """Take the box of a disc."""
        self.add((x - radius, y - radius, x + radius, y + radius))

    def count(self, box: Box) -> int:
        """Say how many things a box would cover."""
        return sum(_meet(box, other) for other in self._boxes)

    def inside(self, box: Box) -> bool:
        """Say whether a box lies within the map, with a little air."""
        west, south, east, north = self._edge
        return box[0] > west + 3 and box[1] > south + 3 and box[2] < east - 3 and box[3] < north - 3


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
        """Write a name on a line where it is straight and free, nearest to its middle."""
        line, long, name, wide = told
        for share in (0.5, 0.35, 0.65, 0.2, 0.8):
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
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            if not _free(taken, x, y, (c, s), wide):
                continue
            _take(taken, x, y, (c, s), wide)
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
            if not _free(taken, x, y, (1.0, 0.0), wide):
                continue
            _take(taken, x, y, (1.0, 0.0), wide)
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


def _free(taken: Taken, x: float, y: float, turn: tuple[float, float], wide: float) -> bool:
    boxes = _boxes(x, y, turn, wide)
    return all(taken.inside(box) and not taken.count(box) for box in boxes)


def _take(taken: Taken, x: float, y: float, turn: tuple[float, float], wide: float) -> None:
    for box in _boxes(x, y, turn, wide):
        taken.add(box)


def _boxes(x: float, y: float, turn: tuple[float, float], wide: float) -> list[Box]:
    """Give small boxes along a line of text, so that a slanting one takes no more than it needs."""
    count = max(1, round(wide / SIZE))
    half = SIZE * 0.62
    spots = [(k + 0.5) / count - 0.5 for k in range(count)]
    middles = [(x + wide * t * turn[0], y + wide * t * turn[1]) for t in spots]
    return [(a - half, b - half, a + half, b + half) for a, b in middles]


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]
