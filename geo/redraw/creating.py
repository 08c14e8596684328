"""Draw a new area: out of others, or where there is none."""

from collections.abc import Set as AbstractSet

import shapely

from geo.errors import BadInput, RuleBroken
from geo.layers import codes
from geo.redraw.area import Area, Shape
from geo.redraw.bordering import hand_over
from geo.redraw.draft import Draft
from geo.redraw.operations import Create
from geo.redraw.shapes import Edge, edges, faces, free, joined, polygonal


def create(draft: Draft, op: Create) -> str:
    """Cut the drawn ground out of the areas that hold it, and take in what nobody holds.

    Ground that is wholly inside the area above is used; an area that lies wholly in the
    drawn ground is closed by another operation first.
    """
    drawn = polygonal(shapely.force_2d(op.ground))
    if drawn.is_empty or not drawn.is_valid:
        raise BadInput("the drawn ground is no valid polygon", zh="所画的范围不是有效的多边形")
    parent = _parent(draft, op, drawn)
    if parent is not None:
        drawn = polygonal(shapely.intersection(drawn, parent.shape))
    near = draft.near(drawn, op.level)
    draft.fit(near)
    cuts = draft.carve([drawn.boundary])
    givers = [draft.area(*a.key) for a in near]
    taken: list[tuple[Area, list[Shape]]] = []
    for giver in givers:
        inside = [f for f in faces(giver.shape, cuts) if drawn.intersects(f.point_on_surface())]
        if inside:
            taken.append((giver, list(inside)))
    empty = _empty(draft, drawn, givers, parent, cuts)
    if not taken and not empty:
        raise RuleBroken("the drawn ground is empty", zh="所画范围内没有可用的区域")
    new = _born(draft, op, parent, taken, empty)
    for giver, pieces in taken:
        hand_over(draft, giver, draft.area(*new.key), pieces, cuts)
        draft.link([giver], [new], "create")
    return f"+ {new.code}"


def _parent(draft: Draft, op: Create, drawn: Shape) -> Area | None:
    above = draft.fabric.above(op.level)
    if above is None:
        return None
    if op.parent:
        return draft.area(above, op.parent)
    near = draft.near(drawn, above)
    if not near:
        raise RuleBroken("the drawn ground lies in no parent", zh="所画范围不在任何上级区域内")
    return max(near, key=lambda a: (shapely.intersection(a.shape, drawn).area, a.ref))


def _empty(
    draft: Draft, drawn: Shape, near: list[Area], parent: Area | None, cuts: AbstractSet[Edge],
) -> list[Shape]:  # fmt: skip
    """Give the faces of the drawn ground that no area holds."""
    whole = shapely.union_all([a.shape for a in near]) if near else shapely.Polygon()
    if drawn.difference(whole).area < 0.01:
        return []
    rim = edges(draft.area(*parent.key).shape) if parent is not None else set()
    found = free([a.shape for a in near], cuts | rim)
    return [face for face in found if drawn.intersects(face.point_on_surface())]


def _born(
    draft: Draft, op: Create, parent: Area | None, taken: list[tuple[Area, list[Shape]]],
    empty: list[Shape],
) -> Area:  # fmt: skip
    code = op.code
    above = parent.code if parent is not None else ""
    if not code:
        like = taken[0][0].code if taken else "area"
        code = draft.fresh(op.level, above, 1, like=like)[0]
    elif op.level in codes.LENGTHS and not codes.is_legal(code, op.level):
        raise BadInput(f"{code} is no code of this level", zh=f"{code} 不是合法编码")
    if any(a.code == code for a in draft.fabric.areas.values()):
        raise RuleBroken(f"{code} is given", zh=f"编码 {code} 已被使用", where=[code])
    seed = joined(empty) if empty else shapely.Polygon()
    people = (0, 0)
    if empty:
        draft.gained.append((op.level, seed))
        households, residents = draft.fabric.homes.weights([seed])
        people = (households[0], residents[0])
    made = Area(op.level, code, op.name, op.kind, above, *people, seed)
    return draft.put(made)
