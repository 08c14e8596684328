"""Merge neighbours, and close an area into one."""

from dataclasses import replace

from geo.errors import BadInput, RuleBroken
from geo.redraw.area import Area
from geo.redraw.draft import Draft
from geo.redraw.heirs import reseated
from geo.redraw.operations import Close, Merge
from geo.redraw.shapes import border_m, components, joined


def merge(draft: Draft, op: Merge) -> str:
    """Make one area of several; those below follow with new numbers."""
    areas = [draft.area(op.level, code) for code in dict.fromkeys(op.codes)]
    if len(areas) < 2:
        raise BadInput(
            "a merge needs two areas or more", zh="合并至少需要两个区域", where=list(op.codes)
        )
    if len({a.above for a in areas}) > 1:
        raise RuleBroken(
            "the areas belong to different parents",
            zh="这些区域不属于同一个上级",
            where=[a.ref for a in areas],
            hint="put them under one parent first (reparent)",
            hint_zh="请先调整隶属关系",
        )
    draft.fit(areas)
    areas = [draft.area(*a.key) for a in areas]
    shape = joined([a.shape for a in areas])
    if components(shape) > sum(components(a.shape) for a in areas) - len(areas) + 1:
        raise _apart(areas)
    main = max(areas, key=lambda a: (a.households, a.shape.area))
    code = draft.fresh(op.level, main.above, 1, like=main.code)[0]
    for area in areas:
        draft.drop(area)
    merged = draft.put(
        replace(
            main, code=code, name=op.name or main.name, shape=shape, twin=0,
            households=sum(a.households for a in areas), residents=sum(a.residents for a in areas),
        )
    )  # fmt: skip
    draft.loose.add(merged.key)
    draft.link(areas, [merged], "merge")
    for area in areas:
        reseated(draft, area, code)
    return f"{'、'.join(a.ref for a in areas)} → {code}"


def close(draft: Draft, op: Close) -> str:
    """Close an area: its ground, people and children go to a neighbour, which keeps its code."""
    area = draft.area(op.level, op.code)
    into = draft.area(op.level, op.into) if op.into else _nearest(draft, area)
    if into.key == area.key:
        raise BadInput("an area cannot be closed into itself", zh="区域不能并入自身")
    draft.fit([area])
    area, into = draft.area(*area.key), draft.area(*into.key)
    if components(joined([area.shape, into.shape])) >= components(area.shape) + components(
        into.shape
    ):
        raise _apart([area, into])
    draft.drop(area)
    taker = draft.give(into, [area.shape], (area.households, area.residents))
    draft.loose.add(taker.key)
    draft.lift(area.level, area.shape, area.above, into.above)
    draft.link([area], [taker], "close")
    reseated(draft, area, into.code)
    return f"{area.ref} ⇒ {into.ref}"


def _nearest(draft: Draft, area: Area) -> Area:
    near = [a for a in draft.near(area.shape, area.level) if a.key != area.key]
    near = [a for a in near if a.above == area.above] or near
    if not near or not any(border_m(area.shape, a.shape) for a in near):
        raise RuleBroken(f"{area.ref} has no neighbour", zh=f"{area.ref} 没有相邻区域")
    return max(near, key=lambda a: (border_m(area.shape, a.shape), a.ref))


def _apart(areas: list[Area]) -> RuleBroken:
    return RuleBroken(
        f"{', '.join(a.ref for a in areas)} are no neighbours",
        zh=f"{'、'.join(a.name or a.ref for a in areas)} 互不相邻，不能合并",
        where=[a.ref for a in areas],
        hint="choose areas that share a border",
        hint_zh="请选择有公共边界的区域",
    )
