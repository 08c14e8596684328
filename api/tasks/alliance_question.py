"""What is asked of groups: how many, what is balanced, who leads, which lines are respected."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from api.tasks.alliance_presets import PRESETS, Preset, PresetName
from api.tasks.bodies import Bodies
from api.tasks.work import Form
from geo import grouping
from geo.errors import BadInput

Load = Literal["households", "residents", "members", "needs", "bodies"]
Lines = Literal["ignored", "soft", "hard"]


class Question(Form):
    """What is grouped, into how many, and what every group keeps.

    `load` is what is balanced, within ± `tolerance`; `also` balances further loads at once,
    each within its own tolerance. Leads are the bodies whose seniority and strength together
    rank highest, `leads_per_group` times as many as there are groups; every group holds at
    least `min_leads`. `hub`: groups form around a lead, or around any member. `mentor` makes
    the walk of the newest and weakest count up to 1 + mentor times: they come nearest to a
    lead. `skills`: whatever is needed is offered in every group (all; most: but for what too
    few offer; none). `lines` of subdistricts: hard, no group takes part of a subdistrict and
    part of another (with fewer groups than subdistricts: every subdistrict stays whole);
    soft, borders inside a subdistrict cost, by `line_weight`; ignored. What is left out is
    usual for the `preset`.
    """

    preset: PresetName = "alliances"
    groups: int = Field(9, ge=1)
    tolerance: float = Field(0.15, gt=0, lt=1)
    load: Load = "households"
    also: dict[Load, float] = Field(default_factory=dict)
    nearness: Literal["walk", "straight"] = "walk"
    hub: Literal["lead", "any"] = "lead"
    leads_per_group: float = Field(2.0, ge=1)
    min_leads: int = Field(1, ge=0)
    mentor: float = Field(0.5, ge=0)
    skills: Literal["all", "most", "none"] = "most"
    lines: Lines = "ignored"
    line_weight: float = Field(1.0, gt=0)
    seed: int = 1
    time_limit_s: float = Field(60, gt=0)

    @model_validator(mode="before")
    @classmethod
    def _usual(cls, values: Any) -> Any:
        """Fill in what is usual for the preset, so that a kept form says everything."""
        if not isinstance(values, dict):
            return values
        given = {name: value for name, value in values.items() if value is not None}
        preset = PRESETS.get(str(given.get("preset", "alliances")))
        return {**(preset.defaults if preset else {}), **given}

    @property
    def custom(self) -> Preset:
        """Give the preset in full."""
        return PRESETS[self.preset]

    def leads(self, bodies: Bodies) -> npt.NDArray[np.bool_]:
        """Say who may lead; nobody is singled out where nothing tells them apart."""
        table = bodies.table
        if not bodies.ranked:
            return np.ones(len(table), dtype=bool)
        count = max(self.leads_per_group, self.min_leads) * self.groups
        return np.asarray(table["rank"].rank(ascending=False)) <= count

    def costs(self, bodies: Bodies) -> npt.NDArray[np.float64]:
        """Give what each body costs at each hub: load × minutes, more for the new and weak."""
        weak = 1.0 + self.mentor * (1.0 - bodies.table["rank"].to_numpy(float))
        if not bodies.ranked:
            weak[:] = 1.0
        return np.asarray((bodies.load(self.load) * weak)[:, None] * bodies.walk_min)

    def problem(self, bodies: Bodies, **changes: Any) -> grouping.Problem:
        """Put the question to the solver; `changes` replace what it would be told."""
        leads = self.leads(bodies)
        seats = np.flatnonzero(leads) if self.hub == "lead" else np.arange(len(leads))
        told: dict[str, Any] = {
            "ids": bodies.table["id"].to_numpy(object),
            "weight": bodies.load(self.load),
            "adjacency": bodies.adjacency,
            "groups": self.groups,
            "xy": bodies.xy,
            "tolerance": self.tolerance,
            "seats": seats,
            "loads": {name: (bodies.load(name), share) for name, share in self.also.items()},
        }
        if self.nearness == "walk":
            told["costs"] = self.costs(bodies)[:, seats]
        if self.min_leads and bodies.ranked:
            told |= {"leads": leads, "min_leads": self.min_leads}
        return grouping.problem(**told | self._lines(bodies, seats) | changes)

    def _lines(self, bodies: Bodies, seats: npt.NDArray[np.integer[Any]]) -> dict[str, Any]:
        """Say what lines of subdistricts mean to the solver."""
        lines = bodies.subdistricts
        names = [name for name in np.unique(lines) if name]
        if self.lines == "ignored" or not names:
            return {}
        if self.lines == "soft":
            return {"lines": lines, "lines_are": "soft", "line_fee": self._fee(bodies, seats)}
        if self.groups >= len(names):
            return {"lines": lines, "lines_are": "hard"}
        ids = bodies.table["id"].to_numpy(object)
        chains = [ids[lines == name].tolist() for name in names]
        return {"together": [pair for own in chains for pair in pairwise(own)]}

    def _fee(self, bodies: Bodies, seats: npt.NDArray[np.integer[Any]]) -> float:
        """Give the cost of a metre of border inside a subdistrict.

        At weight 1, parting all neighbours of one subdistrict would cost what the walks of a
        usual plan cost: everybody to the middle one of the nearest seats of a group.
        """
        near = bodies.adjacency
        a, b = bodies.subdistricts[near.pairs].T
        inside = float(near.length_m[(a == b) & (a != "")].sum())
        if inside == 0:
            return 0.0
        table = self.costs(bodies)[:, seats]
        if self.nearness == "straight":
            off = bodies.xy[:, None] - bodies.xy[None, seats]
            table = bodies.load(self.load)[:, None] * (off**2).sum(axis=2)
        middle = len(seats) // (2 * self.groups)
        usual = np.partition(table, middle, axis=1)[:, middle].sum()
        return self.line_weight * float(usual) / inside

    def held(self, bodies: Bodies) -> dict[str, npt.NDArray[np.bool_]]:
        """Give who offers what every group is to hold."""
        if self.skills == "none":
            return {}
        least = self.groups if self.skills == "most" else 1
        return bodies.skills.wanted(holders=least)

    def check(self, bodies: Bodies) -> None:
        """Refuse more groups than there are bodies, and further loads that make no sense."""
        for name, share in self.also.items():
            if name == self.load or not 0 < share < 1:
                raise BadInput(
                    f"a further load {name} within ±{share:g}",
                    zh=f"附加均衡“{name}”±{share:g}：须与主负荷不同，偏差在 0 与 1 之间",
                    where=[name],
                    hint="balance another load than the main one, within a share such as 0.3",
                    hint_zh="例如主负荷为户数时，附加 members=0.3",
                )
        if (n := len(bodies.table)) < self.groups:
            zh, en = self.custom.body
            raise BadInput(
                f"{n} × {en} cannot form {self.groups} groups",
                zh=f"只有 {n} 个{zh}，组不成 {self.groups} 个{self.custom.word[0]}",
                hint=f"import the layer {self.custom.layer}, or ask for fewer groups",
                hint_zh="请先导入图层，或减少组数",
            )
