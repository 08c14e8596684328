"""Siting, instance by instance: known or HiGHS optimum, ours, bound, gap, seconds; beside spopt.

Run: python tests/bench/bench_siting.py [FOLDER] [--long] [--limit S] [--peer S] [--only WORD]

FOLDER holds published instances ``site_*`` (costs.csv: demand, site, cost; meta.json: p,
…_optimum). The rest is made from seeds by the published recipes: networks as in Beasley (1985),
clustered whole-numbered places, places in a square. `--long` adds the large ones. spopt with
HiGHS runs on every instance of at most 250,000 pairs, for at most `--peer` seconds.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd

from geo import siting
from geo.siting.solve import compiled

sys.path.insert(0, str(Path(__file__).parents[1] / "geo" / "siting"))
import places

PEER_PAIRS = 250_000
PMED = ((100, 5), (100, 33), (200, 10), (300, 5), (400, 40), (500, 10), (900, 5), (900, 90))
LONG_PMED = ((600, 10), (700, 10), (800, 10), (800, 80), (900, 10))


@dataclass(frozen=True)
class Case:
    """One instance: costs (a table or places), and what is asked."""

    name: str
    costs: np.ndarray | siting.Points
    objective: str
    p: int | None
    reach: float | None = None
    known: float | None = None
    weight: np.ndarray | None = None
    capacity: np.ndarray | None = None

    @property
    def dense(self) -> np.ndarray | None:
        """Give all costs as a table, where it is small enough for the peer."""
        if isinstance(self.costs, np.ndarray):
            return self.costs if self.costs.size <= PEER_PAIRS else None
        if self.costs.n * self.costs.m > PEER_PAIRS:
            return None
        return places.distances(self.costs.demand_xy, self.costs.site_xy, whole=False)


def published(folder: Path) -> Iterator[Case]:
    """Read the instances of a folder."""
    for place in sorted(folder.glob("site_*")):
        meta = json.loads((place / "meta.json").read_text())
        pairs = pd.read_csv(place / "costs.csv")
        cost = pairs.pivot_table(index="demand", columns="site", values="cost").to_numpy()
        for objective in ("median", "center"):
            known = meta.get(f"{objective}_optimum")
            yield Case(place.name, cost, objective, meta["p"], known=known)


def made(*, long: bool) -> Iterator[Case]:
    """Make instances by the published recipes."""
    for n, p in PMED + (LONG_PMED if long else ()):
        cost = places.network(n, n + p)
        for objective in ("median", "center"):
            yield Case(f"network-{n}-{p}", cost, objective, p)
    town = np.round(places.scatter(1304, 1, clusters=50))
    for p in (10, 100, 300):
        yield Case(f"clusters-1304-{p}", siting.Points(town, town), "median", p)
    some = places.scatter(400, 3)
    yield Case("square-400", siting.Points(some, some), "all", None, reach=1000)
    yield Case("square-400-20", siting.Points(some, some), "cover", 20, reach=1000)
    if long:
        yield from _large()


def _large() -> Iterator[Case]:
    even = places.scatter(3000, 5)
    for p in (50, 300):
        yield Case(f"square-3000-{p}", siting.Points(even, even), "median", p)
    homes = places.scatter(3839, 6, clusters=60)
    people = np.random.default_rng(6).integers(1, 900, 3839).astype(float)
    for p in (20, 50):
        yield Case(f"clusters-3839-{p}", siting.Points(homes, homes), "cover", p,
                   reach=250, weight=people)  # fmt: skip
    some, need = (
        places.scatter(1000, 7),
        np.random.default_rng(7).integers(1, 40, 1000).astype(float),
    )
    yield Case("room-1000-20", siting.Points(some, some), "median", 20, weight=need,
               capacity=np.full(1000, np.ceil(need.sum() / 17)))  # fmt: skip
    many = np.round(places.scatter(5000, 2, clusters=150))
    for p in (30, 100, 500):
        yield Case(f"clusters-5000-{p}", siting.Points(many, many), "median", p)
    square = places.scatter(2500, 4)
    for reach in (300, 500):
        yield Case(f"square-2500-{reach}", siting.Points(square, square), "all", None, reach=reach)
    city, sites = places.scatter(100_000, 2, clusters=60), places.scatter(5000, 3)
    yield Case("city-100000-40", siting.Points(city, sites), "median", 40)
    yield Case("city-100000-40", siting.Points(city, sites), "cover", 40, reach=500)


def peer(case: Case, limit_s: float) -> tuple[str, float]:
    """What spopt.locate with HiGHS answers within a limit, and its seconds."""
    cost = case.dense
    if cost is None or case.capacity is not None:
        return "too large", float("nan")
    if not (find_spec("spopt") and find_spec("pulp")):
        return "not installed", float("nan")
    import pulp
    from spopt.locate import LSCP, MCLP, PCenter, PMedian

    began = time.perf_counter()
    ones = np.ones(len(cost)) if case.weight is None else case.weight
    match case.objective:
        case "median":
            model = PMedian.from_cost_matrix(cost, ones, p_facilities=case.p)
        case "center":
            model = PCenter.from_cost_matrix(cost, p_facilities=case.p)
        case "all":
            model = LSCP.from_cost_matrix(cost, case.reach)
        case _:
            model = MCLP.from_cost_matrix(cost, ones, case.reach, p_facilities=case.p)
    try:
        solved = model.solve(pulp.HiGHS(msg=False, timeLimit=limit_s, threads=1), results=False)
        value = pulp.value(solved.problem.objective)
        proven = solved.problem.sol_status == pulp.LpSolutionOptimal
    except (RuntimeError, pulp.PulpError) as fault:
        return f"none ({type(fault).__name__})", time.perf_counter() - began
    told = "none" if value is None else f"{value:.6g}{'' if proven else ' (not proven)'}"
    return told, time.perf_counter() - began


def main() -> None:
    """Print one row an instance."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", nargs="?", type=Path, default=Path("../shared/data/published"))
    asked.add_argument("--long", action="store_true")
    asked.add_argument("--limit", type=float, default=120.0)
    asked.add_argument("--peer", type=float, default=20.0)
    asked.add_argument("--only", default="")
    options = asked.parse_args()
    compiled()
    print(f"{'instance':<20}{'aim':<8}{'known':>10}{'ours':>13}{'bound':>13}{'gap':>9}"
          f"{'status':>10}{'s':>8}{'CPU s':>8}  spopt + HiGHS, s")  # fmt: skip
    for case in (*published(options.folder), *made(long=options.long)):
        if options.only in f"{case.name} {case.objective}":
            row(case, options.limit, options.peer)


def row(case: Case, limit_s: float, peer_s: float) -> None:
    """Solve one instance and print what came of it."""
    asked = siting.problem(
        case.costs, objective=case.objective, p=case.p, reach=case.reach,
        weight=case.weight, capacity=case.capacity,
    )  # fmt: skip
    cpu = time.process_time()
    answer = siting.solve(asked, rng=np.random.default_rng(1), time_limit_s=limit_s)
    cpu = time.process_time() - cpu
    told, seconds = peer(case, peer_s)
    known = "" if case.known is None else f"{case.known:.0f}"
    bound = "" if answer.bound is None else f"{answer.bound:.7g}"
    gap = "" if answer.gap is None else f"{answer.gap:.3%}"
    print(f"{case.name:<20}{case.objective:<8}{known:>10}{answer.objective:>13.7g}{bound:>13}"
          f"{gap:>9}{answer.status:>10}{answer.seconds:>8.2f}{cpu:>8.2f}  "
          f"{told}{'' if np.isnan(seconds) else f', {seconds:.1f}'}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
