"""Draw a plan of sites: who is served as things are beside who would be."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd

import maps
from api.tasks.draw_maps import ground, save
from api.tasks.open_stations import open_stations
from api.tasks.scene import Scene, read_scene
from api.tasks.try_sites import BestSites, NewSite, TrySites, points_of
from api.tasks.walk import STREETS, walk_times
from api.tasks.work import Form, Work
from geo import coverage, layers
from geo.errors import NotFound
from geo.layers import GridLayer, walker

NEW = "new-"


class DrawPlan(Form):
    """Draw a plan as a map that is wiped from before to after; on paper both stand side by side."""

    plan: TrySites
    out: Path
    by: str = "grid"
    paper: str = "a4"

    def run(self, work: Work) -> Path:
        """Measure twice, find what any plan could reach, draw, and put the whole file in place."""
        plan = self.plan
        scene = read_scene(work, self.by, "building", "candidate", "station", *STREETS)
        stations = open_stations(scene, plan.service, None, work.settings.holidays)
        if unknown := sorted(set(plan.closed) - set(stations["id"])):
            raise NotFound(
                f"no station {unknown[0]!r}", zh=f"没有站点“{unknown[0]}”", where=unknown
            )
        added = _added(scene, plan.added)
        planned = pd.concat([stations[~stations["id"].isin(plan.closed)], added])
        before = self._measured(scene, stations)
        after = self._measured(scene, gpd.GeoDataFrame(planned, crs=scene.crs))
        areas = scene.areas(self.by)
        made = maps.Planned(
            _shares(areas, before),
            _shares(areas, after),
            stations,
            plan.closed,
            added.assign(gained=_gained(added, before, after)),
            plan.minutes,
            ground(work),
            bound=self._bound(work),
            estimated=before.estimated,
        )
        with work.step(f"出图 {self.out.name}"):
            save(made, self.out, paper=self.paper)
        return self.out

    def _measured(self, scene: Scene, stations: gpd.GeoDataFrame) -> coverage.Coverage:
        whole = layers.stations(stations.reset_index(drop=True))
        times = walk_times(scene, whole, who=walker(self.plan.walker))
        return coverage.measure(scene.demand, times, reach_s=(self.plan.minutes * 60,))

    def _bound(self, work: Work) -> float | None:
        plan = self.plan
        if not plan.added:
            return None
        asked = BestSites(
            added=plan.added, minutes=plan.minutes, walker=plan.walker, service=plan.service
        )
        return float(asked.run(work)["bound"])


def _added(scene: Scene, sites: tuple[NewSite, ...]) -> gpd.GeoDataFrame:
    """Give new sites as rows of the layer station, named after their candidate or their number."""
    candidates = scene.frame("candidate").set_index("id", drop=False)
    rows: list[dict[str, str]] = []
    shapes = []
    for n, site in enumerate(sites, 1):
        if site.candidate is not None and site.candidate not in candidates.index:
            name = site.candidate
            raise NotFound(f"no candidate {name!r}", zh=f"没有候选点“{name}”", where=[name])
        known = {} if site.candidate is None else candidates.loc[site.candidate].to_dict()
        rows.append(
            {"id": f"{NEW}{n}", "name": known.get("name") or f"新站 {n}", "hours": site.hours}
        )
        shapes.append(known["geometry"] if known else points_of([site], scene).geometry.iloc[0])
    blank = {c.name: c.default for c in layers.layer("station").columns if c.default is not None}
    table = pd.DataFrame([{**blank, "status": "planned", **row} for row in rows])
    columns = [c for c in scene.stations.columns if c != "geometry"]
    return gpd.GeoDataFrame(table.reindex(columns=columns), geometry=shapes, crs=scene.crs)


def _shares(areas: GridLayer, found: coverage.Coverage) -> gpd.GeoDataFrame:
    table = found.by(areas)[["households", "share"]]
    return areas.drop(columns="households").merge(table, left_on="code", right_index=True)


def _gained(
    added: gpd.GeoDataFrame, before: coverage.Coverage, after: coverage.Coverage
) -> list[float]:
    """Count the households newly served whose nearest station is each new site."""
    flag = after.frame.columns[after.frame.columns.str.startswith("within_")][0]
    new = after.frame[flag] & ~before.frame[flag]
    households = after.frame["households"].where(new, 0).groupby(after.frame["station"]).sum()
    counts: list[float] = households.reindex(added["id"], fill_value=0).astype(np.float64).tolist()
    return counts
