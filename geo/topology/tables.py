"""The single checks, each callable on its own table of areas."""

import geopandas as gpd
import numpy as np

from geo.layers import DEFAULT_SCHEME, Adjacency, Level, level
from geo.topology import coding, cover, faults, houses, lineage, nearness, rook
from geo.topology.norms import DEFAULT_NORMS, Norms, misfits
from geo.topology.sheets import FREE, Sheet, sheet

TOLERANCE_M = 0.05
SLIVER_M = 2.0


def gaps(
    areas: gpd.GeoDataFrame,
    *,
    within: gpd.GeoDataFrame | None = None,
    tolerance_m: float = TOLERANCE_M,
    sliver_m: float = SLIVER_M,
) -> gpd.GeoDataFrame:
    """Find ground that no area covers: GAP, SLIVER (thin) and HOLE (inside one area).

    Parameters
    ----------
    areas : GeoDataFrame
        Areas of one level, in metres.
    within : GeoDataFrame, optional
        The level above: ground of it that no area covers counts as well. Without it only
        ground that the areas enclose is found.
    tolerance_m, sliver_m : float
        Ground narrower than the first is noise, than the second a sliver.

    Returns
    -------
    GeoDataFrame
        One row a gap: `fault`, `field`, `areas` (codes of the neighbours, longest common
        border first), `rows` (their positions), `area_m2`, polygon. Enclosed ones first,
        largest first.
    """
    own = sheet(areas)
    found = cover.uncovered(own, tolerance_m=tolerance_m, sliver_m=sliver_m)
    if within is not None:
        found += cover.missing(
            own, sheet(within), found, tolerance_m=tolerance_m, sliver_m=sliver_m
        )
    return faults.frame(found, own)


def holes(areas: gpd.GeoDataFrame, *, tolerance_m: float = TOLERANCE_M) -> gpd.GeoDataFrame:
    """Find uncovered holes that lie wholly inside one area; columns as `gaps`."""
    found = gaps(areas, tolerance_m=tolerance_m)
    return found[found["fault"] == "HOLE"].reset_index(drop=True)


def overlaps(
    areas: gpd.GeoDataFrame, *, tolerance_m: float = TOLERANCE_M, sliver_m: float = SLIVER_M
) -> gpd.GeoDataFrame:
    """Find ground that several areas cover: OVERLAP and SLIVER; columns as `gaps`.

    One row a connected piece of ground, with every area that has a share in it. An area
    recorded twice overlaps itself here; `check` tells it apart as DOUBLY_OWNED.
    """
    own = sheet(areas)
    return faults.frame(cover.overlapping(own, tolerance_m=tolerance_m, sliver_m=sliver_m), own)


def parts(areas: gpd.GeoDataFrame, *, tolerance_m: float = TOLERANCE_M) -> gpd.GeoDataFrame:
    """Find areas in several pieces (MULTIPART); the ground is all but the largest piece."""
    own = sheet(areas)
    return faults.frame(cover.parted(own, tolerance_m=tolerance_m), own)


def near_misses(areas: gpd.GeoDataFrame, *, tolerance_m: float = TOLERANCE_M) -> gpd.GeoDataFrame:
    """Find pairs of areas whose vertices nearly meet (NEAR_MISS); the place is the vertices."""
    own = sheet(areas)
    return faults.frame(nearness.missed(own, [], tolerance_m=tolerance_m), own)


def adjacency(areas: gpd.GeoDataFrame, *, tolerance_m: float = TOLERANCE_M) -> Adjacency:
    """Give the pairs of areas that share a border, and its length in metres.

    Borders that agree to the last bit are measured exactly; where neighbours have
    different vertices, the stretches that run against each other within the tolerance
    count. Touching in a point is no border.

    Returns
    -------
    Adjacency
        `ids` are the area codes in the order of the table.
    """
    return rook.rook(sheet(areas), tolerance_m=tolerance_m)


def codes(
    areas: gpd.GeoDataFrame, name: str, *, scheme: tuple[Level, ...] = DEFAULT_SCHEME
) -> gpd.GeoDataFrame:
    """Find codes of a level that are malformed (CODE_INVALID) or given twice (CODE_DUPLICATE)."""
    own = sheet(areas, level(name, scheme))
    return faults.frame(coding.miscoded(own, skip=set()), own)


def hierarchy(
    areas: gpd.GeoDataFrame,
    parents: gpd.GeoDataFrame,
    *,
    levels: tuple[Level, Level] = (FREE, FREE),
    tolerance_m: float = TOLERANCE_M,
) -> gpd.GeoDataFrame:
    """Hold areas against their parents: ORPHAN, PARENT_MISMATCH, OUTSIDE_PARENT.

    Parameters
    ----------
    areas, parents : GeoDataFrame
        Two levels in metres.
    levels : pair of Level
        What the two levels are called and how long their codes are.

    Returns
    -------
    GeoDataFrame
        Columns as `gaps`; nothing is explained away by other faults here.
    """
    own, upper = sheet(areas, levels[0]), sheet(parents, levels[1])
    t = lineage.ties(own, upper)
    found = lineage.orphans(own, upper, t, skip=set(), doubtful=set())
    wrong = lineage.misplaced(own, upper, t, skip=set())
    skip = {f.areas[0] for f in wrong}
    found += wrong + lineage.protruding(own, t, [], skip=skip, tolerance_m=tolerance_m)
    return faults.frame(found + lineage.misnumbered(own, upper, t, skip=skip), own)


def sizes(areas: gpd.GeoDataFrame, name: str, *, norms: Norms = DEFAULT_NORMS) -> gpd.GeoDataFrame:
    """Find comprehensive areas outside the norm of their level (SIZE_OUT_OF_NORM)."""
    own = sheet(areas, level(name))
    return faults.frame(misfits(own, norms, skip=set()), own)


def buildings_cut(
    areas: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame, *, tolerance_m: float = TOLERANCE_M
) -> gpd.GeoDataFrame:
    """Find buildings that a border crosses (BUILDING_CUT) or that lie in no area.

    Returns
    -------
    GeoDataFrame
        Columns as `gaps`, and `building` (id). The ground is the footprint.
    """
    own: Sheet = sheet(areas)
    homes = houses.houses(buildings)
    crossed, outside = houses.cut(own, homes, tolerance_m=tolerance_m)
    found = crossed + outside
    positions = np.array([int(f.facts["building"]) for f in found], dtype=np.int64)
    return faults.frame(found, own).assign(building=homes.ids[positions])
