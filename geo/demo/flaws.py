"""Plant the known flaws, each far from the others, and write down the truth about each.

Flaws of shape are made by moving a piece of border of one area and leaving its neighbour as
it was; flaws of record by changing a code or a parent; blind spots were left by the stations.
The kinds and how many of each a district gets stand in `PLANTERS` and `COUNTS`.
"""

from collections.abc import Callable, Iterator
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

from geo.demo import blind
from geo.demo.borders import Border
from geo.demo.flawed import Flawed
from geo.demo.town import Town

Planter = Callable[[Flawed, int], bool]
DEPTHS_M = (16.0, 12.0, 8.0, 6.0)
SLIVER_M = 0.9


def plant(
    sound: Town, rng: np.random.Generator
) -> tuple[dict[str, gpd.GeoDataFrame], list[dict[str, Any]]]:
    """Give the layers of a town with known flaws in them, and the truth.

    Returns
    -------
    layers : dict
        The areas in the order of their codes, everything else as it was.
    truth : list of dict
        ``code``, ``layer``, ``features``, ``area_m2``, ``households``, ``x``, ``y``; for
        slivers ``of`` (gap or overlap), for blind spots ``reason``. A flaw on several
        levels stands once, on the highest, the lower ones in ``also``.
    """
    work = Flawed(sound, apart_m=30.0 if sound.size == "small" else 240.0)
    for m in sound.exclaves:
        _exclave(work, m)
    factor = 10 if sound.size == "city" else 1
    small = sound.size == "small"
    for planter, count in PLANTERS:
        _some(work, planter, int(planter not in SPARED) if small else count * factor, rng)
    truth = work.truth + blind.spots(sound)
    return work.layers(), truth


def _some(work: Flawed, planter: Planter, count: int, rng: np.random.Generator) -> None:
    """Try a flaw at one micro-grid after the other until there are enough, far apart if possible."""
    done = 0
    for apart_m in (work.apart_m, 0.0):
        for m in rng.permutation(work.size).tolist():
            if done == count:
                return
            if work.free(m, apart_m=apart_m) and planter(work, m):
                done += 1


def _exclave(work: Flawed, m: int) -> None:
    grid = work.grid_of(m)
    piece = work.shapes["microgrid"][m]
    work.note("MULTIPART", "grid", [work.codes["grid"][grid]], piece, people_of=[m])
    work.take(m)
    work.taken.add(grid)


def _inner(work: Flawed, m: int) -> Iterator[tuple[int, Border]]:
    """Give the stretches that a micro-grid shares with others of its grid."""
    for other in work.siblings(m):
        if (border := work.border(m, other)) is not None:
            yield other, border


def _gap(work: Flawed, m: int) -> bool:
    """Leave a wide piece between two micro-grids of a grid uncovered."""
    return any(
        _cut(work, m, b, depths=DEPTHS_M, code="GAP", levels=("microgrid",))
        for _, b in _inner(work, m)
    )


def _gap_at_edge(work: Flawed, m: int) -> bool:
    """Leave a wide piece at the outer edge of the district uncovered."""
    border = work.outer(m)
    return border is not None and _cut(
        work, m, border, depths=DEPTHS_M, code="GAP", levels=("microgrid",)
    )


def _gap_of_grids(work: Flawed, m: int) -> bool:
    """Pull back a grid and its micro-grid from another grid of the community alike."""
    return any(
        _cut(work, m, b, depths=DEPTHS_M, code="GAP", levels=("microgrid", "grid"))
        for _, b in work.across(m, "grid", "community")
    )


def _sliver_of_communities(work: Flawed, m: int) -> bool:
    """Pull back a community, its grid and its micro-grid by a hair: two hands drew the border."""
    return any(
        _cut(
            work, m, b, depths=(SLIVER_M,), code="SLIVER", levels=("microgrid", "grid", "community")
        )
        for _, b in work.across(m, "community", "subdistrict")
    )


def _sliver_gap(work: Flawed, m: int) -> bool:
    """Leave a hair between two micro-grids of a grid."""
    return any(
        _cut(work, m, b, depths=(SLIVER_M,), code="SLIVER", levels=("microgrid",))
        for _, b in _inner(work, m)
    )


def _cut(
    work: Flawed,
    m: int,
    border: Border,
    *,
    depths: tuple[float, ...],
    code: str,
    levels: tuple[str, ...],
) -> bool:
    """Draw the areas of some levels back from a border, where no building is touched."""
    for depth in depths:
        moved = border.dent(depth)
        piece = border.between(moved)
        if not piece.is_valid or work.built(piece) or not work.shapes["microgrid"][m].covers(piece):
            continue
        where = {level: work.above(m, level) for level in levels}
        fresh = {level: work.moved(level, i, border, moved) for level, i in where.items()}
        if any(shape is None for shape in fresh.values()):
            continue
        for level, i in where.items():
            work.shapes[level][i] = fresh[level]
        names = [(level, work.codes[level][i]) for level, i in where.items()]
        extra: dict[str, Any] = {"of": "gap"} if code == "SLIVER" else {}
        if len(names) > 1:
            extra["also"] = [{"layer": level, "features": [name]} for level, name in names[:-1]]
        work.note(code, names[-1][0], [names[-1][1]], piece, **extra)
        work.take(m)
        return True
    return False


def _overlap(work: Flawed, m: int) -> bool:
    """Let a micro-grid reach over its border into another of its grid."""
    return any(
        _bump(work, m, o, b, depths=DEPTHS_M, code="OVERLAP", homes=False)
        for o, b in _inner(work, m)
    )


def _overlap_homes(work: Flawed, m: int) -> bool:
    """Let a micro-grid reach around whole buildings of another of its grid."""
    depths = (30.0, 34.0, 26.0, 38.0, 22.0)
    return any(
        _bump(work, m, o, b, depths=depths, code="OVERLAP", homes=True) for o, b in _inner(work, m)
    )


def _sliver_overlap(work: Flawed, m: int) -> bool:
    """Let a micro-grid overlap another of its grid by a hair."""
    return any(
        _bump(work, m, o, b, depths=(SLIVER_M,), code="SLIVER", homes=False)
        for o, b in _inner(work, m)
    )


def _bump(
    work: Flawed,
    m: int,
    other: int,
    border: Border,
    *,
    depths: tuple[float, ...],
    code: str,
    homes: bool,
) -> bool:
    """Draw one micro-grid over another, around whole buildings or none."""
    for depth in depths:
        moved = border.dent(-depth)
        piece = border.between(moved)
        if not piece.is_valid or not work.shapes["microgrid"][other].covers(piece):
            continue
        touched = work.built(piece)
        whole = [b for b in touched if piece.contains(work.buildings[b])]
        if len(whole) != len(touched) or bool(whole) != homes:
            continue
        work.shapes["microgrid"][m] = border.area(moved)
        names = sorted((work.codes["microgrid"][m], work.codes["microgrid"][other]))
        extra: dict[str, Any] = {"of": "overlap"} if code == "SLIVER" else {}
        work.note(code, "microgrid", names, piece, **extra)
        work.take(m)
        return True
    return False


def _hole(work: Flawed, m: int) -> bool:
    """Cut a square out of the middle of a micro-grid."""
    shape = work.shapes["microgrid"][m]
    x0, y0, x1, y1 = shape.bounds
    for x in np.linspace(x0, x1, 9)[1:-1].round():
        for y in np.linspace(y0, y1, 9)[1:-1].round():
            square = shapely.box(x - 7, y - 7, x + 7, y + 7)
            if shape.contains(square.buffer(4)) and not work.built(square):
                work.shapes["microgrid"][m] = Polygon(
                    shape.exterior.coords, [square.exterior.coords]
                )
                work.note("HOLE", "microgrid", [work.codes["microgrid"][m]], square)
                return work.take(m)
    return False


def _two_pieces(work: Flawed, m: int) -> bool:
    """Give a micro-grid a corner of another one of its grid that it does not touch."""
    mine = work.shapes["microgrid"][m]
    for other in work.siblings(m):
        if mine.distance(work.shapes["microgrid"][other]) < 5:
            continue
        for _, border in _inner(work, other):
            moved = border.dent(8.0)
            piece = border.between(moved)
            theirs = work.shapes["microgrid"][other]
            if (
                piece.is_valid
                and not work.built(piece)
                and theirs.covers(piece)
                and mine.distance(piece) > 5
            ):
                work.shapes["microgrid"][other] = border.area(moved)
                work.shapes["microgrid"][m] = MultiPolygon([mine, piece])
                work.note("MULTIPART", "microgrid", [work.codes["microgrid"][m]], piece)
                return work.take(m)
    return False


def _building_cut(work: Flawed, m: int) -> bool:
    """Lead the border between two micro-grids of a grid through a building."""
    for other, border in _inner(work, m):
        for b in work.buildings_of(m):
            house = work.buildings[b]
            moved = border.through((house.centroid.x, house.centroid.y))
            piece, back = border.between(moved), work.border(other, m)
            if not piece.is_valid or back is None or work.built(piece) != [b]:
                continue
            lost = piece.intersection(house).area
            fits = work.shapes["microgrid"][m].covers(piece) and len(back.path) == len(border.path)
            if fits and 0.1 < lost / house.area < 0.5:
                work.shapes["microgrid"][m] = border.area(moved)
                work.shapes["microgrid"][other] = back.area(moved[::-1])
                names = [
                    work.house_ids[b],
                    work.codes["microgrid"][m],
                    work.codes["microgrid"][other],
                ]
                work.note(
                    "BUILDING_CUT", "building", names, piece.intersection(house), buildings=[b]
                )
                return work.take(m)
    return False


def _orphan(work: Flawed, m: int) -> bool:
    """Leave a micro-grid under a grid that was abolished."""
    parent = work.unused_grid(m)
    code = f"{parent}01"
    work.note("ORPHAN", "microgrid", [code], work.shapes["microgrid"][m], people_of=[m])
    work.record(m, code=code, parent=parent)
    return work.take(m)


def _doubly_owned(work: Flawed, m: int) -> bool:
    """Record a micro-grid a second time, under the neighbouring grid."""
    for _, other in work.next_grids(m):
        code = work.unused_code(other)
        names = [work.codes["microgrid"][m], code]
        work.note("DOUBLY_OWNED", "microgrid", names, work.shapes["microgrid"][m], people_of=[m])
        work.again(m, code=code, parent=work.codes["grid"][other])
        work.taken.add(other)
        return work.take(m)
    return False


def _wrong_parent(work: Flawed, m: int) -> bool:
    """Write the neighbouring grid as the parent of a micro-grid."""
    for _, other in work.next_grids(m):
        work.note("PARENT_MISMATCH", "microgrid", [work.codes["microgrid"][m]],
                  work.shapes["microgrid"][m], people_of=[m])  # fmt: skip
        work.record(m, parent=work.codes["grid"][other])
        work.taken.add(other)
        return work.take(m)
    return False


def _wrong_community(work: Flawed, m: int) -> bool:
    """Write the neighbouring community as the parent of a grid."""
    for neighbour, _ in work.across(m, "community", "subdistrict"):
        grid, other = work.grid_of(m), work.above(neighbour, "community")
        work.note("PARENT_MISMATCH", "grid", [work.codes["grid"][grid]], work.shapes["grid"][grid],
                  people_of=work.members(grid))  # fmt: skip
        work.record_grid(grid, parent=work.codes["community"][other])
        return work.take(m)
    return False


def _duplicate(work: Flawed, m: int) -> bool:
    """Give a micro-grid the code of another one of its grid."""
    other = work.siblings(m)[0]
    code = work.codes["microgrid"][other]
    both = MultiPolygon([work.shapes["microgrid"][m], work.shapes["microgrid"][other]])
    work.note("CODE_DUPLICATE", "microgrid", [code, code], both, people_of=[m, other])
    work.record(m, code=code)
    return work.take(m)


def _malformed(work: Flawed, m: int) -> bool:
    """Spoil a code: a digit lost, the letter O for a nought, a hyphen."""
    code = work.codes["microgrid"][m]
    ways = (code[:-1], code[:6] + code[6:].replace("0", "O", 1), f"{code[:12]}-{code[12:]}")
    spoilt = ways[work.count("CODE_INVALID") % len(ways)]
    work.note("CODE_INVALID", "microgrid", [spoilt], work.shapes["microgrid"][m], people_of=[m])
    work.record(m, code=spoilt)
    return work.take(m)


PLANTERS: tuple[tuple[Planter, int], ...] = (
    (_overlap_homes, 1), (_building_cut, 3), (_gap, 2), (_gap_at_edge, 1), (_gap_of_grids, 1),
    (_sliver_of_communities, 1), (_sliver_gap, 1), (_sliver_overlap, 2), (_overlap, 2), (_hole, 2),
    (_two_pieces, 2), (_orphan, 3), (_doubly_owned, 2), (_wrong_parent, 2), (_wrong_community, 1),
    (_duplicate, 2), (_malformed, 3),
)  # fmt: skip
"""What is planted, the pickiest first, and how often in a district (once in a small town)."""
SPARED = (_overlap_homes, _gap_at_edge)
"""What a small town has no room for."""
