"""Ground that no area covers, and ground that several cover.

The number of areas over the ground changes only at open border segments. These few
segments are noded and polygonised; within each face the number is constant, and one point
tells it. So the work depends on the faults and the outer edge, not on the district.
"""

from collections.abc import Iterator

import numpy as np
import shapely

from geo.topology.borders import Bools, Floats, Ints, Shapes
from geo.topology.faults import Fault
from geo.topology.sheets import Sheet, faces
from geo.topology.widths import any_wider_than, pieces, wider_than


def uncovered(sheet: Sheet, *, tolerance_m: float, sliver_m: float) -> list[Fault]:
    """Find ground enclosed by the areas that none of them covers: gaps, slivers, holes."""
    found_faces, depth = sheet.faces
    found = _regions(found_faces, depth == 0, tolerance_m)
    return [_empty_ground(sheet, region, tolerance_m, sliver_m, hole=True) for region in found]


def missing(
    sheet: Sheet, upper: Sheet, known: list[Fault], *, tolerance_m: float, sliver_m: float
) -> list[Fault]:
    """Find ground of the level above that no area covers and that is not yet `known`."""
    all_faces = faces(sheet, upper)
    bare = (sheet.depth(all_faces) == 0) & (upper.depth(all_faces) > 0)
    if known:
        taken = shapely.union_all([fault.place for fault in known])
        bare &= ~shapely.intersects(taken, shapely.point_on_surface(all_faces))
    found = _regions(all_faces, bare, tolerance_m)
    return [_empty_ground(sheet, region, tolerance_m, sliver_m, hole=False) for region in found]


def overlapping(sheet: Sheet, *, tolerance_m: float, sliver_m: float) -> list[Fault]:
    """Find ground that more than one area covers."""
    found_faces, depth = sheet.faces
    found = _regions(found_faces, depth > 1, tolerance_m)
    return [_shared_ground(sheet, region, tolerance_m, sliver_m) for region in found]


def twins(sheet: Sheet, *, tolerance_m: float) -> list[Fault]:
    """Find areas that are recorded more than once: the same ground within the tolerance."""
    open_owners = np.unique(sheet.borders.owner[sheet.borders.unmatched()])
    centres = shapely.centroid(sheet.polygons[open_owners])
    one, other = shapely.STRtree(centres).query(centres, predicate="dwithin", distance=tolerance_m)
    one, other = open_owners[one], open_owners[other]
    one, other = one[one < other], other[one < other]
    a, b = sheet.polygons[one], sheet.polygons[other]
    same = np.abs(shapely.area(a) - shapely.area(b)) <= tolerance_m * shapely.length(a)
    one, other = one[same], other[same]
    same = shapely.hausdorff_distance(sheet.polygons[one], sheet.polygons[other]) <= tolerance_m
    groups: dict[int, tuple[int, ...]] = {}
    seen: set[int] = set()
    for i, j in zip(one[same].tolist(), other[same].tolist(), strict=True):
        if i not in seen:
            groups[i] = (*groups.get(i, (i,)), j)
        seen.add(j)
    return [Fault("DOUBLY_OWNED", rows, sheet.polygons[i]) for i, rows in groups.items()]


def parted(sheet: Sheet, *, tolerance_m: float) -> list[Fault]:
    """Find areas in several pieces; the place is all but the largest piece."""
    faults = []
    several = shapely.get_num_geometries(sheet.polygons) > 1
    for i in np.flatnonzero(several & sheet.intact).tolist():
        found = pieces(sheet.polygons[i], tolerance_m)
        if len(found) > 1:
            place = shapely.union_all(found[1:])
            faults.append(Fault("MULTIPART", (i,), place, facts={"pieces": str(len(found))}))
    return faults


def _regions(ground: Shapes, chosen: Bools, tolerance_m: float) -> Iterator[shapely.Polygon]:
    chosen = chosen & (shapely.area(ground) > 0)
    kept = ground[chosen]
    yield from pieces(shapely.union_all(kept), tolerance_m) if len(kept) else ()


def _empty_ground(
    sheet: Sheet, region: shapely.Polygon, tolerance_m: float, sliver_m: float, *, hole: bool
) -> Fault:
    around, shared_m = neighbours(sheet, region, tolerance_m)
    if hole and len(around) == 1:
        return Fault("HOLE", around, region)
    around = tuple(i for i, m in zip(around, shared_m, strict=True) if m >= 0.02 * region.length)
    if wider_than(np.array([region]), sliver_m)[0]:
        return Fault("GAP", around, region)
    return Fault("SLIVER", around, region, field="gap")


def _shared_ground(
    sheet: Sheet, region: shapely.Polygon, tolerance_m: float, sliver_m: float
) -> Fault:
    near = np.sort(sheet.tree.query(region, predicate="intersects"))
    shares = np.asarray(shapely.intersection(sheet.polygons[near], region), dtype=object)
    order = _most_first(sheet, near, shapely.area(shares))
    wide = any_wider_than(shares, tolerance_m)
    kept = [int(near[k]) for n, k in enumerate(order) if n < 2 or wide[k]]
    if wider_than(np.array([region]), sliver_m)[0]:
        return Fault("OVERLAP", tuple(kept), region)
    return Fault("SLIVER", tuple(kept), region, field="overlap")


def _most_first(sheet: Sheet, near: Ints, much: Floats) -> list[int]:
    """Give the order of some areas by how much they have of something; of equals, by code."""
    told = [
        (-round(m, 3), sheet.codes[i], i) for m, i in zip(much.tolist(), near.tolist(), strict=True)
    ]
    return sorted(range(len(told)), key=told.__getitem__)


def neighbours(
    sheet: Sheet, region: shapely.Polygon, tolerance_m: float
) -> tuple[tuple[int, ...], list[float]]:
    """Give the areas around a piece of ground and their common borders, longest first."""
    near: Ints = np.sort(sheet.tree.query(region, predicate="dwithin", distance=tolerance_m))
    grown = shapely.buffer(sheet.polygons[near], tolerance_m)
    shared_m = shapely.length(shapely.intersection(grown, region.boundary))
    order = _most_first(sheet, near, shared_m)
    kept = [k for k in order if shared_m[k] > 4 * tolerance_m or k == order[0]]
    return tuple(int(near[k]) for k in kept), [float(shared_m[k]) for k in kept]
