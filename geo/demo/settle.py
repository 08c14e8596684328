"""Fill a plan, and clear whatever would stand between the blind spots and the served.

People near a blind spot could only be served by a station that would reach the blind spot as
well. Their blocks become parks and fields, so that everybody is either well within the reach
of a station or well beyond it.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from geo.demo import layout, reach, ways
from geo.demo.fabric import Fabric
from geo.demo.places import Sites, sites
from geo.demo.plan import Plan
from geo.demo.warp import Warp

ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Settled:
    """A filled plan with its network: who lives where, and where stations may stand.

    `homes` are the houses with homes in them, by their number in the fabric.
    """

    fabric: Fabric
    network: ways.Ways
    walks: reach.Walks
    houses: npt.NDArray[np.int64]
    homes: reach.Homes
    sites: Sites


def settle(plan: Plan, warp: Warp, seed: int) -> Settled:
    """Fill a plan again and again until nobody stands between the blind and the served."""
    found = _fill(plan, warp, seed)
    for _ in range(ROUNDS):
        places = np.union1d(np.union1d(found.sites.gates, found.sites.doors), found.sites.corners)
        lost = found.houses[reach.cut_off(found.walks, found.homes, places)]
        if not len(lost):
            break
        for number in {found.fabric.block_of(found.fabric.houses[i]) for i in lost}:
            block = plan.blocks[number]
            kind = "farmland" if block.kind == "village" else "park"
            plan.blocks[number] = replace(block, kind=kind)
        found = _fill(plan, warp, seed)
    return found


def _fill(plan: Plan, warp: Warp, seed: int) -> Settled:
    fabric = Fabric(plan)
    for number in range(len(plan.blocks)):
        layout.lay(fabric, number, np.random.default_rng([seed, 3, number]))
    network = ways.ways(fabric)
    walks = reach.walks(network, warp)
    houses = np.array([i for i, h in enumerate(fabric.houses) if h.per_floor])
    doors = np.array([walks.node(fabric.houses[i].door) for i in houses])
    blind = np.array([bool(plan.blocks[fabric.block_of(fabric.houses[i])].blind) for i in houses])
    where = sites(fabric, walks, network.corners(walks.number, fabric))
    return Settled(fabric, network, walks, houses, reach.Homes(doors, blind), where)
