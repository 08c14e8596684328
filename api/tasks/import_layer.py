"""Take a file in as a layer: read, judge, and keep it whole or not at all."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal

import geopandas as gpd
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from api.tasks import import_ground, import_profiles, import_stream
from api.tasks.work import Form, Work
from geo import coords, files, network, store
from geo.errors import FileRefused
from geo.layers import Finding, Report, layer, level


class ImportLayer(Form):
    """Import a file: `layer` is guessed from the file when empty, `crs` and `encoding` confirm.

    `columns` maps a layer's field to the file's column. `accept` names finding codes that
    the operator has seen and lets pass; FIELD_PROPOSED among them takes the proposed columns.
    `control` are control points (x, y, lon, lat) of a local system. `net` names the
    department of a net. `profile` is a file of confirmations that was saved before.
    `give_codes`: rows without a code get the next free ones under their parents. `survey`:
    the layer is also held against what is kept (gaps, overlaps, parents, buildings, sizes,
    datum). `mend_datum` moves a layer that was found shifted as a whole.
    """

    path: Path
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    columns: Mapping[str, str] = {}
    control: tuple[tuple[float, float, float, float], ...] = ()
    fit: Literal["similarity", "affine"] = "similarity"
    accept: tuple[str, ...] = ()
    net: str | None = None
    profile: Path | None = None
    save_profile: Path | None = None
    give_codes: bool = False
    mend_datum: bool = False
    survey: bool = True
    dry_run: bool = False
    why: str = ""

    def run(self, work: Work) -> "Imported":
        """Read the file and, unless something blocks, keep it in one transaction.

        Raises
        ------
        FileRefused
            When a finding blocks, unless it is a dry run; nothing was changed then.
        """
        form = import_profiles.filled(self)
        if import_stream.is_large(form) and form.save_profile is None:
            return form.streamed(work)
        frame, report = form.judged(work)
        name = str(report.facts["layer"])
        blocking = report.blocking(form.accept)
        if form.save_profile is not None:
            import_profiles.save(form, report)
        if form.dry_run:
            return Imported(name, len(frame), {}, None, report, frame, blocking)
        if blocking:
            raise refusal(form.path.name, blocking, report)
        if name == "street" and len(frame):
            frame, report = _joined(frame, report)
        with work.step(f"入库 {layer(name).zh}"), work.db.session() as session:
            counts, revision = _keep(session, name, frame, form, work.who)
            detail = {"file": form.path.name, **counts, **_mended(report)}
            store.audit.write(session, work.who, "import", subject=name, detail=detail)
        return Imported(name, len(frame), counts, revision, report, frame)

    def streamed(self, work: Work) -> "Imported":
        """Read and keep a large file part by part; an error found in any part undoes all."""
        parts = import_stream.Parts(
            self, work, None if self.layer == "district" else _district(work)
        )
        if self.dry_run:
            rows = sum(len(frame) for frame in parts.frames())
            told = parts.report()
            name = str(told.facts["layer"])
            return Imported(name, rows, {}, None, told, parts.first, told.blocking(self.accept))
        with work.db.session() as session:
            counts, revision = import_stream.keep(session, parts, self, work.who)
            report = parts.report()
            name = str(report.facts["layer"])
            blocking = report.blocking(self.accept)
            if blocking or report.facts["crs_used"] is None:
                raise refusal(self.path.name, blocking or report.findings, report)
            detail = {"file": self.path.name, **counts}
            store.audit.write(session, work.who, "import", subject=name, detail=detail)
        return Imported(name, parts.rows, counts, revision, report, parts.first)

    def judged(self, work: Work) -> tuple[gpd.GeoDataFrame, Report]:
        """Read the file and hold it against what is kept; nothing is written."""
        with work.step(f"读取 {self.path.name}"):
            frame, report = files.read(
                self.path,
                layer=self.layer,
                district=None if self.layer == "district" else _district(work),
                crs=self.crs,
                encoding=self.encoding,
                columns=self.columns,
                control=self.control,
                fit=self.fit,
                trusting="FIELD_PROPOSED" in self.accept,
            )
        if frame.crs is None or not len(frame):
            return frame, report
        with work.step(f"核对 {self.path.name}"):
            return import_ground.held(
                frame, report, work, give_codes=self.give_codes, survey=self.survey,
                mend_datum=self.mend_datum,
            )  # fmt: skip


@dataclass(frozen=True)
class Imported:
    """What an import did: how many features came, what changed, and what was found.

    `blocking` is what would keep it out; it is empty unless it was a dry run.
    """

    layer: str
    features: int
    counts: dict[str, int]
    revision: int | None
    report: Report
    frame: gpd.GeoDataFrame
    blocking: tuple[Finding, ...] = ()


def refusal(name: str, blocking: tuple[Finding, ...], report: Report) -> FileRefused:
    """Say which findings keep a file out, and the ways on."""
    codes = ", ".join(dict.fromkeys(f.code for f in blocking))
    return FileRefused(
        f"{name} was not imported because of {codes}; nothing was changed",
        zh=f"未导入 {name}：{len(blocking)} 个问题必须先处理（{codes}）；数据库没有任何改动",
        findings=report.findings,
        hint="mend the file, confirm with --crs, --encoding or --map, or accept with --accept CODE",
        hint_zh="请修改文件，或用 --crs、--encoding、--map 确认，或用 --accept 代码 接受",
    )


def _joined(frame: gpd.GeoDataFrame, report: Report) -> tuple[gpd.GeoDataFrame, Report]:
    """Let the ways of a street file meet where they cross, and say how many did not."""
    metres, lacking = network.met(coords.to_metres(frame))
    facts = {**report.facts, "crossings_joined": lacking, "joined_within_m": network.MEET_M}
    if lacking:
        frame = coords.to_degrees(metres)
    return frame, replace(report, facts=facts)


def _mended(report: Report) -> dict[str, object]:
    """Keep in the audit trail how a layer was moved, so that it can be moved back."""
    return {"datum": report.facts["datum"]} if report.facts.get("datum_mended") else {}


def _district(work: Work) -> BaseGeometry | None:
    """Give the shape of the district that is kept, so that strays and shifted data are seen."""
    with work.db.read() as session:
        kept = store.areas.read(session, "district")
    return kept.union_all() if len(kept) else None


def _keep(
    session: Session, name: str, frame: gpd.GeoDataFrame, form: ImportLayer, who: str
) -> tuple[dict[str, int], int | None]:
    if layer(name).level is None:
        net = (form.net or form.path.stem) if name == "net" else None
        return {"kept": store.features.replace(session, name, frame, net=net)}, None
    why = form.why or f"{level(name).zh}：{form.path.name}"
    revision = store.revisions.open(session, "import", who, why)
    return asdict(store.areas.replace(session, name, frame, revision)), revision
