"""Where a finding is: the features that it names, as places on a map; and features that came twice."""

import dataclasses
from collections import defaultdict
from collections.abc import Iterable, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.files.faults import finding
from geo.layers import Finding, Layer

_MOST = 500
"""So many features of one finding are marked on the map."""


def marked(
    findings: Iterable[Finding], frame: gpd.GeoDataFrame, names: Sequence[str]
) -> list[Finding]:
    """Give every finding that names features the place of these features.

    Parameters
    ----------
    frame : GeoDataFrame
        In degrees.
    names : sequence of str
        How each of its rows is called in the findings.

    Returns
    -------
    list of Finding
        In the same order. One feature: its shape; several: a point in each, at most 500.
    """
    rows: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(names):
        rows[name].append(row)
    shapes = np.asarray(frame.geometry.array, dtype=object)
    return [
        f if f.place is not None or not f.features
        else dataclasses.replace(f, place=_place(shapes, [r for n in f.features for r in rows.get(n, ())]))
        for f in findings
    ]  # fmt: skip


def _place(shapes: np.ndarray, rows: list[int]) -> BaseGeometry | None:
    chosen = shapes[rows[:_MOST]]
    chosen = chosen[~(shapely.is_missing(chosen) | shapely.is_empty(chosen))]
    if not len(chosen):
        return None
    if len(chosen) == 1:
        only: BaseGeometry = chosen[0]
        return only
    return shapely.MultiPoint(shapely.point_on_surface(chosen))


def duplicates(frame: gpd.GeoDataFrame, names: Sequence[str], layer: Layer) -> list[Finding]:
    """Report features that came twice: the same shape, and for points the same words too."""
    if not len(frame):
        return []
    shapes = shapely.normalize(np.asarray(frame.geometry.array, dtype=object))
    keys = pd.Series(list(shapely.to_wkb(shapes)), dtype=object)
    rows_alike = np.flatnonzero(keys.duplicated(keep=False))
    if layer.geometry == ("Point",) or (shapely.get_type_id(shapes) == 0).any():
        words = frame[[c.name for c in layer.columns if c.name != layer.key]]
        cells = words.iloc[rows_alike].itertuples(index=False)
        said = ["\0".join(map(str, row)) for row in cells]
    else:
        said = [""] * len(rows_alike)
    groups: dict[tuple[bytes, str], list[int]] = defaultdict(list)
    for row, own in zip(rows_alike.tolist(), said, strict=True):
        groups[keys[row], own].append(row)
    twice = [rows for rows in groups.values() if len(rows) > 1]
    if not twice:
        return []
    listed = [names[r] for rows in twice for r in rows]
    shown = "、".join("=".join(names[r] for r in rows) for rows in twice[:5])
    return [
        finding(
            "DUPLICATE",
            layer.name,
            f"{len(twice)} 处要素重复（图形完全相同）：{shown}",
            f"{len(twice)} features came more than once, with the same shape: {shown.replace('、', ', ')}",
            features=listed,
            hint_zh="请核对后删去多余的记录",
            hint_en="look at them and delete those that are too many",
        )
    ]
