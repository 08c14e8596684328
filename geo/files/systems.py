"""Which coordinate system a file is in: what it says, what its numbers allow, what was ordered.

Nothing is guessed: where the file is silent or contradicts itself the answer has no
system, and a finding lists the proposals that the operator may confirm with ``--crs``.
"""

from dataclasses import dataclass

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError as UnknownCrs
from shapely.geometry.base import BaseGeometry

from geo import coords
from geo.coords import epsg
from geo.errors import BadInput, CrsError
from geo.files.faults import finding
from geo.files.proposals import (
    LAT,
    LON,
    NORTHING,
    SWAPPED,
    Bounds,
    Proposal,
    meets,
    proposals,
)
from geo.layers import Finding

SHIFTED = ("gcj02", "bd09")
_LISTED = 4
_NEAR_DEG = 5.0


@dataclass(frozen=True, slots=True)
class System:
    """How to read the coordinates: the system (None: not known), axes, datum of an app."""

    crs: CRS | None
    swapped: bool = False
    shifted: str | None = None
    found: str = ""
    findings: tuple[Finding, ...] = ()
    proposals: tuple[Proposal, ...] = ()

    @property
    def used(self) -> str | None:
        """Name what is used, as ``--crs`` takes it."""
        if self.crs is None:
            return None
        return (self.shifted or _code(self.crs)) + (SWAPPED if self.swapped else "")


def decide(
    said: CRS | None,
    bounds: Bounds,
    *,
    layer: str,
    option: str | None = None,
    district: BaseGeometry | None = None,
) -> System:
    """Decide the system of a file from what it says, its numbers and the operator's word.

    Parameters
    ----------
    said : CRS, optional
        What the file itself says.
    bounds : (x_min, y_min, x_max, y_max)
        As they stand in the file.
    option : str, optional
        The operator's word: anything that names a system, ``gcj02`` or ``bd09``; with
        ``" swapped"`` behind it the axes are exchanged.
    """
    said = said if said and _known(said) else None
    found = _code(said) if said else ""
    if option is not None:
        system = _ordered(option, said)
    elif said is None:
        return _unknown("PRJ_MISSING", found, bounds, layer, district)
    else:
        system = System(said, found=found)
    assert system.crs is not None
    try:
        coords.transformer(system.crs)
    except CrsError:
        return System(None, found=found, findings=(_unsupported(layer, system.crs),))
    return _contradicted(system, bounds, layer, district) or _noted(system, layer)


def _known(crs: CRS) -> bool:
    """Say whether words that look like a system name one."""
    nameless = any(word in crs.name.lower() for word in ("undefined", "unknown"))
    return (crs.is_projected or crs.is_geographic) and not nameless


def _ordered(option: str, said: CRS | None) -> System:
    """Take the operator's word; an app's datum may lie under what the file says in metres."""
    found = _code(said) if said else ""
    words = option.strip()
    swapped = words.lower().endswith(SWAPPED)
    name = words[: -len(SWAPPED)].strip() if swapped else words
    if (datum := name.lower().replace("-", "")) in SHIFTED:
        under = said if said and said.is_projected else coords.STORED
        return System(under, swapped, datum, found)
    try:
        return System(_named(name), swapped, None, found)
    except UnknownCrs:
        raise BadInput(
            f"no coordinate system {option!r}",
            zh=f"没有“{option}”这种坐标系",
            hint="for example EPSG:4490, EPSG:4549, gcj02, bd09, or 'EPSG:4490 swapped'",
            hint_zh="例如 EPSG:4490、EPSG:4549、gcj02、bd09，或“EPSG:4490 swapped”（纵横颠倒）",
        ) from None


def _named(words: str) -> CRS:
    """Take a code, WKT or a PROJ string; mere names are refused, for PROJ finds some likeness."""
    exact = words.isdecimal() or ":" in words or words.startswith("+") or "[" in words
    crs = CRS.from_user_input(f"EPSG:{words}" if words.isdecimal() else words) if exact else None
    if crs is None or not (crs.is_projected or crs.is_geographic):
        raise UnknownCrs(words)
    return crs


def _contradicted(
    system: System, bounds: Bounds, layer: str, district: BaseGeometry | None
) -> System | None:
    """Give the answer for a system that the numbers contradict; None when they agree."""
    assert system.crs is not None
    x0, y0, x1, y1 = bounds
    read = (y0, x0, y1, x1) if system.swapped else bounds
    if _crossed(system.crs, read) and not (
        district and meets(_degrees(system.crs, read), district)
    ):
        return _unknown("AXES_SWAPPED", system.found, bounds, layer, district)
    if not _possible(system.crs, read):
        return _unknown("PRJ_CONTRADICTED", system.found, bounds, layer, district)
    if district is None or meets(_degrees(system.crs, read), district):
        return None
    fitting = [p for p in proposals(bounds, district) if p.fits]
    return _unknown("PRJ_CONTRADICTED", system.found, bounds, layer, district) if fitting else None


def _possible(crs: CRS, bounds: Bounds) -> bool:
    """Say whether numbers can be coordinates of a system at all."""
    x0, y0, x1, y1 = bounds
    small = max(abs(x0), abs(x1)) <= 180 and max(abs(y0), abs(y1)) <= 90
    if not _at_home(crs, bounds):
        return False
    if not crs.is_projected:
        return small and _degrees(crs, bounds) is not None
    if small or not np.isfinite(bounds).all():
        return False
    if (system := epsg.recognised(crs)) is not None:
        off = max(abs(x - system.false_easting_m) for x in (x0, x1))
        return off < 450_000 and min(y0, y1) > 0 and max(y0, y1) < 6_700_000
    return _degrees(crs, bounds) is not None


def _at_home(crs: CRS, bounds: Bounds) -> bool:
    """Say whether a foreign datum is used where it was made for, give or take 5°.

    Some programs write a foreign datum where they know none (NAD 27 in China).
    """
    code = crs.to_epsg()
    area = CRS.from_epsg(code).area_of_use if code else None
    if area is None or _worldwide(crs):
        return True
    west, south, east, north = _degrees(crs, bounds) or bounds
    wide = (area.east - area.west) % 360 + 2 * _NEAR_DEG
    inside = all((lon - area.west + _NEAR_DEG) % 360 <= wide for lon in (west, east))
    return inside and south > area.south - _NEAR_DEG and north < area.north + _NEAR_DEG


def _worldwide(crs: CRS) -> bool:
    geodetic = crs.geodetic_crs
    return epsg.family(crs) is not None or bool(geodetic and "WGS 84" in geodetic.name)


def _crossed(crs: CRS, bounds: Bounds) -> bool:
    """Say whether x looks like a latitude or northing and y like a longitude or easting."""
    x0, y0, x1, y1 = bounds
    if not crs.is_projected:
        return LAT[0] <= x0 and x1 <= LAT[1] and LON[0] <= y0 and y1 <= LON[1]
    system = epsg.recognised(crs)
    if system is None:
        return False
    off = max(abs(y - system.false_easting_m) for y in (y0, y1))
    return off < 450_000 and NORTHING[0] <= x0 and x1 <= NORTHING[1]


def _degrees(crs: CRS, bounds: Bounds) -> Bounds | None:
    try:
        way = coords.transformer(crs)
    except CrsError:
        return None
    xs, ys = way.transform(list(bounds[::2]), list(bounds[1::2]))
    if not (np.isfinite(xs).all() and np.isfinite(ys).all()):
        return None
    return float(xs[0]), float(ys[0]), float(xs[1]), float(ys[1])


def _noted(system: System, layer: str) -> System:
    assert system.crs is not None
    known = epsg.recognised(system.crs)
    if known is None or not known.zone_in_easting:
        return system
    plain = epsg.by_meridian(known.meridian, width_deg=known.width_deg)
    note = finding(
        "ZONE_PREFIX",
        layer,
        f"横坐标带有第 {known.zone} 带的带号（中央经线 {known.meridian}°），已正确换算",
        f"eastings carry the number of zone {known.zone} (meridian {known.meridian}° E) and were read so",
        hint_zh=f"同一投影不带带号的代码是 EPSG:{plain.epsg}",
        hint_en=f"the same projection without the number is EPSG:{plain.epsg}",
    )
    return System(system.crs, system.swapped, system.shifted, system.found, (note,))


def _unknown(
    code: str, found: str, bounds: Bounds, layer: str, district: BaseGeometry | None
) -> System:
    """Answer that the system is not known, with what it could be."""
    offers = proposals(bounds, district)
    fitting = [p for p in offers if p.fits] or [p for p in offers if p.fits is None]
    size = f"x {bounds[0]:.6g}–{bounds[2]:.6g}, y {bounds[1]:.6g}–{bounds[3]:.6g}"
    zh, en = {
        "PRJ_MISSING": (
            f"文件没有坐标系说明（缺 .prj，或内容无法识别），坐标范围 {size}",
            f"the file names no coordinate system (no .prj, or none that is known); {size}",
        ),
        "PRJ_CONTRADICTED": (
            f"文件自称 {found}，但坐标不可能属于它：{size}",
            f"the file says {found}, but its coordinates contradict that: {size}",
        ),
        "AXES_SWAPPED": (
            f"纵横坐标颠倒：{size}",
            f"the axes are exchanged: {size}",
        ),
    }[code]
    hint_zh, hint_en = _hints(fitting)
    findings = [finding(code, layer, zh, en, hint_zh=hint_zh, hint_en=hint_en)]
    if len({p.crs.removesuffix(SWAPPED) for p in fitting}) > 1 and _unzoned(fitting[0]):
        findings.append(_ambiguous(layer, len(fitting), fitted=fitting[0].fits is True))
    return System(None, found=found, findings=tuple(findings), proposals=tuple(offers))


def _hints(fitting: list[Proposal]) -> tuple[str, str]:
    if not fitting:
        return (
            "坐标大小不像任何国家坐标系，可能是地方坐标或单位不是米：请向提供方确认坐标系并用 --crs 指定，"
            "或用 --control 给出至少 3 个控制点",
            "no national system has such numbers; it may be a local one, or not in metres: give its "
            "system with --crs, or at least 3 control points with --control",
        )
    zh = "；".join(f"--crs '{p.crs}'（{p.zh}）" for p in fitting[:_LISTED])
    en = "; ".join(f"--crs '{p.crs}' ({p.en})" for p in fitting[:_LISTED])
    more_zh = f"等 {len(fitting)} 种" if len(fitting) > _LISTED else ""
    more_en = f" and {len(fitting) - _LISTED} more" if len(fitting) > _LISTED else ""
    return f"请确认后指定：{zh}{more_zh}", f"confirm one: {en}{more_en}"


def _unzoned(proposal: Proposal) -> bool:
    known = epsg.SYSTEMS.get(int(proposal.crs.removesuffix(SWAPPED).removeprefix("EPSG:")))
    return known is not None and not known.zone_in_easting


def _ambiguous(layer: str, count: int, *, fitted: bool) -> Finding:
    why_zh = "都落在本区" if fitted else "没有本区范围可供判断"
    why_en = "all land in the district" if fitted else "without a district nothing decides"
    return finding(
        "CM_AMBIGUOUS",
        layer,
        f"横坐标没有带号，中央经线有 {count} 种可能（{why_zh}）",
        f"eastings carry no zone number; {count} central meridians are possible ({why_en})",
        hint_zh="请用 --crs 指定，例如中央经线 120° 是 EPSG:4549",
        hint_en="give it with --crs, for example EPSG:4549 for meridian 120° E",
    )


def _unsupported(layer: str, crs: CRS) -> Finding:
    family = epsg.unsupported(crs)
    datum = epsg.FAMILY_ZH[family] if family else crs.name
    return finding(
        "DATUM_UNSUPPORTED",
        layer,
        f"数据采用{datum}（{_code(crs)}），没有通用转换参数，直接转换可能差约 100 米",
        f"the data stand on {crs.name} ({_code(crs)}), for which no parameters exist; "
        "an unshifted reading may be about 100 m off",
        hint_zh="请由测绘部门转换到 CGCS2000，或用 --crs 给出带 TOWGS84 参数的 WKT",
        hint_en="have it converted to CGCS2000, or give --crs as WKT with TOWGS84 parameters",
    )


def _code(crs: CRS) -> str:
    code = crs.to_epsg()
    return f"EPSG:{code}" if code else crs.name
