"""The audit by norms: floor, workers and radius, each norm with its source.

The figures are defaults to be handed over where a place has others. None is quoted by
clause; `confidence` says how the figure is known: the text was read (H), or second-hand (M).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.coverage.administrative import WORKERS
from geo.coverage.people import area_of
from geo.layers import DemandLayer, GridLayer, TravelTimes

PLAN_2021 = "《“十四五”城乡社区服务体系建设规划》（2021）"
GB_50180 = "GB 50180-2018《城市居住区规划设计标准》"


@dataclass(frozen=True, slots=True)
class Norm:
    """One norm: a floor for a figure (`least`), or a walk within which all should be (`radius_m`).

    `tiers` and `services` say which stations count for a radius; empty: all do.
    """

    key: str
    zh: str
    en: str
    unit: str
    source: str
    confidence: str
    least: float = 0.0
    radius_m: float = 0.0
    tiers: tuple[str, ...] = ()
    services: tuple[str, ...] = ()


NORMS = (
    Norm("floor", "每百户综合服务设施面积", "Floor per 100 households", "m²/100户", PLAN_2021, "H",
         least=30.0),
    Norm("workers", "每万人社区工作者", "Workers per 10,000 residents", "人/万人", PLAN_2021, "H",
         least=18.0),
    Norm("station_300m", "社区服务站服务半径", "Community service station", "m", GB_50180, "M",
         radius_m=300.0, tiers=("community", "grid")),
    Norm("elder_care_300m", "老年人日间照料服务半径", "Elder day care", "m", GB_50180, "M",
         radius_m=300.0, services=("elder_care",)),
    Norm("culture_500m", "文化活动服务半径", "Cultural room", "m", GB_50180, "M",
         radius_m=500.0, services=("activity",)),
    Norm("subdistrict_1000m", "街道级设施服务半径", "Subdistrict tier", "m", GB_50180, "M",
         radius_m=1000.0, tiers=("subdistrict",)),
)  # fmt: skip
"""Domain defaults; the urban norm for workers counts residents of all areas."""


def audit(
    areas: GridLayer,
    demand: DemandLayer,
    stations: gpd.GeoDataFrame,
    *,
    staff: pd.DataFrame | None = None,
    walks: Mapping[str, TravelTimes] | None = None,
    norms: Sequence[Norm] = NORMS,
) -> pd.DataFrame:
    """Hold every area against every norm that can be judged.

    Parameters
    ----------
    areas : GridLayer
    demand : DemandLayer
    stations : GeoDataFrame
        With `area_m2`; they belong to the area in which they stand.
    staff : DataFrame, optional
        `role`, `area` (a code at or below that of the areas); without it the norm of workers
        is not judged.
    walks : mapping of norm key to TravelTimes, optional
        For each radius that is to be judged, walks to the nearest station that counts for it.
    norms : sequence of Norm

    Returns
    -------
    DataFrame
        One row an area and norm, index `code, norm`: `name`, `value` (m², workers, or the
        share of households within the radius, 0–1), `target`, `met`, `short` (m², workers or
        households that are missing), `unit`, `source`, `confidence`. Areas without people
        have no rows.
    """
    homes = demand[demand["households"] > 0]
    homes = homes.set_index(pd.Index(homes["id"], dtype="str"))
    area = area_of(homes, areas)
    people = homes[["households", "residents"]].groupby(area).sum()
    names = areas.set_index("code")["name"]
    codes = pd.Index([c for c in names.index if c in people.index], name="code")
    people = people.reindex(codes)
    parts = []
    for norm in norms:
        if norm.key == "floor":
            parts.append(_rate(norm, _floor_m2(stations, areas), people["households"] / 100))
        elif norm.key == "workers" and staff is not None and len(staff):
            parts.append(_rate(norm, _workers(staff, codes), people["residents"] / 10_000))
        elif norm.radius_m and norm.key in (walks or {}):
            parts.append(_radius(norm, (walks or {})[norm.key], homes["households"], area, codes))
    columns = ["name", "value", "target", "met", "short", "unit", "source", "confidence"]
    if not parts:
        return pd.DataFrame(columns=columns)
    table = pd.concat(parts).assign(
        name=lambda t: names.reindex(t.index.get_level_values(0)).to_numpy()
    )
    return table.sort_index(level=0, sort_remaining=False, kind="stable")[columns]


def _told(norm: Norm, value: pd.Series, target: float, short: pd.Series) -> pd.DataFrame:
    table = pd.DataFrame({"value": value, "target": target, "met": short <= 0, "short": short})
    table["unit"], table["source"], table["confidence"] = norm.unit, norm.source, norm.confidence
    table.index = pd.MultiIndex.from_product([value.index, [norm.key]], names=["code", "norm"])
    return table


def _rate(norm: Norm, have: pd.Series, per: pd.Series) -> pd.DataFrame:
    held = have.reindex(per.index, fill_value=0.0)
    value = held.div(per.replace(0, np.nan))
    return _told(norm, value, norm.least, (norm.least * per - held).clip(lower=0.0).round(6))


def _radius(
    norm: Norm, walk: TravelTimes, households: pd.Series, area: pd.Series, codes: pd.Index
) -> pd.DataFrame:
    near = pd.Series(False, index=households.index)
    rows, first = np.unique(walk.rows, return_index=True)
    inside = walk.metres[first] <= norm.radius_m
    near.loc[near.index.intersection(pd.Index(walk.demand_ids[rows[inside]]))] = True
    total = households.groupby(area).sum().reindex(codes).astype("float64")
    served = households[near].groupby(area[near]).sum().reindex(codes, fill_value=0)
    return _told(norm, served / total, 1.0, total - served)


def _floor_m2(stations: gpd.GeoDataFrame, areas: GridLayer) -> pd.Series:
    if not len(stations):
        return pd.Series(dtype="float64")
    floor: pd.Series = stations["area_m2"].groupby(area_of(stations, areas)).sum()
    return floor


def _workers(staff: pd.DataFrame, codes: pd.Index) -> pd.Series:
    posts = staff.loc[staff["role"].isin(WORKERS), "area"].astype("str")
    return pd.Series([float(posts.str.startswith(str(c)).sum()) for c in codes], index=codes)
