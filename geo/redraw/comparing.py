"""What tells two states of a map apart: who was split, merged, moved, and how many households."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from geo.redraw.area import Area
from geo.redraw.fabric import Fabric

LEAST_M2 = 1.0
"""Common ground below this is noise of borders that got a vertex."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One line of the list of differences.

    `kind`: ``split``, ``merge``, ``redivide`` (several into several), ``move`` (ground went
    from one to another, both go on), ``recode``, ``reparent``, ``rename``, ``recount``
    (households only), ``create``, ``close``. `households` are those whose area is another
    now; `area_m2` the ground that changed hands.
    """

    kind: str
    level: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    households: int
    area_m2: float


@dataclass(frozen=True)
class Comparison:
    """Differences level by level, and measures of both states.

    `measures`: one row a level and measure, with `a`, `b`, `delta`. `flows`: one row a pair
    of areas between which households move: `level`, `before`, `after`, `households`.
    """

    differences: tuple[Difference, ...]
    measures: pd.DataFrame
    flows: pd.DataFrame

    def codes(self) -> set[str]:
        """Give every code whose area is no longer, or not the same ground."""
        kinds = ("rename", "recount")
        return {c for d in self.differences if d.kind not in kinds for c in d.before}


def compare(
    before: Fabric, after: Fabric, *, norms: Mapping[str, tuple[int, int]] | None = None
) -> Comparison:
    """Compare two states of one map; both have the same buildings and system.

    Households are followed building by building: one moves when the area over its
    building has another code.
    """
    found: list[Difference] = []
    flows: list[tuple[str, str, str, int]] = []
    for level in before.levels:
        old, new = _changed(before, after, level.name)
        moves = _moves(before, old, new)
        flows += [(level.name, o, n, h) for (o, n), (h, _) in moves.items() if o != n and h]
        found += _told(level.name, old, new, moves)
    measures = _measures(before, norms or {}).merge(
        _measures(after, norms or {}), on=["level", "measure"], suffixes=("_a", "_b")
    )
    measures = measures.rename(columns={"value_a": "a", "value_b": "b"})
    measures["delta"] = measures["b"] - measures["a"]
    table = pd.DataFrame(flows, columns=["level", "before", "after", "households"])
    return Comparison(tuple(found), measures, table)


def _changed(before: Fabric, after: Fabric, level: str) -> tuple[list[Area], list[Area]]:
    """Give the areas of a level that are not the same in both."""
    old = {k: a for k, a in before.areas.items() if k[0] == level}
    new = {k: a for k, a in after.areas.items() if k[0] == level}
    gone = [a for k, a in sorted(old.items()) if k not in new or not a.same(new[k])]
    come = [a for k, a in sorted(new.items()) if k not in old or not a.same(old[k])]
    return gone, come


def _moves(
    fabric: Fabric, old: Sequence[Area], new: Sequence[Area]
) -> dict[tuple[str, str], tuple[int, float]]:
    """Give households and ground that each old area shares with each new one."""
    if not old or not new:
        return {}
    shapes = np.array([a.shape for a in new], dtype=object)
    i, j = shapely.STRtree(shapes).query(
        np.array([a.shape for a in old], dtype=object), predicate="intersects"
    )
    common = shapely.intersection(np.array([old[k].shape for k in i], dtype=object), shapes[j])
    size = shapely.area(common)
    kept = size > LEAST_M2
    found = {}
    taken: set[int] = set()
    for o, n, ground, m2 in zip(i[kept], j[kept], common[kept], size[kept], strict=True):
        inside = [h for h in fabric.homes.within(ground).tolist() if h not in taken]
        taken.update(inside)
        households = int(fabric.homes.households[inside].sum())
        found[old[o].ref, new[n].ref] = households, float(m2)
    return found


def _told(
    level: str, old: Sequence[Area], new: Sequence[Area],
    moves: Mapping[tuple[str, str], tuple[int, float]],
) -> list[Difference]:  # fmt: skip
    olds, news = {a.ref: a for a in old}, {a.ref: a for a in new}
    groups = _groups(
        [pair for pair in moves if pair[0] != pair[1] and not (pair[0] in news and pair[1] in olds)]
    )
    found = []
    for befores, afters in groups:
        pairs = [m for p, m in moves.items() if p[0] in befores and p[1] in afters and p[0] != p[1]]
        kind = _kind(befores, afters, olds, news)
        found.append(_difference(kind, level, befores, afters, pairs))
    seen_old = {ref for befores, _ in groups for ref in befores}
    seen_new = {ref for _, afters in groups for ref in afters}
    for (one, other), move in sorted(moves.items()):
        if one != other and one in news and other in olds:
            found.append(_difference("move", level, (one,), (other,), [move]))
    for ref in sorted(olds.keys() - news.keys() - seen_old):
        found.append(Difference("close", level, (ref,), (), olds[ref].households, 0.0))
    for ref in sorted(news.keys() - olds.keys() - seen_new):
        found.append(Difference("create", level, (), (ref,), news[ref].households, 0.0))
    for ref in sorted(olds.keys() & news.keys()):
        kind = _record(olds[ref], news[ref])
        if kind:
            found.append(Difference(kind, level, (ref,), (ref,), 0, 0.0))
    return found


def _groups(
    pairs: Sequence[tuple[str, str]],
) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
    """Put together what hangs together: old areas and new areas that share ground."""
    groups: list[tuple[set[str], set[str]]] = []
    for one, other in sorted(pairs):
        hit = [g for g in groups if one in g[0] or other in g[1]]
        groups = [g for g in groups if g not in hit]
        groups.append(({one}.union(*(g[0] for g in hit)), {other}.union(*(g[1] for g in hit))))
    return sorted((tuple(sorted(a)), tuple(sorted(b))) for a, b in groups)


def _kind(
    befores: tuple[str, ...], afters: tuple[str, ...], olds: Mapping[str, Area],
    news: Mapping[str, Area],
) -> str:  # fmt: skip
    if len(befores) == 1 and len(afters) == 1:
        one, other = olds[befores[0]], news[afters[0]]
        if befores[0] in news:
            return "split"
        if afters[0] in olds:
            return "close"
        return "reparent" if one.above != other.above else "recode"
    if len(befores) == 1:
        return "split"
    return "merge" if len(afters) == 1 else "redivide"


def _record(one: Area, other: Area) -> str:
    if (one.name, one.kind) != (other.name, other.kind):
        return "rename"
    if one.parent != other.parent:
        return "reparent"
    moved = one.shape.symmetric_difference(other.shape).area > LEAST_M2
    return "recount" if one.households != other.households and not moved else ""


def _difference(
    kind: str, level: str, befores: tuple[str, ...], afters: tuple[str, ...],
    pairs: Sequence[tuple[int, float]],
) -> Difference:  # fmt: skip
    households = sum(h for h, _ in pairs)
    return Difference(kind, level, befores, afters, households, sum(m2 for _, m2 in pairs))


def _measures(fabric: Fabric, norms: Mapping[str, tuple[int, int]]) -> pd.DataFrame:
    rows: list[tuple[str, str, float]] = []
    for level in fabric.levels:
        areas = [a for a in fabric.of(level.name) if a.kind != "dedicated"]
        if not areas:
            continue
        homes = np.array([a.households for a in areas])
        rows += [
            (level.name, "areas", len(fabric.of(level.name))),
            (level.name, "households", float(sum(a.households for a in fabric.of(level.name)))),
            (level.name, "least", float(homes.min())),
            (level.name, "mean", round(float(homes.mean()), 1)),
            (level.name, "most", float(homes.max())),
            (level.name, "spread", round(float(homes.std()), 1)),
        ]
        if level.name in norms:
            low, high = norms[level.name]
            rows.append((level.name, "out_of_norm", float(((homes < low) | (homes > high)).sum())))
    return pd.DataFrame(rows, columns=["level", "measure", "value"])
