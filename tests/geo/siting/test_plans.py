"""Batches, hours, the unserved and trials: laws by trying everything on small towns."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import siting
from geo.errors import BadInput, SchemaError
from geo.layers import TravelTimes
from geo.siting import near
from tests.geo.siting import places


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from(["cover", "median"]))
def test_batches_are_nested_and_no_better_than_the_best_alone(seed: int, objective: str) -> None:
    rng = np.random.default_rng(seed)
    cost = rng.integers(0, 30, (12, 7)).astype(float)
    reach = 8.0 if objective == "cover" else None
    standing = [int(rng.integers(7))]
    asked = siting.problem(
        cost, objective=objective, p=5, weight=rng.integers(1, 9, 12), reach=reach,
        open_sites=standing,
    )  # fmt: skip
    first, second = siting.in_batches(asked, [2, 2], time_limit_s=30)
    assert set(standing) <= set(first.solution.open) <= set(second.solution.open)
    assert (len(first.added), len(second.added)) == (2, 2)
    better = max if objective == "cover" else min
    for batch, p in ((first, 3), (second, 5)):
        best = better(
            worth(cost, np.array(plan), asked.weight, reach)
            for plan in combinations(range(7), p) if standing[0] in plan
        )  # fmt: skip
        assert batch.alone.objective == best
        assert batch.solution.objective == worth(cost, batch.solution.open, asked.weight, reach)
        assert better(best, batch.solution.objective) == best
        assert batch.price == pytest.approx(abs(best - batch.solution.objective) / max(best, 1e-12))


def worth(cost: np.ndarray, plan: np.ndarray, weight: np.ndarray, reach: float | None) -> float:
    least = cost[:, plan].min(axis=1)
    return float(weight[least <= reach].sum() if reach is not None else weight @ least)


def test_the_price_of_nesting_is_shared_not_hidden() -> None:
    # one middle place serves 6 of 8; two outer ones serve all, so 1 ⊄ 2 at their best
    cost = np.full((8, 3), 9.0)
    cost[:4, 0], cost[4:, 2], cost[1:7, 1] = 1, 1, 1
    asked = siting.problem(cost, objective="cover", p=1, reach=5)
    first, second = siting.in_batches(asked, [1, 1])
    assert (first.alone.objective, second.alone.objective) == (6.0, 8.0)
    assert first.price + second.price > 0
    assert first.solution.bound == 6.0


def test_batches_refuse_what_makes_no_sense() -> None:
    asked = siting.problem([[1.0]], objective="cover", p=1)
    with pytest.raises(BadInput, match="batches"):
        siting.in_batches(asked, [])
    everyone = siting.problem([[1.0]], objective="all")
    with pytest.raises(BadInput, match="batches"):
        siting.in_batches(everyone, [1])


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_the_unserved_cost_what_was_said(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost = rng.integers(0, 30, (7, 5)).astype(float)
    cost[rng.random((7, 5)) < 0.4] = np.inf
    weight = rng.integers(0, 4, 7).astype(float)
    answer = siting.solve(
        siting.problem(cost, objective="median", p=2, weight=weight, unserved=12.0)
    )
    best = min(
        float(weight @ np.minimum(cost[:, list(plan)].min(axis=1), 12.0))
        for plan in combinations(range(5), 2)
    )
    assert (answer.status, answer.objective) == ("optimal", best)
    assert answer.bound == pytest.approx(best)


def test_unserved_goes_with_median_alone() -> None:
    with pytest.raises(SchemaError, match="unserved"):
        siting.problem([[1.0]], objective="cover", p=1, unserved=3)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_hours_are_counted_slot_by_slot(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost = rng.integers(0, 20, (8, 4)).astype(float)
    weight, work = rng.integers(0, 5, 8).astype(float), rng.random((4, 6)) < 0.6
    owner, site = np.divmod(np.arange(32), 4)
    whole = siting.table(8, 4, owner, site, cost.ravel())
    split, share, point = siting.over_time(whole, weight, work)
    assert np.bincount(point, weights=share, minlength=8) == pytest.approx(weight)
    answer = siting.solve(siting.problem(split, objective="cover", p=2, weight=share, reach=9))
    best = max(
        float(np.mean([weight[((cost <= 9) & work[:, t])[:, list(plan)].any(axis=1)].sum()
                       for t in range(6)]))
        for plan in combinations(range(4), 2)
    )  # fmt: skip
    assert answer.objective == pytest.approx(best)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_a_trial_counts_everybody_once(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m, slots = 9, 5, 7
    walk = rng.integers(1, 20, (n, m)).astype(float)
    row, column = np.nonzero(rng.random((n, m)) < 0.7)
    times = TravelTimes(
        np.array([str(i) for i in range(n)], dtype=object),
        np.array([str(j) for j in range(m)], dtype=object),
        row.astype(np.int32), column.astype(np.int32), walk[row, column], walk[row, column],
    )  # fmt: skip
    people, hours = rng.integers(0, 9, (n, 2)), rng.random((m, slots)) < 0.5
    now, then = rng.random(m) < 0.6, rng.random(m) < 0.6
    trial = siting.what_if(times, people, reach_s=10, now=now, then=then, hours=hours, bound=100.0)
    reach = np.zeros((n, m), dtype=bool)
    reach[row, column] = walk[row, column] <= 10
    for t in range(slots):
        was, is_ = ((reach & (mask & hours[:, t])).any(axis=1) for mask in (now, then))
        assert trial.before[t].tolist() == people[was].sum(axis=0).tolist()
        assert trial.after[t].tolist() == people[is_].sum(axis=0).tolist()
        assert trial.gained[t].tolist() == people[is_ & ~was].sum(axis=0).tolist()
        assert trial.lost[t].tolist() == people[was & ~is_].sum(axis=0).tolist()
    assert trial.share == people[(reach & then).any(axis=1), 0].sum() / 100.0
    assert (trial.won == ((reach & then).any(axis=1) & ~(reach & now).any(axis=1))).all()


def test_a_trial_wants_masks_of_its_stations() -> None:
    none = np.zeros(0, dtype=np.int32)
    ids = np.array(["a"], dtype=object)
    times = TravelTimes(ids, ids, none, none, np.zeros(0), np.zeros(0))
    with pytest.raises(BadInput, match="1 stations"):
        siting.what_if(times, [3], reach_s=1, now=[True, False], then=[True])


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_nearest_rows_are_those_of_a_plain_sort(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 20)), int(rng.integers(1, 50))
    most = int(rng.integers(1, m + 2))
    make = (lambda k: rng.integers(0, 5, (k, 2)).astype(float), lambda k: rng.random((k, 2)),
            lambda k: np.round(rng.random((k, 2)) ** 8))[seed % 3]  # fmt: skip
    demand, sites = make(n), make(m)
    within = np.where(rng.random(n) < 0.3, np.inf, rng.random(n) * 6)
    start, site, far, beyond = near.pairs(demand, sites, within, most)
    whole = places.distances(demand, sites, whole=False)
    for i in range(n):
        order = np.argsort(far_ := whole[i], kind="stable")
        order = order[far_[order] < within[i]]
        row = slice(int(start[i]), int(start[i + 1]))
        assert far[row] == pytest.approx(far_[order[:most]])
        assert len(site[row]) == min(len(order), most)
        assert beyond[i] == pytest.approx(far_[order[most]] if len(order) > most else np.inf)
