"""The findings of a scenario's map, kept up to date at the cost of what each step touched."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Lock

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo import redraw, topology
from geo.layers import DemandLayer, Finding, GridLayer, Severity

Key = tuple[str, str]
AROUND_M = 0.1
_RANK = {Severity.ERROR: 0, Severity.WARN: 1, Severity.INFO: 2}


class Watched:
    """An index over the areas of a map, and what is wrong with them.

    What changed is noted while the map stands still, which costs nothing; it is looked at
    later by `found`, which takes its time and leaves the map to others meanwhile.
    """

    def __init__(self, fabric: redraw.Fabric) -> None:
        self._levels = [lv.name for lv in fabric.levels]
        self._areas = list(fabric.areas.values())
        self._people = fabric.homes
        self._crs = fabric.crs
        self._watch: topology.Watch | None = None
        self._found: list[Finding] = []
        self._unseen: deque[_Step] = deque()
        self._lock = Lock()

    def note(self, change: redraw.Change, fabric: redraw.Fabric) -> None:
        """Take in what a change did; `fabric` is as it left it."""
        was: dict[Key, redraw.Area | None] = {area.key: None for area in change.after}
        was |= {area.key: area for area in change.before}
        codes = sorted({(level, ref.split("#")[0]) for level, ref in was})
        come = {at: _of(fabric, *at) for at in codes}
        ground = {key: (old, fabric.areas.get(key)) for key, old in was.items()}
        self._unseen.append(_Step(come, ground, _noded(change)))

    def found(self) -> list[Finding]:
        """Look at what was noted since the last time; give all that is wrong now."""
        with self._lock:
            if self._watch is None:
                self._begin()
            seen = len(self._unseen)
            if seen:
                self._look([self._unseen.popleft() for _ in range(seen)])
            return self._found

    def _begin(self) -> None:
        """Check the whole map, once."""
        by_level: dict[str, list[redraw.Area]] = {name: [] for name in self._levels}
        for area in sorted(self._areas, key=lambda a: a.ref):
            by_level[area.level].append(area)
        frames = {
            name: GridLayer(redraw.frame_of(areas, self._crs))
            for name, areas in by_level.items()
            if areas
        }
        homes = _homes(self._people, self._crs)
        self._found = topology.check(frames, homes)
        self._watch = topology.Watch(frames, homes)
        self._areas.clear()

    def _look(self, steps: Sequence[_Step]) -> None:
        """Look again where steps changed the map; the last word on an area counts."""
        assert self._watch is not None
        come = {at: areas for step in steps for at, areas in step.come.items()}
        for level in dict.fromkeys(level for level, _ in sorted(come)):
            mine = {code: areas for (name, code), areas in come.items() if name == level}
            new = [area for code in sorted(mine) for area in mine[code]]
            self._watch.swap(level, sorted(mine), redraw.frame_of(new, self._crs))
        ground = [
            _between(*pair)
            for step in steps
            for key, pair in step.ground.items()
            if key not in step.noded
        ]
        touched = shapely.union_all(ground)
        places = np.array([f.place for f in self._found], dtype=object)
        shapely.prepare(touched)
        again = shapely.intersects(touched, places)
        kept = [f for f, hit in zip(self._found, again, strict=True) if not hit]
        self._found = kept + self._watch.recheck(touched)


@dataclass(frozen=True)
class _Step:
    """What a change did: every area of the codes it speaks of, and each as it was and is."""

    come: dict[Key, list[redraw.Area]]
    ground: dict[Key, tuple[redraw.Area | None, redraw.Area | None]]
    noded: set[Key]


def _noded(change: redraw.Change) -> set[Key]:
    """Give the areas that only got a vertex."""
    moved = {a.key for a in change.moved_ground}
    gone = {a.key for a in change.before} - {a.key for a in change.after}
    return {a.key for a in change.after} - moved - gone


def _between(old: redraw.Area | None, new: redraw.Area | None) -> BaseGeometry:
    """Give the ground that an area won or lost; all of it where it came, went or was recorded anew."""
    if old is None or new is None:
        one = old or new
        return shapely.Polygon() if one is None else one.shape
    if old.shape.wkb == new.shape.wkb or not (old.shape.is_valid and new.shape.is_valid):
        return new.shape
    return shapely.buffer(old.shape.symmetric_difference(new.shape), AROUND_M)


def ranked(found: Sequence[Finding]) -> list[Finding]:
    """Order findings: errors, warnings, the rest; the most households first."""
    return sorted(found, key=lambda f: (_RANK[f.severity], -(f.households or 0), f.features))


def _of(fabric: redraw.Fabric, level: str, code: str) -> list[redraw.Area]:
    """Give the areas of a code, also when it was given several times."""
    found, twin = [], 1
    area = fabric.areas.get((level, code))
    while area is not None:
        found.append(area)
        twin += 1
        area = fabric.areas.get((level, f"{code}#{twin}"))
    return found


def _homes(people: redraw.Homes, crs: CRS) -> DemandLayer | None:
    if not len(people.points):
        return None
    columns = {"id": people.ids, "households": people.households}
    return DemandLayer(gpd.GeoDataFrame(columns, geometry=people.shapes, crs=crs))
