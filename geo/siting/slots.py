"""Opening hours and tiers in a siting problem: points are counted once a slot of time.

A point that lives through slots of the week is as many points, each with its share of the
weight and reached only by sites that are open then. Slots in which the same sites are open
are one.
"""

import numpy as np
import numpy.typing as npt

from geo.errors import BadInput
from geo.siting.costs import Bools, Floats, Table, table


def over_time(
    costs: Table, weight: npt.ArrayLike, at_work: npt.ArrayLike
) -> tuple[Table, Floats, npt.NDArray[np.int64]]:
    """Split points by slots of time.

    Parameters
    ----------
    costs : Table
    weight : (n,) float
    at_work : (m, slots) bool
        Whether a site is open in a slot; all slots are equally long.

    Returns
    -------
    (Table, (n·k,) float, (n·k,) int)
        Costs and weights of the split points, and the point of each. Weights of a point add
        up to its own, so what is covered reads as *households, on average over time*.

    Examples
    --------
    One hamlet, a station by day and one by night:

    >>> from geo import siting
    >>> split, weight, _ = siting.over_time(
    ...     siting.table(1, 2, [0, 0], [0, 1], [60.0, 60.0]), [8], [[1, 1, 1], [0, 0, 1]]
    ... )
    >>> asked = siting.problem(split, objective="cover", p=1, weight=weight)
    >>> siting.solve(asked).objective
    8.0
    """
    work = np.asarray(at_work, dtype=bool)
    people = np.asarray(weight, dtype=np.float64)
    if work.ndim != 2 or work.shape[0] != costs.m or work.shape[1] == 0:
        raise BadInput(
            f"opening hours are not {costs.m} sites × slots", zh="开放时间不是“站点×时段”的表"
        )
    kinds, count = _kinds(work)
    owner = np.repeat(np.arange(costs.n), np.diff(costs.rows.start))
    rows, site, cost = [], [], []
    for k, kind in enumerate(kinds.T):
        on = kind[costs.rows.site]
        rows.append(owner[on] + k * costs.n)
        site.append(costs.rows.site[on])
        cost.append(costs.rows.cost[on])
    n, parts = costs.n * len(count), (np.concatenate(part) for part in (rows, site, cost))
    point = np.tile(np.arange(costs.n), len(count))
    share = np.repeat(count / work.shape[1], costs.n)
    return table(n, costs.m, *parts), people[point] * share, point


def _kinds(work: Bools) -> tuple[Bools, npt.NDArray[np.int64]]:
    """Give the different columns, (m, k), and how often each stands there."""
    kinds, count = np.unique(work, axis=1, return_counts=True)
    return kinds, count
