"""Money and room: right on small towns by trying everything, and bounds that never cross."""

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import siting
from geo.layers import Clock
from geo.siting import seating


def town(seed: int) -> dict:
    """A few points and sites, some the same place, some pairs absent, some weights 0."""
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 6)), int(rng.integers(1, 5))
    cost = rng.integers(0, 15, (n, m)).astype(float)
    if m > 1:
        cost[:, m - 1] = cost[:, 0]
    cost[rng.random((n, m)) < 0.2] = np.inf
    fixed = rng.integers(0, 7, m)
    return {
        "cost": cost, "weight": rng.integers(0, 5, n).astype(float),
        "price": rng.integers(0, 6, m).astype(float), "room": rng.integers(0, 9, m).astype(float),
        "open": np.flatnonzero(fixed == 0), "shut": np.flatnonzero(fixed == 1),
        "p": int(rng.integers(1, m + 3)), "money": float(rng.integers(0, 14)),
    }  # fmt: skip


def plans(t: dict) -> list[tuple[int, ...]]:
    m = t["cost"].shape[1]
    return [
        plan for k in range(min(t["p"], m) + 1) for plan in combinations(range(m), k)
        if set(t["open"]) <= set(plan) and not set(t["shut"]) & set(plan)
    ]  # fmt: skip


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from(["median", "cover"]))
def test_a_budget_is_spent_as_well_as_can_be(seed: int, objective: str) -> None:
    t = town(seed)
    found = []
    for plan in plans(t):
        if t["price"][list(plan)].sum() > t["money"]:
            continue
        least = t["cost"][:, list(plan)].min(axis=1) if plan else np.full(len(t["cost"]), np.inf)
        if objective == "cover":
            found.append(-float(t["weight"][np.isfinite(least)].sum()))
        elif np.isfinite(least).all():
            found.append(float(t["weight"] @ least))
    answer = siting.solve(
        siting.problem(
            t["cost"], objective=objective, p=t["p"], weight=t["weight"], site_cost=t["price"],
            budget=t["money"], open_sites=t["open"].tolist(), forbidden_sites=t["shut"].tolist(),
        )
    )  # fmt: skip
    if not found:
        assert answer.status == "infeasible"
        return
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(abs(min(found)))
    assert t["price"][answer.open].sum() <= t["money"]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from(["median", "cover", "center"]))
def test_room_is_never_exceeded_and_used_as_well_as_can_be(seed: int, objective: str) -> None:
    t = town(seed)
    n, best = len(t["cost"]), np.inf
    for plan in plans(t):
        for serves in product([-1, *plan], repeat=n):
            best = min(best, worth(t, serves, objective))
    answer = siting.solve(
        siting.problem(
            t["cost"], objective=objective, p=t["p"], weight=t["weight"], capacity=t["room"],
            open_sites=t["open"].tolist(), forbidden_sites=t["shut"].tolist(),
        )
    )  # fmt: skip
    if np.isinf(best):
        assert answer.status == "infeasible"
        return
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(abs(best))
    assert worth(t, tuple(answer.assignment.tolist()), objective) == pytest.approx(best)


def worth(t: dict, serves: tuple[int, ...], objective: str) -> float:
    """What an assignment is worth; inf where it may not be; negative for cover."""
    load, cost = np.zeros(t["cost"].shape[1]), []
    for i, j in enumerate(serves):
        if j >= 0:
            load[j] += t["weight"][i]
            cost.append(t["cost"][i, j])
    if np.any(load > t["room"]) or not np.isfinite(cost).all():
        return np.inf
    if objective == "cover":
        return -float(load.sum())
    if len(cost) < len(serves):
        return np.inf
    served = np.array(cost)
    return float(served.max()) if objective == "center" else float(t["weight"] @ served)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from(["median", "center", "cover", "all"]))
def test_more_sites_than_there_are_is_all_of_them(seed: int, objective: str) -> None:
    rng = np.random.default_rng(seed)
    xy = np.repeat(rng.integers(0, 9, (4, 2)), 2, axis=0).astype(float)
    asked = siting.problem(siting.Points(xy, xy), objective=objective, p=20, reach=3.0)
    answer = siting.solve(asked)
    distinct = len(np.unique(xy, axis=0))
    assert answer.status == "optimal"
    assert answer.bound == answer.objective
    if objective == "cover":
        assert answer.objective == 8
    elif objective == "all":
        assert 1 <= answer.objective <= distinct
    else:
        assert answer.objective == 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100_000), st.sampled_from(["median", "cover", "all", "center"]))
def test_search_with_room_keeps_its_promises(seed: int, objective: str) -> None:
    """What is played, as large problems are, never beats the program, nor does its bound lie."""
    t = town(seed)
    asked = siting.problem(
        t["cost"], objective=objective, p=t["p"], weight=t["weight"], capacity=t["room"],
        open_sites=t["open"].tolist(), forbidden_sites=t["shut"].tolist(),
    )  # fmt: skip
    sites = np.flatnonzero(asked.fixed >= 0).astype(np.int32)
    rows, _ = asked.costs.nearest(sites, np.full(asked.n, np.inf), asked.m)
    best = siting.solve(asked).objective
    if not len(rows.site) or seating.hopeless(asked, sites, rows):
        assert best in (None, 0.0)
        return
    opened, serves, bound = seating.played(asked, sites, rows, np.random.default_rng(1), Clock(60))
    if opened is None:
        assert best is None
        return
    sign = -1.0 if objective == "cover" else 1.0
    if best is not None and bound is not None:
        assert sign * bound <= sign * best + 1e-6
    seated = worth(t, tuple(serves.tolist()), "cover" if objective == "cover" else "median")
    if np.isfinite(seated):
        assert set(t["open"]) <= set(opened.tolist())
        assert len(opened) <= t["p"]
        assert best is not None
        found, _ = siting.reckon(asked, opened, serves)
        assert found is not None
        assert sign * found >= sign * best - 1e-6
        assert objective == "center" or found == pytest.approx(best)


def test_a_crowd_too_large_for_the_program_is_seated_and_bounded() -> None:
    rng = np.random.default_rng(3)
    xy, weight = rng.random((260, 2)) * 1000, rng.integers(1, 20, 260).astype(float)
    asked = siting.problem(
        siting.Points(xy, xy), objective="median", p=9, weight=weight,
        capacity=np.full(260, np.ceil(weight.sum() / 9 * 1.1)),
    )  # fmt: skip
    answer = siting.solve(asked, time_limit_s=4)
    assert answer.bound is not None
    assert answer.bound <= answer.objective <= 1.05 * answer.bound
    load = np.bincount(answer.assignment, weights=weight, minlength=260)
    assert np.all(load <= asked.capacity)
