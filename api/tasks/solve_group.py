"""Form groups from plain tables: units and edges in, labels out; no database needed."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field
from pyproj import Geod

from api.tasks.tables import Faults, numbers, read_table, replace_text
from api.tasks.work import Form, Work
from geo import coords, grouping
from geo.errors import BadInput
from geo.layers import Adjacency

GEODESIC_UNITS = 4000
"""Up to here all geodesic distances are worked out beforehand; beyond, in the local plane."""


class SolveGroup(Form):
    """A grouping problem in files; see ``wangge solve group --help`` for the columns."""

    units: Path
    edges: Path
    groups: int = Field(ge=1)
    lower: float | None = None
    upper: float | None = None
    tolerance: float | None = None
    capacity: str | None = None
    objective: Literal["inertia", "walk", "cut"] = "inertia"
    costs: Path | None = None
    leads: str | None = None
    leads_are: Literal["centres", "members"] = "members"
    resources: tuple[str, ...] = ()
    lonlat: bool = False
    time_limit_s: float = Field(60.0, gt=0)
    seed: int = Field(1, ge=0)
    warm_start: Path | None = None
    out: Path | None = None

    def run(self, work: Work) -> "Grouped":
        """Read the tables, solve, write the labels."""
        units = self._units()
        problem = self._problem(units)
        warm = self._warm(problem) if self.warm_start else None
        plan = grouping.solve(
            problem,
            rng=np.random.default_rng(self.seed),
            time_limit_s=self.time_limit_s,
            progress=work.progress,
            warm_start=warm,
            seed=self.seed,
        )
        done = Grouped(problem, plan)
        if self.out is not None:
            replace_text(self.out, done.labels().to_csv(index=False))
        return done

    def _units(self) -> pd.DataFrame:
        wanted = [self.capacity, self.leads, *self.resources]
        marks = [name for name in wanted if name is not None]
        frame = read_table(self.units, ["id", "x", "y", "weight", *marks])
        faults = Faults(self.units)
        for name in ["x", "y", "weight", *marks]:
            frame[name] = numbers(frame, name, faults)
        faults.empty(frame, "id")
        faults.twice(frame["id"], "id")
        faults.below(frame, "weight", 0)
        if self.lonlat:
            faults.outside(frame, "x", -180, 180)
            faults.outside(frame, "y", -90, 90)
        faults.refuse()
        return frame

    def _problem(self, units: pd.DataFrame) -> grouping.Problem:
        ids = units["id"].to_numpy(dtype=object)
        weight = units["weight"].to_numpy(dtype=float)
        xy, table = self._geometry(units, weight)
        seats = None
        if self.costs is not None:
            table, seats = self._cost_table(ids)
        return grouping.problem(
            ids=ids,
            weight=weight,
            adjacency=self._adjacency(ids),
            groups=self.groups,
            xy=xy,
            lower=self.lower,
            upper=self.upper,
            tolerance=self.tolerance,
            capacity=None if self.capacity is None else units[self.capacity].to_numpy(float),
            objective=self.objective,
            costs=table,
            seats=seats,
            leads=None if self.leads is None else units[self.leads].to_numpy(float) > 0,
            leads_are=self.leads_are,
            resources={name: units[name].to_numpy(float) > 0 for name in self.resources},
        )

    def _geometry(
        self, units: pd.DataFrame, weight: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64] | None]:
        xy = units[["x", "y"]].to_numpy(dtype=float)
        if not self.lonlat:
            return xy, None
        plane = coords.working_crs(float(np.median(xy[:, 0])))
        metres = np.column_stack(
            coords.transformer(coords.STORED, plane).transform(xy[:, 0], xy[:, 1])
        )
        if self.objective == "cut" or self.costs is not None or len(xy) > GEODESIC_UNITS:
            return metres, None
        away = _geodesic_m(xy)
        return metres, weight[:, None] * (away if self.objective == "walk" else away**2)

    def _adjacency(self, ids: npt.NDArray[np.object_]) -> Adjacency:
        frame = read_table(self.edges, ["a", "b"])
        faults = Faults(self.edges)
        at = {name: i for i, name in enumerate(ids)}
        for name in ("a", "b"):
            faults.unknown(frame, name, at)
        length: npt.NDArray[np.float64] = np.ones(len(frame))
        if "length" in frame:
            length = np.asarray(numbers(frame, "length", faults, empty=1.0), dtype=np.float64)
        faults.refuse()
        pairs = np.column_stack([frame["a"].map(at), frame["b"].map(at)]).astype(np.int32)
        pairs.sort(axis=1)
        apart = pairs[:, 0] != pairs[:, 1]
        pairs, first = np.unique(pairs[apart], axis=0, return_index=True)
        return Adjacency(ids, pairs.reshape(-1, 2), length[apart][first])

    def _cost_table(
        self, ids: npt.NDArray[np.object_]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int32]]:
        assert self.costs is not None
        frame = read_table(self.costs, ["unit", "centre", "cost"])
        faults = Faults(self.costs)
        at = {name: i for i, name in enumerate(ids)}
        for name in ("unit", "centre"):
            faults.unknown(frame, name, at)
        cost = numbers(frame, "cost", faults)
        faults.refuse()
        seats, column = np.unique(frame["centre"].map(at).to_numpy(int), return_inverse=True)
        table = np.full((len(ids), len(seats)), np.inf)
        table[frame["unit"].map(at).to_numpy(int), column] = cost
        return table, seats.astype(np.int32)

    def _warm(self, problem: grouping.Problem) -> npt.NDArray[np.int32]:
        assert self.warm_start is not None
        frame = read_table(self.warm_start, ["id", "group"])
        faults = Faults(self.warm_start)
        at = {name: i for i, name in enumerate(problem.ids)}
        faults.unknown(frame, "id", at)
        faults.refuse()
        group, _ = pd.factorize(frame["group"])
        labels: npt.NDArray[np.int32] = np.full(problem.n, -1, dtype=np.int32)
        labels[frame["id"].map(at).to_numpy(int)] = group
        if problem.centres is not None and labels.min() >= 0:
            labels = _by_centre(labels, problem.centres)
        if labels.min() < 0 or labels.max() >= problem.k:
            raise BadInput(
                f"{self.warm_start}: not every unit is in one of {problem.k} groups",
                zh=f"{self.warm_start}：不是每个单元都在 {problem.k} 个组之一",
            )
        return labels


@dataclass(frozen=True, slots=True)
class Grouped:
    """A solved problem, ready to be written and shown."""

    problem: grouping.Problem
    plan: grouping.Partition

    def labels(self) -> pd.DataFrame:
        """One row a unit: id, group (1 … k), centre."""
        ids, plan = self.problem.ids, self.plan
        return pd.DataFrame(
            {"id": ids, "group": plan.labels + 1, "centre": ids[plan.centres[plan.labels]]}
        )

    def as_dict(self) -> dict[str, Any]:
        """Give the answer as plain values for JSON."""
        plan = self.plan
        return {
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
                    "units": size,
                }
                for g, (c, load, size) in enumerate(
                    zip(plan.centres, plan.loads, np.bincount(plan.labels).tolist(), strict=True)
                )
            ],
        }


def _geodesic_m(lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    geod, n = Geod(ellps="WGS84"), len(lonlat)
    away = np.zeros((n, n))
    lon, lat = lonlat.T
    for i in range(n - 1):
        rest = n - i - 1
        _, _, metres = geod.inv(
            np.full(rest, lon[i]), np.full(rest, lat[i]), lon[i + 1 :], lat[i + 1 :]
        )
        away[i, i + 1 :] = away[i + 1 :, i] = metres
    return away


def _by_centre(
    labels: npt.NDArray[np.int32], centres: npt.NDArray[np.integer[Any]]
) -> npt.NDArray[np.int32]:
    group = np.full(int(labels.max()) + 1, -1, dtype=np.int32)
    group[labels[centres]] = np.arange(len(centres), dtype=np.int32)
    return group[labels]
