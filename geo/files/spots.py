"""Places written in the cells of a table: two numbers, degrees in words, WKT, WKB, JSON, paths.

Only columns whose name says that they hold a place are looked at, and only those are used
whose cells then read as places.
"""

import json
import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError as UnknownCrs

from geo.files.faults import finding
from geo.files.table import Field, plain
from geo.layers import Finding

SHAPE = (
    "wkt", "geometry", "geom", "the_geom", "wkb_geometry", "shape", "几何", "图形", "坐标串", "坐标",
    "经纬度", "经纬度坐标", "坐标点", "边界", "边界坐标", "范围", "location", "lnglat", "lonlat", "point",
    "polygon", "polyline", "boundary", "coordinates",
)  # fmt: skip
X = (
    "lon", "lng", "long", "longitude", "经度", "东经", "经度坐标", "x", "x_m", "东坐标", "横坐标", "x坐标",
    "坐标x", "easting", "point_x",
)  # fmt: skip
Y = (
    "lat", "latitude", "纬度", "北纬", "纬度坐标", "y", "y_m", "北坐标", "纵坐标", "y坐标", "坐标y",
    "northing", "point_y",
)  # fmt: skip
_DATUM = re.compile(
    r"[_\-]?(?:wgs_?84|cgcs_?2000|2000|84|gcj_?02|bd_?09|高德|百度|腾讯|火星)[_\-]?", re.IGNORECASE
)
_APPS = {"gcj02": ("gcj", "高德", "腾讯", "火星"), "bd09": ("bd09", "bd_09", "百度")}
_HALF = 0.5
_NUMBER = r"([-+]?\d+(?:\.\d+)?)"
_PART = r"(\d+(?:\.\d+)?)"
_DEGREES = re.compile(
    rf"(?P<before>[^\d+\-.]*){_NUMBER}(?:°|º|˚|度|:|d)(?:{_PART}(?:′|'|’|分|:|m)?)?"
    rf"(?:{_PART}(?:′′|''|″|\"|”|秒|s)?)?(?P<after>[^\d]*)",
    re.IGNORECASE,
)
_PAIR = re.compile(rf"^{_NUMBER}\s*[,，、;；/\s]\s*{_NUMBER}$")
_HEX = re.compile(r"0[01][0-9A-Fa-f]{16,}")


@dataclass(frozen=True, slots=True)
class Spots:
    """Shapes as WKB (None: no place), the fields that held them, their system if they say it."""

    shapes: npt.NDArray[np.object_]
    used: tuple[Field, ...]
    crs: CRS | None = None
    findings: tuple[Finding, ...] = ()


def spots(fields: Sequence[Field], layer: str) -> Spots | None:
    """Find the columns that hold places; a column of shapes comes before two of numbers."""
    by_name: dict[str, Field] = {}
    for field in fields:
        by_name.setdefault(plain(field.name), field)
    for field in fields:  # a name that tells its datum comes after one that does not
        by_name.setdefault(_DATUM.sub("", plain(field.name)), field)
    for name in SHAPE:
        if name in by_name and (found := _of_words(by_name[name], layer)) is not None:
            return found
    x = next((by_name[n] for n in X if n in by_name), None)
    y = next((by_name[n] for n in Y if n in by_name), None)
    return None if x is None or y is None else _of_numbers(x, y, layer)


def _named(field: Field, layer: str) -> tuple[Finding, ...]:
    """Tell that the name of a column speaks of the datum of an app."""
    name = plain(field.name)
    for datum, words in _APPS.items():
        if any(word in name for word in words):
            return (
                finding(
                    "DATUM_NAMED",
                    layer,
                    f"列名“{field.name}”说明坐标是 {datum.upper()}，不是真实经纬度",
                    f"the name {field.name!r} says that the coordinates are {datum.upper()}, not true ones",
                    field=field.name,
                    hint_zh=f"请用 --crs {datum} 读取，会换算为真实坐标",
                    hint_en=f"read it with --crs {datum}, which brings them home",
                ),
            )
    return ()


def number(cell: Any) -> float:
    """Read a coordinate: a number, or degrees, minutes and seconds; NaN where it is none.

    Examples
    --------
    >>> number("119°27′36″E"), number("448,141.5"), number("西经１°30′"), number("x")
    (119.46, 448141.5, -1.5, nan)
    """
    try:
        return float(cell)
    except (TypeError, ValueError):
        return _of_text(cell) if isinstance(cell, str) else math.nan


def _of_text(cell: str) -> float:
    text = re.sub(r"[\s,]+", "", unicodedata.normalize("NFKC", cell).replace("″", "′′"))
    try:
        return float(text)
    except ValueError:
        said = _DEGREES.fullmatch(text)
    if said is None:
        return math.nan
    _, whole, minutes, seconds, _ = said.groups()
    small = [float(part or 0) for part in (minutes, seconds)]
    if max(small) >= 60:
        return math.nan
    size = abs(float(whole)) + small[0] / 60 + small[1] / 3600
    marks = f"{said['before']}{said['after']}".upper()
    south = whole.startswith("-") or any(mark in marks for mark in ("S", "W", "南", "西"))
    return round(-size if south else size, 12)


def _of_numbers(x: Field, y: Field, layer: str) -> Spots:
    pairs = np.array(
        [(number(a), number(b)) for a, b in zip(x.values, y.values, strict=True)], dtype=float
    ).reshape(-1, 2)
    there = np.isfinite(pairs).all(axis=1)
    shapes = np.full(len(pairs), None, dtype=object)
    shapes[there] = shapely.to_wkb(shapely.points(pairs[there]))
    marked = sum(isinstance(cell, str) and _marked(cell) for cell in x.values)
    return Spots(shapes, (x, y), None, (*_named(x, layer), *_turned(marked, x, layer)))


def _marked(cell: str) -> bool:
    return any(mark in cell for mark in "°º˚度′分'")


def _turned(count: int, field: Field, layer: str) -> tuple[Finding, ...]:
    if not count:
        return ()
    return (
        finding(
            "DEGREES_READ",
            layer,
            f"“{field.name}”有 {count} 处写成度分秒，已换算为度",
            f"{field.name!r} holds degrees, minutes and seconds in {count} cells, which were read as degrees",
            field=field.name,
            hint_zh="请抽查几处位置",
            hint_en="look at some of the places",
        ),
    )


def _of_words(field: Field, layer: str) -> Spots | None:
    """Read a column of shapes in words; None when most of its cells are none."""
    texts = [cell.strip() if isinstance(cell, str) else "" for cell in field.values]
    filled = sum(map(bool, texts))
    shapes = np.array([_shape(text, layer) for text in texts], dtype=object)
    if not filled or np.sum(~shapely.is_missing(shapes)) < _HALF * filled:
        return None
    numbers = set(shapely.get_srid(shapes[~shapely.is_missing(shapes)]).tolist())
    crs = _system(numbers.pop()) if len(numbers) == 1 else None
    written = shapely.to_wkb(shapely.set_srid(shapes, 0))
    return Spots(np.asarray(written, dtype=object), (field,), crs, _named(field, layer))


def _system(srid: int) -> CRS | None:
    try:
        return CRS.from_epsg(srid) if srid > 0 else None
    except UnknownCrs:
        return None


def _shape(text: str, layer: str) -> shapely.Geometry | None:
    for read in _READERS:
        shape = read(text, layer)
        if shape is not None:
            return shape
    return None


def _wkt(text: str, _: str) -> shapely.Geometry | None:
    srid, found, rest = text.partition(";")
    named = found and srid.upper().startswith("SRID=") and srid[5:].isdecimal()
    body = rest if named else text
    if not body[:1].isalpha():
        return None
    with np.errstate(over="ignore"):  # a number beyond all bounds is told as a fault later
        shape = shapely.from_wkt(body, on_invalid="ignore")
    return shapely.set_srid(shape, int(srid[5:])) if named and shape is not None else shape


def _wkb(text: str, _: str) -> shapely.Geometry | None:
    if _HEX.fullmatch(text) is None or len(text) % 2:
        return None
    return shapely.from_wkb(bytes.fromhex(text), on_invalid="ignore")


def _json(text: str, _: str) -> shapely.Geometry | None:
    if not text.startswith("{"):
        return None
    try:
        inner = json.loads(text)
    except (ValueError, RecursionError):
        return None
    inner = inner.get("geometry", inner)
    return shapely.from_geojson(json.dumps(inner), on_invalid="ignore")


def _path(text: str, layer: str) -> shapely.Geometry | None:
    """Read ``x,y`` or ``x,y;x,y;…`` as map apps write places, lines and borders (rings by ``|``)."""
    if (pair := _PAIR.match(unicodedata.normalize("NFKC", text))) is not None:
        return shapely.Point(float(pair[1]), float(pair[2]))
    rings = [_ring(part) for part in text.split("|") if part.strip()]
    if not rings or not all(len(ring) > 1 for ring in rings):
        return None
    closed = all(len(ring) > 2 and (ring[0] == ring[-1] or layer not in _LINES) for ring in rings)
    if closed:
        areas = [shapely.Polygon(ring) for ring in rings]
        return areas[0] if len(areas) == 1 else shapely.MultiPolygon(areas)
    return shapely.MultiLineString(rings) if len(rings) > 1 else shapely.LineString(rings[0])


_LINES = ("street", "barrier")


def _ring(part: str) -> list[tuple[float, float]]:
    """Give the corners of a path; none when a piece of it is no pair of numbers."""
    pieces = [p for p in re.split(r"[;；\s]+", part.strip()) if p]
    pairs = [_PAIR.match(p) for p in pieces]
    return [(float(p[1]), float(p[2])) for p in pairs if p] if all(pairs) else []


_READERS: tuple[Callable[[str, str], shapely.Geometry | None], ...] = (_wkt, _wkb, _json, _path)
