"""Codes: well formed, one level under the other, never given twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.errors import RuleBroken
from geo.layers import codes

digits = st.text("0123456789", min_size=6, max_size=6)


@given(digits, st.integers(1, 60))
def test_numbered_codes_are_legal_children_in_order(county: str, count: int) -> None:
    community = county + "001" + "002"
    given_codes = codes.numbered(community, count, "grid")
    assert given_codes == sorted(set(given_codes))
    assert all(codes.is_legal(c, "grid") and codes.parent(c) == community for c in given_codes)


@given(st.lists(st.integers(1, 90), max_size=20), st.integers(1, 9))
def test_a_code_that_was_ever_given_is_not_given_again(used: list[int], count: int) -> None:
    grid = "321198001001001"
    ever = [f"{grid}{n:02d}" for n in used]
    fresh = codes.numbered(grid, count, "microgrid", used=ever)
    assert not set(fresh) & set(ever)
    assert len(fresh) == count


def test_a_full_sequence_is_refused_and_named() -> None:
    grid = "321198001001001"
    with pytest.raises(RuleBroken) as refused:
        codes.numbered(grid, 1, "microgrid", used=[f"{grid}99"])
    assert refused.value.where == (grid,)


@pytest.mark.parametrize(
    ("code", "level", "legal"),
    [
        ("321198", "district", True),
        ("321198001001001", "grid", True),
        ("32119800100100101", "microgrid", True),
        ("321198001001001", "microgrid", False),
        ("3.21102001e+11", None, False),
        ("３２１１９８", None, False),
        ("32119800100100", None, False),
        ("", None, False),
    ],
)
def test_known_codes(code: str, level: str | None, legal: bool) -> None:
    assert codes.is_legal(code, level) is legal


def test_first_numbering_reads_the_map_like_a_page() -> None:
    xs, ys = [0, 100, 0, 100], [0, 0, 100, 100]
    assert codes.reading_order(xs, ys, band=50) == [2, 3, 0, 1]
