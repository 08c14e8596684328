"""Divide all ground of a parent anew, as a proposal has it."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import BadInput
from geo.redraw.area import Area, Shape
from geo.redraw.draft import Draft
from geo.redraw.heirs import Heir, reseat
from geo.redraw.operations import Redivide
from geo.redraw.shapes import Edge, border_m, edges, faces, joined
from geo.redraw.splitting import THIN_M


@dataclass
class _Plot:
    """A proposed area: its pieces, each with the old area that it comes of (None: nobody's)."""

    number: int
    pieces: list[tuple[Shape, Area | None]] = field(default_factory=list)
    code: str = ""

    @property
    def ground(self) -> Shape:
        return joined([piece for piece, _ in self.pieces])

    def of(self, area: Area | None) -> float:
        """Measure the ground that comes of an old area."""
        return sum(p.area for p, a in self.pieces if a is area)


def redivide(draft: Draft, op: Redivide) -> str:
    """Node the proposal with everything, then let each piece of ground fall to its area."""
    above = draft.fabric.above(op.level)
    if above is None or not op.grounds:
        raise BadInput("there is nothing to divide", zh="没有可划分的范围或方案为空")
    parent = draft.area(above, op.parent)
    draft.fit([parent, *draft.children(parent, level=op.level)])
    grounds = [shapely.make_valid(shapely.force_2d(g)) for g in op.grounds]
    strokes = [shapely.intersection(g.boundary, parent.shape) for g in grounds]
    cuts = draft.carve([s for s in strokes if s.length > 0])
    parent = draft.area(above, op.parent)
    olds = draft.children(parent, level=op.level)
    plots = _plotted(draft, parent, olds, grounds, cuts)
    keepers = _keepers(olds, plots)
    if _unchanged(olds, plots, keepers):
        return f"{op.parent}：="
    new = [plot for plot in plots if plot.number not in keepers]
    like = olds[0].code if olds else parent.code
    fresh = draft.fresh(op.level, parent.code, len(new), like=like) if new else []
    for plot, code in zip(new, fresh, strict=True):
        plot.code = code
    for plot in plots:
        plot.code = plot.code or keepers[plot.number].code
    _settle(draft, op, parent, olds, plots, keepers, cuts)
    return f"{op.parent}：{len(olds)} → {len(plots)}"


def _plotted(
    draft: Draft, parent: Area, olds: Sequence[Area], grounds: Sequence[BaseGeometry],
    cuts: AbstractSet[Edge],
) -> list[_Plot]:  # fmt: skip
    """Give each face of the parent's ground to the proposed ground that holds it."""
    pieces: list[tuple[Shape, Area | None]] = []
    for old in olds:
        pieces += [(face, old) for face in faces(old.shape, cuts)]
    level = draft.fabric.below(parent.level) or ""
    held = draft.near(parent.shape, level)  # also what lies here but belongs elsewhere
    covered = shapely.union_all([area.shape for area in held])
    if parent.shape.difference(covered).area > 0.01:
        borders = {e for area in held for e in edges(area.shape)}
        for face in faces(parent.shape, cuts | borders):
            if not any(area.shape.intersects(face.point_on_surface()) for area in held):
                pieces.append((face, None))
    plots = [_Plot(i) for i in range(len(grounds))]
    thin: list[tuple[Shape, Area | None]] = []
    for piece, source in pieces:
        inner = piece.point_on_surface()
        hit = [i for i, g in enumerate(grounds) if g.intersects(inner)]
        if not hit and piece.buffer(-THIN_M / 2).is_empty:
            thin.append((piece, source))
            continue
        at = hit[0] if hit else int(np.argmin([g.distance(piece) for g in grounds]))
        plots[at].pieces.append((piece, source))
    filled = [plot for plot in plots if plot.pieces]
    for piece, source in thin:  # slivers between the proposed grounds
        main = max(filled, key=lambda p: border_m(p.ground, piece))
        main.pieces.append((piece, source))
    return filled


def _keepers(olds: Sequence[Area], plots: Sequence[_Plot]) -> dict[int, Area]:
    """Tell which plots are an old area with another border: most of each is the other."""
    found = {}
    for plot in plots:
        whole = sum(p.area for p, _ in plot.pieces)
        for old in olds:
            share = plot.of(old)
            if share > 0.5 * whole and share > 0.5 * old.shape.area and not old.twin:
                found[plot.number] = old
    return found


def _unchanged(olds: Sequence[Area], plots: Sequence[_Plot], keepers: dict[int, Area]) -> bool:
    if len(keepers) != len(plots) or len(plots) != len(olds):
        return False
    return all(all(a is keepers[p.number] for _, a in p.pieces) for p in plots)


def _settle(  # noqa: PLR0917
    draft: Draft, op: Redivide, parent: Area, olds: Sequence[Area], plots: Sequence[_Plot],
    keepers: dict[int, Area], cuts: AbstractSet[Edge],
) -> None:  # fmt: skip
    people = {plot.number: [0, 0] for plot in plots}
    heirs: list[tuple[Area, list[Heir]]] = []
    for old in olds:
        mine = [p for p in plots if p.of(old) > 0]
        grounds = [joined([g for g, a in p.pieces if a is old]) for p in mine]
        for plot, share in zip(mine, draft.portions(old, grounds), strict=True):
            people[plot.number][0] += share[0]
            people[plot.number][1] += share[1]
        kept = {number for number, keeper in keepers.items() if keeper is old}
        heirs.append(
            (old, [Heir(g, p.code, new=p.number not in keepers) for p, g in zip(mine, grounds, strict=True)])
        )  # fmt: skip
        if not kept:
            draft.drop(old)
    _count_nobodys(draft, op, parent, plots, people)
    for plot in plots:
        draft.put(_area(op, parent, plot, keepers.get(plot.number), people[plot.number]))
    for old, grounds_of in heirs:
        own = [h for h in grounds_of if h.code != old.code]
        born = [draft.area(op.level, h.code) for h in own]
        if born and old.code not in {p.code for p in plots}:
            draft.link([old], born, "split" if len(born) > 1 else "merge")
        elif born:
            draft.link([old], [b for b, h in zip(born, own, strict=True) if h.new], "split")
        if own:
            reseat(draft, old, grounds_of, cuts)


def _count_nobodys(
    draft: Draft, op: Redivide, parent: Area, plots: Sequence[_Plot], people: dict[int, list[int]]
) -> None:
    """Count who lives on ground that no area held, so that the level grows by them."""
    for plot in plots:
        free = [g for g, a in plot.pieces if a is None]
        if not free:
            continue
        ground = joined(free)
        draft.gained.append((op.level, ground))
        households, residents = draft.fabric.homes.weights([ground])
        people[plot.number][0] += households[0]
        people[plot.number][1] += residents[0]


def _area(
    op: Redivide, parent: Area, plot: _Plot, keeper: Area | None, people: Sequence[int]
) -> Area:
    main = max((a for _, a in plot.pieces if a is not None), key=plot.of, default=None)
    like = keeper or main
    name = op.names[plot.number] if plot.number < len(op.names) else ""
    kind = op.kinds[plot.number] if plot.number < len(op.kinds) else ""
    made = Area(
        op.level, plot.code, name or (like.name if like else ""),
        kind or (like.kind if like else "comprehensive"), parent.code, people[0], people[1],
        plot.ground,
    )  # fmt: skip
    return replace(made, attributes=keeper.attributes) if keeper else made
