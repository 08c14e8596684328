"""The datum doctor: is a layer where a trusted one says the ground is, and if not, what moved it?

The line work of the trusted layer (streets, outlines of buildings, borders) becomes a field
that is high near it. The new layer is laid on the field at every displacement up to 1.6 km:
where it belongs it meets the lines — or, as buildings do streets, avoids them — and its mean
stands out from the displacements around. How far it stands out, in standard deviations of
all other displacements, is the evidence; a datum is named when the displacement is its own.
Points within an outline are told by who would fall outside of it. Nothing is ever moved here
but by `mended`, which is asked for, and which `as_it_was` undoes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from scipy import fft, ndimage

from geo import coords
from geo.errors import BadInput
from geo.files.faults import finding
from geo.layers import Finding

Floats = npt.NDArray[np.float64]
Verdict = Literal["true", "gcj02", "bd09", "shifted", "zone", "unknown"]
_REACH_M, _STEP_M = 1_650.0, 12.0
_MOST_SAMPLES = 2_500
_SIGMA_M = 18.0
_MOST_CELLS = 9_000_000
_NEAR_M = {"true": 27.0, "gcj02": 40.0, "bd09": 45.0}
_SHIFT_M = 300.0
"""Datums of old maps differ by about 100 m; nothing else is looked for farther than this."""
_PRIOR = {"true": 1.0, "gcj02": 0.0, "bd09": 0.0, "shifted": -1.0}
_CLEAR = 4.2
"""So many deviations are wanted before anything is said: chance gives about 3.9."""
_HOME_DEG = 0.05
_BACK: dict[str, Callable[[Floats, Floats], tuple[Floats, Floats]]] = {
    "gcj02": coords.gcj_to_wgs, "bd09": coords.bd_to_wgs,
}  # fmt: skip
_FORTH: dict[str, Callable[[Floats, Floats], tuple[Floats, Floats]]] = {
    "gcj02": coords.wgs_to_gcj, "bd09": coords.wgs_to_bd,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is believed of a layer.

    `east_m`, `north_m`: how far the layer lies from where it belongs. `confidence` (0–1) is
    the share of the evidence that speaks for the verdict; `scores` tell it for each one, in
    standard deviations. `zone_deg` is the error of the meridian for verdict ``zone``.
    """

    verdict: Verdict
    east_m: float = 0.0
    north_m: float = 0.0
    confidence: float = 0.0
    zone_deg: int = 0
    scores: tuple[tuple[str, float], ...] = ()

    @property
    def sick(self) -> bool:
        """Whether there is something to repair."""
        return self.verdict in ("gcj02", "bd09", "shifted", "zone")


def diagnose(frame: gpd.GeoDataFrame, trusted: gpd.GeoDataFrame) -> Diagnosis:
    """Say in which datum a layer is, judged by a trusted layer of the same ground.

    Parameters
    ----------
    frame : GeoDataFrame
        The new layer, in any known system.
    trusted : GeoDataFrame
        Streets, buildings, areas or the outline of the district.

    Raises
    ------
    BadInput
        When one of them is empty.
    """
    if not len(frame) or not len(trusted):
        raise BadInput("both layers need features", zh="两个图层都要有要素")
    new, old = coords.to_degrees(frame), coords.to_degrees(trusted)
    zone = _zone(new, old)
    if zone is None:
        return Diagnosis("unknown")
    crs = coords.working_crs(float(np.mean(old.total_bounds[::2])))
    known = np.asarray(coords.to_metres(old, crs).geometry.array, dtype=object)
    lonlat = _samples(_shapes(new)) + np.array([zone, 0.0])
    way = coords.transformer(coords.STORED, crs)
    here = np.column_stack(way.transform(lonlat[:, 0], lonlat[:, 1]))
    vectors = {"true": np.zeros(2)}
    for datum, back in _BACK.items():
        true = np.column_stack(way.transform(*back(lonlat[:, 0], lonlat[:, 1])))
        vectors[datum] = np.median(true - here, axis=0)
    if _is_outline(known) and not _is_cover(new):
        found = _by_outline(here, shapely.union_all(known), vectors)
    else:
        found = _by_lines(here, known, vectors)
    if zone and found.verdict in ("true", "unknown"):
        lat = float(np.mean(old.total_bounds[1::2]))
        east_m = -zone * 111_320.0 * float(np.cos(np.radians(lat)))
        sure = max(found.confidence, 0.9)
        return Diagnosis("zone", east_m, 0.0, sure, -zone, found.scores)
    return found


def mended(frame: gpd.GeoDataFrame, found: Diagnosis) -> gpd.GeoDataFrame:
    """Bring a layer to where the diagnosis says it belongs, in degrees; others stay as they are."""
    return _moved(frame, found, back=True)


def as_it_was(frame: gpd.GeoDataFrame, found: Diagnosis) -> gpd.GeoDataFrame:
    """Undo `mended`, to a fraction of a millimetre."""
    return _moved(frame, found, back=False)


def _moved(frame: gpd.GeoDataFrame, found: Diagnosis, *, back: bool) -> gpd.GeoDataFrame:
    degrees = coords.to_degrees(frame)
    if not found.sick:
        return degrees
    sign = -1.0 if back else 1.0
    if found.verdict == "zone":

        def move(points: Floats) -> Floats:
            turned: Floats = points + np.array([sign * found.zone_deg, 0.0])
            return turned
    elif found.verdict == "shifted":
        crs = coords.working_crs(float(np.mean(degrees.total_bounds[::2])))
        there, home = coords.transformer(coords.STORED, crs), coords.transformer(crs)

        def move(points: Floats) -> Floats:
            x, y = there.transform(points[:, 0], points[:, 1])
            return np.column_stack(
                home.transform(x + sign * found.east_m, y + sign * found.north_m)
            )
    else:
        way = (_BACK if back else _FORTH)[found.verdict]

        def move(points: Floats) -> Floats:
            return np.column_stack(way(points[:, 0], points[:, 1]))

    shapes = shapely.transform(_shapes(degrees), move)
    return degrees.set_geometry(gpd.GeoSeries(shapes, index=degrees.index, crs=degrees.crs))


def _shapes(frame: gpd.GeoDataFrame) -> npt.NDArray[np.object_]:
    return np.asarray(frame.geometry.array, dtype=object)


def _zone(new: gpd.GeoDataFrame, old: gpd.GeoDataFrame) -> int | None:
    """Give the degrees that bring a layer to the district: a wrong meridian moves it by 3° or 6°."""
    west, south, east, north = new.total_bounds
    district = shapely.box(*old.total_bounds).buffer(_HOME_DEG)
    for degrees in (0, 3, -3, 6, -6):
        if shapely.box(west + degrees, south, east + degrees, north).intersects(district):
            return degrees
    return None


def _samples(shapes: npt.NDArray[np.object_]) -> Floats:
    """Give points along the line work of shapes, evenly over the features, always the same ones."""
    flat = shapely.force_2d(shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))])
    areas = shapely.get_dimensions(flat) == 2
    flat[areas] = shapely.boundary(flat[areas])
    lines = shapely.get_dimensions(flat) == 1
    xy = shapely.get_coordinates(flat[~lines])
    each = max(3, min(24, _MOST_SAMPLES // max(int(lines.sum()), 1)))
    for share in (np.arange(each) + 0.5) / each if lines.any() else ():
        points = shapely.line_interpolate_point(flat[lines], share, normalized=True)
        xy = np.vstack([xy, shapely.get_coordinates(points)])
    if len(xy) > _MOST_SAMPLES:
        xy = xy[np.linspace(0, len(xy) - 1, _MOST_SAMPLES).astype(np.int64)]
    return np.asarray(xy, dtype=np.float64)


def _is_outline(known: npt.NDArray[np.object_]) -> bool:
    return len(known) <= 3 and bool((shapely.get_dimensions(known) == 2).all())


def _is_cover(new: gpd.GeoDataFrame) -> bool:
    """Say whether a layer is of areas that fill most of their own extent, as grids do."""
    areas = float(shapely.area(_shapes(new)).sum())  # only a ratio: degrees will do
    west, south, east, north = new.total_bounds
    return bool(areas > 0.4 * (east - west) * (north - south))


def _by_outline(here: Floats, outline: shapely.Geometry, vectors: dict[str, Floats]) -> Diagnosis:
    """Tell by who falls outside of the district, were the layer moved back."""
    grown = shapely.buffer(outline, 20.0)
    shapely.prepare(grown)
    out = {n: 1.0 - shapely.contains_xy(grown, *(here + v).T).mean() for n, v in vectors.items()}
    count = len(here)
    evidence = {n: share * count for n, share in out.items()}
    best = min(evidence, key=lambda n: (evidence[n], n != "true"))
    if evidence["true"] - evidence[best] < 2.0:
        best = "true"
    rest = min(e for n, e in evidence.items() if n != best)
    sure = 0.9 * (1.0 - float(np.exp(-max(rest - evidence[best], 0.0))))
    return _named(best, vectors[best], sure, {n: -round(float(e), 2) for n, e in evidence.items()})


def _by_lines(
    here: Floats, known: npt.NDArray[np.object_], vectors: dict[str, Floats]
) -> Diagnosis:
    """Tell by the displacement at which the layer meets (or avoids) the trusted line work."""
    steps, mean = _laid(here, known)
    contrast = ndimage.gaussian_filter(mean, 0.8) - ndimage.uniform_filter(mean, 13)
    dx, dy = np.meshgrid(steps, steps)
    score = _scored(contrast, np.hypot(dx, dy))
    names: dict[str, tuple[float, Floats]] = {}
    free = np.hypot(dx, dy) <= _SHIFT_M
    for name, vector in vectors.items():
        off = np.hypot(dx - vector[0], dy - vector[1])
        names[name] = _best(score, off <= _NEAR_M[name], dx, dy)
        free &= off > _NEAR_M[name] + _STEP_M
    names["shifted"] = _best(score, free, dx, dy)
    return _judged(names, vectors)


def _laid(here: Floats, known: npt.NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Give displacements in metres, and the mean of the field under the layer at each of them.

    Both are drawn on one raster (rows to the north), and laid over each other at all
    displacements at once by Fourier transforms.
    """
    flat = shapely.force_2d(known)
    areas = shapely.get_dimensions(flat) == 2
    flat[areas] = shapely.boundary(flat[areas])
    west, south, east, north = shapely.total_bounds(flat)
    margin = _REACH_M + 100.0
    wide, high = east - west + 2 * margin, north - south + 2 * margin
    cell = max(_STEP_M, float(np.sqrt(wide * high / _MOST_CELLS)))
    corner = np.array([west - margin, south - margin])
    size = (int(high / cell) + 2, int(wide / cell) + 2)
    lines = shapely.segmentize(flat[shapely.get_dimensions(flat) > 0], cell * 0.9)
    points = flat[shapely.get_dimensions(flat) == 0]
    known_xy = np.vstack([shapely.get_coordinates(lines), shapely.get_coordinates(points)])
    field = np.minimum(_drawn(known_xy, corner, cell, size), 1.0)
    field = ndimage.gaussian_filter(field, _SIGMA_M / cell, truncate=3.0)
    laid = _drawn(here, corner, cell, size)
    shape = [fft.next_fast_len(n, real=True) for n in size]
    product = fft.rfft2(field, shape) * np.conj(fft.rfft2(laid, shape))
    mean = fft.irfft2(product, shape) / max(float(laid.sum()), 1.0)
    reach = int(_REACH_M / cell)
    steps = np.arange(-reach, reach + 1)
    laid_at: Floats = np.asarray(mean[np.ix_(steps, steps)], dtype=np.float64)
    return np.asarray(steps * cell, dtype=np.float64), laid_at


def _drawn(xy: Floats, corner: Floats, cell: float, size: tuple[int, int]) -> Floats:
    """Count points in cells, each shared by the four cells around it; strays are left out."""
    at = (xy - corner) / cell
    low = np.floor(at).astype(np.int64)
    part = at - low
    drawn = np.zeros(size)
    for east in (0, 1):
        for north in (0, 1):
            column, row = low[:, 0] + east, low[:, 1] + north
            inside = (column >= 0) & (column < size[1]) & (row >= 0) & (row < size[0])
            weight = np.abs(1 - east - part[:, 0]) * np.abs(1 - north - part[:, 1])
            np.add.at(drawn, (row[inside], column[inside]), weight[inside])
    return drawn


def _scored(contrast: Floats, away: Floats) -> Floats:
    """Give deviations from the middle of all displacements; either sign counts, as one.

    The spread is robust (the middle 68 %), so that the true place does not widen it.
    """
    low, middle, high = np.quantile(contrast[away > _STEP_M], [0.16, 0.5, 0.84])
    score: Floats = np.abs(contrast - middle) / max((high - low) / 2, 1e-12)
    return score


def _best(
    score: Floats, where: npt.NDArray[np.bool_], dx: Floats, dy: Floats
) -> tuple[float, Floats]:
    at = int(np.argmax(np.where(where, score, -1.0)))
    return float(score.ravel()[at]), np.array([dx.ravel()[at], dy.ravel()[at]])


def _judged(names: dict[str, tuple[float, Floats]], vectors: dict[str, Floats]) -> Diagnosis:
    judged = {name: score + _PRIOR[name] for name, (score, _) in names.items()}
    best = max(judged, key=lambda n: judged[n])
    weights = {n: np.exp(min(j, 40.0) ** 2 / 4) for n, j in judged.items()}
    chance = np.exp(_CLEAR**2 / 4)
    sure = float(weights[best] / (sum(weights.values()) + chance))
    told = {n: round(s, 2) for n, (s, _) in names.items()}
    if names[best][0] < _CLEAR:
        return Diagnosis("unknown", 0.0, 0.0, 0.0, 0, tuple(told.items()))
    back = names[best][1] if best == "shifted" else vectors[best]
    return _named(best, back, sure, told)


def _named(best: str, back: Floats, sure: float, scores: dict[str, float]) -> Diagnosis:
    """Make the diagnosis: the layer lies off by the opposite of what brings it back."""
    verdict: Verdict = best  # type: ignore[assignment]
    east, north = (-float(v) + 0.0 for v in back)
    return Diagnosis(verdict, east, north, round(sure, 4), 0, tuple(scores.items()))


def told(found: Diagnosis, layer: str, trusted: str) -> Finding:
    """Put a diagnosis of a sick layer into words."""
    vector_zh = f"东 {found.east_m:+.0f} m，北 {found.north_m:+.0f} m"
    vector_en = f"{found.east_m:+.0f} m east, {found.north_m:+.0f} m north"
    zh, en, code = {
        "gcj02": ("疑为 GCJ-02（高德、腾讯）坐标", "as GCJ-02 is", "DATUM_SUSPECT_GCJ02"),
        "bd09": ("疑为 BD-09（百度）坐标", "as BD-09 is", "DATUM_SUSPECT_BD09"),
        "zone": ("疑为中央经线设错", "as if its meridian were another one", "DATUM_SUSPECT_ZONE"),
    }.get(
        found.verdict,
        ("疑为旧坐标系（如西安 80）或整体平移", "as on an older datum", "DATUM_SUSPECT_SHIFT"),
    )
    return finding(
        code,
        layer,
        f"与可信的“{trusted}”图层对照，整层偏移（{vector_zh}），{zh}，把握 {found.confidence:.0%}",
        f"held against {trusted}, the whole layer is off by {vector_en}, {en} "
        f"({found.confidence:.0%} sure)",
        hint_zh="确认后用 --mend-datum 纠正（可撤销）；若不是，用 --accept 接受",
        hint_en="confirm it with --mend-datum, which can be undone; accept it if it is not so",
    )
