"""The way as a picture: it comes through the address unharmed and draws nothing foreign."""

import gzip
import xml.etree.ElementTree as ET
from contextlib import suppress

import numpy as np
import pytest
from hamlet import hamlet
from hypothesis import given
from hypothesis import strategies as st

import maps
from geo import coords
from geo.errors import BadInput
from maps.finder import way

SPOT = st.tuples(st.floats(119.40, 119.42), st.floats(32.20, 32.22))


@given(st.lists(SPOT, min_size=2, max_size=30))
def test_a_way_that_is_told_is_read_again(route: list[tuple[float, float]]) -> None:
    again = way.read(way.told(route))
    assert np.allclose(again[[0, -1]], np.array(route)[[0, -1]], atol=way.STEP_DEG)


@given(st.lists(SPOT, min_size=2, max_size=12), st.booleans())
def test_any_way_is_drawn_whole(route: list[tuple[float, float]], large: bool) -> None:
    drawn = way.picture(maps.Base(), np.array(route), number="1", large=large)
    tree = ET.fromstring(drawn)
    assert "nan" not in drawn
    circles = [e for e in tree.iter() if e.tag.endswith("circle")]
    assert len(circles) == 2
    for mark in circles:
        assert 0 <= float(mark.get("cx", -1)) <= way.WIDE
        assert 0 <= float(mark.get("cy", -1)) <= way.HIGH


@given(st.one_of(st.text(max_size=80), st.lists(st.integers(), max_size=8).map(
    lambda steps: "_".join(map(str, steps)))))  # fmt: skip
def test_nonsense_is_refused_or_a_way(text: str) -> None:
    with suppress(BadInput):
        assert len(way.read(text)) >= 2


@pytest.mark.parametrize("name", ["翠湖路", "<script>alert(1)</script>", "a\"'&路"])
def test_ground_and_names_are_drawn_from_our_own_host(name: str) -> None:
    base = hamlet(name).base
    assert base.streets is not None
    line = coords.to_degrees(base.streets).geometry.iloc[0]
    drawn = way.picture(base, np.array(line.coords), number="1")
    ET.fromstring(drawn)
    assert "<script" not in drawn
    assert "href" not in drawn
    assert drawn.count("<path") > 4
    assert len(gzip.compress(drawn.encode())) < 20_000
