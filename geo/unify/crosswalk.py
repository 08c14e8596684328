"""Crosswalks: what of one net's area lies in which area of another, with nothing lost.

Counted over homes, so that whole numbers stay whole and every total is conserved.
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.errors import SchemaError


def crosswalk(
    homes: gpd.GeoDataFrame,
    one: npt.NDArray[np.object_],
    other: npt.NDArray[np.object_],
    *,
    counts: Sequence[str] = ("households", "residents"),
) -> pd.DataFrame:
    """Count homes by the pair of areas that they lie in.

    Parameters
    ----------
    homes : GeoDataFrame
        With the columns of `counts`.
    one, other : (homes,) text
        The area of every home in either net; empty where none holds it.
    counts : sequence of str
        What is counted.

    Returns
    -------
    DataFrame
        One row a pair that shares homes, sorted by (`one`, `other`): `homes`, the counts,
        `share_of_one`, `share_of_other` of the first count (0 where an area has none).
        Empty text stands for nowhere, so that sums over either side are those of the homes.
    """
    frame = pd.DataFrame({name: homes[name].to_numpy() for name in counts})
    table = (
        frame.assign(one=one, other=other, homes=1)
        .groupby(["one", "other"], sort=True)[["homes", *counts]]
        .sum()
        .reset_index()
    )
    for side in ("one", "other"):
        total = table.groupby(side)[counts[0]].transform("sum")
        table[f"share_of_{side}"] = (table[counts[0]] / total.where(total > 0, 1)).to_numpy()
    return table


def carried(table: pd.DataFrame, values: pd.Series, *, back: bool = False) -> pd.Series:
    """Carry whole numbers known by area of one net over to the other, by households.

    Each area's number is shared out by largest remainders (A. Hamilton 1792), so that it
    stays whole and the total is conserved exactly. An area without households is shared out
    by its homes.

    Parameters
    ----------
    table : DataFrame
        From `crosswalk`.
    values : Series of int
        By code of net one (with `back`: of the other).

    Raises
    ------
    SchemaError
        When an area that has a number holds no home, so that nothing tells where it belongs.

    Examples
    --------
    >>> walk = pd.DataFrame({"one": ["a", "a"], "other": ["x", "y"], "households": [2, 1], "homes": [1, 1]})
    >>> carried(walk, pd.Series({"a": 10})).to_dict()
    {'x': 7, 'y': 3}
    """
    source, target = ("other", "one") if back else ("one", "other")
    missing = sorted(set(values.index[values != 0]) - set(table[source]))
    if missing:
        raise SchemaError(
            f"area {missing[0]} has a number to share out but no homes",
            zh=f"{missing[0]} 有数字要分摊，却没有楼栋",
            where=missing[:20],
        )
    parts = table[table[source].isin(values.index)]
    people = parts.groupby(source)["households"].transform("sum")
    key = parts["households"].where(people > 0, parts["homes"]).to_numpy(dtype=np.float64)
    owner, codes = pd.factorize(parts[source])
    total = values.reindex(codes).to_numpy(dtype=np.int64)
    given = _largest_remainders(total, key, owner)
    order = sorted(set(table[target]))
    return pd.Series(given).groupby(parts[target].to_numpy()).sum().reindex(order, fill_value=0)


def _largest_remainders(
    total: npt.NDArray[np.int64], key: npt.NDArray[np.float64], owner: npt.NDArray[np.intp]
) -> npt.NDArray[np.int64]:
    whole = np.bincount(owner, key, minlength=len(total))
    exact = total[owner] * key / whole[owner]
    given = np.floor(exact).astype(np.int64)
    short = total - np.bincount(owner, given, minlength=len(total)).astype(np.int64)
    order = np.lexsort([np.arange(len(key)), -(exact - given), owner])
    rank = np.arange(len(key)) - np.searchsorted(owner[order], owner[order])
    given[order[rank < short[owner[order]]]] += 1
    return given
