"""The proof for borders: the optimum is found though the search found nothing before."""

import numpy as np
import pytest

from geo.grouping.borders import prove_borders
from geo.grouping.found import Found
from geo.layers import Clock

from .lattice import lattice


@pytest.mark.parametrize(("columns", "rows", "k", "least"), [(4, 4, 4, 8.0), (6, 3, 3, 6.0)])
def test_least_borders_are_found_from_nothing(
    columns: int, rows: int, k: int, least: float
) -> None:
    asked = lattice(columns, rows, k, tolerance=0.0, objective="cut")
    found = Found(np.zeros(asked.n, dtype=np.int32))
    bound, closed = prove_borders(asked, found, np.random.default_rng(1), Clock(3600))
    assert closed
    assert (found.broken, found.value, bound) == (0.0, least, least)
