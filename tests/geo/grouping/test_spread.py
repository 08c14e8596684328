"""The bound of spreading metrics: never above a plan, exact where one border parts all."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.grouping import measure
from geo.grouping.found import Found
from geo.grouping.solve import ready
from geo.grouping.spread import spread
from geo.layers import Clock

from .lattice import lattice

some = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


@some
@given(st.lists(st.integers(1, 5), min_size=12, max_size=12), st.integers(2, 4))
def test_no_plan_within_the_bounds_is_better(weight: list[int], k: int) -> None:
    asked = lattice(4, 3, k, weight=weight, upper=1.5 * sum(weight) / k, objective="cut")
    low = spread(asked, Found(np.zeros(12, dtype=np.int32)), Clock(3600))
    assert low > 0
    rng = np.random.default_rng(sum(weight))
    for labels in rng.integers(0, k, (300, 12)).astype(np.int32):
        if np.all(measure.loads(asked, labels) <= asked.upper):
            assert measure.objective(asked, labels) >= low


def test_a_street_is_cut_once() -> None:
    asked = lattice(8, 1, 2, tolerance=0.1, objective="cut")
    assert spread(asked, Found(np.zeros(8, dtype=np.int32)), Clock(3600)) == pytest.approx(1.0)


def test_nothing_is_bounded_where_one_group_may_hold_all() -> None:
    asked = lattice(4, 1, 2, objective="cut")
    assert spread(asked, Found(np.zeros(4, dtype=np.int32)), Clock(3600)) == 0.0


def test_nothing_is_compiled_within_a_limit_of_time() -> None:
    from geo.grouping import bound, cover, grow, harvest, moves, separate, shapes
    from geo.grouping import spread as spreading

    ready()
    kernels = [
        bound._climb, cover._search, grow._join, grow._grow_rounds, harvest.harvest, moves.anneal,
        separate.minimal, separate.pieces, shapes._lane, spreading._trees,
    ]  # fmt: skip
    assert all(len(kernel.signatures) == 1 for kernel in kernels)
