"""A scene: what a theme shows, before it becomes a page or a picture.

Themes make a scene; `page` and `picture` draw it. Both therefore show the same shapes,
colours, labels and legend.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo import coords
from geo.errors import NotFound

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Words:
    """The same words twice: Chinese first, English second."""

    zh: str
    en: str


SILENT = Words("", "")


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The ground under every theme; any frame may be None and any CRS that is known.

    Hand the same base to several themes: it is packed once. Its frames must not change.

    Parameters
    ----------
    streets, landuse, buildings, barriers : GeoDataFrame, optional
        As in `geo.layers`: ``highway`` and ``name``; ``kind`` and ``name``; footprints;
        ``kind`` and ``name``. Further columns are not read.
    outline : GeoDataFrame, optional
        The area of the map, one or more polygons: what lies outside is veiled.
    title : str
        The place, in Chinese, as the heading says it.
    date : str
        Date of the data, as it is to be read.
    approval_no : str
        审图号 of the deployment; empty where none was given.
    source : str
        Whose data this is, as its licence wants it said.
    """

    streets: gpd.GeoDataFrame | None = None
    landuse: gpd.GeoDataFrame | None = None
    buildings: gpd.GeoDataFrame | None = None
    barriers: gpd.GeoDataFrame | None = None
    outline: gpd.GeoDataFrame | None = None
    title: str = ""
    date: str = ""
    approval_no: str = ""
    source: str = "本地数据"


@dataclass(frozen=True, slots=True)
class Key:
    """One line of a legend: a style of the palette, its words, and how many shapes wear it."""

    style: str
    words: Words
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One layer of a scene that can be switched on and off.

    `styles`, `labels` and `rows` run beside `shapes`. `fields` names the cells of a row:
    the first three stand in the list beside the map, all of them in the popup. `choice`
    names the group of which exactly one is shown (empty: a layer of its own). Labels
    appear from zoom `label_from`. A `listed` sheet has rows a reader can walk through.
    A sheet of one `side` only shows how it was, or how it would be: the map can be wiped.
    """

    key: str
    words: Words
    shapes: gpd.GeoSeries
    styles: Sequence[str]
    legend: Sequence[Key]
    labels: Sequence[str] = ()
    fields: Sequence[Words] = ()
    rows: Sequence[Sequence[Cell]] = ()
    shown: bool = True
    choice: str = ""
    label_from: float = 0.0
    listed: bool = True
    bold: bool = False
    side: Literal["", "before", "after"] = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of the headline: what it is and how much, ready to be read."""

    words: Words
    value: str


SHADES_PERCENT = (95, 80, 50, 20, 0)
"""Lower bounds of the five shades of a calendar, the lightest first."""


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """A heat calendar: for each name a week of 168 hours from Monday, shares 0–1 or NaN."""

    words: Words
    caption: Words
    days: Sequence[Words]
    names: Sequence[str]
    shares: npt.NDArray[np.float64]

    def percent(self, name: int, hour: int) -> int | None:
        """Give one cell as it is written; None where nobody is counted."""
        share = float(self.shares[name, hour])
        return int(100 * share + 1e-9) if np.isfinite(share) else None

    def shade(self, percent: int | None) -> str:
        """Give the class of a cell, ``s0`` (light) to ``s4``."""
        if percent is None:
            return ""
        return f"s{next(i for i, least in enumerate(SHADES_PERCENT) if percent >= least)}"

    def packed(self) -> dict[str, list[str] | list[int]]:
        """Give the weeks for the script of a page: two hexadecimal digits an hour, ``--`` none."""
        weeks = [
            "".join(
                "--" if p is None else f"{p:02x}" for p in (self.percent(n, h) for h in range(168))
            )
            for n in range(len(self.names))
        ]
        return {"weeks": weeks, "least": list(SHADES_PERCENT)}


@dataclass(frozen=True, slots=True)
class Scene:
    """Everything a map shows: heading, figures, sheets from the lowest to the highest."""

    kind: str
    words: Words
    base: Base
    sheets: Sequence[Sheet]
    facts: Sequence[Fact] = ()
    note: Words = SILENT
    calendar: Calendar | None = None

    def extent(self) -> gpd.GeoSeries:
        """Give shapes around which the map is drawn, in degrees: the outline, else all there are.

        Raises
        ------
        NotFound
            When nothing lies on it.
        """
        outline = self.base.outline
        frames = [outline.geometry] if outline is not None else [s.shapes for s in self.sheets]
        parts = [coords.to_degrees(gpd.GeoDataFrame(geometry=f)).geometry for f in frames if len(f)]
        drawn = [part[~(part.is_empty | part.isna())] for part in parts]
        if not any(len(part) for part in drawn):
            raise NotFound(
                f"nothing lies on the map {self.kind!r} yet", zh=f"“{self.words.zh}”暂无可显示的内容",
                hint="import the layers that it shows, or draw their shapes",
                hint_zh="请先导入该图所需的图层及其图形",
            )  # fmt: skip
        return gpd.GeoSeries(pd.concat(drawn, ignore_index=True), crs=coords.STORED)

    def sides(self) -> list["Scene"]:
        """Give the scene as it was and as it would be; alone, when it has no sides."""
        if not any(sheet.side for sheet in self.sheets):
            return [self]
        return [
            replace(self, sheets=[sheet for sheet in self.sheets if sheet.side != other])
            for other in ("after", "before")
        ]
