"""Mend areas that do not quite meet: fill thin gaps, share out thin overlaps, with an account.

Only ground narrower than a stated width (the largest circle in it) changes hands; wider gaps
and overlaps are left and told. The features at fault are found by GEOS's coverage checker;
these and their neighbours are noded, and every face of the ground is given to one feature.
A feature that touches no such face keeps its shape to the last bit. Mending twice is mending
once.
"""

from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo import coords
from geo.errors import BadInput

Rule = Literal["larger", "smaller", "first"]
Shapes = npt.NDArray[np.object_]
WIDTH_M = 0.5
_DUST_M2 = 1e-6
"""Faces smaller than this come of the arithmetic, not of the data."""


@dataclass(frozen=True, slots=True, eq=False)
class Mended:
    """A mended layer and its account.

    `account` has a row for each feature that changed: `feature`, `area_before_m2`,
    `area_after_m2`, `households_before`, `households_after`, `deeds` (words). `left` has a
    row for each gap or overlap that was too wide: `fault`, `width_m`, `area_m2`, its shape.
    """

    frame: gpd.GeoDataFrame
    account: pd.DataFrame
    left: gpd.GeoDataFrame


def mend(
    frame: gpd.GeoDataFrame,
    *,
    key: str = "code",
    width_m: float = WIDTH_M,
    rule: Rule = "larger",
    homes: gpd.GeoDataFrame | None = None,
) -> Mended:
    """Make areas valid, fill gaps and share out overlaps that are narrower than a width.

    A gap goes to the neighbour with the longest common border. An overlap stays with the
    larger, the smaller or the first of the areas that claim it.

    Parameters
    ----------
    frame : GeoDataFrame
        Areas in metres.
    width_m : float
        Widest ground that may change hands, > 0.
    homes : GeoDataFrame, optional
        Buildings with `households`, in the same system, for the account; without them the
        households of the features themselves stand in it.

    Raises
    ------
    CrsError
        When the coordinates are not metres.
    BadInput
        When the width or the rule makes no sense.
    """
    coords.require_metres(frame)
    if not 0 < width_m <= 100 or rule not in ("larger", "smaller", "first"):
        raise BadInput(
            f"width {width_m} m, rule {rule!r}: up to 100 m, and larger, smaller or first",
            zh="宽度应在 0–100 米之间，规则为 larger、smaller 或 first",
        )
    given: Shapes = np.asarray(frame.geometry.array, dtype=object)
    shapes = _valid(given)
    deeds: list[list[str]] = [[] for _ in shapes]
    for i in np.flatnonzero([a is not b for a, b in zip(shapes, given, strict=True)]).tolist():
        deeds[i].append("made valid")
    rank: dict[str, npt.NDArray[np.float64]] = {
        "larger": -shapely.area(shapes),
        "smaller": shapely.area(shapes),
        "first": np.arange(len(shapes), dtype=np.float64),
    }
    near = _at_fault(shapes, width_m)
    faces, owners = _faces(shapes, near)
    left: list[tuple[str, float, shapely.Geometry]] = []
    changed: set[int] = set()
    for kind in ("gap", "overlap"):
        chosen = [f for f, o in enumerate(owners) if (len(o) == 0 if kind == "gap" else len(o) > 1)]
        for region in _regions(faces, chosen):
            ground = shapely.union_all(faces[region])
            if ground.area < _DUST_M2:
                _settle(region, owners)
                continue
            if (wide := _width(ground)) > width_m:
                left.append((kind, wide, ground))
                continue
            around = _around(ground, shapes, near)
            claims = sorted({o for f in region for o in owners[f]})
            heir = _claimant(claims, rank[rule]) if claims else _neighbour(ground, shapes, around)
            if heir is None:
                continue
            losers = set(claims) - {heir}
            for face in region:
                owners[face] = [heir]
            deeds[heir].append(
                f"{kind} of {ground.area:.3f} m² {'filled' if kind == 'gap' else 'kept'}"
            )
            for loser in losers:
                deeds[loser].append(f"overlap of {ground.area:.3f} m² given to row {heir + 1}")
            changed |= {heir, *losers, *around}
    after = _rebuilt(shapes, faces, owners, changed)
    return _told(frame, given, after, key=key, deeds=deeds, homes=homes, left=left)


def _valid(shapes: Shapes) -> Shapes:
    bad = np.flatnonzero(~shapely.is_valid(shapes))
    made = shapes.copy()
    for i in bad.tolist():
        parts = shapely.get_parts(shapely.make_valid(shapes[i]))
        made[i] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    return made


def _at_fault(shapes: Shapes, width_m: float) -> npt.NDArray[np.int64]:
    """Give the features whose borders do not match their neighbours', and those neighbours."""
    edges = shapely.coverage_invalid_edges(shapes, gap_width=width_m)
    bad = np.flatnonzero(~(shapely.is_missing(edges) | shapely.is_empty(edges)))
    tree = shapely.STRtree(shapes)
    holed = _holes(shapes, width_m)
    seeds = np.unique(np.r_[bad, holed]).astype(np.int64)
    if not len(seeds):
        return seeds
    _, near = tree.query(shapes[seeds], predicate="dwithin", distance=2 * width_m)
    return np.unique(np.r_[seeds, near])


def _holes(shapes: Shapes, width_m: float) -> npt.NDArray[np.int64]:
    """Give features with a narrow hole of their own, which no neighbour can tell of."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    rings = shapely.get_num_interior_rings(parts) > 0
    found = [
        int(o)
        for part, o in zip(parts[rings], owner[rings], strict=True)
        for ring in part.interiors
        if _width(shapely.Polygon(ring)) <= width_m
    ]
    return np.array(found, dtype=np.int64)


def _faces(shapes: Shapes, near: npt.NDArray[np.int64]) -> tuple[Shapes, list[list[int]]]:
    """Node the borders of some features; give the faces and who claims each of them."""
    if not len(near):
        return np.empty(0, dtype=object), []
    lines = shapely.union_all(shapely.boundary(shapes[near]))
    faces = np.asarray(shapely.get_parts(shapely.polygonize([lines])), dtype=object)
    inner = shapely.point_on_surface(faces)
    owners: list[list[int]] = [[] for _ in faces]
    face, area = shapely.STRtree(shapes).query(inner, predicate="within")
    for f, a in zip(face.tolist(), area.tolist(), strict=True):
        owners[f].append(int(a))
    return faces, [sorted(o) for o in owners]


def _regions(faces: Shapes, chosen: list[int]) -> list[list[int]]:
    """Join faces that share a border into regions."""
    if not chosen:
        return []
    own = faces[chosen]
    one, other = shapely.STRtree(own).query(own, predicate="intersects")
    home = list(range(len(chosen)))

    def root(i: int) -> int:
        while home[i] != i:
            i = home[i]
        return i

    for a, b in zip(one.tolist(), other.tolist(), strict=True):
        if a < b and shapely.get_dimensions(shapely.intersection(own[a], own[b])) == 1:
            home[root(b)] = root(a)
    groups: dict[int, list[int]] = {}
    for i, face in enumerate(chosen):
        groups.setdefault(root(i), []).append(face)
    return list(groups.values())


def _settle(region: list[int], owners: list[list[int]]) -> None:
    """Give dust to the first who claims it; unclaimed dust stays nobody's."""
    for face in region:
        owners[face] = owners[face][:1]


def _width(ground: shapely.Geometry) -> float:
    """Give the diameter of the largest circle in a piece of ground."""
    parts = shapely.get_parts(ground)
    circles = shapely.maximum_inscribed_circle(parts, tolerance=1e-3)
    return 2 * float(shapely.length(circles).max())


def _around(ground: shapely.Geometry, shapes: Shapes, near: npt.NDArray[np.int64]) -> list[int]:
    return [int(i) for i in near[shapely.dwithin(shapes[near], ground, 1e-6)]]


def _claimant(claims: list[int], rank: npt.NDArray[np.float64]) -> int:
    return min(claims, key=lambda i: (rank[i], i))


def _neighbour(ground: shapely.Geometry, shapes: Shapes, around: list[int]) -> int | None:
    """Choose the neighbour with the longest common border; None when nobody borders on it."""
    edge = shapely.boundary(ground)
    shared = {
        i: shapely.length(shapely.intersection(shapely.buffer(shapes[i], 1e-6), edge))
        for i in around
    }
    best = max(shared, key=lambda i: (shared[i], -i), default=None)
    return best if best is not None and shared[best] > 0 else None


def _rebuilt(shapes: Shapes, faces: Shapes, owners: list[list[int]], changed: set[int]) -> Shapes:
    held: dict[int, list[int]] = {i: [] for i in changed}
    for face, own in enumerate(owners):
        for i in own:
            if i in held:
                held[i].append(face)
    after = shapes.copy()
    for i, own in held.items():
        if own:
            after[i] = shapely.union_all(faces[own])
    return after


def _told(
    frame: gpd.GeoDataFrame,
    before: Shapes,
    after: Shapes,
    *,
    key: str,
    deeds: list[list[str]],
    homes: gpd.GeoDataFrame | None,
    left: list[tuple[str, float, shapely.Geometry]],
) -> Mended:
    rows = [i for i, said in enumerate(deeds) if said]
    account = pd.DataFrame(
        {
            "feature": [str(frame[key].iloc[i]) if key in frame else f"#{i + 1}" for i in rows],
            "area_before_m2": shapely.area(before[rows]) if rows else [],
            "area_after_m2": shapely.area(after[rows]) if rows else [],
            "households_before": _people(frame, before, homes, rows),
            "households_after": _people(frame, after, homes, rows),
            "deeds": ["; ".join(deeds[i]) for i in rows],
        }
    )
    wide = gpd.GeoDataFrame(
        {
            "fault": [k for k, *_ in left],
            "width_m": [w for _, w, _ in left],
            "area_m2": [float(shapely.area(g)) for *_, g in left],
        },
        geometry=gpd.GeoSeries([g for *_, g in left], crs=frame.crs),
    )
    shapes = gpd.GeoSeries(after, index=frame.index, crs=frame.crs)
    return Mended(frame.set_geometry(shapes), account, wide)


def _people(
    frame: gpd.GeoDataFrame, shapes: Shapes, homes: gpd.GeoDataFrame | None, rows: list[int]
) -> list[int]:
    if homes is None or "households" not in homes:
        return (
            [int(frame["households"].iloc[i]) for i in rows]
            if "households" in frame
            else [0] * len(rows)
        )
    inner = shapely.point_on_surface(np.asarray(homes.geometry.array, dtype=object))
    tree = shapely.STRtree(inner)
    counts = homes["households"].to_numpy()
    return [int(counts[tree.query(shapes[i], predicate="intersects")].sum()) for i in rows]
