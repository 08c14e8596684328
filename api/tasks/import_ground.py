"""Hold an incoming layer against what is kept: parents by place, codes, borders, buildings."""

from dataclasses import asdict, replace
from typing import Any

import geopandas as gpd
from pyproj import CRS

from api.tasks.work import Work
from geo import coords, files, layers, store, topology
from geo.layers import DEFAULT_SCHEME, Finding, Report, Severity

TOLD = {
    "GAP", "SLIVER", "OVERLAP", "HOLE", "MULTIPART", "ORPHAN", "PARENT_MISMATCH", "OUTSIDE_PARENT",
    "BUILDING_CUT", "BUILDING_OUTSIDE", "SIZE_OUT_OF_NORM",
}  # fmt: skip
"""What only the ground can tell; the rest was said while reading."""
TRUSTED = ("street", "building")
"""What a new layer is held against; the one that tells most is believed."""
FEWEST, SURE, NEAR_DEG = 20, 0.95, 0.02
MOST_SURVEYED = 100_000
"""A larger layer is kept first and checked as a whole by `wangge check`."""


def held(
    frame: gpd.GeoDataFrame,
    report: Report,
    work: Work,
    *,
    give_codes: bool,
    survey: bool,
    mend_datum: bool,
) -> tuple[gpd.GeoDataFrame, Report]:
    """Tell the datum, fill in parents and codes, survey the ground; add what was found."""
    name = str(report.facts["layer"])
    found: list[Finding] = []
    facts = dict(report.facts)
    if survey and FEWEST <= len(frame) <= MOST_SURVEYED:
        frame, said, facts = _datum(frame, name, work, facts, mend=mend_datum)
        found += said
    upper = files.upper_level(name)
    if upper is not None:
        with work.db.read() as session:
            above = store.areas.read(session, upper)
            ever = store.areas.codes_ever(session, name) if give_codes else []
        frame, said = files.with_parents(frame, above, name)
        found += said
        if give_codes:
            frame, said = files.with_codes(frame, name, ever)
            found += said
    kept = tuple(f for f in report.findings if not (give_codes and _answered(f, name, frame)))
    if survey and (name == "building" or layers.layer(name).level) and len(frame) <= MOST_SURVEYED:
        found += _surveyed(frame, name, work)
    return frame, replace(report, findings=(*kept, *found), facts=facts)


def _datum(
    frame: gpd.GeoDataFrame, name: str, work: Work, facts: dict[str, Any], *, mend: bool
) -> tuple[gpd.GeoDataFrame, list[Finding], dict[str, Any]]:
    """Hold a layer against kept streets or buildings; mend it only when that was asked for."""
    west, south, east, north = (float(v) for v in frame.total_bounds)
    near = (west - NEAR_DEG, south - NEAR_DEG, east + NEAR_DEG, north + NEAR_DEG)
    with work.db.read() as session:
        kept = {n: store.features.read(session, n, bbox=near) for n in TRUSTED}
    judged = {
        n: files.doctor.diagnose(frame, areas) for n, areas in kept.items() if len(areas) >= FEWEST
    }
    if not judged:
        return frame, [], facts
    trusted = max(judged, key=lambda n: max((s for _, s in judged[n].scores), default=0.0))
    told = judged[trusted]
    facts = {**facts, "datum": asdict(told) | {"trusted": trusted}}
    if not told.sick or told.confidence < SURE:
        return frame, [], facts
    said = files.doctor.told(told, name, layers.layer(trusted).zh)
    if not mend:
        return frame, [said], facts
    facts["datum_mended"] = True
    mended = replace(said, severity=Severity.INFO, hint_zh="已按此纠正", hint_en="it was mended so")
    return files.doctor.mended(frame, told), [mended], facts


def _answered(finding: Finding, name: str, frame: gpd.GeoDataFrame) -> bool:
    """Say whether giving codes has answered what was found of the codes before."""
    key = layers.layer(name).key
    about = finding.code in ("FIELD_MISSING", "CODE_INVALID") and finding.field == key
    return about and bool((frame[key] != "").all())


def _surveyed(frame: gpd.GeoDataFrame, name: str, work: Work) -> list[Finding]:
    """Check the incoming areas, or the kept ones under incoming buildings."""
    levels = [lv.name for lv in DEFAULT_SCHEME]
    own = levels.index(name) if name in levels else len(levels) - 1
    with work.db.read() as session:
        kept = {n: store.areas.read(session, n) for n in levels[: own + 1] if n != name}
        homes = None if name == "building" else store.features.read(session, "building")
    kept = {n: areas for n, areas in kept.items() if len(areas)}
    if name == "building":
        homes, kept = frame, dict(list(kept.items())[-1:])
    else:
        kept[name] = frame
    if not kept:
        return []
    west, _, east, _ = frame.total_bounds
    crs = coords.working_crs(float(west + east) / 2)
    sheets = {n: layers.grids(coords.to_metres(areas, crs), n) for n, areas in kept.items()}
    demand = None
    if homes is not None and len(homes):
        demand = layers.demand(coords.to_metres(homes, crs))
    found = topology.check(sheets, demand, progress=work.progress)
    return [
        _in_degrees(f, crs) for f in found if f.code in TOLD and (f.layer in (name, "building"))
    ]


def _in_degrees(found: Finding, crs: CRS) -> Finding:
    """Give a finding of the ground in degrees; at the gate it warns and never blocks."""
    place = found.place
    if place is not None:
        metres = gpd.GeoDataFrame(geometry=[place], crs=crs)
        place = coords.to_degrees(metres).geometry.iloc[0]
    severity = Severity.WARN if found.severity is Severity.ERROR else found.severity
    return replace(found, place=place, severity=severity)
