"""A layer as packed arrays: all that a tile needs, and nothing that it does not.

Coordinates are those of the Web Mercator world, 0 … 1 east and south of its north-west
corner, as float64. Rings are open: their last point is not their first again.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo import coords
from geo.tiling import simplify
from geo.tiling.drawing import Shapes
from geo.tiling.kernel import F32, F64, I32, I64, U8, U64, Bools, Objects, compiled
from geo.tiling.mvt import Told
from geo.tiling.names import numbers
from geo.tiling.rings import clearances
from geo.tiling.words import Words, merged, words

DATUMS = ("wgs84", "gcj02", "bd09")
EVEN = "crs84"
"""No datum: the same places where a degree is as long northwards as eastwards, for tiles of
the scheme WorldCRS84Quad, whose zoom is one less than that of the world of `Address`."""


@dataclass(frozen=True, slots=True)
class Pack:
    """Features in arrays.

    `ids` are told to the world (`names.numbers`), `fids` are the store's numbers of rows;
    `stamps` change with anything that is drawn or said of a feature. Parts of feature i
    (rings, lines, points) are ``first_part[i]:first_part[i + 1]``, points of part p
    ``first_point[p]:first_point[p + 1]``; `outer` is False for holes. A vertex is drawn where
    its `importance` (worlds) is at least the tolerance. `clear`
    tells how far apart edges are (`rings.clearances`). `boxes`: west, north, east, south.
    `codes` (features, keys) point into `words`; -1 says nothing.
    """

    ids: U64
    fids: I64
    types: U8
    stamps: U64
    first_part: I64
    first_point: I64
    outer: Bools
    x: F64
    y: F64
    importance: F32
    clear: F32
    boxes: F64
    keys: tuple[str, ...]
    codes: I32
    words: Words

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def shapes(self) -> Shapes:
        """What is drawn."""
        return Shapes(
            self.first_part, self.first_point, self.types, self.outer, self.x, self.y,
            self.importance, self.clear, self.boxes,
        )  # fmt: skip

    @property
    def told(self) -> Told:
        """What is said."""
        return Told(self.ids, self.types, self.codes)

    def weighed(self) -> "Pack":
        """Give every vertex its importance anew, and every feature its stamp."""
        weights = simplify.importance(self.first_part, self.first_point, self.types, self.x, self.y)
        return replace(self, importance=weights)._stamped()

    def _stamped(self) -> "Pack":
        return replace(
            self,
            stamps=_stamps(
                self.ids, self.first_part, self.first_point, self.x, self.y, self.importance,
                self.codes, self.words.hashes,
            ),
        )  # fmt: skip

    def take(self, rows: I64) -> "Pack":
        """Give some features, in the order in which they are named; the words stay."""
        parts = _ranges(self.first_part, rows)
        points = _ranges(self.first_point, parts)
        return replace(
            self,
            ids=self.ids[rows],
            fids=self.fids[rows],
            types=self.types[rows],
            stamps=self.stamps[rows],
            first_part=_starts(np.diff(self.first_part)[rows]),
            first_point=_starts(np.diff(self.first_point)[parts]),
            outer=self.outer[parts],
            x=self.x[points],
            y=self.y[points],
            importance=self.importance[points],
            clear=self.clear[rows],
            boxes=self.boxes[rows],
            codes=self.codes[rows],
        )

    def join(self, other: "Pack") -> "Pack":
        """Give these features and then those of another pack that has the same words."""
        both = np.concatenate
        return replace(
            self,
            ids=both([self.ids, other.ids]),
            fids=both([self.fids, other.fids]),
            types=both([self.types, other.types]),
            stamps=both([self.stamps, other.stamps]),
            first_part=both([self.first_part, other.first_part[1:] + self.first_part[-1]]),
            first_point=both([self.first_point, other.first_point[1:] + self.first_point[-1]]),
            outer=both([self.outer, other.outer]),
            x=both([self.x, other.x]),
            y=both([self.y, other.y]),
            importance=both([self.importance, other.importance]),
            clear=both([self.clear, other.clear]),
            boxes=both([self.boxes, other.boxes]),
            codes=both([self.codes, other.codes]),
            words=max(self.words, other.words, key=lambda w: w.total),
        )

    def in_datum(self, datum: str) -> "Pack":
        """Give the same features where Amap (``gcj02``) or Baidu (``bd09``) has them."""
        if datum == "wgs84":
            return self
        x, y = _shifted(self.x, self.y, datum)
        boxes = _boxes(x, y, self.first_part, self.first_point)
        if datum != EVEN:
            return replace(self, x=x, y=y, boxes=boxes)
        flatter = np.cos(np.radians(np.abs(90.0 - 360.0 * boxes[:, [1, 3]]).max(axis=1)))
        return replace(self, x=x, y=y, boxes=boxes, clear=self.clear * flatter.astype(np.float32))


def pack(
    frame: gpd.GeoDataFrame | Mapping[str, npt.NDArray[Any]],
    *,
    key: str,
    columns: tuple[str, ...],
    taken: Callable[[int], bool] = lambda _: False,
) -> Pack:
    """Pack a layer.

    Parameters
    ----------
    frame : GeoDataFrame, or arrays by name
        In EPSG:4490, with `fid`; any mixture of points, lines and polygons.
    key : str
        The column that names a feature; empty names are made up of `fid`.
    columns : tuple of str
        What is said of a feature.
    taken : callable
        Says which numbers other features have.

    Returns
    -------
    Pack
        With importance and stamps; in the order of the frame. Rows without a shape are left
        out.
    """
    shapes = np.asarray(frame["geometry"], dtype=object)
    here = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    shapes = shapes[here]
    pieces, owner, outer = _pieces(shapes)
    lonlat, piece = shapely.get_coordinates(pieces, return_index=True)
    x, y = world(lonlat[:, 0], lonlat[:, 1])
    first_part = _starts(np.bincount(owner, minlength=len(shapes)))
    first_point = _starts(np.bincount(piece, minlength=len(pieces)))
    types = (shapely.get_dimensions(shapes) + 1).astype(np.uint8)
    fids = np.asarray(frame["fid"])[here].astype(np.int64)
    said, codes = words([np.asarray(frame[name])[here] for name in columns])
    made = Pack(
        ids=numbers(map(str, np.asarray(frame[key])[here].tolist()), fids.tolist(), taken),
        fids=fids,
        types=types,
        stamps=np.zeros(len(shapes), dtype=np.uint64),
        first_part=first_part,
        first_point=first_point,
        outer=outer,
        x=x,
        y=y,
        importance=np.full(len(x), np.inf, dtype=np.float32),
        clear=clearances(first_part, first_point, types, x, y),
        boxes=_boxes(x, y, first_part, first_point),
        keys=columns,
        codes=codes,
        words=said,
    )
    return made.weighed()


def relabelled(fresh: Pack, known: Words) -> Pack:
    """Give a pack that speaks the words of another one, and its own behind them."""
    both, place = merged(known, fresh.words)
    codes = np.where(fresh.codes < 0, -1, place[fresh.codes] if len(place) else -1)
    return replace(fresh, words=both, codes=codes.astype(np.int32))


def world(lon: F64, lat: F64) -> tuple[F64, F64]:
    """Give the place of degrees in the Web Mercator world, 0 … 1.

    Examples
    --------
    >>> [float(v) for v in world(np.array(0.0), np.array(0.0))]
    [0.5, 0.5]
    """
    south = np.arcsinh(np.tan(np.radians(lat))) / np.pi
    return (np.asarray(lon) + 180.0) / 360.0, (1.0 - south) / 2.0


def boxes_in_datum(boxes: F64, datum: str) -> F64:
    """Give boxes (worlds) where another datum has them, widened by a metre for their bends."""
    if datum == "wgs84" or not len(boxes):
        return boxes
    x = np.column_stack([boxes[:, i] for i in (0, 2, 0, 2)])
    y = np.column_stack([boxes[:, i] for i in (1, 1, 3, 3)])
    x, y = _shifted(x, y, datum)
    found = np.column_stack([x.min(axis=1), y.min(axis=1), x.max(axis=1), y.max(axis=1)])
    metre = 1 / 40e6
    return found + metre * np.array([-1, -1, 1, 1])


def _shifted(x: F64, y: F64, datum: str) -> tuple[F64, F64]:
    lon, lat = degrees(x, y)
    if datum == EVEN:
        return x, (90.0 - lat) / 360.0
    shift = coords.wgs_to_gcj if datum == "gcj02" else coords.wgs_to_bd
    return world(*shift(lon, lat))


def degrees(x: F64, y: F64) -> tuple[F64, F64]:
    """Give longitude and latitude of a place in the world."""
    return np.asarray(x) * 360.0 - 180.0, np.degrees(np.arctan(np.sinh(np.pi * (1.0 - 2.0 * y))))


def _pieces(shapes: Objects) -> tuple[Objects, I64, Bools]:
    """Give rings (open), lines and points in the order of their features, and whose they are."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    polygon = shapely.get_dimensions(parts) == 2
    rings, ring_of = shapely.get_rings(parts[polygon], return_index=True)
    first = np.r_[True, ring_of[1:] != ring_of[:-1]] if len(ring_of) else np.zeros(0, dtype=bool)
    points, index = shapely.get_coordinates(rings, return_index=True)
    last = np.cumsum(np.bincount(index, minlength=len(rings))) - 1
    opened = shapely.linestrings(np.delete(points, last, axis=0), indices=np.delete(index, last))
    pieces = np.concatenate([parts[~polygon], opened if len(rings) else rings])
    owners = np.concatenate([owner[~polygon], owner[polygon][ring_of]])
    outer = np.concatenate([np.ones(int((~polygon).sum()), dtype=bool), first])
    order = np.argsort(owners, kind="stable")
    return pieces[order], owners[order].astype(np.int64), outer[order]


def _boxes(x: F64, y: F64, first_part: I64, first_point: I64) -> F64:
    starts = first_point[first_part[:-1]]
    if not len(starts):
        return np.empty((0, 4))
    return np.column_stack(
        [
            np.minimum.reduceat(x, starts), np.minimum.reduceat(y, starts),
            np.maximum.reduceat(x, starts), np.maximum.reduceat(y, starts),
        ]
    )  # fmt: skip


def _starts(counts: I64) -> I64:
    return np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)


def _ranges(first: I64, rows: I64) -> I64:
    """Give all positions of some ranges, one range after the other."""
    sizes = np.diff(first)[rows]
    ends = np.cumsum(sizes)
    return np.repeat(first[:-1][rows] - ends + sizes, sizes) + np.arange(
        ends[-1] if len(ends) else 0
    )


@compiled
def _stamps(
    ids: U64, first_part: I64, first_point: I64, x: F64, y: F64, importance: F32, codes: I32,
    hashes: U64,
) -> U64:  # fmt: skip
    """Mix all that is drawn and said of each feature into one number (FNV-like)."""
    prime = np.uint64(0x100000001B3)
    out = np.empty(len(ids), dtype=np.uint64)
    scale = 2.0**40
    for i in range(len(ids)):
        mixed = np.uint64(0xCBF29CE484222325) ^ ids[i]
        for k in range(codes.shape[1]):
            word = hashes[codes[i, k]] if codes[i, k] >= 0 else np.uint64(k)
            mixed = (mixed ^ word) * prime
        for p in range(first_part[i], first_part[i + 1]):
            mixed = (mixed ^ np.uint64(p - first_part[i])) * prime
            for v in range(first_point[p], first_point[p + 1]):
                mixed = (mixed ^ np.uint64(np.int64(x[v] * scale))) * prime
                mixed = (mixed ^ np.uint64(np.int64(y[v] * scale))) * prime
                far = min(np.float64(importance[v]), 1.0) * scale
                mixed = (mixed ^ np.uint64(np.int64(far))) * prime
                mixed ^= mixed >> np.uint64(29)
        out[i] = mixed
    return out
