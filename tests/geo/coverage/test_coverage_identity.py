"""Spots keep their names when they shrink, move, split and merge; and why they are blind."""

import numpy as np
import pandas as pd
import pytest
import towns
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from geo import coverage, layers, network

SEEDS = st.integers(0, 2**32 - 1)


def spots_of(seed: int, reach_s: float):
    """Scatter houses with made-up walks; give their spots and households."""
    rng = np.random.default_rng(seed)
    demand = towns.buildings(*rng.uniform(0, 2500, (40, 2)).tolist())
    demand["households"] = rng.integers(0, 9, 40)
    seconds = rng.uniform(0, 1800, 40)
    ids = demand["id"].to_numpy(object)
    rows = np.arange(40, dtype=np.int32)
    stations = np.array(["t0"], dtype=object)
    times = layers.TravelTimes(ids, stations, rows, rows * 0, seconds, seconds)
    return coverage.blind_spots(demand, times, reach_s=reach_s), demand.set_index("id")[
        "households"
    ]


def kept(spots, state: str = "open"):
    """Give spots as a store would: with a state."""
    return spots.assign(state=state)


def nothing():
    """Give no known spots."""
    return kept(spots_of(1, 5000)[0])


@given(SEEDS, st.floats(100, 1700))
@settings(max_examples=15)
def test_the_same_spots_keep_their_names(seed, reach_s):
    spots, homes = spots_of(seed, reach_s)
    first = coverage.recognised(nothing(), spots, homes)
    assert [s.event for s in first] == ["opened"] * len(spots)
    assert [s.spot for s in first] == spots.index.tolist()
    again = coverage.recognised(kept(spots), spots.iloc[::-1], homes)
    assert {s.event for s in again} <= {"kept"}
    assert [s.spot for s in again] == spots.index[::-1].tolist()


@given(SEEDS, st.floats(100, 1700), st.floats(100, 1700))
@settings(max_examples=8)
def test_every_spot_is_told_of_once_and_no_name_is_given_twice(seed, before_s, after_s):
    before, homes = spots_of(seed, before_s)
    after, _ = spots_of(seed, after_s)
    steps = coverage.recognised(kept(before), after, homes)
    now = [s for s in steps if s.row >= 0]
    gone = [s for s in steps if s.row < 0]
    assert [s.row for s in now] == list(range(len(after)))
    assert len({s.spot for s in steps}) == len(steps)
    assert {s.spot for s in gone} == set(before.index) - {s.spot for s in now}
    assert {s.event for s in gone} <= {"merged", "closed"}
    heirs = {s.spot for s in now}
    assert all(
        (s.event == "merged") == bool(s.other) and (s.other in heirs or not s.other) for s in gone
    )
    members = {s: set(layers.items(m)) for s, m in before["members"].items()}
    named = coverage.renamed(after, steps)
    for step in now:
        mine = set(layers.items(named.loc[step.spot, "members"]))
        if step.event in {"kept", "grew", "shrank"}:
            assert mine & members[step.spot]
        if step.event == "split":
            assert mine & members[step.other]
        if step.event == "opened":
            assert not any(mine & other for other in members.values())


def drawn(*rows: tuple[str, str, int, object]):
    """Make spots by hand: name, members, households, shape."""
    import geopandas as gpd

    names = pd.Index([r[0] for r in rows], dtype="str", name="spot_id")
    data = {"members": [r[1] for r in rows], "households": [r[2] for r in rows]}
    return gpd.GeoDataFrame(data, index=names, geometry=[r[3] for r in rows], crs=towns.CRS)


HOMES = pd.Series(5, index=[*"abcdefgh"])


def told(steps):
    """Give steps as plain tuples."""
    return [(s.spot, s.event, s.other) for s in steps]


def test_a_spot_that_splits_leaves_its_name_to_the_larger_part():
    old = kept(drawn(("B1", "a;b;c", 15, box(0, 0, 90, 30))))
    new = drawn(("B8", "c", 5, box(60, 0, 90, 30)), ("B9", "a;b", 10, box(0, 0, 50, 30)))
    assert told(coverage.recognised(old, new, HOMES)) == [
        ("B8", "split", "B1"),
        ("B1", "shrank", ""),
    ]


def test_spots_that_merge_take_the_name_of_the_larger_one():
    old = kept(drawn(("B1", "a", 5, box(0, 0, 30, 30)), ("B2", "b;c", 10, box(40, 0, 90, 30))))
    new = drawn(("B9", "a;b;c;d", 20, box(0, 0, 90, 30)))
    assert told(coverage.recognised(old, new, HOMES)) == [
        ("B2", "grew", ""),
        ("B1", "merged", "B2"),
    ]


def test_a_closed_spot_opens_again_under_its_name_but_yields_to_the_living():
    old = kept(drawn(("B1", "a;b", 10, box(0, 0, 30, 30))), "closed")
    new = drawn(("B9", "a", 5, box(0, 0, 20, 30)))
    assert told(coverage.recognised(old, new, HOMES)) == [("B1", "reopened", "")]
    both = pd.concat([old, kept(drawn(("B2", "a", 5, box(0, 0, 20, 30))))])
    assert told(coverage.recognised(both, new, HOMES)) == [("B2", "kept", "")]


def test_ground_tells_when_all_buildings_were_numbered_anew():
    old = kept(
        drawn(("B1", "x1;x2", 10, box(0, 0, 100, 100)), ("B2", "x3", 5, box(500, 0, 600, 100)))
    )
    new = drawn(("B9", "a;b", 10, box(10, 0, 100, 100)))
    assert told(coverage.recognised(old, new, HOMES)) == [("B1", "kept", ""), ("B2", "closed", "")]


def test_a_name_that_was_given_is_not_given_to_a_stranger():
    old = kept(drawn(("B1", "a", 5, box(0, 0, 30, 30))), "closed")
    new = drawn(("B1", "h", 5, box(900, 0, 930, 30)))
    (step,) = coverage.recognised(old, new, HOMES)
    assert step.event == "opened"
    assert step.spot != "B1"


def worlds(town: towns.Town, *kinds: str, reach_s: float = 900):
    """Walk through worlds in which barriers can be crossed."""
    made = {}
    for kind in kinds:
        gates = coverage.opened(town.barriers, town.gates, kind)
        net = network.build(town.streets, barriers=town.barriers, gates=gates)
        made[kind] = network.nearest(net, town.demand, town.stations)
    return made


def test_a_river_without_a_bridge_is_the_reason():
    town = towns.river()
    spots = coverage.blind_spots(
        town.demand,
        town.times,
        reach_s=900,
        stations=town.stations,
        worlds=worlds(town, "wall", "river"),
    )
    assert spots["reason"].tolist() == ["river"]
    assert spots[["if_wall", "if_river"]].to_numpy().tolist() == [[0, 5]]


def test_a_wall_without_a_gate_is_the_reason():
    town = towns.compound(gate=True)
    spots = coverage.blind_spots(
        town.demand,
        town.times,
        reach_s=200,
        stations=town.stations,
        worlds=worlds(town, "wall", "rail"),
    )
    assert spots["reason"].tolist() == ["wall"]


def test_shut_gates_are_open_in_the_world_of_walls_only():
    town = towns.compound()
    shut = towns.gates((50.0, 110.0), foot="no")
    assert set(coverage.opened(town.barriers, shut, "wall")["foot"]) == {"yes"}
    assert coverage.opened(town.barriers, shut, "river")["foot"].tolist() == ["no"]
    far = coverage.opened(town.barriers, shut, "wall", near=towns.buildings((9e4, 9e4)), reach_m=50)
    assert len(far) == 1


def test_closed_hours_are_the_reason_before_walls():
    town = towns.lattice(15, 1)
    none = network.nearest(town.net, town.demand, layers.stations(town.stations.iloc[:0]))
    spots = coverage.blind_spots(
        town.demand, none, reach_s=900, worlds={"wall": town.times, "hours": town.times}
    )
    assert spots["reason"].tolist() == ["hours"]
    assert int(spots["if_hours"].sum()) == 50


def test_a_world_that_serves_less_than_half_explains_nothing():
    town = towns.lattice(15, 1)
    few = network.nearest(town.net, town.demand, towns.stations((1500.0, 0.0)), limit_s=200)
    spots = coverage.blind_spots(
        town.demand, town.times, reach_s=900, stations=town.stations, worlds={"service": few}
    )
    assert spots["reason"].tolist() == ["no_station"]
    assert 0 < int(spots["if_service"].sum()) < int(spots["households"].sum()) / 2


@pytest.mark.parametrize("reason", coverage.REASONS)
def test_every_reason_is_told_in_words(reason):
    town = towns.lattice(15, 1)
    spots = coverage.blind_spots(town.demand, town.times, reach_s=900).assign(reason=reason)
    none = coverage.unserved(town.areas, town.demand, town.times, reach_s=9000)
    (told,) = coverage.findings(spots, none, reach_s=900)
    assert told.hint_zh
    assert "：" in told.zh
