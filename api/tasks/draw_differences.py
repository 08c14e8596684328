"""Draw what a scenario changes: a map that is wiped, one page of paper, or a workbook."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

import maps
from api.tasks.compare_scenarios import NORMS, Compared, CompareScenarios, households_moved
from api.tasks.draw_maps import ground, save, write
from api.tasks.work import Form, Work, perform
from geo import redraw


class DrawDifferences(Form):
    """Put a scenario beside its base, or beside another one, into a file.

    The ending of `out` says what it becomes: .html is wiped from before to after; .pdf,
    .png and .svg show both on one page; .xlsx holds differences, measures and flows.
    """

    scenario: int | str
    out: Path
    other: int | str | None = None
    level: str = "grid"
    paper: str = "a4"

    def run(self, work: Work) -> Compared:
        """Compare, then put the whole file in place."""
        done = perform(CompareScenarios(scenario=self.scenario, other=self.other), work)
        with work.step(f"出图 {self.out.name}"):
            if self.out.suffix.lower() == ".xlsx":
                write(self.out, maps.workbook(_tables(done), title=f"方案 {done.scenario}"))
            else:
                save(self._theme(work, done), self.out, paper=self.paper)
        return done

    def _theme(self, work: Work, done: Compared) -> maps.Parcels:
        changed = households_moved(done.comparison).get(self.level, 0)
        today = done.before.frame(self.level)
        return maps.Parcels(_proposed(done, self.level), today, self.level, changed, ground(work))


def _tables(done: Compared) -> dict[str, pd.DataFrame]:
    rows = [d | {k: " ".join(d[k]) for k in ("before", "after")} for d in done.differences()]
    names = ["kind", "level", "before", "after", "households", "area_m2", "posts"]
    return {
        "differences": pd.DataFrame(rows, columns=names),
        "measures": done.comparison.measures,
        "flows": done.comparison.flows,
    }


def _proposed(done: Compared, level: str) -> gpd.GeoDataFrame:
    """Give the areas after, told apart by what became of them and whether they fit the norm."""
    frame = done.after.frame(level)
    least, most = NORMS.get(level, (0, np.inf))
    held = done.after.homes.tree.query(frame.geometry.to_numpy(), predicate="intersects")[0]
    homes = frame["households"]
    fits = (homes >= least) & (homes <= most) | (frame["kind"] == "dedicated")
    told = {code: d for d in done.comparison.differences if d.level == level for code in d.after}
    reasons = [_reason(told[c], int(n)) if c in told else ("", "") for c, n in zip(frame["code"], homes, strict=True)]  # fmt: skip
    return frame.assign(
        buildings=np.bincount(held, minlength=len(frame)),
        in_range=fits,
        kept=[_kept(done, area) for area in done.after.of(level)],
        reason_zh=[zh for zh, _ in reasons],
        reason_en=[en for _, en in reasons],
    )


def _kept(done: Compared, area: redraw.Area) -> bool:
    old = done.before.areas.get(area.key)
    if old is None:
        return False
    return old.shape.wkb == area.shape.wkb or bool(
        shapely.area(shapely.symmetric_difference(old.shape, area.shape)) < 1.0
    )


_KINDS = {
    "split": ("分割自", "split from"), "merge": ("合并自", "merged from"),
    "redivide": ("重划自", "divided anew from"), "move": ("移界", "border moved"),
    "recode": ("改码自", "recoded from"), "reparent": ("改隶自", "moved from"),
    "rename": ("改名", "renamed"), "recount": ("改户数", "recounted"),
    "create": ("新设", "created"), "close": ("并入", "took in"),
}  # fmt: skip


def _reason(difference: redraw.Difference, households: int) -> tuple[str, str]:
    zh, en = _KINDS[difference.kind]
    came = "、".join(difference.before)
    return f"{zh} {came}（{households} 户）", f"{en} {came} ({households} households)"
