"""Draw micro-grids inside grids, or grids inside communities: a proposal, never a publication."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd

import maps
from api.tasks import divided_ground, division_table
from api.tasks.divided_ground import Division, Taken, children
from api.tasks.draw_maps import ground, save
from api.tasks.open_scenario import open_scenario
from api.tasks.scene import Scene
from api.tasks.work import Work, now, record
from geo import files
from geo.errors import BadInput


class DesignMicrogrids(Division):
    """Divide ground; the answer is a proposal: it is kept as a run and written to `out`.

    The map stays as it is; `scenario` opens the proposal on the planner's desk under that name.
    """

    out: Path | None = None
    page: Path | None = None
    scenario: str = ""

    def run(self, work: Work) -> Proposal:
        """Read, draw outside any transaction, keep the run, write the file."""
        started, begun = now(), time.perf_counter()
        allowed = self.allowed()
        taken = divided_ground.read(self, work)
        drawn = divided_ground.drawn(self, taken, allowed, work)
        areas, touched = division_table.located(
            self, taken, drawn, division_table.table(self, taken, drawn)
        )
        summary = division_table.summary(areas, drawn, touched, time.perf_counter() - begun)
        curve = [division_table.step(rung) for rung in drawn.design.curve]
        result = {
            "summary": summary,
            "curve": curve,
            "areas": pd.DataFrame(areas.drop(columns="geometry")).to_dict("records"),
            "buildings": dict(zip(drawn.homes["id"], drawn.homes["code"], strict=True)),
        }
        run = record(work, f"{self.level}s", self, result, started=started, seed=self.seed)
        made = Proposal(run, self.level, areas, drawn.homes, touched, summary, curve, taken.scene)
        if self.out is not None:
            with work.step(f"写出 {self.out.name}"):
                made.write(self.out)
        if self.page is not None:
            with work.step(f"出图 {self.page.name}"):
                save(self._theme(taken, made, work), self.page)
        if self.scenario:
            with work.step(f"打开方案 {self.scenario}"):
                opened = open_scenario(
                    work, self.level, _widest(taken, self), _moved(areas), name=self.scenario
                )
            made = replace(made, link=opened.link)
        return made

    def _theme(self, taken: Taken, made: Proposal, work: Work) -> maps.Parcels:
        under = children(self, taken)
        today = under[under["parent"].isin(taken.parents(self.level)["code"])]
        changed = int(made.summary["changed_households"])
        base = replace(ground(work), outline=_outline(taken.parents(self.level)))
        return maps.Parcels(made.areas, today, self.level, changed, base)


def _outline(parents: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give the ground that was divided: the map opens on it."""
    return gpd.GeoDataFrame(geometry=[parents.geometry.union_all()], crs=parents.crs)


def _widest(taken: Taken, form: DesignMicrogrids) -> str:
    """Give the code that a scenario is opened for."""
    if form.within in set(pd.concat([frame["code"] for frame in taken.levels.values()])):
        return form.within
    tops = taken.levels.get("district")
    if not form.within and tops is not None and len(tops) == 1:
        return str(tops["code"].iloc[0])
    raise BadInput(
        "a scenario is opened for one area at a time",
        zh="一次只能为一个区域打开方案",
        hint="name the area with --within",
        hint_zh="请用 --within 指定区域",
    )


def _moved(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Leave out the areas of parents in which nothing moves."""
    still = areas.groupby("parent")["kept"].transform("all")
    return areas[~still]


@dataclass(frozen=True)
class Proposal:
    """Areas that are proposed; nothing of it is published.

    `areas` is in EPSG:4490: the layer's columns, then `buildings`, `in_range`, `connected`,
    `reason_zh`, `reason_en`, `leader_of` (code of the area of today whose leader goes on
    here), `kept` (not even the border moved) and `newcomers` (buildings from elsewhere).
    `homes` has the code of every building. `touched` are areas of all levels that get
    vertices on their borders, nothing else. `link` opens the scenario, where one was asked for.
    """

    run: int
    level: str
    areas: gpd.GeoDataFrame
    homes: pd.DataFrame
    touched: dict[str, gpd.GeoDataFrame]
    summary: dict[str, Any]
    curve: list[dict[str, float]]
    scene: Scene
    link: str = ""

    def write(self, path: Path) -> None:
        """Write the areas (GeoPackage, GeoJSON, shapefile) or their table (CSV).

        Areas that get vertices on their borders stand beside, a file a level.
        """
        if path.suffix.lower() == ".csv":
            table = pd.DataFrame(self.areas.drop(columns="geometry"))
            table.to_csv(path, index=False, encoding="utf-8-sig")
            return
        files.write(self.areas, path, layer=self.level)
        for name, frame in self.touched.items():
            beside = path.with_name(f"{path.stem}-borders-{name}{path.suffix}")
            files.write(frame, beside, layer=name)

    def misfits(self) -> pd.DataFrame:
        """Give the areas out of range, and why."""
        return self.areas[~self.areas["in_range"]]

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        table = pd.DataFrame(self.areas.drop(columns="geometry"))
        return {
            "run": self.run,
            "level": self.level,
            "link": self.link,
            **self.summary,
            "curve": self.curve,
            "areas": table.to_dict("records"),
        }
