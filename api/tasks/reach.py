"""A question about walks, and its answer: which stations count, for whom, within what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import geopandas as gpd
from pydantic import Field

from api.tasks.open_stations import days_of, local
from api.tasks.scene import Scene
from api.tasks.walk import STREETS, network_of, walk_times
from api.tasks.work import Form, Work
from geo import coverage, layers, network
from geo.errors import NotFound
from geo.layers import DemandLayer, StationLayer, TravelTimes, walker

PEOPLE = {
    "households": "户数", "residents": "人口", "elders": "老年人", "alone": "独居老人",
    "children": "儿童", "disabled": "残疾人",
}  # fmt: skip


NEAR_M = 600.0
"""What stands between people and their station is looked for within this distance of them."""


class Question(Form):
    """Walks of at most `minutes` or `metres` to stations that offer every one of `services`,
    are of one of `tiers` and `classes`, and are open `at` a local time.

    `service` is one more of the services.
    """

    minutes: tuple[float, ...] = Field((5, 10, 15), max_length=12)
    metres: tuple[float, ...] = Field((), max_length=12)
    service: str | None = None
    services: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    at: datetime | None = None
    walker: str = "adult"

    @property
    def needs(self) -> tuple[str, ...]:
        """Every service that is needed, once, in the order given."""
        return tuple(dict.fromkeys((*self.services, *((self.service,) if self.service else ()))))

    @property
    def reach_s(self) -> tuple[float, ...]:
        """The walks in seconds, shortest first."""
        return tuple(sorted({m * 60 for m in self.minutes}))

    @property
    def moment(self) -> datetime | None:
        """The moment as the clock on the wall says it."""
        return None if self.at is None else local(self.at)

    def sort(self, scene: Scene) -> StationLayer:
        """Give the stations of the tiers and classes, whatever they offer and whenever."""
        return coverage.chosen(scene.stations, tiers=self.tiers, classes=self.classes)

    def counting(self, scene: Scene, work: Work, **other: Any) -> list[StationLayer]:
        """Give for each need (one, where nothing is asked for) the stations that meet it."""
        asked = {"at": self.moment, "holidays": days_of(work.settings.holidays), **other}
        sort, needs = self.sort(scene), self.needs
        if "needs" in asked:
            needs = asked.pop("needs")
        if not needs:
            return [coverage.chosen(sort, **asked)]
        return [coverage.chosen(sort, services=[need], **asked) for need in needs]

    def words(self) -> str:
        """Name the question: the same words for the same question, whatever the reach."""
        parts = [self.walker, "+".join(sorted(self.needs)), "+".join(sorted(self.tiers)),
                 "+".join(sorted(self.classes))]  # fmt: skip
        if self.moment is not None:
            parts.append(f"{self.moment:%a %H:%M}")
        return " ".join(part for part in parts if part)


@dataclass(frozen=True)
class Ground:
    """For whom is asked: buildings with households, or the ground where none are known."""

    demand: DemandLayer
    basis: str

    @property
    def note(self) -> tuple[str, str]:
        """What a reader must know, Chinese and English; empty when households are counted."""
        if self.basis == "households":
            return "", ""
        return "没有户数：按面积（平方米）计算", "no households are kept: reckoned by area (m²)"


def ground_of(scene: Scene, level: str) -> Ground:
    """Give the inhabited buildings; without any, the ground of a level.

    Raises
    ------
    NotFound
        When neither is kept.
    """
    demand = scene.demand
    if int(demand["households"].sum()) > 0:
        return Ground(demand, "households")
    if not len(scene.frame(level)):
        raise NotFound(
            "neither households nor areas are kept",
            zh="数据库里既没有户数，也没有区域边界",
            hint="import buildings with households, or areas",
            hint_zh="请导入带户数的楼栋，或区域边界",
        )
    return Ground(coverage.ground(scene.areas(level)), "area")


def walks(
    scene: Scene, demand: DemandLayer, stations: StationLayer, who: layers.Walker
) -> TravelTimes:
    """Walk from everywhere to the nearest; estimated without streets."""
    return walk_times(scene, stations, who=who, demand=demand)


def all_walks(
    scene: Scene,
    demand: DemandLayer,
    stations: StationLayer,
    *,
    limit_s: float,
    who: layers.Walker,
) -> TravelTimes:
    """Walk from everywhere to every station within a limit; estimated without streets."""
    if (net := network_of(scene)) is not None:
        return network.within(net, demand, stations, limit_s=limit_s, walker=who)
    return network.straight(demand, stations, k=max(len(stations), 1), limit_s=limit_s, walker=who)


def times_of(question: Question, scene: Scene, demand: DemandLayer, work: Work) -> TravelTimes:
    """Walk to whatever is needed: to the farthest of several needs."""
    who = walker(question.walker)
    with work.step("步行时间"):
        parts = [walks(scene, demand, s, who) for s in question.counting(scene, work)]
        return coverage.every(parts)


def worlds(
    question: Question, scene: Scene, demand: DemandLayer, work: Work, *, blind: gpd.GeoDataFrame
) -> Mapping[str, TravelTimes]:
    """Walk through the worlds in which one thing is otherwise, for those who are blind.

    Hours count where a moment was asked for, services where some are needed, barriers where
    there are any and streets are kept.
    """
    who = walker(question.walker)
    homes = layers.demand(demand[demand["id"].isin(blind.index)].reset_index(drop=True))
    made: dict[str, TravelTimes] = {}
    if not len(homes):
        return made
    if question.at is not None:
        parts = question.counting(scene, work, at=None)
        made["hours"] = coverage.every([walks(scene, homes, s, who) for s in parts])
    if question.needs:
        (some,) = question.counting(scene, work, needs=())
        made["service"] = walks(scene, homes, some, who)
    barrier = scene.frame("barrier")
    if not len(scene.frame("street")) or not len(barrier):
        return made
    for kind in ("wall", "river", "rail"):
        if not (barrier["kind"] == kind).any():
            continue
        with work.step(
            {"wall": "假如围墙都有门", "river": "假如河上都有桥", "rail": "假如铁路都可穿行"}[kind]
        ):
            net = _other(scene, kind, homes)
            sites = question.counting(scene, work)
            made[kind] = coverage.every([network.nearest(net, homes, s, walker=who) for s in sites])
    return made


def _other(scene: Scene, kind: str, near: DemandLayer) -> network.Network:
    """Build the network of a world in which barriers of a kind can be crossed near the blind."""
    street, barrier, gate = (scene.frame(name) for name in STREETS)
    gates = coverage.opened(barrier, gate, kind, near=near, reach_m=NEAR_M)
    return network.build(street, barriers=barrier, gates=gates)


def nearest_names(times: TravelTimes, ids: Sequence[str]) -> dict[str, str]:
    """Give the nearest station of some buildings, by id; empty where there is none."""
    _, column = times.nearest()
    known = dict(zip(times.demand_ids, column, strict=True))
    return {i: str(times.station_ids[known[i]]) if known.get(i, -1) >= 0 else "" for i in ids}
