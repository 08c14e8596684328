"""Cut an area in two connected halves of even households, by the shortest cut that holds."""

from collections.abc import Sequence

import numpy as np
from shapely.geometry.base import BaseGeometry

from geo.errors import Infeasible, RuleBroken
from geo.redraw.area import Area
from geo.redraw.draft import Draft
from geo.redraw.halving import Ground, even_cuts, ground_of
from geo.redraw.operations import BalancedSplit
from geo.redraw.splitting import cut


def balanced_split(draft: Draft, op: BalancedSplit) -> str:
    """Take the cheapest cut that keeps the promise when it is made."""
    area = draft.area(op.level, op.code)
    ground = ground_of(
        area.shape, draft.fabric.homes, tolerance=op.tolerance, spare=op.spare_buildings
    )
    for line in even_cuts(ground):
        trial = Draft(draft.fabric)
        label = _tried(trial, area, line, op)
        if label:
            draft.become(trial)
            return label
    raise uneven(ground, [area], op.tolerance)


def uneven(ground: Ground, areas: Sequence[Area], tolerance: float) -> Infeasible:
    """Say that there is no cut, and what whole buildings allow at best."""
    refs, least = " + ".join(a.ref for a in areas), _least(ground)
    names = "与".join(a.name or a.ref for a in areas)
    why = f"the buildings allow {100 * least:.1f} % at best"
    why_zh = f"按现有楼栋两半至少相差 {100 * least:.1f}%"
    if least <= tolerance:
        why, why_zh = "a border would have to wind round single buildings", "除非边界绕单栋楼迂回"
    return Infeasible(
        f"{refs} cannot be cut into halves {100 * tolerance:.3g} % apart: {why}",
        zh=f"{names} 无法按 {100 * tolerance:.3g}% 均衡切分：{why_zh}",
        where=[a.ref for a in areas],
        hint="allow a larger tolerance, or draw the line by hand",
        hint_zh="请放宽允许偏差，或手工画线切分",
    )


def _least(ground: Ground) -> float:
    """Give the least imbalance that any division of whole buildings has: a true bound."""
    sums = {0}
    for weight in ground.weight.astype(np.int64).tolist():
        sums |= {s + weight for s in sums}
    return min(abs(2 * s - ground.total) for s in sums) / ground.total


def _tried(trial: Draft, area: Area, line: BaseGeometry, op: BalancedSplit) -> str:
    """Make the cut; give nothing when it does not keep the promise on the real ground."""
    try:
        label = cut(trial, area, line, op.names, most=2)
    except RuleBroken:
        return ""
    halves = [child for link in trial.links if link.parent == area.code and link.level == op.level
              for child in (trial.area(op.level, link.child),)]  # fmt: skip
    people = [half.households for half in halves]
    uneven = sum(people) and abs(people[0] - people[1]) > op.tolerance * sum(people)
    return "" if len(halves) != 2 or uneven else label
