"""Place new stations among the candidates, on foot over the streets, each with its reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import Field, model_validator

from api.tasks.placed import Placed
from api.tasks.siting_ground import LONGEST_MIN, Ground
from api.tasks.work import Form, Work, now, record
from geo import siting
from geo.errors import Infeasible
from geo.layers import GROUPS, TIERS

__all__ = ["PlaceSites", "Placed"]


class PlaceSites(Form):
    """Ask where the next `count` stations should stand, beside those that stand.

    Objectives: cover (most households within `minutes`), median (least walk of all together),
    center (least worst walk), all (fewest new stations such that everybody who can be is
    within `minutes`). `groups` come first: no household counts before the last of them is
    weighed. `beyond_min` adds so many minutes to every walk beyond `minutes` (median): a mix
    of walk and cover. `batches` are built one after the other. Existing stations stay, unless
    they stand in `may_close` ("all": any of them); then closing one frees a place for another.
    `tier_minutes` gives tiers their own reach, `hours` counts cover hour by hour with these
    hours at new stations, `capacity` lets no place serve more households than its floor allows.
    """

    count: int | None = Field(None, ge=1)
    objective: Literal["cover", "median", "center", "all"] = "cover"
    candidates: str = "candidate"
    minutes: float = Field(15, gt=0, le=LONGEST_MIN)
    walker: str = "adult"
    service: str | None = None
    groups: tuple[str, ...] = ()
    beyond_min: float = Field(0, ge=0)
    batches: tuple[int, ...] = ()
    may_close: tuple[str, ...] = ()
    forbid: tuple[str, ...] = ()
    require: tuple[str, ...] = ()
    budget: float | None = Field(None, ge=0)
    capacity: bool = False
    tier_minutes: Mapping[str, float] = Field(default_factory=dict)
    hours: str | None = None
    time_limit_s: float = Field(60.0, gt=0)
    seed: int = Field(1, ge=0)
    out: Path | None = None

    @model_validator(mode="after")
    def sensible(self) -> PlaceSites:
        """Refuse what contradicts itself, naming the way out."""
        if unknown := [g for g in self.groups if g not in GROUPS]:
            raise ValueError(
                f"没有人群“{unknown[0]}”，可用 {'、'.join(GROUPS)} | "
                f"groups: no group {unknown[0]!r}; one of {', '.join(GROUPS)}"
            )
        if unknown := [t for t in self.tier_minutes if t not in TIERS]:
            raise ValueError(
                f"没有层级“{unknown[0]}”，可用 {'、'.join(TIERS)} | "
                f"tier_minutes: no tier {unknown[0]!r}; one of {', '.join(TIERS)}"
            )
        unlimited = self.count is None and not self.batches and self.budget is None
        if unlimited and self.objective != "all":
            raise ValueError(
                "新增几个站点？请给出个数 count、分批 batches 或预算 budget | "
                "count: how many new stations? give count, batches or a budget"
            )
        if self.batches and self.count not in (None, sum(self.batches)):
            raise ValueError(
                f"各批之和是 {sum(self.batches)}，不是 {self.count} | "
                f"batches add up to {sum(self.batches)}, not to {self.count}"
            )
        if (self.hours or self.tier_minutes) and self.objective not in ("cover", "all"):
            raise ValueError(
                "hours 和 tier_minutes 只用于 cover 与 all | "
                "hours and tier_minutes go with cover and all"
            )
        if self.hours and self.objective == "all":
            raise ValueError("hours 只用于 cover | hours go with cover")
        return self

    @property
    def new(self) -> int | None:
        """How many stations are new, if that is limited."""
        return sum(self.batches) if self.batches else self.count

    def run(self, work: Work) -> Placed:
        """Read, walk, solve, say why, keep the run."""
        started = now()
        ground = Ground.of(self, work)
        asked = ground.problem()
        with work.step("选址"):
            batches = self._solved(asked, ground, work)
        done = Placed(0, self, ground, batches, asked)
        if done.final.status == "infeasible":
            raise Infeasible(
                "no plan fulfils what was asked",
                zh="没有任何方案能满足要求",
                hint="ask for more stations, a longer walk, a higher budget, or free some sites",
                hint_zh="请增加站点数、步行时间或预算，或放开部分站点",
            )
        run = record(
            work, "sites", self, done.as_dict(), started=started, seed=self.seed,
            objective=done.final.objective, bound=done.final.bound,
        )  # fmt: skip
        done = replace(done, run=run)
        if self.out is not None:
            done.write(self.out)
        return done

    def _solved(
        self, asked: siting.Problem, ground: Ground, work: Work
    ) -> tuple[siting.Batch, ...]:
        how: dict[str, Any] = {
            "rng": np.random.default_rng(self.seed), "time_limit_s": self.time_limit_s,
            "progress": work.progress, "seed": self.seed,
        }  # fmt: skip
        if len(self.batches) > 1:
            return siting.in_batches(asked, self.batches, **how)
        plan = siting.solve(asked, **how)
        return (siting.Batch(plan, np.setdiff1d(plan.open, ground.standing), plan, 0.0),)
