"""The signs of a printed map: typefaces, symbols, the small picture in a legend line."""

import re
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.path import Path

from maps.palette import style

PX = 0.6
"""Points on paper for a pixel on screen: print is finer than a screen."""


@dataclass(frozen=True, slots=True)
class Type:
    """The two weights of the typeface."""

    regular: FontProperties
    bold: FontProperties


def wide_em(text: str) -> float:
    """Give the width of a text in ems: Chinese characters are one wide, others about 0.58."""
    return sum(1.0 if ord(c) > 0x2E80 else 0.58 for c in text)


def broken(text: str) -> str:
    """Break a long name near its middle, never inside a number, rather after the place.

    Examples
    --------
    >>> broken("花山南社区第60党群联盟").split()
    ['花山南社区', '第60党群联盟']
    """
    breaks = [
        (abs(k - len(text) / 2) - 2 * (text[k - 1] in "区村道镇街园、"), k)
        for k in range(2, len(text) - 1)
        if not re.search(r"[0-9A-Za-z]{2}|第\d|\d\D", text[k - 1 : k + 1])
    ]
    if len(text) <= 7 or not breaks:
        return text
    _, k = min(breaks)
    return f"{text[:k]}\n{text[k:]}"


def symbol(name: str) -> Path:
    """Give a symbol as a path of radius 1: circle, square, diamond, triangle or star."""
    if name == "circle":
        return Path.unit_circle()
    if name == "square":
        return Path(np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]) * 0.9, closed=True)
    count, inner = {"diamond": (4, 1.0), "triangle": (3, 1.0), "star": (10, 0.46)}[name]
    turn = np.pi / 2 + 2 * np.pi * np.arange(count + 1) / count
    radius = np.where(np.arange(count + 1) % 2, inner, 1.0) * 1.12
    return Path(np.column_stack([radius * np.cos(turn), radius * np.sin(turn)]), closed=True)


def stamp(
    axes: Axes,
    name: str,
    xs: npt.ArrayLike,
    ys: npt.ArrayLike,
    *,
    scale: float = 1.0,
    above: float = 6,
) -> None:
    """Set a symbol style at places, in the data units of the axes."""
    look = style(name)
    axes.plot(
        np.asarray(xs), np.asarray(ys), linestyle="none", marker=symbol(look["symbol"]), zorder=above,
        markersize=look["size"] * PX * 0.9 * scale, markerfacecolor=look["fill"],
        markeredgecolor=look["line"], markeredgewidth=look["width"] * PX * scale,
    )  # fmt: skip


def key_symbol(axes: Axes, name: str, x: float, y: float) -> None:
    """Draw the small picture of a legend line around (x, y), in inches of the axes."""
    look = style(name)
    if "symbol" in look:
        stamp(axes, name, [x], [y])
        return
    corner, wide, high = (x - 0.15, y - 0.085), 0.3, 0.17
    axes.add_patch(Rectangle(corner, wide, high, fc=look["fill"], alpha=look["opacity"], lw=0))
    if "hatch" in look:
        axes.add_patch(
            Rectangle(corner, wide, high, fill=False, ec=look["hatch"], hatch="/////", lw=0)
        )
    if "band" in look:
        axes.add_patch(
            Rectangle(corner, wide, high, fc=look["fill"], alpha=look["band_opacity"] / 2, lw=0)
        )
    axes.add_patch(
        Rectangle(corner, wide, high, fill=False, ec=look["line"], lw=look["width"] * PX)
    )
