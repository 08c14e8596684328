"""The lanes inside a compound, and where they can leave it."""

from dataclasses import dataclass

from geo.demo.plan import Street
from geo.demo.rects import Rect
from geo.demo.styles import Style

END_M, EDGE_M = 6.0, 7.0
"""A lane ends before the wall; a lane that joins others runs inside along a wall."""


@dataclass(frozen=True, slots=True)
class Exit:
    """Where a lane can leave a compound: its end inside, the wall, the street, the side."""

    inside: tuple[float, float]
    wall: tuple[float, float]
    street: tuple[float, float]
    side: int


@dataclass(frozen=True, slots=True)
class Lanes:
    """The lanes of a compound: upright ones at `xs`, level ones at `ys`, joined with each other."""

    core: Rect
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    edge_x: bool
    edge_y: bool

    @classmethod
    def of(cls, core: Rect, xs: tuple[float, ...], ys: tuple[float, ...]) -> "Lanes":
        """Lay lanes between the cells, and one along a side where there are none to join them."""
        edge_x = not xs
        uprights = xs or (core.x0 + EDGE_M,)
        edge_y = not ys and len(uprights) > 1
        return cls(core, uprights, ys or ((core.y0 + EDGE_M,) if edge_y else ()), edge_x, edge_y)

    def span_x(self) -> tuple[float, float]:
        """From where to where the level lanes run."""
        first = self.xs[0] if self.edge_x or self.edge_y else self.core.x0 + END_M
        return first, self.xs[-1] if self.edge_y else self.core.x1 - END_M

    def span_y(self) -> tuple[float, float]:
        """From where to where the upright lanes run."""
        return self.core.y0 + (EDGE_M if self.edge_y else END_M), self.core.y1 - END_M

    def exits(self, wall: Rect, street: Rect) -> list[Exit]:
        """Give every end of a lane that could be led through the wall to the street."""
        (x0, x1), (y0, y1) = self.span_x(), self.span_y()
        found = []
        for x in self.xs:
            found.append(Exit((x, y0), (x, wall.y0), (x, street.y0), 1))
            found.append(Exit((x, y1), (x, wall.y1), (x, street.y1), 3))
        for y in () if self.edge_y else self.ys:
            if not self.edge_x:
                found.append(Exit((x0, y), (wall.x0, y), (street.x0, y), 0))
            found.append(Exit((x1, y), (wall.x1, y), (street.x1, y), 2))
        return found

    def ways(self, style: Style, chosen: list[Exit]) -> list[Street]:
        """Give the lanes as ways, led out to the street at the chosen exits."""
        (x0, x1), (y0, y1) = self.span_x(), self.span_y()
        access = "private" if style.walled else ""
        foot = "yes" if style.walled else ""
        lines = [(x, y0, x, y1) for x in self.xs] + [(x0, y, x1, y) for y in self.ys]
        lines += [
            (min(e.inside[0], e.street[0]), min(e.inside[1], e.street[1]),
             max(e.inside[0], e.street[0]), max(e.inside[1], e.street[1]))
            for e in chosen
        ]  # fmt: skip
        return [
            Street(*line, style.lane, access=access, foot=foot, surface="concrete")
            for line in lines
        ]
