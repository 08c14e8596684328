"""The base map: our own streets, water, green and buildings, made ready to be drawn."""

from functools import lru_cache
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from maps import packing
from maps.palette import palette, street_class
from maps.scene import Base


@lru_cache(maxsize=2)
def streets(base: Base) -> gpd.GeoDataFrame | None:
    """Join street pieces of one name and class, so that a street is one line with one label.

    Returns
    -------
    GeoDataFrame or None
        ``kind`` (position of the street class), ``name``, lines; sorted by class from the
        least to the greatest, then by name. None when the base has no streets.
    """
    frame = base.streets
    if frame is None or frame.empty:
        return None
    kind = frame["highway"].map({h: street_class(h) for h in frame["highway"].unique()})
    table = gpd.GeoDataFrame(
        {"kind": kind.to_numpy(), "name": _text(frame, "name")},
        geometry=frame.geometry.to_numpy(),
        crs=frame.crs,
    )
    rows = []
    for (klass, name), group in table.groupby(["kind", "name"], sort=True):
        lines = shapely.line_merge(shapely.multilinestrings(shapely.get_parts(group.geometry)))
        rows += [(klass, name, line) for line in shapely.get_parts(lines)]
    joined = pd.DataFrame(rows, columns=["kind", "name", "geometry"])
    joined = joined.sort_values(["kind", "name"], ascending=[False, True], kind="stable")
    return gpd.GeoDataFrame(joined, geometry="geometry", crs=frame.crs).reset_index(drop=True)


@lru_cache(maxsize=2)
def landuse(base: Base) -> gpd.GeoDataFrame | None:
    """Give land use in drawing order: ``kind``, ``name``, polygons, largest first in a kind."""
    frame = base.landuse
    if frame is None or frame.empty:
        return None
    order = {kind: i for i, kind in enumerate(palette()["landuse"])}
    table = gpd.GeoDataFrame(
        {"kind": _text(frame, "kind"), "name": _text(frame, "name")},
        geometry=frame.geometry.to_numpy(),
        crs=frame.crs,
    )
    table = table[table["kind"].isin(order)]
    place = table["kind"].map(order).to_numpy()
    rank = np.lexsort((-table.geometry.area.to_numpy(), place))
    return table.iloc[rank].reset_index(drop=True)


@lru_cache(maxsize=2)
def barriers(base: Base) -> gpd.GeoDataFrame | None:
    """Give rivers, railways and walls as lines: ``kind``, ``name``."""
    frame = base.barriers
    if frame is None or frame.empty:
        return None
    table = gpd.GeoDataFrame(
        {"kind": _text(frame, "kind"), "name": _text(frame, "name")},
        geometry=frame.geometry.to_numpy(),
        crs=frame.crs,
    )
    known = table["kind"].isin(palette()["barrier"])
    return table[known].sort_values("kind", kind="stable").reset_index(drop=True)


@lru_cache(maxsize=2)
def packed(base: Base) -> dict[str, Any]:
    """Give the base map as plain values for the page; not to be changed."""
    content: dict[str, Any] = {}
    if (frame := landuse(base)) is not None:
        content["landuse"] = named(frame, label_points(frame.geometry))
    if (frame := streets(base)) is not None:
        content["street"] = named(frame, None)
    if (frame := barriers(base)) is not None:
        content["barrier"] = named(frame, None)
    if base.buildings is not None and not base.buildings.empty:
        areal = base.buildings.geom_type.isin(["Polygon", "MultiPolygon"])
        polygons = base.buildings[areal].geometry
        content["building"] = {"shapes": packing.pack(polygons)}
    if base.outline is not None and not base.outline.empty:
        content["outline"] = {"shapes": packing.pack(base.outline.geometry)}
    return content


def label_points(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Give where the label of each shape stands: well inside, whatever its form.

    The centroid where it lies far enough from the edge, else the centre of the largest
    circle that fits; no point for a shape that is missing or empty.
    """
    return gpd.GeoSeries(_spots(shapes), index=shapes.index, crs=shapes.crs)


def label_xy(shapes: gpd.GeoSeries) -> npt.NDArray[np.float64]:
    """Give `label_points` as (n, 2) coordinates, NaN where there is no point."""
    return np.column_stack([shapely.get_x(spots := _spots(shapes)), shapely.get_y(spots)])


def _spots(shapes: gpd.GeoSeries) -> npt.NDArray[np.object_]:
    areas = np.asarray(shapes.to_numpy(), dtype=object)
    nothing = shapely.is_missing(areas) | shapely.is_empty(areas)
    points = np.asarray(shapely.centroid(areas), dtype=object)
    points[nothing] = None
    edge = shapely.distance(points, shapely.boundary(areas))
    depth = np.where(shapely.within(points, areas), edge, 0)
    for i in np.flatnonzero((depth <= 0.3 * np.sqrt(shapely.area(areas))) & ~nothing):
        points[i] = _deepest(areas[i])
    return points


def _deepest(shape: Any) -> Any:
    if not shape.is_valid or shape.area == 0:
        return shape.representative_point()
    circle = shapely.maximum_inscribed_circle(shape, tolerance=max(shape.length / 200, 1e-9))
    return shapely.get_point(circle, 0)


def named(frame: gpd.GeoDataFrame, points: gpd.GeoSeries | None) -> dict[str, Any]:
    """Pack shapes with ``kind`` and ``name``, each told once, and where their labels stand."""
    kinds = sorted(frame["kind"].unique().tolist())
    names = sorted(set(frame["name"].tolist()))
    content: dict[str, Any] = {
        "shapes": packing.pack(frame.geometry),
        "kinds": kinds,
        "kind": packing.pack_numbers(frame["kind"].map(kinds.index).tolist()),
        "names": names,
        "name": packing.pack_numbers(frame["name"].map(names.index).tolist()),
    }
    if points is not None:
        content["points"] = packing.pack(points)
    return content


def _text(frame: gpd.GeoDataFrame, column: str) -> list[str]:
    if column not in frame:
        return [""] * len(frame)
    return [value if isinstance(value, str) else "" for value in frame[column]]
