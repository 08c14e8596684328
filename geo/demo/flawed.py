"""A town while flaws are being planted: its shapes and records, and which grids are taken."""

from collections.abc import Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.demo.bodies import neighbours
from geo.demo.borders import Border, shared
from geo.demo.town import Town
from geo.layers import codes as rules

ABOVE = {"microgrid": "grid", "grid": "community", "community": "subdistrict"}


class Flawed:
    """The areas of a town, open to change; positions are those of `Town.areas`.

    A grid takes one flaw at most, and flaws keep `apart_m` metres from each other.
    """

    def __init__(self, sound: Town, *, apart_m: float) -> None:
        self.sound = sound
        self.apart_m = apart_m
        self.size = len(sound.areas.microgrid.shapes)
        self.shapes = {
            name: list(sound.areas.of(name).shapes) for name in ("microgrid", "grid", "community")
        }
        self.codes = {
            name: list(sound.areas.of(name).codes) for name in ("microgrid", "grid", "community")
        }
        self.taken: set[int] = set()
        self.truth: list[dict[str, Any]] = []
        self.house_ids = sound.layers["building"]["id"].tolist()
        self.buildings = np.array(sound.layers["building"].geometry.values, dtype=object)
        self._tables = {
            name: sound.layers[name].copy() for name in ("microgrid", "grid", "community")
        }
        self._copies: list[dict[str, Any]] = []
        self._tree = shapely.STRtree(self.buildings)
        self._pairs = neighbours(sound.areas.microgrid.shapes)
        self._points: list[BaseGeometry] = []
        self._outline = shapely.union_all(sound.areas.district.shapes)
        # In a small town the blind are too many to be spared.
        self._blind = (
            set()
            if sound.size == "small"
            else {int(m) for m, why in zip(sound.house_microgrid, sound.blind, strict=True) if why}
        )
        shapely.prepare(self.buildings)

    # Where a flaw may go.

    def free(self, m: int, *, apart_m: float) -> bool:
        """Say whether a micro-grid's grid is still whole, inhabited, and far from other flaws."""
        grid = self.grid_of(m)
        if grid in self.taken or m in self._blind or self.sound.areas.grid.dedicated[grid]:
            return False
        if len(self.siblings(m)) < 2:
            return False
        here = self.shapes["microgrid"][m]
        return not self._points or float(np.min(shapely.distance(self._points, here))) >= apart_m

    def take(self, m: int) -> bool:
        """Keep everything else away from here; gives True, for planters that end with it."""
        self.taken.add(self.grid_of(m))
        self._points.append(self.sound.areas.microgrid.shapes[m])
        return True

    def grid_of(self, m: int) -> int:
        """Give the grid of a micro-grid."""
        return int(self.sound.areas.microgrid.parents[m])

    def above(self, m: int, level: str) -> int:
        """Give the area of a level above (or at) a micro-grid."""
        at, name = m, "microgrid"
        while name != level:
            at, name = int(self.sound.areas.of(name).parents[at]), ABOVE[name]
        return at

    def members(self, grid: int) -> list[int]:
        """Give the micro-grids of a grid."""
        return [int(i) for i in np.flatnonzero(self.sound.areas.microgrid.parents == grid)]

    def siblings(self, m: int) -> list[int]:
        """Give the other micro-grids of its grid."""
        return [i for i in self.members(self.grid_of(m)) if i != m]

    def next_grids(self, m: int) -> list[tuple[int, int]]:
        """Give neighbouring micro-grids in other free grids of the community, with their grid."""
        here = self.above(m, "community")
        found = [
            (n, self.grid_of(n))
            for n in sorted(self._pairs[m])
            if self.above(n, "community") == here
        ]
        return [(n, g) for n, g in found
                if g != self.grid_of(m) and g not in self.taken and not self.sound.areas.grid.dedicated[g]]  # fmt: skip

    # Borders and buildings.

    def border(self, m: int, other: int) -> Border | None:
        """Give the longest stretch that two micro-grids share, at least 30 m."""
        theirs = {tuple(c) for c in shapely.get_coordinates(self.shapes["microgrid"][other])}
        return shared(self.shapes["microgrid"][m], theirs, least_m=30.0)

    def outer(self, m: int) -> Border | None:
        """Give the longest stretch that a micro-grid shares with the edge of the district."""
        edge = {tuple(c) for c in shapely.get_coordinates(self._outline)}
        return shared(self.shapes["microgrid"][m], edge, least_m=30.0)

    def across(self, m: int, level: str, within: str) -> Iterator[tuple[int, Border]]:
        """Give borders with micro-grids of another area of `level` in the same area `within`."""
        for other in sorted(self._pairs[m]):
            apart = self.above(m, level) != self.above(other, level)
            close = self._up(m, within) == self._up(other, within)
            free = self.grid_of(other) not in self.taken
            if apart and close and free and (border := self.border(m, other)) is not None:
                yield other, border

    def _up(self, m: int, level: str) -> int:
        if level != "subdistrict":
            return self.above(m, level)
        return int(self.sound.areas.community.parents[self.above(m, "community")])

    def moved(self, level: str, i: int, border: Border, path: Any) -> BaseGeometry | None:
        """Give an area with the stretch moved, or None when its outline does not hold it as one piece."""
        shape = self.shapes[level][i]
        if shape.geom_type != "Polygon" or len(shape.interiors):
            return None
        mine = {tuple(c) for c in border.path}
        held = shared(shape, mine, least_m=1.0)
        if held is None or len(held.path) != len(border.path):
            return None
        if not np.array_equal(held.path, border.path):
            return None
        return held.area(path)

    def built(self, piece: BaseGeometry) -> list[int]:
        """Give the buildings that a piece of land touches."""
        return sorted(int(b) for b in self._tree.query(piece, predicate="intersects"))

    def buildings_of(self, m: int) -> list[int]:
        """Give the buildings in a micro-grid."""
        return [int(b) for b in np.flatnonzero(self.sound.house_microgrid == m)]

    # What is written down.

    def unused_grid(self, m: int) -> str:
        """Give a grid code of the community that no grid has."""
        community = self.codes["community"][self.above(m, "community")]
        return rules.numbered(community, 20, "grid", used=self.codes["grid"])[-1]

    def unused_code(self, grid: int) -> str:
        """Give the next free micro-grid code of a grid."""
        return rules.numbered(
            self.codes["grid"][grid], 1, "microgrid", used=self.codes["microgrid"]
        )[0]

    def record(self, m: int, **values: str) -> None:
        """Change the record of a micro-grid."""
        for column, value in values.items():
            self._tables["microgrid"].loc[m, column] = value

    def record_grid(self, grid: int, *, parent: str) -> None:
        """Change the parent in the record of a grid."""
        self._tables["grid"].loc[grid, "parent"] = parent

    def again(self, m: int, *, code: str, parent: str) -> None:
        """Record a micro-grid once more."""
        row = dict(self.sound.layers["microgrid"].loc[m])
        self._copies.append({**row, "code": code, "parent": parent})

    def count(self, code: str) -> int:
        """Say how many flaws of a kind there are."""
        return sum(t["code"] == code for t in self.truth)

    def note(
        self,
        code: str,
        layer: str,
        features: list[str],
        piece: BaseGeometry,
        *,
        people_of: list[int] | None = None,
        buildings: list[int] | None = None,
        **extra: Any,
    ) -> None:
        """Write down the truth about a flaw.

        Its households are those of the micro-grids `people_of`, of the `buildings`, or of
        the buildings inside the piece.
        """
        if people_of is not None:
            households = int(self.sound.layers["microgrid"]["households"].loc[people_of].sum())
        else:
            inside = self.built(piece) if buildings is None else buildings
            households = int(self.sound.layers["building"]["households"].loc[inside].sum())
        point = piece.representative_point()
        self.truth.append({
            "code": code, "layer": layer, "features": features, "area_m2": round(piece.area, 2),
            "households": households, "x": round(point.x, 2), "y": round(point.y, 2), **extra,
        })  # fmt: skip

    def layers(self) -> dict[str, gpd.GeoDataFrame]:
        """Give all layers, the areas in the order of their codes."""
        found = dict(self.sound.layers)
        for name, table in self._tables.items():
            frame = table.set_geometry(
                gpd.GeoSeries(self.shapes[name], index=table.index, crs=table.crs)
            )
            if name == "microgrid" and self._copies:
                copies = gpd.GeoDataFrame(self._copies, crs=table.crs).astype(
                    frame.dtypes.drop("geometry").to_dict()
                )
                frame = gpd.GeoDataFrame(
                    pd.concat([frame, copies], ignore_index=True), crs=table.crs
                )
            found[name] = frame
        for name in ("district", "subdistrict", "community", "grid", "microgrid"):
            found[name] = found[name].sort_values("code", ignore_index=True, kind="stable")
        return found
