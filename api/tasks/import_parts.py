"""A file as it comes in: whole, or a large one part by part; and what was found in all of it."""

from collections import Counter
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from api.tasks.import_ground import Ground
from api.tasks.work import Work
from geo import files, store
from geo.layers import Finding, Report, layer

if TYPE_CHECKING:
    from api.tasks.import_layer import ImportLayer

MOST_TOLD = 200
"""So many findings of one code are told of a file in parts; the others are counted."""


class Parts:
    """The parts of a file, judged one by one, and what was found in all of them so far.

    Most files are one part. `rows` counts what is to be kept, `facts` are of the whole.
    """

    def __init__(self, form: "ImportLayer", work: Work) -> None:
        self.form, self.work = form, work
        self.facts: dict[str, Any] = {}
        self.rows = 0
        self._ground = Ground(
            work, survey=form.survey, give_codes=form.give_codes, mend_datum=form.mend_datum
        )
        self._findings: list[Finding] = []
        self._told: Counter[str] = Counter()
        self._keys: list[np.ndarray] = []
        self._open = True

    @property
    def name(self) -> str:
        """The layer that it is; known when the first part was read."""
        return str(self.facts["layer"])

    def frames(self) -> Generator[gpd.GeoDataFrame]:
        """Read and judge part after part; each is forgotten when the next is asked for.

        The first part always comes; a later one only while nothing blocks, but all are
        read, so that all is told.
        """
        form, step = self.form, f"读取 {self.form.path.name}"
        self.work.progress(step, 0, 1)
        read = files.batches(
            form.path, part_bytes=form.part_bytes, layer=form.layer, crs=form.crs,
            encoding=form.encoding, columns=form.columns, control=form.control, fit=form.fit,
            district=None if form.layer == "district" else _district(self.work),
            trusting="FIELD_PROPOSED" in form.accept,
        )  # fmt: skip
        with closing(read):
            for part, report in read:
                first = not self.facts
                frame, report = self._ground.held(part, report)  # noqa: PLW2901 — the same, held
                self._note(report)
                self.rows += len(frame)
                key = layer(self.name).key
                self._keys.append(pd.util.hash_array(frame[key].to_numpy(dtype=object)))
                self.work.progress(step, self.facts["features"], self.facts["in_file"] + 1)
                self._open &= not report.blocking(form.accept)
                if first or self._open:
                    yield frame
        self.work.progress(step, 1, 1)

    def report(self) -> Report:
        """Give what was found in all parts, with what only the whole can tell."""
        found = list(self._findings)
        for code, count in self._told.items():
            if count > len([f for f in found if f.code == code]):
                found.append(_more(next(f for f in found if f.code == code), count))
        return Report(str(self.form.path), (*found, *self._twice()), self.facts)

    def blocking(self) -> tuple[Finding, ...]:
        """Give what keeps the file out; where no system is known no accepting helps."""
        report = self.report()
        lost = self.facts["crs_used"] is None and layer(self.name).geometry
        return report.blocking(() if lost else self.form.accept)

    def _note(self, report: Report) -> None:
        """Add up what was found; of a file in parts not every finding of a kind is kept."""
        whole = report.facts["features"] == report.facts["in_file"]
        if self.facts:
            for count in ("features", "rows"):
                self.facts[count] += report.facts[count]
        else:
            self.facts = dict(report.facts)
        for finding in report.findings:
            self._told[finding.code] += 1
            if whole or self._told[finding.code] <= MOST_TOLD:
                self._findings.append(finding)

    def _twice(self) -> list[Finding]:
        """Tell keys that stand in two parts, by the numbers of their rows."""
        if len(self._keys) < 2 or layer(self.name).column(layer(self.name).key).default is not None:
            return []
        keys = pd.Series(np.concatenate(self._keys))
        rows = np.flatnonzero(keys.duplicated(keep=False)) + 1
        if not len(rows) or self._told["CODE_DUPLICATE"]:
            return []
        return [files.repeated(self.name, rows.tolist())]


def ahead(frames: Iterable[gpd.GeoDataFrame]) -> Generator[gpd.GeoDataFrame]:
    """Have the next part read and judged while this one is written."""
    following = iter(frames)
    with ThreadPoolExecutor(1, thread_name_prefix="parts") as reader:
        coming = reader.submit(next, following, None)
        while (frame := coming.result()) is not None:
            coming = reader.submit(next, following, None)
            yield frame


def _more(like: Finding, count: int) -> Finding:
    return replace(
        like, zh=f"{like.code} 共 {count} 条，只列出前 {MOST_TOLD} 条", features=(), place=None,
        en=f"{count} findings {like.code} in all; the first {MOST_TOLD} are told",
    )  # fmt: skip


def _district(work: Work) -> BaseGeometry | None:
    """Give the shape of the district that is kept, so that strays and shifted data are seen."""
    with work.db.read() as session:
        kept = store.areas.read(session, "district")
    return kept.union_all() if len(kept) else None
