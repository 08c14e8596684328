"""Every optional rule, alone and together: kept, exact beside all plans, never a false bound."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo import grouping
from geo.errors import Infeasible
from geo.grouping import measure

from .lattice import lattice, solved

seconds = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
SHAPES = [(3, 2), (4, 2), (3, 3), (7, 1)]


@st.composite
def ruled(draw: st.DrawFn) -> grouping.Problem:
    """Up to nine units in two or three groups, with a few of all rules there are."""
    columns, rows = draw(st.sampled_from(SHAPES))
    n, k = columns * rows, draw(st.integers(2, 3))

    def numbers(most: int) -> list[int]:
        return draw(st.lists(st.integers(0, most), min_size=n, max_size=n))

    def flags() -> list[bool]:
        return draw(st.lists(st.booleans(), min_size=n, max_size=n))

    unit = st.integers(0, n - 1).map("u{}".format)
    pair = st.tuples(unit, unit).filter(lambda p: p[0] != p[1])
    offers: dict[str, Any] = {
        "border": st.sampled_from([5.0, 1e4]),
        "resources": st.builds(lambda: {"nurse": flags(), "lawyer": flags()}),
        "loads": st.builds(lambda: {"elders": (numbers(4), 0.6)}),
        "met": st.builds(lambda: {"cars": (numbers(2), numbers(4))}),
        "together": st.lists(pair, max_size=1),
        "apart": st.lists(pair, max_size=1),
        "locked": st.dictionaries(unit, st.integers(0, k - 1), max_size=2),
        "barriers": st.dictionaries(pair, st.just("river"), max_size=2),
        "bridges": st.dictionaries(pair, st.just(1.0), max_size=1),
    }
    chosen = draw(st.sets(st.sampled_from(sorted(offers)), max_size=3))
    asked = {name: draw(offers[name]) for name in sorted(chosen)}
    if "resources" in asked and draw(st.booleans()):
        asked["min_resources"] = 1
    if draw(st.booleans()):
        asked |= {"previous": [x % k for x in numbers(k)], "moved_max": draw(st.integers(0, n))}
    if draw(st.booleans()):
        lines = draw(st.lists(st.sampled_from(["east", "west", ""]), min_size=n, max_size=n))
        asked |= {"lines": lines, "lines_are": draw(st.sampled_from(["soft", "hard"]))}
    return lattice(
        columns,
        rows,
        k,
        weight=[1 + x for x in numbers(4)],
        objective=draw(st.sampled_from(["inertia", "walk", "cut"])),
        tolerance=draw(st.sampled_from([0.4, 0.8])),
        **asked,
    )


def brute(problem: grouping.Problem) -> float:
    """Value of the best plan, by trying every one."""
    plans = itertools.product(range(problem.k), repeat=problem.n)
    values = (
        measure.objective(problem, plan)
        for plan in (np.array(labels, dtype=np.int32) for labels in plans)
        if (problem.named or plan[0] == 0) and not measure.faults(problem, plan)
    )
    return min(values, default=np.inf)


@seconds
@given(ruled())
def test_with_any_rules_the_answer_is_the_best_of_all_plans(problem: grouping.Problem) -> None:
    best = brute(problem)
    if not np.isfinite(best):
        with pytest.raises(Infeasible):
            solved(problem, effort=0.02)
        return
    plan = solved(problem, effort=0.02)
    assert grouping.faults(problem, plan.labels) == []
    assert plan.status == "optimal"
    assert plan.objective == pytest.approx(best)


def test_nothing_moves_when_nothing_may() -> None:
    before = np.array([0, 0, 1, 1, 1, 1], dtype=np.int32)
    plan = solved(lattice(6, 1, 2, previous=before, moved_max=0))
    assert plan.labels.tolist() == before.tolist()


def test_one_may_move_and_groups_keep_their_numbers() -> None:
    before = np.array([1, 1, 0, 0, 0, 0], dtype=np.int32)
    asked = lattice(6, 1, 2, previous=before, moved_max=1)
    plan = solved(asked)
    assert plan.labels.tolist() == [1, 1, 1, 0, 0, 0]
    assert grouping.moved(asked, plan.labels) == 1


def test_a_new_unit_joins_without_anybody_moving() -> None:
    plan = solved(lattice(6, 1, 2, previous=[0, 0, 0, 1, 1, -1], moved_max=0))
    assert plan.labels.tolist() == [0, 0, 0, 1, 1, 1]


def test_what_counts_when_a_unit_moves_can_be_its_households() -> None:
    before = [0, 0, 0, 0, 1, 1]
    asked = lattice(6, 1, 2, previous=before, moved_max=4, moving=[1, 1, 1, 50, 1, 1])
    assert solved(asked).labels.tolist() == before


def test_two_loads_are_balanced_at_once() -> None:
    elders = [4, 0, 0, 0, 0, 0, 0, 4]
    plan = solved(lattice(4, 2, 2, tolerance=0.0, loads={"elders": (elders, 0.0)}))
    assert [np.dot(elders, plan.labels == g) for g in (0, 1)] == [4, 4]


def test_needs_are_met_within_the_group() -> None:
    needs, offers = [1, 1, 1, 1, 0, 0], [0, 0, 3, 0, 0, 1]
    plan = solved(lattice(6, 1, 2, met={"cars": (needs, offers)}))
    for g in (0, 1):
        assert np.dot(np.subtract(offers, needs), plan.labels == g) >= 0


def test_most_of_the_skills_are_enough_when_most_are_asked() -> None:
    skills = {"a": [1, 0, 0, 0, 0, 1], "b": [1, 0, 0, 0, 0, 0], "c": [0, 1, 0, 0, 1, 0]}
    assert solved(lattice(6, 1, 2, resources=skills, min_resources=2)).status == "optimal"
    with pytest.raises(Infeasible):
        solved(lattice(6, 1, 2, resources=skills))


def test_hard_lines_are_never_crossed_and_soft_ones_are_followed_when_it_pays() -> None:
    lines = ["east", "east", "west", "west", "west", "west"]
    asked = {"lines": lines, "objective": "cut", "lower": 1}
    hard = solved(lattice(6, 1, 2, lines_are="hard", **asked))
    assert hard.labels.tolist() == [0, 0, 1, 1, 1, 1]
    soft = solved(lattice(6, 1, 2, lines_are="soft", line_fee=3.0, **asked))
    assert soft.labels.tolist() == hard.labels.tolist()
    assert soft.objective == 1.0
    even = solved(lattice(6, 1, 2, lines_are="soft", line_fee=3.0, **asked | {"lower": 3}))
    assert even.objective == 4.0


def test_a_river_parts_neighbours_and_a_bridge_makes_them() -> None:
    parted = solved(lattice(3, 2, 2, barriers={("u0", "u3"): "river", ("u1", "u4"): "river"}))
    assert parted.status == "optimal"
    with pytest.raises(Infeasible, match="parts"):
        solved(lattice(4, 1, 1, barriers={("u1", "u2"): "river"}))
    assert solved(
        lattice(4, 1, 1, barriers={("u1", "u2"): "river"}, bridges={("u0", "u3"): 1.0})
    ).labels.tolist() == [0, 0, 0, 0]


def test_only_seats_are_centres() -> None:
    plan = solved(lattice(6, 1, 2, seats=[0, 5]))
    assert plan.centres.tolist() == [0, 5]


def test_a_range_of_k_gives_the_best_of_all() -> None:
    problems = [lattice(4, 3, k, tolerance=0.3, objective="cut") for k in (2, 3, 4)]
    answers = grouping.solve_all(problems, rng=np.random.default_rng(1), effort=0.1)
    assert answers.groups[answers.best] == 2
    assert answers.plans[answers.best].status == "optimal"
    assert [row["status"] for row in answers.tried()] == ["optimal"] * 3


def test_fractions_at_the_bound_are_kept() -> None:
    plan = solved(lattice(6, 1, 2, weight=[0.1, 0.2, 0.3, 0.1, 0.2, 0.3], upper=0.6, lower=0.6))
    assert plan.labels.tolist() == [0, 0, 0, 1, 1, 1]
