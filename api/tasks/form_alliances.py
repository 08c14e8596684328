"""Group neighbouring councils into alliances: near, balanced, each with a lead."""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pydantic import Field

from api.tasks.scene import Scene, read_scene
from api.tasks.work import Form, Work, now, record
from geo import grouping, layers, topology
from geo.errors import BadInput
from geo.layers import items


class FormAlliances(Form):
    """Ask for `groups` alliances; `load` is what is balanced, within ± `tolerance`.

    Leads are the councils whose seniority and strength together rank highest:
    `leads_per_group` times as many as there are groups may lead, and every alliance has
    at least one (以老带新、以强带弱).
    """

    groups: int = Field(9, ge=1)
    tolerance: float = Field(0.15, gt=0, lt=1)
    load: str = Field("households", pattern="^(households|members)$")
    leads_per_group: float = Field(2.0, ge=1)
    seed: int = 1
    time_limit_s: float = Field(10, gt=0)

    def run(self, work: Work) -> "Alliances":
        """Read, solve outside any transaction, keep the run."""
        started = now()
        scene = read_scene(work, "council", "grid")
        councils = layers.councils(scene.frame("council"))
        if len(councils) < self.groups:
            raise BadInput(
                f"{len(councils)} councils cannot form {self.groups} alliances",
                zh=f"只有 {len(councils)} 个议事会，组不成 {self.groups} 个联盟",
                hint="import the layer council, or ask for fewer groups",
                hint_zh="请先导入议事会图层，或减少联盟数",
            )
        territories = territory_shapes(scene, councils)
        problem = self._problem(councils, territories)
        rng = np.random.default_rng(self.seed)
        plan = grouping.solve(
            problem, rng=rng, time_limit_s=self.time_limit_s, progress=work.progress
        )
        members = _members(councils, self.load, problem, plan)
        result = {
            "status": plan.status, "objective": plan.objective, "gap": plan.gap,
            "alliances": members[["id", "alliance", "lead"]].to_dict("records"),
        }  # fmt: skip
        run = record(
            work,
            "alliances",
            self,
            result,
            started=started,
            seed=self.seed,
            objective=plan.objective,
            bound=plan.bound,
        )
        return Alliances(run, plan, members, territories, scene)

    def _problem(
        self, councils: layers.CouncilLayer, territories: gpd.GeoDataFrame
    ) -> grouping.Problem:
        rank = councils["seniority"].rank(pct=True) + councils["strength"].rank(pct=True)
        leads = rank.rank(method="first", ascending=False) <= self.groups * self.leads_per_group
        return grouping.problem(
            ids=councils["id"].to_numpy(object),
            weight=councils[self.load].to_numpy(float),
            adjacency=topology.adjacency(territories.rename(columns={"id": "code"})),
            groups=self.groups,
            xy=shapely.get_coordinates(councils.geometry.to_numpy()),
            tolerance=self.tolerance,
            leads=leads.to_numpy(bool),
        )


def territory_shapes(scene: Scene, councils: layers.CouncilLayer) -> gpd.GeoDataFrame:
    """Join the grids of each council's territory, in the order of the councils.

    A grid named by two councils goes to the first; a council without a known grid keeps
    its meeting place as an empty shape and has no neighbours by border.
    """
    owner: dict[str, int] = {}
    for row, cell in enumerate(councils["territory"]):
        for code in items(cell):
            owner.setdefault(code, row)
    grids = scene.frame("grid").drop_duplicates("code")
    owned = grids.assign(council=grids["code"].map(owner)).dropna(subset="council")
    shapes = owned.dissolve("council").geometry.reindex(range(len(councils)))
    shapes = shapes.where(shapes.notna(), shapely.MultiPolygon())
    columns = {name: councils[name].to_numpy() for name in ("id", "name", "community")}
    return gpd.GeoDataFrame(columns, geometry=np.asarray(shapes, dtype=object), crs=scene.crs)


@dataclass(frozen=True)
class Alliances:
    """A plan of alliances; `members` has one row a council, in their order.

    Columns: `id`, `name`, `community`, `alliance` (1 …), `alliance_name` (of its lead),
    `lead` (bool), `load`, and the reason in `zh` and `en`.
    """

    run: int
    plan: grouping.Partition
    members: pd.DataFrame
    territories: gpd.GeoDataFrame
    scene: Scene

    @property
    def verdict(self) -> str:
        """Say how good the plan is: optimal, within x %, or no proof."""
        if self.plan.status == "optimal":
            return "最优 optimal"
        if self.plan.gap is None:
            return "未证明 no proof"
        return f"距最优不超过 within {self.plan.gap:.1%}"

    def rows(self) -> list[tuple[str, int, int, str]]:
        """Give name, members, load and lead of every alliance."""
        return [
            (
                str(part["alliance_name"].iloc[0]),
                len(part),
                int(part["load"].sum()),
                str(part.loc[part["lead"], "name"].iloc[0]),
            )
            for _, part in self.members.groupby("alliance")
        ]

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON."""
        return {
            "run": self.run,
            "status": self.plan.status,
            "objective": self.plan.objective,
            "bound": self.plan.bound,
            "gap": self.plan.gap,
            "members": self.members.to_dict("records"),
        }


def _members(
    councils: layers.CouncilLayer, load: str, problem: grouping.Problem, plan: grouping.Partition
) -> pd.DataFrame:
    """Give every council its alliance, named after its strongest lead, and the reason."""
    rank = councils["seniority"].rank(pct=True) + councils["strength"].rank(pct=True)
    members = pd.DataFrame(
        {
            "id": councils["id"],
            "name": councils["name"],
            "community": councils["community"],
            "alliance": plan.labels + 1,
            "load": councils[load],
            "seniority": councils["seniority"],
            "strength": councils["strength"],
        }
    )
    first = rank.groupby(members["alliance"]).idxmax()
    members["lead"] = members.index.isin(first)
    names = members.loc[first].set_index("alliance")["name"] + "联盟"
    members["alliance_name"] = members["alliance"].map(names)
    called = dict(zip(members["id"], members["name"], strict=True))
    told = grouping.reasons(problem, plan)
    sentences = [
        _reason(row, names, called, plan.objective) for row in told.itertuples(index=False)
    ]
    members["zh"], members["en"] = zip(*sentences, strict=True)
    return members


_BREAKS = {
    "contiguity": ("原联盟会断成两片", "its alliance would fall apart"),
    "upper": ("对方会超出均衡上限", "the other would be too large"),
    "lower": ("原联盟会低于均衡下限", "its alliance would be too small"),
    "lead": ("原联盟会没有牵头", "its alliance would have no lead"),
}


def _reason(
    row: Any, names: pd.Series, called: dict[str, str], objective: float
) -> tuple[str, str]:
    """Say why a council is where it is, in the names that its members know."""
    zh = f"属于{names[row.group + 1]}，靠近中心“{called[row.centre]}”"
    en = f"in {names[row.group + 1]}, near its centre {called[row.centre]}"
    if row.other < 0:
        return zh + "；相邻的都是本联盟成员", en + "; all its neighbours are members too"
    share = row.rise / objective if objective else 0.0
    zh += f"。若改入{names[row.other + 1]}，就近代价{'增加' if share >= 0 else '减少'} {abs(share):.2%}"
    en += f"; in {names[row.other + 1]} the cost of distance {'rises' if share >= 0 else 'falls'} by {abs(share):.2%}"
    broken = [_BREAKS[b] for b in row.breaks.split(";") if b in _BREAKS]
    zh += "".join(f"，{z}" for z, _ in broken) + f"（对方 {row.load_after:,.0f}）"
    en += "".join(f", {e}" for _, e in broken) + f" (its load {row.load_after:,.0f})"
    return zh, en
