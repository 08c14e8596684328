"""Why an area is out of range, in words for those who live there."""

from dataclasses import dataclass

import numpy as np

from geo.parcelling.gather import Range
from geo.parcelling.sides import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: a code, and the sentence in Chinese and English."""

    code: str
    zh: str
    en: str


def reason(weight: Floats | Ints, mine: Bools, part: Ints, allowed: Range) -> Reason | None:
    """Say why a group is out of range; None when it is not.

    Parameters
    ----------
    weight : (n,) households of the buildings of a piece
    mine : (n,) bool
        Those of the group.
    part : (n,) int
        Buildings between which one can walk have the same number.
    allowed : Range
    """
    load, low, high = int(weight[mine].sum()), int(allowed.lower), int(allowed.upper)
    if low <= load <= high:
        return None
    total = int(weight.sum())
    if not mine.any() or total == 0:
        return Reason("EMPTY", "这里没有住户", "nobody lives here")
    if load > high and np.count_nonzero(weight[mine]) == 1:
        return Reason(
            "LARGE_BUILDING",
            f"单栋楼有 {load} 户，楼栋不拆分",
            f"a single building of {load} households, and no building is divided",
        )
    around = int(weight[np.isin(part, part[mine])].sum())
    if around < low:
        return _cut_off(around, total)
    if len(np.unique(part[mine])) > 1:
        return Reason(
            "NO_WAY_ON_FOOT",
            f"这里 {load} 户分处步行不连通的几处",
            f"these {load} households live in places between which nobody walks",
        )
    return _undivided(around, load, low, high)


def _undivided(around: int, load: int, low: int, high: int) -> Reason:
    if not _divisible(around, low, high):
        return Reason(
            "INDIVISIBLE",
            f"步行连通的这一片共 {around} 户，无法分成每份 {low}—{high} 户",
            f"the {around} households that are connected on foot cannot be shared out in {low}–{high}",
        )
    return Reason(
        "NO_DIVISION",
        f"未找到更好的划法：相邻楼栋户数较大，合并或拆分后都会超出 {low}—{high} 户（本区 {load} 户）",
        f"no better division was found: buildings beside it are large, and any move leaves {low}–{high} (here {load})",
    )


def _cut_off(around: int, total: int) -> Reason:
    if around == total:
        return Reason(
            "TOO_FEW",
            f"上级区域（或其独立的一块）总共只有 {total} 户",
            f"the whole parent, or this part of it, has only {total} households",
        )
    return Reason(
        "CUT_OFF",
        f"这一片与其他楼栋步行不连通，只有 {around} 户",
        f"nobody walks from here to other buildings of the parent, and only {around} households are here",
    )


def _divisible(total: int, low: int, high: int) -> bool:
    """Say whether a number of groups of `low` to `high` can have this total."""
    return low <= 0 or any(k * low <= total <= k * high for k in range(1, total // low + 1))
