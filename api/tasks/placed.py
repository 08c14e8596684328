"""Placed stations: how good the plan is, and why each stands where it stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from api.tasks.draw_maps import write
from api.tasks.reach import PEOPLE
from api.tasks.siting_ground import Floats, Ground
from geo import coords, siting
from geo.errors import BadInput
from geo.layers import GROUPS

if TYPE_CHECKING:
    from api.tasks.place_sites import PlaceSites


@dataclass(frozen=True)
class Placed:
    """Where the next stations should stand, batch by batch, and how good that is."""

    run: int
    form: PlaceSites
    ground: Ground
    batches: tuple[siting.Batch, ...]
    asked: siting.Problem

    @property
    def final(self) -> siting.Solution:
        """The whole plan."""
        return self.batches[-1].solution

    @cached_property
    def sites(self) -> gpd.GeoDataFrame:
        """One row a new station, by batch, those who serve most anew first; in metres."""
        ground, opened = self.ground, self.final.open
        homes = ground.homes
        before_s, _ = ground.nearest(ground.standing)
        after_s, place = ground.nearest(opened)
        fresh = ground.served(opened) & ~ground.served(ground.standing)
        households = homes["households"].to_numpy(dtype=np.float64)
        rows = []
        for k, batch in enumerate(self.batches, 1):
            for j in batch.added:
                mine = place == j
                both = mine & np.isfinite(before_s)
                rows.append({
                    "position": int(j), "batch": k,
                    "households_gained": int(households[mine & fresh].sum()),
                    **{f"{g}_gained": int(homes[g].to_numpy()[mine & fresh].sum()) for g in GROUPS},
                    "households_nearest": int(households[mine].sum()),
                    "before_min": _mean_min(before_s, households, both),
                    "after_min": _mean_min(after_s, households, both),
                })  # fmt: skip
        columns = ["position", "batch", "households_gained", "households_nearest"]
        table = pd.DataFrame(rows) if rows else pd.DataFrame(columns=columns)
        table = table.sort_values(
            ["batch", "households_gained", "households_nearest"],
            ascending=[True, False, False], kind="stable",
        )  # fmt: skip
        told = ground.places.iloc[table["position"].astype(int)].reset_index(drop=True)
        table = table.drop(columns="position").reset_index(drop=True)
        kept = told[["id", "name", "tier", "host", "within", "address", "cost", "area_m2"]]
        whole = pd.concat([kept, table], axis=1)
        whole["reason_zh"] = [_reason_zh(row) for row in whole.to_dict("records")]
        whole["reason_en"] = [_reason_en(row) for row in whole.to_dict("records")]
        return gpd.GeoDataFrame(whole, geometry=told.geometry, crs=ground.scene.crs)

    @property
    def closed(self) -> list[str]:
        """Stations that the plan closes."""
        gone = np.setdiff1d(self.ground.standing, self.final.open)
        return [str(name) for name in self.ground.places["id"].iloc[gone]]

    def people(self) -> list[dict[str, Any]]:
        """Count who is within reach before and after, for households and each group."""
        was, is_ = self.ground.served(self.ground.standing), self.ground.served(self.final.open)
        rows = []
        for name, zh in PEOPLE.items():
            count = self.ground.homes[name].to_numpy()
            rows.append({"group": name, "zh": zh, "total": int(count.sum()),
                         "before": int(count[was].sum()), "after": int(count[is_].sum()),
                         "lost": int(count[was & ~is_].sum())})  # fmt: skip
        return rows

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON; sites as GeoJSON in lon/lat."""
        final = self.final
        homes = self.ground.homes["households"]
        return {
            "run": self.run, "objective_kind": self.form.objective, "status": final.status,
            "objective": final.objective, "bound": final.bound, "gap": final.gap,
            "seconds": round(final.seconds, 3), "seed": self.form.seed,
            "estimated": self.ground.times.estimated,
            "beyond_all": int(homes.sum() - homes.iloc[self.ground.inside].sum()),
            "people": self.people(), "closed": self.closed,
            "batches": [self._batch(k) for k in range(len(self.batches))],
            "sites": json.loads(coords.to_degrees(self.sites).to_json()),
        }  # fmt: skip

    def _batch(self, k: int) -> dict[str, Any]:
        batch = self.batches[k]
        return {
            "batch": k + 1, "new": [str(i) for i in self.ground.places["id"].iloc[batch.added]],
            "objective": batch.solution.objective, "bound": batch.solution.bound,
            "gap": batch.solution.gap, "alone": batch.alone.objective, "price": batch.price,
        }  # fmt: skip

    def write(self, path: Path) -> None:
        """Write the new stations as GeoJSON or CSV (lon, lat), whole or not at all."""
        placed = coords.to_degrees(self.sites)
        if path.suffix.lower() == ".csv":
            flat = pd.DataFrame(placed.drop(columns="geometry"))
            flat["lon"], flat["lat"] = placed.geometry.x.round(6), placed.geometry.y.round(6)
            write(path, flat.to_csv(index=False).encode("utf-8-sig"))
        elif path.suffix.lower() in (".geojson", ".json"):
            write(path, placed.to_json(ensure_ascii=False).encode())
        else:
            raise BadInput(
                f"{path.name}: sites are written as .geojson or .csv",
                zh=f"{path.name}：结果只能写成 .geojson 或 .csv",
            )


def _mean_min(seconds: Floats, households: Floats, on: npt.NDArray[np.bool_]) -> float | None:
    """Mean walk of some households, minutes; None when there are none."""
    people = float(households[on].sum())
    return round(float((seconds[on] * households[on]).sum() / people / 60), 1) if people else None


def _reason_zh(row: Mapping[Any, Any]) -> str:
    told = (
        [f"新增覆盖 {row['households_gained']:,} 户"]
        if row["households_gained"]
        else ["不新增覆盖"]
    )
    if row["elders_gained"]:
        told[0] += f"（老年人 {row['elders_gained']:,} 人，其中独居 {row['alone_gained']:,} 人）"
    if row["households_nearest"]:
        told.append(f"成为 {row['households_nearest']:,} 户的最近站点")
        if pd.notna(row["before_min"]):  # nobody of them walked anywhere before
            told[-1] += f"，平均步行由 {row['before_min']:g} 分钟降到 {row['after_min']:g} 分钟"
    return "；".join(told)


def _reason_en(row: Mapping[Any, Any]) -> str:
    gained = row["households_gained"]
    told = [f"{gained:,} households come within reach" if gained else "nobody comes within reach"]
    if row["elders_gained"]:
        told[0] += f" ({row['elders_gained']:,} elders, {row['alone_gained']:,} of them alone)"
    if row["households_nearest"]:
        told.append(f"nearest for {row['households_nearest']:,}")
        if pd.notna(row["before_min"]):
            was, now = row["before_min"], row["after_min"]
            told[-1] += f", whose mean walk falls from {was:g} to {now:g} min"
    return "; ".join(told)
