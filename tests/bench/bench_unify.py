"""Many nets into one: three nets, every step's CPU seconds, beside ``geopandas.overlay``.

Run: python tests/bench/bench_unify.py [areas of a net, 5000] [homes, 200000]
"""

import sys
import time

import geopandas as gpd
import numpy as np
import shapely

from geo import unify

SIDE_M = 20_000.0


def net(count: int, seed: int) -> gpd.GeoDataFrame:
    """Tile the square with areas whose borders wind, as drawn ones do."""
    rng = np.random.default_rng(seed)
    square = shapely.box(0, 0, SIDE_M, SIDE_M)
    sites = shapely.multipoints(rng.random((count, 2)) * SIDE_M)
    cells = shapely.get_parts(shapely.voronoi_polygons(sites, extend_to=square))
    cells = shapely.segmentize(shapely.intersection(cells, square), 30.0)

    def wind(xy: np.ndarray) -> np.ndarray:
        by = np.column_stack([np.sin(xy[:, 1] / 77 + seed), np.cos(xy[:, 0] / 91 + seed)]) * 6
        rim = np.any((xy <= 0) | (xy >= SIDE_M), axis=1)
        return np.where(rim[:, None], xy, xy + by)

    codes = [f"{seed}-{i}" for i in range(len(cells))]
    return gpd.GeoDataFrame({"code": codes}, geometry=shapely.transform(cells, wind), crs=4549)


def timed(name: str, began: float) -> float:
    """Print the CPU seconds of a step."""
    spent = time.process_time() - began
    print(f"  {name:<38}{spent:8.2f} s CPU", flush=True)
    return spent


def main(count: int, homes: int) -> None:
    """Unify three nets and overlay the same three."""
    rng = np.random.default_rng(0)
    nets = {name: net(count, n) for n, name in enumerate(("party", "safety", "city"))}
    people = gpd.GeoDataFrame(
        {"households": rng.integers(0, 20, homes), "residents": rng.integers(0, 60, homes)},
        geometry=shapely.points(rng.random((homes, 2)) * SIDE_M), crs=4549,
    )  # fmt: skip
    mean = people["households"].sum() / count
    print(f"three nets of {count:,} areas, {homes:,} homes")
    began = time.process_time()
    found = unify.atoms(nets, people)
    ours = timed(f"pieces ({len(found.shapes):,})", began)
    began = time.process_time()
    unify.agreement(found)
    unify.conflicts(found)
    timed("agreement and conflicts", began)
    began = time.process_time()
    plan = unify.propose(found, norm=(int(mean / 2), int(mean * 2)))
    timed("one net out of three", began)
    print(f"  changed {plan.objective:,.0f}, no plan below {plan.bound:,.0f} (gap {plan.gap:.1%})")
    began = time.process_time()
    both = gpd.overlay(nets["party"], nets["safety"], how="union", keep_geom_type=True)
    both = gpd.overlay(both, nets["city"], how="union", keep_geom_type=True)
    peer = timed(f"geopandas.overlay twice ({len(both):,})", began)
    print(f"  overlay, which counts nobody and shares no vertices: {peer / ours:.2f} x our pieces")


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    main(*(given + [5000, 200_000][len(given) :]))
