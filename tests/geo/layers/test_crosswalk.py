"""Numbers follow households: totals are kept, whole numbers stay whole, and back is back."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from squareton import fabric, squareton

from geo import layers, redraw
from geo.errors import BadInput

LEVELS, HOMES = squareton()
TOWN = fabric()


def walked(one: gpd.GeoDataFrame, other: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give the crosswalk between two sets of areas."""
    return layers.crosswalk(HOMES, layers.holding(one, HOMES), layers.holding(other, HOMES))


@settings(max_examples=30)
@given(st.lists(st.integers(-1000, 1000), min_size=16, max_size=16))
def test_totals_are_kept_and_whole_numbers_stay_whole(numbers: list[int]) -> None:
    grids = LEVELS["grid"]
    values = pd.Series(numbers, index=grids["code"].tolist())
    walk = walked(grids, LEVELS["community"])
    told = layers.restated(walk, values)
    assert told.sum() == sum(numbers)
    assert told.dtype == np.int64
    for code in LEVELS["community"]["code"]:
        assert told[code] == values[[c for c in values.index if c.startswith(code)]].sum()


def test_a_split_grid_hands_its_numbers_on_by_households() -> None:
    town = TOWN.copy()
    code = "321198001001001"
    redraw.change(town, redraw.BalancedSplit("grid", code)).on(town)
    walk = walked(LEVELS["grid"], town.frame("grid"))
    halves = walk[walk["one"] == code]
    assert len(halves) == 2
    assert halves["share_of_one"].tolist() == [0.5, 0.5]
    visits = pd.Series([7] * 16, index=LEVELS["grid"]["code"].tolist())
    told = layers.restated(walk, visits)
    assert sorted(told[halves["other"].tolist()]) == [3, 4]
    assert told.sum() == 7 * 16


def test_numbers_of_a_place_without_people_are_refused() -> None:
    walk = walked(LEVELS["grid"], LEVELS["community"])
    with pytest.raises(BadInput, match="no one to follow"):
        layers.restated(walk, pd.Series([1], index=["elsewhere"]))


def test_there_and_back_again_by_either_side() -> None:
    walk = pd.DataFrame({
        "one": ["a", "a", "b"], "other": ["x", "y", "y"], "households": [1, 3, 0], "homes": [1, 1, 2],
    })  # fmt: skip
    assert layers.restated(walk, pd.Series({"a": 5, "b": -2})).to_dict() == {"x": 1, "y": 2}
    assert layers.restated(walk, pd.Series({"x": 5, "y": 8}), back=True).to_dict() == {
        "a": 13,
        "b": 0,
    }
    assert layers.restated(walk, pd.Series({"a": 0.5, "b": 1.0})).to_dict() == {
        "x": 0.125,
        "y": 1.375,
    }
