"""What fits into one site: by parts never less than whole, and whole the best of all choices."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import siting
from geo.siting.field import field
from geo.siting.room import Bag, Room, fill


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000))
def test_what_fits_whole_is_the_best_of_all_choices(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 10))
    cost = rng.integers(0, 9, (n, 1)).astype(float)
    game, _ = field(siting.problem(cost, objective="median", p=1), most=1)
    size, holds = rng.integers(0, 12, n).astype(float), float(rng.integers(0, 40))
    u = cost[:, 0] + rng.integers(-2, 9, n)
    best = max(
        float(np.array(some) @ (u - cost[:, 0]))
        for some in product([0, 1], repeat=n) if np.array(some) @ size <= holds
    )  # fmt: skip
    room = Room(size, np.array([holds]), np.zeros(1))
    into = Bag(np.empty(n, dtype=np.int32), np.empty(n), np.empty(n))
    paid, count, _ = fill(game, room, u, 0, into, True)
    who, part = into.who[:count], into.part[:count]
    assert paid == pytest.approx(best, abs=1e-8)
    assert part @ (u - cost[:, 0])[who] == pytest.approx(best, abs=1e-8)
    assert part @ size[who] <= holds
    parts, _, _ = fill(game, room, u, 0, into, False)
    assert parts >= best - 1e-9
