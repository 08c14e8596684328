"""Hold an incoming layer against what is kept: parents by place, codes, borders, buildings."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import geopandas as gpd
import numpy as np
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
FEWEST, SURE, NEAR_DEG, WIDE_DEG = 20, 0.95, 0.02, 0.04
MOST_SURVEYED = 100_000
"""A larger layer is kept first and checked as a whole by `wangge check`."""


class Ground:
    """The ground that incoming parts are held against; it remembers from part to part.

    `survey`: borders, buildings, sizes and the datum are looked at too; of a file in parts
    the datum alone, by its first part. `mend_datum` moves what was found shifted.
    """

    def __init__(self, work: Work, *, survey: bool, give_codes: bool, mend_datum: bool) -> None:
        self._work = work
        self._survey, self._give_codes, self._mend_datum = survey, give_codes, mend_datum
        self._parts = 0
        self._sick: files.doctor.Diagnosis | None = None
        self._above: gpd.GeoDataFrame | None = None
        self._ever: list[str] = []

    def held(self, frame: gpd.GeoDataFrame, report: Report) -> tuple[gpd.GeoDataFrame, Report]:
        """Tell the datum, fill in parents and codes, survey the ground; add what was found."""
        facts = dict(report.facts)
        name, whole = str(facts["layer"]), facts["features"] == facts["in_file"]
        self._parts += 1
        facts["surveyed"] = False
        if frame.crs is None or not len(frame):
            return frame, replace(report, facts=facts)
        frame, found = self._in_datum(frame, name, facts)
        frame, said = self._among_kin(frame, name)
        found += said
        kept = tuple(
            f for f in report.findings if not (self._give_codes and _answered(f, name, frame))
        )
        areal = name == "building" or layers.layer(name).level
        if self._survey and whole and areal and len(frame) <= MOST_SURVEYED:
            facts["surveyed"] = True
            found += _surveyed(frame, name, self._work)
        return frame, replace(report, findings=(*kept, *found), facts=facts)

    def _in_datum(
        self, frame: gpd.GeoDataFrame, name: str, facts: dict[str, Any]
    ) -> tuple[gpd.GeoDataFrame, list[Finding]]:
        """Diagnose the first part, and treat the others as it was treated."""
        if self._parts > 1:
            return (files.doctor.mended(frame, self._sick) if self._sick else frame), []
        if not self._survey or len(frame) < FEWEST:
            return frame, []
        told, trusted = _diagnosed(frame, self._work)
        if told is None:
            return frame, []
        facts["datum"] = asdict(told) | {"trusted": trusted}
        if not told.sick or told.confidence < SURE:
            return frame, []
        said = files.doctor.told(told, name, layers.layer(trusted).zh)
        if not self._mend_datum:
            return frame, [said]
        facts["datum_mended"] = True
        self._sick = told
        mended = replace(
            said, severity=Severity.INFO, hint_zh="已按此纠正", hint_en="it was mended so"
        )
        return files.doctor.mended(frame, told), [mended]

    def _among_kin(
        self, frame: gpd.GeoDataFrame, name: str
    ) -> tuple[gpd.GeoDataFrame, list[Finding]]:
        """Fill in parents by place, and codes where they are asked for."""
        upper = files.upper_level(name)
        if upper is None:
            return frame, []
        if self._above is None:
            with self._work.db.read() as session:
                self._above = store.areas.read(session, upper)
                self._ever = store.areas.codes_ever(session, name) if self._give_codes else []
        frame, found = files.with_parents(frame, self._above, name)
        if self._give_codes:
            frame, said = files.with_codes(frame, name, self._ever)
            found += said
            self._ever += frame[layers.layer(name).key].tolist()
        return frame, found


def _diagnosed(frame: gpd.GeoDataFrame, work: Work) -> tuple[files.doctor.Diagnosis | None, str]:
    """Hold a layer against kept streets and buildings; give what the one that tells most says.

    Where very much is kept, only what lies around the middle of the layer is read.
    """
    west, south, east, north = (float(v) for v in frame.total_bounds)
    near = (west - NEAR_DEG, south - NEAR_DEG, east + NEAR_DEG, north + NEAR_DEG)
    with work.db.read() as session:
        if max(store.features.count(session, n) for n in TRUSTED) > MOST_SURVEYED:
            x, y = np.median(frame.geometry.bounds.to_numpy(), axis=0)[:2]
            near = (x - WIDE_DEG, y - WIDE_DEG, x + WIDE_DEG, y + WIDE_DEG)
            frame = frame.cx[near[0] : near[2], near[1] : near[3]]
        kept = {n: store.features.read(session, n, bbox=near) for n in TRUSTED}
    judged = {
        n: files.doctor.diagnose(frame, areas) for n, areas in kept.items() if len(areas) >= FEWEST
    }
    if not judged:
        return None, ""
    trusted = max(judged, key=lambda n: max((s for _, s in judged[n].scores), default=0.0))
    return judged[trusted], trusted


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
