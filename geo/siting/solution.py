"""The answer: which sites to open, whom each serves, and how far from the best it can be."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Status = Literal["optimal", "feasible", "infeasible"]

PROOF = 1e-7
"""A relative gap up to here counts as closed where costs are not whole numbers."""


@dataclass(frozen=True, slots=True)
class Solution:
    """Sites chosen for a `Problem`.

    Attributes
    ----------
    open : (k,) int
        Positions of the open sites, ascending, the fixed ones among them.
    assignment : (n,) int
        Site that serves each demand point, the cheapest open one (the first of equals);
        −1 where none may serve it, or where it is not covered.
    objective : float or None
        In the words of the problem; None when infeasible.
    bound : float or None
        No plan can be better than this; None when nothing was proven.
    status : "optimal" | "feasible" | "infeasible"
        Optimal only with a proof, infeasible only with a proof.
    seconds : float
    seed : int or None
    """

    open: npt.NDArray[np.int32]
    assignment: npt.NDArray[np.int32]
    objective: float | None
    bound: float | None
    status: Status
    seconds: float
    seed: int | None = None

    @property
    def gap(self) -> float | None:
        """Share of the objective between it and the bound; None when nothing was proven."""
        if self.bound is None or self.objective is None:
            return None
        if self.status == "optimal" or self.objective == self.bound:
            return 0.0
        return abs(self.objective - self.bound) / max(abs(self.objective), 1e-12)
