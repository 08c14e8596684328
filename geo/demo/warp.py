"""Bend the square plan into a town: one smooth map from plan metres to metres of the country.

The map is a sum of gentle waves (long ones everywhere, short ones where the old town lies)
and a slight barrel that rounds the ring road; it never folds, so whatever meets, touches or
stays apart in the plan does so on the ground. Ground coordinates are multiples of 1/64 m
and therefore exact in binary: equal places are bit-identical in every layer.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo.demo.rects import Rect

GRAIN_M = 1 / 64
MEANDER_M = 2700.0
"""From bend to bend of a river."""
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Waves:
    """Sine waves that push the plan: wave vectors, phases, pushes in metres."""

    kx: Floats
    ky: Floats
    phase: Floats
    push_x: Floats
    push_y: Floats

    def at(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Give the push in metres at every point."""
        angle = x[:, None] * self.kx + y[:, None] * self.ky + self.phase
        wave = np.sin(angle)
        return wave @ self.push_x, wave @ self.push_y


def waves(rng: np.random.Generator, count: int, *, length_m: float, slope: float) -> Waves:
    """Draw waves of about one length whose steepness together stays near `slope`."""
    k = 2 * np.pi / (length_m * rng.uniform(0.8, 1.5, count))
    way = rng.uniform(0, np.pi, count)
    size = slope / np.sqrt(count) / k
    turn = rng.uniform(0, 2 * np.pi, count)
    return Waves(
        k * np.cos(way),
        k * np.sin(way),
        rng.uniform(0, 2 * np.pi, count),
        size * np.cos(turn),
        size * np.sin(turn),
    )


@dataclass(frozen=True, slots=True)
class Warp:
    """The map from the plan to the ground."""

    frame: Rect
    east_m: float
    north_m: float
    turn: float
    barrel: float
    long: Waves
    short: Waves
    old: tuple[Rect, ...]
    rivers: tuple[Rect, ...]
    bends: float

    def __call__(self, xy: npt.ArrayLike) -> Floats:
        """Map plan points (n, 2) to the ground, to the grain."""
        return np.round(self.exact(np.asarray(xy, dtype=float)) / GRAIN_M) * GRAIN_M

    def exact(self, xy: Floats) -> Floats:
        """Map plan points (n, 2) to the ground without rounding."""
        x, y = xy[:, 0], xy[:, 1]
        lx, ly = self.long.at(x, y)
        sx, sy = self.short.at(x, y)
        weight = self._old_weight(x, y)
        ly = ly + self._meander(x, y)
        u = (x - self.frame.cx) / (self.frame.w / 2)
        v = (y - self.frame.cy) / (self.frame.h / 2)
        wide, tall = self.frame.w, self.frame.h
        px = (x - self.frame.cx) * (1 - self.barrel * min(1, tall / wide) * v**2) + lx + weight * sx
        py = (y - self.frame.cy) * (1 - self.barrel * min(1, wide / tall) * u**2) + ly + weight * sy
        c, s = np.cos(self.turn), np.sin(self.turn)
        return np.column_stack([self.east_m + c * px - s * py, self.north_m + s * px + c * py])

    def slopes(self, xy: Floats, step_m: float = 1.0) -> tuple[Floats, Floats]:
        """Give the images of one plan metre east and one plan metre north, (n, 2) each."""
        here, dx, dy = self.exact(xy), np.array([step_m, 0]), np.array([0, step_m])
        return (self.exact(xy + dx) - here) / step_m, (self.exact(xy + dy) - here) / step_m

    def _meander(self, x: Floats, y: Floats) -> Floats:
        """Let rivers swing to and fro, and the town beside them a little less."""
        push = np.zeros(len(x))
        for r in self.rivers:
            swing = np.sin(2 * np.pi * x / MEANDER_M + self.bends) + 0.35 * np.sin(
                4.6 * np.pi * x / MEANDER_M + 2 * self.bends
            )
            push += 80 * swing * np.exp(-(((y - r.cy) / 900) ** 2))
        return push

    def _old_weight(self, x: Floats, y: Floats) -> Floats:
        weight = np.zeros(len(x))
        for r in self.old:
            away = np.maximum.reduce([r.x0 - x, x - r.x1, r.y0 - y, y - r.y1, np.zeros(len(x))])
            weight = np.maximum(weight, np.exp(-((away / 120) ** 2)))
        return weight


def bend(
    frame: Rect,
    *,
    old: tuple[Rect, ...],
    rivers: tuple[Rect, ...],
    place: tuple[float, float],
    rng: np.random.Generator,
) -> Warp:
    """Draw the bend of a town whose plan fills `frame`, its middle at a place on the ground."""
    return Warp(
        frame,
        float(round(place[0])),
        float(round(place[1])),
        float(rng.uniform(-0.09, 0.09)),
        0.09,
        waves(rng, 7, length_m=3400, slope=0.26),
        waves(rng, 6, length_m=210, slope=0.16),
        old,
        rivers,
        float(rng.uniform(0, 2 * np.pi)),
    )
