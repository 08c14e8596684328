"""Who is near enough to a station on foot, area by area, and where the blind spots are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry import mapping

from api.tasks.reach import Ground, Question, all_walks, ground_of, times_of
from api.tasks.scene import Scene, read_scene
from api.tasks.walk import STREETS
from api.tasks.work import Work, now, record
from geo import coords, coverage
from geo.layers import GROUPS, StationLayer, walker
from geo.layers import level as level_of

FEWEST = 10
"""Of fewer households than this the public is told only that they are few."""
_OF_SOME = ("residents", *GROUPS)
_OF_SPOTS = ("spot_id", "households", "nearest_s", "least_s", "reason", "area")


class MeasureCoverage(Question):
    """Measure a question, and add it up by a level of areas."""

    by: str = "community"

    def run(self, work: Work) -> Covered:
        """Read, measure outside any transaction, keep the run."""
        started = now()
        level_of(self.by)
        walker(self.walker)
        scene = read_scene(work, self.by, "building", "station", *STREETS)
        ground = ground_of(scene, self.by)
        times = times_of(self, scene, ground.demand, work)
        with work.step("覆盖与盲区"):
            areas = scene.areas(self.by)
            found = coverage.measure(
                ground.demand, times, reach_s=self.reach_s, reach_m=self.metres
            )
            stations = _united(self.counting(scene, work))
            spots = {
                reach: coverage.blind_spots(
                    ground.demand, times, reach_s=reach, areas=areas, stations=stations
                )
                for reach in found.reach_s
            }
            states = states_of(self, scene, ground)
        parts = found.by(areas).join(coverage.by_state(states, areas))
        done = Covered(
            0, self.by, found, parts, spots, stations, scene, ground, states, self.walker
        )
        result = {"totals": done.totals(), "estimated": times.estimated, "basis": ground.basis}
        return replace(done, run=record(work, "coverage", self, result, started=started))


def states_of(asked: Question, scene: Scene, ground: Ground) -> gpd.GeoDataFrame:
    """Tell served, weak and uncovered apart within the longest walk."""
    who = walker(asked.walker)
    sort = asked.sort(scene)
    reach_s = max(asked.reach_s, default=max(asked.metres, default=1000.0) / who.speed_m_s)
    pairs = all_walks(scene, ground.demand, sort, limit_s=reach_s, who=who)
    floor = coverage.M2_PER_HOUSEHOLD if ground.basis == "households" else 0.0
    return coverage.states(
        ground.demand, pairs, sort, reach_s=reach_s, services=asked.needs, at=asked.moment,
        m2_per_household=floor,
    )  # fmt: skip


def _united(parts: list[StationLayer]) -> StationLayer:
    """Give every station that meets some need, once."""
    if len(parts) == 1:
        return parts[0]
    whole = pd.concat(parts).drop_duplicates("id").sort_values("id", kind="stable")
    return StationLayer(gpd.GeoDataFrame(whole.reset_index(drop=True), crs=parts[0].crs))


@dataclass(frozen=True)
class Covered:
    """A coverage run: totals, the same by area, blind spots of every walk, and who is weak."""

    run: int
    by: str
    coverage: coverage.Coverage
    areas: pd.DataFrame
    spots: dict[float, gpd.GeoDataFrame]
    stations: StationLayer
    scene: Scene
    ground: Ground
    states: gpd.GeoDataFrame
    walker: str = "adult"

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

    def metres(self) -> list[dict[str, Any]]:
        """Give a row a reach in metres, shortest first."""
        people = self.coverage.totals.loc["households"].astype(int).to_dict()
        return [
            {
                "metres": reach,
                "households": int(people[f"within_{reach:g}m"]),
                "share": round(float(people[f"within_{reach:g}m"] / max(people["total"], 1)), 4),
            }
            for reach in self.coverage.reach_m
        ]

    def weak(self) -> dict[str, Any]:
        """Count households by state, and the weak by what makes them so (they overlap)."""
        households = self.states["households"]
        by_state = households.groupby(self.states["state"]).sum()
        flags = ("lacks_service", "seldom_open", "crowded")
        return {
            **{state: int(by_state.get(state, 0)) for state in coverage.STATES},
            "because": {flag: int(households[self.states[flag]].sum()) for flag in flags},
        }

    def spread(self) -> pd.DataFrame:
        """Give the spread of walks for households, residents and each group, all together."""
        return coverage.spread(self.coverage).droplevel("code")

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON: spots as GeoJSON in lon/lat, numbers that are none as null."""
        spots = {f"{s / 60:g}": _features(frame) for s, frame in self.spots.items()}
        return {
            "run": self.run,
            "estimated": self.coverage.estimated,
            "basis": self.ground.basis,
            "people": self.coverage.totals.reset_index().to_dict("records"),
            "totals": self.totals(),
            "metres": self.metres(),
            "states": self.weak(),
            "spread": plain(self.spread().reset_index()),
            "areas": plain(self.areas.reset_index()),
            "spots": spots,
        }


def for_anybody(told: dict[str, Any]) -> dict[str, Any]:
    """Give what everybody may know of a coverage: of areas and spots places, shares and times.

    Households are told from `FEWEST` on, other people and buildings of no single place.
    """
    areas = [
        {name: cell for name, cell in row.items() if not name.startswith(_OF_SOME)}
        for row in told["areas"]
    ]
    for found in told.get("spots", {}).values():
        for spot in found["features"]:
            spot["properties"] = _shown(spot["properties"])
    return {**told, "areas": [_uncounted(row) for row in areas]}


def _shown(spot: dict[str, Any]) -> dict[str, Any]:
    return _uncounted({name: spot[name] for name in _OF_SPOTS if name in spot})


def _uncounted(row: dict[str, Any]) -> dict[str, Any]:
    """Tell of few households only that they are few."""
    few = 0 < row["households"] < FEWEST
    counted = ("households", "served", "weak", "uncovered")
    return {
        name: None if few and name.startswith(counted) else cell for name, cell in row.items()
    } | {"few": few}


def plain(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a table as rows for JSON; numbers that are none become null."""
    values = table.replace({np.inf: None}).astype(object)
    rows = values.where(values.notna(), None).to_dict("records")
    return [{str(name): cell for name, cell in row.items()} for row in rows]


def _features(frame: gpd.GeoDataFrame) -> dict[str, Any]:
    """Give blind spots as a GeoJSON feature collection; seconds that are none become null."""
    placed = coords.to_degrees(frame).reset_index()
    rows = plain(pd.DataFrame(placed.drop(columns="geometry")))
    features = [
        {"type": "Feature", "id": row["spot_id"], "properties": row, "geometry": mapping(shape)}
        for row, shape in zip(rows, placed.geometry, strict=True)
    ]
    return {"type": "FeatureCollection", "features": features}
