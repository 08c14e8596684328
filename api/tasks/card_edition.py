"""What the cards of one printing share: the state of the store, the walker, the address."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import numpy as np

from api.settings import VERSION
from api.tasks import draw_maps
from api.tasks.known import Known
from api.tasks.nearest_stations import Some, Spot, ways
from api.tasks.open_stations import HERE
from api.tasks.scene import read_scene
from api.tasks.work import Work
from geo import coords
from geo.errors import NotFound
from geo.finding import Place
from geo.layers import WALKERS, walker
from maps import cards

STATIONS = 3


@dataclass(frozen=True, slots=True)
class Door:
    """A place to print for, and its footprint where it is a building."""

    place: Place
    shape: Any


class Edition:
    """Cards of one state of the store for one kind of walker, leading to one address."""

    def __init__(self, here: Known, work: Work, url: str, who: str) -> None:
        self._here, self._url, self._who = here, url, walker(who)
        chosen = work.settings
        parts = (here.state, url, who, chosen.duty_phone, chosen.map_approval_no, VERSION)
        self._mark = "\0".join(parts)

    def of(self, door: Door) -> str:
        """Give the mark of a door's card: another, when anything on it may be."""
        return sha256(f"{self._mark}\0{door.place.key}".encode()).hexdigest()[:32]

    def press(self, work: Work) -> cards.Press:
        """Give the press of this edition, its ground made ready once for a state of the store."""

        def made() -> cards.Press:
            base = replace(draw_maps.ground(work), date=_date(self._here.state))
            who, elder = self._who, WALKERS["elder"]
            imprint = cards.Imprint(
                who.zh, who.speed_m_s, who.speed_m_s / elder.speed_m_s, work.settings.duty_phone
            )
            return cards.Press(base, self._here.scene.crs, imprint)

        return self._here.keep(("press", self._mark), made)

    def cards(self, doors: Sequence[Door]) -> Iterator[cards.Card]:
        """Give the card of each door, its ways over the streets."""
        here = self._here
        stations, every = _stations(here), Some.of(np.ones(len(here.stations), dtype=bool))
        for door in doors:
            place = door.place
            xy = place.x_m, place.y_m
            spot = Spot(*here.to_degrees.transform(*xy), xy)
            found, estimated = ways(here, spot, every, self._who, STATIONS)
            stops = tuple(
                cards.Stop(
                    **stations[way.station], walk_m=way.metres, walk_s=way.seconds, line=way.line
                )
                for way in found
            )
            link = f"{self._url}/at/{quote(place.key, safe='@')}" if self._url else ""
            yield cards.Card(
                place.key, place.name, place.x_m, place.y_m, stops, link, door.shape, estimated
            )


def require_stations(here: Known) -> None:
    """Raise `NotFound` where no station is open to the public."""
    if not len(here.stations):
        raise NotFound(
            "there is no open station to print",
            zh="还没有开放的服务站，无法打印指路卡",
            hint="import stations with `wangge import PATH`",
            hint_zh="请先用 wangge import 导入服务站",
        )


def footprints(here: Known, work: Work) -> dict[str, Any]:
    """Give the footprint of every building, metres."""

    def made() -> dict[str, Any]:
        frame = coords.to_metres(read_scene(work, "building").frame("building"), here.scene.crs)
        return dict(zip(frame["id"], frame.geometry, strict=True))

    return here.keep("footprints", made)


def _stations(here: Known) -> list[dict[str, str]]:
    """Give what cards tell of each station, in the order of the table."""
    table = here.stations
    xy = np.column_stack([table.geometry.x, table.geometry.y])
    lon, lat = coords.transformer(here.scene.crs, coords.STORED).transform(*xy.T)
    told = []
    for i, row in enumerate(table.to_dict("records")):
        name = row["signboard"] or row["name"] or row["id"]
        link = coords.links.amap(coords.links.Place(lon[i], lat[i], name, row["address"]))
        kept = {c: row[c] for c in ("hours", "services", "phone", "address")}
        told.append({"name": name, "link": link, **kept})
    return told


def _date(state: str) -> str:
    """Give the day of the store's last change, on the clock of the wall."""
    try:
        return f"{datetime.fromisoformat(state.split(maxsplit=1)[0]).astimezone(HERE):%Y-%m-%d}"
    except ValueError:
        return ""
