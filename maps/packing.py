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
    whole: Units = np.rint(np.column_stack([x, y]) * WORLD).astype(np.int64)
    return whole


def pack(shapes: gpd.GeoSeries) -> str:
    """Pack shapes of any known CRS, in their order; an empty or missing shape has no parts."""
    degrees = coords.to_degrees(gpd.GeoDataFrame(geometry=shapes)).geometry.to_numpy()
    pieces, owner = _pieces(degrees)
    lonlat, piece = shapely.get_coordinates(pieces, return_index=True)
    whole = units(lonlat)
    new = np.r_[True, piece[1:] != piece[:-1]] if len(piece) else np.zeros(0, dtype=bool)
    keep = new | np.any(np.diff(whole, axis=0, prepend=whole[:1]) != 0, axis=1)
    whole, piece = whole[keep], piece[keep]
    points = np.bincount(piece, minlength=len(pieces))
    return base64.b64encode(_varint(_stream(whole, points, owner, len(degrees)))).decode("ascii")


def _stream(whole: Units, points: Units, owner: Units, count: int) -> Units:
    """Lay counts and differences side by side: shape, part, points, part, points, shape …"""
    before = np.cumsum(1 + 2 * points) - (1 + 2 * points)
    head = before + owner + 1
    parts = np.bincount(owner, minlength=count)
    sizes = np.bincount(owner, weights=1 + 2 * points, minlength=count).astype(np.int64)
    values = np.zeros(count + int(sizes.sum()), dtype=np.int64)
    values[np.arange(count) + np.cumsum(sizes) - sizes] = parts
    values[head] = points
    rank = np.arange(len(whole)) - np.repeat(np.cumsum(points) - points, points)
    at = np.repeat(head, points) + 1 + 2 * rank
    steps = _zigzag(np.diff(whole, axis=0, prepend=0))
    values[at], values[at + 1] = steps[:, 0], steps[:, 1]
    return values


def _pieces(shapes: npt.NDArray[np.object_]) -> tuple[npt.NDArray[np.object_], Units]:
    """Give rings (open: without their last point), lines and points, each with its shape."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    parts, owner = parts[~shapely.is_empty(parts)], owner[~shapely.is_empty(parts)]
    polygon = shapely.get_dimensions(parts) == 2
    rings, ring_of = shapely.get_rings(parts[polygon], return_index=True)
    closed = shapely.get_coordinates(rings)
    last = np.cumsum(shapely.get_num_coordinates(rings)) - 1
    index = np.repeat(np.arange(len(rings)), shapely.get_num_coordinates(rings))
    opened = np.delete(closed, last, axis=0)
    lines = shapely.linestrings(opened, indices=np.delete(index, last)) if len(rings) else rings
    pieces = np.concatenate([parts[~polygon], lines])
    owners = np.concatenate([owner[~polygon], owner[polygon][ring_of]])
    order = np.argsort(owners, kind="stable")
    return pieces[order], owners[order].astype(np.int64)


def pack_numbers(values: Sequence[int]) -> str:
    """Pack whole numbers, zero or greater."""
    return base64.b64encode(_varint(np.asarray(values, dtype=np.int64))).decode("ascii")


def _zigzag(values: Units) -> Units:
    return np.where(values < 0, -2 * values - 1, 2 * values)


def _varint(values: Units) -> bytes:
    """Write non-negative numbers in base 128, low bits first, high bit set while more follow."""
    width = np.ones(len(values), dtype=np.int64)
    for byte in range(1, 9):
        width += values >= 1 << 7 * byte
    start = np.r_[0, np.cumsum(width)]
    out = np.zeros(start[-1], dtype=np.uint8)
    for byte in range(int(width.max(initial=0))):
        here = width > byte
        more = (width[here] > byte + 1).astype(np.int64) << 7
        out[start[:-1][here] + byte] = (values[here] >> (7 * byte)) & 127 | more
    return out.tobytes()
