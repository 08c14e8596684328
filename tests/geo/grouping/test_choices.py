"""Different plans are different, and a looser rule never costs."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo import grouping
from geo.grouping import alternatives, likeness, measure, pareto

from .lattice import lattice, solved

few = settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@few
@given(
    st.sampled_from(["inertia", "walk", "cut"]), st.integers(0, 99), st.sampled_from([0.1, 0.25])
)
def test_another_plan_keeps_every_rule_and_differs_as_asked(
    objective: str, seed: int, differ: float
) -> None:
    problem = lattice(5, 4, 4, tolerance=0.3, objective=objective)
    best = solved(problem)
    plans = [best.labels]
    for _ in range(2):
        found = alternatives.another(
            problem, plans, differ=differ, rng=np.random.default_rng(seed), effort=0.1
        )
        assert found is not None
        assert grouping.faults(problem, found.labels) == []
        assert found.objective == pytest.approx(measure.objective(problem, found.labels))
        assert best.bound is not None
        assert found.objective >= best.bound - 1e-6
        for labels in plans:
            assert likeness.moved(labels, found.labels) >= differ * problem.n
        plans.append(found.labels)


def test_where_there_is_one_plan_only_there_is_no_other() -> None:
    problem = lattice(4, 1, 2, tolerance=0.01)
    only = solved(problem)
    assert (
        alternatives.another(problem, [only.labels], differ=0.25, rng=np.random.default_rng(1))
        is None
    )


@few
@given(st.lists(st.integers(1, 5), min_size=9, max_size=9), st.sampled_from(["inertia", "walk"]))
def test_a_looser_rule_never_gives_a_worse_plan(weight: list[int], objective: str) -> None:
    limits = ((0.1,), (0.6,))
    problems = [
        (t, lattice(3, 3, 3, weight=weight, tolerance=t[0], objective=objective)) for t in limits
    ]
    points = pareto.surface(problems, rng=np.random.default_rng(1), time_limit_s=600)
    assert [p.limits for p in points] == list(limits)
    known = [p for p in points if p.plan is not None]
    values = [p.plan.objective for p in known if p.plan]
    assert values == sorted(values, reverse=True)
    for point, (_, problem) in zip(points, problems, strict=True):
        if point.plan is None:
            assert point.status == "infeasible"
            continue
        assert grouping.faults(problem, point.plan.labels) == []
        assert point.plan.bound is None or point.plan.bound <= point.plan.objective
        assert (point.status == "optimal") == (point.plan.gap == 0.0)
    states = [p.plan is None for p in points]
    assert states == sorted(states, reverse=True)


@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=9
    )
)
def test_the_front_is_what_nothing_beats(rows: list[tuple[int, int, int]]) -> None:
    table = np.array(rows, dtype=float)
    free = pareto.undominated(table)

    def beats(a: np.ndarray, b: np.ndarray) -> bool:
        return bool((a <= b).all() and (a < b).any())

    for i, row in enumerate(table):
        beaten = any(beats(other, row) for other in table)
        twin = any((table[j] == row).all() for j in range(i))
        assert free[i] == (not beaten and not twin)


def test_who_has_no_time_for_a_point_says_so() -> None:
    problem = lattice(4, 4, 3, tolerance=0.3)
    points = pareto.surface(
        [((0.1,), problem), ((0.2,), problem)], rng=np.random.default_rng(1), time_limit_s=0.0
    )
    assert points[0].plan is not None
    assert points[1].status == "unknown"
