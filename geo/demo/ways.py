"""The walking ways on the ground: every crossing a shared vertex, every row from crossing to crossing.

Ways of the plan are upright or level lines; where two of them touch or cross they are joined.
Bridges and underpasses cross nothing in the plan but water and rails, so that they touch the
streets only at their ends.
"""

from collections import defaultdict
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from geo.demo.areas import samples
from geo.demo.fabric import Fabric
from geo.demo.plan import Street
from geo.demo.warp import Warp

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Ways:
    """Pieces of ways in plan coordinates: the street each belongs to and its vertices."""

    streets: list[Street]
    owner: list[int]
    pieces: list[Floats]

    def corners(self, number: dict[tuple[float, float], int], fabric: Fabric) -> Ints:
        """Give the graph's nodes at the ends of the pieces of public streets."""
        public = len(fabric.plan.streets)
        ends = {
            (float(piece[k, 0]), float(piece[k, 1]))
            for i, piece in zip(self.owner, self.pieces, strict=True)
            if i < public
            for k in (0, -1)
        }
        return np.array(sorted(number[place] for place in ends))


def ways(fabric: Fabric) -> Ways:
    """Node all streets and lanes of a filled plan and split them at their crossings."""
    streets = fabric.plan.streets + fabric.ways
    cuts = _cuts(np.array([(s.x0, s.y0, s.x1, s.y1) for s in streets]))
    owner: list[int] = []
    pieces: list[Floats] = []
    for i, s in enumerate(streets):
        upright = s.x0 == s.x1
        a, b, fixed = (s.y0, s.y1, s.x0) if upright else (s.x0, s.x1, s.y0)
        marks = (fabric.marks_on_x if upright else fabric.marks_on_y).get(fixed, [])
        stops = {a, b, *cuts[i]}
        part: list[float] = []
        for at in sorted(stops.union(samples(a, b).tolist(), (m for m in marks if a < m < b))):
            part.append(at)
            if at in stops and len(part) > 1:
                owner.append(i)
                pieces.append(np.array([(fixed, v) if upright else (v, fixed) for v in part]))
                part = [at]
    return Ways(streets, owner, pieces)


def _cuts(ends: Floats) -> list[list[float]]:
    """Give for every line the places where others touch or cross it."""
    lines = np.array(shapely.linestrings(ends.reshape(-1, 2, 2)), dtype=object)
    first, second = shapely.STRtree(lines).query(lines, predicate="intersects")
    upright = ends[:, 0] == ends[:, 2]
    found: dict[int, list[float]] = defaultdict(list)
    for i, j in zip(first.tolist(), second.tolist(), strict=True):
        if upright[i] != upright[j]:
            found[i].append(float(ends[j, 1] if upright[i] else ends[j, 0]))
    return [found[i] for i in range(len(ends))]


def frame(network: Ways, warp: Warp, crs: CRS) -> gpd.GeoDataFrame:
    """Give the ways as the street layer, in a fixed order."""
    sizes = np.array([len(p) for p in network.pieces])
    ground = warp(np.concatenate(network.pieces))
    shapes = shapely.linestrings(ground, indices=np.repeat(np.arange(len(sizes)), sizes))
    rows = [network.streets[i] for i in network.owner]
    columns: dict[str, list[object]] = {"id": [f"S{n:05d}" for n in range(1, len(rows) + 1)]}
    for name in ("name", "highway", "access", "foot", "surface", "bridge", "tunnel", "layer"):
        columns[name] = [getattr(s, name) for s in rows]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)
