"""What becomes of the areas below when ground changes its owner.

A child that goes whole to another parent gets a number there. One that is cut stays, in
what is left of it, with its parent; the rest joins the child of the new parent with which
it has the longest border. Where the old parent is closed (a split) the parts become areas
of their own. Pieces that would lie apart join a neighbour as well.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo.redraw.area import Area, Shape
from geo.redraw.draft import Draft
from geo.redraw.shapes import Edge, border_m, faces, joined


@dataclass(frozen=True)
class Heir:
    """Who owns a ground from now on; `new` when it is no area that lived before."""

    ground: Shape
    code: str
    new: bool


@dataclass(frozen=True)
class _Fragment:
    source: Area
    shape: Shape
    people: tuple[int, int]
    heir: int


def reseat(draft: Draft, parent: Area, heirs: Sequence[Heir], cuts: AbstractSet[Edge]) -> None:
    """Give the children of an area to the heirs of its ground, level by level.

    Parameters
    ----------
    parent : Area
        As it was before.
    heirs : sequence of Heir
        Their grounds part the ground of `parent`.
    cuts : set of edges
        The noded cut between them.
    """
    below = draft.fabric.below(parent.level)
    if below is None:
        return
    fragments: list[_Fragment] = []
    later: list[tuple[Area, list[Heir]]] = []
    for child in draft.children(parent, level=below):
        pieces = _owned(child, heirs, cuts)
        if len(pieces) == 1:
            at = next(iter(pieces))
            if heirs[at].code != child.above:
                later.append((child, [_moved(draft, child, parent, heirs[at].code)]))
            continue
        later.append((child, _parted(draft, child, heirs, pieces, fragments)))
    for fragment in fragments:
        _settle(draft, fragment, heirs, later)
    for child, grounds in later:
        reseat(draft, child, grounds, cuts)


def reseated(draft: Draft, parent: Area, code: str) -> None:
    """Give all children of an area to another code, uncut."""
    reseat(draft, parent, [Heir(parent.shape, code, new=False)], set())


def _owned(child: Area, heirs: Sequence[Heir], cuts: AbstractSet[Edge]) -> dict[int, list[Shape]]:
    if len(heirs) == 1:
        return {0: [child.shape]}
    found: dict[int, list[Shape]] = {}
    for face in faces(child.shape, cuts):
        inner = face.point_on_surface()
        at = next((i for i, h in enumerate(heirs) if h.ground.intersects(inner)), None)
        if at is None:
            at = int(np.argmin([h.ground.distance(inner) for h in heirs]))
        found.setdefault(at, []).append(face)
    return found


def _moved(draft: Draft, child: Area, parent: Area, code: str) -> Heir:
    """Put a whole child under another parent; its number follows when it is told by the parent."""
    draft.drop(child)
    own = child.code
    if child.code.startswith(parent.code):
        own = draft.fresh(child.level, code, 1, like=child.code)[0]
    moved = draft.put(replace(child, code=own, parent=code, twin=0))
    if own != child.code:
        draft.link([child], [moved], "reparent")
    return Heir(child.shape, own, new=False)


def _parted(
    draft: Draft, child: Area, heirs: Sequence[Heir], pieces: dict[int, list[Shape]],
    fragments: list[_Fragment],
) -> list[Heir]:  # fmt: skip
    """Part a child among heirs; what lies apart or goes to an old area is kept for later."""
    order = sorted(pieces)
    grounds = [joined(pieces[i]) for i in order]
    people = draft.portions(child, grounds)
    stays = next((i for i in order if heirs[i].code == child.above), None)
    if stays is None and not any(heirs[i].new for i in order):
        stays = max(order, key=lambda i: joined(pieces[i]).area)
    given: list[Heir] = []
    born: list[Area] = []
    draft.drop(child)
    for i, ground, (households, residents) in zip(order, grounds, people, strict=True):
        keeps, makes = i == stays, heirs[i].new
        if not (keeps or makes):
            fragments.append(_Fragment(child, ground, (households, residents), i))
            continue
        main, rest = _main(ground) if keeps or len(order) > 1 else (ground, [])
        shares = draft.portions(
            replace(child, households=households, residents=residents), [main, *rest]
        )
        own = child.code if keeps and heirs[i].code == child.above else ""
        own = own or draft.fresh(child.level, heirs[i].code, 1, like=child.code)[0]
        area = replace(
            child, code=own, parent=heirs[i].code, shape=main,
            households=shares[0][0], residents=shares[0][1],
            twin=child.twin if own == child.code else 0,
        )  # fmt: skip
        born.append(draft.put(area))
        given.append(Heir(main, own, new=own != child.code))
        fragments += [_Fragment(child, r, p, i) for r, p in zip(rest, shares[1:], strict=True)]
    draft.link([child], [a for a in born if a.code != child.code], "split")
    return given


def _main(ground: Shape) -> tuple[Shape, list[Shape]]:
    parts = sorted(shapely.get_parts(ground), key=lambda p: -p.area)
    return parts[0], parts[1:]


def _settle(
    draft: Draft, fragment: _Fragment, heirs: Sequence[Heir], later: list[tuple[Area, list[Heir]]]
) -> None:
    """Join a fragment to the sibling with the longest common border, or make it an area."""
    code = heirs[fragment.heir].code
    level = fragment.source.level
    siblings = [a for a in draft.near(fragment.shape, level) if a.above == code]
    lengths = [border_m(fragment.shape, a.shape) for a in siblings]
    if lengths and max(lengths) > 0:
        into = siblings[int(np.argmax(lengths))]
        draft.give(into, [fragment.shape], fragment.people)
        heir = Heir(fragment.shape, into.code, new=False)
    else:
        own = draft.fresh(level, code, 1, like=fragment.source.code)[0]
        made = draft.put(
            replace(
                fragment.source, code=own, parent=code, shape=fragment.shape, twin=0,
                households=fragment.people[0], residents=fragment.people[1],
            )
        )  # fmt: skip
        draft.link([fragment.source], [made], "split")
        heir = Heir(fragment.shape, own, new=True)
    for source, grounds in later:
        if source is fragment.source:
            grounds.append(heir)
            continue
        for k, known in enumerate(grounds):
            if known.code == heir.code:  # the sibling's own children must find it in there
                grounds[k] = replace(known, ground=joined([known.ground, fragment.shape]))
