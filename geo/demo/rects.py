"""Rectangles of the plan plane: a town is first drawn square, in metres, and bent afterwards."""

from dataclasses import dataclass

STEP_M = 0.25
"""Plan coordinates are multiples of this, so that equal places are equal numbers."""


def snap(value: float) -> float:
    """Round a plan coordinate to the plan's step."""
    return round(value / STEP_M) * STEP_M


@dataclass(frozen=True, slots=True)
class Rect:
    """An upright rectangle of the plan: west, south, east, north, in plan metres."""

    x0: float
    y0: float
    x1: float
    y1: float

    @property
    def w(self) -> float:
        """Width, metres."""
        return self.x1 - self.x0

    @property
    def h(self) -> float:
        """Height, metres."""
        return self.y1 - self.y0

    @property
    def cx(self) -> float:
        """Middle, west to east."""
        return snap((self.x0 + self.x1) / 2)

    @property
    def cy(self) -> float:
        """Middle, south to north."""
        return snap((self.y0 + self.y1) / 2)

    @property
    def area(self) -> float:
        """Area, m² of the plan."""
        return self.w * self.h

    def inset(self, west: float, south: float, east: float, north: float) -> "Rect":
        """Draw every side in by its own distance."""
        return Rect(self.x0 + west, self.y0 + south, self.x1 - east, self.y1 - north)

    def meet(self, other: "Rect") -> "Rect":
        """Give what both cover; its width or height is negative where they do not meet."""
        return Rect(
            max(self.x0, other.x0),
            max(self.y0, other.y0),
            min(self.x1, other.x1),
            min(self.y1, other.y1),
        )

    def cut_x(self, x: float) -> tuple["Rect", "Rect"]:
        """Cut into a west and an east part."""
        return Rect(self.x0, self.y0, x, self.y1), Rect(x, self.y0, self.x1, self.y1)

    def cut_y(self, y: float) -> tuple["Rect", "Rect"]:
        """Cut into a south and a north part."""
        return Rect(self.x0, self.y0, self.x1, y), Rect(self.x0, y, self.x1, self.y1)
