"""How far nets agree: areas matched one to one, and where households are torn between two."""

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from geo.unify.atoms import Atoms

Ints = npt.NDArray[np.int64]


def matched(
    one: Ints, other: Ints, weight: npt.NDArray[np.float64], sizes: tuple[int, int]
) -> tuple[Ints, float]:
    """Match areas of two nets one to one so that most weight keeps its pair.

    Parameters
    ----------
    one, other : (n,) int
        The two areas that each piece lies in; −1: none.
    weight : (n,) float
        ≥ 0, of the pieces.
    sizes : (int, int)
        How many areas either net has.

    Returns
    -------
    partner : (sizes[0],) int
        The area of the other net; −1 where none is left that shares weight.
    kept : float
        Weight whose two areas are partners: no matching keeps more (maximum-weight
        bipartite matching; R. Jonker & A. Volgenant 1987, in SciPy).
    """
    inside = (one >= 0) & (other >= 0) & (weight > 0)
    partner = np.full(sizes[0], -1, dtype=np.int64)
    if not inside.any():
        return partner, 0.0
    key, back = np.unique(one[inside] * sizes[1] + other[inside], return_inverse=True)
    shared = np.bincount(back, weight[inside], minlength=len(key))
    rows, columns = key // sizes[1], key % sizes[1]
    most = float(shared.max()) + 1.0
    alone = np.arange(sizes[0])
    table = csr_array(
        (
            np.concatenate([most - shared, np.full(sizes[0], most)]),
            (np.concatenate([rows, alone]), np.concatenate([columns, sizes[1] + alone])),
        ),
        shape=(sizes[0], sizes[1] + sizes[0]),
    )
    chosen_row, chosen = min_weight_full_bipartite_matching(table)
    real = chosen < sizes[1]
    partner[chosen_row[real]] = chosen[real]
    return partner, float(shared[partner[rows] == columns].sum())


def agreement(found: Atoms) -> pd.DataFrame:
    """Compare every two nets.

    Returns
    -------
    DataFrame
        One row a pair: `one, other`; `households` in both nets; `agreed`, those whose two
        areas are partners, and their `share`; `matched` areas; `iou_households` and
        `iou_area`, the mean intersection over union of partners (NaN without any);
        `same`, partners with at least 95 % of the area in common.
    """
    area = shapely.area(found.shapes)
    rows = []
    for j, k in combinations(range(len(found.nets)), 2):
        one, other = found.label[:, j], found.label[:, k]
        sizes = len(found.codes[j]), len(found.codes[k])
        weight = found.counts + 1e-9 * area
        partner, _ = matched(one, other, weight, sizes)
        both = (one >= 0) & (other >= 0)
        kept = both & (partner[one] == other)
        people, ground = (_iou(one, other, partner, w, sizes) for w in (found.counts, area))
        households = int(found.counts[both].sum())
        agreed = int(found.counts[kept].sum())
        rows.append(
            {
                "one": found.nets[j], "other": found.nets[k], "households": households,
                "agreed": agreed, "share": agreed / households if households else float("nan"),
                "matched": int((partner >= 0).sum()),
                "iou_households": float(np.nanmean(people)) if np.isfinite(people).any() else float("nan"),
                "iou_area": float(np.nanmean(ground)) if np.isfinite(ground).any() else float("nan"),
                "same": int((ground >= 0.95).sum()),
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def _iou(
    one: Ints,
    other: Ints,
    partner: Ints,
    weight: npt.NDArray[np.float64] | Ints,
    sizes: tuple[int, int],
) -> npt.NDArray[np.float64]:
    """Give intersection over union of every pair of partners; NaN where both are empty."""
    sums = [
        np.bincount(label[label >= 0], weight[label >= 0], minlength=size)
        for label, size in zip((one, other), sizes, strict=True)
    ]
    both = (one >= 0) & (other >= 0)
    kept = both & (partner[one] == other)
    shared = np.bincount(one[kept], weight[kept], minlength=sizes[0])
    has = np.flatnonzero(partner >= 0)
    union = sums[0][has] + sums[1][partner[has]] - shared[has]
    made: npt.NDArray[np.float64] = np.divide(
        shared[has], union, out=np.full(len(has), np.nan), where=union > 0
    )
    return made


def conflicts(found: Atoms) -> pd.DataFrame:
    """List what two nets tear apart: pieces whose two areas are not partners, most households first.

    Returns
    -------
    DataFrame
        One row a pair of areas that are not partners but share homes: `one, other` (nets),
        `one_code, other_code`, `households`, `pieces`, `area_m2`, and `place`, a point in
        the piece with most households.
    """
    area, rows = shapely.area(found.shapes), []
    names = [found.named(k) for k in range(len(found.nets))]
    for j, k in combinations(range(len(found.nets)), 2):
        one, other = found.label[:, j], found.label[:, k]
        sizes = len(found.codes[j]), len(found.codes[k])
        partner, _ = matched(one, other, found.counts + 1e-9 * area, sizes)
        torn = (one >= 0) & (other >= 0) & (found.counts > 0)
        torn &= partner[one] != other
        at = np.flatnonzero(torn)
        table = pd.DataFrame(
            {"one_code": names[j][at], "other_code": names[k][at], "households": found.counts[at],
             "area_m2": area[at], "piece": at}
        )  # fmt: skip
        table = table.sort_values(["households", "piece"], ascending=[False, True])
        grouped = table.groupby(["one_code", "other_code"], sort=False)
        summed = grouped.agg(
            households=("households", "sum"), pieces=("piece", "size"),
            area_m2=("area_m2", "sum"), piece=("piece", "first"),
        ).reset_index()  # fmt: skip
        summed.insert(0, "one", found.nets[j])
        summed.insert(1, "other", found.nets[k])
        rows.append(summed)
    columns = ["one", "other", "one_code", "other_code", "households", "pieces", "area_m2", "piece"]
    whole = pd.concat(rows, ignore_index=True) if rows else pd.DataFrame(columns=columns)
    whole = whole.sort_values(
        ["households", "one", "other", "one_code", "other_code"],
        ascending=[False, True, True, True, True],
    ).reset_index(drop=True)
    pieces = found.shapes[whole["piece"].to_numpy(dtype=np.int64)]
    return whole.drop(columns="piece").assign(place=shapely.point_on_surface(pieces))
