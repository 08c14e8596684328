"""Whether areas lie where they say: parents that exist, that hold them, and no other."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.layers import codes
from geo.topology.borders import Bools, Ints, Shapes
from geo.topology.coding import well_formed
from geo.topology.faults import Fault
from geo.topology.sheets import Sheet
from geo.topology.widths import any_wider_than, pieces


@dataclass(frozen=True, slots=True)
class Ties:
    """What ties areas to the level above.

    `declared` is the parent's code as recorded (from the area's own code where the column
    is empty); `at` its position in `names` (−1: no such code), `ground` the ground under
    each name; `home` the row of the upper sheet in which the area really lies (−1: none);
    `untold` says that nobody recorded a parent.
    """

    declared: Shapes
    at: Ints
    names: Shapes
    ground: Shapes
    home: Ints
    untold: Bools


def ties(sheet: Sheet, upper: Sheet) -> Ties:
    """Look up declared parents and find the real ones."""
    declared = sheet.parents.copy()
    empty = np.flatnonzero(declared == "")
    declared[empty] = [codes.parent(c) or "" for c in sheet.codes[empty]]
    names, ground = _ground(upper)
    at = pd.Index(names).get_indexer(pd.Index(declared))
    untold = np.full(len(declared), not np.any(sheet.parents != "")) & (at < 0)
    return Ties(declared, at, names, ground, _homes(sheet, upper, names, at), untold)


def orphans(
    sheet: Sheet, upper: Sheet, t: Ties, *, skip: set[int], doubtful: set[int]
) -> list[Fault]:
    """Find areas whose parent does not exist, those of one cause together.

    One cause is one missing code within one real parent. Where most areas of a `doubtful`
    parent (its own code malformed or given twice) miss the same code, it is the parent
    that was miscoded, and nothing is said here.
    """
    groups: dict[tuple[str, int], list[int]] = {}
    for i in np.flatnonzero((t.at < 0) & ~t.untold).tolist():
        if i not in skip:
            groups.setdefault((t.declared[i], int(t.home[i])), []).append(i)
    found = []
    for (name, home), rows in groups.items():
        if home in doubtful and 2 * len(rows) >= np.count_nonzero(t.home == home):
            continue
        legal = name == "" or bool(well_formed(np.array([name], dtype=object), upper.level)[0])
        facts = {"parent": name, "home": upper.codes[home] if home >= 0 else ""}
        code = "ORPHAN" if legal else "CODE_INVALID"
        facts["length"] = str(upper.level.code_length)
        place = shapely.union_all(sheet.polygons[rows])
        found.append(Fault(code, tuple(rows), place, field="parent", facts=facts))
    return found


def misplaced(sheet: Sheet, upper: Sheet, t: Ties, *, skip: set[int]) -> list[Fault]:
    """Find areas most of which lies in another area than the declared parent."""
    rows = _astray(sheet, t, skip)
    inside = _area_within(sheet.polygons[rows], t.ground[t.at[rows]])
    whole = shapely.area(sheet.polygons[rows])
    rows = rows[inside < 0.5 * whole]
    found = []
    for i in rows.tolist():
        near = upper.tree.query(sheet.polygons[i], predicate="intersects")
        shares = shapely.area(shapely.intersection(upper.polygons[near], sheet.polygons[i]))
        if len(near) and shares.max() > 0.5 * sheet.polygons[i].area:
            facts = {"parent": t.declared[i], "home": upper.codes[near[np.argmax(shares)]]}
            found.append(
                Fault("PARENT_MISMATCH", (i,), sheet.polygons[i], field="parent", facts=facts)
            )
    return found


def misnumbered(sheet: Sheet, upper: Sheet, t: Ties, *, skip: set[int]) -> list[Fault]:
    """Find areas whose own number begins with the code of another parent."""
    ruled = sheet.level.code_length in codes.LENGTHS.values()
    if not (ruled and upper.level.code_length in codes.LENGTHS.values()):
        return []
    begins = pd.Series(sheet.codes, dtype="str").str[: upper.level.code_length].to_numpy()
    wrong = (begins != t.declared) & (t.at >= 0) & well_formed(sheet.codes, sheet.level)
    wrong &= well_formed(t.declared, upper.level)
    return [
        Fault(
            "PARENT_MISMATCH",
            (i,),
            sheet.polygons[i],
            field="code",
            facts={"parent": t.declared[i], "home": t.declared[i], "begins": str(begins[i])},
        )
        for i in np.flatnonzero(wrong).tolist()
        if i not in skip
    ]


def protruding(
    sheet: Sheet,
    t: Ties,
    excused: Iterable[BaseGeometry],
    *,
    skip: set[int],
    tolerance_m: float,
) -> list[Fault]:
    """Find ground of areas outside their parent, away from faults that explain it.

    Neighbouring pieces outside one parent are one fault.
    """
    rows = _astray(sheet, t, skip)
    outside = np.asarray(
        shapely.difference(sheet.polygons[rows], t.ground[t.at[rows]]), dtype=object
    )
    wide = any_wider_than(outside, tolerance_m)
    rows, outside = rows[wide], outside[wide]
    excuse = shapely.union_all(list(excused))
    found = []
    for name in np.unique(t.at[rows]).tolist():
        mine = rows[t.at[rows] == name]
        ground = shapely.union_all(outside[t.at[rows] == name])
        for region in pieces(shapely.difference(ground, excuse), tolerance_m):
            shares = shapely.area(shapely.intersection(sheet.polygons[mine], region))
            order = [int(mine[k]) for k in np.argsort(-shares, kind="stable") if shares[k] > 0]
            facts = {"parent": str(t.names[name])}
            found.append(Fault("OUTSIDE_PARENT", tuple(order), region, facts=facts))
    return found


def _ground(upper: Sheet) -> tuple[Shapes, Shapes]:
    """Give the codes of a level, each once, and the ground under each of them."""
    names, first, where = np.unique(upper.codes.astype(str), return_index=True, return_inverse=True)
    ground = upper.polygons[first].copy()
    for k in np.flatnonzero(np.bincount(where, minlength=len(names)) > 1):
        ground[k] = shapely.union_all(upper.polygons[where == k])
    return names.astype(object), ground


def _homes(sheet: Sheet, upper: Sheet, names: Shapes, at: Ints) -> Ints:
    """Find the upper area over the inner point of each area; the declared one where several."""
    home = np.full(len(sheet.codes), -1, dtype=np.int64)
    hit, row = upper.tree.query(sheet.points, predicate="intersects")
    home[hit[::-1]] = row[::-1]
    known = at[hit] >= 0
    agrees = np.zeros(len(hit), dtype=bool)
    agrees[known] = upper.codes[row[known]] == names[at[hit[known]]]
    home[hit[agrees]] = row[agrees]
    return home


def _astray(sheet: Sheet, t: Ties, skip: set[int]) -> Ints:
    """Give the areas that their declared parent does not cover exactly."""
    rows = np.flatnonzero(t.at >= 0)
    rows = rows[~np.isin(rows, list(skip))]
    shapely.prepare(t.ground)
    return rows[~shapely.covers(t.ground[t.at[rows]], sheet.polygons[rows])]


def _area_within(polygons: Shapes, ground: Shapes) -> Ints:
    return np.asarray(shapely.area(shapely.intersection(polygons, ground)))
