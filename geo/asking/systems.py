"""The coordinate systems in which features are asked and answered, each with its own axes.

Stored are degrees of CGCS2000, longitude first. EPSG:4490 and EPSG:4326 put latitude first
and are written so; CRS84 and Web Mercator put east first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import isfinite

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from geo import coords
from geo.errors import BadInput

Window = tuple[float, float, float, float]
"""West, south, east, north in degrees; west beyond east: across the date line."""
_DEF = "http://www.opengis.net/def/crs"


@dataclass(frozen=True)
class System:
    """A system: its address, its EPSG number, whether latitude comes first, and decimals written."""

    uri: str
    epsg: int
    latitude_first: bool
    decimals: int

    @cached_property
    def _ways(self) -> tuple[Transformer, Transformer] | None:
        if self.epsg in (4326, 4490):
            return None  # CGCS2000 and WGS 84 are taken as one
        crs = CRS.from_epsg(self.epsg)
        return coords.transformer(coords.STORED, crs), coords.transformer(crs, coords.STORED)

    def outward(self, shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        """Bring stored shapes here, as they are written."""

        def move(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            if self._ways:
                xy = np.column_stack(self._ways[0].transform(xy[:, 0], xy[:, 1]))
            return np.round(xy[:, ::-1] if self.latitude_first else xy, self.decimals)

        moved: npt.NDArray[np.object_] = shapely.transform(shapes, move)
        return moved

    def inward(self, shape: BaseGeometry) -> BaseGeometry:
        """Bring a shape, written with the axes of this system, to the stored degrees."""

        def move(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            xy = xy[:, ::-1] if self.latitude_first else xy
            return (
                np.column_stack(self._ways[1].transform(xy[:, 0], xy[:, 1])) if self._ways else xy
            )

        if self._ways is None and not self.latitude_first:
            return shape
        moved: BaseGeometry = shapely.transform(shape, move)
        return moved

    def window(self, numbers: Sequence[float]) -> Window:
        """Read a box of four numbers (or six, with heights that do not matter here).

        Raises
        ------
        BadInput
            When it is none.
        """
        box = [float(number) for number in numbers]
        flat = box if len(box) == 4 else [*box[:2], *box[3:5]]
        if len(box) not in (4, 6) or not all(isfinite(number) for number in box):
            raise _no_box(numbers)
        if self.latitude_first or self._ways:
            corners = self.inward(shapely.MultiPoint([flat[:2], flat[2:]]))
            flat = shapely.get_coordinates(corners).ravel().tolist()
        west, south, east, north = flat
        if south > north or not all(map(isfinite, (west, south, east, north))):
            raise _no_box(numbers)
        return west, south, east, north


def _no_box(numbers: Sequence[float]) -> BadInput:
    return BadInput(
        f"bbox {list(numbers)} is no box", zh=f"bbox {list(numbers)} 不是有效的范围",
        hint="lower left, then upper right, with the axes of bbox-crs (without it lon,lat)",
        hint_zh="先左下角、后右上角，轴序按 bbox-crs（默认经度、纬度）",
    )  # fmt: skip


CRS84 = System(f"{_DEF}/OGC/1.3/CRS84", 4326, latitude_first=False, decimals=7)
STORED = System(f"{_DEF}/EPSG/0/4490", 4490, latitude_first=True, decimals=coords.DECIMALS)
SYSTEMS = {
    system.uri: system
    for system in (
        CRS84,
        STORED,
        System(f"{_DEF}/EPSG/0/4326", 4326, latitude_first=True, decimals=7),
        System(f"{_DEF}/EPSG/0/3857", 3857, latitude_first=False, decimals=2),
    )
}
"""By address; the first is the one of who asks for none."""


def system(uri: str) -> System:
    """Give a system by its address, or raise `BadInput` with those there are."""
    found = SYSTEMS.get(uri.strip("[]<>").replace("https://", "http://", 1))
    if found is None:
        raise BadInput(
            f"no system {uri!r}", zh=f"不支持坐标系“{uri}”",
            hint=f"one of {', '.join(SYSTEMS)}", hint_zh=f"可用：{'、'.join(SYSTEMS)}",
        )  # fmt: skip
    return found
