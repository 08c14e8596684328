"""The column beside a printed map: legend lines, then rows of a list, from the top down."""

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from maps.palette import palette
from maps.scene import Calendar, Cell, Key, Sheet
from maps.typeset import Type, key_symbol, wide_em

_ROW_IN = 0.165
_SHADES = {"s1": "#f9f3dc", "s2": "#f1deac", "s3": "#dcc095", "s4": "#bea68a"}


class Column:
    """A column of `width` inches whose axes count inches; `y` is where the next line stands."""

    def __init__(self, axes: Axes, letters: Type, width: float) -> None:
        self.axes, self.letters, self.width = axes, letters, width
        self.ink, self.soft = palette()["text"]["area"], palette()["text"]["street"]
        self.y = -0.12

    def skip(self, inches: float) -> None:
        """Leave room."""
        self.y -= inches

    def heading(self, words: str, count: str) -> None:
        """Write a heading with a number at the right."""
        self._text(0, words, 11, bold=True)
        self._text(self.width, count, 9, right=True, soft=True)
        self.y -= 0.27

    def key(self, key: Key) -> None:
        """Write a line of the legend: picture, Chinese, English, number."""
        key_symbol(self.axes, key.style, 0.18, self.y)
        self._text(0.48, key.words.zh, 9)
        if key.count is not None:
            self._text(self.width, f"{key.count:,}", 8.5, right=True, soft=True)
        self.y -= 0.15
        self._text(0.48, key.words.en, 6.8, soft=True)
        self.y -= 0.21

    def week(self, calendar: Calendar) -> None:
        """Draw a week: a row an hour, a column a day; every cell says its per cent."""
        self.heading(calendar.words.zh, calendar.names[0])
        wide, high = (self.width - 0.4) / 7, 0.112
        for day, words in enumerate(calendar.days):
            self._text(0.4 + (day + 0.85) * wide, words.zh, 6.2, right=True, soft=True)
        self.y -= 0.14
        for hour in range(24):
            self._text(0, f"{hour} 时", 6, soft=True)
            for day in range(7):
                percent = calendar.percent(0, 24 * day + hour)
                corner = 0.4 + day * wide, self.y - high / 2
                fill = _SHADES.get(calendar.shade(percent), "#ffffff")
                self.axes.add_patch(Rectangle(corner, wide, high, fc=fill, ec="#dcd8cf", lw=0.4))
                shown = "—" if percent is None else str(percent)
                self._text(corner[0] + 0.72 * wide, shown, 5.8, right=True)
            self.y -= high
        self.skip(0.12)

    def rows(self, sheet: Sheet, *, down_to: float) -> None:
        """Write the first rows of a list, as many as there is room for, and how many there are."""
        room = int((self.y - down_to - 0.45) / _ROW_IN)
        if room < 3:
            return
        self.axes.plot([0, self.width], [self.y + 0.06] * 2, color="#dcd8cf", lw=0.6)
        self.skip(0.12)
        shown = sheet.rows[:room]
        named = [field.zh for field in sheet.fields[:2]]
        self._text(0, f"{named[0]}（前 {len(shown)} 条，共 {len(sheet.rows):,} 条）", 7, soft=True)
        if len(named) > 1:
            self._text(self.width, named[1], 7, right=True, soft=True)
        self.y -= 0.2
        for row in shown:
            value = _words(row[1]) if len(row) > 1 else ""
            self._text(0, _cut(str(row[0]), self.width * 72 / 7.5 - wide_em(value) - 1.5), 7.5)
            self._text(self.width, value, 7.5, right=True)
            self.y -= _ROW_IN

    def _text(
        self, x: float, words: str, size: float,
        *, bold: bool = False, right: bool = False, soft: bool = False,
    ) -> None:  # fmt: skip
        self.axes.text(
            x, self.y, words, size=size, color=self.soft if soft else self.ink, va="center",
            ha="right" if right else "left",
            fontproperties=self.letters.bold if bold else self.letters.regular,
        )  # fmt: skip


def _words(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


def _cut(text: str, ems: float) -> str:
    """Leave out the end of a text that is wider than so many ems."""
    if wide_em(text) <= ems:
        return text
    while text and wide_em(text) + 1 > ems:
        text = text[:-1]
    return text + "…"
