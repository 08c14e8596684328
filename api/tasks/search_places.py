"""Search over everything that has a name: places, streets, buildings, and areas of every level.

Areas are found by the names that are published this moment.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from pydantic import Field

from api.tasks.find_place import AT_ONCE, placed
from api.tasks.known import Known, NotAtHand, at_hand, known
from api.tasks.memory import give_back
from api.tasks.named_areas import Named, NamedAreas, Packs, named_areas
from api.tasks.shelf import Shelf, shelf
from api.tasks.work import Form, Work
from geo import finding, layers
from geo.asking import Pack
from geo.errors import BadInput, NotFound
from geo.finding import Bounds

LEVELS = tuple(level.name for level in layers.DEFAULT_SCHEME)
KINDS = ("compound", "landmark", "station", *LEVELS, "street", "building")
"""What is found, of things that fit alike first what people mean most often."""
_ORDER = {kind: place for place, kind in enumerate(KINDS)}
_PARENTS = {level.name: level.parent for level in layers.DEFAULT_SCHEME}


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
        """Give the likeliest first: kind, key, name, the area around it, lon, lat, score.

        Of two that fit alike the first in the order of `KINDS` comes first, then the shorter
        name, then the lower key.
        """
        return self._told(work, _areas(shelf(work)), known, finding.PATIENCE)

    def at_once(self, work: Work) -> list[dict[str, Any]]:
        """Answer the same from what this process has at hand, in less than a millisecond.

        Raises
        ------
        NotAtHand
            When something has to be read or built first, or many names have to be looked at
            for slips: `run` does.
        """
        try:
            return self._told(work, _areas_at_hand(shelf(work)), at_hand, AT_ONCE)
        except finding.OutOfPatience:
            raise NotAtHand from None

    def _told(
        self, work: Work, areas: NamedAreas, look: Callable[[Work], Known], patience: int
    ) -> list[dict[str, Any]]:
        """Look for what fits surely, and only where nothing does think of slips."""
        wanted, levels = _wanted(self.kinds)
        places, named = [], []
        for floor in (finding.SURE, 0.0):
            bounds = Bounds(self.limit, patience, floor)
            if levels:
                named = areas.find(self.q, levels, bounds)
            with suppress(NotFound):  # a store may hold areas alone
                places = placed(look(work), work, self.q, bounds, wanted) if wanted else []
            if any(area.score >= finding.SURE for area in named):
                break
            if any(place["score"] >= finding.SURE for place in places):
                break
        found = [*places, *_told(named, areas.packs)]
        found.sort(key=_rank)
        return found[: self.limit]


@lru_cache(maxsize=64)
def _wanted(kinds: str) -> tuple[frozenset[str], frozenset[int]]:
    """Give the kinds of place that are asked for, and the positions of the levels."""
    wanted = set(kinds.split(",")) if kinds else set(KINDS)
    if strange := wanted - set(KINDS):
        raise BadInput(
            f"no kind {', '.join(sorted(strange))}",
            zh=f"没有类别“{'、'.join(sorted(strange))}”",
            hint=f"one of {', '.join(KINDS)}",
        )
    levels = (at for at, level in enumerate(LEVELS) if level in wanted)
    return frozenset(wanted - set(LEVELS)), frozenset(levels)


def _rank(hit: dict[str, Any]) -> tuple[float, int, int, str]:
    return -hit["score"], _ORDER[hit["kind"]], len(hit["name"]), hit["key"]


_AREAS: WeakKeyDictionary[Shelf, NamedAreas] = WeakKeyDictionary()
_LOCK = Lock()


def _areas(kept: Shelf) -> NamedAreas:
    """Give the names of the areas as they are now."""
    with _LOCK:  # what another has read since must not be followed backwards
        packs = {level: kept.pack(level, "public") for level in LEVELS}
        areas = _AREAS.get(kept)
        if areas is None:
            areas = _AREAS[kept] = named_areas(packs)
            give_back()
        elif not _same(areas, packs):
            areas = _AREAS[kept] = areas.followed(packs)
    return areas


def _areas_at_hand(kept: Shelf) -> NamedAreas:
    areas = _AREAS.get(kept)
    if areas is None or not _same(
        areas, {level: kept.at_hand(level, "public") for level in LEVELS}
    ):
        raise NotAtHand
    return areas


def _same(areas: NamedAreas, packs: Mapping[str, Pack | None]) -> bool:
    return all(pack is areas.packs[level] for level, pack in packs.items())


def _told(areas: list[Named], packs: Packs) -> Iterator[dict[str, Any]]:
    for level, pack in packs.items():
        mine = [area for area in areas if area.level == level]
        if not mine:
            continue
        rows = [area.row for area in mine]
        names = pack.columns["name"][rows].tolist()
        parents = pack.columns["parent"][rows].tolist()
        for area, name, parent in zip(mine, names, parents, strict=True):
            yield {
                "kind": level,
                "key": pack.keys[area.row],
                "name": name,
                "area": _above(packs, level, parent),
                "lon": area.lon,
                "lat": area.lat,
                "score": area.score,
            }


def _above(packs: Packs, level: str, code: str) -> str:
    """Name the area that one belongs to."""
    above = packs.get(_PARENTS[level] or "") if code else None
    row = above.row(code) if above is not None else None
    return "" if above is None or row is None else str(above.columns["name"][row])
