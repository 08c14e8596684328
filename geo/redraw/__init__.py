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
    Redivide,
    Rename,
    Reparent,
    Split,
    SplitAlong,
)
from geo.redraw.redrawing import change
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
    "Close",
    "Create",
    "Fabric",
    "Link",
    "Merge",
    "MoveBorder",
    "Operation",
    "Recode",
    "Redivide",
    "Rename",
    "Reparent",
    "Split",
    "SplitAlong",
    "change",
    "fabric",
    "read_change",
    "read_operation",
    "to_degrees",
    "to_metres",
    "written",
    "written_operation",
]
