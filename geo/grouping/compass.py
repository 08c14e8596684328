"""Names of groups by where they lie: east, south, west, north, and between."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from geo.grouping.problem import Floats, Ints


@dataclass(frozen=True, slots=True)
class Direction:
    """A direction in both languages; `degrees` anticlockwise from east, None for the middle."""

    zh: str
    en: str
    degrees: float | None


MAIN = (
    Direction("东", "East", 0.0),
    Direction("南", "South", 270.0),
    Direction("西", "West", 180.0),
    Direction("北", "North", 90.0),
)
BETWEEN = (
    Direction("东南", "South-east", 315.0),
    Direction("西南", "South-west", 225.0),
    Direction("西北", "North-west", 135.0),
    Direction("东北", "North-east", 45.0),
)
MIDDLE = Direction("中", "Centre", None)


def directions(xy: Floats, labels: Ints, weight: Floats) -> list[Direction]:
    """Give every group its own direction, as seen from the middle of all units.

    Up to four groups share the main directions; five and nine have a middle one; up to nine
    the directions between come in. From four groups on the angles are those of the
    district stretched to a square, and the names are dealt out so that the angles fit best together.

    Returns
    -------
    list of Direction
        One a group. Beyond nine groups names repeat with numbers, clockwise from the north.

    Examples
    --------
    >>> import numpy as np
    >>> xy = np.array([[9.0, 0], [0, -9], [-9, 0], [0, 9]])
    >>> [d.en for d in directions(xy, np.arange(4), np.ones(4))]
    ['East', 'South', 'West', 'North']
    """
    k = int(labels.max()) + 1
    if k == 1:
        return [MIDDLE]
    w = np.maximum(weight, 1e-9)
    middle = np.average(xy, axis=0, weights=w)
    spread = np.sqrt(np.average((xy - middle) ** 2, axis=0, weights=w))
    square = (xy - middle) / (np.maximum(spread, 1e-9) if k > 3 else 1.0)
    load = np.bincount(labels, weights=w, minlength=k)
    spot = np.column_stack(
        [np.bincount(labels, weights=w * s, minlength=k) / load for s in square.T]
    )
    if k > 9:
        return _numbered(spot)
    found: list[Direction | None] = [None] * k
    rest = np.arange(k)
    if k in (5, 9):
        inner = int(np.argmin(np.hypot(*spot.T)))
        found[inner] = MIDDLE
        rest = np.delete(rest, inner)
    names = MAIN if len(rest) <= 4 else MAIN + BETWEEN
    turn = np.degrees(np.arctan2(spot[rest, 1], spot[rest, 0]))
    off = np.array([[_apart(t, d.degrees or 0.0) ** 2 for d in names] for t in turn])
    for row, column in zip(*linear_sum_assignment(off), strict=True):
        found[rest[row]] = names[column]
    return [d or MIDDLE for d in found]


def _apart(a: float, b: float) -> float:
    return abs((a - b + 180) % 360 - 180)


def _numbered(spot: Floats) -> list[Direction]:
    names = MAIN + BETWEEN
    turn = np.degrees(np.arctan2(spot[:, 1], spot[:, 0]))
    nearest = [min(range(8), key=lambda j, t=t: _apart(t, names[j].degrees or 0.0)) for t in turn]  # type: ignore[misc]
    found = [MIDDLE] * len(spot)
    seen = [0] * 8
    for g in np.argsort((90 - turn) % 360, kind="stable"):
        j = nearest[g]
        seen[j] += 1
        found[g] = Direction(
            f"{names[j].zh}{seen[j]}", f"{names[j].en} {seen[j]}", names[j].degrees
        )
    return found
