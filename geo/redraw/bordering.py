"""Give the border between two areas a new course."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import numpy as np
import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from geo.errors import RuleBroken
from geo.redraw.area import Area, Shape
from geo.redraw.draft import Draft
from geo.redraw.heirs import Heir, reseat
from geo.redraw.lines import ON_M, across
from geo.redraw.operations import MoveBorder
from geo.redraw.shapes import Edge, edges, faces, joined


def move_border(draft: Draft, op: MoveBorder) -> str:
    """Move what lies between the old border and the new course to the other side."""
    one, other = (draft.area(op.level, code) for code in op.codes)
    if one.key == other.key or one.shape.intersection(other.shape).length < 0.1:
        raise RuleBroken(
            f"{one.ref} and {other.ref} share no border",
            zh=f"{one.name or one.ref} 与 {other.name or other.ref} 没有公共边界",
            where=[one.ref, other.ref],
        )
    draft.fit([one, other])
    one, other = draft.area(*one.key), draft.area(*other.key)
    redrawn(draft, one, other, _attached(op.course, one, other))
    return f"{one.ref} ⇄ {other.ref}"


def redrawn(draft: Draft, one: Area, other: Area, course: BaseGeometry) -> None:
    """Let a course that reaches the ends of a border, or comes back to it, part two areas."""
    old = _shared(one, other)
    lines = across(course, joined([one.shape, other.shape]), until=old)
    if not lines:
        raise _nothing_moves(one, other)
    cuts = draft.carve(lines)
    one, other = draft.area(*one.key), draft.area(*other.key)
    mine, theirs = faces(one.shape, cuts), faces(other.shape, cuts)
    go, come = _sides(mine, theirs, one, other, cuts)
    if not go and not come:
        raise _nothing_moves(one, other)
    exchange(draft, one, other, go, come, cuts)


def _nothing_moves(one: Area, other: Area) -> RuleBroken:
    return RuleBroken(
        "the new course moves nothing",
        zh="新的边界走向没有改变任何范围",
        where=[one.ref, other.ref],
        hint="draw it from one end of the border to the other, or from the old border back to it",
        hint_zh="请从公共边界的一端画到另一端，或从旧边界画出再画回旧边界",
    )


def exchange(  # noqa: PLR0917
    draft: Draft, one: Area, other: Area, go: Sequence[Shape], come: Sequence[Shape],
    cuts: AbstractSet[Edge],
) -> None:  # fmt: skip
    """Give the pieces `go` of one area to another, and take `come` for them."""
    for giver, taker, moved in ((one, other, go), (other, one, come)):
        if moved:
            hand_over(draft, giver, taker, moved, cuts)


def hand_over(
    draft: Draft, giver: Area, taker: Area, moved: Sequence[Shape], cuts: AbstractSet[Edge]
) -> None:
    """Move pieces of an area to another, and between their parents, and the areas below."""
    giver, taker = draft.area(*giver.key), draft.area(*taker.key)
    gone = {p.normalize().wkb for p in moved}
    kept: list[Shape] = [f for f in faces(giver.shape, cuts) if f.normalize().wkb not in gone]
    if not kept:
        raise RuleBroken(
            f"nothing would be left of {giver.ref}",
            zh=f"{giver.name or giver.ref} 将不剩任何范围",
            where=[giver.ref],
            hint="merge the two areas instead",
            hint_zh="请改用合并",
        )
    people = draft.take(giver, kept, moved)
    draft.give(draft.area(*taker.key), moved, people)
    ground = joined(moved)
    draft.lift(giver.level, ground, giver.above, taker.above)
    heirs = [Heir(joined(kept), giver.code, new=False), Heir(ground, taker.code, new=False)]
    reseat(draft, giver, heirs, cuts)


def _attached(course: LineString, one: Area, other: Area) -> LineString:
    """Lead the ends of a course to the old border where that is nearer than the outer one."""
    old = _shared(one, other)
    outer = joined([one.shape, other.shape]).boundary
    xy = shapely.get_coordinates(shapely.force_2d(course))
    ends = []
    for end in (xy[0], xy[-1]):
        tip = shapely.Point(end)
        if ON_M < tip.distance(old) < tip.distance(outer):
            line = shapely.shortest_line(tip, old)
            ends.append(shapely.get_coordinates(line)[1:])
        else:
            ends.append(np.empty((0, 2)))
    return LineString(np.concatenate([ends[0], xy, ends[1]]))


def _shared(one: Area, other: Area) -> BaseGeometry:
    shared: BaseGeometry = shapely.multilinestrings(sorted(edges(one.shape) & edges(other.shape)))
    return shared


def _sides(
    mine: Sequence[Shape], theirs: Sequence[Shape], one: Area, other: Area, cuts: AbstractSet[Edge]
) -> tuple[list[Shape], list[Shape]]:
    """Tell which pieces change hands.

    Where the course parts the two together, each side belongs to the area that has more
    of it; else the largest piece of each area stays and the others go.
    """
    old = edges(one.shape) & edges(other.shape)
    both = joined([one.shape, other.shape])
    sides = faces(both, cuts)
    if len(sides) == 2:
        share = [sum(p.area for p in mine if _holds(side, p)) for side in sides]
        also = [sum(p.area for p in theirs if _holds(side, p)) for side in sides]
        own = 0 if share[0] + also[1] >= share[1] + also[0] else 1
        go = [p for p in mine if not _holds(sides[own], p)]
        come = [p for p in theirs if _holds(sides[own], p)]
        return go, come
    rest = [sorted(pieces, key=lambda p: -p.area)[1:] for pieces in (mine, theirs)]
    return _bordering(rest[0], old), _bordering(rest[1], old)


def _holds(side: Shape, piece: Shape) -> bool:
    return bool(side.intersects(piece.point_on_surface()))


def _bordering(pieces: Sequence[Shape], old: AbstractSet[Edge]) -> list[Shape]:
    return [p for p in pieces if edges(p) & old]
