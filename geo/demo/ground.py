"""Buildings, walls, gates, water and land on the ground, as layers."""

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from geo.demo.areas import samples
from geo.demo.fabric import Fabric
from geo.demo.people import People
from geo.demo.rects import Rect
from geo.demo.warp import GRAIN_M, Warp

Floats = npt.NDArray[np.float64]


def footprints(rects: list[Rect], warp: Warp) -> npt.NDArray[np.object_]:
    """Put plan rectangles on the ground as true rectangles, turned and shrunk to their place.

    The rectangle lies along the image of the plan's level lines and inside the image of its
    plan rectangle, so that what is apart in the plan stays apart.
    """
    middle = np.array([((r.x0 + r.x1) / 2, (r.y0 + r.y1) / 2) for r in rects])
    size = np.array([(r.w, r.h) for r in rects])
    east, north = warp.slopes(middle)
    stretch = np.hypot(*east.T)
    along = east / stretch[:, None]
    across = np.column_stack([-along[:, 1], along[:, 0]])
    shear = np.abs((north * along).sum(axis=1))
    height = (north * across).sum(axis=1)
    half_w = np.maximum(size[:, 0] * np.minimum(stretch, 1.05) - shear * size[:, 1], 4) / 2
    half_h = size[:, 1] * np.minimum(height, 1.05) / 2
    centre = warp.exact(middle)
    corners = [
        centre + sx * half_w[:, None] * along + sy * half_h[:, None] * across
        for sx, sy in ((-1, -1), (1, -1), (1, 1), (-1, 1))
    ]
    ring = np.round(np.stack(corners, axis=1) / GRAIN_M) * GRAIN_M
    return np.array(shapely.polygons(ring), dtype=object)


def ring(rect: Rect, extra: list[tuple[float, float]]) -> Floats:
    """Give the closed outline of a plan rectangle with samples and extra places on it."""

    def side(a: float, b: float, places: list[float]) -> Floats:
        return np.unique(np.concatenate([[a, b], samples(a, b), places]))

    south = side(rect.x0, rect.x1, [x for x, y in extra if y == rect.y0])
    north = side(rect.x0, rect.x1, [x for x, y in extra if y == rect.y1])
    west = side(rect.y0, rect.y1, [y for x, y in extra if x == rect.x0])
    east = side(rect.y0, rect.y1, [y for x, y in extra if x == rect.x1])
    parts = [
        np.column_stack([south, np.full(len(south), rect.y0)]),
        np.column_stack([np.full(len(east), rect.x1), east])[1:],
        np.column_stack([north[::-1], np.full(len(north), rect.y1)])[1:],
        np.column_stack([np.full(len(west), rect.x0), west[::-1]])[1:],
    ]
    return np.concatenate(parts)


def bent(lines: list[Floats], warp: Warp) -> list[Floats]:
    """Map many plan lines to the ground at once."""
    ends = np.cumsum([len(line) for line in lines])[:-1]
    return np.split(warp(np.concatenate(lines)), ends)


def buildings(
    fabric: Fabric, people: People, warp: Warp, *, names: list[str], compounds: list[str], crs: CRS
) -> gpd.GeoDataFrame:
    """Give the building layer; the row's number is the house's number."""
    houses = fabric.houses
    return gpd.GeoDataFrame(
        {
            "id": [f"B{n:05d}" for n in range(1, len(houses) + 1)],
            "name": names,
            "use": [h.use for h in houses],
            "compound": [compounds[h.compound] for h in houses],
            "floors": people.floors,
            "households": people.households,
            "residents": people.residents,
            **people.groups,
        },
        geometry=footprints([h.rect for h in houses], warp),
        crs=crs,
    )


def barriers(fabric: Fabric, warp: Warp, compounds: list[str], crs: CRS) -> gpd.GeoDataFrame:
    """Give the barrier layer: mid-lines of rivers and railways, walls with their gates as vertices."""
    rows: list[tuple[str, str, str]] = []
    lines: list[Floats] = []
    for kind, name, rects in (
        ("river", "清河", fabric.plan.rivers),
        ("rail", "示宁铁路", fabric.plan.rails),
    ):
        for r in rects:
            level = kind == "river"
            a, b = (r.x0, r.x1) if level else (r.y0, r.y1)
            line = np.unique(np.concatenate([[a, b], samples(a, b)]))
            fixed = np.full(len(line), r.cy if level else r.cx)
            rows.append((name, kind, ""))
            lines.append(np.column_stack([line, fixed] if level else [fixed, line]))
    gates: dict[int, list[tuple[float, float]]] = {}
    for g in fabric.gates:
        gates.setdefault(g.compound, []).append((g.x, g.y))
    for i, places in gates.items():
        rows.append((f"{compounds[i]}围墙", "wall", compounds[i]))
        lines.append(ring(fabric.compounds[i].wall, places))
    names, kinds, owners = zip(*rows, strict=True)
    return gpd.GeoDataFrame(
        {
            "id": [f"R{n:04d}" for n in range(1, len(rows) + 1)],
            "name": list(names),
            "kind": list(kinds),
            "compound": list(owners),
        },
        geometry=[shapely.LineString(line) for line in bent(lines, warp)],
        crs=crs,
    )


def gates(fabric: Fabric, warp: Warp, compounds: list[str], crs: CRS) -> gpd.GeoDataFrame:
    """Give the gate layer."""
    ground = warp([(g.x, g.y) for g in fabric.gates])
    return gpd.GeoDataFrame(
        {
            "id": [f"G{n:04d}" for n in range(1, len(ground) + 1)],
            "name": [
                f"{compounds[g.compound]}{'正门' if g.main else '侧门'}" for g in fabric.gates
            ],
            "compound": [compounds[g.compound] for g in fabric.gates],
            "foot": ["yes"] * len(ground),
        },
        geometry=shapely.points(ground),
        crs=crs,
    )


BANK_M = 12.0
"""From the centre line of the bank road to the water."""


def landuse(fabric: Fabric, warp: Warp, names: list[str], crs: CRS) -> gpd.GeoDataFrame:
    """Give the land-use layer: blocks, then water and rails."""
    rows = [(name, land.kind, land.rect) for name, land in zip(names, fabric.land, strict=True)]
    rows += [("清河", "water", r.inset(0, BANK_M, 0, BANK_M)) for r in fabric.plan.rivers]
    rows += [("示宁铁路", "rail", r.inset(8, 0, 8, 0)) for r in fabric.plan.rails]
    return gpd.GeoDataFrame(
        {
            "id": [f"L{n:04d}" for n in range(1, len(rows) + 1)],
            "name": [name for name, _, _ in rows],
            "kind": [kind for _, kind, _ in rows],
        },
        geometry=[shapely.Polygon(line) for line in bent([ring(r, []) for _, _, r in rows], warp)],
        crs=crs,
    )
