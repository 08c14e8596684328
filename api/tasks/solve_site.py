"""Choose sites from plain tables: costs, or points and sites, in; open sites out; no database."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

from api.tasks.tables import Faults, numbers, read_table, replace_text
from api.tasks.work import Form, Work
from geo import siting
from geo.errors import BadInput

FIXED = {
    "": 0,
    "free": 0,
    "candidate": 0,
    "候选": 0,
    "open": 1,
    "开放": 1,
    "forbidden": -1,
    "禁用": -1,
}
"""What may stand in the column ``fixed``."""

Names = npt.NDArray[np.object_]


class SolveSite(Form):
    """A siting problem in files; see ``wangge solve site --help`` for the columns."""

    tables: tuple[Path, ...] = Field(min_length=1, max_length=2)
    objective: Literal["median", "center", "cover", "all"]
    p: int | None = Field(None, ge=0)
    new: int | None = Field(None, ge=0)
    reach: float | None = Field(None, ge=0)
    budget: float | None = Field(None, ge=0)
    time_limit_s: float = Field(60.0, gt=0)
    seed: int = Field(1, ge=0)
    warm_start: Path | None = None
    out: Path | None = None
    assign: Path | None = None

    def run(self, work: Work) -> Sited:
        """Read the tables, solve, write what is open."""
        asked = self._asked()
        plan = siting.solve(
            asked.problem,
            rng=np.random.default_rng(self.seed),
            time_limit_s=self.time_limit_s,
            progress=work.progress,
            warm_start=self._warm(asked.sites),
            seed=self.seed,
        )
        done = Sited(asked, plan)
        if plan.status != "infeasible":
            if self.out is not None:
                replace_text(self.out, done.opened().to_csv(index=False))
            if self.assign is not None:
                replace_text(self.assign, done.assigned().to_csv(index=False))
        return done

    def _asked(self) -> Asked:
        return self._of_costs() if len(self.tables) == 1 else self._of_points()

    def _of_costs(self) -> Asked:
        path = self.tables[0]
        frame = read_table(path, ["demand", "site", "cost"])
        faults = Faults(path)
        for name in ("demand", "site"):
            faults.empty(frame, name)
        cost = numbers(frame, "cost", faults)
        faults.add(frame, cost < 0, "cost", "is below 0", "小于 0")
        i, demand = pd.factorize(frame["demand"])
        j, sites = pd.factorize(frame["site"])
        weight = np.ones(len(demand))
        if "weight" in frame:
            weight = _weights(frame, i, len(demand), faults)
        pair = pd.Series(i.astype(np.int64) * max(len(sites), 1) + j)
        faults.add(frame, pair.duplicated(), "site", "the pair stands there twice", "该对重复")
        faults.refuse()
        costs = siting.table(len(demand), len(sites), i, j, cost.to_numpy(float))
        return Asked(
            np.asarray(demand, dtype=object),
            np.asarray(sites, dtype=object),
            self._problem(costs, weight=weight, opened=0),
        )

    def _of_points(self) -> Asked:
        demand = _places(self.tables[0], ["weight"], [])
        sites = _places(self.tables[1], [], ["cost", "capacity"])
        fixed = _fixed(self.tables[1], sites)
        costs = siting.Points(demand[["x", "y"]].to_numpy(float), sites[["x", "y"]].to_numpy(float))
        problem = self._problem(
            costs,
            weight=demand["weight"].to_numpy(float),
            opened=int((fixed == 1).sum()),
            open_sites=np.flatnonzero(fixed == 1),
            forbidden_sites=np.flatnonzero(fixed == -1),
            site_cost=sites["cost"].to_numpy(float) if "cost" in sites else None,
            capacity=sites["capacity"].to_numpy(float) if "capacity" in sites else None,
        )
        return Asked(demand["id"].to_numpy(object), sites["id"].to_numpy(object), problem)

    def _problem(self, costs: siting.Costs, *, opened: int, **more: Any) -> siting.Problem:
        if self.p is not None and self.new is not None:
            raise BadInput("give -p or --new, not both", zh="-p 与 --new 只能给一个")
        p = self.p if self.new is None else self.new + opened
        return siting.problem(
            costs, objective=self.objective, p=p, reach=self.reach, budget=self.budget, **more
        )

    def _warm(self, sites: Names) -> npt.NDArray[np.int32] | None:
        if self.warm_start is None:
            return None
        frame = read_table(self.warm_start, ["site"])
        faults = Faults(self.warm_start)
        at = {name: j for j, name in enumerate(sites)}
        bad = ~frame["site"].isin(list(at))
        faults.add(frame, bad, "site", "is no site", "不是已有候选点")
        faults.refuse()
        return frame["site"].map(at).to_numpy(dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Asked:
    """A problem with the names of its points and sites."""

    demand: Names
    sites: Names
    problem: siting.Problem


@dataclass(frozen=True, slots=True)
class Sited:
    """A solved problem, ready to be written and shown."""

    asked: Asked
    plan: siting.Solution

    def opened(self) -> pd.DataFrame:
        """One row an open site."""
        return pd.DataFrame({"site": self.asked.sites[self.plan.open]})

    def assigned(self) -> pd.DataFrame:
        """One row a demand point: the site that serves it, empty where none does."""
        site = self.plan.assignment
        names = np.where(site >= 0, self.asked.sites[site], "")
        return pd.DataFrame({"demand": self.asked.demand, "site": names})

    def unreachable(self) -> list[str]:
        """Names of the points that make a plan for everybody impossible, whatever is opened."""
        if self.plan.status != "infeasible":
            return []
        return [str(name) for name in self.asked.demand[self.asked.problem.out_of_reach()]]

    def as_dict(self) -> dict[str, Any]:
        """Give the answer as plain values for JSON."""
        plan, out = self.plan, self.plan.assignment < 0
        return {
            "status": plan.status, "objective": plan.objective, "bound": plan.bound,
            "gap": plan.gap, "seconds": round(plan.seconds, 3), "seed": plan.seed,
            "open": [str(name) for name in self.asked.sites[plan.open]],
            "unserved_points": int(out.sum()),
            "unserved_weight": float(self.asked.problem.weight[out].sum()),
            "unreachable": self.unreachable(),
        }  # fmt: skip


def _weights(
    frame: pd.DataFrame, demand: npt.NDArray[np.intp], n: int, faults: Faults
) -> npt.NDArray[np.float64]:
    """Weight of each point; its rows must agree, and may be empty after the first."""
    given = frame["weight"].notna().to_numpy()
    column = numbers(frame, "weight", faults, empty=0.0).to_numpy()
    faults.add(frame, pd.Series(column < 0), "weight", "is below 0", "小于 0")
    weight = np.ones(n)
    rows = np.flatnonzero(given)[::-1]
    weight[demand[rows]] = column[rows]
    bad = pd.Series(given & (column != weight[demand]))
    faults.add(
        frame, bad, "weight", "differs from the same point above", "与同一需求点前面的权重不同"
    )
    return weight


def _places(path: Path, needed: list[str], optional: list[str]) -> pd.DataFrame:
    frame = read_table(path, ["id", "x", "y", *needed])
    faults = Faults(path)
    faults.empty(frame, "id")
    faults.twice(frame["id"], "id")
    for name in ("x", "y"):
        frame[name] = numbers(frame, name, faults)
    for name in [*needed, *(name for name in optional if name in frame)]:
        frame[name] = numbers(frame, name, faults)
        faults.below(frame, name, 0)
    faults.refuse()
    return frame


def _fixed(path: Path, sites: pd.DataFrame) -> npt.NDArray[np.int64]:
    if "fixed" not in sites:
        return np.zeros(len(sites), dtype=np.int64)
    faults = Faults(path)
    words = sites["fixed"].fillna("").astype("str").str.strip().str.lower()
    faults.add(
        sites,
        ~words.isin(list(FIXED)),
        "fixed",
        "is not open or forbidden",
        "应为 open 或 forbidden",
    )
    faults.refuse()
    return np.array([FIXED[word] for word in words], dtype=np.int64)
