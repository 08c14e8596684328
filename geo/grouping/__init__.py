"""Contiguous, balanced groups: alliances, regional groups, micro-grids."""

from geo.grouping import compass, complement, crossings, likeness
from geo.grouping.measure import faults
from geo.grouping.partition import Partition
from geo.grouping.problem import Problem, problem
from geo.grouping.reasons import reasons
from geo.grouping.solve import solve

__all__ = [
    "Partition",
    "Problem",
    "compass",
    "complement",
    "crossings",
    "faults",
    "likeness",
    "problem",
    "reasons",
    "solve",
]
