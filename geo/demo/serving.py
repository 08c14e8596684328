"""Put stations and candidate sites into a settled town."""

import geopandas as gpd
import numpy as np
from pyproj import CRS

from geo.demo import places
from geo.demo.areas import Areas
from geo.demo.naming import Nearby
from geo.demo.settle import Settled
from geo.demo.warp import Warp


def stations(
    settled: Settled,
    warp: Warp,
    levels: Areas,
    nearby: Nearby,
    *,
    count: places.Count,
    rng: np.random.Generator,
    crs: CRS,
) -> tuple[gpd.GeoDataFrame, list[int]]:
    """Give the station layer and the network's node of every station.

    A service centre stands near the middle of every subdistrict; towns have none.
    """
    walks = settled.walks
    ground = warp(walks.places)
    middles = [
        int(np.argmin(np.hypot(*(ground - (shape.centroid.x, shape.centroid.y)).T)))
        for shape, code in zip(levels.subdistrict.shapes, levels.subdistrict.codes, strict=True)
        if int(code[6:]) < 100
    ]
    chosen = places.choose(
        walks, settled.homes, settled.sites, count, middles=middles, ground=ground, rng=rng
    )
    nodes = [n for group in chosen for n in group]
    sorts = ("service_center", "station", "activity_room")
    sort = [s for s, group in zip(sorts, chosen, strict=True) for _ in group]
    at = places.beside(walks, nodes, warp, rng)
    homes, addresses = nearby.homes(at), nearby.addresses(at)
    return places.station_frame(
        at, sort=sort, homes=homes, addresses=addresses, rng=rng, crs=crs
    ), nodes


def candidates(
    settled: Settled,
    warp: Warp,
    nearby: Nearby,
    *,
    taken: list[int],
    count: int,
    rng: np.random.Generator,
    crs: CRS,
) -> gpd.GeoDataFrame:
    """Give candidate sites: gatehouses at gates, other small structures at doors."""
    spots = np.setdiff1d(np.union1d(settled.sites.gates, settled.homes.nodes), taken)
    chosen = rng.choice(spots, count, replace=False)
    gates = set(settled.sites.gates.tolist())
    others = [h for h in places.HOST_ZH if h != "gatehouse"]
    hosts = ["gatehouse" if int(n) in gates else str(rng.choice(others)) for n in chosen]
    at = places.beside(settled.walks, chosen.tolist(), warp, rng)
    return places.candidate_frame(
        at, homes=nearby.homes(at), hosts=hosts, addresses=nearby.addresses(at), rng=rng, crs=crs
    )
