"""The few shapes that whole numbers or the cut made touch themselves, made sound again."""

from collections.abc import Iterable

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.tiling.drawing import BROKEN, FINE, LOOK, Drawing
from geo.tiling.kernel import I64

_ROUNDS = 4


def sound(seen: Drawing) -> Drawing:
    """Give a drawing whose polygons are all valid; most are and stay as they are.

    A ring that touches itself, or a hole that touches its ring along an edge, is taken apart
    into polygons that cover the same ground to within a unit. What covers nothing goes.
    """
    suspects = np.flatnonzero(seen.state != FINE)
    if not len(suspects):
        return seen
    shapes = [_shape(seen, int(i)) for i in suspects]
    bad = [
        (int(i), shape)
        for i, shape in zip(suspects, shapes, strict=True)
        if seen.state[i] == BROKEN or (seen.state[i] == LOOK and not shapely.is_valid(shape))
    ]
    if not bad:
        return seen
    return _replaced(seen, {i: list(_mended(shape)) for i, shape in bad})


def _shape(seen: Drawing, i: int) -> BaseGeometry:
    """Give the polygons of a feature as they are, sound or not."""
    polygons: list[shapely.Polygon] = []
    shell: list[tuple[float, float]] | None = None
    holes: list[list[tuple[float, float]]] = []
    for p in range(seen.first_part[i], seen.first_part[i + 1]):
        at = slice(seen.first_point[p], seen.first_point[p + 1])
        ring = list(zip(seen.px[at].tolist(), seen.py[at].tolist(), strict=True))
        if seen.outer[p]:
            if shell is not None:
                polygons.append(shapely.Polygon(shell, holes))
            shell, holes = ring, []
        else:
            holes.append(ring)
    if shell is not None:
        polygons.append(shapely.Polygon(shell, holes))
    return polygons[0] if len(polygons) == 1 else shapely.MultiPolygon(polygons)


def _mended(shape: BaseGeometry) -> Iterable[shapely.Polygon]:
    """Give valid polygons on whole numbers."""
    for _ in range(_ROUNDS):
        parts = shapely.get_parts(shapely.make_valid(shape, method="structure"))
        flat = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
        shape = shapely.simplify(shapely.set_precision(flat, 1.0), 0)
        if shapely.is_valid(shape):
            break
    parts = shapely.get_parts(shape)
    return list(parts[(shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > 0)])


def _replaced(seen: Drawing, instead: dict[int, list[shapely.Polygon]]) -> Drawing:
    """Put polygons in the place of features, behind those that stay."""
    stay = np.array([i not in instead for i in range(len(seen.rows))])
    rings, owners, outer = [], [], []
    rows: list[int] = []
    for i, polygons in instead.items():
        if not polygons:
            continue
        rows.append(int(seen.rows[i]))
        for polygon in shapely.orient_polygons(np.array(polygons, dtype=object)):
            for k, ring in enumerate([polygon.exterior, *polygon.interiors]):
                rings.append(np.asarray(ring.coords)[:-1])
                owners.append(len(rows) - 1)
                outer.append(k == 0)
    parts = np.flatnonzero(np.repeat(stay, np.diff(seen.first_part)))
    points = np.flatnonzero(
        np.repeat(np.isin(np.arange(len(seen.outer)), parts), np.diff(seen.first_point))
    )
    added = np.rint(np.concatenate(rings)).astype(np.int32) if rings else np.empty((0, 2), np.int32)
    counts = np.diff(seen.first_part)[stay]
    sizes = np.diff(seen.first_point)[parts]
    return Drawing(
        np.concatenate([seen.rows[stay], np.array(rows, dtype=np.int64)]),
        _starts(counts, np.bincount(owners, minlength=len(rows)) if rows else []),
        _starts(sizes, [len(ring) for ring in rings]),
        np.concatenate([seen.outer[parts], np.array(outer, dtype=bool)]),
        np.concatenate([seen.px[points], added[:, 0]]),
        np.concatenate([seen.py[points], added[:, 1]]),
        np.zeros(int(stay.sum()) + len(rows), dtype=np.uint8),
    )


def _starts(some: I64, more: Iterable[int]) -> I64:
    counts = np.concatenate([some, np.array(list(more), dtype=np.int64)])
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
