"""At which displacement does a layer belong to a trusted one? The evidence of the datum doctor.

Lines: the layer is laid on the distances to the trusted line work at every displacement up
to 1.6 km. Outlines: who falls outside, were the layer moved back.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from scipy import fft, ndimage

Floats = npt.NDArray[np.float64]
Vectors = dict[str, Floats]
"""What brings a layer home if it is in a datum, metres east and north."""
_REACH_M, _STEP_M = 1_650.0, 10.0
_MOST_SAMPLES = 2_500
_FAR_M = (0.0, 5.0, 15.0, 27.0, 45.0)
"""Classes of distance to the trusted line work; what is farther is the rest."""
_MOST_CELLS = 9_000_000
_NEAR_M = {"true": 27.0, "gcj02": 40.0, "bd09": 45.0}
_SHIFT_M = 300.0
"""Datums of old maps differ by about 100 m; nothing else is looked for farther than this."""
_EDGE_M = 20.0
"""So near to the outline nobody is outside of it."""
_FEW_OUT, _SOME_OUT = 0.004, 0.015
"""Shares of a layer: so few outside are nobody, and so many are not chance."""
_SOFT, _AROUND = 0.9, 19
"""Cells over which a displacement is smoothed, and with which it is compared."""
_TAIL, _TOGETHER = 0.99, 5.0
"""Where the tail of chance begins, and so many neighbouring cells are one trial."""
_PRIOR = {"true": 0.5, "gcj02": 0.16, "bd09": 0.12, "shifted": 0.12, "unknown": 0.5}


@dataclass(frozen=True, slots=True)
class Weighed:
    """The likeliest of some datums, what brings the layer home then, how sure; evidence for each."""

    best: str
    back: Floats
    sure: float
    scores: dict[str, float]


def samples(shapes: npt.NDArray[np.object_]) -> Floats:
    """Give points along the line work of shapes, evenly over the features, always the same ones."""
    flat = shapely.force_2d(shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))])
    areas = shapely.get_dimensions(flat) == 2
    flat[areas] = shapely.boundary(flat[areas])
    lines = shapely.get_dimensions(flat) == 1
    xy = shapely.get_coordinates(flat[~lines])
    each = max(3, min(24, _MOST_SAMPLES // max(int(lines.sum()), 1)))
    for share in (np.arange(each) + 0.5) / each if lines.any() else ():
        points = shapely.line_interpolate_point(flat[lines], share, normalized=True)
        xy = np.vstack([xy, shapely.get_coordinates(points)])
    if len(xy) > _MOST_SAMPLES:
        xy = xy[np.linspace(0, len(xy) - 1, _MOST_SAMPLES).astype(np.int64)]
    return np.asarray(xy, dtype=np.float64)


def by_outline(here: Floats, outline: shapely.Geometry, vectors: Vectors) -> Weighed:
    """Tell by who falls outside of the district, were the layer moved back.

    A known datum that leaves nobody outside is believed before a shift that does; of such
    shifts the middle is taken.
    """
    grown = shapely.buffer(outline, _EDGE_M)
    shapely.prepare(grown)
    out = {n: _outside(grown, here, v) for n, v in vectors.items()}
    few = _FEW_OUT * len(here)
    if min(out.values()) > few and out["true"] > _SOME_OUT * len(here):
        homes = _homes(grown, here, few)
        if len(homes):
            back = homes.mean(axis=0)
            wide = float(np.hypot(*(homes - back).T).mean())
            told = {n: -e for n, e in out.items()} | {"shifted": -few}
            return Weighed("shifted", back, float(0.98 * np.exp(-wide / 500)), told)
    best = min(out, key=lambda n: (out[n], n != "true"))
    if out["true"] - out[best] < 2.0:
        best = "true"
    rest = min(e for n, e in out.items() if n != best)
    sure = 0.9 * (1.0 - float(np.exp(-max(rest - out[best], 0.0))))
    return Weighed(best, vectors[best], sure, {n: -round(e, 2) for n, e in out.items()})


def _outside(ground: shapely.Geometry, here: Floats, vector: Floats) -> float:
    return float((~shapely.contains_xy(ground, *(here + vector).T)).sum())


def _homes(ground: shapely.Geometry, here: Floats, few: float) -> Floats:
    """Give the displacements, up to those of old datums, that leave at most a few outside."""
    edge = shapely.boundary(ground)
    shapely.prepare(edge)
    near = here[shapely.dwithin(edge, shapely.points(here), _SHIFT_M + _EDGE_M)]
    inside = shapely.contains_xy(ground, *here.T)
    lost = int((~inside).sum()) - int((~shapely.contains_xy(ground, *near.T)).sum())
    steps = np.arange(-_SHIFT_M, _SHIFT_M + 1, _EDGE_M)
    moves = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
    moves = moves[np.hypot(*moves.T) <= _SHIFT_M]
    kept: Floats = moves[[lost + _outside(ground, near, move) <= few for move in moves]]
    return kept


def by_lines(here: Floats, known: npt.NDArray[np.object_], vectors: Vectors) -> Weighed:
    """Tell by the displacement at which distances to the trusted line work are unlike all others."""
    steps, shares = _laid(here, known)
    oddness = _oddness(shares)
    dx, dy = np.meshgrid(steps, steps)
    names: dict[str, tuple[float, float, Floats]] = {}
    free = np.hypot(dx, dy) <= _SHIFT_M
    for name, vector in vectors.items():
        off = np.hypot(dx - vector[0], dy - vector[1])
        names[name] = _best(oddness, off <= _NEAR_M[name], dx, dy)
        free &= off > _NEAR_M[name] + _STEP_M
    names["shifted"] = _best(oddness, free, dx, dy)
    return _judged(names, vectors, oddness)


def _laid(here: Floats, known: npt.NDArray[np.object_]) -> tuple[Floats, Floats]:
    """Give displacements in metres, and the shares of the layer that are then so far from lines.

    Both are drawn on one raster (rows to the north), and laid over each other at all
    displacements at once by Fourier transforms. Shares: one sheet for each of `_FAR_M`.
    """
    flat = shapely.force_2d(known)
    areas = shapely.get_dimensions(flat) == 2
    flat[areas] = shapely.boundary(flat[areas])
    west, south, east, north = shapely.total_bounds(flat)
    margin = _REACH_M + 100.0
    wide, high = east - west + 2 * margin, north - south + 2 * margin
    cell = max(_STEP_M, float(np.sqrt(wide * high / _MOST_CELLS)))
    corner = np.array([west - margin, south - margin])
    size = (int(high / cell) + 2, int(wide / cell) + 2)
    lines = shapely.segmentize(flat[shapely.get_dimensions(flat) > 0], cell * 0.5)
    points = flat[shapely.get_dimensions(flat) == 0]
    known_xy = np.vstack([shapely.get_coordinates(lines), shapely.get_coordinates(points)])
    away = ndimage.distance_transform_edt(_drawn(known_xy, corner, cell, size) == 0) * cell
    laid = _drawn(here, corner, cell, size)
    shape = [fft.next_fast_len(n, real=True) for n in size]
    turned = np.conj(fft.rfft2(laid, shape))
    reach = int(_REACH_M / cell)
    steps = np.arange(-reach, reach + 1)
    at = np.ix_(steps, steps)
    shares = [
        fft.irfft2(fft.rfft2(((low <= away) & (away < high)).astype(float), shape) * turned, shape)[
            at
        ]
        for low, high in pairwise(_FAR_M)
    ]
    return np.asarray(steps * cell, dtype=np.float64), np.stack(shares) / max(laid.sum(), 1.0)


def _oddness(shares: Floats) -> Floats:
    """Say how unlike its neighbours each displacement is (Mahalanobis, 1936), in all sheets at once.

    Whatever the two layers have to do with each other, that they meet, or keep apart by so
    many metres, holds at the true place and nowhere near it.
    """
    middle = [
        ndimage.gaussian_filter(s, _SOFT) - ndimage.uniform_filter(s, _AROUND) for s in shares
    ]
    contrast = np.stack(middle).reshape(len(shares), -1)
    spread = np.cov(contrast) + 1e-12 * np.eye(len(shares))
    odd: Floats = np.einsum("ki,ki->i", contrast, np.linalg.solve(spread, contrast))
    return odd.reshape(shares.shape[1:])


def _drawn(xy: Floats, corner: Floats, cell: float, size: tuple[int, int]) -> Floats:
    """Count points in cells, each shared by the four cells around it; strays are left out."""
    at = (xy - corner) / cell
    low = np.floor(at).astype(np.int64)
    part = at - low
    drawn = np.zeros(size)
    for east in (0, 1):
        for north in (0, 1):
            column, row = low[:, 0] + east, low[:, 1] + north
            inside = (column >= 0) & (column < size[1]) & (row >= 0) & (row < size[0])
            weight = np.abs(1 - east - part[:, 0]) * np.abs(1 - north - part[:, 1])
            np.add.at(drawn, (row[inside], column[inside]), weight[inside])
    return drawn


def _best(
    odd: Floats, where: npt.NDArray[np.bool_], dx: Floats, dy: Floats
) -> tuple[float, float, Floats]:
    """Give the oddest of some displacements: how odd, of how many, and which."""
    at = int(np.argmax(np.where(where, odd, -1.0)))
    return float(odd.ravel()[at]), float(where.sum()), np.array([dx.ravel()[at], dy.ravel()[at]])


def _judged(
    names: dict[str, tuple[float, float, Floats]], vectors: Vectors, odd: Floats
) -> Weighed:
    """Weigh the hypotheses: how seldom chance makes anything as odd among as many displacements.

    The tail of chance is fitted to the displacements themselves; a p-value speaks for a
    hypothesis by at most 1 / (-e p ln p) (Sellke, Bayarri and Berger, 2001).
    """
    start = float(np.quantile(odd, _TAIL))
    slope = float(np.mean(odd[odd > start]) - start)
    weights, told = {"unknown": _PRIOR["unknown"]}, {}
    for name, (height, trials, _) in names.items():
        beyond = (
            np.exp(-(height - start) / slope)
            if height > start
            else np.mean(odd >= height) / (1 - _TAIL)
        )
        alone = (1 - _TAIL) * float(beyond)
        chance = float(-np.expm1(trials / _TOGETHER * np.log1p(-min(alone, 0.999))))
        chance = max(chance, 1e-12)
        weights[name] = _PRIOR[name] * (
            -1 / (np.e * chance * np.log(chance)) if chance < 1 / np.e else 1.0
        )
        told[name] = round(-float(np.log10(chance)), 2)
    best = max(weights, key=lambda n: weights[n])
    sure = weights[best] / sum(weights.values())
    if best == "unknown":
        return Weighed("unknown", np.zeros(2), 0.0, told)
    back = names[best][2] if best == "shifted" else vectors[best]
    return Weighed(best, back, float(sure), told)
