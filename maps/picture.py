"""A picture: the same scene on paper, drawn by matplotlib without a browser.

One layout for every size: title, map, legend, scale bar, north, data date and 审图号.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from maps import fonts
from maps.column import Column
from maps.page import credit
from maps.palette import palette
from maps.pencil import Pencil
from maps.scene import Scene
from maps.themes import Theme
from maps.typeset import Type

A4_IN = (11.69, 8.27)
PAPERS_IN = {"a4": A4_IN, "a3": (16.54, 11.69)}
"""Width and height of paper, by what it is called."""
SIDES = ("现状", "方案")
_BETWEEN = 0.012
_MAP, _SIDE = (0.03, 0.06, 0.7, 0.82), (0.75, 0.06, 0.22, 0.82)


def picture(
    theme: Theme,
    *,
    format: Literal["png", "pdf", "svg"] = "png",  # noqa: A002  the word matplotlib uses
    size_in: tuple[float, float] = A4_IN,
    dpi: int = 150,
) -> bytes:
    """Draw a whole map: title, map, legend, scale, north, date and 审图号.

    Parameters
    ----------
    theme : Theme
    format : "png" | "pdf" | "svg"
        PDF and SVG are vectors; the typeface is embedded (SVG: as outlines).
    size_in : tuple of float
        Width and height of the paper, inches; A4 landscape without it.
    dpi : int
        Of a PNG.
    """
    scene = theme.scene()
    with lettering(scene) as letters:
        figure = Figure(figsize=size_in, dpi=dpi, facecolor="#fffefb")
        FigureCanvasAgg(figure)
        _maps(figure, scene, letters)
        _title(figure, scene, letters)
        _legend(figure, scene, letters)
        return _bytes(figure, format, dpi)


def thumbnail(theme: Theme, size: tuple[int, int] = (480, 320)) -> bytes:
    """Draw the map alone as a small PNG of so many pixels."""
    scene = theme.scene()
    with lettering(scene) as letters:
        figure = Figure(figsize=(size[0] / 100, size[1] / 100), dpi=100)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0, 0, 1, 1))
        _map(axes, scene.sides()[-1], letters, small=True)
        return _bytes(figure, "png", 100)


@contextmanager
def lettering(scene: Scene) -> Iterator[Type]:
    """Lend the Chinese typeface, and settings under which the same scene gives the same bytes."""
    regular, face = fonts.find("Regular")
    bold, bold_face = fonts.find("Bold")
    letters = Type(
        font_manager.FontProperties(fname=font_manager.FontPath(str(regular), max(face, 0))),
        font_manager.FontProperties(fname=font_manager.FontPath(str(bold), max(bold_face, 0))),
    )
    with mpl.rc_context(
        {"svg.hashsalt": scene.kind, "svg.fonttype": "path", "path.simplify": True}
    ):
        yield letters


def _maps(figure: Figure, scene: Scene, letters: Type) -> None:
    """Draw the map, or side by side how it was and how it would be."""
    left, bottom, width, height = _MAP
    sides = scene.sides()
    for n, side in enumerate(sides):
        part = (width - _BETWEEN * (len(sides) - 1)) / len(sides)
        axes = figure.add_axes((left + n * (part + _BETWEEN), bottom, part, height))
        _map(axes, side, letters)
        if len(sides) > 1:
            axes.set_title(SIDES[n], fontproperties=letters.bold, size=11, pad=4)


def _map(axes: Axes, scene: Scene, letters: Type, *, small: bool = False) -> None:
    pencil = Pencil(axes, scene, letters, small=small)
    pencil.frame()
    pencil.ground()
    pencil.sheets()
    pencil.outline()
    pencil.labels()
    if not small:
        pencil.scale_bar()
        pencil.north()


def _title(figure: Figure, scene: Scene, letters: Type) -> None:
    ink, soft = palette()["text"]["area"], palette()["text"]["street"]
    title = f"{scene.base.title} {scene.words.zh}".strip()
    figure.text(0.03, 0.945, title, fontproperties=letters.bold, size=19, color=ink, va="center")
    figure.text(
        0.03,
        0.905,
        scene.words.en,
        fontproperties=letters.regular,
        size=10,
        color=soft,
        va="center",
    )
    for i, fact in enumerate(scene.facts[:4]):
        x = 0.97 - 0.085 * (len(scene.facts[:4]) - 1 - i)
        figure.text(
            x,
            0.953,
            fact.value,
            fontproperties=letters.bold,
            size=14,
            color=ink,
            ha="right",
            va="center",
        )
        figure.text(
            x,
            0.917,
            fact.words.zh,
            fontproperties=letters.regular,
            size=8.5,
            color=soft,
            ha="right",
            va="center",
        )
    figure.text(
        0.97,
        0.025,
        credit(scene.base),
        fontproperties=letters.regular,
        size=7.5,
        color=soft,
        ha="right",
        va="center",
    )


def _legend(figure: Figure, scene: Scene, letters: Type) -> None:
    """Write the legend, and below it as many rows of the uppermost list as there is room for."""
    axes = figure.add_axes(_SIDE)
    axes.set_axis_off()
    width, height = figure.get_size_inches() * (_SIDE[2], _SIDE[3])
    axes.set_xlim(0, width)
    axes.set_ylim(-height, 0)
    column = Column(axes, letters, width)
    shown = [sheet for sheet in scene.sheets[::-1] if sheet.shown]
    for sheet in shown:
        column.heading(sheet.words.zh, f"{len(sheet.shapes):,}")
        for key in sheet.legend:
            column.key(key)
        column.skip(0.1)
    if scene.calendar is not None:
        column.week(scene.calendar)
    if listed := [sheet for sheet in shown if sheet.listed and sheet.rows]:
        column.rows(listed[0], down_to=-height)


def _bytes(figure: Figure, kind: str, dpi: int) -> bytes:
    plain = {"png": {"Software": None}, "pdf": {"CreationDate": None}, "svg": {"Date": None}}
    out = io.BytesIO()
    figure.savefig(out, format=kind, dpi=dpi, metadata=plain[kind])
    return out.getvalue()
