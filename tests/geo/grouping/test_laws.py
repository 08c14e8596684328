"""What holds for every answer, whatever is asked."""

import itertools

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo import grouping
from geo.errors import Infeasible, Stopped
from geo.grouping import measure
from geo.layers import Adjacency

from .lattice import lattice, solved

seconds = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@st.composite
def small(draw: st.DrawFn) -> grouping.Problem:
    """Up to nine units, two or three groups, loads, leads and objective drawn."""
    columns, rows = draw(st.sampled_from([(3, 3), (4, 2), (8, 1), (3, 2)]))
    n = columns * rows
    weight = draw(st.lists(st.integers(1, 5), min_size=n, max_size=n))
    leads = draw(st.none() | st.lists(st.booleans(), min_size=n, max_size=n))
    return lattice(
        columns,
        rows,
        draw(st.integers(2, 3)),
        weight=weight,
        leads=leads,
        tolerance=draw(st.sampled_from([0.3, 0.6])),
        objective=draw(st.sampled_from(["inertia", "walk", "cut"])),
    )


def brute(problem: grouping.Problem) -> float:
    """Value of the best plan, by trying every one."""
    best = np.inf
    for labels in itertools.product(range(problem.k), repeat=problem.n):
        plan = np.array(labels, dtype=np.int32)
        if labels[0] == 0 and not measure.faults(problem, plan):
            best = min(best, measure.objective(problem, plan))
    return best


@seconds
@given(small())
def test_the_answer_is_the_best_of_all_plans_or_there_is_none(problem: grouping.Problem) -> None:
    best = brute(problem)
    if not np.isfinite(best):
        with pytest.raises(Infeasible):
            solved(problem)
        return
    plan = solved(problem)
    assert grouping.faults(problem, plan.labels) == []
    assert plan.objective == pytest.approx(best)
    assert plan.bound is None or plan.bound <= best * (1 + 1e-9)
    if plan.status == "optimal":
        assert plan.gap == 0.0


@seconds
@given(st.permutations(range(12)))
def test_the_order_of_units_changes_nothing(order: list[int]) -> None:
    weight = np.array([3, 1, 2, 2, 1, 3, 1, 1, 2, 3, 2, 1], dtype=float)
    problem = lattice(4, 3, 3, weight=weight, tolerance=0.3)
    ids, near = problem.ids[order], problem.adjacency
    shuffled = grouping.problem(
        ids=ids,
        adjacency=Adjacency(near.ids, near.pairs, near.length_m),
        groups=3,
        weight=weight[order],
        xy=problem.xy[order],
        tolerance=0.3,
    )
    here, there = solved(problem), solved(shuffled)
    assert here.status == there.status == "optimal"
    assert here.objective == pytest.approx(there.objective)


@pytest.mark.parametrize("objective", ["inertia", "walk", "cut"])
def test_one_seed_gives_one_answer(objective: str) -> None:
    problem = lattice(7, 6, 4, tolerance=0.1, objective=objective)
    first, second = solved(problem), solved(problem)
    assert first.labels.tolist() == second.labels.tolist()
    assert first.bound == second.bound


def test_a_warm_start_is_never_lost() -> None:
    problem = lattice(6, 6, 4, tolerance=0.0, objective="cut")
    quarters = np.array([(i % 6 >= 3) + 2 * (i // 6 >= 3) for i in range(36)])
    plan = solved(problem, warm_start=quarters, effort=0.01)
    assert plan.objective <= 12


@pytest.mark.parametrize("step", ["search", "bound", "cuts", "proof", "groups"])
def test_who_stops_us_gets_the_best_so_far(step: str) -> None:
    asked = lattice(7, 6, 4, tolerance=0.1, objective="cut" if step == "groups" else "inertia")
    heard = []

    def stop(name: str, done: float, total: float) -> None:
        heard.append(name)
        if name == step and len(heard) > 1:
            raise Stopped("enough", zh="够了")

    plan = solved(asked, progress=stop)
    assert grouping.faults(asked, plan.labels) == []
    assert plan.bound is None or plan.bound <= plan.objective
