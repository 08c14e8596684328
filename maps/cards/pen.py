"""What draws on a page: text, boxes, rings and paths, in points from the lower left corner."""

import re
from collections.abc import Sequence
from typing import Literal

from maps.cards.letters import Letters, Weight, face
from maps.cards.pdf import Document, Form

Anchor = Literal["left", "middle", "right"]
_SHARE: dict[Anchor, float] = {"left": 0.0, "middle": 0.5, "right": 1.0}
_ROUND = 0.5523
"""Handle of the Bézier curve that stands for a quarter of a circle."""


def number(value: float) -> str:
    """Write a number briefly, to a hundredth."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def numbers(*values: float) -> str:
    """Write numbers briefly, parted by spaces."""
    return " ".join(map(number, values))


def rgb(colour: str) -> str:
    """Write a colour ``#rrggbb`` as three shares."""
    return " ".join(f"{int(colour[i : i + 2], 16) / 255:.3g}" for i in (1, 3, 5))


class Pen:
    """One page in the making."""

    def __init__(self, document: Document, letters: Letters) -> None:
        self.document, self.letters = document, letters
        self._operators: list[bytes] = []

    def content(self) -> bytes:
        """Give the page."""
        return b"\n".join(self._operators)

    def raw(self, operators: str | bytes) -> None:
        """Write operators as they are."""
        self._operators.append(
            operators.encode("ascii") if isinstance(operators, str) else operators
        )

    def text(
        self,
        x: float,
        y: float,
        line: str,
        size: float,
        *,
        weight: Weight = "Regular",
        colour: str = "#1c2227",
        anchor: Anchor = "left",
        halo: str = "",
        turn: tuple[float, float] = (1.0, 0.0),
    ) -> float:
        """Write a clean line with its base line at y; give its width.

        `turn` is cosine and sine of its direction; `halo` the colour of a rim around it.
        """
        wide = face(weight).wide_em(line) * size
        back = wide * _SHARE[anchor]
        c, s = turn
        place = f"{c:.4f} {s:.4f} {-s:.4f} {c:.4f} {numbers(x - back * c, y - back * s)} Tm"
        shown = f"BT /{weight} {number(size)} Tf {place} {self.letters.show(line, weight)} Tj ET"
        if halo:
            rim = f"q 1 Tr {rgb(halo)} RG {number(size * 0.28)} w 1 j"
            self.raw(f"/Artifact BMC {rim} {shown} Q EMC")
        self.raw(f"{rgb(colour)} rg {shown}")
        return wide

    def box(self, x: float, y: float, wide: float, high: float, colour: str) -> None:
        """Fill a box."""
        self.raw(f"{rgb(colour)} rg {numbers(x, y, wide, high)} re f")

    def frame(self, place: tuple[float, float, float, float], colour: str, line: float) -> None:
        """Draw the rim of a box."""
        self.raw(f"{rgb(colour)} RG {number(line)} w {numbers(*place)} re S")

    def rule(self, x: float, y: float, wide: float, colour: str, line: float) -> None:
        """Draw a level line."""
        self.raw(f"{rgb(colour)} RG {number(line)} w {numbers(x, y)} m {numbers(x + wide, y)} l S")

    def disc(self, x: float, y: float, radius: float, colour: str) -> None:
        """Fill a circle."""
        r, k = radius, radius * _ROUND
        self.raw(
            f"{rgb(colour)} rg {numbers(x + r, y)} m "
            f"{numbers(x + r, y + k, x + k, y + r, x, y + r)} c "
            f"{numbers(x - k, y + r, x - r, y + k, x - r, y)} c "
            f"{numbers(x - r, y - k, x - k, y - r, x, y - r)} c "
            f"{numbers(x + k, y - r, x + r, y - k, x + r, y)} c f"
        )

    def badge(self, x: float, y: float, radius: float, text: str, colour: str) -> None:
        """Draw a number in a disc with a white rim."""
        self.disc(x, y, radius * 1.14, "#ffffff")
        self.disc(x, y, radius, colour)
        size = radius * 1.35
        self.text(x, y - 0.365 * size, text, size, weight="Bold", colour="#ffffff", anchor="middle")

    def path(self, points: list[tuple[float, float]], colour: str, line: float) -> None:
        """Draw a line with round ends and corners."""
        way = " l ".join(f"{x:.1f} {y:.1f}" for x, y in points)
        start, _, rest = way.partition(" l ")
        self.raw(f"1 J 1 j {rgb(colour)} RG {number(line)} w {start} m {rest} l S")

    def form(self, form: Form, x: float, y: float, side: float) -> None:
        """Draw a form into a square."""
        scale = f"{side / form.box[2]:.6f}"
        self.raw(f"q {scale} 0 0 {scale} {numbers(x, y)} cm /{self.document.form(form)} Do Q")


def fitted(line: str, room: float, size: float, least: float, weight: Weight) -> tuple[str, float]:
    """Give a line and the size at which it fits: smaller, and at the least size cut with ``…``."""
    wide = face(weight).wide_em(line)
    if wide * size <= room:
        return line, size
    if wide * least <= room:
        return line, room / wide
    while line and face(weight).wide_em(line + "…") * least > room:
        line = line[:-1]
    return line + "…", least


def split(line: str, room: float, size: float, weight: Weight) -> tuple[str, str]:
    """Give as much of a line as fits, and the rest."""
    known, wide = face(weight), 0.0
    for i, letter in enumerate(line):
        wide += known.glyph(letter)[1] * size
        if wide > room:
            return line[:i], line[i:]
    return line, ""


def broken(text: str, rooms_em: Sequence[float], rest: str) -> list[str]:
    """Break a line after its signs into lines of given rooms, the overflow into `rest`."""
    known, lines = face("Regular"), [""]
    tokens = re.findall(r"[^；、]*[；、]?", text)[:-1]
    for i, token in enumerate(tokens):
        final, last = len(lines) == len(rooms_em), i == len(tokens) - 1
        longer = (lines[-1] + token).rstrip()
        spare = rest if final and not last else ""
        if known.wide_em(longer + spare) <= rooms_em[len(lines) - 1]:
            lines[-1] += token
        elif not final and lines[-1]:
            lines.append(token)
        else:
            lines[-1] = (lines[-1].rstrip("；、 ") or token) + rest
            break
    return [
        fitted(line.strip(), room, 1, 1, "Regular")[0]
        for line, room in zip(lines, rooms_em, strict=False)
        if line.strip()
    ]
