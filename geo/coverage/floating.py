"""Two-step floating catchment: how much of what is offered falls to each person in reach."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.coverage.people import PEOPLE, checked_reaches
from geo.errors import BadInput
from geo.layers import DemandLayer, TravelTimes

RINGS = (1 / 3, 2 / 3, 1.0)
"""Rings of the enhanced method, as shares of the reach (10, 20 and 30 of 30 minutes)."""
WEIGHTS = (1.0, 0.68, 0.22)
"""Gaussian weights of the rings, slow decay (Luo and Qi 2009, table 1); sharp: 1, 0.42, 0.09."""


def two_step(
    demand: DemandLayer,
    times: TravelTimes,
    supply: npt.ArrayLike,
    *,
    reach_s: float,
    people: str = "residents",
    rings: Sequence[float] = (1.0,),
    weights: Sequence[float] = (1.0,),
) -> pd.Series:
    """Share the supply of every station among the people in its reach.

    Step 1: R_j = S_j / Σ_k w(t_kj) P_k over all demand k within reach of station j.
    Step 2: A_i = Σ_j w(t_ij) R_j over all stations j within reach of demand i.

    With one ring it is the two-step floating catchment area method (W. Luo, F. Wang 2003,
    "Measures of spatial accessibility to health care in a GIS environment", Environment and
    Planning B 30); with `RINGS` and `WEIGHTS` the enhanced one (W. Luo, Y. Qi 2009, "An
    enhanced two-step floating catchment area (E2SFCA) method for measuring spatial
    accessibility to primary care physicians", Health & Place 15).

    Parameters
    ----------
    demand : DemandLayer
        Buildings with `people`; those without households do not count.
    times : TravelTimes
        Every station within `reach_s` of every building, not the nearest only.
    supply : (stations,) float
        What each station of `times` offers (m², places, hours); inf where it never runs short.
    reach_s : float
        The catchment, seconds, > 0.
    people : str
        Column of `demand` that shares the supply.
    rings, weights : sequence of float
        Outer rims of the rings as shares of the reach, growing to 1, and their weights.

    Returns
    -------
    Series
        Index `id` (inhabited buildings, in the order of `demand`): supply a person; 0 where no
        station is in reach, inf where one of unlimited supply is. Where every supply is
        finite, Σ A_i P_i is the supply of all stations that somebody reaches.
    """
    (reach_s,) = checked_reaches((reach_s,))
    if people not in PEOPLE or len(rings) != len(weights) or list(rings) != sorted(rings):
        raise BadInput("rings grow, each with a weight, and people is a count of the layer",
                       zh="圈层应逐级增大并各有权重，人口列须为图层中的计数列")  # fmt: skip
    offered = np.asarray(supply, dtype=np.float64)
    homes = demand.set_index(pd.Index(demand["id"], dtype="str"))
    homes = homes[homes["households"] > 0]
    count = homes[people].reindex(pd.Index(times.demand_ids, dtype="str")).fillna(0).to_numpy(float)
    ring = np.searchsorted(np.asarray(rings) * reach_s, times.seconds, side="left")
    inside = ring < len(rings)
    rows, cols = times.rows[inside], times.cols[inside]
    weight = np.asarray(weights, dtype=np.float64)[ring[inside]]
    asked = np.bincount(cols, weight * count[rows], minlength=len(offered))
    ratio = np.divide(offered, asked, out=np.zeros_like(offered), where=asked > 0)
    falls = weight * ratio[cols]
    found = np.bincount(rows, falls, minlength=len(times.demand_ids))
    access = pd.Series(found, index=pd.Index(times.demand_ids, dtype="str", name="id"))
    return access.reindex(homes.index.rename("id"), fill_value=0.0)
