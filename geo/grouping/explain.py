"""Which of the rules clash: the smallest set of them that no plan can keep, by name.

A deletion filter (Chinneck & Dravnieks 1991): rules are dropped one by one, and stay dropped
while what is left is still proven impossible. What remains clashes, and without any one of it
a plan exists, unless a proof was not found in time (then the set is a clash all the same).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from geo.errors import Infeasible
from geo.grouping import bound, clash, measure, model
from geo.grouping.given import sorted_pairs
from geo.grouping.problem import Problem
from geo.grouping.search import search
from geo.layers import Clock

SECONDS = 20.0
"""An explanation takes at most so long."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Something asked, in words, and how to ask it no more."""

    name: str
    en: str
    zh: str
    without: Callable[[Problem], Problem]


def rules(problem: Problem) -> list[Rule]:
    """Name every rule that could be dropped; what is asked of all groups first."""
    return [
        *_bounds(problem), *_barriers(problem), *_sums(problem), *_marks(problem),
        *_moves(problem), *_locks(problem), *_ties(problem),
    ]  # fmt: skip


def explained(problem: Problem, rng: np.random.Generator, clock: Clock) -> Infeasible:
    """Give the error that names a smallest clash of a problem that is proven impossible."""
    own = Clock(min(SECONDS, max(1.0, clock.left())), clock.progress)
    kept: list[Rule] = []
    left = rules(problem)
    while left:
        rule, *left = left
        if own.left() <= 0 or not impossible(rule.without(problem), rng, own):
            kept.append(rule)
        else:
            problem = rule.without(problem)
    k = problem.k
    return Infeasible(
        f"these cannot all hold for {k} connected groups: " + "; ".join(r.en for r in kept)
        if kept
        else f"the units cannot form {k} connected groups at all",
        zh=f"分成 {k} 个连通的组时，以下要求不能同时满足：" + "；".join(r.zh for r in kept)
        if kept
        else f"这些单元无法分成 {k} 个连通的组",
        where=[rule.name for rule in kept],
        hint="drop or widen any one of them"
        if own.left() > 0
        else "drop or widen some of them; there was no time to find the smallest set",
        hint_zh="放宽或取消其中任意一项即可"
        if own.left() > 0
        else "请放宽其中若干项；时间所限，未缩到最小",
    )


def bare(problem: Problem) -> Infeasible:
    """Give the error for a problem that is proven impossible, without its smallest clash."""
    k = problem.k
    return Infeasible(
        f"no plan of {k} connected groups keeps every rule",
        zh=f"分成 {k} 个连通的组时，没有方案能满足全部要求",
        hint="drop or widen some of the rules",
        hint_zh="请放宽或取消其中若干项",
    )


def impossible(problem: Problem, rng: np.random.Generator, clock: Clock) -> bool:
    """Whether it is proven that no plan keeps the rules."""
    try:
        clash.certify(problem)
    except Infeasible:
        return True
    if problem.costs is None or np.isfinite(problem.costs).all():
        near = problem.adjacency
        idle = replace(near, length_m=np.zeros(len(near.pairs)))
        problem = replace(problem, objective="cut", costs=None, adjacency=idle)
    found = search(problem, rng, clock, effort=0.05, until_s=clock.seconds() + clock.left() / 3)
    if found.broken == 0 and not measure.faults(problem, found.labels):
        return False
    pairs = bound.within_reach(problem)
    if pairs.sum() > model.PAIRS or clock.left() <= 0:
        return False
    if not pairs.any(axis=1).all():
        return True
    found.broken = np.inf
    made = model.model(problem, pairs)
    if model.linear(made, np.inf, clock) == np.inf:
        return True
    proof = model.integer(made, found, -np.inf, clock, mend=lambda _: None)
    return proof.closed and found.broken > 0


def _bounds(problem: Problem) -> list[Rule]:
    made = []
    zero, free = np.zeros(problem.k), np.full(problem.k, np.inf)
    if problem.lower.max() > 0:
        text = f"{problem.lower[0]:g}"
        made.append(
            Rule("lower", f"load at least {text}", f"每组负荷不低于 {text}",
                 lambda p: replace(p, lower=zero))
        )  # fmt: skip
    if np.isfinite(problem.upper).any():
        low, high = problem.upper.min(), problem.upper.max()
        text = f"{low:g}" if low == high else f"{low:g}–{high:g}"
        made.append(
            Rule("upper", f"load at most {text}", f"每组负荷不高于 {text}",
                 lambda p: replace(p, upper=free))
        )  # fmt: skip
    return made


def _barriers(problem: Problem) -> list[Rule]:
    made = []
    for name in dict.fromkeys(problem.barred_by):

        def opened(p: Problem, name: str = name) -> Problem:
            gone = np.array([by == name for by in p.barred_by])
            near = p.adjacency
            pairs = np.concatenate([near.pairs, p.barred[gone]])
            length = np.concatenate([near.length_m, np.ones(int(gone.sum()))])
            return replace(
                p,
                adjacency=sorted_pairs(near.ids, pairs, length),
                barred=p.barred[~gone],
                barred_by=tuple(by for by in p.barred_by if by != name),
            )

        if name == "lines":
            made.append(Rule(name, "no group crosses a subdistrict line", "不跨街道", opened))
        else:
            made.append(Rule(name, f"no way across {name}", f"“{name}”阻隔不能跨越", opened))
    return made


def _sums(problem: Problem) -> list[Rule]:
    made = []
    for q, name in enumerate(problem.sum_names):
        if not np.isfinite([problem.sum_lower[q], problem.sum_upper[q]]).any():
            continue

        def without(p: Problem, q: int = q) -> Problem:
            low, high = p.sum_lower.copy(), p.sum_upper.copy()
            low[q], high[q] = -np.inf, np.inf
            return replace(p, sum_lower=low, sum_upper=high)

        if np.isfinite(problem.sum_upper[q]):
            made.append(Rule(name, f"{name} balanced", f"“{name}”均衡", without))
        else:
            made.append(Rule(name, f"needs of {name} met", f"“{name}”供需相抵", without))
    return made


def _marks(problem: Problem) -> list[Rule]:
    made = []
    for r, name in enumerate(problem.mark_names):

        def without(p: Problem, r: int = r) -> Problem:
            needs = p.needs.copy()
            needs[r] = 0
            return replace(p, needs=needs)

        need = int(problem.needs[r])
        if need > 0:
            en, zh = f"at least {need} {name!r} in every group", f"每组至少 {need} 个“{name}”"
            made.append(Rule(name, en, zh, without))
    return made


def _moves(problem: Problem) -> list[Rule]:
    most = problem.moved_max
    if not np.isfinite(most):
        return []

    def without(p: Problem) -> Problem:
        held = (p.locked >= 0) & (p.locked == p.previous) & (most <= 0)
        if p.centres is not None:
            held[p.centres] = False
        return replace(p, moved_max=np.inf, locked=np.where(held, -1, p.locked))

    return [Rule("moved", f"at most {most:g} moved", f"至多调整 {most:g}", without)]


def _locks(problem: Problem) -> list[Rule]:
    made = []
    centres = [] if problem.centres is None else problem.centres.tolist()
    for i in np.flatnonzero(problem.locked >= 0):
        if i in centres:
            continue

        def without(p: Problem, i: int = int(i)) -> Problem:
            locked = p.locked.copy()
            locked[i] = -1
            return replace(p, locked=locked)

        name, g = problem.ids[i], int(problem.locked[i]) + 1
        made.append(
            Rule(str(name), f"{name} locked to group {g}", f"“{name}”锁定在第 {g} 组", without)
        )
    return made


def _ties(problem: Problem) -> list[Rule]:
    made = []
    for i, j, sign in problem.ties.tolist():

        def without(p: Problem, row: tuple[int, int, int] = (i, j, sign)) -> Problem:
            return replace(p, ties=p.ties[~(p.ties == row).all(axis=1)])

        a, b = problem.ids[i], problem.ids[j]
        en, zh = ("together", "同组") if sign > 0 else ("apart", "分开")
        made.append(Rule(f"{a}, {b}", f"{a} and {b} {en}", f"“{a}”与“{b}”{zh}", without))
    return made
