"""How good and how fast grouping is, beside its peers: ``make bench-grouping``.

``python tests/bench/bench_grouping.py [--long] [NAME …]``. Synthetic towns (Delaunay
neighbours, weights 1–9), always the same ones. We have a quarter of the peers' time on small
towns, the same time at city size. ``--long`` adds a thousand units and the published instances
of the folder that WANGGE_SHARED_DATA names.
"""

import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.spatial import Delaunay

from geo import grouping
from geo.grouping import measure
from geo.layers import Adjacency

SIZES = {
    "60/9": (60, 9, 0.1, 4.0, 16.0),
    "400/20": (400, 20, 0.05, 6.0, 24.0),
    "1000/5": (1_000, 5, 0.005, 15.0, 60.0),
    "20000/60": (20_000, 60, 0.05, 30.0, 30.0),
    "100000/1000": (100_000, 1_000, 0.05, 90.0, 90.0),
}
"""Units, groups, tolerance, seconds for us, seconds for each peer."""
LONG = ("1000/5",)


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


def ours(name: str, problem: grouping.Problem, limit_s: float, said: str = "") -> None:
    """Solve, and print one line."""
    began, clock = time.process_time(), time.monotonic()
    plan = grouping.solve(problem, rng=np.random.default_rng(1), time_limit_s=limit_s)
    gap = "—" if plan.gap is None else f"{plan.gap:.2%}"
    print(
        f"{name:>24}  {'Wangge':<13} {plan.objective:<12.6g} {plan.status}, gap {gap}, "
        f"{time.monotonic() - clock:.1f} s, cpu {time.process_time() - began:.1f} s, "
        f"faults {len(grouping.faults(problem, plan.labels))}{said}",
        flush=True,
    )


def theirs(name: str, problem: grouping.Problem, limit_s: float) -> None:
    """Let every peer try, and print a line each."""
    import grouping_peers

    for peer, labels, spent in grouping_peers.beside(problem, limit_s):
        if labels is None:
            print(f"{name:>24}  {peer:<13} no balanced plan, {spent:.1f} s", flush=True)
            continue
        k = int(labels.max()) + 1
        off = grouping_peers.out_of_bounds(problem, labels) if k == problem.k else np.inf
        value = measure.objective(problem, labels)
        kept = "balanced" if off == 0 else f"misses the bounds by {off:.0%} of a mean load"
        print(f"{name:>24}  {peer:<13} {value:<12.6g} {kept}, {spent:.1f} s", flush=True)


def published(folder: Path) -> tuple[grouping.Problem, float]:
    """Read a published instance, and its published value."""
    meta = json.loads((folder / "meta.json").read_text())
    units, edges = pd.read_csv(folder / "units.csv"), pd.read_csv(folder / "edges.csv")
    ids = units["id"].astype(str).to_numpy(object)
    at = {name: i for i, name in enumerate(units["id"])}
    pairs = np.column_stack([edges["a"].map(at), edges["b"].map(at)])
    pairs = np.unique(np.sort(pairs, axis=1), axis=0).astype(np.int32)
    asked: dict[str, object] = {"xy": units[["x", "y"]].to_numpy(float)}
    if "capacity" in units:
        asked |= {"capacity": units["capacity"].to_numpy(float), "objective": "walk"}
        asked["xy"] = units[["x", "y"]].to_numpy(float) / 1000.0
    else:
        asked |= {"lower": meta["L"], "upper": meta["U"], "objective": "cut"}
    if (folder / "costs.csv").exists():
        costs = pd.read_csv(folder / "costs.csv")
        table = np.full((len(units), len(units)), np.inf)
        table[costs["unit"].map(at), costs["centre"].map(at)] = costs["cost"]
        asked |= {"costs": table, "objective": "inertia"}
    problem = grouping.problem(
        ids=ids,
        weight=units["weight"].to_numpy(float),
        adjacency=Adjacency(ids, pairs, np.ones(len(pairs))),
        groups=meta["k"],
        **asked,  # type: ignore[arg-type]
    )
    return problem, float(meta["published"])


def main(words: list[str]) -> None:
    """Print one line a solver and town."""
    names = [word for word in words if word != "--long"]
    usual = [name for name in SIZES if "--long" in words or name not in LONG]
    for name in names or usual:
        n, groups, tolerance, own_s, limit_s = SIZES[name]
        problem = town(n, groups, tolerance)
        ours(name, problem, own_s)
        theirs(name, problem, limit_s)
    shared = os.environ.get("WANGGE_SHARED_DATA")
    if "--long" in words and shared:
        for folder in sorted(Path(shared).glob("published/group_*")):
            problem, value = published(folder)
            ours(folder.name.removeprefix("group_"), problem, 120.0, f", published {value:g}")


if __name__ == "__main__":
    main(sys.argv[1:])
