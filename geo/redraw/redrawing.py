"""From an operation to the change that it makes."""

from collections.abc import Callable
from typing import Any

from geo.redraw.assigning import assign
from geo.redraw.balancing import balanced_split
from geo.redraw.bordering import move_border
from geo.redraw.change import Change
from geo.redraw.creating import create
from geo.redraw.draft import Draft
from geo.redraw.evening import even_out
from geo.redraw.fabric import Fabric
from geo.redraw.mending import fill, repair, settle, snap
from geo.redraw.merging import close, merge
from geo.redraw.operations import (
    Assign,
    BalancedSplit,
    Close,
    Create,
    EvenOut,
    Fill,
    Merge,
    MoveBorder,
    Operation,
    Recode,
    Redivide,
    Rename,
    Repair,
    Reparent,
    Settle,
    Snap,
    Split,
    SplitAlong,
)
from geo.redraw.records import recode, rename, reparent
from geo.redraw.redividing import redivide
from geo.redraw.splitting import split, split_along

_DOES: dict[type[Any], Callable[[Draft, Any], str]] = {
    Assign: assign,
    BalancedSplit: balanced_split,
    Close: close,
    Create: create,
    EvenOut: even_out,
    Fill: fill,
    Merge: merge,
    MoveBorder: move_border,
    Recode: recode,
    Redivide: redivide,
    Rename: rename,
    Repair: repair,
    Reparent: reparent,
    Settle: settle,
    Snap: snap,
    Split: split,
    SplitAlong: split_along,
}


def change(fabric: Fabric, operation: Operation) -> Change:
    """Work out what an operation does to the areas of every level; nothing is changed yet.

    New vertices go to the last bit into every area of every level whose border they lie
    on. Areas below follow: they are cut where the ground is cut, and get numbers under
    their new parents. Areas above follow where ground goes from one parent to another.
    Old vertices never move.

    Parameters
    ----------
    fabric : Fabric
        Stays as it is; ``change(...).on(fabric)`` makes the change.
    operation : Operation
        What is wanted.

    Returns
    -------
    Change
        Areas before and after, lineage, and offers to finish what is left open.

    Raises
    ------
    NotFound
        When an area or a building is not there.
    BadInput
        When the operation makes no sense.
    RuleBroken
        When it would leave a gap, an overlap, a broken or torn area, or lose people.
    Infeasible
        When no balanced cut exists.
    """
    draft = Draft(fabric)
    label = _DOES[type(operation)](draft, operation)
    return draft.change(label)
