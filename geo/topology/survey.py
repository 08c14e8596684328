"""All checks of one level, with derived effects taken away: one cause, one fault."""

from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.topology.coding import miscoded
from geo.topology.cover import missing, overlapping, parted, twins, uncovered
from geo.topology.faults import Fault
from geo.topology.lineage import Ties, misnumbered, misplaced, orphans, protruding, ties
from geo.topology.nearness import missed
from geo.topology.norms import Norms, misfits
from geo.topology.sheets import Sheet
from geo.topology.widths import pieces

EMPTY = ("GAP", "HOLE")


@dataclass(frozen=True)
class Survey:
    """What was found on one level, and the ground that explains faults of the levels below.

    `grounds` holds, for this level and all above, the faults of each kind of ground: `empty`,
    `shared`, `outside`, `exclave`, `near`; also those that were silenced themselves.
    """

    sheet: Sheet
    faults: list[Fault] = field(default_factory=list)
    grounds: dict[str, list[Fault]] = field(default_factory=dict)
    doubtful: set[int] = field(default_factory=set)

    def ground(self, *kinds: str) -> list[BaseGeometry]:
        """Give the ground of several kinds of fault."""
        return [fault.place for kind in kinds for fault in self.grounds.get(kind, [])]

    def keep(
        self, kind: str, faults: list[Fault], tolerance_m: float, *, excuses: tuple[str, ...] = ()
    ) -> None:
        """Take in faults of a kind but for those that ground of other faults explains.

        The others echo there. Faults at the knots of a broken outline are silenced:
        repairing it comes first.
        """
        known = [fault for name in excuses for fault in self.grounds.get(name, [])]
        excuse = shapely.union_all([fault.place for fault in known])
        for fault in faults:
            if excuse.intersects(fault.place) and within(fault.place, excuse, tolerance_m):
                codes = [str(self.sheet.codes[i]) for i in fault.areas]
                causes = [k for k in known if k.place.distance(fault.place) <= tolerance_m]
                for cause in causes:
                    cause.echoes.extend(codes)
            elif not self._knotted(fault, tolerance_m):
                self.faults.append(fault)
        self.grounds[kind] = self.grounds.get(kind, []) + faults

    def _knotted(self, fault: Fault, tolerance_m: float) -> bool:
        if all(self.sheet.intact[i] for i in fault.areas):
            return False
        return bool(self.sheet.knots.distance(fault.place) <= tolerance_m)


def within(place: BaseGeometry, excuse: BaseGeometry, tolerance_m: float) -> bool:
    """Say whether nothing of a place wider than the tolerance lies outside an excuse."""
    if place.area == 0:
        return bool(excuse.distance(place) <= tolerance_m)
    return not len(pieces(place - excuse, tolerance_m))


def survey(
    sheet: Sheet,
    upper: Sheet | None,
    parent: Survey | None,
    above: Survey | None,
    *,
    tolerance_m: float,
    sliver_m: float,
    norms: Norms,
) -> Survey:
    """Check one level.

    `upper` is the nearest level above that is there: its ground must be filled. `parent`
    is the survey of the level to which the parents' codes belong, None when it is not
    there. `above` is the survey of the nearest level above.
    """
    found = Survey(sheet, grounds={k: list(v) for k, v in above.grounds.items()} if above else {})
    broken = np.flatnonzero(~sheet.intact).tolist()
    found.faults.extend(Fault("GEOM_INVALID", (i,), sheet.polygons[i]) for i in broken)
    t = ties(sheet, parent.sheet) if parent else None
    doubles = [
        _kept_first(f, sheet, parent.sheet if parent else None, t)
        for f in twins(sheet, tolerance_m=tolerance_m)
    ]
    found.faults.extend(doubles)
    extra = {i for f in doubles for i in f.areas[1:]}
    lone = sheet.without(np.array(sorted(extra))) if extra else sheet
    _ground_checks(found, lone, upper, tolerance_m, sliver_m)
    coding = miscoded(sheet, skip=extra)
    found.faults.extend(coding)
    found.doubtful.update(i for f in coding for i in f.areas)
    if parent and t:
        _tie_checks(found, lone, parent, t, extra=extra, tolerance_m=tolerance_m)
    known = found.ground("shared", "empty", "outside", "exclave")
    near = missed(lone, known, tolerance_m=tolerance_m)
    found.keep("near", near, tolerance_m, excuses=("near",))
    found.faults.extend(misfits(sheet, norms, skip=extra))
    return found


def _ground_checks(
    found: Survey, lone: Sheet, upper: Sheet | None, tolerance_m: float, sliver_m: float
) -> None:
    shared = overlapping(lone, tolerance_m=tolerance_m, sliver_m=sliver_m)
    found.keep("shared", shared, tolerance_m, excuses=("shared",))
    empty = uncovered(lone, tolerance_m=tolerance_m, sliver_m=sliver_m)
    if upper:
        empty += missing(lone, upper, empty, tolerance_m=tolerance_m, sliver_m=sliver_m)
    found.keep("empty", empty, tolerance_m, excuses=("empty", "outside"))
    apart = parted(lone, tolerance_m=tolerance_m)
    found.keep("exclave", apart, tolerance_m, excuses=("exclave",))


def _tie_checks(
    found: Survey, lone: Sheet, parent: Survey, t: Ties, *, extra: set[int], tolerance_m: float
) -> None:
    found.faults.extend(orphans(lone, parent.sheet, t, skip=extra, doubtful=parent.doubtful))
    unsure = np.flatnonzero(~parent.sheet.intact)
    unsure_names = set(parent.sheet.codes[unsure].tolist())
    skip = extra | set(np.flatnonzero(~lone.intact).tolist())
    skip |= (
        {i for i, name in enumerate(t.declared) if name in unsure_names} if unsure_names else set()
    )
    wrong = misplaced(lone, parent.sheet, t, skip=skip)
    exclaves = shapely.union_all(parent.ground("exclave"))
    astray = [f for f in wrong if not exclaves.intersects(lone.points[f.areas[0]])]
    found.faults.extend(astray)
    skip |= {f.areas[0] for f in wrong}
    excused = found.ground("shared", "exclave", "empty", "outside")
    outside = protruding(lone, t, excused, skip=skip, tolerance_m=tolerance_m)
    found.keep("outside", outside, tolerance_m)
    found.faults.extend(misnumbered(lone, parent.sheet, t, skip=skip | found.doubtful))


def _kept_first(fault: Fault, sheet: Sheet, parent: Sheet | None, t: Ties | None) -> Fault:
    """Put the record that lies in its declared parent first, else the smallest code."""

    def order(i: int) -> tuple[bool, str, int]:
        if parent is None or t is None:
            return False, str(sheet.codes[i]), i
        lost = t.home[i] < 0 or parent.codes[t.home[i]] != t.declared[i]
        return bool(lost), str(sheet.codes[i]), i

    rows = tuple(sorted(fault.areas, key=order))
    names = [str(t.declared[i]) for i in rows] if t else []
    return Fault(fault.code, rows, fault.place, facts={"parents": "、".join(dict.fromkeys(names))})
