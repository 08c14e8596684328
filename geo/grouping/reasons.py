"""A reason for every member: why a unit is where it is, and what its best alternative costs."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo.grouping import board as boards
from geo.grouping import measure
from geo.grouping.board import Field, State
from geo.grouping.moves import broken_change, may_leave, worth_change
from geo.grouping.partition import Partition
from geo.grouping.problem import Problem

COLUMNS = [
    "group", "centre", "cost", "other", "rise", "load_left", "load_after", "balance", "breaks",
    "zh", "en",
]  # fmt: skip


def reasons(problem: Problem, partition: Partition) -> pd.DataFrame:
    """Tell, for every unit, what would happen if it went to its best neighbouring group.

    Returns
    -------
    DataFrame
        Indexed by unit id, in order:

        - group: own group; centre: id of its centre unit
        - cost: what the unit adds to the objective at its own centre (0 for cut)
        - other: best other group among those of its neighbours (−1: has none)
        - rise: change of the objective if it moved there (negative: the move would pay,
          but breaks a rule)
        - load_left, load_after: loads of its own and of the other group after the move
        - balance: how far the most or least loaded group would then be from the mean, as a
          share of it
        - breaks: rules that the move would break, of ``contiguity``, ``lower``, ``upper``,
          ``locked``, ``tie``, ``moved``, names of marks, and ``sum:`` with the name of a
          further sum, joined by ``;``
        - zh, en: the same in a sentence
    """
    board = boards.field(problem)
    plan = boards.state(board, partition.labels, 1)
    rows = [_row(problem, partition, board, plan, i) for i in range(problem.n)]
    return pd.DataFrame(rows, columns=COLUMNS, index=pd.Index(problem.ids, name="id"))


@dataclass(frozen=True, slots=True)
class _Move:
    """What going to one group would change."""

    group: int
    rise: float
    broken: float


def _row(
    problem: Problem, partition: Partition, board: Field, plan: State, i: int
) -> tuple[object, ...]:
    own = int(partition.labels[i])
    centre = str(problem.ids[partition.centres[own]])
    cost = measure.unit_cost(problem, i, int(partition.centres[own]))
    around = board.other[board.start[i] : board.start[i + 1]]
    moves = [
        _Move(int(g), worth_change(board, plan, i, g), broken_change(board, plan, i, g))
        for g in np.unique(partition.labels[around])
        if g != own
    ]
    if not moves:
        zh = f"在第 {own + 1} 组（中心“{centre}”）：四邻都在本组"
        en = f"in group {own + 1} (centre {centre}): all its neighbours are there"
        return own, centre, cost, -1, 0.0, np.nan, np.nan, np.nan, "", zh, en
    best = min(moves, key=lambda m: (m.broken > 1e-9, m.rise, m.group))
    broken = _broken(
        problem, partition, (board, plan), i, best.group, leaves=bool(may_leave(board, plan, i))
    )
    loads = partition.loads.copy()
    loads[own] -= problem.weight[i]
    loads[best.group] += problem.weight[i]
    load, balance = float(loads[best.group]), float(np.abs(loads - loads.mean()).max())
    balance /= max(float(loads.mean()), 1e-300)
    zh, en = _sentences(own, centre, best, load, broken, partition.objective)
    names = ";".join(name for name, _, _ in broken)
    return (
        own, centre, cost, best.group, best.rise, float(loads[own]), load, balance, names, zh, en,
    )  # fmt: skip


def _broken(
    problem: Problem,
    partition: Partition,
    play: tuple[Field, State],
    i: int,
    g: int,
    *,
    leaves: bool,
) -> list[tuple[str, str, str]]:
    board, plan = play
    own, w = int(partition.labels[i]), problem.weight[i]
    left, there = partition.loads[own] - w, partition.loads[g] + w
    found = []
    if not leaves:
        found.append(("contiguity", "原组将断开", "its group would fall apart"))
    if left < problem.lower[own]:
        found.append(("lower", f"原组负荷降至 {left:g}", f"its group would fall to {left:g}"))
    if there > problem.upper[g]:
        found.append(("upper", f"对方负荷升至 {there:g}", f"the other would rise to {there:g}"))
    if problem.locked[i] >= 0:
        found.append(("locked", "已锁定", "it is locked here"))
    after = partition.labels.copy()
    after[i] = g
    if measure.moved(problem, after) > max(
        problem.moved_max, measure.moved(problem, partition.labels)
    ):
        found.append(("moved", "调整的单元会超过上限", "more would have moved than may"))
    for r, name in enumerate(problem.mark_names):
        if problem.marks[i, r] and plan.held[own, r] <= problem.needs[r]:
            found.append((name, f"原组将缺“{name}”", f"its group would lack {name}"))
    for q, name in enumerate(problem.sum_names):
        part, low, high = board.sums[i, q], board.sum_lower[q], board.sum_upper[q]
        there = (plan.total[own, q] - part, plan.total[g, q] + part)
        if min(there) < low or max(there) > high:
            found.append((f"sum:{name}", f"“{name}”将失衡", f"{name} would be out of balance"))
    for a, b, sign in problem.ties:
        if i in (a, b):
            with_other = partition.labels[b if i == a else a] == g
            if with_other != (sign > 0):
                found.append(("tie", "与同组/分开约定冲突", "a tie would break"))
    return found


def _sentences(  # noqa: PLR0917
    own: int,
    centre: str,
    best: _Move,
    load: float,
    broken: list[tuple[str, str, str]],
    objective: float,
) -> tuple[str, str]:
    share = best.rise / objective if objective else 0.0
    more_zh, more = ("增加", "rises") if best.rise >= 0 else ("减少", "falls")
    zh = (
        f"在第 {own + 1} 组（中心“{centre}”）；若改到第 {best.group + 1} 组，"
        f"目标{more_zh} {abs(share):.2%}，对方负荷为 {load:g}"
    )
    en = (
        f"in group {own + 1} (centre {centre}); in group {best.group + 1} the objective "
        f"{more} by {abs(share):.2%} and the load there is {load:g}"
    )
    if broken:
        zh += "，且" + "、".join(z for _, z, _ in broken)
        en += "; " + ", ".join(e for _, _, e in broken)
    return zh, en
