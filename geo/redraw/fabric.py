"""The areas of all levels as they are redrawn, with an index that changes in place."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS
from rtree import index

from geo import coords, layers
from geo.errors import BadInput, NotFound
from geo.layers import DEFAULT_SCHEME, Level, codes
from geo.redraw.area import Area, Key
from geo.redraw.homes import Homes, homes
from geo.redraw.shapes import polygonal

Box = tuple[float, float, float, float]


class Fabric:
    """Every level's areas, the buildings on them, and every code that was ever given.

    `areas` by level and reference. Levels run from the widest. The codes that were given
    are kept under the code they begin with: none is given twice.
    """

    def __init__(
        self, levels: tuple[Level, ...], areas: Iterable[Area], people: Homes, crs: CRS,
        *, used: Iterable[str] = (),
    ) -> None:  # fmt: skip
        self.levels = levels
        self.homes = people
        self.crs = crs
        self.areas: dict[Key, Area] = {area.key: area for area in areas}
        self.given: defaultdict[str, set[str]] = defaultdict(set)
        self._under: defaultdict[Key, set[Key]] = defaultdict(set)
        self._numbers: dict[Key, int] = {}
        self._keys: dict[int, Key] = {}
        for area in self.areas.values():
            self._tie(area)
        for code in used:
            self._give(code)
        self._count = 0
        self._index = index.Index(self._boxes())

    def area(self, level: str, ref: str) -> Area:
        """Give an area, or raise `NotFound`."""
        found = self.areas.get((level, ref))
        if found is None:
            raise NotFound(f"no {level} {ref}", zh=f"没有编码为 {ref} 的区域", where=[ref])
        return found

    def of(self, level: str) -> list[Area]:
        """Give the areas of a level in the order of their references."""
        return sorted((a for a in self.areas.values() if a.level == level), key=lambda a: a.ref)

    def near(self, box: Box) -> Iterator[Area]:
        """Give the areas of every level whose box touches another, in no order."""
        for number in self._index.intersection(box):
            yield self.areas[self._keys[number]]

    def children(self, area: Area) -> list[Area]:
        """Give the areas that belong to an area, by reference; none for a twin."""
        below = self.below(area.level)
        if below is None or area.twin:
            return []
        return [self.areas[key] for key in sorted(self._under[below, area.code])]

    def above(self, level: str) -> str | None:
        """Give the next wider level that is there."""
        at = self._position(level)
        return self.levels[at - 1].name if at else None

    def below(self, level: str) -> str | None:
        """Give the next narrower level that is there."""
        at = self._position(level) + 1
        return self.levels[at].name if at < len(self.levels) else None

    def swap(self, before: Iterable[Area], after: Iterable[Area]) -> None:
        """Put areas in the place of others."""
        after = list(after)
        stay = {a.key: a.shape.bounds for a in after}
        kept: set[Key] = set()
        for area in before:
            if stay.get(area.key) == area.shape.bounds:
                kept.add(area.key)
            else:
                number = self._numbers.pop(area.key)
                del self._keys[number]
                self._index.delete(number, area.shape.bounds)
            self._under[area.level, area.above].discard(area.key)
            del self.areas[area.key]
        for area in after:
            self.areas[area.key] = area
            self._tie(area)
            if area.key not in kept:
                self._index.insert(self._number(area.key), area.shape.bounds)

    def copy(self) -> "Fabric":
        """Give a fabric of its own with the same areas; buildings are shared."""
        used = {code for given in self.given.values() for code in given}
        return Fabric(self.levels, self.areas.values(), self.homes, self.crs, used=used)

    def frame(self, level: str) -> gpd.GeoDataFrame:
        """Give a level as a table in metres, sorted by code; attributes become columns."""
        return frame_of(self.of(level), self.crs)

    def _position(self, level: str) -> int:
        for i, known in enumerate(self.levels):
            if known.name == level:
                return i
        names = ", ".join(lv.name for lv in self.levels)
        raise BadInput(f"no level {level!r} here", zh=f"没有“{level}”层级", hint=f"one of {names}")

    def _tie(self, area: Area) -> None:
        self._under[area.level, area.above].add(area.key)
        self._give(area.code)

    def _give(self, code: str) -> None:
        self.given[codes.parent(code) or ""].add(code)

    def _number(self, key: Key) -> int:
        self._count += 1
        self._numbers[key], self._keys[self._count] = self._count, key
        return self._count

    def _boxes(self) -> Iterator[tuple[int, Box, None]]:
        for key, area in self.areas.items():
            yield self._number(key), area.shape.bounds, None


def fabric(
    levels: Mapping[str, gpd.GeoDataFrame],
    buildings: gpd.GeoDataFrame | None = None,
    *,
    scheme: tuple[Level, ...] = DEFAULT_SCHEME,
    used: Iterable[str] = (),
) -> Fabric:
    """Make the areas of several levels ready to be redrawn.

    Parameters
    ----------
    levels : mapping of str to GeoDataFrame
        Areas by level, in metres, all in one system; any subset of the scheme. An empty
        table is a level that has no areas yet.
    buildings : GeoDataFrame, optional
        By which households are shared out; without them ground counts (an estimate).
    scheme : tuple of Level
        The levels, from the widest.
    used : iterable of str
        Codes that were given in the past and are closed.

    Raises
    ------
    SchemaError, CrsError
        When a table is not of its level, or not in metres.
    """
    present = tuple(lv for lv in scheme if lv.name in levels)
    full = [lv for lv in present if len(levels[lv.name])]
    if not full:
        raise BadInput("there are no areas to redraw", zh="没有可供调整的区域")
    areas = [area for lv in full for area in _areas(levels[lv.name], lv.name)]
    crs = CRS(levels[full[0].name].crs)
    return Fabric(present, areas, homes(buildings), crs, used=used)


def frame_of(areas: list[Area], crs: CRS) -> gpd.GeoDataFrame:
    """Give areas as a table; attributes become columns."""
    plain = ("code", "name", "kind", "parent", "households", "residents")
    types = dict(zip(plain, ("str", "str", "str", "str", "int64", "int64"), strict=True))
    table = gpd.GeoDataFrame(
        {name: [getattr(a, name) for a in areas] for name in plain},
        geometry=np.array([a.shape for a in areas], dtype=object),
        crs=crs,
    ).astype(types)
    for name in dict.fromkeys(name for a in areas for name in a.attributes):
        table[name] = [a.attributes.get(name) for a in areas]
    return table


def _areas(frame: gpd.GeoDataFrame, level: str) -> Iterator[Area]:
    coords.require_metres(frame)
    checked = layers.grids(frame, level if level in layers.LAYERS else "grid")
    plain = ("code", "name", "kind", "parent", "households", "residents")
    extras = [c for c in checked.columns if c not in (*plain, checked.geometry.name)]
    shapes = shapely.force_2d(np.asarray(checked.geometry.values, dtype=object))
    told = [checked[name].tolist() for name in plain]
    carried = _carried(checked, extras)
    seen: defaultdict[str, int] = defaultdict(int)
    for i, (code, name, kind, parent, households, residents) in enumerate(zip(*told, strict=True)):
        yield Area(
            level, code, name, kind, parent, int(households), int(residents),
            polygonal(shapes[i]), carried[i], seen[code],
        )  # fmt: skip
        seen[code] += 1


def _carried(frame: gpd.GeoDataFrame, extras: list[str]) -> list[dict[str, Any]]:
    """Give what comes along beside the columns of a level; empty cells are left out."""
    if not extras:
        return [{}] * len(frame)
    filled = frame[extras].notna().to_numpy()
    rows = frame[extras].astype(object).to_numpy()
    return [
        {name: row[k] for k, name in enumerate(extras) if ok[k]}
        for row, ok in zip(rows, filled, strict=True)
    ]
