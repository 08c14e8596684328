"""Clusters stand for their units: what a plan is worth does not depend on the level it is seen at."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.grouping import board as boards
from geo.grouping import levels, measure, trees
from geo.grouping.found import Found
from geo.grouping.herd import herd
from geo.layers import Clock

from .lattice import lattice, solved


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.integers(0, 999))
def test_a_plan_is_worth_the_same_at_every_level(seed: int) -> None:
    rng = np.random.default_rng(seed)
    asked = lattice(12, 9, 4, tolerance=0.3, weight=rng.integers(1, 4, 108), objective="cut")
    board = boards.field(asked)
    labels = trees.planted(board, rng)
    assert labels is not None
    ladder = levels.ladder(board, labels, rng)
    assert ladder
    seen = labels
    for level in ladder:
        finer, seen = seen, levels.lifted(seen, level.cluster)
        assert (seen[level.cluster] == finer).all()
        below, above = boards.state(board, labels, 1), boards.state(level.board, seen, 1)
        assert np.allclose(below.value, above.value)
        assert np.allclose(below.load, above.load)


@settings(max_examples=3, deadline=None, derandomize=True)
@given(st.integers(0, 999))
def test_children_keep_the_rules_and_the_herd_knows_no_plan_twice(seed: int) -> None:
    rng, clock = np.random.default_rng(seed), Clock(600.0)
    asked = lattice(8, 8, 4, tolerance=0.1, objective="cut")
    board, found = boards.field(asked), Found(np.zeros(64, dtype=np.int32))
    for _ in range(3):
        labels = trees.planted(board, rng)
        assert labels is not None
        found.offer(labels, *boards.state(board, labels, 1).value[[2, 1]].tolist())
    bred = herd(board, found, whole=True)
    bred.grow(found, rng, clock)
    assert measure.faults(asked, found.labels) == []
    parted = {
        bytes(a[asked.adjacency.pairs[:, 0]] != a[asked.adjacency.pairs[:, 1]])
        for *_, a in bred.plans
    }
    assert len(parted) == len(bred.plans)


def test_a_wide_square_falls_into_quarters() -> None:
    plan = solved(lattice(14, 14, 4, tolerance=0.02, objective="cut"), bounded=False)
    assert plan.objective == 28.0
