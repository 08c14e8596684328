"""Which systems coordinates could be in, judged by their size: proposed, never applied.

Rules: degrees are small; an easting of 10⁷ or more carries its zone number (25–45: 3°,
13–23: 6°); without it the meridian is open and only the district can tell; both axes may
be exchanged; Web Mercator shares the numbers of zones 13–15.
"""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo import coords
from geo.coords import epsg
from geo.errors import CrsError

Bounds = tuple[float, float, float, float]
LON, LAT = (73.0, 136.0), (3.0, 54.0)
EASTING_3, EASTING_6 = (330_000.0, 670_000.0), (180_000.0, 820_000.0)
NORTHING = (1_900_000.0, 6_000_000.0)
MERCATOR_X, MERCATOR_Y = (8_100_000.0, 15_200_000.0), (300_000.0, 7_100_000.0)
SWAPPED = " swapped"
_MARGIN_DEG = 0.1


@dataclass(frozen=True, slots=True)
class Proposal:
    """A system that the numbers allow: as `--crs` takes it, in words, and whether it fits.

    `fits` is true when the layer lands in the district, None when no district is known.
    `inside` is the share of the layer's extent that then lies in that of the district, and
    `away_km` how far their middles are apart. `evidence` are sentences (Chinese, English).
    """

    crs: str
    zh: str
    en: str
    fits: bool | None = None
    inside: float | None = None
    away_km: float | None = None
    evidence: tuple[str, str] = ("", "")

    def as_dict(self) -> dict[str, object]:
        """Give plain values for JSON."""
        return {
            "crs": self.crs, "zh": self.zh, "en": self.en, "fits": self.fits,
            "inside": self.inside, "away_km": self.away_km,
            "evidence_zh": self.evidence[0], "evidence_en": self.evidence[1],
        }  # fmt: skip

    @property
    def rank(self) -> tuple[bool, float, float, bool]:
        """Order proposals: in the district first, then most of it inside, nearest, not crossed."""
        return (
            self.fits is not True, -round(self.inside or 0.0, 2), round(self.away_km or 0.0),
            self.crs.endswith(SWAPPED),
        )  # fmt: skip


def proposals(bounds: Bounds, district: BaseGeometry | None = None) -> list[Proposal]:
    """Rank the systems that coordinates of this size can be in, likeliest first.

    Parameters
    ----------
    bounds : (x_min, y_min, x_max, y_max)
        As they stand in the file.
    district : geometry, optional
        Where the layer should be, degrees. Systems that land there come first.
    """
    x0, y0, x1, y1 = bounds
    straight = list(_candidates(bounds))
    crossed = [
        Proposal(p.crs + SWAPPED, f"{p.zh}，且纵横坐标颠倒", f"{p.en}, axes exchanged")
        for p in _candidates((y0, x0, y1, x1))
    ]
    judged = [_judged(p, bounds, district) for p in (*straight, *crossed)]
    return sorted(judged, key=lambda p: p.rank)


def landing(crs: str, bounds: Bounds) -> Bounds | None:
    """Give the degrees that bounds have in a proposed system; None when they have none."""
    x0, y0, x1, y1 = bounds
    if crs.endswith(SWAPPED):
        x0, y0, x1, y1 = y0, x0, y1, x1
    try:
        way = coords.transformer(CRS.from_user_input(crs.removesuffix(SWAPPED)))
    except CrsError:
        return None
    xs, ys = way.transform([x0, x1, x0, x1], [y0, y0, y1, y1])
    if not (np.isfinite(xs).all() and np.isfinite(ys).all()):
        return None
    return float(min(xs)), float(min(ys)), float(max(xs)), float(max(ys))


def meets(bounds: Bounds | None, district: BaseGeometry) -> bool:
    """Say whether bounds in degrees touch a district, give or take 0.1°."""
    if bounds is None:
        return False
    return bool(shapely.box(*bounds).intersects(shapely.box(*district.bounds).buffer(_MARGIN_DEG)))


def _judged(proposal: Proposal, bounds: Bounds, district: BaseGeometry | None) -> Proposal:
    size_zh, size_en = _size(bounds)
    there = landing(proposal.crs, bounds)
    if there is None:
        return dataclasses.replace(
            proposal, fits=None if district is None else False, evidence=(size_zh, size_en)
        )
    x, y = (there[0] + there[2]) / 2, (there[1] + there[3]) / 2
    lands_zh, lands_en = f"落在东经 {x:.3f}°、北纬 {y:.3f}°", f"lands at {x:.3f}° E, {y:.3f}° N"
    if district is None:
        zh, en = f"{size_zh}；{lands_zh}", f"{size_en}; {lands_en}"
        return dataclasses.replace(proposal, evidence=(zh, en))
    inside, away_km = _overlap(there, district.bounds)
    zh = f"{size_zh}；{lands_zh}，距本区中心 {away_km:.1f} 公里，范围 {inside:.0%} 在本区内"
    en = f"{size_en}; {lands_en}, {away_km:.1f} km from the district's middle, {inside:.0%} inside"
    return dataclasses.replace(
        proposal, fits=meets(there, district), inside=round(inside, 4), away_km=round(away_km, 3),
        evidence=(zh, en),
    )  # fmt: skip


def _size(bounds: Bounds) -> tuple[str, str]:
    x0, y0, x1, y1 = bounds
    numbers = f"x {x0:.8g}–{x1:.8g}, y {y0:.8g}–{y1:.8g}"
    return f"坐标大小 {numbers}", f"numbers {numbers}"


def _overlap(there: Bounds, district: Bounds) -> tuple[float, float]:
    """Give the share of a box that lies in another, and the kilometres between their middles."""
    box, other = shapely.box(*there), shapely.box(*district)
    size = box.area or 1.0
    inside = box.intersection(other).area / size if box.area else float(other.intersects(box))
    lat = (there[1] + there[3]) / 2
    east = (there[0] + there[2] - district[0] - district[2]) / 2 * 111.32 * np.cos(np.radians(lat))
    north = (there[1] + there[3] - district[1] - district[3]) / 2 * 110.95
    return float(inside), float(np.hypot(east, north))


def _candidates(bounds: Bounds) -> Iterator[Proposal]:
    x0, y0, x1, y1 = bounds
    if _within(LON, x0, x1) and _within(LAT, y0, y1):
        yield Proposal("EPSG:4490", "经纬度（CGCS2000）", "degrees (CGCS2000)")
    if not _within(NORTHING, y0, y1) and not _within(MERCATOR_Y, y0, y1):
        return
    if x0 >= 1e7 and int(x0 // 1e6) == int(x1 // 1e6) and _within(NORTHING, y0, y1):
        yield from _zoned(int(x0 // 1e6), x0 % 1e6, x1 % 1e6)
    if _within(NORTHING, y0, y1):
        if _within(EASTING_3, x0, x1):
            yield from _unzoned(3)
        elif _within(EASTING_6, x0, x1):
            yield from _unzoned(6)
    if _within(MERCATOR_X, x0, x1) and _within(MERCATOR_Y, y0, y1):
        yield Proposal("EPSG:3857", "网络墨卡托", "Web Mercator")


def _zoned(zone: int, x0: float, x1: float) -> Iterator[Proposal]:
    try:
        system = epsg.by_zone(zone)
    except CrsError:
        return
    if _within(EASTING_3 if system.width_deg == 3 else EASTING_6, x0, x1):
        yield _proposal(system)


def _unzoned(width: int) -> Iterator[Proposal]:
    for system in epsg.SYSTEMS.values():
        plain = system.family == "cgcs2000" and not system.zone_in_easting
        if plain and system.width_deg == width:
            yield _proposal(system)


def _proposal(system: epsg.GaussKruger) -> Proposal:
    zh = f"CGCS2000 {system.width_deg} 度带，中央经线 {system.meridian}°"
    en = f"CGCS2000 {system.width_deg}° zone, meridian {system.meridian}° E"
    if system.zone_in_easting:
        zh, en = f"{zh}，横坐标带第 {system.zone} 带号", f"{en}, zone {system.zone} in the easting"
    return Proposal(f"EPSG:{system.epsg}", zh, en)


def _within(limits: tuple[float, float], low: float, high: float) -> bool:
    return limits[0] <= low and high <= limits[1]
