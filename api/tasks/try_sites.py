"""Try sites: what households gain and lose when stations are added, moved or closed.

Moving is closing here and adding there. Read once for a state of the store; a question is
then a search from the new places alone and one product of small sparse matrices.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field, model_validator
from scipy import sparse

from api.tasks.known import Known, known
from api.tasks.open_stations import is_open, require_service
from api.tasks.scene import Scene, read_scene
from api.tasks.walk import STREETS, network_of
from api.tasks.work import Form, Work
from geo import coords, network, siting
from geo.errors import BadInput, NotFound
from geo.layers import TravelTimes, items, walker

MOST_ADDED = 60
GROUPS = (
    ("households", "户", "Households"),
    ("residents", "人口", "Residents"),
    ("elders", "老年人", "Elders"),
    ("alone", "独居老人", "Elders alone"),
    ("children", "儿童", "Children"),
    ("disabled", "残疾人", "Disabled"),
)
MONDAY = datetime(2024, 1, 1, 0, 30)
"""Half past midnight of a Monday that is no matter of holidays: slots are read at half hours."""
BOUND_S = 6.0
ACCOUNT = ("before", "after", "gained", "lost")


class NewSite(Form):
    """A station that does not stand yet: at a candidate, or anywhere."""

    candidate: str | None = None
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)
    hours: str = "24/7"
    moved: str | None = None

    @classmethod
    def named(cls, text: str) -> NewSite:
        """Read a candidate's id, or ``lon,lat``."""
        lon, comma, lat = text.partition(",")
        if not comma:
            return cls(candidate=text)
        try:
            return cls(lon=float(lon), lat=float(lat))
        except ValueError:
            raise BadInput(
                f"{text!r} is neither a candidate nor lon,lat",
                zh=f"“{text}”既不是候选点编号，也不是“经度,纬度”",
                hint="e.g. C0001 or 119.45,32.20",
                hint_zh="例如 C0001 或 119.45,32.20",
            ) from None

    @model_validator(mode="after")
    def somewhere(self) -> NewSite:
        """Refuse a site that is nowhere, or at two places."""
        if (self.candidate is None) == (self.lon is None or self.lat is None):
            raise ValueError(
                "新站点要给候选点编号，或经纬度 | a new site needs either a candidate or lon and lat"
            )
        return self


class TrySites(Form):
    """Ask what a plan changes for everybody within `minutes` on foot."""

    added: tuple[NewSite, ...] = Field(default=(), max_length=MOST_ADDED)
    closed: tuple[str, ...] = Field(default=(), max_length=1000)
    minutes: float = Field(default=15, gt=0, le=60)
    walker: str = "adult"
    service: str | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Reckon today and the plan, each at any hour and in every hour of the week."""
        ground = ground_of(work, self.minutes, self.walker, self.service)
        have, fresh = len(ground.stations), len(self.added)
        stays = ~ground.stations.isin(ground.named(self.closed))
        works = np.vstack([ground.open, _slots(site.hours for site in self.added)])
        trial = siting.what_if(
            ground.times(self.added),
            ground.people,
            reach_s=self.minutes * 60,
            now=np.r_[np.ones(have, dtype=bool), np.zeros(fresh, dtype=bool)],
            then=np.r_[stays, np.ones(fresh, dtype=bool)],
            hours=np.column_stack([np.ones(len(works), dtype=bool), works]),
        )
        sums = np.stack([trial.before, trial.after, trial.gained, trial.lost])
        total = ground.people.sum(axis=0)
        accounts = [
            dict(zip(("total", *ACCOUNT), map(int, (total[k], *sums[:, 0, k])), strict=True))
            for k in range(len(GROUPS))
        ]
        return {
            "estimated": ground.estimated,
            "minutes": self.minutes,
            "households": accounts[0],
            "groups": [
                {"group": name, "zh": zh, "en": en, **account}
                for (name, zh, en), account in zip(GROUPS, accounts, strict=True)
            ],
            "hours": {"before": sums[0, 1:, 0].tolist(), "after": sums[1, 1:, 0].tolist()},
            "gained": ground.doors[trial.won].tolist(),
            "lost": ground.doors[trial.missed].tolist(),
        }


class BestSites(Form):
    """Ask how many households any plan of as many new sites could serve."""

    added: tuple[NewSite, ...] = Field(default=(), min_length=1, max_length=MOST_ADDED)
    minutes: float = Field(default=15, gt=0, le=60)
    walker: str = "adult"
    service: str | None = None

    def run(self, work: Work) -> dict[str, Any]:
        """Solve the cover over all candidates and the places that were dropped."""
        ground = ground_of(work, self.minutes, self.walker, self.service)
        free = tuple(site for site in self.added if site.candidate is None)
        k = len(self.added)
        key = ("best sites", self.minutes, self.walker, self.service, k, free)
        return known(work).keep(key, lambda: ground.best(k, free))


@dataclass(frozen=True)
class Ground:
    """Who lives where and which place reaches them, for one walk, walker and service.

    `reach` (stations + candidates, n) holds seconds, `open` (stations, 168) is true or false;
    `people` (n, groups) counts; `doors` (n, 2) are lon/lat.
    """

    scene: Scene
    net: network.Network | None
    minutes: float
    walker: str
    stations: pd.Index
    candidates: pd.Index
    reach: sparse.csr_array
    open: npt.NDArray[np.bool_]
    people: npt.NDArray[np.float64]
    homes: gpd.GeoDataFrame
    doors: npt.NDArray[np.float64]

    @property
    def estimated(self) -> bool:
        """Whether walks are straight lines × 1.3, for want of streets."""
        return self.net is None

    def named(self, ids: tuple[str, ...]) -> tuple[str, ...]:
        """Give the ids back, when each is a station of this service."""
        if unknown := [i for i in ids if i not in self.stations]:
            raise NotFound(
                f"no station {unknown[0]!r}", zh=f"没有站点“{unknown[0]}”", where=unknown
            )
        return ids

    def times(self, sites: Sequence[NewSite]) -> TravelTimes:
        """Give everybody's walks to the stations and, after them, to new sites."""
        stations = self.reach[: len(self.stations)]
        table = sparse.vstack([stations, self.placed(sites)], format="csr").T.tocsr()
        names = [*self.stations, *(f"new {n}" for n in range(len(sites)))]
        return TravelTimes(
            self.homes["id"].to_numpy(dtype=object),
            np.array(names, dtype=object),
            np.repeat(np.arange(len(self.homes)), np.diff(table.indptr)).astype(np.int32),
            table.indices.astype(np.int32),
            table.data,
            table.data * walker(self.walker).speed_m_s,
            limit_s=self.minutes * 60,
            estimated=self.estimated,
        )

    def placed(self, sites: Sequence[NewSite]) -> sparse.csr_array:
        """Give whom each of some new sites reaches, in how many seconds."""
        dropped = iter(self._dropped([site for site in sites if site.candidate is None]))
        rows = [
            next(dropped) if site.candidate is None else self._candidate(site.candidate)
            for site in sites
        ]
        empty = sparse.csr_array((0, len(self.homes)), dtype=np.float64)
        return sparse.vstack([empty, *rows], format="csr")

    def _candidate(self, name: str) -> sparse.csr_array:
        if name not in self.candidates:
            raise NotFound(f"no candidate {name!r}", zh=f"没有候选点“{name}”", where=[name])
        row = len(self.stations) + list(self.candidates).index(name)
        return self.reach[[row]]

    def _dropped(self, sites: Sequence[NewSite]) -> list[sparse.csr_array]:
        if not sites:
            return []
        places = points_of(sites, self.scene)
        reach = _reach(self.net, self.homes, places, self.minutes, self.walker)
        return [reach[[i]] for i in range(len(sites))]

    def best(self, k: int, dropped: Sequence[NewSite]) -> dict[str, Any]:
        """Give the best k of the candidates and the dropped places, all stations staying."""
        reach = sparse.vstack([self.reach, self.placed(dropped)], format="csr").tocoo()
        have = len(self.stations)
        costs = siting.table(
            reach.shape[1], reach.shape[0], reach.col, reach.row, np.zeros(reach.nnz)
        )
        asked = siting.problem(
            costs, objective="cover", p=have + k, weight=self.people[:, 0], open_sites=range(have)
        )
        found = siting.solve(asked, time_limit_s=BOUND_S)
        chosen = [int(i) - have for i in found.open if i >= have]
        names = [str(self.candidates[i]) for i in chosen if i < len(self.candidates)]
        places = [dropped[i - len(self.candidates)] for i in chosen if i >= len(self.candidates)]
        bound = found.bound if found.bound is not None else float(self.people[:, 0].sum())
        return {
            "k": k,
            "status": found.status,
            "households": float(found.objective or 0.0),
            "bound": bound,
            "sites": names,
            "places": [{"lon": place.lon, "lat": place.lat} for place in places],
        }


def points_of(sites: Sequence[NewSite], scene: Scene) -> gpd.GeoDataFrame:
    """Give sites that are places of their own as points, in the metres of a scene."""
    lonlat = np.array([(site.lon, site.lat) for site in sites], dtype=np.float64)
    degrees = gpd.GeoDataFrame(
        {"id": [str(i) for i in range(len(sites))]},
        geometry=gpd.points_from_xy(*lonlat.reshape(-1, 2).T),
        crs=4490,
    )
    return degrees.to_crs(scene.crs)


def ground_of(work: Work, minutes: float, who: str, service: str | None) -> Ground:
    """Give the ground for a walk, walker and service, made once for a state of the store."""
    now = known(work)
    return now.keep(
        ("try sites", minutes, who, service), lambda: _ground(work, now, minutes, who, service)
    )


def _ground(work: Work, now: Known, minutes: float, who: str, service: str | None) -> Ground:
    scene: Scene = now.keep(
        "sites scene",
        lambda: read_scene(work, "building", "candidate", "station", *STREETS),
    )
    stations = scene.stations
    if service is not None:
        require_service(service)
        stations = stations[[service in items(s) for s in stations["services"]]]
    homes = scene.demand
    homes = homes[homes["households"] > 0].reset_index(drop=True)
    places = pd.concat([stations, scene.frame("candidate")], ignore_index=True)
    net = network_of(scene)
    middle = coords.to_degrees(gpd.GeoDataFrame(geometry=homes.representative_point()))
    return Ground(
        scene, net, minutes, who,
        pd.Index(stations["id"], dtype="str"),
        pd.Index(scene.frame("candidate")["id"], dtype="str"),
        _reach(net, homes, gpd.GeoDataFrame(places, crs=scene.crs), minutes, who),
        _slots(stations["hours"]),
        homes[[name for name, *_ in GROUPS]].to_numpy(dtype=np.float64),
        homes,
        np.round(middle.get_coordinates().to_numpy(), 6),
    )  # fmt: skip


def _reach(
    net: network.Network | None,
    homes: gpd.GeoDataFrame,
    places: gpd.GeoDataFrame,
    minutes: float,
    who: str,
) -> sparse.csr_array:
    """Give in how many seconds which place (row) reaches which home (column), if in time."""
    limit_s = minutes * 60
    found: TravelTimes
    if net is None:
        found = network.straight(homes, places, k=len(places), walker=walker(who), limit_s=limit_s)
    else:
        found = network.within(net, homes, places, limit_s=limit_s, walker=walker(who))
    shape = (len(places), len(homes))
    return sparse.csr_array((found.seconds, (found.cols, found.rows)), shape=shape)


def _slots(texts: Any) -> npt.NDArray[np.bool_]:
    """Give for each text of hours the 168 hours of an ordinary week; unknown hours are shut."""
    return np.array([_week(text) for text in texts], dtype=bool).reshape(-1, 168)


@lru_cache(maxsize=1024)
def _week(text: str) -> tuple[bool, ...]:
    return tuple(is_open(text, MONDAY + timedelta(hours=h), frozenset()) for h in range(168))
