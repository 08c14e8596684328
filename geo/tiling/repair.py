"""The few shapes that whole numbers or the cut made touch themselves, made sound again."""

import numpy as np
import shapely

from geo.tiling.drawing import BROKEN, FINE, Drawing
from geo.tiling.kernel import I64, Objects

_ROUNDS = 4


def sound(seen: Drawing) -> Drawing:
    """Give a drawing whose polygons are all valid.

    Most are valid and stay as they are. A ring that touches itself, or a hole that touches its
    ring along an edge, is taken apart into polygons that cover the same ground to within a
    unit. What covers nothing goes.
    """
    suspects = np.flatnonzero(seen.state != FINE)
    if not len(suspects):
        return seen
    shapes = _shapes(seen, suspects)
    bad = (seen.state[suspects] == BROKEN) | ~shapely.is_valid(shapes)
    if not bad.any():
        return seen
    return _replaced(seen, suspects[bad], *_mended(shapes[bad]))


def _shapes(seen: Drawing, which: I64) -> Objects:
    """Give the polygons of some features as they are, sound or not."""
    mine = np.zeros(len(seen.state), dtype=bool)
    mine[which] = True
    owner = np.repeat(np.cumsum(mine) - 1, np.diff(seen.first_part))
    parts = np.repeat(mine, np.diff(seen.first_part))
    points = np.repeat(parts, np.diff(seen.first_point))
    sizes = np.diff(seen.first_point)[parts]
    rings = np.asarray(
        shapely.linearrings(
            np.column_stack([seen.px[points], seen.py[points]]).astype(np.float64),
            indices=np.repeat(np.arange(len(sizes)), sizes),
        )
    )
    outer = seen.outer[parts]
    polygons = np.asarray(shapely.polygons(rings, indices=np.cumsum(outer) - 1))
    return np.asarray(shapely.multipolygons(polygons, indices=owner[parts][outer]))


def _mended(shapes: Objects) -> tuple[Objects, I64]:
    """Give valid polygons on whole numbers, and which shape each is of, in their order."""
    shapes = shapes.copy()
    left = np.arange(len(shapes))
    for _ in range(_ROUNDS):
        shapes[left] = _rounded(shapes[left])
        left = left[~shapely.is_valid(shapes[left])]
        if not len(left):
            break
    parts, owner = shapely.get_parts(shapes, return_index=True)
    keep = (shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > 0)
    return parts[keep], owner[keep].astype(np.int64)


def _rounded(shapes: Objects) -> Objects:
    """Make shapes valid, keep what of them has an area, and bring it to whole numbers."""
    valid = shapely.make_valid(shapes, method="structure")
    parts, owner = shapely.get_parts(valid, return_index=True)
    inner, of = shapely.get_parts(parts, return_index=True)  # of collections that hold several
    flat = shapely.get_dimensions(inner) == 2
    made = np.full(len(shapes), shapely.Polygon(), dtype=object)
    shapely.multipolygons(inner[flat], indices=owner[of][flat], out=made)
    found: Objects = shapely.simplify(shapely.set_precision(made, 1.0), 0)
    return found


def _replaced(seen: Drawing, instead: I64, polygons: Objects, owners: I64) -> Drawing:
    """Put polygons in the place of some features, behind those that stay."""
    stay = np.ones(len(seen.rows), dtype=bool)
    stay[instead] = False
    rings, of = shapely.get_rings(shapely.orient_polygons(polygons), return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    sizes = np.bincount(ring, minlength=len(rings))
    points = np.delete(points, np.cumsum(sizes) - 1, axis=0)  # the first point come again
    drawn, count = np.unique(owners[of], return_counts=True)
    parts = np.repeat(stay, np.diff(seen.first_part))
    kept = np.repeat(parts, np.diff(seen.first_point))
    added = np.rint(points).astype(np.int32)
    came = np.concatenate([np.flatnonzero(stay), instead[drawn]])
    return Drawing(
        seen.tiles[came],
        seen.rows[came],
        _starts(np.diff(seen.first_part)[stay], count),
        _starts(np.diff(seen.first_point)[parts], sizes - 1),
        np.concatenate([seen.outer[parts], np.diff(of, prepend=-1) > 0]),
        np.concatenate([seen.px[kept], added[:, 0]]),
        np.concatenate([seen.py[kept], added[:, 1]]),
        np.zeros(len(came), dtype=np.uint8),
    )


def _starts(some: I64, more: I64) -> I64:
    return np.concatenate([[0], np.cumsum(np.concatenate([some, more]))]).astype(np.int64)
