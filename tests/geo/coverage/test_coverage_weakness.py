"""Weak is not uncovered; the clock agrees with a measure at its hour; floor is shared out."""

import datetime as dt

import numpy as np
import pytest
import towns
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import coverage, layers, network
from geo.errors import SchemaError

SEEDS = st.integers(0, 2**32 - 1)
HOURS = [
    "",
    "24/7",
    "Mo-Fr 08:30-17:30; Sa 09:00-12:00",
    "Mo-Su 22:00-06:00",
    "We off; Su 10:00-11:00",
]


def peopled(seed: int) -> towns.Town:
    """Make a lattice with four stations of any hours, floors and services."""
    rng = np.random.default_rng(seed)
    town = towns.lattice(5, 4)
    stations = towns.stations(*rng.integers(0, 400, (4, 2)).tolist())
    stations["hours"] = rng.choice(HOURS, 4)
    stations["area_m2"] = rng.choice([0.0, 5.0, 50.0], 4)
    stations["services"] = rng.choice(["rest", "rest;water", "meal"], 4)
    town.demand["households"] = rng.integers(0, 9, len(town.demand))
    town.demand["elders"] = rng.integers(0, 4, len(town.demand))
    return towns.Town(
        town.streets, town.demand, layers.stations(stations), town.areas, town.barriers, town.gates
    )


def pairs(town: towns.Town, limit_s: float = 1000.0) -> layers.TravelTimes:
    """Give the walks to all stations."""
    return network.within(town.net, town.demand, town.stations, limit_s=limit_s)


@given(SEEDS, st.sampled_from([100.0, 250.0, 400.0]))
@settings(max_examples=8)
def test_everybody_has_one_state_and_the_uncovered_are_too_far(seed, reach_s):
    town = peopled(seed)
    found = coverage.states(
        town.demand, pairs(town), town.stations, reach_s=reach_s, services=["rest"]
    )
    far = found["nearest_s"] > reach_s
    assert (far == (found["state"] == "uncovered")).all()
    flags = found[["lacks_service", "seldom_open", "crowded"]]
    assert (flags.any(axis=1) == (found["state"] == "weak")).all()
    beyond = coverage.measure(town.demand, pairs(town), reach_s=(reach_s,)).totals["beyond"]
    for people in coverage.PEOPLE:
        assert found.loc[far, people].sum() == beyond[people]


def test_what_makes_a_household_weak_is_told_apart():
    town = towns.lattice(4, 1)
    stations = town.stations
    stations["hours"], stations["services"], stations["area_m2"] = "Mo-Fr 09:00-11:00", "rest", 1.5
    ask = {"reach_s": 300.0, "services": ["rest"]}
    found = coverage.states(town.demand, town.times, stations, **ask)
    assert found["state"].tolist() == ["weak"] * 3 + ["uncovered"]
    assert found["open_share"].tolist() == pytest.approx([10 / 84] * 3 + [0.0])
    assert found["m2"].tolist() == pytest.approx([1.5 / 15] * 3 + [0.0])
    assert found["seldom_open"].tolist() == found["crowded"].tolist() == [True] * 3 + [False]
    at = dt.datetime(2026, 3, 2, 10)
    then = coverage.states(town.demand, town.times, stations, at=at, m2_per_household=0, **ask)
    assert then["state"].tolist() == ["served"] * 3 + ["uncovered"]
    other = coverage.states(
        town.demand, town.times, stations, reach_s=300, services=["meal"], m2_per_household=0
    )
    assert other["lacks_service"].tolist() == [True] * 3 + [False]
    assert not other["seldom_open"].any()


@given(SEEDS, st.integers(0, 167), st.sampled_from([150.0, 300.0, 900.0]))
@settings(max_examples=8)
def test_the_clock_at_an_hour_is_a_measure_at_that_hour(seed, hour, reach_s):
    town = peopled(seed)
    week = coverage.clock(town.demand, pairs(town), town.stations, reach_s=reach_s)
    then = coverage.chosen(town.stations, at=week.moments[hour])
    times = network.nearest(town.net, town.demand, then)
    found = coverage.measure(town.demand, times, reach_s=(reach_s,))
    row = week.hours.iloc[hour]
    assert row["open"] == len(then)
    for people in coverage.PEOPLE:
        assert row[f"{people}_beyond"] == found.totals.loc[people, "beyond"]
    assert week.served(hour).tolist() == found.frame[f"within_{reach_s:g}"].tolist()
    share = found.by(town.areas)["share"]
    assert week.by(town.areas)[hour].tolist() == pytest.approx(share.tolist(), nan_ok=True)


@given(SEEDS)
@settings(max_examples=10)
def test_hours_with_the_same_open_stations_are_reckoned_once(seed):
    town = peopled(seed)
    week = coverage.clock(town.demand, pairs(town), town.stations, reach_s=300)
    assert len(week.hours) == 168
    assert len(np.unique(week.open_sets, axis=0)) == len(week.open_sets) <= 8
    assert week.seconds.shape == (len(week.open_sets), len(week.frame))


def test_a_clock_of_other_stations_is_refused():
    town = towns.lattice(2, 2)
    other = towns.stations((0, 0), (5, 5))
    with pytest.raises(SchemaError):
        coverage.clock(town.demand, town.times, other, reach_s=300)
    with pytest.raises(SchemaError):
        coverage.states(town.demand, town.times, other, reach_s=300)


@given(SEEDS, st.booleans())
@settings(max_examples=8)
def test_all_that_is_offered_falls_to_somebody(seed, enhanced):
    town = peopled(seed)
    times = pairs(town, limit_s=400)
    supply = np.random.default_rng(seed).uniform(1, 9, len(town.stations))
    rings = {"rings": coverage.RINGS, "weights": coverage.WEIGHTS} if enhanced else {}
    access = coverage.two_step(
        town.demand, times, supply, reach_s=400, people="households", **rings
    )
    homes = town.demand.set_index("id")["households"]
    reached = np.zeros(len(supply), dtype=bool)
    lived = homes.loc[times.demand_ids].to_numpy() > 0
    reached[times.cols[lived[times.rows]]] = True
    assert float(access @ homes[access.index]) == pytest.approx(supply[reached].sum())


def test_a_ring_weighs_as_its_authors_say():
    town = towns.lattice(3, 1)
    times = pairs(town)
    walk = times.seconds
    access = coverage.two_step(
        town.demand, times, [10.0], reach_s=float(walk[2]), people="residents",
        rings=coverage.RINGS, weights=coverage.WEIGHTS,
    )  # fmt: skip
    weight = [coverage.WEIGHTS[int(np.searchsorted(coverage.RINGS, s / walk[2]))] for s in walk]
    total = 10.0 / (10 * sum(weight))
    assert access.tolist() == pytest.approx([w * total for w in weight])
    plain = coverage.two_step(town.demand, times, [10.0], reach_s=float(walk[1]))
    assert plain.tolist() == pytest.approx([0.5, 0.5, 0.0])
