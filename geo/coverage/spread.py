"""How evenly walks are spread: quantiles, Gini, and the share beyond, for each group of people."""

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.coverage.measuring import Coverage, quantile
from geo.coverage.people import F64, PEOPLE, area_of
from geo.layers import GridLayer


def spread(found: Coverage, areas: GridLayer | None = None) -> pd.DataFrame:
    """Tell how walks are spread over households, residents and each priority group.

    Parameters
    ----------
    found : Coverage
    areas : GridLayer, optional
        One row for every area and count of people; without it, for all together.

    Returns
    -------
    DataFrame
        Index `code` (``""`` for all together) and `people`: `total`; `p50_s`, `p90_s` and
        `worst_s`, the walks that half, nine tenths and all of them do not exceed (inf where
        too many are cut off); `mean_s` and `gini` of those who have a way; `cut_off`, those
        who have none; `beyond`, the share past the longest reach. NaN where nobody is
        counted.
    """
    area = pd.Series("", index=found.frame.index)
    codes = pd.Index([""])
    if areas is not None:
        area, codes = area_of(found.frame, areas), pd.Index(areas["code"], dtype="str")
    rows = {}
    parts = dict(tuple(found.frame.groupby(area)))
    for code in codes:
        part = parts.get(code, found.frame.iloc[:0])
        walk = part["nearest_s"].to_numpy(dtype=np.float64)
        beyond = ~part[found.longest].to_numpy(dtype=np.bool_)
        for people in PEOPLE:
            count = part[people].to_numpy(dtype=np.float64)
            rows[code, people] = _row(walk, count, beyond)
    table = pd.DataFrame.from_dict(rows, orient="index")
    return table.set_axis(pd.MultiIndex.from_tuples(rows, names=["code", "people"]))


def _row(walk: F64, count: F64, beyond: npt.NDArray[np.bool_]) -> dict[str, float]:
    total, way = float(count.sum()), np.isfinite(walk)
    nobody = total <= 0
    return {
        "total": total,
        "p50_s": quantile(walk, count, 0.5),
        "p90_s": quantile(walk, count, 0.9),
        "worst_s": quantile(walk, count, 1.0),
        "mean_s": _mean(walk[way], count[way]),
        "gini": gini(walk[way], count[way]),
        "cut_off": float(count[~way].sum()),
        "beyond": float("nan") if nobody else float(count[beyond].sum() / total),
    }


def _mean(walk: F64, count: F64) -> float:
    return float(walk @ count / count.sum()) if count.sum() > 0 else float("nan")


def gini(values: F64, weights: F64) -> float:
    """Give the Gini coefficient of values that weigh differently: 0 when all are equal.

    G = Σ_i Σ_j w_i w_j |x_i − x_j| / (2 W² x̄) (C. Gini 1912), reckoned from the Lorenz curve.
    NaN without weight; 0 when all values are 0.

    Examples
    --------
    >>> round(gini(np.array([0.0, 1.0]), np.array([1.0, 1.0])), 3)
    0.5
    """
    order = np.argsort(values, kind="stable")
    x, w = values[order], weights[order]
    if not w.sum() > 0:
        return float("nan")
    if not (total := float(x @ w)) > 0:
        return 0.0
    heap = np.r_[0.0, np.cumsum(x * w)] / total
    area = float((w / w.sum()) @ (heap[1:] + heap[:-1]))
    return max(0.0, 1.0 - area)
