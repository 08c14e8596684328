"""Three departments' own grids: they cover the district as well, and agree with nobody."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo.demo.areas import Areas, Shapes, union
from geo.demo.bodies import neighbours
from geo.demo.warp import GRAIN_M

Ints = npt.NDArray[np.int64]
UNIT_M = 150.0
"""Side of the city managers' unit grids; a scrap smaller than a fifth joins its neighbour."""


def net(
    code: list[str], name: list[str], line: str, shapes: Shapes, homes: gpd.GeoDataFrame
) -> gpd.GeoDataFrame:
    """Give one departmental net as a layer, with the households that live in each of its grids."""
    middles = homes.geometry.centroid.values
    where, inside = shapely.STRtree(middles).query(shapes, predicate="intersects")
    _, first = np.unique(inside, return_index=True)
    count = np.bincount(where[first], homes["households"].to_numpy()[inside[first]], len(shapes))
    return gpd.GeoDataFrame(
        {
            "code": code,
            "name": name,
            "net": [line] * len(code),
            "households": count.astype(np.int64),
        },
        geometry=shapes,
        crs=homes.crs,
    )


def party(
    areas: Areas, names: list[str], homes: gpd.GeoDataFrame, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Give the party's net: neighbouring grids of a community joined, large ones in two."""
    pairs = neighbours(areas.grid.shapes)
    owner = np.arange(len(areas.grid.shapes))
    for grid in rng.permutation(len(owner)).tolist():
        if owner[grid] != grid or rng.random() < 0.4 or (owner == grid).sum() > 1:
            continue
        near = [o for o in sorted(pairs[grid])
                if areas.grid.parents[o] == areas.grid.parents[grid] and (owner == owner[o]).sum() == 1 and owner[o] == o]  # fmt: skip
        if near:
            owner[grid] = near[int(rng.integers(len(near)))]
    _, owner = np.unique(owner, return_inverse=True)
    shapes = union(areas.microgrid.shapes, owner[areas.microgrid.parents], int(owner.max()) + 1)
    community = np.zeros(len(shapes), dtype=np.int64)
    community[owner] = areas.grid.parents
    seen: dict[int, int] = {}
    code, name = [], []
    for c in community.tolist():
        seen[c] = seen.get(c, 0) + 1
        code.append(f"DJ-{areas.community.codes[c][6:]}-{seen[c]:02d}")
        name.append(f"{names[c]}第{seen[c]}党支部网格")
    return net(code, name, "party", shapes, homes)


def safety(
    areas: Areas, names: list[str], homes: gpd.GeoDataFrame, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Give the safety net: the grids, with a third of their outer micro-grids on the other side."""
    pairs = neighbours(areas.microgrid.shapes)
    owner = areas.microgrid.parents.copy()
    for m in rng.permutation(len(owner)).tolist():
        others = sorted({int(owner[o]) for o in pairs[m]} - {int(owner[m])})
        mine = np.flatnonzero(owner == owner[m])
        if others and len(mine) > 3 and rng.random() < 0.33 and _hold(mine, m, pairs):
            owner[m] = others[int(rng.integers(len(others)))]
    shapes = union(areas.microgrid.shapes, owner, len(areas.grid.shapes))
    community = areas.grid.parents
    code = [f"ZZ{areas.grid.codes[i][6:]}" for i in range(len(shapes))]
    name = [f"{names[c]}综治网格{areas.grid.codes[i][-3:]}" for i, c in enumerate(community)]
    return net(code, name, "safety", shapes, homes)


def _hold(members: Ints, leaving: int, pairs: dict[int, set[int]]) -> bool:
    """Say whether the others still hang together when one leaves."""
    rest = set(members.tolist()) - {leaving}
    order = [min(rest)]
    seen = set(order)
    for m in order:
        order += sorted(pairs[m] & rest - seen)
        seen.update(order)
    return len(seen) == len(rest)


def city(areas: Areas, homes: gpd.GeoDataFrame, county: str) -> gpd.GeoDataFrame:
    """Give the city managers' net: square unit grids clipped to the district."""
    outline = shapely.union_all(areas.district.shapes)
    x0, y0, x1, y1 = outline.bounds
    xs = np.arange(np.floor(x0 / UNIT_M), np.ceil(x1 / UNIT_M)) * UNIT_M
    ys = np.arange(np.floor(y0 / UNIT_M), np.ceil(y1 / UNIT_M)) * UNIT_M
    gx, gy = np.meshgrid(xs, ys[::-1])
    squares = shapely.box(gx.ravel(), gy.ravel(), gx.ravel() + UNIT_M, gy.ravel() + UNIT_M)
    shapely.prepare(outline)
    squares = squares[shapely.intersects(outline, squares)]
    inner = shapely.contains_properly(outline, squares)
    lines = shapely.union_all(
        np.r_[shapely.boundary(squares[~inner]), [outline.boundary]], grid_size=GRAIN_M
    )
    rim = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    rim = rim[shapely.covers(outline, shapely.point_on_surface(rim))]
    rim = rim[~_inside(rim, squares[inner])]
    shapes = _joined(np.array(np.r_[squares[inner], rim], dtype=object))
    middle = shapely.get_coordinates(shapely.centroid(shapes))
    order = np.lexsort([middle[:, 0], -np.floor(middle[:, 1] / UNIT_M)])
    code = [f"{county}{i + 1:06d}" for i in range(len(shapes))]
    name = [f"单元网格{i + 1:06d}" for i in range(len(shapes))]
    return net(code, name, "city", shapes[order], homes)


def _inside(shapes: Shapes, squares: Shapes) -> npt.NDArray[np.bool_]:
    points = shapely.point_on_surface(shapes)
    hit, _ = shapely.STRtree(squares).query(points, predicate="intersects")
    found = np.zeros(len(shapes), dtype=bool)
    found[hit] = True
    return found


def _joined(shapes: Shapes) -> Shapes:
    """Join each scrap to the neighbour with which it shares the longest border."""
    pairs = neighbours(shapes)
    owner = np.arange(len(shapes))
    areas = shapely.area(shapes)
    for i in np.argsort(areas, kind="stable").tolist():
        if areas[i] >= UNIT_M**2 / 5:
            break
        near = sorted(pairs[i])
        shared = [float(shapely.length(shapely.intersection(shapes[i], shapes[o]))) for o in near]
        owner[i] = owner[near[int(np.argmax(shared))]] if near else i
    while not np.array_equal(owner, owner[owner]):
        owner = owner[owner]
    _, owner = np.unique(owner, return_inverse=True)
    return union(shapes, owner, int(owner.max()) + 1)
