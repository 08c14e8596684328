"""Build a town without fault: plan, fabric, people, areas, places, bodies, nets."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer

from geo import coords
from geo.demo import (
    areas,
    bodies,
    ground,
    naming,
    nets,
    people,
    places,
    serving,
    sketch,
    ways,
)
from geo.demo.exclaves import exclaves
from geo.demo.fabric import Fabric
from geo.demo.settle import settle
from geo.demo.warp import bend
from geo.errors import BadInput
from geo.layers import Progress, quiet

Ints = npt.NDArray[np.int64]
PLACE = (119.45, 32.20)
"""Longitude and latitude of the middle of the town."""
SIZES = {
    "small": (sketch.small, places.Count(6, 1, 2, 24, 7, 5)),
    "district": (sketch.town, places.Count(73, 8, 29, 400, 120, 57)),
    "city": (sketch.city, places.Count(73, 8, 29, 400, 120, 57).times(10)),
}


@dataclass(frozen=True, slots=True)
class Town:
    """A town without fault, and what is known of it beyond its layers.

    `house_microgrid` is the micro-grid of every building, in the order of both layers'
    making; `blind` holds for every building why it reaches no station, empty for all others;
    `nearest_m` the metres to the nearest station, inf where nobody lives.
    """

    size: str
    layers: dict[str, gpd.GeoDataFrame]
    areas: areas.Areas
    house_microgrid: Ints
    blind: list[str]
    blocks: Ints
    nearest_m: npt.NDArray[np.float64]
    exclaves: list[int]


def working() -> CRS:
    """Give the metres of the town."""
    return coords.working_crs(PLACE[0])


def town(*, size: str, seed: int, progress: Progress = quiet) -> Town:
    """Build a town from nothing but a seed."""
    if size not in SIZES:
        raise BadInput(
            f"no size {size!r}",
            zh=f"没有“{size}”这种规模",
            hint=f"one of {', '.join(SIZES)}",
            hint_zh=f"可用：{'、'.join(SIZES)}",
        )
    sketcher, count = SIZES[size]
    rng = np.random.default_rng([seed, 1])
    plan = sketcher(rng)
    plan.streets = naming.streets(plan, rng)
    crs = working()
    east, north = Transformer.from_crs(coords.STORED, crs, always_xy=True).transform(*PLACE)
    warp = bend(
        plan.frame, old=tuple(plan.old), rivers=tuple(plan.rivers), place=(east, north), rng=rng
    )
    settled = settle(plan, warp, seed)
    fabric = settled.fabric
    progress("生成示范区", 1, 9)
    owner, moved = exclaves(fabric, {"small": 1, "district": 2, "city": 20}[size], rng)
    settlers = people.people(fabric, owner, rng)
    counties = [f"3211{98 - i}" for i in range(fabric.plan.districts)]
    levels = areas.areas(fabric, warp, owner, counties)
    progress("生成示范区", 2, 9)
    named = naming.names(fabric, levels, rng)
    layers = {
        **_areas(fabric, levels, settlers, named, crs),
        "building": ground.buildings(
            fabric, settlers, warp, names=named.houses, compounds=named.compounds, crs=crs
        ),
        "street": ways.frame(settled.network, warp, crs),
        "barrier": ground.barriers(fabric, warp, named.compounds, crs),
        "gate": ground.gates(fabric, warp, named.compounds, crs),
        "landuse": ground.landuse(fabric, warp, named.land, crs),
    }
    progress("生成示范区", 4, 9)
    nearby = naming.Nearby(layers, levels, named)
    stations, nodes = serving.stations(settled, warp, levels, nearby, count=count, rng=rng, crs=crs)
    layers["station"] = stations
    layers["candidate"] = serving.candidates(
        settled, warp, nearby, taken=nodes, count=count.candidates, rng=rng, crs=crs
    )
    homes = layers["building"]
    layers["institution"] = naming.institutions(homes, nearby, count.institutions, rng, crs)
    progress("生成示范区", 6, 9)
    _bodies(layers, levels, named, count, rng)
    layers["net_party"] = nets.party(levels, named.communities, homes, rng)
    layers["net_safety"] = nets.safety(levels, named.communities, homes, rng)
    layers["net_city"] = nets.city(levels, homes, counties[0])
    progress("生成示范区", 8, 9)
    blocks = np.array([fabric.block_of(h) for h in fabric.houses])
    nearest = np.full(len(fabric.houses), np.inf)
    nearest[settled.houses] = settled.walks.distances(nodes, limit_m=np.inf)[settled.homes.nodes]
    blind = [
        plan.blocks[b].blind if h.per_floor else ""
        for b, h in zip(blocks, fabric.houses, strict=True)
    ]
    at = np.array([h.microgrid for h in fabric.houses])
    return Town(size, layers, levels, at, blind, blocks, nearest, moved)


def _areas(
    fabric: Fabric, levels: areas.Areas, settlers: people.People, named: naming.Named, crs: CRS
) -> dict[str, gpd.GeoDataFrame]:
    """Give the five levels as tables with the people who live in them."""
    at = np.array([h.microgrid for h in fabric.houses])
    count = np.zeros((len(fabric.microgrids), 2), dtype=np.int64)
    np.add.at(count, at, np.column_stack([settlers.households, settlers.residents]))
    found = {}
    above = {
        "microgrid": "grid",
        "grid": "community",
        "community": "subdistrict",
        "subdistrict": "district",
    }
    for name in ("microgrid", "grid", "community", "subdistrict", "district"):
        level = levels.of(name)
        if name in above:
            parents = [levels.of(above[name]).codes[i] for i in level.parents]
        else:
            parents = [""] * len(level.codes)
        found[name] = areas.frame(level, parents, named.areas[name], count, crs)
        if name in above:
            total = np.zeros((len(levels.of(above[name]).codes), 2), dtype=np.int64)
            np.add.at(total, level.parents, count)
            count = total
    return found


def _bodies(
    layers: dict[str, gpd.GeoDataFrame], levels: areas.Areas, named: naming.Named, count: places.Count,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Add councils and staff."""
    crs = working()
    households = layers["grid"].set_index("code")["households"].loc[levels.grid.codes].to_numpy()
    home = [named.communities[c] for c in levels.grid.parents]
    layers["council"] = bodies.councils(
        levels.grid, households, home, wanted=count.councils, rng=rng, crs=crs
    )
    staff = bodies.staff(sorted(levels.grid.codes), sorted(levels.microgrid.codes))
    layers["staff"] = gpd.GeoDataFrame(staff, geometry=np.full(len(staff), None), crs=crs)
