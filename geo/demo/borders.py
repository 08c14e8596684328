"""Move a piece of border: dents and bumps in one area that leave its neighbour as it was."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from shapely.geometry import LineString, Polygon

from geo.demo.warp import GRAIN_M

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Border:
    """A nearly straight stretch of an area's outline, its ring rotated to end with it.

    `before` are the other vertices of the ring, `path` those of the stretch, both ends
    included, in the ring's order; `inward` is the unit normal into the area.
    """

    before: Floats
    path: Floats
    inward: Floats

    def dent(self, depth_m: float) -> Floats:
        """Give the stretch moved inward (outward when negative) between its fixed ends."""
        line = LineString(self.path)
        moved = [line.interpolate(share, normalized=True).coords[0] for share in (0.15, 0.5, 0.85)]
        inner = np.round((np.array(moved) + depth_m * self.inward) / GRAIN_M) * GRAIN_M
        return np.concatenate([self.path[:1], inner, self.path[-1:]])

    def through(self, point: tuple[float, float]) -> Floats:
        """Give the stretch bent to a point."""
        middle = np.round(np.array([point]) / GRAIN_M) * GRAIN_M
        return np.concatenate([self.path[:1], middle, self.path[-1:]])

    def area(self, moved: Floats) -> Polygon:
        """Give the whole area with the stretch moved."""
        return Polygon(np.concatenate([self.before, moved]))

    def between(self, moved: Floats) -> Polygon:
        """Give the land between the old and the moved stretch."""
        return Polygon(np.concatenate([self.path, moved[-2:0:-1]]))


def shared(area: Polygon, others: set[tuple[float, float]], *, least_m: float) -> Border | None:
    """Find the longest nearly straight stretch of an outline whose vertices all are in `others`."""
    ring = np.array(area.exterior.coords[:-1])
    hit = [tuple(v) in others for v in ring]
    if all(hit) or not any(hit):
        return None
    start = next(i for i in range(len(ring)) if not hit[i] and hit[(i + 1) % len(ring)])
    ring, hit = np.roll(ring, -start - 1, axis=0), hit[start + 1 :] + hit[: start + 1]
    best: tuple[float, int, int] | None = None
    i = 0
    while i < len(ring):
        j = i
        while j < len(ring) and hit[j]:
            j += 1
        for a, b in _straight(ring, i, j):
            chord = float(np.hypot(*(ring[b] - ring[a])))
            if chord >= least_m and (best is None or chord > best[0]):
                best = chord, a, b
        i = j + 1
    if best is None:
        return None
    _, a, b = best
    turned = np.roll(ring, -b - 1, axis=0)
    size = b - a + 1
    path = turned[len(ring) - size :]
    along = (path[-1] - path[0]) / np.hypot(*(path[-1] - path[0]))
    inward = np.array([-along[1], along[0]]) * (1 if area.exterior.is_ccw else -1)
    return Border(turned[: len(ring) - size], path, inward)


def _straight(ring: Floats, first: int, end: int) -> list[tuple[int, int]]:
    """Cut the run of vertices [first, end) where it turns by more than about 25°."""
    found, a = [], first
    for k in range(first + 1, end):
        if k + 1 == end or _turns(ring[k - 1], ring[k], ring[k + 1]):
            found.append((a, k))
            a = k
    return found


def _turns(a: Floats, b: Floats, c: Floats) -> bool:
    u, v = b - a, c - b
    return bool(u @ v < 0.9 * np.hypot(*u) * np.hypot(*v))
