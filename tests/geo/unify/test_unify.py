"""Many nets, one truth: pieces tile, totals are conserved, and no plan goes below the bound."""

from itertools import pairwise, product

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import layers, unify
from geo.errors import BadInput, SchemaError

CRS = 4549
SIDE = 400.0


def net(name: str, shapes: list[shapely.Polygon]) -> gpd.GeoDataFrame:
    codes = [f"{name}{i:02d}" for i in range(len(shapes))]
    return gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs=CRS)


def strips(name: str, cuts: list[float], *, upright: bool = True) -> gpd.GeoDataFrame:
    """Cut the square into strips at some shares of its side."""
    at = [0.0, *(SIDE * c for c in sorted(set(cuts))), SIDE]
    ends = list(pairwise(at))
    boxes = [shapely.box(a, 0, b, SIDE) if upright else shapely.box(0, a, SIDE, b) for a, b in ends]
    return net(name, boxes)


def homes(seed: int, count: int = 60) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(seed)
    xy = rng.uniform(1, SIDE - 1, (count, 2)).round(2) + 0.005
    people = rng.integers(0, 20, count)
    return gpd.GeoDataFrame(
        {"id": [f"B{i}" for i in range(count)], "households": people, "residents": people * 3},
        geometry=shapely.points(xy), crs=CRS,
    )  # fmt: skip


cuts = st.lists(st.integers(1, 19).map(lambda n: n / 20), min_size=0, max_size=4)


@settings(max_examples=40, deadline=None)
@given(cuts, cuts, cuts, st.integers(0, 999))
def test_the_laws(a: list[float], b: list[float], c: list[float], seed: int) -> None:
    people = homes(seed)
    nets = {
        "party": strips("P", a),
        "safety": strips("S", b, upright=False),
        "city": strips("C", c),
    }
    found = unify.atoms(nets, people)
    assert shapely.union_all(found.shapes).equals(shapely.box(0, 0, SIDE, SIDE))
    assert shapely.area(found.shapes).sum() == pytest.approx(SIDE**2)
    assert found.counts.sum() == people["households"].sum()
    plan = unify.propose(found, norm=(0, 10_000))
    assert plan.bound <= plan.objective + 1e-9
    assert plan.objective == sum(plan.changed)
    assert all(shape.geom_type == "Polygon" for shape in plan.shapes)
    assert shapely.union_all(plan.shapes).equals(shapely.box(0, 0, SIDE, SIDE))
    for k in range(3):
        heirs = plan.heir[:, k]
        assert len(set(heirs[heirs >= 0])) == (heirs >= 0).sum()
    new = np.array([f"U{n}" for n in plan.of_homes()], dtype=object)
    old = np.append(found.named(0), "")[found.home]
    table = layers.crosswalk(people, old, new)
    assert table["households"].sum() == people["households"].sum()
    assert table["residents"].sum() == people["residents"].sum()
    numbers = pd.Series(np.arange(7, 7 + len(nets["party"])), index=nets["party"]["code"])
    numbers = numbers[numbers.index.isin(table["one"])]
    assert layers.restated(table, numbers).sum() == numbers.sum()


def test_nets_that_agree_change_nobody() -> None:
    same = {"party": strips("P", [0.3, 0.6]), "safety": strips("S", [0.3, 0.6])}
    found = unify.atoms(same, homes(1))
    assert len(found.shapes) == 3
    plan = unify.propose(found, norm=(0, 10_000))
    assert (plan.objective, plan.bound, plan.status) == (0.0, 0.0, "optimal")
    assert unify.agreement(found)["share"].tolist() == [1.0]
    assert len(unify.conflicts(found)) == 0


def test_a_hand_reckoned_plan() -> None:
    """Borders at 40 % and 50 %: the homes between go with one of the two, whoever they are."""
    people = gpd.GeoDataFrame(
        {"households": [50, 8, 42], "residents": [100, 16, 84]},
        geometry=shapely.points([(40, 50), (180, 50), (300, 50)]), crs=CRS,
    )  # fmt: skip
    nets = {"party": strips("P", [0.4]), "safety": strips("S", [0.5])}
    plan = unify.propose(unify.atoms(nets, people), norm=(0, 1000))
    assert (plan.objective, plan.status) == (8.0, "optimal")
    norms = unify.propose(unify.atoms(nets, people), norm=(45, 55))
    assert sorted(np.bincount(norms.of_homes(), people["households"])) == [50, 50]
    assert unify.conflicts(unify.atoms(nets, people))["households"].tolist() == [8]


def test_what_neighbours_draw_apart_by_a_hand_is_no_conflict() -> None:
    nets = {"party": strips("P", [0.5]), "safety": strips("S", [0.5 + 1.2 / SIDE])}
    found = unify.atoms(nets, homes(3), sliver_m=2.0)
    assert len(found.shapes) == 2
    assert len(unify.atoms(nets, homes(3), sliver_m=0.5).shapes) == 3


@pytest.mark.parametrize("seed", range(6))
def test_no_plan_at_all_goes_below_the_bound(seed: int) -> None:
    """Every way to give pieces to areas and names to areas, for two nets of two areas."""
    rng = np.random.default_rng(seed)
    people = homes(seed, 12)
    first, second = rng.uniform(0.2, 0.8, 2)
    nets = {"party": strips("P", [first]), "safety": strips("S", [second], upright=False)}
    found = unify.atoms(nets, people)
    least = np.inf
    for area in product(range(len(found.shapes)), repeat=len(found.shapes)):
        cost = 0.0
        for k in range(2):
            _, kept = unify.matched(
                np.array(area), found.label[:, k], found.counts.astype(float), (len(area), 2)
            )
            cost += found.counts.sum() - kept
        least = min(least, cost)
    plan = unify.propose(found, norm=(0, 1000))
    assert plan.bound <= least + 1e-6
    assert plan.objective >= least - 1e-6


def test_a_matching_is_the_best_there_is() -> None:
    one, other = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])
    partner, kept = unify.matched(one, other, np.array([5.0, 4.0, 4.0, 0.0]), (2, 2))
    assert kept == 8.0
    assert partner.tolist() == [1, 0]


def test_faults_are_named() -> None:
    people = homes(1)
    with pytest.raises(BadInput):
        unify.atoms({}, people)
    twice = net("P", [shapely.box(0, 0, 1, 1)] * 2).assign(code="P1")
    with pytest.raises(SchemaError, match="P1"):
        unify.atoms({"party": twice}, people)
    found = unify.atoms({"party": strips("P", [])}, people)
    with pytest.raises(BadInput):
        unify.propose(found, norm=(5, 1))
    with pytest.raises(BadInput):
        unify.propose(found, frame="city")
