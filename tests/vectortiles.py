"""A reader of vector tiles that shares nothing with the writer: plain Python, after the MVT 2.1 text."""

import gzip
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True)
class Feature:
    """A feature in units of the tile, y downwards; `rings` as they were written."""

    id: int
    kind: int
    properties: dict[str, Any]
    rings: list[list[tuple[int, int]]]

    @property
    def shape(self) -> BaseGeometry:
        """Build it by the rules: an outer ring begins a polygon, the holes after it are its."""
        if self.kind == 1:
            return shapely.MultiPoint([p for ring in self.rings for p in ring])
        if self.kind == 2:
            return shapely.MultiLineString(self.rings)
        polygons: list[tuple[list, list]] = []
        for ring in self.rings:
            if area2(ring) > 0:
                polygons.append((ring, []))
            else:
                polygons[-1][1].append(ring)
        return shapely.MultiPolygon(polygons)


@dataclass(frozen=True)
class TileLayer:
    """A layer of a tile."""

    name: str
    version: int
    extent: int
    keys: list[str]
    values: list[Any]
    features: list[Feature]


def read(body: bytes) -> dict[str, TileLayer]:
    """Read a tile, packed or not."""
    data = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
    layers = [_layer(part) for tag, part in _fields(data) if tag == 3]
    assert len({layer.name for layer in layers}) == len(layers)
    return {layer.name: layer for layer in layers}


def area2(ring: list[tuple[int, int]]) -> int:
    """Twice the area by the surveyor's formula."""
    pairs = zip(ring, ring[1:] + ring[:1], strict=True)
    return sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in pairs)


def faults(feature: Feature) -> list[str]:
    """Name what the rules forbid: short, flat, open or crossed rings; a hole before its ring."""
    found = []
    if feature.kind == 3:
        if not feature.rings or area2(feature.rings[0]) <= 0:
            found.append("begins with a hole")
        for ring in feature.rings:
            if len(ring) < 3 or area2(ring) == 0:
                found.append("flat ring")
            elif not shapely.LinearRing(ring).is_simple:
                found.append("ring meets itself")
        if not found and not feature.shape.is_valid:
            found.append(shapely.is_valid_reason(feature.shape))
    if feature.kind == 2 and any(len(line) < 2 for line in feature.rings):
        found.append("line of one point")
    return found


def _fields(data: bytes) -> Iterator[tuple[int, Any]]:
    at = 0
    while at < len(data):
        head, at = _varint(data, at)
        tag, wire = head >> 3, head & 7
        if wire == 0:
            value, at = _varint(data, at)
        elif wire == 1:
            value, at = data[at : at + 8], at + 8
        elif wire == 5:
            value, at = data[at : at + 4], at + 4
        else:
            size, at = _varint(data, at)
            value, at = data[at : at + size], at + size
            assert len(value) == size
        yield tag, value


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _numbers(data: bytes) -> list[int]:
    found, at = [], 0
    while at < len(data):
        value, at = _varint(data, at)
        found.append(value)
    return found


def _value(data: bytes) -> Any:
    [(tag, value)] = _fields(data)
    if tag == 1:
        return value.decode("utf-8")
    if tag == 3:
        return struct.unpack("<d", value)[0]
    return (value >> 1) ^ -(value & 1) if tag == 6 else value


def _layer(data: bytes) -> TileLayer:
    fields = list(_fields(data))
    keys = [value.decode() for tag, value in fields if tag == 3]
    values = [_value(value) for tag, value in fields if tag == 4]
    assert len(set(map(repr, values))) == len(values)
    one = {tag: value for tag, value in fields if tag in (1, 5, 15)}
    features = [_feature(value, keys, values) for tag, value in fields if tag == 2]
    return TileLayer(one[1].decode(), one[15], one.get(5, 4096), keys, values, features)


def _feature(data: bytes, keys: list[str], values: list[Any]) -> Feature:
    told = dict(_fields(data))
    tags = _numbers(told.get(2, b""))
    said = {keys[k]: values[v] for k, v in zip(tags[::2], tags[1::2], strict=True)}
    return Feature(told.get(1, 0), told[3], said, _rings(_numbers(told[4])))


def _rings(numbers: list[int]) -> list[list[tuple[int, int]]]:
    rings: list[list[tuple[int, int]]] = []
    x = y = i = 0
    while i < len(numbers):
        command, count = numbers[i] & 7, numbers[i] >> 3
        i += 1
        if command == 7:
            continue
        for _ in range(count):
            dx, dy = ((n >> 1) ^ -(n & 1) for n in numbers[i : i + 2])
            x, y, i = x + dx, y + dy, i + 2
            if command == 1:
                rings.append([])
            rings[-1].append((x, y))
    return rings
