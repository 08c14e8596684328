"""Contiguous, balanced groups: alliances, regional groups, micro-grids."""

from typing import TYPE_CHECKING

from geo.faces import late

if TYPE_CHECKING:
    from geo.grouping import alternatives, compass, complement, crossings, likeness, measure, pareto
    from geo.grouping.choose import Answers, solve_all
    from geo.grouping.measure import compactness, faults, moved
    from geo.grouping.partition import Partition
    from geo.grouping.problem import Ints, Problem, problem
    from geo.grouping.reasons import reasons
    from geo.grouping.solve import solve

__all__ = [
    "Answers",
    "Ints",
    "Partition",
    "Problem",
    "alternatives",
    "compactness",
    "compass",
    "complement",
    "crossings",
    "faults",
    "likeness",
    "measure",
    "moved",
    "pareto",
    "problem",
    "reasons",
    "solve",
    "solve_all",
]
late(__name__)
