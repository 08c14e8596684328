"""Who shares a border with whom, and over how many metres."""

import numpy as np
import numpy.typing as npt
import shapely

from geo.layers import Adjacency
from geo.topology.borders import Borders, Floats, Ints
from geo.topology.sheets import Sheet


def rook(sheet: Sheet, *, tolerance_m: float) -> Adjacency:
    """Measure shared borders: exact partners first, then open segments that run side by side."""
    b = sheet.borders
    exact = np.flatnonzero((b.partner >= 0) & (np.arange(len(b.partner)) < b.partner))
    one, other = b.owner[exact], b.owner[b.partner[exact]]
    metres = b.length_m(exact)
    near_one, near_other, near_metres = _side_by_side(b, tolerance_m)
    return _summed(
        sheet,
        np.concatenate([one, near_one]),
        np.concatenate([other, near_other]),
        np.concatenate([metres, near_metres]),
    )


def _side_by_side(b: Borders, tolerance_m: float) -> tuple[Ints, Ints, Floats]:
    """Measure how far pairs of open segments run against each other within the tolerance."""
    open_ = b.unmatched()
    lines = b.lines(open_)
    p, q = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=tolerance_m)
    p, q = open_[p], open_[q]
    keep = (b.owner[p] != b.owner[q]) & (p < q)
    p, q = p[keep], q[keep]
    metres = _opposed(b, p, q, tolerance_m)
    total = _summed_pairs(b.owner[p], b.owner[q], metres)
    keep = total[2] > 2 * tolerance_m
    return total[0][keep], total[1][keep], total[2][keep]


def _opposed(b: Borders, p: Ints, q: Ints, tolerance_m: float) -> Floats:
    """Give the length of p along which q runs the other way, no farther than the tolerance.

    Along p, the distance to the line of q is linear, so the stretch is an interval.
    """
    length = b.length_m(p)
    along = (b.xy[b.head[p]] - b.xy[b.tail[p]]) / length[:, None]
    from_tail = b.xy[b.tail[q]] - b.xy[b.tail[p]], b.xy[b.head[q]] - b.xy[b.tail[p]]
    at = [np.sum(v * along, axis=1) for v in from_tail]
    off = [along[:, 0] * v[:, 1] - along[:, 1] * v[:, 0] for v in from_tail]
    run = at[1] - at[0]
    opposite = run < -0.5 * b.length_m(q)
    low, high = np.maximum(at[1], 0.0), np.minimum(at[0], length)
    slope = np.divide(off[1] - off[0], run, out=np.zeros_like(run), where=run != 0)
    level = np.abs(slope) < 1e-12
    steep = np.where(level, 1.0, slope)
    edges = np.sort([at[0] + (sign * tolerance_m - off[0]) / steep for sign in (-1.0, 1.0)], axis=0)
    low = np.where(level, low, np.maximum(low, edges[0]))
    high = np.where(level, high, np.minimum(high, edges[1]))
    close = ~level | (np.abs(off[0]) <= tolerance_m)
    return np.where(opposite & close, np.clip(high - low, 0.0, None), 0.0)


def _summed_pairs(one: Ints, other: Ints, metres: Floats) -> tuple[Ints, Ints, Floats]:
    low, high = np.minimum(one, other), np.maximum(one, other)
    width = int(high.max()) + 1 if len(high) else 1
    keys, where = np.unique(low * width + high, return_inverse=True)
    total = np.bincount(where, weights=metres, minlength=len(keys)).astype(np.float64)
    return keys // width, keys % width, total


def _summed(sheet: Sheet, one: Ints, other: Ints, metres: npt.NDArray[np.float64]) -> Adjacency:
    low, high, length = _summed_pairs(one, other, metres)
    pairs = np.stack([low, high], axis=1).astype(np.int32)
    return Adjacency(ids=sheet.codes, pairs=pairs, length_m=length)
