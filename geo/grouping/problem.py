"""What is asked: units with weights and neighbours, how many groups, and what every group keeps.

`problem` is the maker: it checks everything at once and names every fault. What comes out
may be relied on by every solver of this room.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from geo.grouping.given import Bools, Floats, Given, Ints
from geo.layers import Adjacency

Objective = Literal["inertia", "walk", "cut"]
LeadRule = Literal["members", "centres"]
LineRule = Literal["ignored", "soft", "hard"]

OBJECTIVES: tuple[Objective, ...] = ("inertia", "walk", "cut")

__all__ = ["Bools", "Floats", "Ints", "LeadRule", "LineRule", "Objective", "Problem", "problem"]


@dataclass(frozen=True, slots=True)
class Problem:
    """Units to be put into contiguous, balanced groups.

    Objective (least is best), with d metres in a straight line and c the *centre* of a
    group, the best of its own units unless `centres` fixes it:

    - inertia: Σ weight · d(unit, c)²
    - walk: Σ weight · d(unit, c)
    - cut: Σ length of the edges between groups
    - with `costs`: Σ cost(unit, c); the geometry only guides the search

    plus, where a mix is wanted, `border` × Σ length of the edges between groups, and
    `line_fee` × Σ length of the edges between groups whose two units are in one
    subdistrict: borders along subdistrict lines are free of it.

    Attributes
    ----------
    adjacency : Adjacency
        Ids (n) and neighbours; every group is connected in it.
    xy : (n, 2) float
        Metres.
    weight : (n,) float
        Load, ≥ 0.
    lower, upper : (k,) float
        Bounds on the load of each group. They are all alike unless `centres` are fixed.
    costs : (n, m) float or None
        Cost of unit i when its group has the centre ``seats[j]``; ``inf`` forbids the pair.
    seats : (m,) int
        Units that may be centres.
    centres : (k,) int or None
        Fixed centres, one a group.
    marks : (n, r) bool; needs : (r,) int; mark_names : r names
        Every group holds at least ``needs[r]`` units with mark r (leads, skills, resources;
        "seat" where only some units may be centres).
    optional : (r,) bool; skips : int
        A group may lack up to `skips` of the optional marks.
    sums : (n, q) float; sum_lower, sum_upper : (q,) float; sum_names : q names
        Further loads, and offers less needs: every group's sum is within the bounds.
    ties : (t, 3) int
        Rows i, j, +1: kept together; i, j, −1: kept apart.
    locked : (n,) int
        Group to which a unit is locked; −1 where free.
    previous : (n,) int
        Group of each unit before, −1 for new units; all −1 when nothing was before.
    moving : (n,) float; moved_max : float
        Σ moving of the units that are not in their previous group is at most `moved_max`.
    barred : (b, 2) int; barred_by : b names
        Neighbours that a barrier or a subdistrict line parts; they are not in `adjacency`.
    lines : (n,) int
        Subdistrict of each unit, −1 where none is known or lines do not matter.
    """

    adjacency: Adjacency
    xy: Floats
    weight: Floats
    lower: Floats
    upper: Floats
    objective: Objective
    border: float
    costs: Floats | None
    seats: Ints
    centres: Ints | None
    marks: Bools
    needs: Ints
    mark_names: tuple[str, ...]
    optional: Bools
    skips: int
    sums: Floats
    sum_lower: Floats
    sum_upper: Floats
    sum_names: tuple[str, ...]
    ties: Ints
    locked: Ints
    previous: Ints
    moving: Floats
    moved_max: float
    barred: Ints
    barred_by: tuple[str, ...]
    lines: Ints
    line_fee: float

    @property
    def ids(self) -> npt.NDArray[np.object_]:
        """Names of the units, in order."""
        return self.adjacency.ids

    @property
    def n(self) -> int:
        """How many units."""
        return len(self.weight)

    @property
    def k(self) -> int:
        """How many groups."""
        return len(self.lower)

    @property
    def compact(self) -> bool:
        """Whether the objective counts costs to centres."""
        return self.objective != "cut" or self.costs is not None

    @property
    def fees(self) -> Floats:
        """What each edge costs when it lies between groups, (m,)."""
        a, b = self.lines[self.adjacency.pairs].T
        factor = np.where((a == b) & (a >= 0), self.line_fee, 0.0)
        factor += self.border if self.compact else 1.0
        return np.asarray(factor * self.adjacency.length_m, dtype=np.float64)

    @property
    def named(self) -> bool:
        """Whether groups are told apart by their number: fixed centres, locks, or groups before."""
        held = np.any(self.locked >= 0) or np.any(self.previous >= 0)
        return self.centres is not None or bool(held)


def problem(
    *,
    ids: npt.ArrayLike,
    weight: npt.ArrayLike,
    adjacency: Adjacency,
    groups: int,
    xy: npt.ArrayLike | None = None,
    lower: float | None = None,
    upper: float | None = None,
    tolerance: float | None = None,
    capacity: npt.ArrayLike | None = None,
    objective: str = "inertia",
    border: float = 0.0,
    costs: npt.ArrayLike | None = None,
    seats: npt.ArrayLike | None = None,
    leads: npt.ArrayLike | None = None,
    leads_are: str = "members",
    min_leads: int = 1,
    resources: Mapping[str, npt.ArrayLike] | None = None,
    min_resources: int | None = None,
    loads: Mapping[str, tuple[npt.ArrayLike, float]] | None = None,
    met: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]] | None = None,
    together: Sequence[tuple[str, str]] = (),
    apart: Sequence[tuple[str, str]] = (),
    locked: Mapping[str, int] | None = None,
    previous: npt.ArrayLike | None = None,
    moved_max: float | None = None,
    moving: npt.ArrayLike | None = None,
    barriers: Mapping[tuple[str, str], str] | None = None,
    bridges: Mapping[tuple[str, str], float] | None = None,
    lines: npt.ArrayLike | None = None,
    lines_are: str = "ignored",
    line_fee: float = 1.0,
) -> Problem:
    """Check what is asked, all at once, and give it its name.

    Parameters
    ----------
    ids : (n,) text
        Names of the units; everything else follows their order.
    weight : (n,) float
        Load of each unit (members, households), ≥ 0.
    adjacency : Adjacency
        Neighbours; of the same units, in any order.
    groups : int
        How many groups (k), 1 ≤ k ≤ n.
    xy : (n, 2) float, optional
        Metres. Needed unless the objective is cut or `costs` are given.
    lower, upper : float, optional
        Bounds on every group's load; absent: none.
    tolerance : float, optional
        Instead of them: every load within (1 ± tolerance) × total ÷ k; 0.1 is ±10 %.
    capacity : (n,) float, optional
        The load of a group is at most the capacity of its centre; needs fixed centres.
        Without `leads`, the units with a capacity are the centres.
    objective : {"inertia", "walk", "cut"}
    border : float
        Added cost of each metre of border between groups (a mix of objectives), ≥ 0.
    costs : (n, m) float, optional
        Replaces the geometry; column j is the cost towards the centre ``seats[j]``.
    seats : (m,) int, optional
        Positions of the units that may be centres; needed when m ≠ n.
    leads : (n,) bool, optional
        Units that can lead a group (senior, strong).
    leads_are : {"members", "centres"}
        members: every group holds at least `min_leads` leads; centres: every lead is the
        centre of exactly one group.
    resources : mapping of name to (n,) bool, optional
        Every group holds at least one unit with each of them, or with `min_resources` of
        them.
    loads : mapping of name to ((n,) float, tolerance), optional
        Further loads: every group's sum within (1 ± tolerance) × total ÷ k.
    met : mapping of name to (needs (n,), offers (n,)), optional
        In every group the offers are at least the needs.
    together, apart : pairs of ids
    locked : mapping of id to group 0 … k−1
    previous : (n,) int, optional
        Groups 0 … k−1 of before, −1 for new units. Groups keep their numbers.
    moved_max : float, optional
        At most so many units (or so much `moving`) leave their previous group.
    moving : (n,) float, optional
        What it counts when a unit moves (households); 1 each unless given.
    barriers : mapping of pairs of ids to a name, optional
        Neighbours that are none: a river without a bridge lies between them.
    bridges : mapping of pairs of ids to a length, optional
        Units that a bridge makes neighbours, whatever lies between them.
    lines : (n,) text, optional
        Subdistrict of each unit; "" or absent where unknown.
    lines_are : {"ignored", "soft", "hard"}
        hard: no group crosses a line; soft: see `line_fee`.
    line_fee : float
        Cost of each metre of border between groups that does not follow a line.

    Raises
    ------
    SchemaError
        With every fault in ``where``.

    Examples
    --------
    Six councils along a street form two alliances; the strong ones lead:

    >>> import numpy as np
    >>> from geo import grouping
    >>> from geo.layers import Adjacency
    >>> ids = np.array(["A", "B", "C", "D", "E", "F"], dtype=object)
    >>> road = np.array([[0, 1], [1, 2], [2, 3], [3, 4], [4, 5]], dtype=np.int32)
    >>> asked = grouping.problem(
    ...     ids=ids,
    ...     weight=[9, 8, 7, 8, 9, 7],  # members
    ...     adjacency=Adjacency(ids, road, np.ones(5)),
    ...     groups=2,
    ...     xy=[(0, 0), (300, 0), (600, 0), (900, 0), (1200, 0), (1500, 0)],
    ...     tolerance=0.1,
    ...     leads=[True, False, False, False, True, False],
    ... )
    >>> answer = grouping.solve(asked, rng=np.random.default_rng(1))
    >>> answer.status, answer.labels.tolist(), ids[answer.centres].tolist()
    ('optimal', [0, 0, 0, 1, 1, 1], ['B', 'E'])
    """
    k = groups
    given = Given(np.asarray(ids, dtype=object))
    n = given.n
    neighbours = given.bridged(given.neighbours(adjacency), bridges)
    line = given.lines(lines, lines_are, line_fee)
    neighbours, barred, barred_by = given.barred(neighbours, barriers, line, lines_are)
    weights = given.column("weight", weight)
    given.need(bool(np.all(weights >= 0)), "a weight is negative", "有负的权重")
    given.need(1 <= k <= n, f"{k} groups of {n} units", f"{n} 个单元不能分成 {k} 组")
    given.need(objective in OBJECTIVES, f"no objective {objective!r}", f"没有目标“{objective}”")
    given.need(border >= 0, "border is negative", "边界系数为负")
    table, seat = given.costs(costs, seats)
    points = given.points(xy, needed=costs is None and objective != "cut")
    marks, needs, names, optional, skips = given.marks(
        leads if leads_are == "members" else None, min_leads, resources, min_resources
    )
    sums, sum_lower, sum_upper, sum_names = given.sums(k, loads, met)
    centres = given.centres(k, leads, leads_are, capacity)
    given.need(
        costs is None or centres is None or bool(np.isin(centres, seat).all()),
        "costs lack a column for some centre",
        "费用表缺少某个中心",
    )
    low, high = given.bounds(k, weights, lower, upper, tolerance, capacity, centres)
    if len(seat) < n and centres is None and (objective != "cut" or table is not None):
        own = np.isin(np.arange(n), seat)[:, None]
        marks, needs = np.hstack([marks, own]), np.append(needs, 1)
        names, optional = (*names, "seat"), np.append(optional, [False])
    ties = given.ties(together, apart)
    locks = given.locks(k, locked, centres)
    before, cost_of_moving, most = given.previous(k, previous, moved_max, moving)
    if most <= 0:
        locks = given.all_locked(locks, before, cost_of_moving)
    given.refuse()
    return Problem(
        adjacency=neighbours,
        xy=points,
        weight=weights,
        lower=low,
        upper=high,
        objective=objective,  # type: ignore[arg-type]
        border=float(border),
        costs=table,
        seats=seat,
        centres=centres,
        marks=marks,
        needs=needs,
        mark_names=names,
        optional=optional,
        skips=skips,
        sums=sums,
        sum_lower=sum_lower,
        sum_upper=sum_upper,
        sum_names=sum_names,
        ties=ties,
        locked=locks,
        previous=before,
        moving=cost_of_moving,
        moved_max=most,
        barred=barred,
        barred_by=barred_by,
        lines=line if lines_are == "soft" else np.full(n, -1, dtype=np.int32),
        line_fee=float(line_fee) if lines_are == "soft" else 0.0,
    )
