"""Where to build: stations that serve most, nearest or everyone, with a proof of how good."""

from geo.siting.costs import Costs, Points, Table, table
from geo.siting.problem import Problem, problem
from geo.siting.solution import Solution
from geo.siting.solve import solve

__all__ = ["Costs", "Points", "Problem", "Solution", "Table", "problem", "solve", "table"]
