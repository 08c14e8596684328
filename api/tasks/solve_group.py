"""Form groups from plain tables: units and edges in, labels out; no database needed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
from pydantic import Field

from api.tasks import group_tables
from api.tasks.group_tables import Floats, Ints, Names
from api.tasks.tables import replace_text
from api.tasks.work import Form, Work
from geo import grouping
from geo.errors import BadInput

GEODESIC_CELLS = 16_000_000
"""Up to here all geodesic distances are worked out beforehand; beyond, on a local plane."""


class SolveGroup(Form):
    """A grouping problem in files; see ``wangge solve group --help`` for the columns."""

    units: Path
    edges: Path
    groups: int = Field(ge=1)
    groups_most: int | None = Field(None, ge=1)
    lower: float | None = None
    upper: float | None = None
    tolerance: float | None = None
    capacity: str | None = None
    objective: Literal["inertia", "walk", "cut"] = "inertia"
    border: float = Field(0.0, ge=0)
    costs: Path | None = None
    leads: str | None = None
    leads_are: Literal["centres", "members"] = "members"
    min_leads: int = Field(1, ge=0)
    resources: tuple[str, ...] = ()
    min_resources: int | None = Field(None, ge=0)
    loads: tuple[tuple[str, float], ...] = ()
    met: tuple[tuple[str, str], ...] = ()
    together: str | None = None
    apart: str | None = None
    locked: str | None = None
    lines: str | None = None
    lines_are: Literal["ignored", "soft", "hard"] = "hard"
    line_fee: float = Field(1.0, ge=0)
    previous: Path | None = None
    moved_max: float | None = Field(None, ge=0)
    moving: str | None = None
    lonlat: bool = False
    time_limit_s: float = Field(60.0, gt=0)
    seed: int = Field(1, ge=0)
    warm_start: Path | None = None
    out: Path | None = None

    def run(self, work: Work) -> Grouped:
        """Read the tables, solve, write the labels."""
        units = self._units()
        problems = [self._problem(units, k) for k in self._range()]
        answers = grouping.solve_all(
            problems,
            rng=np.random.default_rng(self.seed),
            time_limit_s=self.time_limit_s,
            progress=work.progress,
            warm_starts=[self._plan(self.warm_start, problem) for problem in problems],
            seed=self.seed,
        )
        best = answers.best
        plan = self._measured(units, problems[best], answers.plans[best])
        done = Grouped(problems[best], plan, answers.tried())
        if self.out is not None:
            replace_text(self.out, done.labels().to_csv(index=False))
        return done

    def _range(self) -> range:
        most = self.groups if self.groups_most is None else self.groups_most
        if most < self.groups:
            raise BadInput(
                f"groups from {self.groups} to {most}: the first is the larger one",
                zh=f"组数范围 {self.groups} 至 {most} 颠倒了",
            )
        return range(self.groups, most + 1)

    def _units(self) -> pd.DataFrame:
        figures = [
            self.capacity, self.leads, self.moving, *self.resources,
            *(name for name, _ in self.loads), *(name for pair in self.met for name in pair),
        ]  # fmt: skip
        words = [self.together, self.apart, self.locked, self.lines]
        return group_tables.units(
            self.units,
            figures=[name for name in figures if name is not None],
            words=[name for name in words if name is not None],
            lonlat=self.lonlat,
        )

    def _problem(self, units: pd.DataFrame, k: int) -> grouping.Problem:
        ids: Names = units["id"].to_numpy(dtype=object)
        weight = units["weight"].to_numpy(dtype=float)
        near, barriers = group_tables.adjacency(self.edges, ids)
        table, seats = None, None
        if self.costs is not None:
            table, seats = group_tables.cost_table(self.costs, ids)

        def figures(name: str | None) -> Floats | None:
            return None if name is None else units[name].to_numpy(float)

        leads = figures(self.leads)
        xy, table, seats = self._geometry(units, weight, table, seats)
        centres = _centres(self, units)
        previous = None
        if self.previous is not None:
            previous = group_tables.labels(self.previous, ids, k, centres)
        return grouping.problem(
            ids=ids,
            weight=weight,
            adjacency=near,
            groups=k,
            xy=xy,
            lower=self.lower,
            upper=self.upper,
            tolerance=self.tolerance,
            capacity=figures(self.capacity),
            objective=self.objective,
            border=self.border,
            costs=table,
            seats=seats,
            leads=None if leads is None else leads > 0,
            leads_are=self.leads_are,
            min_leads=self.min_leads,
            resources={name: units[name].to_numpy(float) > 0 for name in self.resources},
            min_resources=self.min_resources,
            loads={name: (units[name].to_numpy(float), share) for name, share in self.loads},
            met={
                f"{offer} for {need}": (units[need].to_numpy(float), units[offer].to_numpy(float))
                for need, offer in self.met
            },
            together=_pairs(units, self.together, chain=True),
            apart=_pairs(units, self.apart, chain=False),
            locked=self._locks(units, k),
            previous=previous,
            moved_max=self.moved_max,
            moving=figures(self.moving),
            barriers=barriers,
            lines=None if self.lines is None else units[self.lines].to_numpy(object),
            lines_are="ignored" if self.lines is None else self.lines_are,
            line_fee=self.line_fee,
        )

    def _locks(self, units: pd.DataFrame, k: int) -> dict[str, int]:
        if self.locked is None:
            return {}
        held = units[units[self.locked] != ""]
        group = pd.to_numeric(held[self.locked], errors="coerce")
        bad = ~(group.between(1, k) & (group % 1 == 0))
        if bad.any():
            name, value = held.loc[bad, ["id", self.locked]].iloc[0]
            raise BadInput(
                f"{self.units}: {name} is locked to {value!r}, which is no group 1 … {k}",
                zh=f"{self.units}：“{name}”锁定到“{value}”，不是 1 至 {k} 的组号",
            )
        return dict(zip(held["id"], (group - 1).astype(int).tolist(), strict=True))

    def _geometry(
        self, units: pd.DataFrame, weight: Floats, table: Floats | None, seats: Ints | None
    ) -> tuple[Floats, Floats | None, Ints | None]:
        xy = units[["x", "y"]].to_numpy(dtype=float)
        if not self.lonlat:
            return xy, table, seats
        metres = group_tables.plane(xy)
        if self.objective == "cut" or table is not None:
            return metres, table, seats
        fixed = _centres(self, units)
        to = np.arange(len(xy)) if fixed is None else fixed
        if len(xy) * len(to) > GEODESIC_CELLS:
            return metres, None, None
        away = group_tables.geodesic_m(xy, to)
        costs = weight[:, None] * (away if self.objective == "walk" else away**2)
        return metres, costs, to.astype(np.int32)

    def _measured(
        self, units: pd.DataFrame, problem: grouping.Problem, plan: grouping.Partition
    ) -> grouping.Partition:
        """Measure on the ellipsoid what was searched on the plane; no bound holds there."""
        if not self.lonlat or not problem.compact or problem.costs is not None:
            return plan
        lonlat = units[["x", "y"]].to_numpy(dtype=float)
        ends = lonlat[plan.centres[plan.labels]]
        away = np.asarray(group_tables.ELLIPSOID.inv(*lonlat.T, *ends.T)[2], dtype=np.float64)
        reach = away if self.objective == "walk" else away**2
        fees = plan.objective - grouping.compactness(problem, plan.labels)
        return replace(
            plan, objective=float(problem.weight @ reach) + fees, bound=None, status="feasible"
        )

    def _plan(self, path: Path | None, problem: grouping.Problem) -> Ints | None:
        if path is None:
            return None
        plan = group_tables.labels(path, problem.ids, problem.k, problem.centres)
        if plan.min() < 0 or plan.max() >= problem.k:
            raise BadInput(
                f"{path}: not every unit is in one of {problem.k} groups",
                zh=f"{path}：不是每个单元都在 {problem.k} 个组之一",
            )
        return plan


def _centres(asked: SolveGroup, units: pd.DataFrame) -> Ints | None:
    """Give the fixed centres, when there are some."""
    if asked.leads is not None and asked.leads_are == "centres":
        return np.flatnonzero(units[asked.leads].to_numpy(float) > 0).astype(np.int32)
    if asked.leads is None and asked.capacity is not None:
        return np.flatnonzero(units[asked.capacity].to_numpy(float) > 0).astype(np.int32)
    return None


def _pairs(units: pd.DataFrame, column: str | None, *, chain: bool) -> list[tuple[str, str]]:
    """Give pairs of units with one word in a column: each with the next, or each with each."""
    if column is None:
        return []
    made = []
    for _, same in units[units[column] != ""].groupby(column, sort=False)["id"]:
        names = same.tolist()
        for i, a in enumerate(names):
            others = names[i + 1 : i + 2] if chain else names[i + 1 :]
            made += [(a, b) for b in others]
    return made


@dataclass(frozen=True, slots=True)
class Grouped:
    """A solved problem, ready to be written and shown."""

    problem: grouping.Problem
    plan: grouping.Partition
    tried: list[dict[str, Any]]

    def labels(self) -> pd.DataFrame:
        """One row a unit: id, group (1 … k), centre."""
        ids, plan = self.problem.ids, self.plan
        return pd.DataFrame(
            {"id": ids, "group": plan.labels + 1, "centre": ids[plan.centres[plan.labels]]}
        )

    def as_dict(self) -> dict[str, Any]:
        """Give the answer as plain values for JSON."""
        plan = self.plan
        size = np.bincount(plan.labels, minlength=self.problem.k).tolist()
        body: dict[str, Any] = {
            "status": plan.status,
            "objective": plan.objective,
            "bound": plan.bound,
            "gap": plan.gap,
            "seconds": round(plan.seconds, 3),
            "seed": plan.seed,
            "groups": [
                {
                    "group": g + 1,
                    "centre": str(self.problem.ids[c]),
                    "load": float(load),
                    "units": size[g],
                }
                for g, (c, load) in enumerate(zip(plan.centres, plan.loads, strict=True))
            ],
        }
        if np.isfinite(self.problem.moved_max):
            body["moved"] = grouping.moved(self.problem, plan.labels)
        if len(self.tried) > 1:
            body["tried"] = self.tried
        return body
