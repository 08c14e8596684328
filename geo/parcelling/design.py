"""The whole design: ground and neighbours go in, areas with their borders and reasons come out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from geo.layers import Progress, quiet
from geo.parcelling.drawing import Sketch, draw, sketch
from geo.parcelling.gather import Plan, Range, Units, chosen, gather, pieces
from geo.parcelling.ground import Ground, spread
from geo.parcelling.reasons import Reason, reason
from geo.parcelling.seams import Seams
from geo.parcelling.sides import Bools, Ints, Shapes
from geo.parcelling.today import Today, traced

STEPS = tuple(round(0.1 * step, 1) for step in range(11))
"""Weights of upset on the curve."""


@dataclass(frozen=True, slots=True)
class People:
    """What is known of the buildings, in the order of the table.

    `households`; ``compound[i]``, a number for the compound of building i (−1: none).
    """

    households: Ints
    compound: npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Area:
    """One area of a design.

    `parent` is a position among the parents, `houses` are positions in the table of
    buildings. `carries` is the area of today that goes on in it, −1 for a new one; `kept` says
    that not even its border moved. `connected`: one walks between all its buildings without
    leaving it; parents to which the range does not apply are not asked. `reason` says why it is
    out of range, None when it is not.
    """

    parent: int
    shape: shapely.Polygon
    houses: Ints
    households: int
    connected: bool
    carries: int
    kept: bool
    reason: Reason | None


@dataclass(frozen=True, slots=True)
class Rung:
    """One point of the curve: a weight of upset, households with another leader, shape."""

    upset: float
    changed: int
    shape_m: float


@dataclass(frozen=True, slots=True)
class Design:
    """Areas that tile their parents.

    `seams` are vertices that borders of parents got: every other area with these borders gets
    them too (`with_vertices`). `home` is the area of each building (−1: in no parent);
    `changed` counts the households whose building is no longer led by who leads it today.
    `curve` tells what other weights of upset would change; pieces that are left as they are
    are not searched, so it is empty at weight 1.
    """

    areas: tuple[Area, ...]
    home: Ints
    changed: int
    curve: tuple[Rung, ...]
    seams: Seams


Trace = tuple[Ints, Sketch] | None


@dataclass(frozen=True, slots=True)
class _Piece:
    """What was decided for a piece: labels from 0, the area of today each carries on."""

    labels: Ints
    carries: Ints
    plans: Sequence[Plan]
    trace: Trace
    units: Units
    part: Ints


def design(
    ground: Ground,
    people: People,
    walk: Bools,
    allowed: Range,
    *,
    now: Today,
    special: Bools,
    upset: float = 1.0,
    seed: int = 1,
    effort: float = 1.0,
    workers: int = 0,
    progress: Progress = quiet,
) -> Design:
    """Divide parents into areas of a range of households.

    Parameters
    ----------
    ground : Ground
    people : People
    walk : (e,) bool
        Of the pairs of ``ground.neighbours()``: connected on foot.
    allowed : Range
    now : Today
        The areas of today; none of them: everything is drawn afresh.
    special : (p,) bool
        Parents to which the range does not apply (parks, campuses): they stay one area each.
    upset : float
        0: the best shape, whoever changes leader; 1: the fewest households change. Areas of
        today that are in range and hang together all through a parent stay untouched at 1.
    """
    units = _units(ground, people, walk, now)
    traces = traced(now, ground)
    exempt = [bool(special[parent]) for parent in ground.parent]
    still = [
        upset >= 1 and _untouched(ground, p, units[p], traces[p], now, allowed, exempt[p])
        for p in range(len(units))
    ]
    asked = [
        (units[p], allowed, seed, effort)
        for p in range(len(units))
        if not (still[p] or exempt[p]) and len(ground.rows[p])
    ]
    made = iter(spread(_gathered, asked, workers=workers, step="划分网格", progress=progress))
    decided = []
    for p in range(len(units)):
        if still[p]:
            decided.append(_left(ground, p, units[p], traces[p], now))
        elif exempt[p] or not len(ground.rows[p]):
            decided.append(_whole(ground, p, units[p], now))
        else:
            decided.append(_divided(ground, p, units[p], next(made), traces[p], now, upset))
    sketches = [_sketched(ground, p, own) for p, own in enumerate(decided)]
    drawn, seams = draw(sketches, ground.pieces)
    areas = _areas(ground, people, allowed, decided, drawn, special)
    home = np.full(len(ground.points), -1, dtype=np.int64)
    for number, area in enumerate(areas):
        home[area.houses] = number
    carried = np.array([area.carries for area in areas], dtype=np.int64)
    moved = (home >= 0) & (now.home >= 0) & (carried[home] != now.home)
    changed = int(people.households[moved].sum())
    return Design(
        tuple(areas),
        home,
        changed,
        _curve([own.plans for own in decided]) if upset < 1 else (),
        seams,
    )


Asked = tuple[Units, Range, int, float]


def _units(ground: Ground, people: People, walk: Bools, now: Today) -> list[Units]:
    xy = shapely.get_coordinates(ground.points)
    first = np.cumsum([0, *(len(own.pairs) for own in ground.cells)])
    made = []
    for p, (rows, own) in enumerate(zip(ground.rows, ground.cells, strict=True)):
        known, place = np.unique(now.home[rows], return_inverse=True)
        old = place - (1 if len(known) and known[0] < 0 else 0)
        made.append(
            Units(
                own.pairs, walk[first[p] : first[p + 1]], own.cost,
                people.households[rows].astype(np.float64), xy[rows],
                old.astype(np.int32), people.compound[rows], own.lead,
            )
        )  # fmt: skip
    return made


def _gathered(asked: Asked) -> list[Plan]:
    units, allowed, seed, effort = asked
    return gather(units, allowed, seed=seed, effort=effort)


def _untouched(  # noqa: PLR0917
    ground: Ground, p: int, units: Units, trace: Trace, now: Today, allowed: Range, exempt: bool
) -> bool:
    """Say whether today's areas of a piece can stay as they are."""
    home = now.home[ground.rows[p]]
    if trace is None or not np.isin(home, trace[0]).all():
        return False
    if exempt:
        return True
    labels = np.searchsorted(trace[0], home)
    whole = _together(labels, len(trace[0]), units)
    return _fine(trace[0], home, units, allowed) and bool(whole.all())


def _left(ground: Ground, p: int, units: Units, trace: Trace, now: Today) -> _Piece:
    """Leave a piece as it is today."""
    own = trace[0] if trace is not None else np.zeros(0, dtype=np.int64)
    labels = np.searchsorted(own, now.home[ground.rows[p]])
    return _Piece(labels, own, (), trace, units, pieces(units))


def _whole(ground: Ground, p: int, units: Units, now: Today) -> _Piece:
    """Make one area of a piece."""
    rows = ground.rows[p]
    heir = np.array([_heir(now.home[rows], units)])
    return _Piece(np.zeros(len(rows), dtype=np.int64), heir, (), None, units, pieces(units))


def _divided(  # noqa: PLR0917
    ground: Ground,
    p: int,
    units: Units,
    plans: list[Plan],
    trace: Trace,
    now: Today,
    upset: float,
) -> _Piece:
    """Choose a plan for a piece; where it is today's, today's borders stay."""
    home = now.home[ground.rows[p]]
    plan = chosen(plans, upset)
    known = np.unique(home[home >= 0])
    names, labels = np.unique(plan.labels, return_inverse=True)
    carries = np.array([known[n] if n < len(known) else -1 for n in names.tolist()])
    same = (carries[labels] == home).all()
    if trace is not None and same and np.array_equal(np.sort(carries), trace[0]):
        own = trace[0]
        return _Piece(np.searchsorted(own, home), own, plans, trace, units, pieces(units))
    return _Piece(labels, carries, plans, None, units, pieces(units))


def _fine(own: Ints, home: Ints, units: Units, allowed: Range) -> bool:
    """Say whether areas of today are all in range, or a single building above it."""
    place = np.searchsorted(own, home)
    load = np.bincount(place, weights=units.weight, minlength=len(own))
    size = np.bincount(place, minlength=len(own))
    in_range = (load >= allowed.lower) & (load <= allowed.upper)
    return bool((in_range | ((size == 1) & (load > allowed.upper))).all())


def _heir(home: Ints, units: Units) -> int:
    """Give the area of today with most of the households, −1 without any."""
    known = home >= 0
    if not known.any():
        return -1
    return int(np.bincount(home[known], weights=units.weight[known] + 1e-6).argmax())


def _sketched(ground: Ground, p: int, own: _Piece) -> Sketch:
    if own.trace is not None:
        return own.trace[1]
    return sketch(ground.pieces[p], ground.cells[p], own.labels)


def _areas(  # noqa: PLR0917
    ground: Ground,
    people: People,
    allowed: Range,
    decided: Sequence[_Piece],
    drawn: Sequence[Shapes],
    special: Bools,
) -> list[Area]:
    areas = []
    for p, (own, shapes) in enumerate(zip(decided, drawn, strict=True)):
        rows, parent = ground.rows[p], int(ground.parent[p])
        count = max(int(own.labels.max(initial=0)) + 1, len(own.carries))
        weight = people.households[rows]
        together = _together(own.labels, count, own.units)
        for g, shape in enumerate(shapes.tolist()):
            mine = own.labels == g
            why = None
            if not special[parent]:
                why = reason(weight, mine, own.part, allowed)
            areas.append(
                Area(
                    parent, shape, rows[mine], int(weight[mine].sum()), bool(together[g] or special[parent]),
                    int(own.carries[g]) if g < len(own.carries) else -1, own.trace is not None, why,
                )
            )  # fmt: skip
    return areas


def _together(labels: Ints, count: int, units: Units) -> Bools:
    """Say of each group whether one walks between all its buildings without leaving it."""
    if not len(labels):
        return np.ones(count, dtype=bool)
    ends = labels[units.pairs]
    inside = replace(units, walk=units.walk & (ends[:, 0] == ends[:, 1]))
    first = np.unique(pieces(inside), return_index=True)[1]
    return np.asarray(np.bincount(labels[first], minlength=count) <= 1)


def _curve(plans: Sequence[Sequence[Plan]]) -> tuple[Rung, ...]:
    """Add up, over all pieces, what every weight of upset changes and costs."""
    rungs = []
    for upset in STEPS:
        taken = [chosen(own, upset) for own in plans if own]
        changed = int(sum(plan.changed for plan in taken))
        rungs.append(Rung(upset, changed, float(sum(plan.shape_m for plan in taken))))
    return tuple(rungs)
