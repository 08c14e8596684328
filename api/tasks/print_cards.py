"""Door cards on paper: for each building or compound its nearest stations and the way there."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Literal
from urllib.parse import urlsplit

from pydantic import Field

from api.tasks.card_edition import Door, Edition, footprints, require_stations
from api.tasks.find_place import gazetteer
from api.tasks.known import Known, known
from api.tasks.work import Form, Work
from geo.errors import BadInput, NotFound
from maps import cards

STEP = "指路卡 door cards"


class PrintCards(Form):
    """Print cards of some doors, or of every building or compound, into a file or a folder.

    An `out` that ends in ``.pdf`` becomes one file of so many pages; any other is a folder
    of one file each. A file that the same edition has printed already stays as it is, so
    that a print that was stopped goes on where it was. `base_url` None is that of the
    settings; where there is none either, the cards go without the code that opens the finder.
    """

    out: Path
    buildings: tuple[str, ...] = ()
    compounds: tuple[str, ...] = ()
    every: Literal["building", "compound"] = "building"
    base_url: str | None = Field(None, max_length=200)
    walker: str = "adult"

    def run(self, work: Work) -> Printed:
        """Print; every file is whole or not there."""
        url = finder_url(work.settings.base_url if self.base_url is None else self.base_url)
        here = known(work)
        require_stations(here)
        doors = self._doors(here, work)
        one = self.out.suffix.lower() == ".pdf"
        named = [] if one else _named(doors, self.out)
        edition = Edition(here, work, url, self.walker)
        left = [d for d, path in named if not cards.is_of(edition.of(d), path)] if named else doors
        with work.step("指路卡底图 ground of the cards"):
            press = edition.press(work)
        made = Making(edition.cards(left), len(left), work)
        if one:
            _one(press, made, self.out)
        else:
            paths = {door.place.key: path for door, path in named}
            _many(press, made, [(edition.of(door), paths[door.place.key]) for door in left])
        return Printed(
            self.out, len(left), 1 if one else len(left), len(doors) - len(left), made.nowhere,
            made.estimated, bool(url), bool(work.settings.map_approval_no),
        )  # fmt: skip

    def _doors(self, here: Known, work: Work) -> list[Door]:
        """Give the doors that were asked for, or all of a kind, in the order of their keys."""
        places, shapes = gazetteer(here, work), footprints(here, work)
        if self.buildings or self.compounds:
            keys = [*self.buildings, *self.compounds]
        elif self.every == "compound":
            keys = sorted(place.key for place in places.places if place.kind == "compound")
        else:
            keys = sorted(shapes)
        for key in self.buildings:
            _require_building(key, shapes)
        return [Door(places.at(key), shapes.get(key)) for key in keys]


class DoorCard(Form):
    """Ask for the card of one place of a door QR: a building, compound, station or community."""

    key: str = Field(max_length=80)
    base_url: str = Field("", max_length=200)
    walker: str = "adult"

    def run(self, work: Work) -> tuple[str, bytes]:
        """Give the name of the place and its card as PDF, or raise `NotFound`."""
        here = known(work)
        require_stations(here)
        url = finder_url(work.settings.base_url or self.base_url)
        edition = Edition(here, work, url, self.walker)
        place = gazetteer(here, work).at(self.key)
        door = Door(place, footprints(here, work).get(place.key))
        out = BytesIO()
        edition.press(work).bind(edition.cards([door]), out, title=place.name)
        return place.name, out.getvalue()


@dataclass(frozen=True, slots=True)
class Printed:
    """What was printed: cards and files, and how many are without a station or estimated.

    `kept` files were printed before, all else being the same; `approved` says whether the
    maps carry a 审图号.
    """

    path: Path
    cards: int
    files: int
    kept: int
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


def _one(press: cards.Press, made: Making, path: Path) -> None:
    with whole(path) as out:
        press.bind(made, out, title="指路卡 Door cards")


def _many(press: cards.Press, made: Making, files: list[tuple[str, Path]]) -> None:
    for card, (edition, path) in zip(made, files, strict=True):
        with whole(path) as out:
            press.bind([card], out, title=card.title, edition=edition)


def _named(doors: list[Door], folder: Path) -> list[tuple[Door, Path]]:
    """Give each door its file; the folder is there in any case."""
    folder.mkdir(parents=True, exist_ok=True)
    taken: set[str] = set()
    return [(door, folder / file_name(door.place.key, taken)) for door in doors]


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


def _require_building(key: str, shapes: dict[str, Any]) -> None:
    if key not in shapes:
        raise NotFound(
            f"no building {key!r}",
            zh=f"没有编号为“{key}”的楼栋",
            where=[key],
            hint="a building is called by its id in the building layer",
            hint_zh="请使用楼栋图层中的楼栋编号",
        )
