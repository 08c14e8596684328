"""The findings of a scenario's map, kept up to date at the cost of what each step touched."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from geo import redraw, topology
from geo.layers import DemandLayer, Finding, GridLayer, Severity

AROUND_M = 0.1
_RANK = {Severity.ERROR: 0, Severity.WARN: 1, Severity.INFO: 2}


@dataclass
class Watched:
    """An index over the areas, and what is wrong with them now."""

    watch: topology.Watch
    found: list[Finding]

    def take(self, changes: Sequence[redraw.Change], fabric: redraw.Fabric) -> None:
        """Look again where changes were made; `fabric` is as the last one left it."""
        was, noded = _first(changes), _noded(changes)
        for level in dict.fromkeys(level for level, _ in sorted(was)):
            codes = sorted({ref.split("#")[0] for name, ref in was if name == level})
            come = [area for code in codes for area in _of(fabric, level, code)]
            self.watch.swap(level, codes, redraw.frame_of(come, fabric.crs))
        ground = [
            _between(old, fabric.areas.get(key)) for key, old in was.items() if key not in noded
        ]
        touched = shapely.union_all(ground)
        kept = [f for f in self.found if f.place is None or not f.place.intersects(touched)]
        self.found = kept + self.watch.recheck(touched)


def _first(changes: Sequence[redraw.Change]) -> dict[tuple[str, str], redraw.Area | None]:
    """Give every area that changes speak of, as it was before the first; None: not there."""
    was: dict[tuple[str, str], redraw.Area | None] = {}
    for change in changes:
        for area in change.before:
            was.setdefault(area.key, area)
        for area in change.after:
            was.setdefault(area.key, None)
    return was


def _noded(changes: Sequence[redraw.Change]) -> set[tuple[str, str]]:
    """Give the areas that only got a vertex."""
    moved = {a.key for c in changes for a in c.moved_ground}
    gone = {a.key for c in changes for a in c.before} - {a.key for c in changes for a in c.after}
    return {a.key for c in changes for a in c.after} - moved - gone


def _between(old: redraw.Area | None, new: redraw.Area | None) -> BaseGeometry:
    """Give the ground that an area won or lost; all of it where it came, went or was recorded anew."""
    if old is None or new is None:
        one = old or new
        return shapely.Polygon() if one is None else one.shape
    if old.shape.wkb == new.shape.wkb or not (old.shape.is_valid and new.shape.is_valid):
        return new.shape
    return shapely.buffer(old.shape.symmetric_difference(new.shape), AROUND_M)


def watched(fabric: redraw.Fabric) -> Watched:
    """Check a whole map, once."""
    levels = {lv.name: GridLayer(fabric.frame(lv.name)) for lv in fabric.levels}
    levels = {name: frame for name, frame in levels.items() if len(frame)}
    homes = _homes(fabric)
    found = topology.check(levels, homes)
    return Watched(topology.Watch(levels, homes), found)


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


def _homes(fabric: redraw.Fabric) -> DemandLayer | None:
    homes = fabric.homes
    if not len(homes.points):
        return None
    columns = {"id": homes.ids, "households": homes.households}
    return DemandLayer(gpd.GeoDataFrame(columns, geometry=homes.shapes, crs=fabric.crs))
