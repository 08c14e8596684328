"""Problems with known answers, and problems without one."""

import doctest
import sys

import numpy as np
import pytest

from geo import grouping
from geo.errors import BadInput, Infeasible, SchemaError

from .lattice import adjacency, edges, lattice, solved


def test_four_quarters_of_a_square() -> None:
    plan = solved(lattice(6, 6, 4, tolerance=0.0))
    assert sorted(plan.loads) == [9, 9, 9, 9]
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(4 * (4 * 100.0**2 + 4 * 2 * 100.0**2))


def test_the_example_of_the_maker_holds() -> None:
    assert doctest.testmod(sys.modules["geo.grouping.problem"]).failed == 0


def test_every_group_has_a_lead_though_the_leads_sit_together() -> None:
    leads = [i in (0, 1, 2) for i in range(12)]
    plan = solved(lattice(4, 3, 3, tolerance=0.5, leads=leads))
    assert {int(g) for g in plan.labels[:3]} == {0, 1, 2}


def test_leads_as_centres_serve_within_their_capacity() -> None:
    lead = [i in (0, 11) for i in range(12)]
    capacity = [8 if i == 0 else 5 if i == 11 else 0 for i in range(12)]
    plan = solved(
        lattice(4, 3, 2, leads=lead, leads_are="centres", capacity=capacity, objective="walk")
    )
    assert plan.status == "optimal"
    assert plan.centres.tolist() == [0, 11]
    assert plan.loads[0] <= 8
    assert plan.loads[1] <= 5


def test_costs_replace_the_geometry_and_groups_stay_connected() -> None:
    costs = np.full((5, 5), 10.0)
    costs[:, 0] = [0, 9, 1, 1, 1]
    costs[:, 4] = [1, 1, 9, 1, 0]
    near = adjacency(edges(5, 1), 5)
    asked = grouping.problem(
        ids=near.ids, adjacency=near, groups=2, weight=np.ones(5), costs=costs, lower=1
    )
    plan = solved(asked)
    assert grouping.faults(asked, plan.labels) == []
    assert plan.status == "optimal"
    assert plan.objective == 11.0


def test_ties_and_locks_hold() -> None:
    asked = lattice(
        4, 3, 2, tolerance=0.2, together=[("u0", "u11")], apart=[("u5", "u6")], locked={"u3": 1}
    )
    plan = solved(asked)
    assert plan.labels[0] == plan.labels[11]
    assert plan.labels[5] != plan.labels[6]
    assert plan.labels[3] == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"upper": 3}, "hold at most"),
        ({"lower": 8}, "need at least"),
        ({"weight": [9, *[1] * 11], "upper": 8}, "u0 alone weighs 9"),
        ({"leads": [True, *[False] * 11]}, "'lead', there are 1"),
        ({"together": [("u1", "u2")], "apart": [("u2", "u1")]}, "together and apart"),
        ({"locked": {f"u{i}": 0 for i in range(12)}}, "cannot fill 1 groups"),
    ],
)
def test_a_clash_is_named(options: dict[str, object], words: str) -> None:
    with pytest.raises(Infeasible, match=words) as caught:
        solved(lattice(4, 3, 2, **options))
    assert caught.value.zh


def test_an_island_without_a_lead_is_named() -> None:
    pairs = np.array([[0, 1], [1, 2], [3, 4]], dtype=np.int32)
    near = adjacency(pairs, 5)
    asked = grouping.problem(
        ids=near.ids,
        adjacency=near,
        groups=2,
        weight=np.ones(5),
        xy=np.zeros((5, 2)),
        leads=[True, True, True, False, False],
    )
    with pytest.raises(Infeasible, match="no group around u3") as caught:
        solved(asked)
    assert "u3" in caught.value.where


def test_every_fault_of_a_problem_is_told_at_once() -> None:
    with pytest.raises(SchemaError) as caught:
        lattice(3, 2, 9, weight=[-1.0] * 6, objective="beauty", together=[("u0", "nobody")])
    assert len(caught.value.where) == 4


def test_a_warm_start_must_fit() -> None:
    with pytest.raises(BadInput):
        solved(lattice(3, 2, 2), warm_start=np.zeros(3, dtype=np.int32))


def test_every_member_has_a_reason() -> None:
    asked = lattice(6, 6, 4, tolerance=0.0)
    told = grouping.reasons(asked, solved(asked))
    assert list(told.index) == list(asked.ids)
    border = told[told["other"] >= 0]
    assert (border["breaks"].str.contains("lower")).all()
    assert (told["zh"] != "").all()
    assert (told["en"] != "").all()
    assert (border["rise"] > 0).all()


@pytest.mark.parametrize("objective", ["inertia", "walk", "cut"])
def test_units_without_neighbours_are_groups_of_their_own(objective: str) -> None:
    none = np.zeros((0, 2), dtype=np.int32)
    alone = adjacency(none, 4)
    told = {"ids": alone.ids, "weight": [1, 2, 3, 4], "adjacency": alone, "objective": objective}
    told["xy"] = [(0, 0), (100, 0), (0, 100), (100, 100)]
    plan = grouping.solve(grouping.problem(groups=4, **told), rng=np.random.default_rng(1))
    assert sorted(plan.labels) == [0, 1, 2, 3]
    with pytest.raises(Infeasible):
        grouping.solve(grouping.problem(groups=3, **told), rng=np.random.default_rng(1))


@pytest.mark.parametrize("objective", ["inertia", "walk", "cut"])
def test_one_unit_is_one_group(objective: str) -> None:
    plan = solved(lattice(1, 1, 1, objective=objective))
    assert (plan.status, plan.objective, plan.bound) == ("optimal", 0.0, 0.0)


def test_units_without_weight_are_parted_all_the_same() -> None:
    nothing = {"weight": np.zeros(6), "tolerance": 0.0}
    seats = {"costs": np.ones((6, 3)), "seats": [0, 1, 2]}
    assert solved(lattice(3, 2, 2, objective="cut", **nothing), effort=1.0).objective == 2.0
    assert solved(lattice(3, 2, 1, **seats, **nothing)).objective == 6.0
