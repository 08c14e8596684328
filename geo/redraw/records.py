"""Changes of the record: names, codes, parents."""

from dataclasses import replace

import shapely

from geo.errors import BadInput, RuleBroken
from geo.layers import codes
from geo.redraw.area import Area
from geo.redraw.draft import Draft
from geo.redraw.heirs import reseated
from geo.redraw.operations import Recode, Rename, Reparent
from geo.redraw.shapes import components

_KINDS = ("comprehensive", "dedicated")


def rename(draft: Draft, op: Rename) -> str:
    """Give an area another name or kind."""
    area = draft.area(op.level, op.code)
    if op.kind and op.kind not in _KINDS:
        raise BadInput(f"no kind {op.kind!r}", zh=f"没有“{op.kind}”类型", hint=", ".join(_KINDS))
    draft.put(replace(area, name=op.name or area.name, kind=op.kind or area.kind))
    return f"{area.ref}：{op.name or op.kind}"


def recode(draft: Draft, op: Recode) -> str:
    """Give an area a code that was never given; those below follow.

    A code that is malformed, or given twice, may be put right this way as well.
    """
    area = draft.area(op.level, op.code)
    if area.level in codes.LENGTHS and not codes.is_legal(op.to, area.level):
        length = codes.LENGTHS[area.level]
        raise BadInput(
            f"{op.to} is no code of level {area.level}: {length} digits are needed",
            zh=f"{op.to} 不是合法编码，应为 {length} 位数字",
            where=[op.to],
        )
    given = {code for some in draft.fabric.given.values() for code in some}
    if op.to in given:
        raise RuleBroken(
            f"{op.to} was given before, and no code is given twice",
            zh=f"{op.to} 已使用过，编码不能重复使用",
            where=[op.to],
        )
    _renumbered(draft, area, op.to, area.parent, "recode")
    return f"{area.ref} → {op.to}"


def reparent(draft: Draft, op: Reparent) -> str:
    """Put an area under another parent, with its ground; it gets the next number there."""
    area = draft.area(op.level, op.code)
    above = draft.fabric.above(op.level)
    if above is None:
        raise BadInput(f"nothing is above level {op.level}", zh="该层级没有上级")
    parent = draft.area(above, op.parent)
    if parent.code == area.above:
        raise BadInput(f"{area.ref} is there already", zh=f"{area.ref} 已属于该上级")
    code = area.code
    if area.level in codes.LENGTHS and not area.code.startswith(parent.code):
        code = draft.fresh(op.level, parent.code, 1, like=area.code)[0]
    lies_there = shapely.intersection(area.shape, parent.shape).area > 0.5 * area.shape.area
    if (above, area.above) in draft.fabric.areas and not lies_there:
        draft.fit([area])
        area, parent = draft.area(*area.key), draft.area(*parent.key)
        pieces = components(parent.shape)
        draft.lift(op.level, area.shape, area.above, parent.code)
        if components(draft.area(above, parent.ref).shape) > pieces:
            raise RuleBroken(
                f"{area.ref} does not lie beside {parent.ref}",
                zh=f"{area.name or area.ref} 与 {parent.name or parent.ref} 不相邻",
                where=[area.ref, parent.ref],
            )
    _renumbered(draft, area, code, parent.code, "reparent")
    return f"{area.ref} → {code}"


def _renumbered(draft: Draft, area: Area, code: str, parent: str, kind: str) -> None:
    draft.drop(area)
    fresh = draft.put(replace(area, code=code, parent=parent, twin=0))
    if code != area.code:
        draft.link([area], [fresh], kind)
        if not area.twin:
            reseated(draft, area, code)
