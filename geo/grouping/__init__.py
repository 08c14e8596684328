"""Contiguous, balanced groups: alliances, regional groups, micro-grids."""

from geo.grouping import alternatives, compass, complement, crossings, likeness, pareto
from geo.grouping.choose import Answers, solve_all
from geo.grouping.measure import compactness, faults, moved
from geo.grouping.partition import Partition
from geo.grouping.problem import Problem, problem
from geo.grouping.reasons import reasons
from geo.grouping.solve import solve

__all__ = [
    "Answers",
    "Partition",
    "Problem",
    "alternatives",
    "compactness",
    "compass",
    "complement",
    "crossings",
    "faults",
    "likeness",
    "moved",
    "pareto",
    "problem",
    "reasons",
    "solve",
    "solve_all",
]
