"""Split an area along a line or a street."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from shapely.geometry.base import BaseGeometry

from geo.errors import RuleBroken
from geo.redraw.area import Area, Shape
from geo.redraw.draft import Draft
from geo.redraw.heirs import Heir, reseat
from geo.redraw.lines import across, under
from geo.redraw.operations import Split, SplitAlong
from geo.redraw.shapes import Edge, border_m, faces, joined

THIN_M = 2.0
"""A piece that is narrower than this everywhere is no area; it joins its neighbour."""


def split(draft: Draft, op: Split) -> str:
    """Cut along a drawn line: as many areas as it makes pieces, at least two."""
    area = draft.area(op.level, op.code) if op.code else under(draft.fabric, op.level, op.line)
    return cut(draft, area, op.line, op.names)


def split_along(draft: Draft, op: SplitAlong) -> str:
    """Cut along a street: two areas, small pieces with the neighbour they lie at."""
    area = draft.area(op.level, op.code) if op.code else under(draft.fabric, op.level, op.street)
    return cut(draft, area, op.street, op.names, most=2)


def cut(
    draft: Draft, area: Area, line: BaseGeometry, names: Sequence[str], *, most: int | None = None
) -> str:
    """Cut an area along a line, and all that belongs to it."""
    draft.fit([area])
    lines = across(line, area.shape)
    if not lines:
        raise _unsplit(area)
    cuts = draft.carve(lines)
    area = draft.area(area.level, area.ref)
    groups = gathered(faces(area.shape, cuts), area, most)
    if len(groups) < 2:
        raise _unsplit(area)
    parts = part(draft, area, groups, cuts, names)
    return f"{area.ref} → {'、'.join(p.code for p in parts)}"


def part(
    draft: Draft,
    area: Area,
    grounds: Sequence[Shape],
    cuts: AbstractSet[Edge],
    names: Sequence[str],
) -> list[Area]:
    """Close an area and make new ones of its grounds, numbered from the west."""
    order = sorted(grounds, key=lambda g: (g.centroid.x, -g.centroid.y))
    named = {id(g): n for g, n in zip(sorted(order, key=lambda g: -g.area), names, strict=False)}
    fresh = draft.fresh(area.level, area.above, len(order), like=area.code)
    shares = draft.portions(area, order)
    draft.drop(area)
    parts = [
        draft.put(
            replace(
                area, code=code, name=named.get(id(ground), _name(area.name, i)), shape=ground,
                households=people[0], residents=people[1], twin=0,
            )
        )
        for i, (code, ground, people) in enumerate(zip(fresh, order, shares, strict=True))
    ]  # fmt: skip
    draft.link([area], parts, "split")
    reseat(draft, area, [Heir(p.shape, p.code, new=True) for p in parts], cuts)
    return parts


def gathered(pieces: Sequence[Shape], area: Area, most: int | None) -> list[Shape]:
    """Join pieces that are no areas (parts that were apart before, slivers) to neighbours."""
    left = sorted(pieces, key=lambda p: (-p.area, p.bounds))
    while len(left) > 1:
        thin = [p for p in left if p.buffer(-THIN_M / 2).is_empty]
        smallest = thin[-1] if thin else left[-1] if most and len(left) > most else None
        if smallest is None:
            smallest = next((p for p in reversed(left) if _alone(p, left)), None)
        if smallest is None:
            break
        others = [p for p in left if p is not smallest]
        into = max(others, key=lambda p: (border_m(p, smallest), -p.distance(smallest), p.area))
        left = [joined([p, smallest]) if p is into else p for p in others]
        left.sort(key=lambda p: (-p.area, p.bounds))
    return left


def _alone(piece: Shape, others: Sequence[Shape]) -> bool:
    """Say whether a piece has no common border with another: the cut did not make it."""
    return all(border_m(piece, other) == 0 for other in others if other is not piece)


def _name(name: str, i: int) -> str:
    return f"{name}-{i + 1}" if name else ""


def _unsplit(area: Area) -> RuleBroken:
    return RuleBroken(
        f"the line does not part {area.ref}",
        zh=f"所画的线没有把 {area.name or area.ref} 分开",
        where=[area.ref],
        hint="draw it from one side of the area to the other",
        hint_zh="请从区域的一侧画到另一侧",
    )


__all__ = ["cut", "gathered", "part", "split", "split_along"]
