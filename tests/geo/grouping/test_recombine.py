"""Two groups parted anew: rules are kept, and what single moves do not reach is reached."""

import numpy as np
import pytest

from geo.grouping import measure
from geo.grouping.found import Found
from geo.grouping.recombine import recombine
from geo.layers import Clock

from .lattice import lattice


@pytest.mark.parametrize("seed", [1, 2])
def test_partings_lead_from_rows_to_squares(seed: int) -> None:
    asked = lattice(6, 6, 4, tolerance=0.0, objective="cut")
    rows = (np.arange(36) // 9).astype(np.int32)
    found = Found(rows)
    found.offer(rows, 0.0, measure.objective(asked, rows))
    recombine(asked, found, np.random.default_rng(seed), Clock(3600))
    assert found.value == 12.0
    for broken, value, labels in found.pool:
        assert broken == 0.0
        assert not measure.faults(asked, labels)
        assert value == measure.objective(asked, labels) >= 12.0


def test_rules_that_forbid_every_parting_leave_the_plan() -> None:
    locked = {f"u{i}": i // 6 for i in range(12)}
    asked = lattice(6, 2, 2, tolerance=0.0, objective="cut", locked=locked)
    rows = (np.arange(12) // 6).astype(np.int32)
    found = Found(rows)
    found.offer(rows, 0.0, measure.objective(asked, rows))
    recombine(asked, found, np.random.default_rng(1), Clock(3600))
    assert np.array_equal(found.labels, rows)
