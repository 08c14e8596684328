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
    ends = np.array([(s.x0, s.y0, s.x1, s.y1) for s in streets])
    cuts = _cuts(ends)
    owner, pieces = [], []
    for i, (x0, y0, x1, y1) in enumerate(ends):
        upright = x0 == x1
        a, b, fixed = (y0, y1, x0) if upright else (x0, x1, y0)
        marks = (fabric.marks_on_x if upright else fabric.marks_on_y).get(fixed, [])
        line = np.unique(
            np.concatenate([cuts[i], [a, b], samples(a, b), [m for m in marks if a < m < b]])
        )
        places = np.searchsorted(line, np.unique([a, *cuts[i], b]))
        for p, q in zip(places[:-1], places[1:], strict=True):
            part = line[p : q + 1]
            other = np.full(len(part), fixed)
            owner.append(i)
            pieces.append(np.column_stack([other, part] if upright else [part, other]))
    return Ways(streets, owner, pieces)


def _cuts(ends: Floats) -> list[Floats]:
    """Give for every line the places where others touch or cross it."""
    lines = shapely.linestrings(ends.reshape(-1, 2, 2))
    first, second = shapely.STRtree(lines).query(lines, predicate="intersects")
    upright = ends[:, 0] == ends[:, 2]
    found: dict[int, list[float]] = defaultdict(list)
    for i, j in zip(first.tolist(), second.tolist(), strict=True):
        if upright[i] != upright[j]:
            found[i].append(ends[j, 1] if upright[i] else ends[j, 0])
    return [np.array(found[i]) for i in range(len(ends))]


def frame(network: Ways, warp: Warp, crs: object) -> gpd.GeoDataFrame:
    """Give the ways as the street layer, in a fixed order."""
    sizes = np.array([len(p) for p in network.pieces])
    ground = warp(np.concatenate(network.pieces))
    shapes = shapely.linestrings(ground, indices=np.repeat(np.arange(len(sizes)), sizes))
    rows = [network.streets[i] for i in network.owner]
    columns: dict[str, list[object]] = {"id": [f"S{n:05d}" for n in range(1, len(rows) + 1)]}
    for name in ("name", "highway", "access", "foot", "surface", "bridge", "tunnel", "layer"):
        columns[name] = [getattr(s, name) for s in rows]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)
