"""Split, merge and move boundaries: an operation goes in, a change with its inverse comes out."""

from typing import TYPE_CHECKING

from geo.faces import late

if TYPE_CHECKING:
    from geo.redraw.area import Area
    from geo.redraw.change import Change, Link
    from geo.redraw.comparing import Comparison, Difference, compare
    from geo.redraw.fabric import Fabric, fabric, frame_of
    from geo.redraw.homes import Homes
    from geo.redraw.offering import street_cuts
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
    from geo.redraw.rebasing import Clash, Rebased, rebase
    from geo.redraw.redrawing import change
    from geo.redraw.remedies import cure, remedies
    from geo.redraw.writing import (
        KINDS,
        read_change,
        read_operation,
        to_degrees,
        to_metres,
        written,
        written_operation,
    )

__all__ = [
    "KINDS",
    "Area",
    "Assign",
    "BalancedSplit",
    "Change",
    "Clash",
    "Close",
    "Comparison",
    "Create",
    "Difference",
    "EvenOut",
    "Fabric",
    "Fill",
    "Homes",
    "Link",
    "Merge",
    "MoveBorder",
    "Operation",
    "Rebased",
    "Recode",
    "Redivide",
    "Rename",
    "Repair",
    "Reparent",
    "Settle",
    "Snap",
    "Split",
    "SplitAlong",
    "change",
    "compare",
    "cure",
    "fabric",
    "frame_of",
    "read_change",
    "read_operation",
    "rebase",
    "remedies",
    "street_cuts",
    "to_degrees",
    "to_metres",
    "written",
    "written_operation",
]
late(__name__)
