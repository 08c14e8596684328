"""Where to build: stations that serve most, nearest or everyone, with a proof of how good."""

from typing import TYPE_CHECKING

from geo.faces import late

if TYPE_CHECKING:
    from geo.siting.batches import Batch, in_batches
    from geo.siting.costs import Costs, Points, Table, table
    from geo.siting.problem import Problem, problem
    from geo.siting.slots import over_time
    from geo.siting.solution import Solution
    from geo.siting.solve import reckon, solve
    from geo.siting.trial import Trial, what_if

__all__ = [
    "Batch",
    "Costs",
    "Points",
    "Problem",
    "Solution",
    "Table",
    "Trial",
    "in_batches",
    "over_time",
    "problem",
    "reckon",
    "solve",
    "table",
    "what_if",
]
late(__name__)
