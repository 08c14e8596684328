"""Which stations count, the needs that are met at several places, and those of one place."""

import datetime as dt

import numpy as np
import pytest
import towns
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import coverage, layers, network
from geo.errors import BadInput

SEEDS = st.integers(0, 2**32 - 1)
MONDAY = dt.datetime(2026, 3, 2, 10)


def staffed(seed: int) -> layers.StationLayer:
    """Make stations of all sorts."""
    rng = np.random.default_rng(seed)
    found = towns.stations(*rng.uniform(0, 500, (12, 2)).tolist())
    found["services"] = [";".join(rng.choice(layers.SERVICES, 5, replace=False)) for _ in range(12)]
    found["tier"] = rng.choice(layers.TIERS, 12)
    found["class"] = rng.choice(["", "A", "B", "C"], 12)
    found["hours"] = rng.choice(["", "24/7", "Mo-Fr 08:30-17:30", "Sa,Su 09:00-12:00"], 12)
    return layers.stations(found)


@given(SEEDS)
@settings(max_examples=12)
def test_whoever_asks_for_more_is_left_with_fewer(seed):
    stations = staffed(seed)
    wide = coverage.chosen(stations, services=["rest"])
    narrow = coverage.chosen(stations, services=["rest", "water"], tiers=["grid"], classes=["A"])
    open_ = coverage.chosen(stations, services=["rest"], at=MONDAY)
    assert set(narrow["id"]) <= set(wide["id"]) >= set(open_["id"])
    assert all("rest" in layers.items(s) for s in wide["services"])
    assert "" not in set(open_["hours"])
    assert len(coverage.chosen(stations)) == 12


def test_a_service_or_tier_that_is_none_is_named():
    with pytest.raises(BadInput) as fault:
        coverage.chosen(staffed(1), services=["rest", "massage"])
    assert fault.value.where == ("massage",)
    assert "first_aid" in fault.value.hint
    with pytest.raises(BadInput):
        coverage.chosen(staffed(1), tiers=["galaxy"])


@given(SEEDS)
@settings(max_examples=12)
def test_every_need_takes_as_long_as_the_farthest(seed):
    town = towns.lattice(5, 5)
    rng = np.random.default_rng(seed)
    sets = [towns.stations(*rng.integers(0, 500, (2, 2)).tolist()) for _ in range(3)]
    for i, part in enumerate(sets):
        part["id"] = [f"n{i}-{j}" for j in range(2)]
    tables = [network.nearest(town.net, town.demand, part, limit_s=500) for part in sets]
    joined = coverage.every(tables)
    worst = np.max([table.nearest()[0] for table in tables], axis=0)
    assert joined.nearest()[0].tolist() == worst.tolist()
    for row, column in zip(joined.rows, joined.cols, strict=True):
        name = joined.station_ids[column]
        assert any(
            name in table.station_ids and table.nearest()[0][row] == worst[row] for table in tables
        )


def test_one_place_joins_what_is_under_one_roof():
    town = towns.lattice(4, 1)
    stations = towns.stations((0, 0), (100, 0), (200, 0), (400, 0))
    stations["name"] = ["hall", "desk", "clinic", "park"]
    stations["services"] = ["rest", "legal_aid", "first_aid;rest", "rest;legal_aid;first_aid"]
    stations["within"] = ["", "hall", "t1", ""]
    both = coverage.one_place(stations, ["legal_aid", "first_aid"])
    assert both["id"].tolist() == ["t0", "t1", "t2", "t3"]
    assert both["place"].tolist() == ["t0", "t0", "t0", "t3"]
    stations["within"] = ["", "", "", ""]
    alone = coverage.one_place(stations, ["legal_aid", "first_aid"])
    assert alone["id"].tolist() == ["t3"]
    walk = network.nearest(town.net, town.demand, alone).nearest()[0]
    assert walk.tolist() == pytest.approx([(40 + 50 + 100 * (3 - i)) / 1.2 for i in range(4)])


def test_rooms_of_one_complex_that_is_no_station_are_one_place():
    stations = towns.stations((0, 0), (5, 0), (900, 0))
    stations["services"] = ["rest", "meal", "meal"]
    stations["within"] = ["综合体", "综合体", ""]
    found = coverage.one_place(stations, ["rest", "meal"])
    assert found["id"].tolist() == ["t0", "t1"]
    assert len(set(found["place"])) == 1


@given(SEEDS)
@settings(max_examples=12)
def test_more_services_at_one_place_are_never_nearer(seed):
    stations = staffed(seed)
    town = towns.lattice(5, 5)
    few, many = (
        network.nearest(town.net, town.demand, coverage.one_place(stations, wanted)).nearest()[0]
        for wanted in (["rest"], ["rest", "meal"])
    )
    assert (many >= few).all()


def test_nothing_at_one_place_is_no_question():
    with pytest.raises(BadInput):
        coverage.one_place(staffed(1), [])
