"""Why nothing can satisfy what is asked: simple certificates, each with its names."""

from collections.abc import Iterator

import numpy as np

from geo.errors import Infeasible
from geo.grouping import bound, grow
from geo.grouping.problem import Ints, Problem


def certify(problem: Problem) -> None:
    """Raise `Infeasible` with every certificate that is found; silence proves nothing."""
    found = [*_total(problem), *_heavy(problem), *_marks(problem), *_ties(problem)]
    piece = grow.components(problem)
    found += [*_parts(problem, piece), *_locks(problem, piece)]
    if not found:
        found += _beyond(problem)
    if found:
        names, en, zh = zip(*found, strict=True)
        raise Infeasible(
            "; ".join(en),
            zh="；".join(zh),
            where=[name for name in names if name],
            hint="change k, the bounds or the leads, or join units by neighbours",
            hint_zh="请调整组数、上下限或带头单元，或补充相邻关系",
        )
    grow.shares(problem, piece)


Clash = tuple[str, str, str]


def _total(problem: Problem) -> Iterator[Clash]:
    total, low, high = problem.weight.sum(), problem.lower.sum(), problem.upper.sum()
    k = problem.k
    if total > high:
        yield (
            "",
            f"the units weigh {total:g}, but {k} groups hold at most {high:g}",
            f"总负荷 {total:g}，而 {k} 组至多容纳 {high:g}",
        )
    if total < low:
        yield (
            "",
            f"the units weigh {total:g}, but {k} groups need at least {low:g}",
            f"总负荷 {total:g}，而 {k} 组至少需要 {low:g}",
        )


def _heavy(problem: Problem) -> Iterator[Clash]:
    most = problem.upper.max()
    for i in np.flatnonzero(problem.weight > most):
        name, weight = problem.ids[i], problem.weight[i]
        yield (
            str(name),
            f"{name} alone weighs {weight:g}, above the upper bound {most:g}",
            f"“{name}”单独负荷 {weight:g}，已超过上限 {most:g}",
        )
    if problem.centres is not None:
        for g, i in enumerate(problem.centres):
            if problem.weight[i] > problem.upper[g] and problem.weight[i] <= most:
                name = problem.ids[i]
                yield (
                    str(name),
                    f"centre {name} weighs {problem.weight[i]:g}, above its own capacity {problem.upper[g]:g}",
                    f"中心“{name}”自身负荷 {problem.weight[i]:g} 已超过其容量 {problem.upper[g]:g}",
                )


def _marks(problem: Problem) -> Iterator[Clash]:
    for r, name in enumerate(problem.mark_names):
        if problem.optional[r] and problem.skips:
            continue
        have, need = int(problem.marks[:, r].sum()), int(problem.needs[r]) * problem.k
        if have < need:
            yield (
                name,
                f"{problem.k} groups need {need} units with {name!r}, there are {have}",
                f"{problem.k} 组共需 {need} 个“{name}”单元，只有 {have} 个",
            )


def _ties(problem: Problem) -> Iterator[Clash]:
    root = np.arange(problem.n)

    def find(i: int) -> int:
        while root[i] != i:
            i = root[i]
        return int(i)

    for i, j, sign in problem.ties:
        if sign > 0:
            root[find(i)] = find(j)
    for i, j, sign in problem.ties:
        if sign < 0 and find(i) == find(j):
            a, b = problem.ids[i], problem.ids[j]
            yield (
                str(a),
                f"{a} and {b} are to be together and apart",
                f"“{a}”与“{b}”既要同组又要分开",
            )
    for i in np.unique([find(int(t)) for t in problem.ties[:, :2].ravel()]):
        held = np.array([j for j in range(problem.n) if find(j) == i])
        if problem.weight[held].sum() > problem.upper.max():
            a = problem.ids[held[0]]
            yield (
                str(a),
                f"the units kept together with {a} weigh {problem.weight[held].sum():g}, above the upper bound",
                f"与“{a}”同组的单元合计 {problem.weight[held].sum():g}，超过上限",
            )


def _parts(problem: Problem, piece: Ints) -> Iterator[Clash]:
    load = np.bincount(piece, weights=problem.weight)
    count = len(load)
    if count > problem.k:
        first = [str(problem.ids[np.flatnonzero(piece == c)[0]]) for c in range(count)]
        shown = ", ".join(first[:8]) + (" …" if count > 8 else "")
        yield (
            first[-1],
            f"the units fall into {count} parts without neighbours across, more than {problem.k} groups: {shown}",
            f"单元分成互不相邻的 {count} 片，多于 {problem.k} 组：{shown}",
        )
        return
    for c in range(count):
        units = np.flatnonzero(piece == c)
        name = str(problem.ids[units[0]])
        if load[c] < problem.lower.min():
            yield (
                name,
                f"the part around {name} ({len(units)} units) weighs {load[c]:g}, below the lower bound {problem.lower.min():g}",
                f"“{name}”一片（{len(units)} 个单元）负荷 {load[c]:g}，低于下限 {problem.lower.min():g}",
            )
        for r, mark in enumerate(problem.mark_names):
            spared = problem.optional[r] and problem.skips
            if not spared and problem.needs[r] > problem.marks[units, r].sum():
                by_en, by_zh = _barriers(problem, piece, c)
                yield (
                    name,
                    f"no group around {name} can have {mark!r}: {len(units)} units, load {load[c]:g}, {by_en}",
                    f"“{name}”一片无法配备“{mark}”：{len(units)} 个单元，负荷 {load[c]:g}，{by_zh}",
                )
        if problem.centres is not None and not np.isin(problem.centres, units).any():
            yield (
                name,
                f"no centre can be reached from {name} ({len(units)} units)",
                f"“{name}”一片（{len(units)} 个单元）到不了任何中心",
            )


def _barriers(problem: Problem, piece: Ints, c: int) -> tuple[str, str]:
    """Say what cuts a part off."""
    a, b = piece[problem.barred].T
    beside = np.flatnonzero((a != b) & ((a == c) | (b == c)))
    names = dict.fromkeys(problem.barred_by[e] for e in beside)
    if not names:
        return "cut off from the others", "与其他单元不相邻"
    en = ", ".join("a subdistrict line" if name == "lines" else name for name in names)
    zh = "、".join("街道界" if name == "lines" else name for name in names)
    return f"the nearest one is beyond {en}", f"最近的在{zh}以外"


def _beyond(problem: Problem) -> Iterator[Clash]:
    """Units from which every way to a mark weighs more than a group may."""
    most = float(problem.upper.max())
    if not np.isfinite(most):
        return
    for r, mark in enumerate(problem.mark_names):
        if problem.needs[r] < 1 or (problem.optional[r] and problem.skips):
            continue
        way = bound.lightest(problem, np.flatnonzero(problem.marks[:, r]))
        far = np.flatnonzero(way > most * (1 + 1e-9))
        if len(far):
            i = int(far[np.argmax(way[far])])
            name, load = str(problem.ids[i]), float(problem.weight[far].sum())
            yield (
                name,
                f"no group around {name} can have {mark!r}: {len(far)} units, load {load:g}; the "
                f"lightest way to the nearest one weighs {way[i]:g}, above the upper bound {most:g}",
                f"“{name}”一片无法配备“{mark}”：{len(far)} 个单元，负荷 {load:g}；"
                f"到最近一个的途经负荷至少 {way[i]:g}，超过上限 {most:g}",
            )


def _locks(problem: Problem, piece: Ints) -> Iterator[Clash]:
    own, free = len(np.unique(problem.locked[problem.locked >= 0])), int((problem.locked < 0).sum())
    if problem.k - own > free:
        yield (
            "",
            f"{free} units that are not locked cannot fill {problem.k - own} groups",
            f"未锁定的 {free} 个单元不足以组成其余 {problem.k - own} 组",
        )
    for g in range(problem.k):
        units = np.flatnonzero(problem.locked == g)
        if len(units) and len(set(piece[units].tolist())) > 1:
            a, b = problem.ids[units[0]], problem.ids[units[-1]]
            yield (
                str(a),
                f"{a} and {b} are locked to one group but cannot be joined by neighbours",
                f"“{a}”与“{b}”锁定在同一组，却互不连通",
            )
