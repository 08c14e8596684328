"""Households and residents by where people live, and whole numbers that stay whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Homes:
    """Buildings: a point within each, its outline, households and residents, id."""

    points: npt.NDArray[np.object_]
    shapes: npt.NDArray[np.object_]
    households: Ints
    residents: Ints
    ids: npt.NDArray[np.object_]

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Index over the points."""
        return shapely.STRtree(self.points)

    @cached_property
    def outlines(self) -> shapely.STRtree:
        """Index over the outlines."""
        return shapely.STRtree(self.shapes)

    @cached_property
    def xy(self) -> Floats:
        """Coordinates of the points."""
        return shapely.get_coordinates(self.points)

    @cached_property
    def at(self) -> dict[str, int]:
        """Position of each id."""
        return {str(name): i for i, name in enumerate(self.ids)}

    def within(self, ground: BaseGeometry) -> Ints:
        """Give the positions of the buildings whose point lies in a ground, in order."""
        return np.sort(self.tree.query(ground, predicate="intersects"))

    def weights(self, pieces: Sequence[BaseGeometry]) -> tuple[list[int], list[int]]:
        """Count households and residents of pieces; a point on a common edge counts once."""
        seen: set[int] = set()
        households, residents = [], []
        for piece in pieces:
            inside = [i for i in self.within(piece).tolist() if i not in seen]
            seen.update(inside)
            households.append(int(self.households[inside].sum()))
            residents.append(int(self.residents[inside].sum()))
        return households, residents


def homes(frame: gpd.GeoDataFrame | None) -> Homes:
    """Make a table of buildings (metres) ready; None is no buildings."""
    if frame is None or not len(frame):
        nothing = np.empty(0, dtype=object)
        return Homes(nothing, nothing, np.empty(0, np.int64), np.empty(0, np.int64), nothing)
    shapes = np.asarray(frame.geometry.values, dtype=object)
    return Homes(
        np.asarray(shapely.point_on_surface(shapes), dtype=object),
        shapes,
        frame["households"].to_numpy(dtype=np.int64),
        frame["residents"].to_numpy(dtype=np.int64),
        frame["id"].to_numpy(dtype=object),
    )


def shared_out(total: int, weights: Sequence[float], *, spare: Sequence[float]) -> list[int]:
    """Share a whole number out by weights so that nothing is lost (largest remainders).

    Parameters
    ----------
    total : int
        What is shared, ≥ 0.
    weights : sequence of float
        One a share; when all are 0 `spare` is used instead, and when those are 0 too
        everything falls to the first.

    Examples
    --------
    >>> shared_out(10, [1, 1, 1], spare=[0, 0, 0])
    [4, 3, 3]
    """
    by = np.asarray(weights if sum(weights) > 0 else spare, dtype=np.float64)
    if by.sum() <= 0:
        by = np.array([1.0, *([0.0] * (len(by) - 1))])
    exact = total * by / by.sum()
    whole = np.floor(exact + 1e-9).astype(np.int64)
    rest = np.argsort(-(exact - whole), kind="stable")[: max(total - int(whole.sum()), 0)]
    whole[rest] += 1
    return [int(n) for n in whole]
