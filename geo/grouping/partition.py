"""The answer: who is with whom, how good it is, and how far from the best it can be."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.optimize import linear_sum_assignment

from geo.grouping.problem import Floats, Ints, Problem

Status = Literal["optimal", "feasible", "infeasible"]


@dataclass(frozen=True, slots=True)
class Partition:
    """Groups of a `Problem`.

    Attributes
    ----------
    labels : (n,) int
        Group of each unit, 0 … k−1. Groups are numbered by their first unit, unless fixed
        centres, locks or previous groups number them.
    centres : (k,) int
        Position of each group's centre unit.
    loads : (k,) float
        Σ weight of each group.
    objective : float
    bound : float or None
        No plan can be better than this; None when nothing was proven.
    status : "optimal" | "feasible"
        Optimal only with a proof.
    seconds : float
    seed : int or None
    """

    labels: Ints
    centres: Ints
    loads: Floats
    objective: float
    bound: float | None
    status: Status
    seconds: float
    seed: int | None = None

    @property
    def gap(self) -> float | None:
        """Share of the objective that may still be gained: (objective − bound) ÷ objective."""
        if self.bound is None:
            return None
        if self.objective <= self.bound:
            return 0.0
        return float((self.objective - self.bound) / max(abs(self.objective), 1e-12))


def numbered(labels: Ints, k: int) -> Ints:
    """Number groups by their first unit, so that equal partitions have equal labels."""
    first = np.full(k, len(labels), dtype=np.int64)
    np.minimum.at(first, labels, np.arange(len(labels)))
    rank = np.empty(k, dtype=np.int32)
    rank[np.argsort(first, kind="stable")] = np.arange(k, dtype=np.int32)
    return rank[labels]


def matched(problem: Problem, labels: Ints) -> Ints:
    """Number groups so that locks hold and as little as possible leaves its previous group.

    Groups that nothing names are numbered by their first unit.
    """
    if problem.centres is not None:
        return labels
    k = problem.k
    labels = numbered(labels, k)
    if not problem.named or labels.max() >= k:
        return labels
    gain = np.zeros((k, k))
    old = problem.previous >= 0
    np.add.at(gain, (labels[old], problem.previous[old]), problem.moving[old])
    held = problem.locked >= 0
    dear = 1e6 * (1.0 + float(problem.moving.sum()))
    np.add.at(gain, (labels[held], problem.locked[held]), dear)
    _, number = linear_sum_assignment(-gain)
    return np.asarray(number, dtype=np.int32)[labels]
