"""Even two neighbours out: the border between them is drawn anew."""

from geo.errors import RuleBroken
from geo.redraw.area import Area
from geo.redraw.balancing import uneven
from geo.redraw.bordering import redrawn
from geo.redraw.draft import Draft
from geo.redraw.halving import even_cuts, ground_of
from geo.redraw.operations import EvenOut
from geo.redraw.shapes import components, joined


def even_out(draft: Draft, op: EvenOut) -> str:
    """Take the shortest cut across both that leaves each as many households."""
    one, other = _noded(draft, op)
    both = joined([one.shape, other.shape])
    if components(both) >= components(one.shape) + components(other.shape):
        raise RuleBroken(
            f"{one.ref} and {other.ref} share no border",
            zh=f"{one.name or one.ref} 与 {other.name or other.ref} 没有公共边界",
            where=[one.ref, other.ref],
        )
    ground = ground_of(both, draft.fabric.homes, tolerance=op.tolerance, spare=True)
    for line in even_cuts(ground):
        trial = Draft(draft.fabric)
        try:
            redrawn(trial, *_noded(trial, op), line)
        except RuleBroken:
            continue
        if _even(trial, op):
            draft.become(trial)
            return f"{one.ref} ≈ {other.ref}"
    raise uneven(ground, [one, other], op.tolerance)


def _noded(draft: Draft, op: EvenOut) -> tuple[Area, Area]:
    draft.fit([draft.area(op.level, code) for code in op.codes])
    return draft.area(op.level, op.codes[0]), draft.area(op.level, op.codes[1])


def _even(draft: Draft, op: EvenOut) -> bool:
    now = [draft.area(op.level, code) for code in op.codes]
    people = [area.households for area in now]
    whole = all(components(area.shape) == 1 for area in now)
    return whole and abs(people[0] - people[1]) <= op.tolerance * sum(people)
