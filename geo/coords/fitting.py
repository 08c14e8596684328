"""A local system brought to metres by control points: similarity or affine, with residuals.

City and building-site systems have their own origin, turn and scale, and no code. Points
that are known in both systems give the way between them by least squares.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from geo.errors import BadInput

Points = npt.NDArray[np.float64]
Kind = Literal["similarity", "affine"]
LEAST_POINTS = 3
_FLAT = 1e-3
"""Control points closer to a line than this share of their spread do not hold a plane."""


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """The way from one plane to another, and how well the control points agree with it.

    `matrix` (2, 3) takes (x, y, 1) to metres; `residuals_m` (points, 2) is target − fitted.
    """

    kind: Kind
    matrix: Points
    residuals_m: Points

    def apply(self, points: npt.ArrayLike) -> Points:
        """Move points (n, 2)."""
        xy = np.asarray(points, dtype=np.float64)
        moved: Points = xy @ self.matrix[:, :2].T + self.matrix[:, 2]
        return moved

    def inverse(self) -> "Fit":
        """Give the way back."""
        turn = np.linalg.inv(self.matrix[:, :2])
        return Fit(self.kind, np.column_stack([turn, -turn @ self.matrix[:, 2]]), -self.residuals_m)

    @property
    def off_m(self) -> Points:
        """How far each control point lies from where the fit puts it, metres."""
        off: Points = np.hypot(self.residuals_m[:, 0], self.residuals_m[:, 1])
        return off

    @property
    def rms_m(self) -> float:
        """Root mean square of the residuals over what the points know beyond the parameters.

        NaN when there are no more points than the parameters need: nothing is checked then.
        """
        free = 2 * len(self.residuals_m) - (4 if self.kind == "similarity" else 6)
        return float(np.sqrt((self.residuals_m**2).sum() / free)) if free > 0 else float("nan")

    @property
    def scale(self) -> float:
        """Mean scale of the fit: 1 where both planes count the same metres."""
        return float(np.sqrt(abs(np.linalg.det(self.matrix[:, :2]))))

    @property
    def turn_deg(self) -> float:
        """How far the x axis is turned, degrees counterclockwise."""
        return float(np.degrees(np.arctan2(self.matrix[1, 0], self.matrix[0, 0])))


def fit(source: npt.ArrayLike, target: npt.ArrayLike, *, kind: Kind = "similarity") -> Fit:
    """Fit a plane transformation through control points by least squares.

    Similarity: x' = a·x − b·y + c, y' = b·x + a·y + d. Affine: six free parameters; it
    also takes a mirrored system, and three points then leave nothing to check.

    Parameters
    ----------
    source, target : (points, 2)
        The same points in the file's system and in metres; at least three, not on a line.

    Raises
    ------
    BadInput
        When there are fewer than three points, or they lie on a line.
    """
    given, wanted = np.asarray(source, dtype=np.float64), np.asarray(target, dtype=np.float64)
    _require_plane(given, wanted)
    middle, size = given.mean(axis=0), float(np.ptp(given, axis=0).max())
    x, y = ((given - middle) / size).T
    one, none = np.ones_like(x), np.zeros_like(x)
    if kind == "affine":
        half = np.column_stack([x, y, one])
        rows = np.block([[half, np.zeros_like(half)], [np.zeros_like(half), half]])
    else:
        rows = np.vstack([np.column_stack([x, -y, one, none]), np.column_stack([y, x, none, one])])
    found, *_ = np.linalg.lstsq(rows, wanted.T.ravel(), rcond=None)
    if kind == "affine":
        turn, shift = found.reshape(2, 3)[:, :2], found.reshape(2, 3)[:, 2]
    else:
        a, b, *rest = found
        turn, shift = np.array([[a, -b], [b, a]]), np.array(rest)
    turn = turn / size
    matrix = np.column_stack([turn, shift - turn @ middle])
    return Fit(kind, matrix, wanted - (given @ turn.T + matrix[:, 2]))


def _require_plane(given: Points, wanted: Points) -> None:
    fine = given.ndim == wanted.ndim == 2 and given.shape == wanted.shape and given.shape[1] == 2
    if not fine or len(given) < LEAST_POINTS or not np.isfinite([given, wanted]).all():
        raise BadInput(
            f"at least {LEAST_POINTS} control points are needed, each with x, y in both systems",
            zh=f"至少需要 {LEAST_POINTS} 个控制点，每个点在两套坐标系中都要有坐标",
        )
    for points in (given, wanted):
        spread = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
        if spread[1] <= _FLAT * spread[0] or spread[0] == 0:
            raise BadInput(
                "the control points lie on a line; they must span the district",
                zh="控制点几乎在一条直线上，请选择围住全区的点",
                hint="choose points around the whole layer",
                hint_zh="请在图层四周选点",
            )
