"""Crosswalks: what of one set of areas lies in which area of another, with nothing lost.

The sets are of two days, or of two departments. Homes are counted, not ground, so that whole
numbers stay whole and every total is conserved.
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo import coords
from geo.errors import BadInput

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Texts = npt.NDArray[np.object_]


def holding(areas: gpd.GeoDataFrame, homes: gpd.GeoDataFrame) -> Texts:
    """Give the code of the area over each home's inner point.

    Parameters
    ----------
    areas, homes : GeoDataFrame
        In metres of one system; areas with `code`.

    Returns
    -------
    (homes,) text
        The smallest code where several areas hold a home; empty where none does.
    """
    for frame in (areas, homes):
        coords.require_metres(frame)
    ordered = areas.sort_values("code", kind="stable", ignore_index=True)
    points = shapely.point_on_surface(homes.geometry.to_numpy())
    point, row = shapely.STRtree(ordered.geometry.to_numpy()).query(points, predicate="intersects")
    first = np.full(len(points), len(ordered), dtype=np.int64)
    np.minimum.at(first, point, row)
    found: Texts = np.append(ordered["code"].to_numpy(dtype=object), "")[first]
    return found


def crosswalk(
    homes: pd.DataFrame,
    one: Texts,
    other: Texts,
    *,
    counts: Sequence[str] = ("households", "residents"),
) -> pd.DataFrame:
    """Count homes by the pair of areas that they lie in.

    Parameters
    ----------
    homes : DataFrame
        With the columns of `counts`.
    one, other : (homes,) text
        The area of every home in either set; empty where none holds it.
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


def restated(walk: pd.DataFrame, values: pd.Series, *, back: bool = False) -> pd.Series:
    """Tell numbers known by area of one set for the areas of the other, by households.

    Whole numbers stay whole, each shared out by largest remainders (A. Hamilton 1792), and
    every total is kept. An area without households is shared out by its homes.

    Parameters
    ----------
    walk : DataFrame
        From `crosswalk`.
    values : Series
        By code of set one (with `back`: of the other).

    Returns
    -------
    Series
        By code of the other set, sorted; "" collects what fell to no area.

    Raises
    ------
    BadInput
        When an area that has a number holds no home, so that nothing tells where it belongs.

    Examples
    --------
    >>> walk = pd.DataFrame({"one": ["a", "a"], "other": ["x", "y"], "households": [2, 1], "homes": [1, 1]})
    >>> restated(walk, pd.Series({"a": 10})).to_dict()
    {'x': 7, 'y': 3}
    """
    source, target = ("other", "one") if back else ("one", "other")
    _require_homes(walk[source], values)
    parts = walk[walk[source].isin(values.index)]
    people = parts.groupby(source)["households"].transform("sum")
    weight = parts["households"].where(people > 0, parts["homes"]).to_numpy(dtype=np.float64)
    owner, codes = pd.factorize(parts[source])
    total = values.reindex(codes).to_numpy()
    share = weight / np.bincount(owner, weight, minlength=len(total))[owner]
    whole = pd.api.types.is_integer_dtype(values.dtype)
    given = _largest_remainders(total, share, owner) if whole else total[owner] * share
    order = sorted(set(walk[target]))
    told = pd.Series(given, name=values.name).groupby(parts[target].to_numpy()).sum()
    return told.reindex(order, fill_value=0).rename_axis(None)


def _require_homes(there: pd.Series, values: pd.Series) -> None:
    lost = sorted({str(code) for code in values.index[values != 0]} - set(there))
    if lost:
        raise BadInput(
            f"nobody lives in {', '.join(lost[:3])}: its numbers have no one to follow",
            zh=f"{'、'.join(lost[:3])} 内没有住户，其数据无法按户分摊",
            where=lost[:20],
        )


def _largest_remainders(total: Ints, share: Floats, owner: npt.NDArray[np.intp]) -> Ints:
    size = np.abs(total).astype(np.int64)
    exact = size[owner] * share
    given = np.floor(exact + 1e-9).astype(np.int64)
    short = size - np.bincount(owner, given, minlength=len(size)).astype(np.int64)
    order = np.lexsort([np.arange(len(share)), -(exact - given), owner])
    rank = np.arange(len(share)) - np.searchsorted(owner[order], owner[order])
    given[order[rank < short[owner[order]]]] += 1
    made: Ints = given * np.sign(total)[owner].astype(np.int64)
    return made
