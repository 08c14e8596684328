"""How good and how fast grouping is, by size: ``python tests/bench/bench_grouping.py [NAME …]``.

Synthetic towns (Delaunay neighbours, weights 1–9), always the same ones. Published instances
are read from the folder WANGGE_SHARED_DATA names, when it is set.
"""

import sys
import time

import numpy as np
from scipy.spatial import Delaunay

from geo import grouping
from geo.layers import Adjacency

SIZES = {
    "60/9": (60, 9, 0.1, 15.0),
    "400/20": (400, 20, 0.05, 15.0),
    "2000/20": (2_000, 20, 0.05, 30.0),
    "20000/60": (20_000, 60, 0.05, 30.0),
    "100000/1000": (100_000, 1_000, 0.05, 90.0),
}
"""Units, groups, tolerance, seconds."""


def town(n: int, groups: int, tolerance: float) -> grouping.Problem:
    """Build n units at random places, a hundred metres apart on average."""
    rng = np.random.default_rng(n)
    xy = rng.random((n, 2)) * 100.0 * np.sqrt(n)
    corners = Delaunay(xy).simplices
    pairs = np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]])
    pairs = np.unique(np.sort(pairs, axis=1), axis=0).astype(np.int32)
    step = xy[pairs[:, 0]] - xy[pairs[:, 1]]
    pairs = pairs[np.hypot(step[:, 0], step[:, 1]) < 400.0]
    ids = np.array([f"u{i}" for i in range(n)], dtype=object)
    return grouping.problem(
        ids=ids,
        weight=rng.integers(1, 10, n).astype(float),
        adjacency=Adjacency(ids, pairs, np.ones(len(pairs))),
        groups=groups,
        xy=xy,
        tolerance=tolerance,
    )


def main(names: list[str]) -> None:
    """Print one line a size: status, objective, gap, processor and wall seconds, faults."""
    for name in names or list(SIZES):
        n, groups, tolerance, limit_s = SIZES[name]
        problem = town(n, groups, tolerance)
        began = time.process_time()
        plan = grouping.solve(problem, rng=np.random.default_rng(1), time_limit_s=limit_s)
        gap = "—" if plan.gap is None else f"{plan.gap:.2%}"
        print(
            f"{name:>12}  {plan.status}  {plan.objective:.6g}  gap {gap}"
            f"  cpu {time.process_time() - began:.1f} s  wall {plan.seconds:.1f} s"
            f"  faults {len(grouping.faults(problem, plan.labels))}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
