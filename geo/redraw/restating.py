"""Statistics of one set of areas, told for another: by households, not by ground."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import coords
from geo.errors import BadInput
from geo.redraw.homes import homes, shared_out


def crosswalk(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame
) -> pd.DataFrame:
    """Count the households that each area of one set shares with each of another.

    Parameters
    ----------
    before, after : GeoDataFrame
        Two sets of areas with `code`, in metres of one system: of two days, or two nets.
    buildings : GeoDataFrame
        With `households`, in the same system. A building counts where its inner point
        lies; the smallest code where sets overlap.

    Returns
    -------
    DataFrame
        `before`, `after` (codes, "" for no area), `households`, and `share` of those of
        `before`; sorted by both. Every building is in exactly one row. Pairs that share
        only ground and no household are there with 0 households.
    """
    for frame in (before, after, buildings):
        coords.require_metres(frame)
    lived = homes(buildings)
    old, new = _codes_over(before, lived.points), _codes_over(after, lived.points)
    table = pd.DataFrame({"before": old, "after": new, "households": lived.households})
    counted = table.groupby(["before", "after"], sort=True)["households"].sum().reset_index()
    whole = counted.groupby("before")["households"].transform("sum")
    counted["share"] = np.where(whole > 0, counted["households"] / whole.where(whole > 0, 1), 0.0)
    return counted


def restate(values: pd.Series, walk: pd.DataFrame) -> pd.Series:
    """Tell numbers of one set of areas for the other.

    Whole numbers stay whole and totals are kept exactly (largest remainders).

    Parameters
    ----------
    values : Series
        Numbers by code of the set `before`.
    walk : DataFrame
        From `crosswalk`.

    Returns
    -------
    Series
        Numbers by code of the set `after`; "" collects what fell to no area.

    Raises
    ------
    BadInput
        When a code with a value other than 0 has no households to follow.
    """
    lost = [str(c) for c in values.index[values != 0] if c not in set(walk["before"])]
    if lost:
        raise BadInput(
            f"nobody lives in {', '.join(lost[:3])}: its numbers have no one to follow",
            zh=f"{'、'.join(lost[:3])} 内没有住户，其数据无法按户分摊",
            where=lost,
        )
    whole = pd.api.types.is_integer_dtype(values.dtype)
    found: dict[str, float] = dict.fromkeys(sorted(set(walk["after"])), 0)
    for code, rows in walk.groupby("before", sort=True):
        if code not in values.index:
            continue
        value = values[code]
        weights = rows["households"].tolist()
        if whole:
            sign = -1 if value < 0 else 1
            shares = shared_out(abs(int(value)), weights, spare=[1.0] * len(rows))
            parts: list[float] = [sign * n for n in shares]
        else:
            total = sum(weights)
            parts = [value * (w / total if total else 1 / len(rows)) for w in weights]
        for target, part in zip(rows["after"].tolist(), parts, strict=True):
            found[target] += part
    return pd.Series(found, dtype="int64" if whole else "float64", name=values.name)


def _codes_over(
    areas: gpd.GeoDataFrame, points: "np.ndarray[tuple[int], np.dtype[np.object_]]"
) -> list[str]:
    ordered = areas.sort_values("code", kind="stable", ignore_index=True)
    codes = ordered["code"].astype(str).tolist()
    point, row = shapely.STRtree(ordered.geometry.to_numpy()).query(points, predicate="intersects")
    found = np.full(len(points), len(codes), dtype=np.int64)
    np.minimum.at(found, point, row)
    return [codes[i] if i < len(codes) else "" for i in found.tolist()]
