"""Unify departments' nets: pieces, agreement, conflicts, a merged proposal, two-way crosswalks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pydantic import Field

import maps
from api.tasks.draw_maps import write
from api.tasks.open_scenario import open_scenario
from api.tasks.scene import read_scene
from api.tasks.work import Form, Work, now, record
from geo import coords, files, layers, store, unify
from geo.errors import BadInput, NotFound
from geo.layers import DEFAULT_SCHEME
from geo.store.scenarios import Scenario

GRID = "grid"
"""The service's own grids may take part as one more net, under this name."""


class UnifyNets(Form):
    """Merge `nets` into one whose areas have `lower` to `upper` households.

    The answer is a proposal: it is kept as a run and written to the folder `out`; nothing is
    published. `scenario` opens it under that name on the planner's desk, community by
    community, for the area `within` (the only district, unless there are several). Slivers narrower than `sliver_m` are drawing noise. `weights` say what a
    household's change counts in each net.
    """

    nets: tuple[str, ...] = Field(min_length=1)
    lower: int = Field(300, ge=0)
    upper: int = Field(500, ge=1)
    sliver_m: float = Field(2.0, ge=0)
    weights: tuple[float, ...] | None = None
    frame: str | None = None
    out: Path | None = None
    scenario: str = ""
    within: str = ""

    def run(self, work: Work) -> Unified:
        """Read, merge outside any transaction, keep the run, write the files."""
        started = now()
        nets, homes = read_nets(self.nets, work)
        with work.step("叠合各套网格"):
            found = unify.atoms(nets, homes, sliver_m=self.sliver_m)
        proposal = unify.propose(
            found, norm=(self.lower, self.upper), weights=self.weights, frame=self.frame,
            progress=work.progress,
        )  # fmt: skip
        done = Unified(0, found, proposal, homes)
        run = record(
            work, "nets", self, done.summary(), started=started,
            objective=proposal.objective, bound=proposal.bound,
        )  # fmt: skip
        done = replace(done, run=run)
        if self.out is not None:
            with work.step(f"写出 {self.out.name}"):
                done.write(self.out)
        if self.scenario:
            with work.step(f"打开方案 {self.scenario}"):
                done = replace(done, opened=self._opened(work, done.areas()))
        return done

    def _opened(self, work: Work, areas: gpd.GeoDataFrame) -> Scenario:
        within = self.within or _only_district(work)
        plain = gpd.GeoDataFrame(geometry=areas.geometry)
        return open_scenario(work, GRID, within, plain, name=self.scenario)


@dataclass(frozen=True)
class Unified:
    """A merged net, and how every household comes to it from each of the old ones."""

    run: int
    found: unify.Atoms
    proposal: unify.Proposal
    homes: gpd.GeoDataFrame
    opened: Scenario | None = None

    def summary(self) -> dict[str, Any]:
        """Give the figures, ready for JSON."""
        plan = self.proposal
        return {
            "status": plan.status,
            "objective": plan.objective,
            "bound": round(plan.bound, 6),
            "gap": round(plan.gap, 6),
            "households": int(self.found.counts.sum()),
            "changed": dict(zip(self.found.nets, plan.changed, strict=True)),
            "areas": len(plan.heir),
            "outside_norm": len(plan.outside),
            "pieces": len(self.found.shapes),
            "doubled_homes": self.found.doubled,
            "homes_outside": int((self.found.home < 0).sum()),
            "frame": plan.frame_net,
            "scenario": self.opened.link if self.opened else None,
        }

    def codes(self) -> npt.NDArray[np.object_]:
        """Give provisional codes of the new areas: real ones are given when they are published."""
        return np.array([f"U{n:05d}" for n in range(1, len(self.proposal.heir) + 1)], dtype=object)

    def areas(self) -> gpd.GeoDataFrame:
        """Give the new areas: whom they hold and whose names they inherit."""
        plan, codes = self.proposal, self.codes()
        columns: dict[str, Any] = {"code": codes}
        for k, name in enumerate(self.found.nets):
            columns[f"heir_{name}"] = np.append(self.found.codes[k], "")[plan.heir[:, k]]
        of_home = plan.of_homes()
        inside = of_home >= 0
        for count in ("households", "residents"):
            people = self.homes[count].to_numpy()[inside]
            columns[count] = np.bincount(of_home[inside], people, minlength=len(codes)).astype(int)
        why = dict(zip(plan.outside["area"], plan.outside["zh"], strict=True))
        columns["note"] = [why.get(n, "") for n in range(len(codes))]
        return gpd.GeoDataFrame(columns, geometry=plan.shapes, crs=self.found.crs)

    def crosswalk(self, net: str) -> pd.DataFrame:
        """Give the two-way table between one net and the new areas."""
        old = np.append(self.found.named(self.found.nets.index(net)), "")[self.found.home]
        new = np.append(self.codes(), "")[self.proposal.of_homes()]
        table = layers.crosswalk(self.homes, old, new)
        return table.rename(columns={"one": net, "other": "new", "share_of_one": f"share_of_{net}",
                                     "share_of_other": "share_of_new"})  # fmt: skip

    def write(self, folder: Path) -> None:
        """Write the new areas, the pieces, and all tables as one workbook and as CSV."""
        areas, pieces = self.areas(), self.found.frame()
        folder.mkdir(parents=True, exist_ok=True)
        files.write(coords.to_degrees(areas), folder / "areas.gpkg")
        files.write(coords.to_degrees(pieces), folder / "pieces.gpkg")
        tables = {
            "areas": pd.DataFrame(areas.drop(columns="geometry")),
            "agreement": unify.agreement(self.found),
            "conflicts": self.conflicts(),
            **{f"crosswalk_{net}": self.crosswalk(net) for net in self.found.nets},
        }
        for name, table in tables.items():
            write(folder / f"{name}.csv", table.to_csv(index=False).encode("utf-8-sig"))
        write(folder / "unified.xlsx", maps.workbook(tables, title="多网合一"))

    def conflicts(self) -> pd.DataFrame:
        """Give what two nets tear apart, most households first, with lon and lat of a place."""
        table = unify.conflicts(self.found)
        places = gpd.GeoDataFrame(geometry=table["place"].to_numpy(), crs=self.found.crs)
        lonlat = coords.to_degrees(places).get_coordinates().to_numpy().round(6)
        return table.drop(columns="place").assign(lon=lonlat[:, 0], lat=lonlat[:, 1])

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return {
            "run": self.run,
            **self.summary(),
            "agreement": unify.agreement(self.found).to_dict("records"),
            "conflicts": self.conflicts().head(100).to_dict("records"),
            "outside": self.proposal.outside.to_dict("records"),
        }


def _only_district(work: Work) -> str:
    with work.db.read() as session:
        codes = store.areas.read(session, "district")["code"].tolist()
    if len(codes) != 1:
        raise BadInput(
            f"there are {len(codes)} districts: say within which",
            zh=f"共有 {len(codes)} 个区县，请说明在哪个区域内",
            where=codes[:20],
            hint="--within CODE",
        )
    return str(codes[0])


def read_nets(
    names: tuple[str, ...], work: Work
) -> tuple[dict[str, gpd.GeoDataFrame], gpd.GeoDataFrame]:
    """Read nets and homes into one metre system; levels of our own count as nets too."""
    levels = {lv.name for lv in DEFAULT_SCHEME}
    with work.db.read() as session:
        there = store.features.nets(session)
        frames = {
            name: store.areas.read(session, name)
            if name in levels and name not in there
            else store.features.read(session, "net", net=name)
            for name in names
        }
    missing = [name for name, frame in frames.items() if frame.empty]
    if len(set(names)) < len(names):
        raise BadInput("a net is named twice", zh="同一套网格写了两次")
    if missing:
        listed = ", ".join([*there, GRID])
        raise NotFound(
            f"no net {missing[0]!r}", zh=f"没有“{missing[0]}”这套网格", where=missing,
            hint=f"imported: {listed}", hint_zh=f"已导入：{listed}",
        )  # fmt: skip
    scene = read_scene(work, "building")
    homes = scene.demand
    return {name: frame.to_crs(scene.crs) for name, frame in frames.items()}, homes
