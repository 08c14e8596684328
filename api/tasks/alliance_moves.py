"""What the best alternative of a body would cost, what would change, and what forbids it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from api.tasks.alliance_names import Name
from api.tasks.alliance_presets import Pair, Preset
from api.tasks.bodies import Bodies
from geo import grouping

LOADS = {
    "households": ("户", "households"),
    "residents": ("人", "residents"),
    "members": ("名成员", "members"),
    "needs": ("项需求", "needs"),
    "bodies": ("个单元", "bodies"),
}
BREAKS = {
    "contiguity": ("原{word}会断成两片", "its {word} would fall apart"),
    "upper": ("对方会超出均衡上限", "the other would be too large"),
    "lower": ("原{word}会低于均衡下限", "its {word} would be too small"),
    "lead": ("原{word}会没有带头单位", "its {word} would have no lead"),
    "locked": ("它的归属已锁定", "it is locked here"),
    "moved": ("调整的成员会超过上限", "more members would have moved than may"),
    "seat": ("原{word}会没有可作牵头的单位", "its {word} would have nobody to lead it"),
    "tie": ("会违反同组或分开的约定", "a tie would break"),
}
SUMS = {
    "households": ("户数", "households"),
    "residents": ("人口", "residents"),
    "members": ("成员数", "members"),
    "needs": ("需求数", "needs"),
    "bodies": ("单元数", "the number of bodies"),
}
COSTS = {
    False: ("全区步行总代价", "the cost of all walks"),
    True: ("全区总代价（步行与边界）", "the cost of all walks and borders"),
}
LEAST_SHARE = 5e-5
"""A smaller change of the cost is none to a reader."""


@dataclass(frozen=True)
class Told:
    """What the sentences speak of."""

    bodies: Bodies
    problem: grouping.Problem
    plan: grouping.Partition
    names: list[Name]
    strong: npt.NDArray[np.bool_]
    preset: Preset

    def minutes(self, unit: int, group: int) -> float:
        """Give the walk of a unit to the centre of a group."""
        return float(self.bodies.walk_min[unit, self.plan.centres[group]])

    def called(self, unit: int) -> str:
        """Give the name of a unit."""
        return str(self.bodies.table["name"].iloc[unit])

    def mentor(self, unit: int) -> int:
        """Give the nearest strong member of its group; itself when it is strong, else −1."""
        if self.strong[unit]:
            return unit
        same = np.flatnonzero((self.plan.labels == self.plan.labels[unit]) & self.strong)
        return int(same[np.argmin(self.bodies.walk_min[unit, same])]) if len(same) else -1


def joined(parts: Iterable[Pair | None], zh: str, en: str) -> Pair:
    """Join what is told in both languages; None is silent."""
    told = [part for part in parts if part]
    return zh.join(p[0] for p in told), en.join(p[1] for p in told)


def alternative(about: Told, i: int, why: Any, load: str) -> list[Pair]:
    """Tell what the best alternative would cost, what would change, and why it is not so."""
    word = about.preset.word
    if why.other < 0:
        return [
            (
                f"四邻都是本{word[0]}成员，没有相邻的{word[0]}可换",
                f"all its neighbours are in its {word[1]}",
            )
        ]
    other, own = about.names[why.other], int(about.plan.labels[i])
    walks = about.minutes(i, own), about.minutes(i, why.other)
    walk = (
        f"若改入{other.zh}：步行 {walks[0]:.0f} → {walks[1]:.0f} 分钟",
        f"in {other.en} instead: its walk {walks[0]:.0f} → {walks[1]:.0f} min",
    )
    there = about.plan.loads[why.other]
    unit, now = LOADS[load], grouping.measure.deviation(about.plan.loads)
    loads = (
        f"本{word[0]} {about.plan.loads[own]:,.0f} → {why.load_left:,.0f} {unit[0]}，"
        f"对方 {there:,.0f} → {why.load_after:,.0f} {unit[0]}，最大偏差 {now:.1%} → {why.balance:.1%}",
        f"its {word[1]} {about.plan.loads[own]:,.0f} → {why.load_left:,.0f} {unit[1]}, the other "
        f"{there:,.0f} → {why.load_after:,.0f}, largest deviation {now:.1%} → {why.balance:.1%}",
    )
    changes = [walk, loads, _lead_change(about, i, why.other), _skill_change(about, i, why.other)]
    return [joined(changes, "；", "; "), _verdict(about, why)]


def _verdict(about: Told, why: Any) -> Pair:
    """Say what a move would cost altogether, and what forbids it."""
    share = why.rise / about.plan.objective if about.plan.objective else 0.0
    broken = [_break(about, name) for name in why.breaks.split(";") if name]
    what = COSTS[bool(about.problem.border or about.problem.line_fee)]
    if not np.isfinite(share):
        cost = (f"{what[0]}无从计算", f"{what[1]} could not be told")
    elif abs(share) < LEAST_SHARE:
        cost = (f"{what[0]}几乎不变", f"{what[1]} would hardly change")
    else:
        cost = (
            f"{what[0]}{'增加' if share > 0 else '减少'} {abs(share):.2%}",
            f"{what[1]} would {'rise' if share > 0 else 'fall'} by {abs(share):.2%}",
        )
    if not broken:
        return (f"这样改可以做到，但{cost[0]}", f"it could be, but {cost[1]}") if share > 0 else (
            f"这样改可以做到，且{cost[0]}，可提请讨论", f"it could be, and {cost[1]}: worth a discussion"
        )  # fmt: skip
    why_not = joined(broken, "、", ", ")
    link = (
        ("，但不可行：", ", but it cannot be: ")
        if share <= 0
        else ("，而且不可行：", ", and it cannot be: ")
    )
    return f"{cost[0]}{link[0]}{why_not[0]}", f"{cost[1]}{link[1]}{why_not[1]}"


def _break(about: Told, name: str) -> Pair:
    word = about.preset.word
    if name.startswith("sum:"):
        zh, en = SUMS.get(name[4:], (name[4:], name[4:]))
        return f"{zh}会失衡", f"{en} would be out of balance"
    zh, en = BREAKS.get(
        name, (f"原{{word}}会没有人提供“{name}”", f"nobody of its {{word}} would offer {name}")
    )
    return zh.format(word=word[0]), en.format(word=word[1])


def _lead_change(about: Told, i: int, other: int) -> Pair | None:
    """Tell how many of either side may lead then, and who would lead instead of a head that left."""
    if not (about.bodies.ranked and about.strong[i]):
        return None
    word, own = about.preset.word, int(about.plan.labels[i])
    left = int((about.strong & (about.plan.labels == own)).sum()) - 1
    there = int(about.strong[about.plan.labels == other].sum()) + 1
    zh = f"带头单位本{word[0]}剩 {left} 个、对方有 {there} 个"
    en = f"{left} that may lead would remain, {there} would be there"
    if i == int(about.plan.centres[own]) and left:
        after = about.plan.labels.copy()
        after[i] = other
        heir = int(grouping.measure.centres(about.problem, after)[0][own])
        if heir >= 0:
            zh += f"，本{word[0]}改由{about.called(heir)}任{about.preset.head[0]}"
            en += f", and {about.called(heir)} would be its {about.preset.head[1]}"
    return zh, en


def _skill_change(about: Told, i: int, other: int) -> Pair | None:
    """Tell whose needs would no longer be met, and whose would be."""
    unmet, left, joined = about.bodies.skills.moved(about.plan.labels, i, other)
    zh, en = [], []
    if unmet:
        zh.append(f"它所需的“{'、'.join(unmet)}”没有人能帮")
        en.append(f"its need of {', '.join(unmet)} is no longer met")
    if left < 0:
        zh.append(f"留下的成员有 {-left} 项需求没有人能帮")
        en.append(f"of those who stay, {_needs_of(-left)} no longer met")
    if joined > 0:
        zh.append(f"对方成员有 {joined} 项需求多了帮手")
        en.append(f"of those there, {_needs_of(joined)} newly met")
    return ("，".join(zh), ", ".join(en)) if zh else None


def _needs_of(count: int) -> str:
    return f"{count} need is" if count == 1 else f"{count} needs are"
