"""Random trees part units into connected groups whose loads are nearly within the bounds."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.grouping import board as boards
from geo.grouping import measure, trees

from .lattice import lattice


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.integers(0, 999))
def test_trees_part_into_connected_groups_near_the_bounds(seed: int) -> None:
    asked = lattice(8, 6, 4, tolerance=0.2, objective="cut")
    board = boards.field(asked)
    assert trees.usable(board)
    labels = trees.planted(board, np.random.default_rng(seed))
    assert labels is not None
    assert (measure.fragments(asked, labels) == 1).all()
    load = measure.loads(asked, labels)
    loose = trees.LOOSE * board.mean
    assert (load >= asked.lower - loose).all()
    assert (load <= asked.upper + loose).all()
