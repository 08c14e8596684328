"""Where a finding is: the features that it names, as places on a map; and features that came twice."""

import dataclasses
from collections import defaultdict
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.files.faults import finding
from geo.layers import Finding, Layer

_MOST = 500
"""So many features of one finding are marked on the map."""
_FEWEST, _SPREADS, _LEAST_SPREAD, _MOSTLY = 3, 20.0, 0.02, 0.5


def marked(
    findings: Sequence[Finding], frame: gpd.GeoDataFrame, names: Sequence[str]
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
    lacking = {name for f in findings if f.place is None for name in f.features}
    rows: dict[str, list[int]] = defaultdict(list)
    for row, name in enumerate(names if lacking else ()):
        if name in lacking:
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


def together(shapes: np.ndarray) -> np.ndarray:
    """Say which shapes lie where most do, in whatever system; those without a shape do too.

    What is farther from the middle than many times what half of them are is a stray:
    a place at 0, 0, or one whose numbers are exchanged or of another system. All lie together
    when most do not.
    """
    at = np.asarray(shapely.get_coordinates(shapely.centroid(shapes)))
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    near = np.ones(len(shapes), dtype=bool)
    if len(at) < _FEWEST:
        return near
    middle = np.median(at, axis=0)
    away = np.abs(at - middle)
    far = away > _SPREADS * np.median(away, axis=0) + _LEAST_SPREAD * np.abs(middle)
    near[there] = ~far.any(axis=1)
    return near if near.mean() > _MOSTLY else np.ones(len(shapes), dtype=bool)


def duplicates(frame: gpd.GeoDataFrame, names: Sequence[str], layer: Layer) -> list[Finding]:
    """Report features that came twice: the same shape, and for points the same words too."""
    if not len(frame):
        return []
    shapes = np.asarray(frame.geometry.array, dtype=object)
    boxes = pd.DataFrame(shapely.bounds(shapes))
    framed_alike = np.flatnonzero(boxes.duplicated(keep=False))
    written = shapely.to_wkb(shapely.normalize(shapes[framed_alike]))
    keys = pd.Series(list(written), index=framed_alike, dtype=object)
    rows_alike = framed_alike[keys.duplicated(keep=False).to_numpy(bool)]
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
