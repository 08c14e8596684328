"""Filters: the text reads as its JSON, and a filter gives what a loop over the rows would."""

import contextlib
import doctest
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import asking
from geo.asking import Pack, cql2_text, filters, texts, times
from geo.errors import BadInput

NAMES = ["世纪小区", "Élan", "a%b", "x_y", "O'Hara", ""]


def town() -> Pack:
    """Pack six cells of a street, numbered from the west."""
    cells = [shapely.box(119 + i / 100, 32, 119.01 + i / 100, 32.01) for i in range(6)]
    days = pd.to_datetime(["2026-01-01", "2026-02-01", "2026-03-01", None, "2026-03-01", None])
    frame = gpd.GeoDataFrame(
        {"code": list("abcdef"), "name": NAMES, "homes": range(6), "size": np.arange(6) / 2,
         "died": days.astype("datetime64[s]")},
        geometry=cells, crs=4490,
    )  # fmt: skip
    return asking.pack(frame, "code", ("name", "homes", "size", "died"))


TOWN = town()


def found(text: str) -> str:
    """Give the ids that fit, joined."""
    return "".join(TOWN.keys[row] for row in TOWN.fitting(asking.parse(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("homes = 3", "d"),
        ("homes <> 3 AND homes >= 1 and homes < 5", "bce"),
        ("NOT homes > 2", "abc"),
        ("not (homes > 1 or homes = 0)", "b"),
        ("homes BETWEEN 1 AND 3", "bcd"),
        ("homes NOT BETWEEN 1 AND 3", "aef"),
        ("homes IN (1, 4, 9)", "be"),
        ("name = 'O''Hara'", "e"),
        ("name = 'O\\'Hara'", "e"),
        ('"name" = \'世纪小区\'', "a"),
        ("name LIKE '%小区'", "a"),
        ("name LIKE 'a\\%b'", "c"),
        ("name LIKE '_\\__'", "d"),
        ("name NOT LIKE '%a%'", "adf"),
        ("CASEI(name) = CASEI('o''hara')", "e"),
        ("name ILIKE 'O''h%'", "e"),
        ("died >= '2026-02-01T' AND died < '2026-02-28T12:00:00Z'", "b"),
        ("ACCENTI(name) LIKE 'E%'", "b"),
        ("homes + 1 = size * 2 + 1", "abcdef"),
        ("-homes + 2 ^ 2 > 1 AND homes % 2 = 1", "b"),
        ("homes / 0 = 1 OR homes = 2", "c"),
        ("homes div 2 = 1", "cd"),
        ("died IS NULL", "df"),
        ("died IS NOT NULL", "abce"),
        ("died > DATE('2026-01-31')", "bce"),
        ("NOT died > DATE('2026-01-31')", "a"),
        ("T_BEFORE(died, TIMESTAMP('2026-01-31T16:00:00Z'))", "a"),
        ("T_DURING(died, INTERVAL('2026-01-15', '..'))", "bce"),
        ("T_INTERSECTS(INTERVAL('2025-01-01', died), DATE('2026-02-15'))", "cdef"),
        ("T_EQUALS(died, DATE('2026-03-01'))", "ce"),
        ("S_INTERSECTS(geometry, POINT(119.015 32.005))", "b"),
        ("S_INTERSECTS(geometry, POINT(119.01 32.005))", "ab"),
        ("S_WITHIN(geometry, BBOX(119.0, 31.9, 119.025, 32.1))", "ab"),
        ("S_CONTAINS(POLYGON((119 31, 119.025 31, 119.025 33, 119 33, 119 31)), geometry)", "ab"),
        ("S_DISJOINT(geometry, LINESTRING(119.001 32.005, 119.035 32.005))", "ef"),
        ("S_TOUCHES(geometry, LINESTRING(119.01 32.005, 119.01 33))", "ab"),
        ("S_CROSSES(LINESTRING(118 32.005, 119.005 32.005), geometry)", "a"),
        ("S_OVERLAPS(geometry, BBOX(119.005, 32.005, 119.015, 32.5))", "ab"),
        ("S_EQUALS(geometry, BBOX(119.05, 32, 119.06, 32.01))", "f"),
        ("S_INTERSECTS(geometry, geometry) AND TRUE", "abcdef"),
        ("S_INTERSECTS(geometry, GEOMETRYCOLLECTION(POINT(119.015 32.005),POINT(119.055 32.001)))", "bf"),
        ("FALSE OR homes = 1", "b"),
    ],
)  # fmt: skip
def test_a_filter_gives_what_it_says(text: str, expected: str) -> None:
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "", "homes", "homes = ", "= 3", "homes = 'x'", "name > 3", "nobody = 1", "homes = 1)",
        "(homes = 1", "name LIKE 3", "homes LIKE 'x'", "homes IN ()", "geometry = 3",
        "S_INTERSECTS(geometry, 3)", "S_INTERSECTS(geometry)", "S_BUFFER(geometry, 3)",
        "T_AFTER(died, DATE('never'))", "T_AFTER(homes, DATE('2026-01-01'))", "1 + 'a' = 2",
        "POINT(1) = 2", "name = 'x", "homes = 1; drop table areas", "NOT", "AND", "homes IS",
        "BBOX(1,2) = 3", "S_INTERSECTS(geometry, BBOX(1,2,3))", "INTERVAL('a') = 1", "CASEI() = 'x'",
        "S_INTERSECTS(geometry, POLYGON((1 2,3 4)))", "(" * 5000, "NOT " * 3000,
        "S_INTERSECTS(geometry, POINT(nan 3))", "homes = 1e400 ^ name", "x" * 20_000,
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_with_words(text: str) -> None:
    with pytest.raises(BadInput) as told:
        TOWN.fitting(asking.parse(text))
    assert told.value.zh


@given(st.text("ab%_", max_size=7), st.text("ab", max_size=6))
def test_patterns_match_as_letter_by_letter(pattern: str, text: str) -> None:
    def fits(pattern: str, text: str) -> bool:
        if not pattern:
            return not text
        if pattern[0] == "%":
            return any(fits(pattern[1:], text[at:]) for at in range(len(text) + 1))
        return bool(text) and pattern[0] in ("_", text[0]) and fits(pattern[1:], text[1:])

    assert bool(texts.matching(pattern).fullmatch(text)) == fits(pattern, text)


def test_a_pattern_with_many_gaps_takes_no_longer() -> None:
    assert not texts.matching("%a" * 40 + "%b").fullmatch("a" * 5000)


def test_a_filter_that_takes_too_long_is_refused() -> None:
    late = filters.Table(TOWN.columns, TOWN.shapes, TOWN.boxes, until=0.0)
    with pytest.raises(BadInput, match="too long"):
        filters.fits(asking.parse("homes = 3"), late)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with contextlib.suppress(BadInput):
        TOWN.fitting(asking.parse(text))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["op", "args", "property", "date", "interval", "bbox", "type", "coordinates"]),
        inner | st.sampled_from([*filters._PREDICATES, "and", "not", "homes", "geometry", "Point"]),
        max_size=3,
    ),
    max_leaves=12,
)  # fmt: skip


@given(VALUES)
def test_any_json_is_answered_or_refused(told: Any) -> None:
    with contextlib.suppress(BadInput):
        TOWN.fitting(told)


PLAIN = st.one_of(
    st.tuples(st.sampled_from(["=", "<>", "<", ">", "<=", ">="]), st.integers(-1, 6)).map(
        lambda t: f"homes {t[0]} {t[1]}"
    ),
    st.sampled_from(["died IS NULL", "died > DATE('2026-02-01')", "name LIKE '%a%'"]),
)
CONDITIONS = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        inner.map(lambda a: f"NOT ({a})"),
        st.tuples(inner, st.sampled_from(["AND", "OR"]), inner).map(
            lambda t: f"({t[0]}) {t[1]} ({t[2]})"
        ),
    ),
    max_leaves=6,
)


@given(CONDITIONS, CONDITIONS)
def test_the_laws_of_logic_hold_with_unknowns(a: str, b: str) -> None:
    assert found(f"NOT (({a}) AND ({b}))") == found(f"(NOT ({a})) OR (NOT ({b}))")
    assert found(f"NOT (NOT ({a}))") == found(a)
    assert set(found(f"({a}) AND ({b})")) == set(found(a)) & set(found(b))
    assert set(found(f"({a}) OR ({b})")) == set(found(a)) | set(found(b))
    assert not set(found(a)) & set(found(f"NOT ({a})"))


SPANS = st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda t: t[0] < t[1])


@given(SPANS, SPANS)
def test_two_intervals_stand_in_exactly_one_of_the_thirteen_ways(
    a: tuple[int, int], b: tuple[int, int]
) -> None:
    first, second = (
        times.Times(np.datetime64(s[0], "s"), np.datetime64(s[1], "s")) for s in (a, b)
    )
    apart = set(times.RELATIONS) - {"t_disjoint", "t_intersects"}
    assert sum(bool(times.related(op, first, second)) for op in apart) == 1
    met = bool(times.related("t_intersects", first, second))
    assert met != bool(times.related("t_disjoint", first, second))


def test_the_examples_hold() -> None:
    assert doctest.testmod(cql2_text).failed == 0
