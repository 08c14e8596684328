"""The ground of a siting question: homes, places, walks, and the problem made of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from api.tasks.open_stations import days_of, is_open, require_service
from api.tasks.reach import all_walks
from api.tasks.scene import Scene, read_scene
from api.tasks.walk import STREETS, walk_times
from api.tasks.work import Work
from geo import coverage, layers, siting
from geo.errors import NotFound
from geo.layers import StationLayer, TravelTimes, items, walker

if TYPE_CHECKING:
    from api.tasks.place_sites import PlaceSites

MONDAY = dt.datetime(2024, 1, 1, 0, 30)
"""Half past midnight of a Monday that is no holiday: slots of the week are read at half hours."""
LONGEST_MIN = 60.0
"""A walk counts as no longer than this; whoever walks longer counts as unserved."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int32]


@dataclass(frozen=True)
class Ground:
    """Who lives where, which places there are, and every walk between them.

    `places` are the stations that serve today (`stood` of them), then the candidates.
    `inside` are the homes that the problem speaks of; the others no place can serve.
    """

    form: PlaceSites
    scene: Scene
    homes: gpd.GeoDataFrame
    places: StationLayer
    stood: int
    times: TravelTimes
    holidays: frozenset[dt.date]

    @classmethod
    def of(cls, form: PlaceSites, work: Work) -> Ground:
        """Read the store and walk the streets."""
        who = walker(form.walker)
        scene = read_scene(work, "building", form.candidates, "station", *STREETS)
        homes = scene.demand[scene.demand["households"] > 0].reset_index(drop=True)
        fresh = scene.frame(form.candidates)
        if len(scene.demand) and not len(homes):
            raise NotFound(
                "nobody lives in any of the buildings: none has households",
                zh="无法选址：楼栋都没有户数",
                where=["building"],
                hint="import the buildings again with the column households",
                hint_zh="请补上“户数”列后重新导入楼栋",
            )
        if not len(homes) or not len(fresh):
            missing = "building" if not len(homes) else form.candidates
            raise NotFound(
                f"there is nothing to place: no {missing} is kept",
                zh=f"无法选址：数据库里没有{layers.layer(missing).zh}",
                where=[missing],
                hint="import buildings with households, and candidate sites",
                hint_zh="请先导入带户数的楼栋和候选点位",
            )
        standing = scene.stations
        if form.service is not None:
            require_service(form.service)
            standing = layers.stations(
                standing[[form.service in items(s) for s in standing["services"]]]
            )
        both = gpd.GeoDataFrame(pd.concat([standing, fresh], ignore_index=True), crs=scene.crs)
        places = StationLayer(both)
        with work.step("步行时间"):
            limit = _limit_s(form, scene, standing, homes)
            times = all_walks(scene, layers.demand(homes), places, limit_s=limit, who=who)
        return cls(
            form, scene, homes, places, len(standing), times, days_of(work.settings.holidays)
        )

    @cached_property
    def standing(self) -> Ints:
        """Positions of the stations that stand."""
        return np.arange(self.stood, dtype=np.int32)

    @cached_property
    def reach_s(self) -> Floats:
        """Longest walk to each place that serves, seconds, by its tier."""
        own = {t: m * 60 for t, m in self.form.tier_minutes.items()}
        tiers = self.places["tier"]
        return np.array([own.get(t, self.form.minutes * 60) for t in tiers], dtype=np.float64)

    @cached_property
    def near(self) -> npt.NDArray[np.bool_]:
        """Which of the walks are short enough to be served."""
        return self.times.seconds <= self.reach_s[self.times.cols]

    @cached_property
    def pairs(self) -> tuple[Ints, Ints, Floats]:
        """Home, place and seconds of every walk that counts for the objective."""
        times, cover = self.times, self.form.objective in ("cover", "all")
        on = self.near if cover else np.ones(len(times.rows), dtype=bool)
        return times.rows[on], times.cols[on], times.seconds[on]

    @cached_property
    def inside(self) -> Ints:
        """Homes that some place could serve, where all of those must be served; else all."""
        if self.form.objective in ("center", "all"):
            return np.unique(self.pairs[0]).astype(np.int32)
        return np.arange(len(self.homes), dtype=np.int32)

    @cached_property
    def weight(self) -> Floats:
        """Households; people of the groups that come first outweigh all of them together."""
        households = self.homes["households"].to_numpy(dtype=np.float64)
        if not self.form.groups:
            return households
        first = self.homes[list(self.form.groups)].sum(axis=1).to_numpy(dtype=np.float64)
        scale = self.form.minutes * 60 + LONGEST_MIN * 60 if self.form.objective == "median" else 1
        return households + first * self.outweigh / scale

    @property
    def outweigh(self) -> float:
        """What one person of a group that comes first counts, in households."""
        return float(self.homes["households"].sum()) + 1.0

    def problem(self) -> siting.Problem:
        """Put the question to `siting`."""
        form, inside = self.form, self.inside
        place = np.full(len(self.homes), -1, dtype=np.int64)
        place[inside] = np.arange(len(inside))
        row, column, seconds = self.pairs
        kept = place[row] >= 0
        cost = self._cost(seconds[kept])
        costs = siting.table(len(inside), len(self.places), place[row[kept]], column[kept], cost)
        weight = self.weight[inside]
        if form.hours is not None:
            costs, weight, _ = siting.over_time(costs, weight, self._at_work())
        more: dict[str, Any] = {}
        if form.objective == "median" and not form.capacity:
            more["unserved"] = (LONGEST_MIN + form.beyond_min) * 60
        if form.capacity:
            more["capacity"] = self._room()
        if form.budget is not None:
            price = self.places["cost"].to_numpy(dtype=np.float64).copy()
            price[: self.stood] = 0.0
            more |= {"site_cost": price, "budget": form.budget}
        return siting.problem(
            costs, objective=form.objective, weight=weight,
            p=None if form.new is None else form.new + self.stood,
            open_sites=self._staying().tolist(), forbidden_sites=self._at("forbid").tolist(), **more,
        )  # fmt: skip

    def _cost(self, seconds: Floats) -> Floats:
        """Seconds, and more of them beyond the reach where a mix is asked for."""
        if self.form.objective != "median":
            return seconds
        far = (seconds > self.form.minutes * 60).astype(np.float64)
        return np.asarray(np.minimum(seconds, LONGEST_MIN * 60) + far * self.form.beyond_min * 60)

    def _room(self) -> Floats:
        """Households that the floor of each place is enough for; unknown floor is enough."""
        area = self.places["area_m2"].to_numpy(dtype=np.float64)
        everybody = float(self.homes["households"].sum())
        return np.where(area > 0, np.floor(area / coverage.M2_PER_HOUSEHOLD), everybody)

    def _at_work(self) -> npt.NDArray[np.bool_]:
        """Which place works in which hour of the week; without known hours a station never does."""
        texts = self.places["hours"].fillna("").tolist()
        texts[self.stood :] = [self.form.hours] * (len(self.places) - self.stood)
        slots = {
            text: [is_open(text, MONDAY + dt.timedelta(hours=h), self.holidays) for h in range(168)]
            for text in set(texts)
        }
        return np.array([slots[text] for text in texts], dtype=bool)

    def _staying(self) -> Ints:
        closable = self.standing if "all" in self.form.may_close else self._at("may_close")
        stay = np.setdiff1d(self.standing, closable)
        return np.union1d(stay, self._at("require")).astype(np.int32)

    def _at(self, field: str) -> Ints:
        """Positions of the places that a field names."""
        names = [name for name in getattr(self.form, field) if name != "all"]
        ids = pd.Index(self.places["id"])
        if unknown := [name for name in names if name not in ids]:
            raise NotFound(
                f"{field}: no place {unknown[0]!r}",
                zh=f"{field}：没有编号为“{unknown[0]}”的站点或候选点",
                where=unknown,
            )
        return np.asarray(ids.get_indexer(pd.Index(names)), dtype=np.int32)

    def nearest(self, opened: Ints) -> tuple[Floats, Ints]:
        """Seconds to, and position of, the nearest of some places, for every home."""
        on = np.isin(self.times.cols, opened)
        seconds = np.full(len(self.homes), np.inf)
        place = np.full(len(self.homes), -1, dtype=np.int32)
        rows, first = np.unique(self.times.rows[on], return_index=True)
        seconds[rows], place[rows] = self.times.seconds[on][first], self.times.cols[on][first]
        return seconds, place

    def served(self, opened: Ints) -> npt.NDArray[np.bool_]:
        """Whom some of these places reaches in time."""
        found = np.zeros(len(self.homes), dtype=bool)
        found[self.times.rows[self.near & np.isin(self.times.cols, opened)]] = True
        return found


def _limit_s(
    form: PlaceSites, scene: Scene, standing: StationLayer, homes: gpd.GeoDataFrame
) -> float:
    """Longest walk that can matter: the reach, or the way to the nearest station today."""
    reach = max((form.minutes, *form.tier_minutes.values())) * 60
    if form.objective in ("cover", "all"):
        return reach
    if form.objective == "center" or not len(standing) or form.may_close or form.capacity:
        return LONGEST_MIN * 60
    nearest, _ = walk_times(
        scene, standing, demand=layers.demand(homes), who=walker(form.walker)
    ).nearest()
    if not np.isfinite(nearest).all():
        return LONGEST_MIN * 60
    return float(min(LONGEST_MIN * 60, max(reach, nearest.max() + 1)))
