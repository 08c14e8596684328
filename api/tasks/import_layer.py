"""Take a file in as a layer: read, judge, and keep it whole or not at all."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import geopandas as gpd
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from api.tasks.work import Form, Work
from geo import coords, files, network, store
from geo.errors import FileRefused
from geo.layers import Report, layer, level


class ImportLayer(Form):
    """Import a file: `layer` is guessed from the file when empty, `crs` and `encoding` confirm.

    `columns` maps a layer's field to the file's column. `accept` names finding codes that
    the operator has seen and lets pass. `net` names the department of a net.
    """

    path: Path
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    columns: Mapping[str, str] = {}
    accept: tuple[str, ...] = ()
    net: str | None = None
    dry_run: bool = False
    why: str = ""

    def run(self, work: Work) -> "Imported":
        """Read the file and, unless something blocks, keep it in one transaction."""
        with work.step(f"读取 {self.path.name}"):
            frame, report = files.read(
                self.path,
                layer=self.layer,
                district=None if self.layer == "district" else _district(work),
                crs=self.crs,
                encoding=self.encoding,
                columns=self.columns,
            )
        name = str(report.facts["layer"])
        if blocking := report.blocking(self.accept):
            codes = ", ".join(dict.fromkeys(f.code for f in blocking))
            raise FileRefused(
                f"{self.path.name} was not imported because of {codes}; nothing was changed",
                zh=f"未导入 {self.path.name}：{len(blocking)} 个问题必须先处理（{codes}）；数据库没有任何改动",
                findings=report.findings,
                hint="mend the file, confirm with --crs, --encoding or --map, or accept with --accept CODE",
                hint_zh="请修改文件，或用 --crs、--encoding、--map 确认，或用 --accept 代码 接受",
            )
        if self.dry_run:
            return Imported(name, len(frame), {}, None, report)
        if name == "street" and len(frame):
            frame, report = _joined(frame, report)
        with work.step(f"入库 {layer(name).zh}"), work.db.session() as session:
            counts, revision = _keep(session, name, frame, self, work.who)
            detail = {"file": self.path.name, **counts}
            store.audit.write(session, work.who, "import", subject=name, detail=detail)
        return Imported(name, len(frame), counts, revision, report)


@dataclass(frozen=True)
class Imported:
    """What an import did: how many features came, what changed, and what was found."""

    layer: str
    features: int
    counts: dict[str, int]
    revision: int | None
    report: Report


def _joined(frame: gpd.GeoDataFrame, report: Report) -> tuple[gpd.GeoDataFrame, Report]:
    """Let the ways of a street file meet where they cross, and say how many did not."""
    metres, lacking = network.met(coords.to_metres(frame))
    facts = {**report.facts, "crossings_joined": lacking, "joined_within_m": network.MEET_M}
    if lacking:
        frame = coords.to_degrees(metres)
    return frame, replace(report, facts=facts)


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
