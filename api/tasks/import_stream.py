"""Large files in parts: read, judged and kept batch by batch, in one transaction all the same."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from api.tasks.work import Work
from geo import files, store
from geo.layers import Finding, Report, layer, level

if TYPE_CHECKING:
    from api.tasks.import_layer import ImportLayer

LARGE_BYTES = 32 * 2**20
"""A smaller file is read whole, and held against the ground."""
MOST_TOLD = 200
"""So many findings of one code are told; the others are counted."""


def is_large(form: "ImportLayer") -> bool:
    """Say whether a file is read in parts: a large GeoPackage or FlatGeobuf."""
    path = form.path
    return (
        path.suffix.lower() in (".gpkg", ".fgb")
        and path.is_file()
        and path.stat().st_size > LARGE_BYTES
        and not form.control
    )


class Parts:
    """The parts of a file as they are read, and what was found in all of them so far."""

    def __init__(self, form: "ImportLayer", work: Work, district: BaseGeometry | None) -> None:
        self.form, self.work, self.district = form, work, district
        self.findings: list[Finding] = []
        self.facts: dict[str, Any] = {}
        self.rows = 0
        self.first = gpd.GeoDataFrame()
        self._told: Counter[str] = Counter()
        self._keys: list[np.ndarray] = []

    def frames(self) -> Iterator[gpd.GeoDataFrame]:
        """Read part after part; each is forgotten when the next is asked for."""
        form = self.form
        read = files.batches(
            form.path, layer=form.layer, crs=form.crs, columns=form.columns,
            district=self.district, trusting="FIELD_PROPOSED" in form.accept,
        )  # fmt: skip
        for frame, report in read:
            if not self.facts:
                self.facts, self.first = dict(report.facts), frame.iloc[:0]
            else:
                self.facts["features"] += report.facts["features"]
                self.facts["rows"] += report.facts["rows"]
            self._note(report)
            key = layer(str(self.facts["layer"])).key
            self._keys.append(pd.util.hash_array(frame[key].to_numpy(dtype=object)))
            self.rows += len(frame)
            self.work.progress(f"读取 {form.path.name}", self.rows, self.rows + 1)
            if frame.crs is None:
                return
            yield frame
        self.work.progress(f"读取 {form.path.name}", 1, 1)

    def report(self) -> Report:
        """Give what was found in all parts, with what only the whole can tell."""
        found = list(self.findings)
        for code, count in self._told.items():
            if count > MOST_TOLD:
                found.append(_more(next(f for f in found if f.code == code), count))
        return Report(str(self.form.path), (*found, *self._twice()), self.facts)

    def _note(self, report: Report) -> None:
        for finding in report.findings:
            self._told[finding.code] += 1
            if self._told[finding.code] <= MOST_TOLD:
                self.findings.append(finding)

    def _twice(self) -> list[Finding]:
        """Tell keys that stand in two parts, by the numbers of their rows."""
        name = str(self.facts.get("layer", ""))
        if not self._keys or layer(name).column(layer(name).key).default is not None:
            return []
        keys = pd.Series(np.concatenate(self._keys))
        rows = np.flatnonzero(keys.duplicated(keep=False)) + 1
        if not len(rows) or any(f.code == "CODE_DUPLICATE" for f in self.findings):
            return []
        return [files.repeated(name, rows.tolist())]


def _more(like: Finding, count: int) -> Finding:
    return replace(
        like, zh=f"{like.code} 共 {count} 条，只列出前 {MOST_TOLD} 条", features=(), place=None,
        en=f"{count} findings {like.code} in all; the first {MOST_TOLD} are told",
    )  # fmt: skip


def keep(
    session: Session, parts: Parts, form: "ImportLayer", who: str
) -> tuple[dict[str, int], int | None]:
    """Write the parts as they are read; the caller ends the transaction, or undoes it."""
    frames = parts.frames()
    head = next(frames, None)
    name = str(parts.facts["layer"])
    rest = _chained(head, frames)
    if layer(name).level is None:
        net = (form.net or form.path.stem) if name == "net" else None
        return {"kept": store.features.replace_parts(session, name, rest, net=net)}, None
    why = form.why or f"{level(name).zh}：{form.path.name}"
    revision = store.revisions.open(session, "import", who, why)
    return asdict(store.areas.replace_parts(session, name, rest, revision)), revision


def _chained(
    head: gpd.GeoDataFrame | None, rest: Iterator[gpd.GeoDataFrame]
) -> Iterator[gpd.GeoDataFrame]:
    if head is not None:
        yield head
    yield from rest
