"""A way on foot as a picture (SVG) that needs no script: ground, street names, door and goal."""

from collections.abc import Iterator, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from markupsafe import escape

from geo import coords
from geo.errors import BadInput
from maps import ground
from maps.palette import palette, street_class
from maps.scene import Base

WIDE, HIGH, EDGE = 360.0, 300.0, 42.0
LEAST_M, MOST_DEG = 150.0, 0.3
MOST_POINTS = 400
STEP_DEG = 1e-5
WAY, HERE = "#14576b", "#c2410c"
SIGN = 13.0
Points = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]


def told(route: Sequence[Sequence[float]]) -> str:
    """Write a way as whole steps of 10⁻⁵ degrees (1 m), the first point in full.

    Examples
    --------
    >>> told([[119.45, 32.2], [119.4501, 32.2], [119.4501, 32.1998]])
    '11945000_3220000_10_0_0_-20'
    """
    line = shapely.simplify(shapely.LineString(route), STEP_DEG / 2)
    whole = np.rint(shapely.get_coordinates(line) / STEP_DEG).astype(np.int64)
    return "_".join(map(str, np.diff(whole, axis=0, prepend=0).ravel().tolist()))


def read(text: str) -> Points:
    """Read a way that was told, as (n, 2) degrees.

    Raises
    ------
    BadInput
        When it is none, or longer than anybody walks.
    """
    try:
        steps = np.array([int(part) for part in text.split("_")], dtype=np.int64)
    except (ValueError, OverflowError):
        steps = np.empty(0, np.int64)
    if 4 <= len(steps) <= 2 * MOST_POINTS and len(steps) % 2 == 0:
        way: Points = np.cumsum(steps.reshape(-1, 2), axis=0).astype(np.float64) * STEP_DEG
        if np.all(np.abs(way) <= (180, 85)) and np.ptp(way, axis=0).max() <= MOST_DEG:
            return way
    raise BadInput(f"{text[:40]!r} is no way", zh=f"“{text[:40]}”不是一条路线")


def picture(base: Base, way: Points, *, number: str = "", large: bool = False) -> str:
    """Draw a way from its first point to its last, `number` on the goal."""
    crs = _metres(base, way)
    line = np.column_stack(coords.transformer(coords.STORED, crs).transform(*way.T))
    view = _View(line)
    size = SIGN * (1.7 if large else 1.0)
    drawn = [*_ground(base, crs, view), *_names(base, crs, view, size), *_way(view, line, number)]
    drawn.append(_scale(view, size))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE:g} {HIGH:g}" '
        f'font-family="Noto Sans SC,Noto Sans CJK SC,PingFang SC,Microsoft YaHei,sans-serif" '
        f'stroke-linejoin="round" stroke-linecap="round" fill="none">{"".join(drawn)}</svg>'
    )


def _metres(base: Base, way: Points) -> Any:
    """Give the metres in which the ground stands already, else those of the way."""
    frames = (base.streets, base.buildings, base.landuse, base.barriers)
    known = (f.crs for f in frames if f is not None and f.crs is not None and f.crs.is_projected)
    return next(known, coords.working_crs(float(way[0, 0])))


class _View:
    """The stretch of ground that a picture shows: metres to whole units of paper."""

    def __init__(self, line: Points) -> None:
        low, top = line.min(axis=0), line.max(axis=0)
        span = np.maximum(top - low, 1e-9)
        room = np.array([WIDE, HIGH]) - 2 * EDGE
        self.per_m = float(min((room / span).min(), WIDE / LEAST_M))
        half = np.array([WIDE, HIGH]) / 2 / self.per_m
        self._corner = (low + top) / 2 + half * (-1, 1)
        west, north = self._corner.tolist()
        self.box: Box = (west, north - 2 * half[1], west + 2 * half[0], north)

    def paper(self, xy: Points) -> Points:
        """Bring metres to the paper, y downwards."""
        placed: Points = (xy - self._corner) * (self.per_m, -self.per_m)
        return placed

    def within(self, frame: gpd.GeoDataFrame | None, crs: Any) -> gpd.GeoDataFrame | None:
        """Cut a frame at the edge; None where nothing is left."""
        if frame is None or frame.empty:
            return None
        metres = frame if frame.crs == crs else coords.to_metres(frame, crs)
        part = metres.iloc[np.sort(metres.sindex.query(shapely.box(*self.box)))]
        west, south, east, north = self.box
        reach = 30 / self.per_m
        cut = part.geometry.clip_by_rect(west - reach, south - reach, east + reach, north + reach)
        part = part.set_geometry(shapely.simplify(cut, 0.5 / self.per_m))
        part = part[~part.geometry.is_empty.to_numpy()]
        return part if len(part) else None

    def path(self, shapes: Any) -> str:
        """Write lines and areas as one path in whole units."""
        parts = shapely.get_parts(np.asarray(shapes, dtype=object))
        areas = shapely.get_dimensions(parts) == 2
        rings = shapely.get_rings(parts[areas])
        lines = parts[shapely.get_dimensions(parts) == 1]
        drawn = [_step(self.paper(shapely.get_coordinates(ring))[:-1]) + "z" for ring in rings]
        drawn += [_step(self.paper(shapely.get_coordinates(line))) for line in lines]
        return "".join(drawn)


def _step(points: Points) -> str:
    whole = np.rint(points).astype(int)
    steps = np.diff(whole, axis=0)
    steps = steps[np.any(steps != 0, axis=1)].tolist()
    return f"M{whole[0][0]} {whole[0][1]}" + ("l" if steps else "") + _joined(steps)


def _joined(steps: list[list[int]]) -> str:
    return " ".join(f"{x} {y}" for x, y in steps).replace(" -", "-")


def _ground(base: Base, crs: Any, view: _View) -> Iterator[str]:
    look = palette()
    yield f'<path fill="{look["ground"]["land"]}" d="M0 0h{WIDE:g}v{HIGH:g}h-{WIDE:g}z"/>'
    if (frame := view.within(ground.landuse(base), crs)) is not None:
        for kind, part in frame.groupby("kind", sort=False):
            yield _filled(
                view, part.geometry, f'fill="{look["landuse"][kind]}" fill-rule="evenodd"'
            )
    yield from _barriers(base, crs, view, ("river",))
    if view.per_m > 0.25 and (frame := view.within(base.buildings, crs)) is not None:
        yield _filled(view, frame.geometry, f'fill="{look["building"]["fill"]}"')
    yield from _streets(base, crs, view)
    yield from _barriers(base, crs, view, ("rail", "wall"))


def _barriers(base: Base, crs: Any, view: _View, kinds: Sequence[str]) -> Iterator[str]:
    if (frame := view.within(ground.barriers(base), crs)) is not None:
        for kind in kinds:
            look = palette()["barrier"][kind]
            yield _stroked(view, frame[frame["kind"] == kind], look["line"], look, 0)


def _streets(base: Base, crs: Any, view: _View) -> Iterator[str]:
    if base.streets is None or (frame := view.within(base.streets, crs)) is None:
        return
    kinds = frame["highway"].map(street_class).to_numpy()
    classes = [(look, frame[kinds == k]) for k, look in enumerate(palette()["street"])][::-1]
    for look, part in classes:
        yield _stroked(view, part, look["casing"], look, 1.5)
    for look, part in classes:
        yield _stroked(view, part, look["fill"], look, 0)


def _stroked(
    view: _View, frame: gpd.GeoDataFrame, colour: str, look: dict[str, Any], more: float
) -> str:
    if frame.empty:
        return ""
    wide = max(look["min_px"], look["width_m"] * view.per_m, 1.0) + more
    return f'<path stroke="{colour}" stroke-width="{wide:.1f}" d="{view.path(frame.geometry)}"/>'


def _filled(view: _View, shapes: Any, paint: str) -> str:
    return f'<path {paint} d="{view.path(shapes)}"/>'


def _names(base: Base, crs: Any, view: _View, size: float) -> Iterator[str]:
    """Write each street's name once, on its longest piece, none upon another."""
    if (frame := view.within(ground.streets(base), crs)) is None:
        return
    pieces = frame[frame["name"] != ""].explode(ignore_index=True)
    pieces = pieces.assign(long=pieces.length).sort_values("long", ascending=False, kind="stable")
    taken: list[Box] = []
    for name, line in zip(*_longest(pieces), strict=True):
        middle = view.paper(shapely.get_coordinates(line.interpolate(0.5, normalized=True)))[0]
        first, last = view.paper(shapely.get_coordinates(line))[[0, -1]]
        wide = size * (len(name) + 0.5)
        angle = (np.degrees(np.arctan2(*(last - first)[::-1])) + 90) % 180 - 90
        c, s = abs(np.cos(np.radians(angle))), abs(np.sin(np.radians(angle)))
        half = np.array([wide * c + size * s, wide * s + size * c]) / 2
        box: Box = (*(middle - half).tolist(), *(middle + half).tolist())
        room = box[0] > 0 and box[1] > 0 and box[2] < WIDE and box[3] < HIGH
        if room and np.hypot(*(last - first)) > wide and not any(_meet(box, b) for b in taken):
            taken.append(box)
            yield _sign(name, middle, angle, size)


def _longest(pieces: gpd.GeoDataFrame) -> tuple[list[str], list[Any]]:
    once = pieces.drop_duplicates("name")
    return once["name"].tolist(), once.geometry.tolist()


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _sign(name: str, middle: Points, angle: float, size: float) -> str:
    x, y = middle.tolist()
    colour, halo = palette()["text"]["street"], palette()["text"]["halo"]
    return (
        f'<text transform="translate({x:.0f} {y:.0f})rotate({angle:.0f})" y="{size * 0.36:.1f}" '
        f'font-size="{size:g}" text-anchor="middle" fill="{colour}" stroke="{halo}" '
        f'stroke-width="3" paint-order="stroke">{escape(name)}</text>'
    )


def _way(view: _View, line: Points, number: str) -> Iterator[str]:
    drawn, goal = view.path([shapely.LineString(line)]), view.paper(line)[-1]
    start = view.paper(line)[0]
    yield f'<path stroke="#fff" stroke-width="9" d="{drawn}"/>'
    yield f'<path stroke="{WAY}" stroke-width="5" d="{drawn}"/>'
    yield f'<circle cx="{start[0]:.0f}" cy="{start[1]:.0f}" r="9" fill="{HERE}" {_RIM}/>'
    yield f'<circle cx="{goal[0]:.0f}" cy="{goal[1]:.0f}" r="14" fill="{WAY}" {_RIM}/>'
    yield (
        f'<text x="{goal[0]:.0f}" y="{goal[1] + 5.5:.0f}" font-size="16" font-weight="700" '
        f'text-anchor="middle" fill="#fff">{escape(number)}</text>'
    )


def _scale(view: _View, size: float) -> str:
    """Draw a bar of a round length."""
    metres = max(m for m in (10, 20, 50, 100, 200, 500, 1000, 2000) if m * view.per_m < WIDE / 3)
    long, low = metres * view.per_m, HIGH - 10
    return (
        f'<path stroke="#fff" stroke-width="5" d="M10 {low - 6:g}v6h{long:.0f}v-6"/>'
        f'<path stroke="#1d2730" stroke-width="2" d="M10 {low - 6:g}v6h{long:.0f}v-6"/>'
        f'<text x="16" y="{low - 5:g}" font-size="{size:g}" fill="#1d2730" stroke="#fff" '
        f'stroke-width="3" paint-order="stroke">{metres} m</text>'
    )


_RIM = 'stroke="#fff" stroke-width="3"'
