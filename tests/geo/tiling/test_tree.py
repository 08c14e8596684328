"""The tree of boxes finds what looking at every box finds."""

import numpy as np
import pytest

from geo.tiling.tree import along_a_curve, touching, tree


@pytest.mark.parametrize("count", [0, 1, 16, 17, 300, 5000])
def test_what_touches_a_box_is_found(count: int) -> None:
    rng = np.random.default_rng(count)
    corner = rng.random((count, 2))
    boxes = np.column_stack([corner, corner + rng.random((count, 2)) * 0.05])
    boxes = boxes[along_a_curve(boxes, np.arange(count))]
    planted = tree(boxes)
    for _ in range(20):
        (west, north), wide = rng.random(2), float(rng.random() * 0.3)
        here = np.flatnonzero(
            (boxes[:, 0] <= west + wide) & (boxes[:, 2] >= west)
            & (boxes[:, 1] <= north + wide) & (boxes[:, 3] >= north)
        )  # fmt: skip
        assert touching(*planted, west, north, west + wide, north + wide).tolist() == here.tolist()
