"""Who is near enough to a station on foot, area by area, and where the blind spots are."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pydantic import Field
from shapely.geometry import mapping

from api.tasks.open_stations import open_stations
from api.tasks.scene import Scene, read_scene
from api.tasks.walk import STREETS, walk_times
from api.tasks.work import Form, Work, now, record
from geo import coords, coverage
from geo.layers import StationLayer, walker
from geo.layers import level as level_of


class MeasureCoverage(Form):
    """Measure walks of at most `minutes`; `service` and `at` narrow which stations count."""

    minutes: tuple[float, ...] = Field((5, 10, 15), min_length=1, max_length=12)
    service: str | None = None
    at: datetime | None = None
    walker: str = "adult"
    by: str = "community"

    def run(self, work: Work) -> "Covered":
        """Read, measure outside any transaction, keep the run."""
        started = now()
        level_of(self.by)
        who = walker(self.walker)
        reach_s = tuple(sorted({m * 60 for m in self.minutes}))
        scene = read_scene(work, self.by, "building", "station", *STREETS)
        stations = open_stations(scene, self.service, self.at, work.settings.holidays)
        times = walk_times(scene, stations, who=who, progress=work.progress)
        with work.step("覆盖与盲区"):
            areas = scene.areas(self.by)
            found = coverage.measure(scene.demand, times, reach_s=reach_s)
            spots = {
                reach: coverage.blind_spots(
                    scene.demand, times, reach_s=reach, areas=areas, stations=stations
                )
                for reach in reach_s
            }
        done = Covered(0, self.by, found, found.by(areas), spots, stations, scene)
        result = {"totals": done.totals(), "estimated": times.estimated}
        return replace(done, run=record(work, "coverage", self, result, started=started))


@dataclass(frozen=True)
class Covered:
    """A coverage run: totals, the same by area, and the blind spots of every reach."""

    run: int
    by: str
    coverage: coverage.Coverage
    areas: pd.DataFrame
    spots: dict[float, gpd.GeoDataFrame]
    stations: StationLayer
    scene: Scene

    def totals(self) -> list[dict[str, Any]]:
        """Give a row a reach, shortest first: minutes, households within, share, blind spots."""
        people = self.coverage.totals.loc["households"].astype(int).to_dict()
        return [
            {
                "minutes": reach / 60,
                "households": int(people[f"within_{reach:g}"]),
                "share": round(float(people[f"within_{reach:g}"] / max(people["total"], 1)), 4),
                "spots": len(self.spots[reach]),
                "blind_households": int(self.spots[reach]["households"].sum()),
            }
            for reach in self.coverage.reach_s
        ]

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON: spots as GeoJSON in lon/lat, numbers that are none as null."""
        spots = {f"{s / 60:g}": _features(frame) for s, frame in self.spots.items()}
        areas = self.areas.reset_index().replace({np.inf: None}).astype(object)
        return {
            "run": self.run,
            "estimated": self.coverage.estimated,
            "people": self.coverage.totals.reset_index().to_dict("records"),
            "totals": self.totals(),
            "areas": areas.where(areas.notna(), None).to_dict("records"),
            "spots": spots,
        }


def _features(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Give blind spots as a GeoJSON feature collection; seconds that are none become null."""
    placed = coords.to_degrees(frame).reset_index()
    values = placed.drop(columns="geometry").replace({np.inf: None}).astype(object)
    rows = values.where(values.notna(), None).to_dict("records")
    features = [
        {"type": "Feature", "id": row["spot_id"], "properties": row, "geometry": mapping(shape)}
        for row, shape in zip(rows, placed.geometry, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}
