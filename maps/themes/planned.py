"""A siting plan: who is served as things are, and who would be."""

from dataclasses import dataclass, replace
from typing import Literal

import geopandas as gpd
import numpy as np

from maps.scene import Base, Cell, Fact, Key, Scene, Sheet, Words
from maps.themes.blindspots import served
from maps.themes.shades import in_metres
from maps.themes.stations import station_sheet


@dataclass(frozen=True, slots=True)
class Planned:
    """Before and after a plan of sites, to be wiped from one to the other.

    Parameters
    ----------
    before, after : GeoDataFrame
        The same areas twice: `code`, `name`, `households`, `share` (0–1).
    stations : GeoDataFrame
        The layer station, as things are.
    closed : sequence of str
        Ids of stations that the plan closes.
    added : GeoDataFrame
        `name`, `gained` (households that are served because of the plan near it), points.
    minutes : float
        The longest acceptable walk.
    bound : float or None
        No plan of as many new sites could serve more households.
    estimated : bool
        Walks are straight lines × 1.3, for want of streets.
    """

    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    stations: gpd.GeoDataFrame
    closed: tuple[str, ...]
    added: gpd.GeoDataFrame
    minutes: float
    base: Base
    bound: float | None = None
    estimated: bool = False

    def scene(self) -> Scene:
        """Give what the map shows."""
        stay = self.stations[~self.stations["id"].isin(self.closed)]
        sheets = [
            self._areas(self.before, "before"),
            self._areas(self.after, "after"),
            replace(station_sheet(stay, label_from=16.0), words=Words("保留的站点", "Kept")),
            *self._changes(),
        ]
        was, will = (_households(frame) for frame in (self.before, self.after))
        total = max(float(self.before["households"].sum()), 1.0)
        facts = [
            Fact(Words("现状覆盖", "Served now"), f"{was / total:.1%}"),
            Fact(Words("方案覆盖", "Served then"), f"{will / total:.1%}"),
            Fact(Words("增加户数", "Households gained"), f"{will - was:+,.0f}".replace("-", "−")),
        ]
        if self.bound:
            facts.append(
                Fact(Words("达到上限的", "Of any plan's best"), f"{will / self.bound:.1%}")
            )
        words = Words(
            f"选址方案前后对比（{self.minutes:g} 分钟）", f"Before and after, {self.minutes:g} min"
        )
        note = Words(
            "估算：没有道路数据，按直线×1.3", "Estimated: no streets, straight lines × 1.3"
        )
        return Scene(
            "planned", words, self.base, sheets, facts, note if self.estimated else Words("", "")
        )

    def _areas(self, frame: gpd.GeoDataFrame, side: Literal["before", "after"]) -> Sheet:
        words = {
            "before": Words("现状覆盖率", "Served now"),
            "after": Words("方案覆盖率", "Served then"),
        }
        return replace(served(frame), key=f"areas-{side}", words=words[side], side=side, shown=True)

    def _changes(self) -> list[Sheet]:
        made: list[Sheet] = []
        shut = self.stations[self.stations["id"].isin(self.closed)]
        if len(shut):
            closed = replace(
                station_sheet(shut),
                key="closed",
                words=Words("关闭的站点", "Closed"),
                side="before",
            )
            made.append(closed)
        if len(self.added):
            made.append(self._added())
        return made

    def _added(self) -> Sheet:
        frame = in_metres(self.added)
        names = [str(name) for name in frame["name"]]
        rows: list[tuple[Cell, ...]] = [
            (name, int(n)) for name, n in zip(names, frame["gained"], strict=True)
        ]
        return Sheet(
            key="added",
            words=Words("新增的站点", "Added"),
            shapes=frame.geometry,
            styles=["planned"] * len(frame),
            legend=[Key("planned", Words("新增", "Added"), len(frame))],
            labels=names,
            fields=[Words("名称", "Name"), Words("新覆盖户数", "Households gained")],
            rows=rows,
            side="after",
            bold=True,
        )


def _households(frame: gpd.GeoDataFrame) -> float:
    share = frame["share"].fillna(0.0).to_numpy(dtype=np.float64)
    return float((share * frame["households"].to_numpy(dtype=np.float64)).sum())
