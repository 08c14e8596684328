"""Siting: published optimum, ours, bound, seconds; beside spopt with HiGHS where it is installed.

Run: python tests/bench/bench_siting.py [folder of site_* instances] [--peers]
Every instance folder holds costs.csv (demand, site, cost) and meta.json (p, …_optimum).
"""

import importlib.util
import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from geo import siting


def spopt_row(cost: np.ndarray, p: int, objective: str) -> tuple[str, float]:
    """What spopt.locate answers, and its seconds; says so where it is not installed."""
    if not (importlib.util.find_spec("spopt") and importlib.util.find_spec("pulp")):
        return "not installed", float("nan")
    import pulp
    from spopt.locate import PCenter, PMedian

    began = time.perf_counter()
    if objective == "median":
        model = PMedian.from_cost_matrix(cost, np.ones(len(cost)), p_facilities=p)
    else:
        model = PCenter.from_cost_matrix(cost, p_facilities=p)
    solved = model.solve(pulp.HiGHS(msg=False))
    return f"{pulp.value(solved.problem.objective):.0f}", time.perf_counter() - began


def main(folder: Path) -> None:
    """Print one row an instance and objective."""
    print(f"{'instance':<16}{'objective':<10}{'published':>10}{'ours':>10}{'bound':>10}"
          f"{'status':>10}{'s':>8}  spopt")  # fmt: skip
    for place in sorted(folder.glob("site_*")):
        meta = json.loads((place / "meta.json").read_text())
        pairs = pd.read_csv(place / "costs.csv")
        cost = pairs.pivot_table(index="demand", columns="site", values="cost").to_numpy()
        for objective in ("median", "center"):
            asked = siting.problem(cost, objective=objective, p=meta["p"])
            answer = siting.solve(asked, rng=np.random.default_rng(1))
            peer, seconds = spopt_row(cost, meta["p"], objective)
            known = meta.get(f"{objective}_optimum", float("nan"))
            print(f"{place.name:<16}{objective:<10}{known:>10}{answer.objective:>10.0f}"
                  f"{answer.bound:>10.0f}{answer.status:>10}{answer.seconds:>8.2f}  "
                  f"{peer} {'' if np.isnan(seconds) else f'{seconds:.2f} s'}")  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/published"))
