"""Distribution, norms with their sources, and areas that nobody looks after."""

import numpy as np
import pandas as pd
import pytest
import towns
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from shapely.geometry import box

from geo import coverage, network

AMOUNTS = arrays(np.float64, st.integers(1, 12), elements=st.floats(0.1, 1000))


def plain_gini(x, w):
    """Reckon the mean difference of all pairs."""
    mean = float(x @ w / w.sum())
    pairs = sum(
        a * b * abs(p - q) for p, a in zip(x, w, strict=True) for q, b in zip(x, w, strict=True)
    )
    return pairs / (2 * w.sum() ** 2 * mean)


@given(AMOUNTS, st.data())
@settings(max_examples=60)
def test_gini_is_the_mean_difference(x, data):
    w = data.draw(arrays(np.float64, len(x), elements=st.floats(0.5, 9)))
    found = coverage.gini(x, w)
    assert found == pytest.approx(plain_gini(x, w), abs=1e-9)
    assert coverage.gini(7 * x, w) == pytest.approx(found, abs=1e-9)
    assert coverage.gini(np.r_[x, x], np.r_[w, w]) == pytest.approx(found, abs=1e-9)
    assert 0 <= found < 1


def test_gini_of_equals_and_of_nobody():
    assert coverage.gini(np.full(5, 3.0), np.ones(5)) == pytest.approx(0)
    assert np.isnan(coverage.gini(np.ones(2), np.zeros(2)))
    assert coverage.gini(np.zeros(2), np.ones(2)) == 0


def test_totals_are_conserved_across_levels():
    town = towns.lattice(4, 4)
    found = coverage.measure(town.demand, town.times, reach_s=(300,), reach_m=(500,))
    whole = towns.areas(box(0, 0, 400, 400), level="subdistrict")
    for people in coverage.PEOPLE:
        for name in (people, f"{people}_within_300", f"{people}_within_500m"):
            assert found.by(town.areas)[name].sum() == found.by(whole)[name].sum()
    parts, all_ = coverage.spread(found, town.areas), coverage.spread(found)
    assert parts["total"].groupby("people").sum().eq(all_.loc[""]["total"]).all()
    beyond = (parts["beyond"].fillna(0) * parts["total"]).groupby("people").sum()
    assert beyond.to_dict() == pytest.approx(
        (all_.loc[""]["beyond"].fillna(0) * all_.loc[""]["total"]).to_dict()
    )


def test_a_lattice_has_a_known_spread():
    town = towns.lattice(4, 1)
    row = coverage.spread(coverage.measure(town.demand, town.times, reach_s=(200,))).loc[
        ("", "households")
    ]
    walks = np.array([90, 190, 290, 390]) / 1.2
    assert row["total"] == 20
    assert (row["p50_s"], row["p90_s"], row["worst_s"]) == pytest.approx(
        (walks[1], walks[3], walks[3])
    )
    assert row["mean_s"] == pytest.approx(walks.mean())
    assert row["gini"] == pytest.approx(plain_gini(walks, np.ones(4)))
    assert row["beyond"] == 0.5
    nobody = coverage.spread(coverage.measure(town.demand, town.times)).loc[("", "disabled")]
    assert nobody["total"] == 0
    assert np.isnan(nobody["beyond"])


def test_those_who_are_cut_off_are_counted_apart():
    town = towns.island()
    row = coverage.spread(coverage.measure(town.demand, town.times)).loc[("", "households")]
    assert row["cut_off"] == 5
    assert row["p50_s"] == pytest.approx(50)
    assert row["worst_s"] == np.inf


def test_norms_are_judged_area_by_area_and_name_their_source():
    town = towns.lattice(4, 2)
    town.stations["area_m2"] = 9.0
    staff = pd.DataFrame(
        {"role": ["grid_worker", "microgrid_leader"], "area": [town.areas["code"][0] + "001"] * 2}
    )
    found = coverage.audit(
        town.areas, town.demand, town.stations, staff=staff, walks={"station_300m": town.times}
    )
    south, north = town.areas["code"]
    floor = found.loc[(south, "floor")]
    assert (floor["value"], floor["target"], bool(floor["met"]), floor["short"]) == (
        45.0,
        30.0,
        True,
        0.0,
    )
    assert found.loc[(north, "floor"), "short"] == pytest.approx(6.0)
    workers = found.loc[(south, "workers")]
    assert workers["value"] == pytest.approx(1 / 40 * 10_000)
    assert not found.loc[(north, "workers"), "met"]
    radius = found.loc[(south, "station_300m")]
    assert (radius["value"], radius["short"]) == (0.75, 5.0)
    assert (found["source"].str.len() > 5).all()
    assert set(found["confidence"]) <= {"H", "M", "L"}
    assert "culture_500m" not in found.index.get_level_values("norm")


def test_what_is_not_known_is_not_judged():
    town = towns.lattice(2, 2)
    found = coverage.audit(town.areas, town.demand, town.stations)
    assert set(found.index.get_level_values("norm")) == {"floor"}


def test_areas_that_nobody_looks_after_are_named_by_level():
    community = towns.areas(box(0, 0, 200, 100), box(200, 0, 400, 100))
    grid = towns.areas(*(box(x, 0, x + 100, 100) for x in (0, 100, 200, 300)), level="grid")
    first, second = community["code"]
    grid["code"] = [f"{first}001", f"{first}002", f"{second}001", f"{second}002"]
    grid["parent"] = [first, first, second, second]
    levels = {"community": community, "grid": grid}
    bodies = coverage.Bodies(
        staff=pd.DataFrame(
            {"role": ["grid_worker", "volunteer"], "area": [f"{first}001", f"{second}001"]}
        ),
        stations=towns.stations((50, 50)),
        councils=pd.DataFrame({"community": [first, second], "territory": ["", f"{second}002"]}),
    )
    table = coverage.administrative(levels, bodies)
    assert table.loc["grid", "worker"].tolist() == [1, 0, 0, 0]
    assert table.loc["grid", "council"].tolist() == [1, 1, 0, 1]
    assert table.loc["community", "worker"].tolist() == [1, 0]
    assert table.loc["community", "station"].tolist() == [1, 0]
    assert table["branch"].isna().all()
    assert table.loc["community", "lacks"].tolist() == ["", "worker;station"]
    assert table.loc["grid", "lacks"].tolist() == ["", "worker", "worker;council", "worker"]
    told = coverage.lacking(table, levels)
    assert len(told) == 6
    assert {f.code for f in told} == {"NO_WORKER", "NO_STATION", "NO_COUNCIL"}
    assert all(f.place is not None and f.zh and f.hint_en for f in told)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_another_body_never_makes_an_area_lack_more(seed):
    rng = np.random.default_rng(seed)
    grid = towns.areas(*(box(100 * i, 0, 100 * i + 100, 100) for i in range(6)), level="grid")
    codes = grid["code"].tolist()

    def lacks(count: int) -> int:
        picked = np.random.default_rng(seed).choice(codes, count)
        staff = pd.DataFrame({"role": "grid_worker", "area": ["0" * 15, *picked]})
        table = coverage.administrative({"grid": grid}, coverage.Bodies(staff=staff))
        return int((table["lacks"] != "").sum())

    few, many = sorted(rng.integers(0, 12, 2).tolist())
    assert lacks(many) <= lacks(few)


def test_a_new_station_never_lowers_a_share():
    town = towns.lattice(6, 6)
    more = network.nearest(town.net, town.demand, towns.stations((0, 0), (600, 600)))
    before, after = (coverage.measure(town.demand, t, reach_m=(500,)) for t in (town.times, more))
    assert (after.totals["within_500m"] >= before.totals["within_500m"]).all()
    assert (
        coverage.spread(after)["beyond"].dropna() <= coverage.spread(before)["beyond"].dropna()
    ).all()
