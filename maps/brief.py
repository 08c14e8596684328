"""A brief of two pages for a committee: where, whom, at which hours, and what next. A4 upright."""

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from maps.page import credit
from maps.palette import palette
from maps.pencil import Pencil
from maps.picture import lettering
from maps.themes import Theme
from maps.typeset import Type, key_symbol, wide_em

A4_UPRIGHT_IN = (8.27, 11.69)
DAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")
_PAPER, _RULE = "#fffefb", "#c9c4b9"
_LEFT, _WIDE = 0.62, 7.03
"""Of the text, inches."""
_SHADES = (
    (0.95, "#ffffff"),
    (0.8, "#f6ecc6"),
    (0.5, "#ecd08c"),
    (0.2, "#d9a968"),
    (-1.0, "#a3653a"),
)
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Table:
    """A table in words: heads, rows, and the share of the width that each column takes.

    Columns whose head begins with ``>`` stand at the right.
    """

    heads: Sequence[str]
    rows: Rows
    widths: Sequence[float]


@dataclass(frozen=True, slots=True)
class Brief:
    """What the brief says; every text is ready to be read.

    Parameters
    ----------
    title, lead : str
        Heading, and the few sentences under it.
    facts : sequence of (words, value)
        Four of them, in large figures.
    theme : Theme
        The map of the first page.
    where, whom, worst, norms : Table
        Blind spots; groups of people; the areas served least; norms with their sources.
    hours : (24, 7) float
        Share of households served at each hour from Monday, 0–1.
    hours_lead : str
        The sentence over the calendar.
    steps : sequence of str
        What next, one sentence each.
    notes : str
        What a reader must know of the figures.
    """

    title: str
    lead: str
    facts: Sequence[tuple[str, str]]
    theme: Theme
    where: Table
    whom: Table
    worst: Table
    norms: Table
    hours: npt.NDArray[np.float64]
    hours_lead: str
    steps: Sequence[str]
    notes: str


def brief(told: Brief) -> bytes:
    """Write the brief as a PDF of two pages; the typeface is embedded, same words same bytes."""
    scene = told.theme.scene()
    out = io.BytesIO()
    with (
        lettering(scene) as letters,
        PdfPages(out, metadata={"CreationDate": None, "Title": told.title}) as pages,
    ):
        for draw in (_first, _second):
            figure = Figure(figsize=A4_UPRIGHT_IN, facecolor=_PAPER)
            FigureCanvasAgg(figure)
            draw(figure, told, letters)
            pages.savefig(figure)
    return out.getvalue()


class _Sheet:
    """A page counted in inches from its top left corner; `y` is where the next line stands."""

    def __init__(self, figure: Figure, letters: Type) -> None:
        self.axes: Axes = figure.add_axes((0, 0, 1, 1), zorder=0)
        self.axes.set_axis_off()
        self.axes.set_xlim(0, A4_UPRIGHT_IN[0])
        self.axes.set_ylim(A4_UPRIGHT_IN[1], 0)
        self.letters = letters
        self.ink, self.soft = palette()["text"]["area"], palette()["text"]["street"]
        self.y = 0.75

    def text(
        self, x: float, words: str, size: float, *, bold: bool = False, soft: bool = False, at: str = "left",
        colour: str = "",
    ) -> None:  # fmt: skip
        """Write one line, its middle at `y`."""
        self.axes.text(
            x, self.y, words, size=size, color=colour or (self.soft if soft else self.ink), ha=at,
            va="center", fontproperties=self.letters.bold if bold else self.letters.regular,
        )  # fmt: skip

    def paragraph(
        self, words: str, size: float, *, soft: bool = False, indent: float = 0.0
    ) -> None:
        """Write as many lines as the words need."""
        for line in lines(words, (_WIDE - indent) * 72 / size):
            self.text(_LEFT + indent, line, size, soft=soft)
            self.y += size * 1.55 / 72

    def heading(self, words: str) -> None:
        """Write a heading over a thin line."""
        self.y += 0.12
        self.text(_LEFT, words, 12.5, bold=True)
        self.y += 0.15
        self.axes.plot([_LEFT, _LEFT + _WIDE], [self.y] * 2, color=_RULE, lw=0.7)
        self.y += 0.15

    def table(self, table: Table, *, size: float = 8.2, most: int = 12) -> None:
        """Write a table; of more rows than `most`, how many are left out."""
        edges = np.r_[0.0, np.cumsum(table.widths)] / sum(table.widths) * _WIDE + _LEFT
        self._row([h.lstrip(">") for h in table.heads], table, edges, size - 0.6, soft=True)
        for row in table.rows[:most]:
            self._row(row, table, edges, size)
        if (rest := len(table.rows) - most) > 0:
            self.text(_LEFT, f"另有 {rest} 行，见附表", size - 0.6, soft=True)
            self.y += 0.19

    def _row(
        self, cells: Sequence[str], table: Table, edges: npt.NDArray[np.float64], size: float, *, soft: bool = False
    ) -> None:  # fmt: skip
        for i, (head, cell) in enumerate(zip(table.heads, cells, strict=True)):
            room = (edges[i + 1] - edges[i] - 0.1) * 72 / size
            shown = (
                cell if wide_em(cell) <= room else lines(cell + "…", room - 1)[0].rstrip("…") + "…"
            )
            if head.startswith(">"):
                self.text(edges[i + 1] - 0.16, shown, size, at="right", soft=soft)
            else:
                self.text(edges[i], shown, size, soft=soft)
        self.y += 0.19


def lines(words: str, room_em: float) -> list[str]:
    """Break Chinese words into lines of a width; numbers stay whole, signs do not begin a line.

    Examples
    --------
    >>> lines("一二三四，五六", 4)
    ['一二三四，', '五六']
    """
    found = [""]
    for part in re.findall(r"[0-9A-Za-z.,:%–-]+|.", words):
        full = wide_em(found[-1] + part) > room_em
        if full and found[-1] and part not in "，。、；：）％":
            found.append("")
        found[-1] += part
    return [line for line in found if line]


def _first(figure: Figure, told: Brief, letters: Type) -> None:
    page = _Sheet(figure, letters)
    page.text(_LEFT, told.title, 20, bold=True)
    page.y += 0.42
    page.paragraph(told.lead, 10.5)
    page.y += 0.22
    for i, (words, value) in enumerate(told.facts[:4]):
        x = _LEFT + i * _WIDE / 4
        page.text(x, value, 18, bold=True, colour=palette()["style"]["blind"]["line"])
        page.y += 0.27
        page.text(x, words, 8.5, soft=True)
        page.y -= 0.27
    page.y += 0.55
    page.heading("在哪里")
    rows = min(len(told.where.rows), 12) + 1
    bottom = A4_UPRIGHT_IN[1] - 1.0 - 0.19 * rows - (0.2 if len(told.where.rows) > 12 else 0.0)
    _map(figure, told, letters, (page.y, bottom - 0.12))
    page.y = bottom + 0.07
    _legend(page, told)
    page.y += 0.3
    page.table(told.where)
    _foot(page, told, 1)


def _map(figure: Figure, told: Brief, letters: Type, between: tuple[float, float]) -> None:
    top, bottom = between
    wide, high = A4_UPRIGHT_IN
    axes = figure.add_axes((_LEFT / wide, 1 - bottom / high, _WIDE / wide, (bottom - top) / high))
    pencil = Pencil(axes, told.theme.scene(), letters, small=False)
    pencil.frame()
    pencil.ground()
    pencil.sheets()
    pencil.outline()
    pencil.labels()
    pencil.scale_bar()
    pencil.north()


def _legend(page: _Sheet, told: Brief) -> None:
    """Name the signs of the map in one line, those of the uppermost sheets first."""
    x = _LEFT + 0.15
    for sheet in told.theme.scene().sheets[::-1]:
        for key in sheet.legend if sheet.shown else ():
            wide = 0.42 + wide_em(key.words.zh) * 7.4 / 72
            if x + wide > _LEFT + _WIDE:
                return
            key_symbol(page.axes, key.style, x, page.y)
            page.text(x + 0.2, key.words.zh, 7.4)
            x += wide


def _second(figure: Figure, told: Brief, letters: Type) -> None:
    page = _Sheet(figure, letters)
    page.y = 0.5
    page.heading("哪些人")
    page.table(told.whom)
    page.heading("哪些社区覆盖最少")
    page.table(told.worst, most=max(3, 8 - max(0, len(told.steps) - 6)))
    page.heading("什么时候")
    page.paragraph(told.hours_lead, 9.5)
    _calendar(page, told.hours)
    page.heading("标准核查")
    page.table(told.norms, size=7.8)
    page.heading("下一步")
    for i, step in enumerate(told.steps, 1):
        page.text(_LEFT, f"{i}.", 9.8, bold=True)
        page.paragraph(step, 9.8, indent=0.24)
        page.y += 0.03
    page.y += 0.06
    page.paragraph(told.notes, 7.6, soft=True)
    _foot(page, told, 2)


def _calendar(page: _Sheet, hours: npt.NDArray[np.float64]) -> None:
    """Draw the week, a row a day and a column an hour; every cell says its per cent."""
    page.y += 0.12
    left, cell, high = _LEFT + 0.42, (_WIDE - 0.42) / 24, 0.2
    for hour in range(24):
        page.text(left + (hour + 0.5) * cell, str(hour), 6.4, at="center", soft=True)
    page.y += 0.15
    for day in range(7):
        page.text(_LEFT, DAYS[day], 7.6)
        for hour in range(24):
            share = float(hours[hour, day])
            x = left + hour * cell
            if np.isfinite(share):
                colour = next(c for least, c in _SHADES if share >= least)
                page.axes.add_patch(
                    Rectangle((x, page.y - high / 2), cell, high, fc=colour, ec=_RULE, lw=0.4)
                )
                ink = "#ffffff" if colour == _SHADES[-1][1] else page.ink
                page.text(x + cell / 2, f"{100 * share:.0f}", 6.4, at="center", colour=ink)
        page.y += high
    page.text(
        left,
        "格内数字：该时刻步行可达范围内有开放站点的住户占比（%），颜色越深越少",
        6.8,
        soft=True,
    )
    page.y += 0.14


def _foot(page: _Sheet, told: Brief, number: int) -> None:
    page.y = A4_UPRIGHT_IN[1] - 0.35
    page.text(_LEFT, credit(told.theme.scene().base), 7.2, soft=True)
    page.text(_LEFT + _WIDE, f"{number} / 2", 7.2, soft=True, at="right")
