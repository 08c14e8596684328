"""Blind spots: where people live beyond the reach of every station."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np

from maps.scene import SILENT, Base, Cell, Fact, Key, Scene, Sheet, Words
from maps.themes.shades import in_metres
from maps.themes.stations import station_sheet
from maps.themes.terms import REASONS

_SHARES = (
    (0.95, "share_full", "95% 以上", "95 % and more"),
    (0.80, "share_most", "80%–95%", "80–95 %"),
    (0.50, "share_half", "50%–80%", "50–80 %"),
    (0.20, "share_some", "20%–50%", "20–50 %"),
    (-1.0, "share_none", "不足 20%", "Less than 20 %"),
)


@dataclass(frozen=True, slots=True)
class BlindSpots:
    """Blind spots, hatched and coloured, over the share of households that is served.

    Parameters
    ----------
    spots : GeoDataFrame
        `households`, `nearest_s` (inf: cut off), and where known `residents`, `buildings`,
        `reason`, `area`; polygons, most households first. The index names the spot.
    areas : GeoDataFrame, optional
        `code`, `name`, `households`, `share` (0–1, NaN where nobody lives), polygons.
    stations : GeoDataFrame
        The layer station.
    minutes : float
        The longest acceptable walk.
    public : bool
        Hide the number of households.
    also : mapping of minutes to GeoDataFrame
        Blind spots of other walks, to be chosen instead on the same map.
    note : Words
        What a reader must know of the figures, such as that they are estimated.
    """

    spots: gpd.GeoDataFrame
    areas: gpd.GeoDataFrame | None
    stations: gpd.GeoDataFrame
    minutes: float
    base: Base
    public: bool = False
    also: Mapping[float, gpd.GeoDataFrame] = field(default_factory=dict)
    note: Words = SILENT

    def scene(self) -> Scene:
        """Give what the map shows."""
        covered = (
            [] if self.areas is None or self.areas.empty else [served(self.areas, self.public)]
        )
        facts = [Fact(Words("盲区", "Blind spots"), f"{len(self.spots):,}")]
        if not self.public:
            beyond = int(self.spots["households"].sum())
            facts.append(Fact(Words("盲区户数", "Households beyond"), f"{beyond:,}"))
            facts += self._served()
        facts.append(Fact(Words("站点", "Stations"), f"{len(self.stations):,}"))
        return Scene(
            "blindspots",
            Words(f"{self.minutes:g} 分钟服务盲区", f"Beyond a {self.minutes:g}-minute walk"),
            self.base,
            [
                *covered,
                station_sheet(self.stations, label_from=16.0),
                *(self._spots(spots, minutes) for minutes, spots in self._by_minutes()),
            ],
            facts,
            self.note,
        )

    def _by_minutes(self) -> list[tuple[float, gpd.GeoDataFrame]]:
        return sorted({**self.also, self.minutes: self.spots}.items(), key=lambda pair: pair[0])

    def _served(self) -> list[Fact]:
        """Give the share of households served within each walk, shortest first."""
        total = 0 if self.areas is None else int(self.areas["households"].sum())
        return [
            Fact(
                Words(f"{minutes:g} 分钟覆盖", f"Within {minutes:g} min"),
                f"{1 - spots['households'].sum() / total:.1%}",
            )
            for minutes, spots in self._by_minutes()
            if total
        ]

    def _spots(self, spots: gpd.GeoDataFrame, minutes: float) -> Sheet:
        frame = spots.rename_axis("spot").reset_index()
        frame = in_metres(frame)
        main = minutes == self.minutes
        rows: list[tuple[Cell, ...]] = []
        for n, spot in enumerate(frame.to_dict("records"), 1):
            walk = float(spot["nearest_s"]) / 60
            row: list[Cell] = [f"盲区 {n}"]
            row += [] if self.public else [int(spot["households"])]
            row.append(round(walk, 1) if np.isfinite(walk) else "走不到")
            row.append(REASONS.get(str(spot.get("reason", "")), ""))
            row += [] if self.public else [int(spot["residents"]) if "residents" in spot else None]
            rows.append((*row, str(spot.get("area", "")), str(spot["spot"])))
        people = [] if self.public else [Words("户数", "Households")]
        more = [] if self.public else [Words("人口", "Residents")]
        return Sheet(
            key="spots" if main else f"spots-{minutes:g}",
            words=Words(f"{minutes:g} 分钟盲区", f"Beyond {minutes:g} min")
            if self.also
            else Words("盲区", "Blind spots"),
            shapes=frame.geometry,
            styles=["blind"] * len(frame),
            legend=[Key("blind", Words(f"步行超过 {minutes:g} 分钟，编号见列表", "Numbered as listed"))],
            labels=[str(n) for n in range(1, len(frame) + 1)],
            fields=[
                Words("盲区", "Spot"), *people, Words("步行分钟", "Walk, min"),
                Words("成因", "Reason"), *more, Words("所在网格", "Area"), Words("编号", "Id"),
            ],
            rows=rows,
            bold=True,
            shown=main,
            choice="minutes" if self.also else "",
        )  # fmt: skip


def served(areas: gpd.GeoDataFrame, public: bool = False) -> Sheet:
    """Give areas shaded by their share of households served; NaN, where nobody lives, as full."""
    frame = in_metres(areas)
    share = frame["share"].fillna(1.0)
    styles = [next(style for least, style, *_ in _SHARES if s >= least) for s in share]
    rows: list[tuple[Cell, ...]] = []
    for area in frame.to_dict("records"):
        percent = None if np.isnan(area["share"]) else round(100 * area["share"], 1)
        people = () if public else (int(area["households"]),)
        rows.append((area["name"] or area["code"], percent, *people, area["code"]))
    households = [] if public else [Words("户数", "Households")]
    return Sheet(
        key="areas",
        words=Words("覆盖率", "Share served"),
        shapes=frame.geometry,
        styles=styles,
        legend=[Key(s, Words(zh, en), styles.count(s)) for _, s, zh, en in _SHARES],
        fields=[
            Words("名称", "Name"),
            Words("覆盖率 %", "Served %"),
            *households,
            Words("编码", "Code"),
        ],
        rows=rows,
    )
