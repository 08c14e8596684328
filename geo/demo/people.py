"""Who lives where: households within the norms, residents and priority groups in proportion."""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.demo.fabric import Fabric, House

Ints = npt.NDArray[np.int64]
GRID_HOUSEHOLDS, MICROGRID_HOUSEHOLDS = (300, 500), (30, 100)
SHARES = {"elders": 0.19, "alone": 0.028, "children": 0.14, "disabled": 0.021}
"""Share of residents; old lanes and villages have more elders and fewer children."""
AGED = {"court": 1.5, "village": 1.6, "tower": 0.6, "mid": 0.8}
SIZE = {"court": 2.2, "village": 2.7, "tower": 2.7}


@dataclass(frozen=True, slots=True)
class People:
    """Counts for every house, in the order of the fabric."""

    households: Ints
    residents: Ints
    groups: dict[str, Ints]
    floors: Ints


def people(fabric: Fabric, owner: npt.NDArray[np.int64], rng: np.random.Generator) -> People:
    """Settle the houses: every comprehensive grid gets 300–500 households, its micro-grids 30–100."""
    members: dict[int, list[int]] = defaultdict(list)
    for microgrid, grid in enumerate(owner):
        members[int(grid)].append(microgrid)
    target = np.zeros(len(fabric.microgrids), dtype=np.int64)
    for grid, plan in enumerate(fabric.grids):
        if not plan.dedicated:
            target[members[grid]] = grid_split(len(members[grid]), rng)
    homes: dict[int, list[int]] = defaultdict(list)
    for i, house in enumerate(fabric.houses):
        if house.weight:
            homes[house.microgrid].append(i)
    households = np.zeros(len(fabric.houses), dtype=np.int64)
    for microgrid, houses in homes.items():
        weights = np.array([fabric.houses[i].weight for i in houses]) * rng.uniform(
            0.85, 1.15, len(houses)
        )
        households[houses] = shared(int(target[microgrid]), weights)
    kinds = [fabric.block(fabric.compounds[h.compound].block).kind for h in fabric.houses]
    size = np.array([SIZE.get(k, 2.5) for k in kinds])
    residents = np.where(
        households > 0, np.maximum(rng.poisson(households * (size - 1)) + households, 1), 0
    )
    return People(
        households,
        residents,
        _groups(residents, households, kinds, rng),
        _floors(fabric.houses, households, rng),
    )


def grid_split(count: int, rng: np.random.Generator) -> Ints:
    """Draw the households of the micro-grids of one grid so that both norms hold."""
    low, high = MICROGRID_HOUSEHOLDS[0] + 4, MICROGRID_HOUSEHOLDS[1] - 4
    total = int(rng.integers(max(376, count * low), min(492, count * high) + 1))
    weights = rng.uniform(0.75, 1.25, count)
    return bounded(total, weights, low, high)


def bounded(total: int, weights: npt.NDArray[np.float64], low: int, high: int) -> Ints:
    """Share a total in proportion to weights, every share between `low` and `high`."""
    shares: Ints = np.clip(np.round(total * weights / weights.sum()), low, high).astype(np.int64)
    while (rest := total - int(shares.sum())) != 0:
        step = 1 if rest > 0 else -1
        room = np.flatnonzero(shares < high if step > 0 else shares > low)
        shares[room[: abs(rest)]] += step
    return shares


def shared(total: int, weights: npt.NDArray[np.float64]) -> Ints:
    """Share a total by largest remainder, at least one to everybody."""
    ideal = (total - len(weights)) * weights / weights.sum()
    shares: Ints = np.floor(ideal).astype(np.int64)
    rest = total - len(weights) - int(shares.sum())
    shares[np.argsort(shares - ideal, kind="stable")[:rest]] += 1
    shares += 1
    return shares


def _groups(
    residents: Ints, households: Ints, kinds: list[str], rng: np.random.Generator
) -> dict[str, Ints]:
    aged = np.array([AGED.get(k, 1.0) for k in kinds])
    elders = rng.binomial(residents, np.minimum(SHARES["elders"] * aged, 0.5))
    return {
        "elders": elders,
        "alone": np.minimum(rng.binomial(elders, SHARES["alone"] / SHARES["elders"]), households),
        "children": rng.binomial(residents - elders, np.clip(SHARES["children"] / aged, 0.03, 0.3)),
        "disabled": rng.binomial(residents, SHARES["disabled"]),
    }


def _floors(houses: list[House], households: Ints, rng: np.random.Generator) -> Ints:
    """Give floors enough for the households, at least the usual ones of the kind."""
    per_floor = np.array([max(h.per_floor, 1) for h in houses])
    vacant = rng.uniform(1.0, 1.12, len(houses))
    needed = np.ceil(households * vacant / per_floor).astype(np.int64)
    low = np.array([2 if h.per_floor == 3 else 5 if h.per_floor else 1 for h in houses])
    other = np.array([4 if h.use in ("university", "school", "commercial") else 1 for h in houses])
    return np.where(households > 0, np.maximum(needed, low), other)
