"""The names of areas of every level, as they are published this moment, with a point in each.

One index holds them all. What was published after it was built stands in small indexes beside
it, and what died is passed over. A state never changes: following makes another.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from geo import finding
from geo.asking import Pack, Rows

Packs = Mapping[str, Pack]
MOST_BESIDE = 4000
"""So many new names stand beside an index before it is built anew."""


class Named(NamedTuple):
    """An area that a text may mean: how well, its level, its row there, and a point in it."""

    score: float
    level: str
    row: int
    lon: float
    lat: float


@dataclass(frozen=True)
class Part:
    """Some names, and for each the place of its level, its row there now (-1: it died), a point."""

    names: finding.Names
    levels: npt.NDArray[np.uint8]
    rows: Rows
    points: npt.NDArray[np.float64]

    @cached_property
    def _masks(self) -> dict[frozenset[int], npt.NDArray[np.uint8]]:
        return {}

    def open_to(self, levels: frozenset[int]) -> npt.NDArray[np.uint8]:
        """Tell which names are of some levels and live."""
        if (found := self._masks.get(levels)) is None:
            wanted = np.isin(self.levels, list(levels)) & (self.rows >= 0)
            found = self._masks[levels] = self.names.only(wanted)
        return found

    def moved(self, level: int, rows: Rows) -> "Part":
        """Give the same after the rows of a level moved: where to, for each; -1 if nowhere."""
        mine = np.flatnonzero((self.levels == level) & (self.rows >= 0))
        now = self.rows.copy()
        now[mine] = rows[now[mine]]
        return replace(self, rows=now)


@dataclass(frozen=True)
class NamedAreas:
    """Areas by name, in the state of some packs, one for each level."""

    packs: Packs
    parts: tuple[Part, ...]

    def find(self, text: str, levels: frozenset[int], bounds: finding.Bounds) -> list[Named]:
        """Give what a text may be the code of or mean, of some levels, in no order.

        At least as many of the best are there as the bounds want.
        """
        names, found = tuple(self.packs), list(self._coded(text.strip(), levels))
        coded = {(area.level, area.row) for area in found}
        for part in self.parts:
            scores = part.names.find(text, bounds, part.open_to(levels))
            at = np.fromiter(scores, np.int64, len(scores))
            for score, level, row, (lon, lat) in zip(
                scores.values(),
                part.levels[at].tolist(),
                part.rows[at].tolist(),
                part.points[at].tolist(),
                strict=True,
            ):
                if (names[level], row) not in coded:
                    found.append(Named(score, names[level], row, lon, lat))
        return found

    def _coded(self, code: str, levels: frozenset[int]) -> Iterator[Named]:
        """Give the areas that a text is the code of."""
        for at, (name, pack) in enumerate(self.packs.items()):
            if at in levels and (row := pack.row(code)) is not None:
                lon, lat = _points(pack, np.array([row]))[0].tolist()
                yield Named(100.0, name, row, lon, lat)

    def followed(self, packs: Packs) -> "NamedAreas":
        """Give the names in another state of the packs.

        What is new joins the small index before it as soon as that is no larger, so that a new
        name waits for few others to be written, and there are few to look through.
        """
        parts, new = self.parts, [np.empty(0, dtype=np.int64) for _ in packs]
        for level, (name, pack) in enumerate(packs.items()):
            if pack is not self.packs[name]:
                rows, new[level] = _moved(self.packs[name], pack)
                parts = tuple(part.moved(level, rows) for part in parts)
        added, (base, *beside) = sum(map(len, new)), parts
        if added + sum(len(part.names) for part in beside) > MOST_BESIDE:
            return named_areas(packs)
        while beside and 0 < len(beside[-1].names) <= added:
            last = beside.pop()
            for level, rows in enumerate(new):
                mine = last.rows[(last.levels == level) & (last.rows >= 0)]
                new[level] = np.sort(np.concatenate([rows, mine]))
            added = sum(map(len, new))
        return NamedAreas(packs, (base, *beside, *([_part(packs, new)] if added else [])))


def named_areas(packs: Packs) -> NamedAreas:
    """Index the names of all levels."""
    return NamedAreas(packs, (_part(packs, [np.arange(len(pack)) for pack in packs.values()]),))


def _part(packs: Packs, rows: list[Rows]) -> Part:
    """Index the names of some rows of each level."""
    told = list(zip(packs.values(), rows, strict=True))
    names = [name for pack, some in told for name in pack.columns["name"][some].tolist()]
    levels = np.repeat(np.arange(len(told), dtype=np.uint8), [len(some) for some in rows])
    points = np.concatenate([_points(pack, some) for pack, some in told])
    return Part(finding.Names(names, levels), levels, np.concatenate(rows), points)


def _points(pack: Pack, rows: Rows) -> npt.NDArray[np.float64]:
    """Give a point in each of some areas, lon and lat."""
    inside = shapely.point_on_surface(pack.shapes(rows))
    return np.column_stack([shapely.get_x(inside), shapely.get_y(inside)]).round(7)


def _moved(old: Pack, new: Pack) -> tuple[Rows, Rows]:
    """Give the row of each old row in a new state (-1 for none), and the rows that are new."""
    if new.keys is old.keys:
        changed = np.flatnonzero(old.numbers != new.numbers)
        moved = np.arange(len(old))
        moved[changed] = -1
        return moved, changed
    _, was, now = np.intersect1d(old.numbers, new.numbers, assume_unique=True, return_indices=True)
    moved, born = np.full(len(old), -1), np.ones(len(new), dtype=bool)
    moved[was], born[now] = now, False
    return moved, np.flatnonzero(born)
