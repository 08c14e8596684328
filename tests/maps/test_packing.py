"""Packed shapes come home: what the browser unpacks is what was packed."""

import base64

import geopandas as gpd
import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from maps import packing

lon = st.floats(73, 135, allow_nan=False)
lat = st.floats(4, 53, allow_nan=False)
lines = st.lists(st.tuples(lon, lat), min_size=2, max_size=12, unique=True)


def numbers(text: str) -> list[int]:
    """Read variable-length numbers, as unpack.js does."""
    out, value, shift = [], 0, 0
    for byte in base64.b64decode(text):
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            out.append(value)
            value, shift = 0, 0
    return out


def unpacked(text: str) -> list[list[list[tuple[int, int]]]]:
    """Read shapes, as unpack.js does."""
    code = iter(numbers(text))
    shapes, x, y = [], 0, 0
    for parts in code:
        shape = []
        for _ in range(parts):
            part = []
            for _ in range(next(code)):
                dx, dy = next(code), next(code)
                x += -(dx + 1) // 2 if dx % 2 else dx // 2
                y += -(dy + 1) // 2 if dy % 2 else dy // 2
                part.append((x, y))
            shape.append(part)
        shapes.append(shape)
    return shapes


@given(st.lists(st.integers(0, 2**40)))
def test_numbers_come_home(values: list[int]) -> None:
    assert numbers(packing.pack_numbers(values)) == values


@given(st.lists(lines, min_size=1, max_size=5))
def test_lines_come_home_to_the_map_unit(coordinates: list[list[tuple[float, float]]]) -> None:
    series = gpd.GeoSeries([shapely.LineString(c) for c in coordinates], crs=4490)
    for shape, sent in zip(unpacked(packing.pack(series)), coordinates, strict=True):
        wanted = [tuple(p) for p in packing.units(np.array(sent)).tolist()]
        thinned = [p for i, p in enumerate(wanted) if i == 0 or p != wanted[i - 1]]
        assert shape == [thinned]


def test_holes_parts_points_and_nothing_keep_their_places() -> None:
    ring = shapely.box(119, 32, 119.1, 32.1)
    holed = ring.difference(shapely.box(119.04, 32.04, 119.06, 32.06))
    both = shapely.MultiPolygon([shapely.box(118, 32, 118.1, 32.1), holed])
    series = gpd.GeoSeries([None, both, shapely.Point(), shapely.Point(119, 32), holed], crs=4490)
    shapes = unpacked(packing.pack(series))
    assert [len(shape) for shape in shapes] == [0, 3, 0, 1, 2]
    assert [len(part) for part in shapes[1]] == [4, 4, 4]


def test_a_map_unit_is_a_quarter_of_a_metre_in_central_china() -> None:
    here = packing.units(np.array([[119.45, 32.2], [119.45 + 1 / 94_226, 32.2]]))
    assert 3 <= here[1, 0] - here[0, 0] <= 5
