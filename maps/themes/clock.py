"""The blind-spot clock: at which hours nobody serves whom, as a map and as a calendar."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from maps.scene import SILENT, Base, Calendar, Cell, Fact, Scene, Sheet, Words
from maps.themes.blindspots import served
from maps.themes.stations import station_sheet

DAYS = (
    ("周一", "Mo"), ("周二", "Tu"), ("周三", "We"), ("周四", "Th"), ("周五", "Fr"), ("周六", "Sa"),
    ("周日", "Su"),
)  # fmt: skip
SHOWN = (10, 19, 22, 5 * 24 + 10, 6 * 24 + 15)
"""Hours of the week that the map offers: Monday 10, 19 and 22 h, Saturday 10 h, Sunday 15 h."""
HARDLY = 0.5
"""An area is hardly served at an hour when this share of its households is not reached."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Areas shaded by the share served at an hour, and the week of each as a heat calendar.

    Parameters
    ----------
    areas : GeoDataFrame
        `code`, `name`, `households`; polygons.
    shares : DataFrame
        Index `code`; columns 0–167, the hours of a week from Monday: shares 0–1, NaN where
        nobody lives.
    whole : (168,) float
        The same for all together.
    stations : GeoDataFrame
        The layer station.
    minutes : float
        The longest acceptable walk.
    walker : str
        Who walks, in Chinese.
    note : Words
        What a reader must know of the figures, such as that they are estimated.
    """

    areas: gpd.GeoDataFrame
    shares: pd.DataFrame
    whole: npt.NDArray[np.float64]
    stations: gpd.GeoDataFrame
    minutes: float
    base: Base
    walker: str = "成年人"
    note: Words = SILENT
    public: bool = False

    def scene(self) -> Scene:
        """Give what the map shows."""
        worst = int(np.nanargmin(self.whole)) if np.isfinite(self.whole).any() else 0
        hours = list(dict.fromkeys((*SHOWN, worst)))
        facts = [
            Fact(Words(f"最差 {_zh(worst)}", f"Worst, {_en(worst)}"), _percent(self.whole[worst])),
            Fact(Words("周一 10 时", "Monday 10:00"), _percent(self.whole[10])),
            Fact(Words("全周平均", "Mean of the week"), _percent(float(np.nanmean(self.whole)))
                 if np.isfinite(self.whole).any() else "—"),
        ]  # fmt: skip
        return Scene(
            "clock",
            Words(
                f"{self.minutes:g} 分钟盲区时钟", f"Blind-spot clock, {self.minutes:g}-minute walk"
            ),
            self.base,
            [*(self._sheet(hour) for hour in hours), station_sheet(self.stations, label_from=16.0)],
            facts,
            self.note,
            self._calendar(),
        )

    def _sheet(self, hour: int) -> Sheet:
        frame = self.areas.assign(
            share=self.shares[hour].reindex(self.areas["code"]).to_numpy(dtype=np.float64)
        )
        plain = served(frame, public=True)
        week = self.shares.reindex(self.areas["code"]).to_numpy(dtype=np.float64)
        rows: list[tuple[Cell, ...]] = []
        for row, shares in zip(plain.rows, week, strict=True):
            known = shares[np.isfinite(shares)]
            mean = round(100 * float(known.mean()), 1) if len(known) else None
            rows.append((row[0], row[1], mean, int((known < HARDLY).sum()), row[-1]))
        return Sheet(
            key=f"hour-{hour}",
            words=Words(_zh(hour), _en(hour)),
            shapes=plain.shapes,
            styles=plain.styles,
            legend=plain.legend,
            fields=[
                Words("名称", "Name"), Words("此刻 %", "Then, %"), Words("全周 %", "Week, %"),
                Words("每周不足半数的小时", "Hours under half"), Words("编码", "Code"),
            ],
            rows=rows,
            shown=hour == SHOWN[0],
            choice="hour",
        )  # fmt: skip

    def _calendar(self) -> Calendar:
        names = [str(n or c) for n, c in zip(self.areas["name"], self.areas["code"], strict=True)]
        week = self.shares.reindex(self.areas["code"]).to_numpy(dtype=np.float64)
        return Calendar(
            Words("一周时钟", "The week"),
            Words(
                f"{self.walker}步行 {self.minutes:g} 分钟内有开放站点的住户占比（%）",
                f"Households with an open station within {self.minutes:g} min, %",
            ),
            [Words(zh, en) for zh, en in DAYS],
            ["全部", *names],
            np.vstack([self.whole, week]),
        )


def _zh(hour: int) -> str:
    return f"{DAYS[hour // 24][0]} {hour % 24} 时"


def _en(hour: int) -> str:
    return f"{DAYS[hour // 24][1]} {hour % 24:02d}:00"


def _percent(share: float) -> str:
    return f"{share:.1%}" if np.isfinite(share) else "—"
