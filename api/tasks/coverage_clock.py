"""The blind-spot clock: every hour of the week, or one time on each of its days."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from api.tasks.measure_coverage import plain
from api.tasks.reach import Ground, Question, all_walks, ground_of
from api.tasks.scene import Scene, read_scene
from api.tasks.walk import STREETS
from api.tasks.work import Work, now, record
from geo import coverage
from geo.errors import BadInput
from geo.layers import level as level_of
from geo.layers import walker

_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)


class CoverageClock(Question):
    """Reckon who is served within the longest of `minutes`, hour by hour; `time` such as 22:30
    asks for that time on every day instead."""

    minutes: tuple[float, ...] = (15,)
    time: str | None = None
    by: str = "grid"

    def run(self, work: Work) -> Timed:
        """Reckon the reach of every station once, choose among them by the hour, keep the run."""
        started = now()
        level_of(self.by)
        who = walker(self.walker)
        moments = _moments(self.time)
        reach_s = max(self.reach_s)
        scene = read_scene(work, self.by, "building", "station", *STREETS)
        ground = ground_of(scene, self.by)
        stations = coverage.chosen(self.sort(scene), services=self.needs)
        with work.step("盲区时钟"):
            pairs = all_walks(scene, ground.demand, stations, limit_s=reach_s, who=who)
            found = coverage.clock(ground.demand, pairs, stations, reach_s=reach_s, moments=moments)
            areas = found.by(scene.areas(self.by))
        result = {"hours": plain(found.hours), "estimated": found.estimated}
        run = record(work, "coverage clock", self, result, started=started)
        return Timed(run, self, found, areas, scene, ground)


def _moments(time: str | None) -> Any:
    if time is None:
        return coverage.week()
    if (match := _TIME.fullmatch(time.strip())) is None:
        raise BadInput(
            f"{time!r} is no time of day",
            zh=f"“{time}”不是时刻",
            hint="write it like 22:30",
            hint_zh="写法示例：22:30",
        )
    hour, minute = int(match[1]), int(match[2])
    return coverage.week(first=hour, last=hour + 1, minute=minute)


@dataclass(frozen=True)
class Timed:
    """A clock, and the share served of every area (`by` of the form) at every moment."""

    run: int
    asked: CoverageClock
    clock: coverage.Clock
    areas: pd.DataFrame
    scene: Scene
    ground: Ground

    def worst(self) -> dict[str, Any]:
        """Give the moment at which most households are served by nobody."""
        hours = self.clock.hours
        return plain(hours.iloc[[int(hours["households_beyond"].to_numpy().argmax())]])[0]

    def named(self) -> pd.DataFrame:
        """Give the areas with their names: `code`, `name`, `households`, one list of shares."""
        frame = self.scene.areas(self.asked.by).set_index("code")
        table = self.areas.round(4)
        shares = [[None if np.isnan(v) else v for v in row] for row in table.to_numpy().tolist()]
        return pd.DataFrame({
            "code": table.index, "name": frame["name"].reindex(table.index).to_numpy(),
            "shares": shares,
        })  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON: the hours of the district, and shares by area in their order."""
        return {
            "run": self.run,
            "walker": self.asked.walker,
            "minutes": max(self.asked.minutes),
            "estimated": self.clock.estimated,
            "basis": self.ground.basis,
            "reckoned": len(self.clock.open_sets),
            "worst": self.worst(),
            "hours": plain(self.clock.hours),
            "areas": self.named().to_dict("records"),
        }
