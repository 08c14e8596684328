"""The datum doctor: is a layer where a trusted one says the ground is, and if not, what moved it?

Whatever two layers of one ground have to do with each other, that they meet, or keep apart
by so many metres, holds where the layer belongs and at no displacement near it. How seldom
chance makes anything as odd is the evidence (`displacements`); a datum is named when the
displacement is its own. Points within an outline are told by who would fall outside of it.
Nothing is ever moved here but by `mended`, which is asked for, and which `as_it_was` undoes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo import coords
from geo.errors import BadInput
from geo.files import displacements
from geo.files.faults import finding
from geo.layers import Finding

Floats = npt.NDArray[np.float64]
Verdict = Literal["true", "gcj02", "bd09", "shifted", "zone", "unknown"]
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
    how surely the verdict beats all others together; `scores` tell the evidence for each: how
    many noughts the odds of mere chance have, or, within an outline, minus who falls outside.
    `zone_deg` is the error of the meridian for verdict ``zone``.
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
    lonlat = displacements.samples(_shapes(new)) + np.array([zone, 0.0])
    way = coords.transformer(coords.STORED, crs)
    here = np.column_stack(way.transform(lonlat[:, 0], lonlat[:, 1]))
    vectors = {"true": np.zeros(2)}
    for datum, back in _BACK.items():
        true = np.column_stack(way.transform(*back(lonlat[:, 0], lonlat[:, 1])))
        vectors[datum] = np.median(true - here, axis=0)
    if _is_outline(known) and not _is_cover(new):
        weighed = displacements.by_outline(here, shapely.union_all(known), vectors)
    else:
        weighed = displacements.by_lines(here, known, vectors)
    verdict: Verdict = weighed.best  # type: ignore[assignment]
    east, north = (-float(v) + 0.0 for v in weighed.back)
    found = Diagnosis(
        verdict, east, north, round(weighed.sure, 4), 0, tuple(weighed.scores.items())
    )
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


def _is_outline(known: npt.NDArray[np.object_]) -> bool:
    return len(known) <= 3 and bool((shapely.get_dimensions(known) == 2).all())


def _is_cover(new: gpd.GeoDataFrame) -> bool:
    """Say whether a layer is of areas that fill most of their own extent, as grids do."""
    areas = float(shapely.area(_shapes(new)).sum())  # only a ratio: degrees will do
    west, south, east, north = new.total_bounds
    return bool(areas > 0.4 * (east - west) * (north - south))


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
