"""Why a body is in its group, what its best alternative would cost, and what would change."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from api.tasks.alliance_names import Name
from api.tasks.bodies import Bodies, Preset
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
NEW_YEARS = 2.5
"""A body younger than this is called new."""


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


def told(about: Told, load: str) -> pd.DataFrame:
    """Give every body its group, what holds there, and the reason in Chinese and English."""
    bodies, plan = about.bodies, about.plan
    table = bodies.table
    why = grouping.reasons(about.problem, plan)
    met = bodies.skills.met(plan.labels)
    mentors = [about.mentor(i) for i in range(len(table))]
    members = pd.DataFrame({
        "id": table["id"],
        "name": table["name"],
        "community": table["community"],
        "alliance": plan.labels + 1,
        "alliance_name": [about.names[g].zh for g in plan.labels],
        "en_name": [about.names[g].en for g in plan.labels],
        "lead": np.isin(np.arange(len(table)), plan.centres),
        "strong": about.strong & bodies.ranked,
        "load": bodies.load(load),
        "minutes": [round(about.minutes(i, int(g)), 1) for i, g in enumerate(plan.labels)],
        "mentor": [about.called(m) if m >= 0 and bodies.ranked else "" for m in mentors],
        "seniority": table["seniority"],
        "strength": table["strength"],
        "needs_met": _listed(bodies, met),
        "needs_unmet": _listed(bodies, bodies.skills.wants & ~met),
        "other": [about.names[g].zh if g >= 0 else "" for g in why["other"]],
        "rise": _finite(why["rise"].to_numpy(float) / (plan.objective or 1.0)),
        "balance": _finite(why["balance"].to_numpy(float)),
        "breaks": why["breaks"].to_numpy(),
    })  # fmt: skip
    rows = zip(why.itertuples(index=False), members.itertuples(index=False), strict=True)
    both = [_sentences(about, i, row, own, load) for i, (row, own) in enumerate(rows)]
    members["zh"], members["en"] = zip(*both, strict=True)
    return members


def _finite(values: npt.NDArray[np.float64]) -> list[float | None]:
    """Give numbers; None where a move would leave a group without a centre, or there is none."""
    return [float(v) if np.isfinite(v) else None for v in values]


def _listed(bodies: Bodies, table: npt.NDArray[np.bool_]) -> list[str]:
    names = np.array(bodies.skills.names, dtype=object)
    return ["、".join(names[row]) for row in table]


def _sentences(about: Told, i: int, why: Any, own: Any, load: str) -> tuple[str, str]:
    here = [part for part in (_place(about, i, own), _mentor(about, i, own), _needs(own)) if part]
    there = _alternative(about, i, why, load)
    zh = "；".join(zh for zh, _ in here)
    en = "; ".join(en for _, en in here)
    return f"{zh}。{there[0]}。", f"{en[0].upper()}{en[1:]}. {there[1][0].upper()}{there[1][1:]}."


def _place(about: Told, i: int, own: Any) -> tuple[str, str]:
    g = int(about.plan.labels[i])
    name, minutes, head = about.names[g], about.minutes(i, g), about.preset.head
    if own.lead:
        strong = f"（成立 {own.seniority:g} 年，评分 {own.strength:g}）" if own.strength else ""
        years = f" ({own.seniority:g} years, score {own.strength:g})" if own.strength else ""
        return (
            f"是{name.zh}的{head[0]}{strong}：各成员走到它最省",
            f"{head[1]} of {name.en}{years}: the walk of its members is least",
        )
    walks = [about.minutes(i, h) for h in range(len(about.names))]
    nearer = [h for h in range(len(walks)) if walks[h] < minutes - 0.5]
    hub = about.called(int(about.plan.centres[g]))
    guess = bool(about.bodies.estimated[i, about.plan.centres[g]])
    zh = f"步行{'约' if guess else ''} {minutes:.0f} 分钟到{head[0]}{hub}"
    en = f"{'about ' if guess else ''}{minutes:.0f} min on foot to its {head[1]} {hub}"
    if guess:
        zh, en = zh + "（按直线估计）", en + " (estimated)"
    if not nearer:
        return (
            zh + f"，是各{about.preset.word[0]}{head[0]}中最近的",
            f"{en}, the nearest {head[1]} of all",
        )
    best = min(nearer, key=lambda h: walks[h])
    return (
        f"{zh}；离{about.names[best].zh}的{head[0]}更近（{walks[best]:.0f} 分钟），归入本{about.preset.word[0]}是为全区均衡、连片和互补",
        f"{en}; the {head[1]} of {about.names[best].en} is nearer ({walks[best]:.0f} min), "
        "but balance, contiguity and skills of all groups bring it here",
    )


def _mentor(about: Told, i: int, own: Any) -> tuple[str, str] | None:
    if about.strong[i] or not own.mentor:
        return None
    mentor = about.mentor(i)
    minutes = about.bodies.walk_min[i, mentor]
    new = own.seniority < NEW_YEARS
    years = f"成立 {own.seniority:g} 年，" if new else ""
    en = f"founded {own.seniority:g} years ago, " if new else ""
    if mentor == int(about.plan.centres[int(about.plan.labels[i])]):
        return f"{years}由牵头单位结对带动", f"{en}supported by the lead itself"
    return (
        f"{years}由步行 {minutes:.0f} 分钟外的{own.mentor}结对带动",
        f"{en}supported by {own.mentor}, {minutes:.0f} min away",
    )


def _needs(own: Any) -> tuple[str, str] | None:
    if not own.needs_met and not own.needs_unmet:
        return None
    zh = f"所需“{own.needs_met}”同组有人能帮" if own.needs_met else ""
    en = f"its needs {own.needs_met} are met inside" if own.needs_met else ""
    if own.needs_unmet:
        zh += ("，" if zh else "所需") + f"“{own.needs_unmet}”组内尚缺"
        en += (", " if en else "") + f"{own.needs_unmet} is not offered inside"
    return zh, en


def _alternative(about: Told, i: int, why: Any, load: str) -> tuple[str, str]:
    word = about.preset.word
    if why.other < 0:
        return f"四邻都是本{word[0]}成员", f"all its neighbours are in the same {word[1]}"
    other = about.names[why.other]
    walk = about.minutes(i, why.other)
    zh = [f"若改入{other.zh}，步行变为 {walk:.0f} 分钟"]
    en = [f"if it moved to {other.en}, its walk would be {walk:.0f} min"]
    share = why.rise / about.plan.objective if about.plan.objective else 0.0
    if np.isfinite(share):
        zh.append(f"全区步行总代价{'增' if share >= 0 else '减'} {abs(share):.2%}")
        en.append(
            f"the cost of all walks would {'rise' if share >= 0 else 'fall'} by {abs(share):.2%}"
        )
    own = int(about.plan.labels[i])
    unit = LOADS[load]
    zh.append(
        f"本{word[0]}由 {about.plan.loads[own]:,.0f} 降到 {why.load_left:,.0f} {unit[0]}，"
        f"对方升到 {why.load_after:,.0f} {unit[0]}（最大偏差 {why.balance:.0%}）"
    )
    en.append(
        f"its {word[1]} would fall from {about.plan.loads[own]:,.0f} to {why.load_left:,.0f} {unit[1]}, "
        f"the other would rise to {why.load_after:,.0f} (largest deviation {why.balance:.0%})"
    )
    for part in (_lead_change(about, i, why.other), _skill_change(about, i, why.other)):
        if part:
            zh.append(part[0])
            en.append(part[1])
    broken = [_break(about, name) for name in why.breaks.split(";") if name]
    if broken:
        zh.append("所以不可行：" + "、".join(z for z, _ in broken))
        en.append("so it cannot: " + ", ".join(e for _, e in broken))
    return "，".join(zh), ", ".join(en)


def _break(about: Told, name: str) -> tuple[str, str]:
    word = about.preset.word
    zh, en = BREAKS.get(name, (f"原{{word}}会缺“{name}”", f"its {{word}} would lack {name}"))
    return zh.format(word=word[0]), en.format(word=word[1])


def _lead_change(about: Told, i: int, other: int) -> tuple[str, str] | None:
    if not (about.bodies.ranked and about.strong[i]):
        return None
    own = about.plan.labels == about.plan.labels[i]
    left = int((about.strong & own).sum()) - 1
    there = int(about.strong[about.plan.labels == other].sum()) + 1
    return (
        f"带头单位本方剩 {left} 个、对方增至 {there} 个",
        f"{left} leads remain here, {there} would be there",
    )


def _skill_change(about: Told, i: int, other: int) -> tuple[str, str] | None:
    unmet, left, joined = about.bodies.skills.moved(about.plan.labels, i, other)
    zh, en = [], []
    if unmet:
        zh.append(f"它所需的“{'、'.join(unmet)}”不再有人提供")
        en.append(f"its need of {', '.join(unmet)} is no longer met")
    if left < 0:
        zh.append(f"留下的成员有 {-left} 项需求落空")
        en.append(f"{-left} needs of those who stay are no longer met")
    if joined > 0:
        zh.append(f"对方多 {joined} 项需求得到满足")
        en.append(f"{joined} more needs are met there")
    return ("，".join(zh), ", ".join(en)) if zh else None
