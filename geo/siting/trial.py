"""What if: who gains and who loses, hour by hour, when stations are dropped, moved or closed."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from geo.errors import BadInput
from geo.layers import TravelTimes
from geo.siting.costs import Bools, Floats


@dataclass(frozen=True, slots=True)
class Trial:
    """A plan beside another.

    Attributes
    ----------
    before, after, gained, lost : (slots, groups) float
        People of each group who are served in each slot; `gained` are served only after,
        `lost` only before.
    won, missed : (n,) bool
        Points that some station reaches only after, only before, whatever the hours.
    bound : float or None
        No plan serves more people of the first group, whatever the hours.
    share : float or None
        Part of the bound that the plan reaches.
    """

    before: Floats
    after: Floats
    gained: Floats
    lost: Floats
    won: Bools
    missed: Bools
    bound: float | None
    share: float | None


def what_if(
    times: TravelTimes,
    people: npt.ArrayLike,
    *,
    reach_s: float,
    now: npt.ArrayLike,
    then: npt.ArrayLike,
    hours: npt.ArrayLike | None = None,
    bound: float | None = None,
) -> Trial:
    """Compare two sets of open stations.

    Moving a station is closing it and opening another. Only points that a changed station
    reaches can change; hours in which the same stations work are reckoned once.

    Parameters
    ----------
    times : TravelTimes
        From all points to all stations and candidates (m), within `reach_s` at least.
    people : (n,) or (n, groups) float
        Households first, then whichever groups.
    reach_s : float
        Longest acceptable walk, seconds.
    now, then : (m,) bool
        Which of them stand before and after.
    hours : (m, slots) bool, optional
        Whether a station works in a slot, if it stands; always where absent (one slot).
    bound : float, optional
        Of a cover solved beforehand (`solve(...).bound`).

    Examples
    --------
    >>> town = towns.lattice(3, 3, people=10)
    >>> times = network.within(town.net, town.demand, town.stations, limit_s=900)
    >>> closed = siting.what_if(times, town.demand["households"], reach_s=900, now=[True], then=[False])
    >>> bool(closed.lost.sum() == closed.before.sum() > 0)
    True
    """
    n, m = len(times.demand_ids), len(times.station_ids)
    counts = np.asarray(people, dtype=np.float64).reshape(n, -1)
    old, new = (np.asarray(mask, dtype=bool) for mask in (now, then))
    work = np.ones((m, 1), dtype=bool) if hours is None else np.asarray(hours, dtype=bool)
    if old.shape != (m,) or new.shape != (m,) or work.shape[:1] != (m,):
        raise BadInput(
            f"now, then and hours must speak of the same {m} stations",
            zh=f"现状、方案与开放时间须对应同样的 {m} 个站点",
        )
    near = times.seconds <= reach_s
    reach = sparse.csr_array(
        (np.ones(int(near.sum()), dtype=np.float32), (times.rows[near], times.cols[near])),
        shape=(n, m),
    )
    kinds, which = np.unique(work, axis=1, return_inverse=True)
    plan = [np.column_stack([mask, kinds & mask[:, None]]) for mask in (old, new)]
    changed = np.flatnonzero(reach[:, np.flatnonzero(old != new)].sum(axis=1) > 0)
    before = reach @ plan[0].astype(np.float32) > 0
    after = before.copy()
    after[changed] = reach[changed] @ plan[1].astype(np.float32) > 0
    slot = 1 + which.ravel()
    first = float(counts[after[:, 0], 0].sum())
    return Trial(
        before=(before.T @ counts)[slot],
        after=(after.T @ counts)[slot],
        gained=((after & ~before).T @ counts)[slot],
        lost=((before & ~after).T @ counts)[slot],
        won=after[:, 0] & ~before[:, 0],
        missed=before[:, 0] & ~after[:, 0],
        bound=bound,
        share=None if not bound else first / bound,
    )
