"""Search over everything that has a name: places, streets, buildings, and areas of every level.

Areas are found by the names that are published this moment; a name that was published after
the index was built stands in a small index beside it, and one that died is passed over.
"""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Lock
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
import shapely
from pydantic import Field

from api.tasks.find_place import gazetteer, told_of
from api.tasks.known import known
from api.tasks.shelf import Shelf, shelf
from api.tasks.work import Form, Work
from geo import finding, layers
from geo.asking import Pack, Rows
from geo.errors import BadInput, NotFound

LEVELS = tuple(level.name for level in layers.DEFAULT_SCHEME)
KINDS = ("compound", "landmark", "station", *LEVELS, "street", "building")
"""What is found, of things that fit alike first what people mean most often."""
MOST_BESIDE = 4000
"""So many new names stand beside an index before it is built anew."""


class SearchPlaces(Form):
    """Ask for places by name, pinyin, initials, by ear or with a slip; areas by code too."""

    q: str = Field(
        max_length=60, description="汉字、拼音、首字母或编码 name, pinyin, initials, code"
    )
    limit: int = Field(10, ge=1, le=50)
    kinds: str = Field(
        "", max_length=200, description=f"只查这些类别 only these: {','.join(KINDS)}"
    )

    def run(self, work: Work) -> list[dict[str, Any]]:
        """Give the likeliest first: kind, key, name, the area around it, lon, lat, score."""
        wanted = tuple(self.kinds.split(",")) if self.kinds else KINDS
        if strange := set(wanted) - set(KINDS):
            raise BadInput(
                f"no kind {', '.join(sorted(strange))}",
                zh=f"没有类别“{'、'.join(sorted(strange))}”",
                hint=f"one of {', '.join(KINDS)}",
            )
        found = self._places(work, wanted) if set(wanted) - set(LEVELS) else []
        kept = shelf(work)
        for level in LEVELS:
            if level in wanted:
                found += _areas(kept, level, self.q)
        found.sort(key=lambda hit: (-hit.score, KINDS.index(hit.kind), len(hit.name)))
        return [{**hit.told(), "score": hit.score} for hit in found[: self.limit]]

    def _places(self, work: Work, wanted: tuple[str, ...]) -> "list[Hit]":
        with suppress(NotFound):  # a store may hold areas alone
            here = known(work)
            return [
                Hit(score, place.kind, place.name, partial(told_of, place, here))
                for place, score in gazetteer(here, work).find(self.q, 2 * self.limit)
                if place.kind in wanted and place.kind not in LEVELS
            ]
        return []


class Hit(NamedTuple):
    """Something found, and how to tell of it."""

    score: float
    kind: str
    name: str
    told: Callable[[], dict[str, Any]]


class LevelNames:
    """The names of a level: an index, and beside it small ones of what was published since.

    A small one joins the one before it as soon as it is as large, so that a new name waits
    for few others to be written, and there are few to look through.
    """

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._base = finding.Names(pack.columns["name"].tolist())
        self._numbers, self._highest = pack.numbers, int(pack.numbers.max(initial=0))
        self._beside: list[tuple[finding.Names, Rows]] = []

    def follow(self, pack: Pack) -> bool:
        """Take in another state of the level; say no when that is better built anew."""
        if pack is not self._pack:
            new = pack.numbers[pack.numbers > self._highest]
            if len(new) + sum(len(numbers) for _, numbers in self._beside) > MOST_BESIDE:
                return False
            self._pack, self._highest = pack, int(new.max(initial=self._highest))
            while self._beside and len(self._beside[-1][1]) <= len(new):
                earlier = self._beside.pop()[1]
                new = np.concatenate([earlier[np.isin(earlier, pack.numbers)], new])
            if len(new):
                names = pack.columns["name"][pack.rows_numbered(new)]
                self._beside.append((finding.Names(names.tolist()), new))
        return True

    def find(self, text: str) -> dict[int, float]:
        """Give rows of the level as it is, with their scores."""
        found: dict[int, float] = {}
        for names, numbers in ((self._base, self._numbers), *self._beside):
            for place, score in names.find(text, 50).items():
                if (row := self._pack.row_numbered(int(numbers[place]))) is not None:
                    found[row] = score
        return found


_NAMES: WeakKeyDictionary[Shelf, dict[str, LevelNames]] = WeakKeyDictionary()
_LOCK = Lock()


def _areas(kept: Shelf, level: str, text: str) -> list[Hit]:
    pack = kept.pack(level, "public")
    row = pack.row(text.strip())
    if row is not None:
        rows = {row: 100.0}
    else:
        with _LOCK:
            named = _NAMES.setdefault(kept, {})
            names = named.get(level)
            if names is None or not names.follow(pack):
                names = named[level] = LevelNames(pack)
            rows = names.find(text)
    return [
        Hit(score, level, str(pack.columns["name"][row]), partial(_told, kept, pack, level, row))
        for row, score in rows.items()
    ]


def _told(kept: Shelf, pack: Pack, level: str, row: int) -> dict[str, Any]:
    point = shapely.point_on_surface(pack.shapes(np.array([row]))[0])
    return {
        "kind": level,
        "key": pack.keys[row],
        "name": str(pack.columns["name"][row]),
        "area": _above(kept, level, str(pack.columns["parent"][row])),
        "lon": round(point.x, 7),
        "lat": round(point.y, 7),
    }


def _above(kept: Shelf, level: str, code: str) -> str:
    """Name the area that one belongs to."""
    parent = layers.level(level).parent
    above = kept.pack(parent, "public") if parent and code else None
    row = above.row(code) if above is not None else None
    return "" if above is None or row is None else str(above.columns["name"][row])
