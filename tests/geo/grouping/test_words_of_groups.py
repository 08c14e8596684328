"""Directions, exchange of skills and needs, and how alike two plans are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.grouping import compass, likeness
from geo.grouping.complement import exchange

labels = st.lists(st.integers(0, 3), min_size=2, max_size=14).map(
    lambda x: np.unique(np.array(x), return_inverse=True)[1].astype(np.int32)
)


@st.composite
def two_plans(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray]:
    n = draw(st.integers(2, 14))
    return tuple(  # type: ignore[return-value]
        np.array(draw(st.lists(st.integers(0, 3), min_size=n, max_size=n)), dtype=np.int32)
        for _ in range(2)
    )


@given(two_plans())
def test_likeness_is_the_same_both_ways_and_blind_to_numbers(
    plans: tuple[np.ndarray, np.ndarray],
) -> None:
    a, b = plans
    swapped = np.array([3, 2, 1, 0], dtype=np.int32)[a]
    assert likeness.moved(a, swapped) == 0
    assert likeness.pairs_in_common(a, swapped) == 1.0
    assert likeness.moved(a, b) == likeness.moved(b, a) == likeness.moved(swapped, b)
    assert likeness.pairs_in_common(a, b) == pytest.approx(likeness.pairs_in_common(b, a))
    assert (likeness.moved(a, b) == 0) == (likeness.pairs_in_common(a, b) == 1.0) or len(a) < 3


@given(two_plans())
def test_matched_groups_are_the_same_groups(plans: tuple[np.ndarray, np.ndarray]) -> None:
    a, b = plans
    again = likeness.matched(a, b)
    assert likeness.pairs_in_common(b, again) == 1.0
    assert int((again != a).sum()) == likeness.moved(a, b)


def test_units_that_are_new_have_not_moved() -> None:
    assert likeness.moved(np.array([0, 0, -1, 1]), np.array([1, 1, 1, 0])) == 0


SKILLS = st.lists(st.sets(st.sampled_from("abcd")), min_size=6, max_size=6)


@given(SKILLS, SKILLS, st.lists(st.integers(0, 2), min_size=6, max_size=6), st.integers(0, 5))
def test_needs_met_add_up_when_somebody_moves(
    offers: list[set[str]], wants: list[set[str]], plan: list[int], unit: int
) -> None:
    both = exchange(offers, wants)
    before = np.array(plan)
    after = before.copy()
    after[unit] = (before[unit] + 1) % 3
    unmet, left, joined = both.moved(before, unit, int(after[unit]))
    gained = both.met(after)[unit].sum() - both.met(before)[unit].sum()
    assert both.met(after).sum() - both.met(before).sum() == left + joined + gained
    assert left <= 0 <= joined
    assert set(unmet) <= wants[unit]
    assert 0.0 <= both.share(before) <= 1.0


@given(SKILLS, SKILLS)
def test_one_group_meets_what_can_be_met(offers: list[set[str]], wants: list[set[str]]) -> None:
    both = exchange(offers, wants)
    whole = both.met(np.zeros(6, dtype=int))
    for i, cell in enumerate(wants):
        others = set().union(*(o for j, o in enumerate(offers) if j != i))
        assert whole[i].sum() == len(cell & others)


@pytest.mark.parametrize(
    ("k", "names"), [(1, "中"), (2, "东西"), (3, "东西北"), (4, "东南西北"), (5, "东南西北中")]
)
def test_groups_are_called_by_where_they_lie(k: int, names: str) -> None:
    spots = {"东": (9, 1), "西": (-9, 0), "北": (1, 9), "南": (0, -9), "中": (0.5, 0)}
    xy = np.array([spots[c] for c in names], dtype=float)
    if k == 1:
        assert compass.directions(np.ones((3, 2)), np.zeros(3, dtype=int), np.ones(3))[0].zh == "中"
        return
    found = compass.directions(xy, np.arange(k), np.ones(k))
    assert "".join(d.zh for d in found) == names


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 13), st.integers(0, 2**32 - 1))
def test_no_two_groups_have_the_same_name(k: int, seed: int) -> None:
    xy = np.random.default_rng(seed).normal(size=(k, 2)) * (1000, 100)
    found = compass.directions(xy, np.arange(k), np.ones(k))
    assert len({d.zh for d in found}) == len({d.en for d in found}) == k
