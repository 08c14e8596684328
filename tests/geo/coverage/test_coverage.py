"""Who is served, and where the blind spots are."""

import doctest
import importlib

import numpy as np
import pandas as pd
import pytest
import shapely
import towns
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import coverage, layers, network
from geo.errors import BadInput, CrsError, SchemaError

SEEDS = st.integers(0, 2**32 - 1)


def scattered(seed: int) -> tuple[layers.DemandLayer, layers.TravelTimes]:
    """Make houses anywhere, some of them empty, with made-up walks."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(0, 40))
    demand = towns.buildings(*rng.uniform(0, 1500, (n, 2)).tolist())
    demand.loc[rng.random(n) < 0.2, ["households", "residents", "elders"]] = 0
    rows = np.flatnonzero(rng.random(n) < 0.8).astype(np.int32)
    seconds = rng.uniform(0, 1800, len(rows))
    ids = np.array([f"b{i}" for i in range(n)], dtype=object)
    stations = np.array(["t0", "t1", "t2"], dtype=object)
    columns = rng.integers(0, 3, len(rows)).astype(np.int32)
    times = layers.TravelTimes(ids, stations, rows, columns, seconds, seconds * 1.2)
    return layers.demand(demand), times


@given(SEEDS)
@settings(max_examples=10)
def test_everybody_is_either_within_a_reach_or_beyond(seed):
    demand, times = scattered(seed)
    totals = coverage.measure(demand, times).totals
    people = demand[demand["households"] > 0]
    for name in ("households", "residents", "elders"):
        row = totals.loc[name]
        assert row["total"] == people[name].sum() == row["within_900"] + row["beyond"]
        assert row["within_300"] <= row["within_600"] <= row["within_900"]


@given(SEEDS)
@settings(max_examples=10)
def test_the_totals_are_those_of_a_plain_loop(seed):
    demand, times = scattered(seed)
    walk = dict(zip(times.demand_ids[times.rows], times.seconds, strict=True))
    for reach in (300, 900):
        served = sum(
            h
            for i, h in zip(demand["id"], demand["households"], strict=True)
            if walk.get(i, np.inf) <= reach
        )
        found = coverage.measure(demand, times, reach_s=(reach,))
        assert found.totals.loc["households", f"within_{reach}"] == served


@given(SEEDS, st.floats(1, 2000))
@settings(max_examples=10)
def test_blind_spots_hold_exactly_the_people_beyond(seed, reach_s):
    demand, times = scattered(seed)
    spots = coverage.blind_spots(demand, times, reach_s=reach_s)
    beyond = coverage.measure(demand, times, reach_s=(reach_s,)).totals["beyond"]
    for name in ("households", "residents", "elders"):
        assert spots[name].sum() == beyond[name]
    assert spots["households"].is_monotonic_decreasing
    assert spots.index.is_unique
    members = [m.split(";") for m in spots["members"]]
    homes = demand.set_index("id").geometry
    for ids, spot in zip(members, spots.geometry, strict=True):
        assert spot.is_valid
        assert all(spot.buffer(1).contains(homes[i]) for i in ids)
    for a in range(len(members)):
        for b in range(a):
            far = min(
                homes[i].centroid.distance(homes[j].centroid)
                for i in members[a]
                for j in members[b]
            )
            assert far > coverage.LINK_M


@given(SEEDS, SEEDS)
@settings(max_examples=15)
def test_the_order_of_the_buildings_changes_nothing(seed, shuffle):
    demand, times = scattered(seed)
    order = np.random.default_rng(shuffle).permutation(len(demand))
    mixed = layers.demand(demand.iloc[order].reset_index(drop=True))
    plain, other = (coverage.blind_spots(d, times, reach_s=600) for d in (demand, mixed))
    pd.testing.assert_frame_equal(
        plain.drop(columns=["geometry", "members"]), other.drop(columns=["geometry", "members"])
    )


def test_a_new_station_never_lowers_coverage():
    town = towns.lattice(6, 6)
    before = coverage.measure(town.demand, town.times).totals
    more = network.nearest(town.net, town.demand, towns.stations((0, 0), (600, 600)))
    after = coverage.measure(town.demand, more).totals
    assert (after.filter(like="within") >= before.filter(like="within")).all().all()
    assert (after["beyond"] < before["beyond"]).any()


def test_a_lattice_is_counted_by_area():
    town = towns.lattice(4, 4, people=10)
    table = coverage.measure(town.demand, town.times, reach_s=(300,)).by(town.areas)
    assert table["residents"].tolist() == [40, 40, 40, 40]
    assert table["residents_within_300"].tolist() == [30, 20, 10, 0]
    assert table["share"].tolist() == [0.75, 0.5, 0.25, 0.0]
    assert table["p50_s"].tolist() == pytest.approx([(90 + 100 * (j + 1)) / 1.2 for j in range(4)])


def test_an_area_without_homes_has_no_share():
    town = towns.lattice(2, 2)
    empty = towns.areas(shapely.box(5000, 0, 5100, 100))
    row = coverage.measure(town.demand, town.times).by(empty).iloc[0]
    assert row["households"] == 0
    assert np.isnan(row["share"])


def test_the_far_bank_is_blind_for_want_of_a_bridge():
    town = towns.river()
    spots = coverage.blind_spots(
        town.demand, town.times, reach_s=900, areas=town.areas, stations=town.stations
    )
    assert spots["members"].tolist() == ["b1"]
    assert spots["reason"].tolist() == ["detour"]
    assert spots["station"].tolist() == ["t0"]
    assert spots["area"].tolist() == [town.areas["code"].iloc[1]]
    assert spots["nearest_s"].tolist() == [town.known["b1_m"] / 1.2]


def test_an_island_is_cut_off():
    town = towns.island()
    spots = coverage.blind_spots(town.demand, town.times, reach_s=900, stations=town.stations)
    assert spots[["nearest_s", "reason", "station"]].to_numpy().tolist() == [
        [np.inf, "cut_off", ""]
    ]
    unserved = coverage.unserved(town.areas, town.demand, town.times, reach_s=900)
    assert unserved.index.tolist() == [town.areas["code"].iloc[1]]
    assert unserved["least_s"].tolist() == [np.inf]


def test_far_from_any_station_is_no_detour():
    town = towns.lattice(15, 1)
    spots = coverage.blind_spots(town.demand, town.times, reach_s=900, stations=town.stations)
    assert spots["reason"].tolist() == ["no_station"]
    assert spots["buildings"].tolist() == [5]


def test_a_spot_keeps_its_name_when_its_rim_is_served():
    town = towns.lattice(15, 1)
    town.demand.loc[14, "households"] = 50
    before, after = (
        coverage.blind_spots(town.demand, town.times, reach_s=reach) for reach in (900, 1000)
    )
    assert before["buildings"].iloc[0] > after["buildings"].iloc[0]
    assert before.index.tolist() == after.index.tolist()


def test_times_of_other_buildings_are_refused():
    town = towns.lattice(2, 2)
    fewer = layers.demand(town.demand.iloc[1:])
    with pytest.raises(SchemaError) as fault:
        coverage.measure(fewer, town.times)
    assert fault.value.where == ("b0",)
    twice = layers.demand(pd.concat([town.demand, town.demand.iloc[:1]]))
    with pytest.raises(SchemaError):
        coverage.blind_spots(twice, town.times, reach_s=900)


def test_questions_without_sense_are_refused():
    town = towns.lattice(2, 2)
    for reach in (0, -5, float("nan")):
        with pytest.raises(BadInput):
            coverage.blind_spots(town.demand, town.times, reach_s=reach)
    with pytest.raises(CrsError):
        coverage.measure(town.demand, town.times).by(town.areas.to_crs("EPSG:4548"))


def test_an_estimate_says_so():
    town = towns.lattice(3, 3)
    times = network.straight(town.demand, town.stations)
    assert coverage.measure(town.demand, times).estimated
    assert not coverage.measure(town.demand, town.times).estimated


@pytest.mark.parametrize(
    "module",
    [
        "geo.coverage.measuring", "geo.coverage.spots", "geo.coverage.unserved",
        "geo.coverage.choosing", "geo.coverage.clock", "geo.coverage.spread", "maps.brief",
        "geo.network.times", "geo.network.routes", "geo.network.zones", "geo.layers.hours",
    ],
)  # fmt: skip
def test_the_examples_are_true(module):
    names = {"towns": towns, "coverage": coverage, "network": network}
    result = doctest.testmod(importlib.import_module(module), extraglobs=names)
    assert result.attempted > 0
    assert result.failed == 0
