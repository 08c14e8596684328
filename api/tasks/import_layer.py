"""Take a file in as a layer: read, judge, and keep it whole or not at all."""

from collections.abc import Generator, Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import pandas as pd
from pydantic import Field
from sqlalchemy.orm import Session

from api.tasks import import_parts, import_profiles
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
    datum). `mend_datum` moves a layer that was found shifted as a whole. A GeoPackage or
    FlatGeobuf beyond `part_bytes` is read, judged and written part by part, in the same one
    transaction; borders are not surveyed then.
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
    part_bytes: int = Field(default_factory=lambda: files.PART_BYTES)
    dry_run: bool = False
    why: str = ""

    def run(self, work: Work) -> "Imported":
        """Read the file and, unless something blocks, keep it in one transaction.

        What is one part is judged before anything is written.

        Raises
        ------
        FileRefused
            When a finding blocks, unless it is a dry run; nothing was changed then.
        """
        form = import_profiles.filled(self)
        parts = import_parts.Parts(form, work)
        with closing(parts.frames()) as frames:
            return form.taken(work, parts, frames)

    def taken(
        self, work: Work, parts: import_parts.Parts, frames: Generator[gpd.GeoDataFrame]
    ) -> "Imported":
        """Judge the first part, and go on with it as the form says."""
        head = next(frames)
        if self.save_profile is not None:
            import_profiles.save(self, parts.report())
        if self.dry_run or parts.blocking():
            for _ in frames:  # read on, so that all is told; nothing is kept
                pass
            report, blocking = parts.report(), parts.blocking()
            if self.dry_run:
                return Imported(parts.name, parts.rows, {}, None, report, head, blocking)
            raise refusal(self.path.name, blocking, report)
        with closing(import_parts.ahead(chain([head], frames))) as rest:
            counts, revision, report = self.kept(work, parts, rest)
        return Imported(parts.name, parts.rows, counts, revision, report, head)

    def kept(
        self, work: Work, parts: import_parts.Parts, frames: Iterable[gpd.GeoDataFrame]
    ) -> tuple[dict[str, int], int | None, Report]:
        """Write the parts in one transaction, which is undone by whatever blocks in a later one."""
        if parts.name == "street":
            frames = [_joined(frames, parts.facts)]
        with work.step(f"入库 {layer(parts.name).zh}"), work.db.session() as session:
            counts, revision = _keep(session, parts.name, frames, self, work.who)
            report = parts.report()
            if blocking := parts.blocking():
                raise refusal(self.path.name, blocking, report)
            detail = {"file": self.path.name, **counts, **_mended(report)}
            store.audit.write(session, work.who, "import", subject=parts.name, detail=detail)
        return counts, revision, report


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


def _joined(parts: Iterable[gpd.GeoDataFrame], facts: dict[str, Any]) -> gpd.GeoDataFrame:
    """Let the ways of a street file meet where they cross, and note how many did not."""
    frame = pd.concat(list(parts), ignore_index=True)
    if not len(frame):
        return frame
    metres, lacking = network.met(coords.to_metres(frame))
    facts |= {"crossings_joined": lacking, "joined_within_m": network.MEET_M}
    return coords.to_degrees(metres) if lacking else frame


def _mended(report: Report) -> dict[str, object]:
    """Keep in the audit trail how a layer was moved, so that it can be moved back."""
    return {"datum": report.facts["datum"]} if report.facts.get("datum_mended") else {}


def _keep(
    session: Session, name: str, parts: Iterable[gpd.GeoDataFrame], form: ImportLayer, who: str
) -> tuple[dict[str, int], int | None]:
    if layer(name).level is None:
        net = (form.net or form.path.stem) if name == "net" else None
        return {"kept": store.features.replace_parts(session, name, parts, net=net)}, None
    why = form.why or f"{level(name).zh}：{form.path.name}"
    revision = store.revisions.open(session, "import", who, why)
    return asdict(store.areas.replace_parts(session, name, parts, revision)), revision
