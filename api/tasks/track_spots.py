"""Blind spots under their own names: found by a run, planned by people, closed by evidence."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd
from pydantic import Field
from shapely.geometry import mapping

from api.tasks.measure_coverage import FEWEST, plain, states_of
from api.tasks.reach import Ground, Question, ground_of, nearest_names, times_of, worlds
from api.tasks.scene import Scene, read_scene
from api.tasks.walk import STREETS
from api.tasks.work import Form, Work, now, record
from geo import coords, coverage, store
from geo.layers import TravelTimes, items
from geo.layers import level as level_of
from geo.store.spots import Entry, Happening


class TrackSpots(Question):
    """Find the blind spots of the longest walk, say why, and recognise those of earlier runs.

    `weak`: those near a station that does not do, instead of those too far from any.
    """

    by: str = "community"
    weak: bool = False

    def run(self, work: Work) -> Tracked:
        """Read, reckon outside any transaction, and tell in one what became of every spot."""
        started = now()
        level_of(self.by)
        scene = read_scene(work, self.by, "building", "station", *STREETS)
        ground = ground_of(scene, self.by)
        reach_s = max(self.reach_s)
        times = times_of(self, scene, ground.demand, work)
        with work.step("盲区成因"):
            spots = (
                self._weak(scene, ground) if self.weak else self._far(scene, ground, times, work)
            )
        series = f"{self.words()} {reach_s / 60:g} min" + (" m²" if ground.basis == "area" else "")
        series += " weak" if self.weak else ""
        households = ground.demand.set_index("id")["households"]
        summary = {"series": series, "spots": len(spots), "estimated": times.estimated,
                   "households": int(spots["households"].sum()), "basis": ground.basis}  # fmt: skip
        run = record(work, "blind spots", self, summary, started=started)
        with work.db.session() as session:
            store.spots.hold(session, series)
            known = coords.to_metres(store.spots.read(session, series=series), scene.crs)
            given = store.spots.names(session)
            steps = coverage.recognised(known, spots, households, given=given)
            named = coverage.renamed(spots, steps)
            told = _told(steps, known, run, times)
            store.spots.keep(
                session, series, run, coords.to_degrees(named), told, who=work.who,
                estimated=times.estimated,
            )  # fmt: skip
        return Tracked(run, series, named, told, times.estimated, ground.basis)

    def _far(
        self, scene: Scene, ground: Ground, times: TravelTimes, work: Work
    ) -> gpd.GeoDataFrame:
        reach_s = max(self.reach_s)
        far = coverage.measure(ground.demand, times, reach_s=(reach_s,)).frame
        blind = far[far["nearest_s"] > reach_s]
        return coverage.blind_spots(
            ground.demand, times, reach_s=reach_s, areas=scene.areas(self.by),
            stations=self.sort(scene),
            worlds=worlds(self, scene, ground.demand, work, blind=blind),
        )  # fmt: skip

    def _weak(self, scene: Scene, ground: Ground) -> gpd.GeoDataFrame:
        return coverage.weak_spots(states_of(self, scene, ground), areas=scene.areas(self.by))


def _told(
    steps: Sequence[coverage.Step], known: gpd.GeoDataFrame, run: int, times: TravelTimes
) -> list[Happening]:
    """Say what happened with its evidence: the run and, of what is closed, who serves it now."""
    told = []
    for step in steps:
        detail: dict[str, Any] = {"run": run}
        if step.other:
            detail["into" if step.event == "merged" else "from"] = step.other
        state = str(known.loc[step.spot, "state"]) if step.spot in known.index else "open"
        if step.row < 0:
            state = "closed"
            members = items(str(known.loc[step.spot, "members"]))
            names = nearest_names(times, list(members)).values()
            detail |= {"stations": sorted({n for n in names if n}),
                       "plan": known.loc[step.spot, "evidence"]}  # fmt: skip
        elif step.event == "reopened":
            state = "open"
        told.append(Happening(step.spot, step.event, state, run, detail))
    return told


@dataclass(frozen=True)
class Tracked:
    """The spots of a run under their names, and what happened to them and to those before."""

    run: int
    series: str
    spots: gpd.GeoDataFrame
    happened: list[Happening]
    estimated: bool
    basis: str

    def counts(self) -> dict[str, int]:
        """Count what happened: opened, kept, grew, shrank, split, merged, closed, reopened."""
        return dict(Counter(h.event for h in self.happened).most_common())

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        values = pd.DataFrame(self.spots.drop(columns="geometry")).reset_index()
        return {
            "run": self.run,
            "series": self.series,
            "estimated": self.estimated,
            "basis": self.basis,
            "happened": self.counts(),
            "spots": plain(values),
        }


class ListSpots(Form):
    """List spots as they are now, most households first."""

    series: str | None = None
    states: tuple[str, ...] = ()

    def run(self, work: Work) -> gpd.GeoDataFrame:
        """Read."""
        coverage.require(self.states, coverage.SPOT_STATES, "state", "状态")
        with work.db.read() as session:
            return store.spots.read(session, series=self.series, states=self.states)


class SpotHistory(Form):
    """Ask what happened to a spot."""

    spot: str

    def run(self, work: Work) -> list[Entry]:
        """Read, the oldest first."""
        with work.db.read() as session:
            return store.spots.history(session, self.spot)


class PlanSpot(Form):
    """Say that something will be done about a spot: where, and any remark; or take it back."""

    spot: str
    station: str = Field("", max_length=60)
    note: str = Field("", max_length=400)
    undo: bool = False

    def run(self, work: Work) -> list[Entry]:
        """Mark, tell the audit trail, and give the history."""
        state = "open" if self.undo else "planned"
        detail = {} if self.undo else {"station": self.station, "note": self.note}
        with work.db.session() as session:
            store.spots.mark(session, self.spot, state, who=work.who, detail=detail)
            store.audit.write(session, work.who, f"spot {state}", subject=self.spot, detail=detail)
        return SpotHistory(spot=self.spot).run(work)


def public(spots: gpd.GeoDataFrame) -> dict[str, Any]:
    """Give spots as GeoJSON for anybody: places, reasons and states, no building, few uncounted."""
    rows = []
    for name, spot in zip(spots.index, spots.to_dict("records"), strict=True):
        few = int(spot["households"]) < FEWEST
        walk = float(spot["nearest_s"])
        rows.append({
            "type": "Feature",
            "id": name,
            "properties": {
                "spot": name, "series": spot["series"], "state": spot["state"],
                "households": None if few else int(spot["households"]), "few": few,
                "walk_s": None if math.isnan(walk) else walk, "reason": spot["reason"],
                "area": spot["area"], "estimated": bool(spot["estimated"]),
            },
            "geometry": mapping(spot["geometry"]),
        })  # fmt: skip
    return {"type": "FeatureCollection", "features": rows}
