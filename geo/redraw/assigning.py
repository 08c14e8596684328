"""Give the ground of buildings, of a lasso or of a block to another area."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import BadInput, NotFound, RuleBroken
from geo.redraw.area import Area, Shape
from geo.redraw.bordering import hand_over
from geo.redraw.cells import cells
from geo.redraw.draft import Draft
from geo.redraw.operations import Assign
from geo.redraw.shapes import edges, faces, joined

PLAIN_M = 0.5
"""The border between buildings is drawn no finer than this."""


def assign(draft: Draft, op: Assign) -> str:
    """Move ground to an area; pockets that are cut off are offered, or taken along."""
    to = draft.area(op.level, op.to)
    wanted = _wanted(draft, op, to)
    draft.fit([to, *(area for area, _ in wanted)])
    lines = [shapely.intersection(ground.boundary, a.shape) for a, ground in wanted]
    strokes = [line for line in lines if line.length > 0]
    cuts = draft.carve(strokes) if strokes else set()
    moved_any = False
    offered = False
    for area, ground in wanted:
        giver = draft.area(*area.key)
        pieces = faces(giver.shape, cuts)
        moved = [p for p in pieces if ground.intersects(p.point_on_surface())]
        moved = _reaching(moved, draft.area(*to.key))
        kept = [p for p in pieces if not any(p is m for m in moved)]
        pockets = _pockets(kept, giver)
        if moved and pockets and op.fill:
            moved = [*moved, *pockets]
        elif moved and pockets:
            draft.loose.add(giver.key)
            offered = True
        if moved:
            hand_over(draft, giver, draft.area(*to.key), moved, cuts)
            moved_any = True
    if not moved_any:
        raise RuleBroken(
            f"what was chosen does not touch {op.to}",
            zh=f"所选范围与 {to.name or to.ref} 不相邻",
            where=[op.to],
            hint="choose what lies at its border, or take what lies between along",
            hint_zh="请选择紧邻其边界的楼栋，或连同中间的楼栋一并选择",
        )
    if offered:
        draft.offers.append(replace(op, fill=True))
    return f"→ {to.ref}"


def _wanted(draft: Draft, op: Assign, to: Area) -> list[tuple[Area, BaseGeometry]]:
    """Give each area that loses ground, and the ground; by reference."""
    if op.block is not None:
        near = [a for a in draft.near(op.block, op.level) if a.key != to.key]
        hit = [a for a in near if shapely.intersection(a.shape, op.block).area > 0]
        return [(a, op.block) for a in hit]
    chosen = _chosen(draft, op)
    found = []
    for area in _homes_of(draft, op.level, chosen):
        if area.key == to.key:
            continue
        inside = draft.fabric.homes.within(area.shape)
        mine = np.flatnonzero(np.isin(inside, chosen))
        own = cells(area.shape, draft.fabric.homes.shapes[inside].tolist())
        ground = shapely.union_all([own[i] for i in mine.tolist()])
        found.append((area, shapely.simplify(ground, PLAIN_M)))
    if not found:
        raise BadInput("no building to assign was chosen", zh="没有选中需要划转的楼栋")
    return found


def _chosen(draft: Draft, op: Assign) -> npt.NDArray[np.int64]:
    people = draft.fabric.homes
    missing = [b for b in op.buildings if b not in people.at]
    if missing:
        raise NotFound(f"no building {missing[0]}", zh=f"没有楼栋 {missing[0]}", where=missing)
    chosen = [people.at[b] for b in op.buildings]
    if op.lasso is not None:
        chosen += people.within(op.lasso).tolist()
    return np.unique(np.array(chosen, dtype=np.int64))


def _homes_of(draft: Draft, level: str, chosen: npt.NDArray[np.int64]) -> list[Area]:
    found: dict[str, Area] = {}
    for i in chosen.tolist():
        point = draft.fabric.homes.points[i]
        over = [a for a in draft.near(point, level) if a.shape.intersects(point)]
        found |= {a.ref: a for a in over[:1]}
    return [found[ref] for ref in sorted(found)]


def _reaching(pieces: list[Shape], to: Area) -> list[Shape]:
    """Keep the pieces that hang together with the taker through common borders."""
    border = edges(to.shape)
    kept: list[Shape] = []
    left = list(pieces)
    while True:
        near = [p for p in left if edges(p) & border]
        if not near:
            return kept
        kept += near
        for piece in near:
            border |= edges(piece)
        left = [p for p in left if not any(p is n for n in near)]


def _pockets(kept: Sequence[Shape], giver: Area) -> list[Shape]:
    """Give what would be cut off from the main piece of an area."""
    if not kept:
        return []
    main = max(kept, key=lambda p: p.area)
    whole = joined(list(kept))
    parts = [p for p in shapely.get_parts(whole) if not p.intersects(main.point_on_surface())]
    cut_off = []
    for part in parts:
        members = [k for k in kept if part.intersects(k.point_on_surface())]
        alone_before = any(
            abs(part.area - old.area) < 1e-6 and old.intersects(part.point_on_surface())
            for old in shapely.get_parts(giver.shape)
        )
        if not alone_before:
            cut_off += members
    return cut_off
