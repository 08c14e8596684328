"""The stretch of ground that a card's map shows, and its place on the page."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of ground (metres) and where it stands on the page (points)."""

    west: float
    south: float
    pt_m: float
    left: float
    bottom: float
    wide: float
    high: float

    @property
    def ground(self) -> tuple[float, float, float, float]:
        """West, south, east, north in metres."""
        east, north = self.west + self.wide / self.pt_m, self.south + self.high / self.pt_m
        return self.west, self.south, east, north

    def page(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Bring metres to the page."""
        corner, origin = np.array([self.west, self.south]), np.array([self.left, self.bottom])
        moved: npt.NDArray[np.float64] = (xy - corner) * self.pt_m + origin
        return moved
