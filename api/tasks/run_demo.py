"""The demo from end to end: build a district, import it, judge it, analyse it, draw it."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import maps
from api.tasks import draw_maps
from api.tasks.check_layers import CheckLayers
from api.tasks.coverage_clock import CoverageClock
from api.tasks.form_alliances import FormAlliances
from api.tasks.import_layer import ImportLayer
from api.tasks.measure_coverage import MeasureCoverage
from api.tasks.nearest_of_buildings import NearestOfBuildings
from api.tasks.track_spots import TrackSpots
from api.tasks.work import Form, Work, now, record
from geo import demo, store
from geo.errors import Conflict
from geo.layers import DEFAULT_SCHEME

PLANTED = ("CODE_DUPLICATE", "CODE_INVALID")
"""Findings that would keep a file out, and that the demo lets in on purpose: `check` names them."""
ALLIANCES = {"small": 2, "district": 9, "city": 90}


class RunDemo(Form):
    """Build the district of a seed and size under `out`, and everything that follows."""

    out: Path
    seed: int = 1
    size: str = "district"

    def run(self, work: Work) -> Demo:
        """Do every step in turn; each layer comes in whole or not at all."""
        with ExitStack() as turns:
            for folder in _folders(self.out, work):
                turns.enter_context(_turn(folder, work))
            return self._run(work)

    def _run(self, work: Work) -> Demo:
        started = now()
        _take_store(self, work)
        built = demo.build(size=self.size, seed=self.seed, progress=work.progress)
        folder = self.out / "shapefiles"
        with work.step("写出 shapefile"):
            demo.write(built, folder)
        features = _take_in(folder, work)
        base = draw_maps.ground(work)
        checked = CheckLayers().run(work)
        nearest = NearestOfBuildings().run(work).table
        draw_maps.write(self.out / "nearest.csv", nearest.to_csv(index=False).encode("utf-8-sig"))
        covered = MeasureCoverage(by="grid").run(work)
        TrackSpots().run(work)
        timed = CoverageClock(by="grid").run(work)
        allied = FormAlliances(groups=ALLIANCES[self.size], seed=self.seed).run(work)
        reasons = allied.members.to_csv(index=False).encode("utf-8-sig")
        draw_maps.write(self.out / "alliances.csv", reasons)
        themes = {
            "grids": draw_maps.grids(work, base),
            "flaws": draw_maps.of_check(checked, base),
            "blindspots": draw_maps.of_coverage(covered, base),
            "clock": draw_maps.of_clock(timed, base),
            "stations": draw_maps.stations(work, base),
            "alliances": draw_maps.of_alliances(allied, base),
        }
        judged = demo.judge(built.truth, checked.report.findings)
        summary = _summary(features, covered.totals(), allied.verdict, judged)
        index = self._draw(themes, summary, base, work)
        record(work, "demo", self, {"summary": summary}, started=started, seed=self.seed)
        return Demo(summary, judged, index)

    def _draw(
        self, themes: dict[str, maps.Theme], summary: dict[str, str], base: maps.Base, work: Work
    ) -> Path:
        cards = []
        for done, (kind, theme) in enumerate(themes.items()):
            work.progress("出图", done, len(themes))
            page = maps.draw(theme)
            draw_maps.write(self.out / f"{kind}.html", page.html(inline=True).encode())
            draw_maps.write(self.out / f"{kind}.png", maps.thumbnail(theme))
            cards.append((page.title, f"{kind}.html", f"{kind}.png", page.summary))
        index = self.out / "index.html"
        table = {name: {"结果 result": value} for name, value in summary.items()}
        draw_maps.write(index, maps.index(cards, table, base=base).encode())
        work.progress("出图", len(themes), len(themes))
        return index


@dataclass(frozen=True)
class Demo:
    """What the demo made: figures, flaws planted, found and false by code, and the index page."""

    summary: dict[str, str]
    judged: list[demo.Verdict]
    index: Path


def _folders(out: Path, work: Work) -> list[Path]:
    private = work.database is None and not work.settings.database_url
    return [out, work.settings.home] if private else [out]


@contextmanager
def _turn(folder: Path, work: Work) -> Iterator[None]:
    """Let one demo at a time use a folder; a second one waits until the first has ended."""
    folder.mkdir(parents=True, exist_ok=True)
    lock = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            with work.step("等待另一个示范区"):
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _take_store(form: RunDemo, work: Work) -> None:
    """Keep an operator's own data: the demo writes only over nothing or over a demo.

    The store is marked before anything comes in, so that a demo that was cut off can be
    run again.
    """
    with work.db.read() as session:
        kept = any(len(store.areas.read(session, lv.name)) for lv in DEFAULT_SCHEME[:4])
        known = store.runs.latest(session, "demo") is not None
    if kept and not known:
        raise Conflict(
            "the store holds areas that are not the demo's; the demo would replace them",
            zh="数据库里已有您自己的区域数据，示范区会覆盖它们，因此没有运行",
            hint="give the demo a store of its own: WANGGE_HOME=/some/folder wangge demo",
            hint_zh="请为示范区另设数据目录：WANGGE_HOME=/目录 wangge demo",
        )
    if not known:
        with work.db.session() as session:
            inputs = form.model_dump(mode="json")
            store.runs.save(session, "demo", inputs, form.seed, None, status="begun")


def _take_in(folder: Path, work: Work) -> dict[str, int]:
    """Import every file as an operator would, with the confirmations of the manifest."""
    features = {}
    for entry in json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]:
        form = ImportLayer(
            path=folder / entry["file"], layer=entry["layer"], survey=False, **_confirmed(entry)
        )
        features[entry["file"]] = form.run(work).features
    return features


def _confirmed(entry: dict[str, Any]) -> dict[str, Any]:
    """Give what the operator has to say about a file, because the file does not say it."""
    said: dict[str, Any] = {"columns": entry["mapping"], "accept": PLANTED}
    if not entry["crs_in_file"]:
        said["crs"] = entry["crs"]
    if entry["layer"] == "net":
        said["net"] = Path(entry["file"]).stem.removeprefix("net_")
    return said


def _summary(
    features: dict[str, int],
    totals: list[dict[str, Any]],
    verdict: str,
    judged: list[demo.Verdict],
) -> dict[str, str]:
    shown = {
        "微网格 micro-grids": f"{features['microgrid.shp']:,}",
        "网格 grids": f"{features['grid.shp']:,}",
        "社区 communities": f"{features['community.shp']:,}",
        "楼栋 buildings": f"{features['building.shp']:,}",
        "道路 street pieces": f"{features['street.shp']:,}",
    }
    for row in totals:
        shown[f"步行 {row['minutes']:g} 分钟覆盖 within {row['minutes']:g} min"] = (
            f"{row['share']:.1%}  盲区 {row['spots']} 处 spots, {row['blind_households']:,} 户 households"
        )
    shown["联盟 alliances"] = verdict
    planted, found = sum(v.planted for v in judged), sum(v.found for v in judged)
    false = sum(v.false for v in judged)
    shown["植入的问题 planted flaws"] = f"{planted}，找到 found {found}，误报 false {false}"
    return shown
