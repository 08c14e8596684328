"""The nearest open stations on foot from one place, with the way there."""

from datetime import datetime
from typing import Any

import numpy as np
import shapely
from pydantic import Field

from api.tasks.open_stations import open_stations
from api.tasks.scene import Scene, read_scene
from api.tasks.walk import STREETS, network_of
from api.tasks.work import Form, Work
from geo import coords, layers, network
from geo.layers import StationLayer, Walker, items, walker


class NearestStations(Form):
    """Ask from a place in lon/lat; `open_at` is local time, None asks for no hours."""

    lon: float = Field(ge=-180, le=180)
    lat: float = Field(ge=-90, le=90)
    k: int = Field(3, ge=1, le=50)
    service: str | None = None
    open_at: datetime | None = None
    walker: str = "adult"

    def run(self, work: Work) -> dict[str, Any]:
        """Read, search, answer in lon/lat; `estimated` tells that no streets are known."""
        who = walker(self.walker)
        scene = read_scene(work, "station", *STREETS)
        stations = open_stations(scene, self.service, self.open_at, work.settings.holidays)
        there = coords.transformer(coords.STORED, scene.crs)
        place = np.array(there.transform(self.lon, self.lat))
        net = network_of(scene)
        found = _straight(place, stations, who, self.k) if net is None else []
        if net is not None and len(stations):
            xy = shapely.get_coordinates(stations.geometry)
            known = network.tree(net, xy, k=min(self.k, len(stations)), walker=who)
            found = [way for way in network.routes(known, place) if way.found]
        return {
            "place": {"lon": self.lon, "lat": self.lat},
            "walker": who.name,
            "estimated": net is None,
            "stations": [_answer(way, stations, scene, who) for way in found],
        }


def _straight(
    place: np.ndarray, stations: StationLayer, who: Walker, k: int
) -> list[network.Route]:
    """Estimate without streets: straight line × 1.3, said as such in the answer."""
    ends = shapely.get_coordinates(stations.geometry)
    metres = np.hypot(*(ends - place).T) * layers.DETOUR
    order = np.lexsort((stations["id"].to_numpy(str), metres))[:k]
    return [
        network.Route(
            float(metres[i]), float(metres[i] / who.speed_m_s), float(metres[i]),
            shapely.LineString([place, ends[i]]), np.empty(0, np.int32), int(i),
        )
        for i in order
    ]  # fmt: skip


def _answer(
    way: network.Route, stations: StationLayer, scene: Scene, who: Walker
) -> dict[str, Any]:
    row = stations.iloc[way.station]
    back = coords.transformer(scene.crs, coords.STORED)
    line = shapely.transform(way.line, lambda xy: np.column_stack(back.transform(*xy.T)))
    lon, lat = back.transform(row.geometry.x, row.geometry.y)
    signboard = row["signboard"] or row["name"]
    entrance = coords.links.Place(lon, lat, signboard, row["address"])
    return {
        "id": row["id"],
        "name": row["name"],
        "signboard": signboard,
        "kind": row["kind"],
        "lon": round(lon, 7),
        "lat": round(lat, 7),
        "walk_m": round(way.metres, 1),
        "walk_s": round(way.seconds, 1),
        "minutes": round(way.seconds / 60, 1),
        "off_network_m": round(way.off_m, 1),
        "hours": row["hours"],
        "services": list(items(row["services"])),
        "address": row["address"],
        "phone": row["phone"],
        "links": coords.links.buttons(entrance, apple_device=True),
        "route": [[round(x, 7), round(y, 7)] for x, y in shapely.get_coordinates(line)],
    }
