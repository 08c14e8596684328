"""Stations, candidate sites and institutions: where they are and what they offer."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from geo.demo.fabric import Fabric
from geo.demo.reach import Homes, Walks, permitted, spread
from geo.demo.warp import GRAIN_M, Warp
from geo.layers import SERVICES

Ints = npt.NDArray[np.int64]
HOURS = {
    "subdistrict": (
        "Mo-Fr 08:30-17:30; Sa 09:00-12:00; PH off",
        "Mo-Su 08:30-17:30",
        "Mo-Su 08:00-20:00",
    ),
    "community": (
        "Mo-Su 08:00-20:00",
        "Mo-Sa 08:30-18:00",
        "Mo-Fr 08:30-17:30; Sa 09:00-12:00; PH off",
    ),
    "grid": ("24/7", "Mo-Su 08:00-22:00", "Mo-Su 06:30-21:30", "Tu-Su 09:00-17:00"),
}
KINDS = {
    "subdistrict": ("warm_station", "convenience_center", "governance_center"),
    "community": ("warm_station", "neighborhood_station", "grid_station"),
    "grid": ("grid_station", "grid_home", "warm_station", "micro_venue"),
}
KIND_ZH = {
    "service_center": "党群服务中心", "activity_room": "党群活动室", "warm_station": "暖心驿站",
    "convenience_center": "便民服务中心", "governance_center": "综治中心",
    "neighborhood_station": "邻里驿站", "grid_station": "网格党群服务站", "grid_home": "网格微家",
    "micro_venue": "微阵地",
}  # fmt: skip
HOST_ZH = {
    "gatehouse": "门卫室",
    "bike_shed": "车棚",
    "pavilion": "凉亭",
    "property_office": "物业用房",
}
DOOR_OF = 12
"""Of so many doors on open lanes, one may become a station."""
HOST_COST = {"gatehouse": 6.0, "bike_shed": 9.0, "pavilion": 12.0, "property_office": 18.0}


@dataclass(frozen=True, slots=True)
class Sites:
    """Where places may stand: nodes of gates, doors and corners, with what is there."""

    gates: Ints
    doors: Ints
    corners: Ints


def sites(fabric: Fabric, network: Walks, streets: Ints) -> Sites:
    """Give the nodes of gates, of doors on open lanes, and of street corners."""
    gates = [network.node((g.x, g.y)) for g in fabric.gates]
    walled = {g.compound for g in fabric.gates}
    doors = [
        network.node(h.door) for h in fabric.houses if h.compound not in walled and h.per_floor
    ][::DOOR_OF]
    return Sites(np.unique(gates), np.unique(np.array(doors, dtype=np.int64)), streets)


@dataclass(frozen=True, slots=True)
class Count:
    """How many places of each sort a town has."""

    stations: int
    centres: int
    rooms: int
    candidates: int
    councils: int
    institutions: int

    def times(self, factor: int) -> "Count":
        """Give ten times a district for a city."""
        return Count(
            self.stations * factor,
            self.centres * factor,
            self.rooms * factor,
            self.candidates * factor,
            self.councils * factor,
            self.institutions * factor,
        )


def choose(
    network: Walks,
    homes: Homes,
    where: Sites,
    count: Count,
    *,
    middles: list[int],
    ground: npt.NDArray[np.float64],
    rng: np.random.Generator,
) -> tuple[list[int], list[int], list[int]]:
    """Choose the nodes of service centres, stations and activity rooms.

    Centres stand nearest to the `middles` (nodes amid the subdistricts), stations wherever
    people live farthest from the others until all are near one, the rest and the rooms at
    random.
    """
    handy = permitted(network, homes, np.union1d(where.gates, where.doors))
    corners = permitted(network, homes, where.corners)
    centres: list[int] = []
    for middle in middles[: count.centres]:
        away = network.distances([middle], limit_m=4000)[handy]
        away[np.isin(handy, centres)] = np.inf
        centres.append(int(handy[np.argmin(away)]))
    stations = spread(
        network,
        homes,
        places=handy,
        corners=corners,
        taken=centres,
        count=count.stations,
        ground=ground,
    )
    free = np.setdiff1d(handy, centres + stations)
    more = count.stations - len(stations)
    picked = [int(n) for n in rng.choice(free, more + count.rooms, replace=False)]
    return centres, stations + picked[:more], picked[more:]


def beside(
    network: Walks, nodes: list[int], warp: Warp, rng: np.random.Generator
) -> npt.NDArray[np.object_]:
    """Put an entrance a few steps from its node."""
    aside = rng.uniform(1.5, 3.0, (len(nodes), 1)) * rng.choice([-1.0, 1.0], (len(nodes), 2))
    ground = np.round((warp(network.places[nodes]) + aside) / GRAIN_M) * GRAIN_M
    return np.array(shapely.points(ground), dtype=object)


def station_frame(
    shapes: npt.NDArray[np.object_],
    *,
    sort: list[str],
    homes: list[str],
    addresses: list[str],
    rng: np.random.Generator,
    crs: CRS,
) -> gpd.GeoDataFrame:
    """Give the station layer; `sort` is service_center, station or activity_room."""
    n = len(sort)
    rank = rng.permutation(n)
    tiers = np.array(["subdistrict", "community", "grid"])[np.digitize(rank / n, [0.13, 0.55])]
    tiers[np.array(sort) == "service_center"] = "subdistrict"
    tiers[np.array(sort) == "activity_room"] = "community"
    rows = [
        _station(i, sort=sort[i], tier=str(tiers[i]), home=homes[i], address=addresses[i], rng=rng)
        for i in range(n)
    ]
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=crs)


def _station(
    i: int, *, sort: str, tier: str, home: str, address: str, rng: np.random.Generator
) -> dict[str, object]:
    kind = sort if sort != "station" else str(rng.choice(KINDS[tier]))
    size = {"subdistrict": 900.0, "community": 260.0, "grid": 70.0}[tier] * float(
        rng.uniform(0.6, 1.4)
    )
    hours = HOURS["subdistrict" if sort == "service_center" else tier]
    name = f"{home}{KIND_ZH[kind]}"
    number = {"subdistrict": 11, "community": 8, "grid": 5}[tier]
    services = sorted(rng.choice(len(SERVICES), number, replace=False))
    host = (
        ""
        if tier != "grid"
        else str(rng.choice(["gatehouse", "bike_shed", "shop", "property_office"]))
    )
    grade = (
        ""
        if sort != "station"
        else "ABC"[min(2, int(rng.integers(0, 2)) + (tier != "subdistrict"))]
    )
    if sort == "station" and tier == "grid":
        grade = "BC"[int(rng.random() < 0.7)]
    return {
        "id": f"P{i + 1:04d}", "name": name, "kind": kind, "tier": tier, "class": grade,
        "services": ";".join(SERVICES[int(s)] for s in services),
        "hours": hours[int(rng.integers(len(hours)))],
        "capacity": int(size / 4), "area_m2": round(size, 1), "signboard": name,
        "address": address, "phone": f"0511-0001-{i + 1:04d}", "host": host or "own_building",
        "cost": 0.0, "within": "", "rating": round(float(rng.uniform(3.2, 5.0)), 1), "status": "open",
    }  # fmt: skip


def candidate_frame(
    shapes: npt.NDArray[np.object_],
    *,
    homes: list[str],
    hosts: list[str],
    addresses: list[str],
    rng: np.random.Generator,
    crs: CRS,
) -> gpd.GeoDataFrame:
    """Give the layer of candidate sites: small structures that could become stations."""
    rows = []
    for i, (home, host, address) in enumerate(zip(homes, hosts, addresses, strict=True)):
        size = round(float(rng.uniform(12, 60)), 1)
        rows.append({
            "id": f"C{i + 1:04d}", "name": f"{home}{HOST_ZH[host]}", "kind": "micro_venue", "tier": "grid",
            "class": "", "services": "rest;water", "hours": "", "capacity": int(size / 3), "area_m2": size,
            "signboard": "", "address": address, "phone": "", "host": host,
            "cost": round(HOST_COST[host] + 0.15 * size + float(rng.uniform(0, 4)), 1),
            "within": home, "rating": 0.0, "status": "candidate",
        })  # fmt: skip
    return gpd.GeoDataFrame(rows, geometry=shapes, crs=crs)


def institution_frame(
    shapes: npt.NDArray[np.object_], *, names: list[str], kinds: list[str], communities: list[str],
    rng: np.random.Generator, crs: CRS,
) -> gpd.GeoDataFrame:  # fmt: skip
    """Give the layer of institutions."""
    return gpd.GeoDataFrame(
        {
            "id": [f"I{i + 1:03d}" for i in range(len(names))],
            "name": names,
            "kind": kinds,
            "community": communities,
            "members": rng.integers(20, 900, len(names)),
        },
        geometry=shapes,
        crs=crs,
    )
