"""From cells to areas: polygons that share every vertex, unions upward, codes and names.

Cells tile the plan. Each side of a cell takes up every corner of its neighbours that lies on
it, and further points at fixed plan places, so that both sides of a border have the same
vertices before they are bent to the ground, and bit-identical ones afterwards.
"""

from collections import defaultdict
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS
from shapely.geometry import MultiPolygon, Polygon

from geo.demo.fabric import Cell, Fabric
from geo.demo.rects import Rect
from geo.demo.warp import Warp
from geo.layers import codes

SAMPLE_M = 40.0
"""Distance of the points that let straight plan lines become gentle curves."""
Shapes = npt.NDArray[np.object_]


def samples(a: float, b: float) -> npt.NDArray[np.float64]:
    """Give the fixed sample places strictly between two plan coordinates."""
    first, last = np.floor(a / SAMPLE_M) + 1, np.ceil(b / SAMPLE_M) - 1
    return SAMPLE_M * np.arange(first, last + 1)


def rings(rects: list[Rect]) -> list[npt.NDArray[np.float64]]:
    """Give the plan ring of every rectangle with all corners of its neighbours in it."""
    on_x: dict[float, set[float]] = defaultdict(set)
    on_y: dict[float, set[float]] = defaultdict(set)
    for r in rects:
        for x in (r.x0, r.x1):
            on_x[x].update((r.y0, r.y1))
        for y in (r.y0, r.y1):
            on_y[y].update((r.x0, r.x1))
    lines_x = {x: np.array(sorted(ys)) for x, ys in on_x.items()}
    lines_y = {y: np.array(sorted(xs)) for y, xs in on_y.items()}

    def side(line: npt.NDArray[np.float64], a: float, b: float) -> npt.NDArray[np.float64]:
        inner = line[np.searchsorted(line, a, "right") : np.searchsorted(line, b, "left")]
        return np.union1d(inner, samples(a, b))

    found = []
    for r in rects:
        south, north = side(lines_y[r.y0], r.x0, r.x1), side(lines_y[r.y1], r.x0, r.x1)
        west, east = side(lines_x[r.x0], r.y0, r.y1), side(lines_x[r.x1], r.y0, r.y1)
        xs = np.concatenate(
            [[r.x0], south, [r.x1], np.full(len(east), r.x1), [r.x1], north[::-1], [r.x0],
             np.full(len(west), r.x0)]
        )  # fmt: skip
        ys = np.concatenate(
            [[r.y0], np.full(len(south), r.y0), [r.y0], east, [r.y1],
             np.full(len(north), r.y1), [r.y1], west[::-1]]
        )  # fmt: skip
        found.append(np.column_stack([xs, ys]))
    return found


def polygons(cells: list[Cell], count: int, warp: Warp) -> Shapes:
    """Give the ground polygon of each of `count` micro-grids from its cells."""
    outlines = rings([c.rect for c in cells])
    ends = np.cumsum([len(o) for o in outlines])[:-1]
    ground = np.split(warp(np.concatenate(outlines)), ends)
    return union([Polygon(g) for g in ground], [c.microgrid for c in cells], count)


def union(
    shapes: Shapes | list[Polygon], owner: list[int] | npt.NDArray[np.int64], count: int
) -> Shapes:
    """Join shapes that share their borders exactly, by owner 0 … `count` − 1."""
    parts: list[list[Polygon]] = [[] for _ in range(count)]
    for shape, i in zip(shapes, owner, strict=True):
        parts[i].append(shape)
    joined = [p[0] if len(p) == 1 else shapely.coverage_union_all(p) for p in parts]
    whole = [g.geoms[0] if isinstance(g, MultiPolygon) and len(g.geoms) == 1 else g for g in joined]
    return np.array(shapely.normalize(whole), dtype=object)


@dataclass(frozen=True, slots=True)
class Level:
    """Areas of one level: shapes, codes, position of the parent, and which are dedicated."""

    shapes: Shapes
    codes: list[str]
    parents: npt.NDArray[np.int64]
    dedicated: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Areas:
    """All levels of a town, from micro-grid to district."""

    microgrid: Level
    grid: Level
    community: Level
    subdistrict: Level
    district: Level

    def of(self, level: str) -> Level:
        """Give a level by name."""
        found = getattr(self, level)
        assert isinstance(found, Level)
        return found


def areas(fabric: Fabric, warp: Warp, owner: npt.NDArray[np.int64], counties: list[str]) -> Areas:
    """Build all levels.

    Parameters
    ----------
    fabric : Fabric
        The filled plan.
    warp : Warp
        From the plan to the ground.
    owner : (micro-grids,) int
        The grid of every micro-grid.
    counties : list of str
        County code of every district.
    """
    plan = fabric.plan
    micro = polygons(fabric.cells, len(fabric.microgrids), warp)
    grid = union(micro, owner, len(fabric.grids))
    in_community = np.array([g.community for g in fabric.grids])
    community = union(grid, in_community, len(plan.communities))
    in_subdistrict = np.array([c.subdistrict for c in plan.communities])
    subdistrict = union(community, in_subdistrict, len(plan.subdistricts))
    in_district = np.array([s.district for s in plan.subdistricts])
    district = union(subdistrict, in_district, plan.districts)
    special = np.array([g.dedicated for g in fabric.grids])

    codes_s = _coded(counties, in_district, [100 if s.town else 1 for s in plan.subdistricts], 3)
    firsts = [200 if c.village else 1 for c in plan.communities]
    codes_c = _coded(codes_s, in_subdistrict, firsts, 3, community)
    codes_g = _coded(codes_c, in_community, [1] * len(grid), 3, grid)
    codes_m = _coded(codes_g, owner, [1] * len(micro), 2, micro)
    none = np.zeros(0, dtype=np.int64)
    return Areas(
        Level(micro, codes_m, owner, special[owner]),
        Level(grid, codes_g, in_community, special),
        Level(community, codes_c, in_subdistrict, np.zeros(len(community), dtype=bool)),
        Level(subdistrict, codes_s, in_district, np.zeros(len(subdistrict), dtype=bool)),
        Level(district, counties, none, np.zeros(len(district), dtype=bool)),
    )


def _coded(
    parents: list[str],
    owner: npt.NDArray[np.int64],
    firsts: list[int],
    digits: int,
    shapes: Shapes | None = None,
) -> list[str]:
    """Number areas under their parents: like a page where there are shapes, else as they come."""
    order: list[int] = list(range(len(owner)))
    if shapes is not None:
        _x0, _, _x1, _y1 = shapely.bounds(shapes).T
        band = float(np.median(shapely.bounds(shapes)[:, 3] - shapely.bounds(shapes)[:, 1]))
        middle = shapely.get_coordinates(shapely.centroid(shapes))
        order = codes.reading_order(list(middle[:, 0]), list(middle[:, 1]), band=band)
    given: dict[tuple[int, int], int] = defaultdict(int)
    found = [""] * len(owner)
    for i in order:
        parent, first = int(owner[i]), firsts[i]
        found[i] = f"{parents[parent]}{first + given[parent, first]:0{digits}d}"
        given[parent, first] += 1
    return found


def frame(
    level: Level, parents: list[str], names: list[str], people: npt.NDArray[np.int64], crs: CRS
) -> gpd.GeoDataFrame:
    """Give a level as a table; `people` is (n, 2): households, residents."""
    return gpd.GeoDataFrame(
        {
            "code": level.codes,
            "name": names,
            "kind": np.where(level.dedicated, "dedicated", "comprehensive").tolist(),
            "parent": parents,
            "households": people[:, 0],
            "residents": people[:, 1],
        },
        geometry=level.shapes,
        crs=crs,
    )
