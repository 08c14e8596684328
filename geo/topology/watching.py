"""Check again after an edit, at the cost of what was touched."""

from collections.abc import Iterable, Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from rtree import index
from shapely.geometry.base import BaseGeometry

from geo.layers import DEFAULT_SCHEME, DemandLayer, Finding, GridLayer, Level
from geo.topology.checking import check
from geo.topology.norms import DEFAULT_NORMS, Norms

_ASKED = ("code", "name", "kind", "parent", "households")
"""What checks look at beside the ground."""
AROUND_M = 1.0
"""Neighbours within this distance of what was touched are looked at."""


class Watch:
    """The areas of all levels under an index that changes in place (R-tree).

    Areas are known by level and code; of areas that share a code all are replaced
    together.
    """

    def __init__(
        self,
        levels: Mapping[str, GridLayer],
        buildings: DemandLayer | None = None,
        *,
        scheme: tuple[Level, ...] = DEFAULT_SCHEME,
        norms: Norms = DEFAULT_NORMS,
        tolerance_m: float = 0.05,
    ) -> None:
        self.scheme = scheme
        self.norms = norms
        self.tolerance_m = tolerance_m
        self._buildings = buildings
        self._homes = (
            shapely.STRtree(buildings.geometry.to_numpy()) if buildings is not None else None
        )
        self._crs: Any = next(iter(levels.values())).crs
        self._rows: dict[int, tuple[str, dict[str, Any]]] = {}
        self._of: dict[tuple[str, str], list[int]] = {}
        self._next = 0
        for level, frame in levels.items():
            self._note(level, frame)
        boxes = ((n, row["geometry"].bounds, None) for n, (_, row) in self._rows.items())
        self._index = index.Index(boxes) if self._rows else index.Index()

    def swap(self, level: str, gone: Iterable[str], come: gpd.GeoDataFrame) -> BaseGeometry:
        """Put areas in the place of those of some codes; give the ground that was touched."""
        touched: list[BaseGeometry] = list(come.geometry)
        for code in gone:
            for number in self._of.pop((level, code), []):
                _, row = self._rows.pop(number)
                self._index.delete(number, row["geometry"].bounds)
                touched.append(row["geometry"])
        for number in self._note(level, come):
            self._index.insert(number, self._rows[number][1]["geometry"].bounds)
        return shapely.union_all(touched)

    def recheck(self, touched: BaseGeometry) -> list[Finding]:
        """Find the faults in a ground; as `check` would, without looking elsewhere.

        Parameters
        ----------
        touched : geometry
            Ground, in metres, such as `swap` gave.

        Returns
        -------
        list of Finding
            Those of `check` whose place touches the ground, in the same order. Duplicate
            codes are seen only where the other area is near as well.
        """
        if touched.is_empty:
            return []
        west, south, east, north = touched.bounds
        box = (west - AROUND_M, south - AROUND_M, east + AROUND_M, north + AROUND_M)
        near: dict[str, list[dict[str, Any]]] = {}
        for number in sorted(self._index.intersection(box)):
            level, row = self._rows[number]
            near.setdefault(level, []).append(row)
        levels = {level: self._frame(rows) for level, rows in near.items()}
        found = check(
            levels, self._near_buildings(box), scheme=self.scheme, norms=self.norms,
            tolerance_m=self.tolerance_m,
        )  # fmt: skip
        return [f for f in found if f.place is not None and f.place.intersects(touched)]

    def _note(self, level: str, frame: gpd.GeoDataFrame) -> range:
        """Keep the areas of a table; give their numbers."""
        first = self._next
        plain = [name for name in frame.columns if name != frame.geometry.name]
        columns = [frame[name].tolist() for name in plain]
        for shape, *values in zip(frame.geometry, *columns, strict=True):
            row = dict(zip(plain, values, strict=True)) | {"geometry": shape}
            self._rows[self._next] = level, row
            self._of.setdefault((level, str(row["code"])), []).append(self._next)
            self._next += 1
        return range(first, self._next)

    def _frame(self, rows: list[dict[str, Any]]) -> GridLayer:
        shapes: npt.NDArray[np.object_] = np.array([r["geometry"] for r in rows], dtype=object)
        plain = {name: [row[name] for row in rows] for name in _ASKED if name in rows[0]}
        return GridLayer(gpd.GeoDataFrame(plain, geometry=shapes, crs=self._crs))

    def _near_buildings(self, box: tuple[float, float, float, float]) -> DemandLayer | None:
        if self._buildings is None or self._homes is None:
            return None
        hit = np.sort(self._homes.query(shapely.box(*box)))
        return DemandLayer(self._buildings.iloc[hit]) if len(hit) else None


def recheck(watch: Watch, touched: BaseGeometry) -> list[Finding]:
    """Find the faults in a ground after an edit; see `Watch.recheck`."""
    return watch.recheck(touched)
