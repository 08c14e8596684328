"""The relaxation of covering: its bound never crosses the best whole answer, and odd sets lift it."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from geo.layers import Clock
from geo.siting.local import Pattern, local_cuts
from geo.siting.loose import loosened
from geo.siting.patch import cheapest


def fewest(reach: np.ndarray) -> int:
    m = reach.shape[1]
    return next(
        k for k in range(1, m + 1)
        for plan in combinations(range(m), k) if reach[:, list(plan)].any(axis=1).all()
    )  # fmt: skip


def test_three_points_each_two_of_which_share_a_site_need_two() -> None:
    ring = sparse.csr_matrix(np.array([[1, 1, 0], [0, 1, 1], [1, 0, 1]]))
    plain = loosened(ring, Clock(10.0), limit_s=10.0, rounds=1)
    assert plain.bound == pytest.approx(1.5, abs=1e-4)
    tight = loosened(ring, Clock(10.0), limit_s=10.0)
    assert tight.bound == pytest.approx(2.0, abs=1e-4)
    assert tight.cuts.toarray().tolist() == [[1, 1, 1]]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 100_000))
def test_every_cover_keeps_every_cut_and_a_patch_is_covered_at_the_least_cost(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(3, 12)), int(rng.integers(3, 10))
    reach = rng.random((n, m)) < 0.35
    reach[np.arange(n), rng.integers(0, m, n)] = True
    plans = np.array(list(product([0, 1], repeat=m)))
    covers = plans[(plans @ reach.T > 0).all(axis=1)]
    y = rng.dirichlet(np.ones(len(covers))) @ covers * rng.uniform(0.5, 1.0)
    rows = sparse.csr_matrix(reach)
    other = rows.T.tocsr()
    at = Pattern(
        rows.indptr.astype(np.int64), rows.indices.astype(np.int32),
        other.indptr.astype(np.int64), other.indices.astype(np.int32), y, np.zeros(n),
    )  # fmt: skip
    seeds, often = np.arange(n, dtype=np.int32), np.zeros(n, dtype=np.int64)
    start, site, factor, right = local_cuts(at, seeds, n - 1, often, 99)
    for k in range(len(right)):
        part = slice(start[k], start[k + 1])
        assert (covers[:, site[part]] @ factor[part] >= right[k]).all()
        assert y[site[part]] @ factor[part] < right[k]
    price = rng.integers(0, 9, m)
    bits = np.array([sum(1 << int(i) for i in np.flatnonzero(c)) for c in reach.T], dtype=np.uint64)
    picked = np.zeros(n + 2, dtype=np.int64)
    least, size = cheapest(bits, price, m, n, 1000, 10_000, picked)
    assert least == (covers @ price).min() == price[picked[:size]].sum()
    assert reach[:, picked[:size]].any(axis=1).all()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 100_000))
def test_the_bound_is_true_and_so_is_what_a_site_adds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(3, 12)), int(rng.integers(3, 9))
    reach = rng.random((n, m)) < 0.4
    reach[np.arange(n), rng.integers(0, m, n)] = True
    matrix = sparse.csr_matrix(reach.astype(float))
    loose = loosened(matrix, Clock(10.0), limit_s=10.0)
    best = fewest(reach)
    assert loose.bound <= best + 1e-6
    loss, p = rng.integers(1, 9, n).astype(float), int(rng.integers(1, m))
    plans = {plan: loss[~reach[:, list(plan)].any(axis=1)].sum()
             for plan in combinations(range(m), p)}  # fmt: skip
    loose = loosened(matrix, Clock(10.0), limit_s=10.0, loss=loss, p=p)
    assert loose.bound <= min(plans.values()) + 1e-6
    for j in range(m):
        with_j = min(cost for plan, cost in plans.items() if j in plan)
        assert loose.bound + loose.rise[j] <= with_j + 1e-6
