"""What came in for a grouping problem, checked piece by piece; every fault is kept."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.errors import SchemaError
from geo.layers import Adjacency

SLACK = 1e-9
"""Bounds are kept to this share of a mean load, so that sums of fractions cannot miss them."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.integer[Any]]
Bools = npt.NDArray[np.bool_]


class Given:
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
        length = np.asarray(adjacency.length_m, dtype=np.float64)
        right = bool(np.all(np.isfinite(length)) and np.all(length >= 0))
        self.need(right, "an edge has a negative length or none", "有长度为负或为空的边")
        return sorted_pairs(self.ids, place[adjacency.pairs.reshape(-1, 2)], length)

    def column(self, name: str, values: npt.ArrayLike, dtype: Any = np.float64) -> Any:
        array = np.array(values, dtype=dtype)  # a copy: kernels are compiled for writable arrays
        whole = array.shape == (self.n,)
        self.need(whole, f"{name} has not one value a unit", f"{name} 与单元数不符")
        if whole and dtype is np.float64:
            self.need(bool(np.isfinite(array).all()), f"{name} has gaps", f"{name} 有空值")
        return array if whole else np.zeros(self.n, dtype=dtype)

    def points(self, xy: npt.ArrayLike | None, *, needed: bool) -> Floats:
        if xy is None:
            self.need(not needed, "xy is needed for this objective", "该目标需要坐标")
            return np.zeros((self.n, 2))
        array = np.array(xy, dtype=np.float64, order="C")
        right = array.shape == (self.n, 2) and bool(np.isfinite(array).all())
        self.need(right, "xy is not one finite point a unit", "坐标与单元数不符或有空值")
        return array if right else np.zeros((self.n, 2))

    def costs(
        self, costs: npt.ArrayLike | None, seats: npt.ArrayLike | None
    ) -> tuple[Floats | None, Ints]:
        every = np.arange(self.n, dtype=np.int32)
        seat = every if seats is None else np.array(seats, dtype=np.int32)
        inside = bool(np.all((seat >= 0) & (seat < self.n))) and len(set(seat.tolist())) == len(
            seat
        )
        self.need(inside, "seats are not distinct units", "中心候选不是互异的单元")
        if costs is None:
            return None, seat
        table = np.array(costs, dtype=np.float64, order="C")
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
        min_resources: int | None,
    ) -> tuple[Bools, Ints, tuple[str, ...], Bools, int]:
        """Give marks, how many are needed, names, which are optional, how many may lack."""
        held = {} if leads is None else {"lead": leads}
        held |= dict(resources or {})
        columns = [self.column(name, values, np.bool_) for name, values in held.items()]
        needs = np.ones(len(held), dtype=np.int32)
        optional = np.ones(len(held), dtype=np.bool_)
        if leads is not None:
            needs[0], optional[0] = min_leads, False
        table = np.stack(columns, axis=1) if columns else np.zeros((self.n, 0), dtype=np.bool_)
        count = int(optional.sum())
        least = count if min_resources is None else min_resources
        self.need(
            0 <= least <= count,
            f"{least} of {count} resources cannot be asked for",
            f"共 {count} 项资源，不能要求 {least} 项",
        )
        self.need(min_leads >= 0, "min_leads is negative", "带头单元数为负")
        return table, needs, tuple(held), optional, count - least

    def sums(
        self,
        k: int,
        loads: Mapping[str, tuple[npt.ArrayLike, float]] | None,
        met: Mapping[str, tuple[npt.ArrayLike, npt.ArrayLike]] | None,
    ) -> tuple[Floats, Floats, Floats, tuple[str, ...]]:
        """Give further sums with bounds: balanced loads, then offers less needs."""
        columns, low, high = [], [], []
        for name, (values, tolerance) in (loads or {}).items():
            column = self.column(name, values)
            self.need(bool(np.all(column >= 0)), f"{name} is negative", f"{name} 有负值")
            mean = float(column.sum()) / max(k, 1)
            self.need(
                tolerance >= 0,
                f"the tolerance of {name} is negative",
                f"{name} 的容差为负",
            )
            columns.append(column)
            low.append(mean * (1 - tolerance))
            high.append(mean * (1 + tolerance))
        for name, (needs, offers) in (met or {}).items():
            columns.append(
                self.column(f"offers of {name}", offers) - self.column(f"needs of {name}", needs)
            )
            low.append(0.0)
            high.append(np.inf)
        table = np.stack(columns, axis=1) if columns else np.zeros((self.n, 0))
        slack = SLACK * np.abs(table).sum(axis=0) / max(k, 1)
        names = (*(loads or {}), *(met or {}))
        return table, np.array(low) - slack, np.array(high) + slack, names

    def bridged(
        self, near: Adjacency, bridges: Mapping[tuple[str, str], float] | None
    ) -> Adjacency:
        """Make neighbours of units that a bridge joins."""
        rows, lengths = [near.pairs], [near.length_m]
        known = {(int(a), int(b)) for a, b in near.pairs}
        for (a, b), length in (bridges or {}).items():
            if self._known(a) and self._known(b):
                pair = tuple(sorted((self.at[str(a)], self.at[str(b)])))
                self.need(pair[0] != pair[1], f"a bridge from {a} to itself", f"桥两端同为 {a}")
                self.need(
                    length >= 0, f"a bridge at {a} has a negative length", f"{a} 处的桥长为负"
                )
                if pair[0] != pair[1] and pair not in known:
                    known.add(pair)  # type: ignore[arg-type]
                    rows.append(np.array([pair], dtype=np.int32))
                    lengths.append(np.array([float(length)]))
        return sorted_pairs(self.ids, np.concatenate(rows), np.concatenate(lengths))

    def barred(
        self,
        near: Adjacency,
        barriers: Mapping[tuple[str, str], str] | None,
        line: Ints,
        lines_are: str,
    ) -> tuple[Adjacency, Ints, tuple[str, ...]]:
        """Part neighbours by barriers and hard lines; give who was parted, and by what."""
        name = np.full(len(near.pairs), "", dtype=object)
        if lines_are == "hard" and len(near.pairs):
            a, b = line[near.pairs].T
            name[(a != b) & (a >= 0) & (b >= 0)] = "lines"
        at = {(int(a), int(b)): e for e, (a, b) in enumerate(near.pairs)}
        for (a, b), barrier in (barriers or {}).items():
            if self._known(a) and self._known(b):
                low, high = sorted((self.at[str(a)], self.at[str(b)]))
                if (low, high) in at:
                    name[at[low, high]] = str(barrier)
        kept = name == ""
        left = Adjacency(near.ids, near.pairs[kept], near.length_m[kept])
        return left, near.pairs[~kept], tuple(name[~kept].tolist())

    def lines(self, lines: npt.ArrayLike | None, lines_are: str, fee: float) -> Ints:
        """Number the subdistricts; −1 where none is known."""
        self.need(
            lines_are in ("ignored", "soft", "hard"),
            f"lines are ignored, soft or hard, not {lines_are!r}",
            f"街道界只能是 ignored、soft 或 hard，不能是“{lines_are}”",
        )
        self.need(fee >= 0, "line_fee is negative", "line_fee 为负")
        if lines is None:
            self.need(lines_are == "ignored", "lines are missing", "没有给出街道")
            return np.full(self.n, -1, dtype=np.int32)
        names = np.asarray(lines, dtype=object)
        if not self.need(
            names.shape == (self.n,), "lines has not one value a unit", "街道与单元数不符"
        ):
            return np.full(self.n, -1, dtype=np.int32)
        text = ["" if name is None or name != name else str(name) for name in names]  # noqa: PLR0124
        number = {name: i for i, name in enumerate(sorted(set(text) - {""}))}
        return np.array([number.get(name, -1) for name in text], dtype=np.int32)

    def previous(
        self,
        k: int,
        previous: npt.ArrayLike | None,
        moved_max: float | None,
        moving: npt.ArrayLike | None,
    ) -> tuple[Ints, Floats, float]:
        """Give groups of before, what moving a unit counts, and how much may move."""
        cost = np.ones(self.n) if moving is None else self.column("moving", moving)
        self.need(bool(np.all(cost >= 0)), "moving is negative", "moving 有负值")
        most = np.inf if moved_max is None else float(moved_max)
        self.need(most >= 0, "moved_max is negative", "moved_max 为负")
        if previous is None:
            self.need(
                moved_max is None,
                "moved_max needs the previous groups",
                "限制调整数需要给出原有分组",
            )
            return np.full(self.n, -1, dtype=np.int32), cost, np.inf
        before = self.column("previous", previous, np.int32)
        right = bool(np.all((before >= -1) & (before < k)))
        self.need(
            right, f"previous groups are −1 or 0 … {k - 1}", f"原有组号应为 −1 或 0 … {k - 1}"
        )
        return before, cost, most

    @staticmethod
    def all_locked(locks: Ints, previous: Ints, moving: Floats) -> Ints:
        """Lock every unit that may not move to its previous group."""
        stays = (locks < 0) & (previous >= 0) & (moving > 0)
        return np.where(stays, previous, locks).astype(np.int32)

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
            low, high = mean * (1 - tolerance), mean * (1 + tolerance)
        self.need(low <= high, f"lower {low} is above upper {high}", f"下限 {low} 大于上限 {high}")
        tops = np.full(groups, high)
        if capacity is not None and centres is not None and len(centres) == k:
            tops = np.minimum(tops, self.column("capacity", capacity)[centres])
        slack = SLACK * float(weight.sum()) / groups
        return np.full(groups, max(0.0, low - slack)), tops + slack

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


def sorted_pairs(ids: npt.NDArray[np.object_], pairs: Ints, length: Floats) -> Adjacency:
    """Give neighbours as an adjacency promises them."""
    pairs = np.sort(pairs.astype(np.int32), axis=1)
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return Adjacency(ids, np.ascontiguousarray(pairs[order]), length[order])
