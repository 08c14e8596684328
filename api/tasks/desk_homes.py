"""Where people live, as the desk counts and lists them while boundaries are drawn."""

from threading import Lock
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import MultiPoint
from shapely.geometry.base import BaseGeometry

import maps
from api.tasks import known
from api.tasks.desk import base_fabric, desk
from api.tasks.work import Form, Work
from geo import redraw, store
from geo.errors import NotFound

_PACKED: dict[str, dict[str, str]] = {}
_LOCK = Lock()


class DeskHomes(Form):
    """Give every inhabited place of the latest revision, packed: points and households.

    A browser counts with them while a stroke is drawn; what a stroke changes is the
    server's to say.
    """

    def run(self, work: Work) -> dict[str, str]:
        """Pack them once for a state of the store."""
        key = f"{work.db.engine.url} {known.state(work)}"
        with _LOCK:
            if key not in _PACKED:
                _PACKED.clear()
                _PACKED[key] = _packed(work)
            return _PACKED[key]


class AreaHomes(Form):
    """List the inhabited buildings of an area of a scenario, the nearest to another area first."""

    scenario: int | str
    level: str
    code: str
    near: str

    def run(self, work: Work) -> list[dict[str, Any]]:
        """Give id, name, households, a point in degrees, and metres to the other area."""
        with desk(work, self.scenario) as mine:
            fabric, homes = mine.fabric, mine.fabric.homes
            inside = homes.within(fabric.area(self.level, self.code).shape)
            inside = inside[homes.households[inside] > 0]
            away = shapely.distance(homes.points[inside], fabric.area(self.level, self.near).shape)
            order = np.argsort(away, kind="stable")
            spots = redraw.to_degrees(MultiPoint(homes.xy[inside[order]]), fabric.crs)
        lonlat = shapely.get_coordinates(spots).tolist()
        names = _names(work, spots)
        return [
            {
                "id": str(homes.ids[i]), "name": names.get(str(homes.ids[i])) or str(homes.ids[i]),
                "households": int(homes.households[i]), "lon": lon, "lat": lat, "away_m": round(far),
            }
            for i, far, (lon, lat) in zip(inside[order].tolist(), away[order].tolist(), lonlat, strict=True)
        ]  # fmt: skip


def _packed(work: Work) -> dict[str, str]:
    with work.db.read() as session:
        latest = store.revisions.latest(session)
    if latest is None:
        raise NotFound("nothing was published yet", zh="尚无已发布的版本")
    fabric = base_fabric(work, latest.number)
    lived = np.flatnonzero(fabric.homes.households > 0)
    points = gpd.GeoSeries(shapely.points(fabric.homes.xy[lived]), crs=fabric.crs)
    order = np.argsort(points.hilbert_distance().to_numpy()) if len(lived) else lived
    counts = fabric.homes.households[lived][order].tolist()
    return {
        "points": maps.packing.pack(gpd.GeoSeries(points.iloc[order])),
        "households": maps.packing.pack_numbers(counts),
    }


def _names(work: Work, spots: BaseGeometry) -> dict[str, str]:
    """Give what the buildings about some places are called, by id."""
    if spots.is_empty:
        return {}
    west, south, east, north = spots.bounds
    with work.db.read() as session:
        frame = store.features.read(session, "building", bbox=(west, south, east, north))
    called = (frame["compound"] + frame["name"]).str.strip()
    return dict(zip(frame["id"].tolist(), called.tolist(), strict=True))
