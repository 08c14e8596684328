"""Put right what came in wrong: ground nobody holds, ground held twice, borders that nearly meet.

Counts of record stand where they had counted the people concerned already: an area's new
count is the old one, or the old one with (without) those on the ground that came (went),
whichever is nearer to the buildings now inside.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo import coords
from geo.errors import BadInput, RuleBroken
from geo.redraw.area import Area, Shape
from geo.redraw.draft import Draft
from geo.redraw.heirs import Heir, reseat, reseated
from geo.redraw.homes import Ints
from geo.redraw.noding import SNAP_M
from geo.redraw.operations import Fill, Repair, Settle, Snap
from geo.redraw.shapes import Edge, border_m, edges, faces, free, joined, polygonal, without


def fill(draft: Draft, op: Fill) -> str:
    """Take what nobody holds into an area, and level by level into those below it."""
    ground = _drawn(op.ground)
    _meet(draft, draft.near(ground, op.level))
    cuts = draft.carve([ground.boundary])
    pieces = _free(draft, op.level, ground, cuts)
    if not pieces:
        raise RuleBroken("nobody lacks that ground", zh="所给范围内没有空白")
    to = draft.area(op.level, op.to) if op.to else _longest(draft.near(ground, op.level), pieces)
    if to is None or not any(border_m(to.shape, piece) for piece in pieces):
        raise RuleBroken("no area lies beside that ground", zh="空白旁边没有可并入的区域")
    _take_in(draft, to, [p for p in pieces if border_m(to.shape, p)])
    _fill_below(draft, to, ground, cuts)
    return f"+ {to.ref}"


def settle(draft: Draft, op: Settle) -> str:
    """Cut ground out of all areas of the level but one, and out of the areas below them."""
    ground = _drawn(op.ground)
    _meet(draft, draft.near(ground, op.level))
    cuts = draft.carve([ground.boundary])
    to = draft.area(op.level, op.to)
    givers = [a for a in draft.near(ground, op.level) if a.key != to.key]
    left = [giver.ref for giver in givers if _leave(draft, giver, to, ground, cuts)]
    if not left:
        raise RuleBroken(
            f"{op.to} shares that ground with nobody", zh="该范围没有与其他区域重叠", where=[op.to]
        )
    _fill_below(draft, draft.area(*to.key), ground, cuts)
    return f"{'、'.join(left)} | {to.ref}"


def snap(draft: Draft, op: Snap) -> str:
    """Move vertices of the second area onto those of the first, then node both with all around."""
    one, other = (draft.area(op.level, code) for code in op.codes)
    _meet(draft, [one, other])
    if all(a.shape is draft.area(*a.key).shape for a in (one, other)):
        raise RuleBroken("the borders meet already", zh="两边的边界已经贴合", where=list(op.codes))
    return f"{one.ref} = {other.ref}"


def _meet(draft: Draft, areas: Sequence[Area]) -> None:
    """Give areas common vertices: those closer than the tolerance become that of the first."""
    owned = [sorted({p for e in edges(area.shape) for p in e}) for area in areas]
    points = list(dict.fromkeys(p for some in owned for p in some))
    dots = shapely.points(points)
    near = shapely.STRtree(dots).query(dots, predicate="dwithin", distance=SNAP_M).T
    first: dict[int, int] = {}
    for i, j in sorted(near[near[:, 0] > near[:, 1]].tolist()):
        if j not in first:  # what moves itself draws nobody
            first.setdefault(i, j)
    moved = {points[i]: points[j] for i, j in first.items()}
    draft.shift(moved, shapely.union_all([shapely.box(*a.shape.bounds) for a in areas]))
    draft.fit([draft.area(*area.key) for area in areas])


def repair(draft: Draft, op: Repair) -> str:
    """Keep the ground that a broken outline encloses."""
    area = draft.area(op.level, op.code)
    if area.shape.is_valid:
        raise RuleBroken(
            f"the outline of {area.ref} is sound", zh=f"{area.ref} 的边界没有问题", where=[area.ref]
        )
    sound = shapely.make_valid(area.shape, method="structure", keep_collapsed=False)
    moved = shapely.transform(sound, lambda xy: coords.settled(xy, draft.fabric.crs))
    repaired = draft.restate(area, polygonal(moved))
    draft.loose.add(repaired.key)
    return f"{area.ref} ✓"


def _drawn(ground: BaseGeometry) -> Shape:
    drawn = polygonal(shapely.force_2d(ground))
    if drawn.is_empty or not drawn.is_valid:
        raise BadInput("the ground is no valid polygon", zh="所给范围不是有效的多边形")
    return drawn


def _free(draft: Draft, level: str, ground: Shape, cuts: AbstractSet[Edge]) -> list[Shape]:
    near = [a.shape for a in draft.near(ground, level)]
    return [f for f in free(near, cuts) if ground.intersects(f.point_on_surface())]


def _longest(areas: Sequence[Area], pieces: Sequence[Shape]) -> Area | None:
    lengths = [sum(border_m(a.shape, p) for p in pieces) for a in areas]
    return areas[int(np.argmax(lengths))] if lengths and max(lengths) > 0 else None


def _take_in(draft: Draft, to: Area, pieces: Sequence[Shape]) -> None:
    to = draft.area(*to.key)
    draft.gained += [(to.level, piece) for piece in pieces]
    _recounted(draft, to, joined([to.shape, *pieces]))


def _fill_below(draft: Draft, parent: Area, ground: Shape, cuts: AbstractSet[Edge]) -> None:
    below = draft.fabric.below(parent.level)
    if below is None or parent.twin:
        return
    for piece in _free(draft, below, ground, cuts):
        children = draft.children(draft.area(*parent.key), level=below)
        into = _longest(children, [piece])
        if into is not None:
            _take_in(draft, into, [piece])
            _fill_below(draft, into, piece, cuts)


def _leave(draft: Draft, giver: Area, to: Area, ground: Shape, cuts: AbstractSet[Edge]) -> bool:
    """Cut what an area shares with another out of it, and out of its children; say whether."""
    giver = draft.area(*giver.key)
    held = draft.area(*to.key).shape
    inner = [(face, face.point_on_surface()) for face in faces(giver.shape, cuts)]
    gone = [face for face, at in inner if ground.intersects(at) and held.intersects(at)]
    if not gone:
        return False
    draft.gained += [(giver.level, face) for face in gone]
    left = without(giver.shape, joined(gone))
    if left.is_empty:
        draft.drop(giver)
        draft.link([giver], [to], "close")
        reseated(draft, giver, to.code)
        return True
    _recounted(draft, giver, left)
    below = draft.fabric.below(giver.level)
    for child in draft.children(giver, level=below) if below else []:
        for other in draft.children(draft.area(*to.key), level=child.level):
            if shapely.intersection(child.shape, other.shape).area > 0:
                _leave(draft, child, other, ground, cuts)
    heirs = [Heir(left, giver.code, new=False), Heir(joined(gone), to.code, new=False)]
    reseat(draft, giver, heirs, cuts)
    return True


def _recounted(draft: Draft, area: Area, shape: Shape) -> Area:
    homes = draft.fabric.homes
    was, now = (homes.within(ground) for ground in (area.shape, shape))

    def count(recorded: int, people: Ints) -> int:
        there = int(people[now].sum())
        other = max(recorded + there - int(people[was].sum()), 0)
        return min((recorded, other), key=lambda n: abs(n - there))

    households = count(area.households, homes.households)
    residents = count(area.residents, homes.residents)
    return draft.put(replace(area, shape=shape, households=households, residents=residents))
