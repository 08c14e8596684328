"""The ground around a walk: the part of our base map that a small map shows."""

from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from geo import coords
from maps import ground, packing
from maps.palette import palette
from maps.scene import Base

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


def window(base: Base, box: Box, zoom: int) -> dict[str, Any]:
    """Give the ground within a box as plain values for `map.js`, with the palette that paints it.

    Streets, rivers, railways, walls and land use are cut at the box; buildings are whole.
    What is not painted before the next zoom is left out.
    """
    colours = palette()
    content: dict[str, Any] = {}
    if (frame := ground.landuse(base)) is not None and len(part := _within(frame, box)):
        content["landuse"] = ground.named(part, ground.label_points(part.geometry))
    if (frame := ground.streets(base)) is not None:
        painted = [i for i, kind in enumerate(colours["street"]) if kind["from_zoom"] < zoom + 1]
        if len(part := _within(frame[frame["kind"].isin(painted)], box)):
            content["street"] = ground.named(part, None)
    if (frame := ground.barriers(base)) is not None:
        lines = [k for k, look in colours["barrier"].items() if look.get("from_zoom", 0) < zoom + 1]
        if len(part := _within(frame[frame["kind"].isin(lines)], box)):
            content["barrier"] = ground.named(part, None)
    if base.buildings is not None and zoom + 1 > colours["building"]["from_zoom"]:
        part = _touching(base.buildings, box)
        areal = part.geom_type.isin(["Polygon", "MultiPolygon"])
        content["building"] = {"shapes": packing.pack(part[areal].geometry)}
    shown = {name: look for name, look in colours.items() if name != "style"}
    return {"box": list(box), "base": content, "palette": shown}


def whole(base: Base) -> Box:
    """Give the box of all that a base shows."""
    frames = [f for f in (base.outline, base.streets, base.buildings) if f is not None and len(f)]
    west, south, east, north = coords.to_degrees(frames[0]).total_bounds if frames else (0, 0, 1, 1)
    return float(west), float(south), float(east), float(north)


def _touching(frame: gpd.GeoDataFrame, box: Box) -> gpd.GeoDataFrame:
    """Give the rows whose box touches, in the order of the frame."""
    return frame.iloc[np.sort(frame.sindex.query(shapely.box(*_metres(frame, box))))]


def _within(frame: gpd.GeoDataFrame, box: Box) -> gpd.GeoDataFrame:
    """Give the rows that lie in a box, cut at its edge, multi-part shapes as their parts."""
    part = _touching(frame, box)
    cut = part.geometry.clip_by_rect(*_metres(frame, box))
    return part.set_geometry(cut)[~cut.is_empty.to_numpy()].explode(ignore_index=True)


def _metres(frame: gpd.GeoDataFrame, box: Box) -> Box:
    """Bring the corners of a box to the system of a frame."""
    way = coords.transformer(coords.STORED, frame.crs)
    west, south, east, north = box
    x, y = way.transform([west, east, west, east], [south, south, north, north])
    return min(x), min(y), max(x), max(y)
