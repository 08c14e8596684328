"""The Gauss–Krüger systems of China by family, zone and meridian, and the datums refused.

A system gives eastings either with the zone number in front (40 448 141 m) or without it
(448 141 m). Numbers are those of the EPSG registry: CGCS2000, Xian 1980 and Beijing 1954,
each in 3° and in 6° zones. Local city systems have their own meridian and no number.
"""

from dataclasses import dataclass
from typing import Literal

from pyproj import CRS

from geo.errors import CrsError

Family = Literal["cgcs2000", "xian80", "beijing54"]
FAMILY_ZH: dict[Family, str] = {
    "cgcs2000": "2000 国家大地坐标系",
    "xian80": "1980 西安坐标系",
    "beijing54": "1954 北京坐标系",
}
_ZONED: dict[tuple[Family, int], int] = {
    ("cgcs2000", 3): 4488, ("cgcs2000", 6): 4478, ("xian80", 3): 2324,
    ("xian80", 6): 2314, ("beijing54", 3): 2376, ("beijing54", 6): 21400,
}  # fmt: skip
"""EPSG code − zone number."""
_PLAIN: dict[tuple[Family, int], int] = {
    ("cgcs2000", 3): 4534, ("cgcs2000", 6): 4502, ("xian80", 3): 2370,
    ("xian80", 6): 2338, ("beijing54", 3): 2422, ("beijing54", 6): 21453,
}  # fmt: skip
"""EPSG code of the system on meridian 75° E."""
_ZONES = {3: range(25, 46), 6: range(13, 24)}
_DATUM_WORDS: dict[Family, tuple[str, ...]] = {
    "cgcs2000": ("china 2000", "china_2000", "cgcs2000", "china geodetic coordinate system 2000"),
    "xian80": ("xian 1980", "xian_1980", "xian80"),
    "beijing54": ("beijing 1954", "beijing_1954", "beijing54"),
}


@dataclass(frozen=True, slots=True)
class GaussKruger:
    """One numbered system: datum family, zone width (3 or 6), zone, easting with zone or not."""

    family: Family
    width_deg: int
    zone: int
    zone_in_easting: bool

    @property
    def meridian(self) -> int:
        """Central meridian, degrees east."""
        return 3 * self.zone if self.width_deg == 3 else 6 * self.zone - 3

    @property
    def epsg(self) -> int:
        """EPSG code."""
        key = (self.family, self.width_deg)
        if self.zone_in_easting:
            return _ZONED[key] + self.zone
        return _PLAIN[key] + (self.meridian - 75) // self.width_deg

    @property
    def false_easting_m(self) -> float:
        """Easting of the central meridian, metres."""
        return 500_000.0 + (1_000_000.0 * self.zone if self.zone_in_easting else 0.0)


SYSTEMS: dict[int, GaussKruger] = {
    system.epsg: system
    for (family, width), _ in _ZONED.items()
    for zone in _ZONES[width]
    for system in (
        GaussKruger(family, width, zone, zone_in_easting=True),
        GaussKruger(family, width, zone, zone_in_easting=False),
    )
}
"""All 192 systems by EPSG code."""


def by_zone(zone: int, *, family: Family = "cgcs2000", zone_in_easting: bool = True) -> GaussKruger:
    """Give the system of a zone number: 25–45 are 3° zones, 13–23 are 6° zones.

    Examples
    --------
    >>> by_zone(40).epsg, by_zone(40).meridian
    (4528, 120)
    """
    for width, zones in _ZONES.items():
        if zone in zones:
            return GaussKruger(family, width, zone, zone_in_easting)
    raise CrsError(f"no Gauss–Krüger zone {zone} in China", zh=f"中国没有第 {zone} 带")


def by_meridian(
    meridian: int, *, family: Family = "cgcs2000", width_deg: int = 3, zone_in_easting: bool = False
) -> GaussKruger:
    """Give the system of a central meridian.

    Examples
    --------
    >>> by_meridian(120).epsg, by_meridian(117, width_deg=6).epsg
    (4549, 4509)
    """
    zone = meridian // 3 if width_deg == 3 else (meridian + 3) // 6
    system = GaussKruger(family, width_deg, zone, zone_in_easting)
    if zone not in _ZONES.get(width_deg, ()) or system.meridian != meridian:
        raise CrsError(
            f"{meridian}° E is no central meridian of a {width_deg}° zone in China",
            zh=f"东经 {meridian}° 不是 {width_deg} 度带的中央经线",
        )
    return system


def recognised(crs: CRS) -> GaussKruger | None:
    """Say which numbered system this is, also when it was written by Esri; None for others.

    The registry's own confidence is kept: a local meridian is not rounded to a zone.
    """
    code = (crs.source_crs if crs.is_bound and crs.source_crs else crs).to_epsg()
    return SYSTEMS.get(code) if code else None


def family(crs: CRS) -> Family | None:
    """Say which Chinese datum a system stands on; None for any other."""
    datum = _datum_name(crs)
    for name, words in _DATUM_WORDS.items():
        if any(word in datum for word in words):
            return name
    return None


def unsupported(crs: CRS) -> Family | None:
    """Name the datum that cannot be brought to CGCS2000 without parameters of the place.

    Xian 1980 has none in the registry; Beijing 1954 only for a few coasts and basins, so
    that data would tear at their edge (68 m beside 0 m at 119.23° E). A system that
    carries its own parameters (TOWGS84, not all zero) is taken.
    """
    found = family(crs)
    if found not in ("xian80", "beijing54") or _carries_parameters(crs):
        return None
    return found


def _carries_parameters(crs: CRS) -> bool:
    operation = crs.coordinate_operation if crs.is_bound else None
    return operation is not None and any(operation.towgs84)


def _datum_name(crs: CRS) -> str:
    geodetic = crs.geodetic_crs
    datum = geodetic.datum if geodetic else None
    return " ".join((geodetic.name if geodetic else "", datum.name if datum else "")).lower()
