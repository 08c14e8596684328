"""Numbers follow households: totals are kept, whole numbers stay whole, and back is back."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from squareton import fabric, squareton

from geo import redraw
from geo.errors import BadInput

LEVELS, HOMES = squareton()
TOWN = fabric()


@settings(max_examples=30)
@given(st.lists(st.integers(-1000, 1000), min_size=16, max_size=16))
def test_totals_are_kept_and_whole_numbers_stay_whole(numbers: list[int]) -> None:
    grids = LEVELS["grid"]
    values = pd.Series(numbers, index=grids["code"].tolist())
    walk = redraw.crosswalk(grids, LEVELS["community"], HOMES)
    told = redraw.restate(values, walk)
    assert told.sum() == sum(numbers)
    assert told.dtype == np.int64
    for code in LEVELS["community"]["code"]:
        assert told[code] == values[[c for c in values.index if c.startswith(code)]].sum()


def test_a_split_grid_hands_its_numbers_on_by_households() -> None:
    town = TOWN.copy()
    code = "321198001001001"
    redraw.change(town, redraw.BalancedSplit("grid", code)).on(town)
    walk = redraw.crosswalk(LEVELS["grid"], town.frame("grid"), HOMES)
    halves = walk[walk["before"] == code]
    assert len(halves) == 2
    assert halves["share"].tolist() == [0.5, 0.5]
    visits = pd.Series([7] * 16, index=LEVELS["grid"]["code"].tolist())
    told = redraw.restate(visits, walk)
    assert sorted(told[halves["after"].tolist()]) == [3, 4]
    assert told.sum() == 7 * 16


def test_numbers_of_a_place_without_people_are_refused() -> None:
    walk = redraw.crosswalk(LEVELS["grid"], LEVELS["community"], HOMES)
    with pytest.raises(BadInput, match="no one to follow"):
        redraw.restate(pd.Series([1], index=["elsewhere"]), walk)
