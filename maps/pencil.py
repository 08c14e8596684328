"""Drawing a scene on matplotlib axes, in metres, with the palette of the screen."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.patheffects import withStroke

from geo import coords
from maps import ground
from maps.palette import palette, style
from maps.scene import Scene, Sheet
from maps.typeset import PX, Type, broken, stamp, wide_em

Box = tuple[float, float, float, float]
_EQUATOR_M = 40_075_016.686


class Pencil:
    """What draws one scene on one pair of axes, from the ground upwards.

    `pt_m` is points of paper for a metre of ground; `zoom` the screen zoom that shows
    about as much, by which streets and buildings are chosen.
    """

    def __init__(self, axes: Axes, scene: Scene, letters: Type, *, small: bool) -> None:
        self.axes, self.scene, self.letters, self.small = axes, scene, letters, small
        metres = coords.to_metres(gpd.GeoDataFrame(geometry=scene.extent()))
        self.crs = metres.crs
        self.bounds = metres.total_bounds
        self.palette: dict[str, Any] = palette()
        self.taken: list[Box] = []

    def frame(self) -> None:
        """Set the extent: the whole area, in equal metres both ways, filling the axes."""
        west, south, east, north = self.bounds
        box = self.axes.get_window_extent()
        wide, high = (east - west) * 1.04, (north - south) * 1.04
        wide, high = (
            max(wide, high * box.width / box.height),
            max(high, wide * box.height / box.width),
        )
        x, y = (west + east) / 2, (south + north) / 2
        self.axes.set_xlim(x - wide / 2, x + wide / 2)
        self.axes.set_ylim(y - high / 2, y + high / 2)
        self.axes.set_xticks([])
        self.axes.set_yticks([])
        self.axes.set_facecolor(self.palette["ground"]["land"])
        for side in self.axes.spines.values():
            side.set(color="#c9c4b9", linewidth=0 if self.small else 0.6)
        dots = self.axes.figure.dpi / 72
        self.pt_m = box.width / dots / wide
        centre = gpd.GeoDataFrame(geometry=[shapely.Point(x, y)], crs=self.crs)
        shrink = np.cos(np.radians(coords.to_degrees(centre).total_bounds[1]))
        self.zoom = float(np.log2(self.pt_m / PX * _EQUATOR_M * shrink / 256))

    def ground(self) -> None:
        """Draw land use, water, buildings, streets and railways."""
        base = self.scene.base
        land = self._metres(ground.landuse(base))
        for kind, colour in self.palette["landuse"].items():
            self._fill(_of(land, kind), fc=colour, lw=0)
        lines = self._metres(ground.barriers(base))
        self._line(_of(lines, "river"), self.palette["barrier"]["river"])
        look = self.palette["building"]
        if base.buildings is not None and self.zoom >= look["from_zoom"]:
            self._fill(
                self._metres(base.buildings).geometry, fc=look["fill"], ec=look["line"], lw=0.2
            )
        self._streets()
        self._line(_of(lines, "rail"), self.palette["barrier"]["rail"])

    def _streets(self) -> None:
        frame = self._metres(ground.streets(self.scene.base))
        classes = [
            (k, c) for k, c in enumerate(self.palette["street"]) if self.zoom >= c["from_zoom"]
        ]
        for casing in (True, False):
            for k, c in classes[::-1]:
                points = max(c["min_px"] * PX, c["width_m"] * self.pt_m)
                plain = points < 2.2 * PX
                if casing and plain:
                    continue
                colour = c["casing"] if casing or plain else c["fill"]
                self._stroke(_of(frame, k), colour, points + (1.0 if casing else 0))

    def sheets(self) -> None:
        """Draw the shapes of every sheet that is shown, and the borders of wider levels."""
        for sheet in [s for s in self.scene.sheets if s.shown]:
            self._sheet(sheet)
            levels = [s for s in self.scene.sheets if s.key in self.palette["line"]]
            same = [s for s in levels if sheet.choice and s.choice == sheet.choice]
            for parent in same[: same.index(sheet)][::-1] if sheet in same else []:
                look = self.palette["line"][parent.key]
                self._fill(
                    self._shapes(parent), fc="none", ec=look["line"], lw=look["width"] * PX, above=4
                )

    def _sheet(self, sheet: Sheet) -> None:
        shapes, worn = self._shapes(sheet), np.array(sheet.styles)
        for name in sorted(set(sheet.styles)):
            look, here = style(name), shapes[worn == name]
            if "symbol" in look:
                self._stamp(name, here)
                continue
            self._fill(here, fc=look["fill"], alpha=look["opacity"], lw=0, above=3)
            for shape in here if "band" in look else ():
                self._band(shape, look)
            if "hatch" in look:
                self._fill(here, fc="none", ec=look["hatch"], lw=0, hatch="/////", above=3.1)
            width = look["width"] * PX * (0.7 if self.small else 1)
            self._fill(here, fc="none", ec=look["line"], lw=width, above=3.5)
            if "mark" in look:
                self._stamp(look["mark"], here)

    def _stamp(self, name: str, shapes: gpd.GeoSeries) -> None:
        spots = ground.label_xy(shapes)
        scale = 0.55 if self.small else 0.8
        stamp(self.axes, name, spots[:, 0], spots[:, 1], scale=scale)
        half = style(name)["size"] * PX * scale / self.pt_m / 2
        self.taken += [(x - half, y - half, x + half, y + half) for x, y in spots.tolist()]

    def _band(self, shape: Any, look: dict[str, Any]) -> None:
        path = _path(gpd.GeoSeries([shape]))
        if path is None:
            return
        width = 2 * look["band"] * PX * (0.6 if self.small else 1)
        patch = PathPatch(
            path, fc="none", ec=look["fill"], alpha=look["band_opacity"], lw=width, zorder=3.2
        )
        self.axes.add_artist(patch)
        patch.set_clip_path(path, self.axes.transData)

    def outline(self) -> None:
        """Veil what lies outside the area, and draw its border."""
        outline = self.scene.base.outline
        if outline is None:
            return
        x, y = self.axes.get_xlim(), self.axes.get_ylim()
        area = self._metres(outline).geometry.union_all()
        rest = shapely.box(x[0], y[0], x[1], y[1]).difference(area)
        look, land = self.palette["outline"], self.palette["ground"]
        self._fill(gpd.GeoSeries([rest]), fc=land["outside"], alpha=land["veil"], lw=0, above=5)
        self._fill(
            gpd.GeoSeries([area]), fc="none", ec=look["line"], lw=look["width"] * PX, above=5
        )

    def labels(self) -> None:
        """Write the words of the theme and then those of the ground, none upon another."""
        for sheet in [s for s in self.scene.sheets[::-1] if s.shown and s.labels]:
            shapes = self._shapes(sheet)
            spots = ground.label_xy(shapes).tolist()
            marks = [style(style(s).get("mark", s)) for s in sheet.styles]
            for i in np.argsort(-shapes.area.fillna(0).to_numpy(), kind="stable"):
                if not np.isnan(spots[i][0]):
                    self._label(sheet, int(i), spots[i], marks[i])
        land = self._metres(ground.landuse(self.scene.base))
        if self.small or land is None:
            return
        spots = ground.label_xy(land.geometry).tolist()
        for name, kind, (x, y) in zip(land["name"], land["kind"], spots, strict=True):
            if name and (kind != "residential" or self.zoom > 15.5):
                colour = self.palette["text"].get(kind, self.palette["text"]["place"])
                self._write(name, x, y, 5.6, colour)

    def _label(self, sheet: Sheet, i: int, spot: list[float], mark: dict[str, Any]) -> None:
        (x, y), text, ink = spot, sheet.labels[i], self.palette["text"]["area"]
        if "ink" in mark:
            if not self.small:
                self.axes.text(
                    x, y, text, fontproperties=self.letters.bold, size=5.5,
                    color=mark["ink"], ha="center", va="center", zorder=8,
                )  # fmt: skip
        elif "symbol" in mark:
            if not self.small and self.zoom >= sheet.label_from:
                self._write(text, x, y - mark["size"] * PX / self.pt_m, 6, ink)
        elif self.zoom >= sheet.label_from - 1:
            size = (5.5 if self.small else 8.5) if sheet.bold else (4.4 if self.small else 6.6)
            west, _, east, _ = sheet.shapes.iloc[i].bounds
            room = np.inf if sheet.bold else (east - west) * self.pt_m * 1.1
            self._write(broken(text), x, y, size, ink, bold=sheet.bold, room=room)

    def _write(
        self, text: str, x: float, y: float, size: float, colour: str,
        *, bold: bool = False, room: float = np.inf,
    ) -> None:  # fmt: skip
        """Write, unless it is wider than `room` points or something stands there already."""
        lines = text.split("\n")
        points = max(map(wide_em, lines)) * size
        wide, high = points / self.pt_m / 2, 0.7 * size * len(lines) / self.pt_m
        box = (x - wide, y - high, x + wide, y + high)
        (west, east), (south, north) = self.axes.get_xlim(), self.axes.get_ylim()
        inside = box[0] > west and box[2] < east and box[1] > south and box[3] < north
        if points > room or not inside or any(_meet(box, other) for other in self.taken):
            return
        self.taken.append(box)
        self.axes.text(
            x, y, text, size=size, color=colour, ha="center", va="center", zorder=7,
            clip_on=True, linespacing=1.1,
            fontproperties=self.letters.bold if bold else self.letters.regular,
            path_effects=[withStroke(linewidth=1.8, foreground=self.palette["text"]["halo"])],
        )  # fmt: skip

    def scale_bar(self) -> None:
        """Draw a bar of a round number of metres."""
        west, east = self.axes.get_xlim()
        south, north = self.axes.get_ylim()
        room = (east - west) / 5
        power = 10 ** np.floor(np.log10(room))
        length = max(step for step in (1, 2, 5) if step * power <= room) * power
        x, y, tick = (
            west + (east - west) * 0.025,
            south + (north - south) * 0.03,
            (north - south) * 0.008,
        )
        self.axes.plot(
            [x, x, x + length, x + length],
            [y + tick, y, y, y + tick],
            color="#3a3f44",
            lw=1,
            zorder=9,
        )
        text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
        self.axes.text(
            x + length / 2, y + tick, text, fontproperties=self.letters.regular, size=7.5,
            ha="center", va="bottom", zorder=9,
        )  # fmt: skip

    def north(self) -> None:
        """Draw the north sign: the map is north up."""
        where: dict[str, Any] = {
            "transform": self.axes.transAxes,
            "ha": "center",
            "va": "center",
            "zorder": 9,
        }
        self.axes.plot(
            [0.975],
            [0.965],
            marker="^",
            color="#3a3f44",
            ms=6,
            transform=self.axes.transAxes,
            zorder=9,
        )
        self.axes.text(0.975, 0.932, "北", fontproperties=self.letters.regular, size=8.5, **where)

    def _metres(self, frame: gpd.GeoDataFrame | None) -> Any:
        return None if frame is None else coords.to_metres(frame, self.crs)

    def _shapes(self, sheet: Sheet) -> gpd.GeoSeries:
        return coords.to_metres(gpd.GeoDataFrame(geometry=sheet.shapes), self.crs).geometry

    def _fill(self, shapes: gpd.GeoSeries | None, *, above: float = 1, **look: Any) -> None:
        if shapes is not None and (path := _path(shapes)) is not None:
            self.axes.add_artist(PathPatch(path, zorder=above, joinstyle="round", **look))

    def _stroke(self, shapes: gpd.GeoSeries | None, colour: str, width: float) -> None:
        self._fill(shapes, fc="none", ec=colour, lw=width, above=2, capstyle="round")

    def _line(self, shapes: gpd.GeoSeries | None, look: dict[str, Any]) -> None:
        self._stroke(shapes, look["line"], max(look["min_px"] * PX, look["width_m"] * self.pt_m))


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and a[2] > b[0] and a[1] < b[3] and a[3] > b[1]


def _of(frame: gpd.GeoDataFrame | None, kind: str | int) -> gpd.GeoSeries | None:
    return None if frame is None else frame[frame["kind"] == kind].geometry


def _path(shapes: gpd.GeoSeries) -> Path | None:
    """Join shapes to one path: rings and lines one after the other, points left out."""
    parts = shapely.get_parts(shapes.to_numpy())
    area = shapely.get_dimensions(parts) == 2
    pieces = [
        *shapely.get_rings(shapely.orient_polygons(parts[area])),
        *parts[shapely.get_dimensions(parts) == 1],
    ]
    points, piece = shapely.get_coordinates(pieces, return_index=True)
    if not len(points):
        return None
    codes = np.full(len(points), Path.LINETO, dtype=Path.code_type)
    codes[np.r_[True, piece[1:] != piece[:-1]]] = Path.MOVETO
    return Path(points, codes)
