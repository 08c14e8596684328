"""Audits of coverage: norms with their sources, governance down to the bottom, one place for all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
from pydantic import Field

from api.tasks.measure_coverage import plain
from api.tasks.open_stations import days_of, local
from api.tasks.reach import Question, ground_of, walks
from api.tasks.scene import Scene, read_scene
from api.tasks.walk import STREETS
from api.tasks.work import Form, Work, now, record
from geo import coverage
from geo.errors import NotFound
from geo.layers import Finding, walker
from geo.layers import level as level_of

LEVELS = ("subdistrict", "community", "grid", "microgrid")


class AuditNorms(Form):
    """Hold every area of a level against the norms of floor, workers and radius."""

    by: str = "community"
    walker: str = "adult"

    def run(self, work: Work) -> Audited:
        """Walk once for each radius, audit, keep the run."""
        started = now()
        level_of(self.by)
        who = walker(self.walker)
        scene = read_scene(work, self.by, "building", "station", "staff", *STREETS)
        demand = scene.demand
        if not int(demand["households"].sum()):
            raise NotFound(
                "no households are kept: norms count them",
                zh="数据库里没有户数，无法按标准核查",
                hint="import buildings with households",
                hint_zh="请导入带户数的楼栋",
            )
        radii = [norm for norm in coverage.NORMS if norm.radius_m]
        kinds = {
            n.key: coverage.chosen(scene.stations, tiers=n.tiers, services=n.services)
            for n in radii
        }
        times = {key: walks(scene, demand, some, who) for key, some in kinds.items()}
        with work.step("按标准核查"):
            table = coverage.audit(
                scene.areas(self.by),
                demand,
                scene.stations,
                staff=scene.frame("staff"),
                walks=times,
            )
        estimated = any(t.estimated for t in times.values())
        rows = plain(table.reset_index())
        run = record(work, "norms", self, {"rows": rows, "estimated": estimated}, started=started)
        return Audited(run, table, estimated)


@dataclass(frozen=True)
class Audited:
    """A row an area and norm."""

    run: int
    table: pd.DataFrame
    estimated: bool

    def summary(self) -> list[dict[str, Any]]:
        """Give a row a norm: areas that meet it, of how many, and what is missing in all."""
        rows = []
        for norm in coverage.NORMS:
            part = self.table[self.table.index.get_level_values("norm") == norm.key]
            if len(part):
                rows.append({
                    "norm": norm.key, "zh": norm.zh, "en": norm.en, "unit": norm.unit,
                    "target": float(part["target"].iloc[0]), "met": int(part["met"].sum()),
                    "areas": len(part), "short": round(float(part["short"].sum()), 1),
                    "source": norm.source, "confidence": norm.confidence,
                })  # fmt: skip
        return rows

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return {"run": self.run, "estimated": self.estimated, "norms": self.summary(),
                "areas": plain(self.table.reset_index())}  # fmt: skip


class CheckAdministration(Form):
    """Find areas without worker, branch, station or council, on every level there is."""

    def run(self, work: Work) -> Administered:
        """Read, count, keep the run."""
        started = now()
        scene = read_scene(work, *LEVELS, "station", "staff", "council", "institution")
        levels = scene.levels()
        with work.step("纵到底核查"):
            table = coverage.administrative(levels, _bodies(scene))
            told = coverage.lacking(table, levels)
        counts = table["lacks"].ne("").groupby(level="level").sum().to_dict()
        run = record(work, "administration", self, {"lacking": counts}, started=started)
        return Administered(run, table, told)


def _bodies(scene: Scene) -> coverage.Bodies:
    """Give who serves areas; branches are institutions or posts that call themselves so."""
    institution, staff = scene.frame("institution"), scene.frame("staff")
    homes = institution[institution["kind"].str.contains("branch|支部", regex=True)]["community"]
    posts = staff[staff["role"].str.contains("branch|支部", regex=True)]["area"]
    branches = pd.DataFrame({"area": [*homes, *posts]})
    return coverage.Bodies(
        staff=staff, branches=branches, stations=scene.stations, councils=scene.frame("council")
    )


@dataclass(frozen=True)
class Administered:
    """Every area with what serves it and what it lacks, and the same as findings."""

    run: int
    table: pd.DataFrame
    findings: list[Finding]

    def summary(self) -> list[dict[str, Any]]:
        """Give a row a level: areas, and how many lack each kind (null: nothing is known of it)."""
        rows = []
        for level, part in self.table.groupby(level="level", sort=False):
            row: dict[str, Any] = {"level": level, "areas": len(part)}
            for kind in ("worker", "branch", "station", "council"):
                unknown = part[kind].isna().all()
                row[kind] = None if unknown else int((part[kind] == 0).sum())
            rows.append(row | {"lacking": int((part["lacks"] != "").sum())})
        return rows

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return {
            "run": self.run,
            "levels": self.summary(),
            "areas": plain(self.table.reset_index()),
            "findings": [f.as_dict() | {"place": None} for f in self.findings],
        }


class OnePlace(Question):
    """Ask for the smallest walk to one place that offers all of a list of services."""

    services: tuple[str, ...] = Field(min_length=1, max_length=20)
    by: str = "community"

    def run(self, work: Work) -> Found:
        """Read, join places within places, walk, keep the run."""
        started = now()
        level_of(self.by)
        who = walker(self.walker)
        scene = read_scene(work, self.by, "building", "station", *STREETS)
        ground = ground_of(scene, self.by)
        at = None if self.at is None else local(self.at)
        sort = coverage.chosen(self.sort(scene), at=at, holidays=days_of(work.settings.holidays))
        with work.step("最多跑一地"):
            places = coverage.one_place(sort, self.needs)
            times = walks(scene, ground.demand, places, who)
            found = coverage.measure(
                ground.demand, times, reach_s=self.reach_s, reach_m=self.metres
            )
            areas = found.by(scene.areas(self.by))
        done = Found(0, found, areas, places, ground.basis)
        kept = {k: v for k, v in done.as_dict().items() if k != "areas"}
        run = record(work, "one place", self, kept, started=started)
        return Found(run, found, areas, places, ground.basis)


@dataclass(frozen=True)
class Found:
    """Walks to one place for all: `coverage` by building, the same by area, and the places."""

    run: int
    coverage: coverage.Coverage
    areas: pd.DataFrame
    places: gpd.GeoDataFrame
    basis: str

    def buildings(self) -> pd.DataFrame:
        """Give a row a building: id, households, place, seconds, metres (NaN: none)."""
        place = dict(zip(self.places["id"], self.places["place"], strict=True))
        frame = self.coverage.frame
        return pd.DataFrame({
            "building": frame.index, "households": frame["households"].to_numpy(),
            "place": [place.get(s, "") for s in frame["station"]],
            "door": frame["station"].to_numpy(), "walk_s": frame["nearest_s"].to_numpy().round(1),
            "walk_m": frame["nearest_m"].to_numpy().round(1),
        })  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON: shares of the district and by area; no building."""
        spread = coverage.spread(self.coverage).droplevel("code").loc[["households", "residents"]]
        shares = self.coverage.totals.loc["households"].to_dict()
        total = max(float(shares["total"]), 1.0)
        return {
            "run": self.run,
            "estimated": self.coverage.estimated,
            "basis": self.basis,
            "places": sorted(set(self.places["place"])),
            "share": {name: round(float(shares[name]) / total, 4) for name in self.coverage.flags},
            "spread": plain(spread.reset_index()),
            "areas": plain(self.areas.reset_index()),
        }
