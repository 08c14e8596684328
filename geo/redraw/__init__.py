"""Split, merge and move boundaries: an operation goes in, a change with its inverse comes out."""

from geo.redraw.area import Area
from geo.redraw.change import Change, Link
from geo.redraw.fabric import Fabric, fabric
from geo.redraw.operations import (
    Assign,
    BalancedSplit,
    Close,
    Create,
    Merge,
    MoveBorder,
    Operation,
    Recode,
    Rename,
    Reparent,
    Split,
    SplitAlong,
)
from geo.redraw.redrawing import change

__all__ = [
    "Area",
    "Assign",
    "BalancedSplit",
    "Change",
    "Close",
    "Create",
    "Fabric",
    "Link",
    "Merge",
    "MoveBorder",
    "Operation",
    "Recode",
    "Rename",
    "Reparent",
    "Split",
    "SplitAlong",
    "change",
    "fabric",
]
