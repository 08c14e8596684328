"""The whole check: every level, across levels, and the buildings on them."""

from collections.abc import Mapping

import shapely

from geo.errors import CrsError
from geo.layers import (
    DEFAULT_SCHEME,
    DemandLayer,
    Finding,
    GridLayer,
    Level,
    Progress,
    level,
    quiet,
)
from geo.topology.faults import Fault
from geo.topology.houses import Houses, away_from, cut, houses
from geo.topology.norms import DEFAULT_NORMS, Norms
from geo.topology.sentences import finding
from geo.topology.sheets import Sheet, sheet
from geo.topology.survey import Survey, survey


def check(
    levels: Mapping[str, GridLayer],
    buildings: DemandLayer | None = None,
    *,
    scheme: tuple[Level, ...] = DEFAULT_SCHEME,
    tolerance_m: float = 0.05,
    sliver_m: float = 2.0,
    norms: Norms = DEFAULT_NORMS,
    progress: Progress = quiet,
) -> list[Finding]:
    """Find every fault of a set of levels, each cause once.

    Neighbours whose borders agree to the last bit never give a finding. Ground narrower
    than `tolerance_m` (the diameter of the largest circle in it) is noise and gives at
    most NEAR_MISS; narrower than `sliver_m`, a SLIVER; else a GAP, HOLE or OVERLAP. A
    fault that is the effect of another (a micro-grid outside its parent because two
    micro-grids overlap; orphans of a grid whose own code is malformed; a gap on two
    levels) is not told again. Faults of ground beside an area whose outline is broken
    are left until that is repaired.

    Parameters
    ----------
    levels : mapping of str to GridLayer
        Areas by level name, in metres, all in one system; any subset of the scheme. A
        level must fill the nearest level above that is given; parents' codes are looked
        up on the level that the scheme names as parent, when it is given.
    buildings : DemandLayer, optional
        Buildings; they are held against the finest level, and give the households of
        each place.
    scheme : tuple of Level
        The levels, from the widest.
    tolerance_m, sliver_m : float
        Widths in metres, as above; tolerance_m ≥ 0.
    norms : Norms
        Households by level, for comprehensive areas.

    Returns
    -------
    list of Finding
        By level from the widest, buildings last; within a level by kind, then largest
        ground first. `place` is in the CRS of the layers; `features` are area codes (of
        buildings: the building, then the areas), most concerned first, and after them
        those of lower levels where the same ground is at fault. `households` are
        those of the buildings in `place`, None without buildings.

    Raises
    ------
    BadInput
        When a level is not in the scheme.
    CrsError
        When the layers are not in metres, or not all in one system.
    """
    for name in levels:
        level(name, scheme)
    _one_crs(levels, buildings)
    homes = houses(buildings) if buildings is not None else None
    surveys: list[Survey] = []
    for lv in scheme:
        if lv.name not in levels:
            continue
        progress("检查边界与层级", len(surveys), len(levels))
        surveys.append(_surveyed(sheet(levels[lv.name], lv), surveys, tolerance_m, sliver_m, norms))
    progress("检查边界与层级", len(levels), len(levels))
    findings = [finding(f, s.sheet, homes) for s in surveys for f in _ordered(s)]
    if surveys and homes is not None:
        findings += _on_buildings(surveys, homes, tolerance_m)
    return findings


def _surveyed(
    own: Sheet, above: list[Survey], tolerance_m: float, sliver_m: float, norms: Norms
) -> Survey:
    parent = next((s for s in above if s.sheet.level.name == own.level.parent), None)
    return survey(
        own,
        above[-1].sheet if above else None,
        parent,
        above[-1] if above else None,
        tolerance_m=tolerance_m,
        sliver_m=sliver_m,
        norms=norms,
    )


def _on_buildings(surveys: list[Survey], homes: Houses, tolerance_m: float) -> list[Finding]:
    """Hold the buildings against the finest level; reported ground explains those on it."""
    finest = surveys[-1]
    crossed, outside = cut(finest.sheet, homes, tolerance_m=tolerance_m)
    ground = finest.ground("empty", "shared", "outside")
    found = away_from(crossed, homes, ground, tolerance_m=tolerance_m)
    if len(surveys) > 1:
        whole = shapely.union_all(surveys[0].sheet.polygons)
        found += [
            f
            for f in away_from(outside, homes, ground, tolerance_m=tolerance_m)
            if whole.intersects(f.place)
        ]
    return [finding(f, finest.sheet, homes) for f in found]


def _ordered(found: Survey) -> list[Fault]:
    kinds = {code: k for k, code in enumerate(dict.fromkeys(f.code for f in found.faults))}
    return sorted(found.faults, key=lambda f: (kinds[f.code], -f.place.area))


def _one_crs(levels: Mapping[str, GridLayer], buildings: DemandLayer | None) -> None:
    frames = [*levels.values(), *([buildings] if buildings is not None else [])]
    if any(frame.crs != frames[0].crs for frame in frames):
        raise CrsError(
            "the layers are not all in one coordinate system",
            zh="各图层的坐标系不一致",
            hint="bring all of them to one working system with coords.to_metres",
            hint_zh="请先用 coords.to_metres 统一到同一工作坐标系",
        )
