"""Laws of siting: right on small towns by trying everything, bounds never cross, names do not matter."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import siting
from geo.siting.problem import OBJECTIVES
from tests.geo.siting import places

REACH = 12.0


@st.composite
def small(draw: st.DrawFn) -> dict:
    """A town of a few points and sites, some pairs absent, some sites fixed."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    n, m = draw(st.integers(1, 9)), draw(st.integers(1, 7))
    cost = rng.integers(0, 20, (n, m)).astype(float)
    if draw(st.booleans()):
        cost[rng.random((n, m)) < 0.3] = np.inf
    fixed = rng.integers(0, 8, m)
    objective = draw(st.sampled_from(OBJECTIVES))
    return {
        "cost": cost, "objective": objective, "p": draw(st.integers(1, m)),
        "weight": rng.integers(0, 5, n).astype(float),
        "reach": REACH if objective in ("cover", "all") else None,
        "open_sites": np.flatnonzero(fixed == 0), "forbidden_sites": np.flatnonzero(fixed == 1),
    }  # fmt: skip


def worth(town: dict, sites: tuple[int, ...]) -> float:
    """What a plan costs, by the definition; inf where it does not do; negative for cover."""
    cost = np.where(town["cost"] <= (town["reach"] or np.inf), town["cost"], np.inf)
    least = cost[:, list(sites)].min(axis=1) if sites else np.full(len(cost), np.inf)
    if town["objective"] == "cover":
        return -float(town["weight"][np.isfinite(least)].sum())
    if not np.isfinite(least).all():
        return np.inf
    if town["objective"] == "all":
        return float(len(sites))
    if town["objective"] == "center":
        return float(least.max())
    return float((town["weight"] * least).sum())


def by_trying(town: dict) -> float:
    """The best of all plans."""
    m, must = town["cost"].shape[1], set(town["open_sites"].tolist())
    never = set(town["forbidden_sites"].tolist())
    plans = (
        plan for k in range(town["p"] + 1) for plan in combinations(range(m), k)
        if must <= set(plan) and not never & set(plan)
    )  # fmt: skip
    return min((worth(town, plan) for plan in plans), default=np.inf)


def put(town: dict, cost: np.ndarray | None = None) -> siting.Problem:
    """State the town's problem."""
    rest = {key: value for key, value in town.items() if key != "cost"}
    return siting.problem(town["cost"] if cost is None else cost, **rest)


@settings(max_examples=60, deadline=None)
@given(small())
def test_the_answer_is_the_best_of_all_plans(town: dict) -> None:
    best, answer = by_trying(town), siting.solve(put(town))
    if np.isinf(best):
        assert answer.status == "infeasible"
        assert answer.objective is None
        return
    assert answer.status == "optimal"
    assert worth(town, tuple(answer.open.tolist())) == best
    assert answer.objective == abs(best)
    assert answer.bound == pytest.approx(abs(best), rel=1e-8)
    assert len(answer.open) <= town["p"]


@settings(max_examples=40, deadline=None)
@given(small(), st.integers(0, 1000))
def test_the_order_of_points_does_not_matter(town: dict, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(town["cost"]))
    other = {**town, "cost": town["cost"][order], "weight": town["weight"][order]}
    assert siting.solve(put(town)).objective == siting.solve(put(other)).objective


@pytest.mark.parametrize("objective", ["median", "cover"])
def test_more_sites_are_never_worse_and_bounds_never_cross(objective: str) -> None:
    xy = places.scatter(120, 4, clusters=6)
    points = siting.Points(xy, xy[::3])
    sign = -1 if objective == "cover" else 1
    values = []
    for p in (2, 4, 8):
        asked = siting.problem(points, objective=objective, p=p, reach=9000 if sign > 0 else 700)
        answer = siting.solve(asked)
        assert answer.bound is not None
        assert sign * (answer.objective - answer.bound) >= 0
        values.append(sign * answer.objective)
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("objective", ["median", "cover", "center"])
def test_same_seed_same_plan(objective: str) -> None:
    asked = siting.problem(
        places.network(80, 3), objective=objective, p=6, reach=25 if objective == "cover" else None
    )
    one, two = (siting.solve(asked, rng=np.random.default_rng(7)) for _ in range(2))
    assert one.open.tolist() == two.open.tolist()


def test_places_and_their_table_agree() -> None:
    xy, sites = places.scatter(90, 8), places.scatter(25, 9)
    table = places.distances(xy, sites, whole=False)
    for objective in ("median", "center"):
        near = siting.solve(siting.problem(siting.Points(xy, sites), objective=objective, p=4))
        given_table = siting.solve(siting.problem(table, objective=objective, p=4))
        assert near.objective == pytest.approx(given_table.objective, rel=1e-9)


@pytest.mark.parametrize("objective", ["median", "cover"])
def test_the_size_of_numbers_does_not_matter(objective: str) -> None:
    xy, weight = places.scatter(12, 3), np.arange(12.0)
    sure = siting.solve(
        siting.problem(siting.Points(xy, xy), objective=objective, p=3, weight=weight, reach=9000)
    )
    tiny = siting.solve(
        siting.problem(
            siting.Points(xy / 1e7, xy / 1e7),
            objective=objective,
            p=3,
            weight=weight / 1e6,
            reach=9e-4,
        )
    )
    small = 1e6 if objective == "cover" else 1e13
    assert (sure.status, tiny.status) == ("optimal", "optimal")
    assert tiny.objective == pytest.approx(sure.objective / small, rel=1e-9)
