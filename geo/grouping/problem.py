"""What is asked: units with weights and neighbours, how many groups, and what every group keeps.

`problem` is the maker: it checks everything at once and names every fault. What comes out
may be relied on by every solver of this room.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from geo.errors import SchemaError
from geo.layers import Adjacency

Objective = Literal["inertia", "walk", "cut"]
LeadRule = Literal["members", "centres"]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer[Any]]
Bools = npt.NDArray[np.bool_]

OBJECTIVES: tuple[Objective, ...] = ("inertia", "walk", "cut")


@dataclass(frozen=True, slots=True)
class Problem:
    """Units to be put into contiguous, balanced groups.

    Objective (least is best), with d metres in a straight line and c the *centre* of a
    group, the best of its own units unless `centres` fixes it:

    - inertia: Σ weight · d(unit, c)²
    - walk: Σ weight · d(unit, c)
    - cut: Σ length of the edges between groups
    - with `costs`: Σ cost(unit, c); the geometry only guides the search

    plus `border` × Σ length of the edges between groups, where a mix is wanted.

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
        Units that may be centres; all of them unless `costs` says otherwise.
    centres : (k,) int or None
        Fixed centres, one a group.
    marks : (n, r) bool; needs : (r,) int; mark_names : r names
        Every group holds at least ``needs[r]`` units with mark r (leads, skills, resources).
    ties : (t, 3) int
        Rows i, j, +1: kept together; i, j, −1: kept apart.
    locked : (n,) int
        Group to which a unit is locked; −1 where free.
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
    ties: Ints
    locked: Ints

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
    together: Sequence[tuple[str, str]] = (),
    apart: Sequence[tuple[str, str]] = (),
    locked: Mapping[str, int] | None = None,
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
        Instead of `upper`: the load of a group is at most the capacity of its centre;
        needs fixed centres. Without `leads`, the units with a capacity are the centres.
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
        Every group holds at least one unit with each of them.
    together, apart : pairs of ids
    locked : mapping of id to group 0 … k−1

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
    given = _Given(np.asarray(ids, dtype=object))
    n = given.n
    neighbours = given.neighbours(adjacency)
    weights = given.column("weight", weight)
    given.need(bool(np.all(weights >= 0)), "a weight is negative", "有负的权重")
    given.need(1 <= k <= n, f"{k} groups of {n} units", f"{n} 个单元不能分成 {k} 组")
    given.need(objective in OBJECTIVES, f"no objective {objective!r}", f"没有目标“{objective}”")
    given.need(border >= 0, "border is negative", "边界系数为负")
    table, seat = given.costs(costs, seats)
    points = given.points(xy, needed=costs is None and objective != "cut")
    marks, needs, names = given.marks(
        leads if leads_are == "members" else None, min_leads, resources
    )
    centres = given.centres(k, leads, leads_are, capacity)
    low, high = given.bounds(k, weights, lower, upper, tolerance, capacity, centres)
    ties = given.ties(together, apart)
    locks = given.locks(k, locked, centres)
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
        ties=ties,
        locked=locks,
    )


class _Given:
    """What came in, and every fault found in it so far."""

    def __init__(self, ids: npt.NDArray[np.object_]) -> None:
        self.ids = ids
        self.n = n = len(ids)
        self.at = {str(name): i for i, name in enumerate(ids)}
        self.faults: list[tuple[str, str]] = []
        self.need(n > 0, "there are no units", "没有单元")
        self.need(len(self.at) == n, "ids are not unique", "单元编号有重复")

    def need(self, holds: bool, en: str, zh: str) -> bool:
        if not holds:
            self.faults.append((en, zh))
        return holds

    def refuse(self) -> None:
        if self.faults:
            en, zh = zip(*self.faults, strict=True)
            raise SchemaError(
                "the grouping problem is not well put: " + "; ".join(en),
                zh="分组问题有误：" + "；".join(zh),
                where=en,
            )

    def neighbours(self, adjacency: Adjacency) -> Adjacency:
        """Give the neighbours in the order of the ids."""
        names = [str(name) for name in adjacency.ids]
        same = len(names) == self.n and set(names) == set(self.at)
        if not self.need(
            same, "adjacency speaks of other units than ids", "相邻关系与单元编号不一致"
        ):
            return Adjacency(self.ids, np.zeros((0, 2), dtype=np.int32), np.zeros(0))
        place = np.array([self.at[name] for name in names], dtype=np.int32)
        pairs = np.sort(place[adjacency.pairs], axis=1)
        order = np.lexsort((pairs[:, 1], pairs[:, 0]))
        length = np.asarray(adjacency.length_m, dtype=np.float64)[order]
        self.need(bool(np.all(length >= 0)), "an edge has a negative length", "有长度为负的边")
        return Adjacency(self.ids, np.ascontiguousarray(pairs[order]), length)

    def column(self, name: str, values: npt.ArrayLike, dtype: Any = np.float64) -> Any:
        array = np.asarray(values, dtype=dtype)
        whole = array.shape == (self.n,)
        self.need(whole, f"{name} has not one value a unit", f"{name} 与单元数不符")
        if whole and dtype is np.float64:
            self.need(bool(np.isfinite(array).all()), f"{name} has gaps", f"{name} 有空值")
        return array if whole else np.zeros(self.n, dtype=dtype)

    def points(self, xy: npt.ArrayLike | None, *, needed: bool) -> Floats:
        if xy is None:
            self.need(not needed, "xy is needed for this objective", "该目标需要坐标")
            return np.zeros((self.n, 2))
        array = np.asarray(xy, dtype=np.float64)
        right = array.shape == (self.n, 2) and bool(np.isfinite(array).all())
        self.need(right, "xy is not one finite point a unit", "坐标与单元数不符或有空值")
        return array if right else np.zeros((self.n, 2))

    def costs(
        self, costs: npt.ArrayLike | None, seats: npt.ArrayLike | None
    ) -> tuple[Floats | None, Ints]:
        every = np.arange(self.n, dtype=np.int32)
        seat = every if seats is None else np.asarray(seats, dtype=np.int32)
        inside = bool(np.all((seat >= 0) & (seat < self.n))) and len(set(seat.tolist())) == len(
            seat
        )
        self.need(inside, "seats are not distinct units", "中心候选不是互异的单元")
        if costs is None:
            return None, seat
        table = np.ascontiguousarray(np.asarray(costs, dtype=np.float64))
        if self.need(
            table.shape == (self.n, len(seat)),
            "costs are not units × centres",
            "费用表不是“单元×中心”",
        ):
            self.need(not np.isnan(table).any(), "costs have gaps", "费用表有空值")
        return table, seat

    def marks(
        self,
        leads: npt.ArrayLike | None,
        min_leads: int,
        resources: Mapping[str, npt.ArrayLike] | None,
    ) -> tuple[Bools, Ints, tuple[str, ...]]:
        held = {} if leads is None else {"lead": leads}
        held |= dict(resources or {})
        columns = [self.column(name, values, np.bool_) for name, values in held.items()]
        needs = np.ones(len(held), dtype=np.int32)
        if leads is not None:
            needs[0] = min_leads
        table = np.stack(columns, axis=1) if columns else np.zeros((self.n, 0), dtype=np.bool_)
        return table, needs, tuple(held)

    def centres(
        self, k: int, leads: npt.ArrayLike | None, leads_are: str, capacity: npt.ArrayLike | None
    ) -> Ints | None:
        self.need(
            leads_are in ("members", "centres"),
            f"leads are members or centres, not {leads_are!r}",
            f"带头单元只能是 members 或 centres，不能是“{leads_are}”",
        )
        if leads is not None and leads_are == "centres":
            seat = np.flatnonzero(self.column("leads", leads, np.bool_))
        elif capacity is not None:
            seat = np.flatnonzero(self.column("capacity", capacity) > 0)
        else:
            return None
        self.need(
            len(seat) == k,
            f"{len(seat)} centres are given for {k} groups",
            f"给出 {len(seat)} 个中心，却要分 {k} 组",
        )
        return seat.astype(np.int32)

    def bounds(  # noqa: PLR0917
        self,
        k: int,
        weight: Floats,
        lower: float | None,
        upper: float | None,
        tolerance: float | None,
        capacity: npt.ArrayLike | None,
        centres: Ints | None,
    ) -> tuple[Floats, Floats]:
        groups = max(k, 1)
        low, high = 0.0 if lower is None else lower, np.inf if upper is None else upper
        if tolerance is not None:
            self.need(
                lower is None and upper is None,
                "give a tolerance, or lower and upper, not both",
                "容差与上下限只能给一种",
            )
            self.need(
                0 <= tolerance < 1,
                f"tolerance {tolerance} is not a share from 0 to 1 (0.05 is ±5 %)",
                f"容差 {tolerance} 应为 0 到 1 之间的比例（0.05 即 ±5%）",
            )
            mean = float(weight.sum()) / groups
            slack = 1e-9 * mean
            low, high = mean * (1 - tolerance) - slack, mean * (1 + tolerance) + slack
        self.need(low <= high, f"lower {low} is above upper {high}", f"下限 {low} 大于上限 {high}")
        tops = np.full(groups, high)
        if capacity is not None and centres is not None and len(centres) == k:
            tops = np.minimum(tops, self.column("capacity", capacity)[centres])
        return np.full(groups, low), tops

    def ties(self, together: Sequence[tuple[str, str]], apart: Sequence[tuple[str, str]]) -> Ints:
        rows = []
        for sign, pairs in ((1, together), (-1, apart)):
            for a, b in pairs:
                if self._known(a) and self._known(b):
                    rows.append((self.at[str(a)], self.at[str(b)], sign))
        return np.array(rows, dtype=np.int32).reshape(-1, 3)

    def locks(self, k: int, locked: Mapping[str, int] | None, centres: Ints | None) -> Ints:
        locks = np.full(self.n, -1, dtype=np.int32)
        if centres is not None and len(centres) == k:
            locks[centres] = np.arange(k)
        for name, group in (locked or {}).items():
            right = self.need(
                0 <= group < k,
                f"{name} is locked to group {group}",
                f"{name} 锁定的组 {group} 不存在",
            )
            if self._known(name) and right:
                i = self.at[str(name)]
                self.need(
                    locks[i] in (-1, group),
                    f"{name} is a centre and locked elsewhere",
                    f"{name} 是中心，不能锁定到别组",
                )
                locks[i] = group
        return locks

    def _known(self, name: str) -> bool:
        return self.need(str(name) in self.at, f"no unit {name!r}", f"没有单元“{name}”")
