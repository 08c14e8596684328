"""Shapes as short text: whole map units, differences, variable-length bytes, base64.

A map unit is one pixel of the Web Mercator world at zoom 19: about 0.25 m on the ground
in central China, finer than any screen shows. A district of 20,000 shapes packs to some
hundred kilobytes and unpacks in a few milliseconds (``static/js/unpack.js``).

The stream holds, for each shape, the number of its parts (rings of all its polygons, or
lines) and for each part the number of points and their differences from the point before,
which may be of the shape before. Numbers are zigzag and little-endian base 128.
"""

import base64
from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geo import coords

ZOOM = 19
WORLD = 256 * 2**ZOOM

Units = npt.NDArray[np.int64]


def units(lonlat: npt.NDArray[np.float64]) -> Units:
    """Turn (n, 2) degrees into whole map units, x east and y south of the north-west corner.

    Examples
    --------
    >>> units(np.array([[0.0, 0.0]])).tolist() == [[WORLD // 2, WORLD // 2]]
    True
    """
    lon, lat = lonlat[:, 0], np.radians(lonlat[:, 1])
    x = (lon + 180) / 360
    y = (1 - np.arcsinh(np.tan(lat)) / np.pi) / 2
    return np.rint(np.column_stack([x, y]) * WORLD).astype(np.int64)


def pack(shapes: gpd.GeoSeries) -> str:
    """Pack shapes of any known CRS, in their order; an empty shape has no parts."""
    degrees = coords.to_degrees(gpd.GeoDataFrame(geometry=shapes))
    stream: list[Units] = []
    last = np.zeros(2, dtype=np.int64)
    for shape in degrees.geometry:
        parts = [p for p in map(_thin, _parts(shape)) if len(p)]
        stream.append(np.array([len(parts)], dtype=np.int64))
        for part in parts:
            steps = np.diff(np.vstack([last, part]), axis=0)
            stream += [np.array([len(part)], dtype=np.int64), _zigzag(steps.ravel())]
            last = part[-1]
    values = np.concatenate(stream) if stream else np.zeros(0, dtype=np.int64)
    return base64.b64encode(_varint(values)).decode("ascii")


def pack_numbers(values: Sequence[int]) -> str:
    """Pack whole numbers, zero or greater."""
    return base64.b64encode(_varint(np.asarray(values, dtype=np.int64))).decode("ascii")


def _parts(shape: BaseGeometry | None) -> list[npt.NDArray[np.float64]]:
    if shape is None or shape.is_empty:
        return []
    flat = shapely.get_parts(np.array([shape]))
    if shapely.get_dimensions(flat[0]) == 2:
        flat = shapely.get_rings(flat)
        return [shapely.get_coordinates(ring)[:-1] for ring in flat]
    return [shapely.get_coordinates(part) for part in flat]


def _thin(part: npt.NDArray[np.float64]) -> Units:
    """Turn into units and leave out points that fall on the one before."""
    whole = units(part)
    keep = np.r_[True, np.any(np.diff(whole, axis=0) != 0, axis=1)]
    return whole[keep]


def _zigzag(values: Units) -> Units:
    return np.where(values < 0, -2 * values - 1, 2 * values)


def _varint(values: Units) -> bytes:
    """Write non-negative numbers in base 128, low bits first, high bit set while more follow."""
    width = 1 + sum((values >= 1 << 7 * k).astype(np.int64) for k in range(1, 9))
    start = np.r_[0, np.cumsum(width)]
    out = np.zeros(start[-1], dtype=np.uint8)
    for byte in range(int(width.max(initial=0))):
        here = width > byte
        more = (width[here] > byte + 1).astype(np.int64) << 7
        out[start[:-1][here] + byte] = (values[here] >> (7 * byte)) & 127 | more
    return out.tobytes()
