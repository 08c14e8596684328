"""Flaws: what a check found, where it is, and what to do."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
from pyproj import CRS

from geo.layers import Finding, Severity
from maps.scene import Base, Cell, Fact, Key, Scene, Sheet, Words
from maps.themes.shades import in_metres

_RANK = (
    (Severity.ERROR, Words("错误", "Errors")),
    (Severity.WARN, Words("警告", "Warnings")),
    (Severity.INFO, Words("提示", "Notices")),
)


@dataclass(frozen=True, slots=True)
class Flaws:
    """Findings by severity: symbol, colour and number on the map, words in the list.

    Parameters
    ----------
    findings : sequence of Finding
        A finding without a place stands in the list only.
    crs : CRS
        In which the places of the findings are.
    areas : GeoDataFrame, optional
        The areas that were checked, drawn as thin borders.
    public : bool
        Hide the number of households.
    """

    findings: Sequence[Finding]
    crs: CRS
    areas: gpd.GeoDataFrame | None
    base: Base
    public: bool = False

    def scene(self) -> Scene:
        """Give what the map shows."""
        order = {severity: i for i, (severity, _) in enumerate(_RANK)}
        found = sorted(self.findings, key=lambda f: order[f.severity])
        numbered = list(enumerate(found, 1))
        sheets = [
            self._sheet(severity, words, [(n, f) for n, f in numbered if f.severity is severity])
            for severity, words in _RANK
        ]
        facts = [Fact(s.words, f"{len(s.shapes):,}") for s in sheets]
        below = [] if self.areas is None or self.areas.empty else [self._borders()]
        present = [sheet for sheet in sheets[::-1] if len(sheet.shapes)]
        words = Words("数据体检图", "What the check found")
        return Scene("flaws", words, self.base, [*below, *present], facts)

    def _sheet(self, severity: Severity, words: Words, found: list[tuple[int, Finding]]) -> Sheet:
        style = f"flaw_place_{severity}"
        rows: list[tuple[Cell, ...]] = []
        for n, f in found:
            people = () if self.public else (f.households,)
            area = None if f.area_m2 is None else round(f.area_m2, 1 if f.area_m2 < 100 else None)
            rows.append(
                (f"{n}. {f.zh}", *people, area, f.hint_zh, "、".join(f.features[:6]), f.code)
            )
        households = [] if self.public else [Words("户数", "Households")]
        shapes = gpd.GeoSeries(np.array([f.place for _, f in found], dtype=object), crs=self.crs)
        return Sheet(
            key=str(severity),
            words=words,
            shapes=in_metres(gpd.GeoDataFrame(geometry=shapes)).geometry if found else shapes,
            styles=[style] * len(found),
            legend=[Key(f"flaw_{severity}", Words("编号见列表", "Numbered as in the list"))],
            labels=[str(n) for n, _ in found],
            fields=[
                Words("问题", "Finding"), *households, Words("面积 m²", "Area m²"),
                Words("建议", "Hint"), Words("涉及", "Concerns"), Words("代码", "Code"),
            ],
            rows=rows,
            shown=severity is not Severity.INFO,
        )  # fmt: skip

    def _borders(self) -> Sheet:
        assert self.areas is not None
        frame = in_metres(self.areas)
        return Sheet(
            key="borders",
            words=Words("受检区域", "Checked areas"),
            shapes=frame.geometry,
            styles=["plain"] * len(frame),
            legend=[],
            listed=False,
        )
