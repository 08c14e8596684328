"""Door cards on paper: for each building or compound its nearest stations and the way there."""

import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO, Literal
from urllib.parse import quote, urlsplit

import numpy as np
from pydantic import Field

from api.tasks import draw_maps
from api.tasks.find_place import gazetteer
from api.tasks.gazetteer import Place
from api.tasks.known import Known, known
from api.tasks.nearest_stations import ways
from api.tasks.open_stations import HERE
from api.tasks.scene import read_scene
from api.tasks.work import Form, Work
from geo import coords
from geo.errors import BadInput, NotFound
from geo.layers import WALKERS, walker
from maps import cards

STATIONS = 3
STEP = "指路卡 door cards"


class PrintCards(Form):
    """Print cards of some doors, or of every building or compound, into a file or a folder.

    An `out` that ends in ``.pdf`` becomes one file of so many pages; any other is a folder
    of one file each. `base_url` None is that of the settings; where there is none either,
    the cards go without the code that opens the finder.
    """

    out: Path
    buildings: tuple[str, ...] = ()
    compounds: tuple[str, ...] = ()
    every: Literal["building", "compound"] = "building"
    base_url: str | None = Field(None, max_length=200)
    walker: str = "adult"

    def run(self, work: Work) -> "Printed":
        """Print; every file is whole or not there."""
        url = finder_url(work.settings.base_url if self.base_url is None else self.base_url)
        here = known(work)
        _require_stations(here)
        with work.step("指路卡底图 ground of the cards"):
            press = self._press(here, work)
        found = self._doors(here, work)
        made = Making(self.cards(found, here, url), len(found), work)
        one = self.out.suffix.lower() == ".pdf"
        files = _one(press, made, self.out) if one else _many(press, made, self.out)
        approved = bool(work.settings.map_approval_no)
        return Printed(
            self.out, len(found), files, made.nowhere, made.estimated, bool(url), approved
        )

    def _press(self, here: Known, work: Work) -> cards.Press:
        who, elder = walker(self.walker), WALKERS["elder"]
        base = replace(draw_maps.ground(work), date=_date(here.state))
        imprint = cards.Imprint(
            who.zh, who.speed_m_s, who.speed_m_s / elder.speed_m_s, work.settings.duty_phone
        )
        return cards.Press(base, here.scene.crs, imprint)

    def _doors(self, here: Known, work: Work) -> list["Door"]:
        """Give the doors that were asked for, or all of a kind, in the order of their keys."""
        places = gazetteer(here, work)
        frame = coords.to_metres(read_scene(work, "building").frame("building"), here.scene.crs)
        shapes = dict(zip(frame["id"], frame.geometry, strict=True))
        if self.buildings or self.compounds:
            keys = [*self.buildings, *self.compounds]
        elif self.every == "compound":
            keys = sorted(place.key for place in places.places if place.kind == "compound")
        else:
            keys = sorted(shapes)
        for key in self.buildings:
            _require_building(key, shapes)
        return [Door(places.at(key), shapes.get(key)) for key in keys]

    def cards(self, doors: Sequence["Door"], here: Known, url: str) -> Iterator[cards.Card]:
        """Give the card of each door, its ways over the streets."""
        stations, rows = _stations(here), np.arange(len(here.stations))
        who = walker(self.walker)
        for door in doors:
            place = door.place
            found, estimated = ways(here, np.array([place.x_m, place.y_m]), rows, who, STATIONS)
            stops = tuple(
                cards.Stop(
                    **stations[way.station], walk_m=way.metres, walk_s=way.seconds, line=way.line
                )
                for way in found
            )
            link = f"{url}/at/{quote(place.key, safe='@')}" if url else ""
            yield cards.Card(
                place.key, place.name, place.x_m, place.y_m, stops, link, door.shape, estimated
            )


@dataclass(frozen=True, slots=True)
class Door:
    """A place to print for, and its footprint where it is a building."""

    place: Place
    shape: Any


@dataclass(frozen=True, slots=True)
class Printed:
    """What was printed: cards and files, and how many are without a station or estimated.

    `approved` says whether the maps carry a 审图号.
    """

    path: Path
    cards: int
    files: int
    nowhere: int
    estimated: int
    finder_codes: bool
    approved: bool


class Making:
    """Cards on their way to the press: counted, and told of about once a second."""

    def __init__(self, made: Iterator[cards.Card], total: int, work: Work) -> None:
        self._cards, self._total, self._work = made, total, work
        self.nowhere = self.estimated = 0

    def __iter__(self) -> Iterator[cards.Card]:
        self._work.progress(STEP, 0, self._total)
        told = time.monotonic()
        for done, card in enumerate(self._cards):
            if time.monotonic() - told >= 1:
                self._work.progress(STEP, done, self._total)
                told = time.monotonic()
            self.nowhere += not card.stops
            self.estimated += card.estimated
            yield card
        self._work.progress(STEP, self._total, self._total)


def finder_url(text: str) -> str:
    """Check the address of the service; empty stays empty."""
    url = text.strip().rstrip("/")
    parts = urlsplit(url)
    if url and (parts.scheme not in {"http", "https"} or not parts.netloc or parts.query):
        raise BadInput(
            f"base URL {text!r} is no web address",
            zh=f"“{text}”不是网址",
            hint="write for example: https://wangge.example.cn",
            hint_zh="写法示例：https://wangge.example.cn",
        )
    return url


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file that appears only when all of it is written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.part")
    try:
        with half.open("wb") as out:
            yield out
        half.replace(path)
    finally:
        half.unlink(missing_ok=True)


def _one(press: cards.Press, made: Making, path: Path) -> int:
    with whole(path) as out:
        press.bind(made, out, title="指路卡 Door cards")
    return 1


def _many(press: cards.Press, made: Making, folder: Path) -> int:
    taken: set[str] = set()
    folder.mkdir(parents=True, exist_ok=True)
    for card in made:
        name = file_name(card.key, taken)
        with whole(folder / name) as out:
            press.bind([card], out, title=card.title)
    return len(taken)


def file_name(key: str, taken: set[str]) -> str:
    """Give a name that every file system takes, and take it; like names get a sum at the end.

    Examples
    --------
    >>> file_name("../B 01", set())
    'B_01.pdf'
    """
    name = re.sub(r"\W+", "_", key).strip("_")[:60] or "card"
    if name.lower() in taken:
        name = f"{name}_{sha256(key.encode()).hexdigest()[:12]}"
    taken.add(name.lower())
    return f"{name}.pdf"


def _require_stations(here: Known) -> None:
    if not len(here.stations):
        raise NotFound(
            "there is no open station to print",
            zh="还没有开放的服务站，无法打印指路卡",
            hint="import stations with `wangge import PATH`",
            hint_zh="请先用 wangge import 导入服务站",
        )


def _require_building(key: str, shapes: dict[str, Any]) -> None:
    if key not in shapes:
        raise NotFound(
            f"no building {key!r}",
            zh=f"没有编号为“{key}”的楼栋",
            where=[key],
            hint="a building is called by its id in the building layer",
            hint_zh="请使用楼栋图层中的楼栋编号",
        )


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
