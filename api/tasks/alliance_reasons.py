"""Why a body is in its group: who is near, who supports it, whose needs are met."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from api.tasks.alliance_moves import Told, alternative, joined
from api.tasks.alliance_presets import Pair
from api.tasks.bodies import Bodies
from geo import grouping

NEW_YEARS = 2.5
"""A body younger than this is called new."""


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


def _sentences(about: Told, i: int, why: Any, own: Any, load: str) -> Pair:
    here = [part for part in (_place(about, i, own), _mentor(about, i, own), _needs(own)) if part]
    parts = [joined(here, "；", "; "), *alternative(about, i, why, load)]
    zh = "".join(f"{zh}。" for zh, _ in parts)
    return zh, " ".join(f"{en[0].upper()}{en[1:]}." for _, en in parts)


def _place(about: Told, i: int, own: Any) -> Pair:
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


def _mentor(about: Told, i: int, own: Any) -> Pair | None:
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


def _needs(own: Any) -> Pair | None:
    if not own.needs_met and not own.needs_unmet:
        return None
    zh = f"所需“{own.needs_met}”同组有人能帮" if own.needs_met else ""
    en = f"its needs {own.needs_met} are met inside" if own.needs_met else ""
    if own.needs_unmet:
        zh += ("，" if zh else "所需") + f"“{own.needs_unmet}”组内尚缺"
        en += (", " if en else "") + f"{own.needs_unmet} is not offered inside"
    return zh, en
