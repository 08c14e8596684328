"""The solvers against a plain integer program of the textbook, written here once more."""

import numpy as np
import pytest
from scipy import optimize, sparse

from geo import siting
from geo.errors import BadInput, SchemaError, Stopped
from geo.layers import Clock
from geo.siting import sets
from geo.siting.chance import source
from tests.geo.siting import places


def textbook_median(cost: np.ndarray, p: int, weight: np.ndarray) -> float:
    """ReVelle & Swain (1970), with one row a pair."""
    n, m = cost.shape
    pair = np.arange(n * m)
    serve = sparse.csr_matrix((np.ones(n * m), (pair // m, m + pair)), shape=(n, m + n * m))
    link = sparse.hstack(
        [sparse.csr_matrix((-np.ones(n * m), (pair, pair % m))), sparse.eye_array(n * m)]
    )
    count = sparse.csr_matrix(np.append(np.ones(m), np.zeros(n * m)))
    done = optimize.milp(
        np.append(np.zeros(m), (weight[:, None] * cost).ravel()),
        constraints=[
            optimize.LinearConstraint(serve, 1, 1),
            optimize.LinearConstraint(link.tocsr(), -np.inf, 0),
            optimize.LinearConstraint(count, p, p),
        ],
        integrality=np.append(np.ones(m), np.zeros(n * m)),
        bounds=optimize.Bounds(0, 1),
    )
    return float(done.fun)


@pytest.mark.parametrize(("n", "p", "seed"), [(40, 3, 1), (50, 10, 2), (60, 20, 3)])
def test_median_is_the_textbook_optimum(n: int, p: int, seed: int) -> None:
    cost = places.network(n, seed)
    weight = np.random.default_rng(seed).integers(1, 9, n).astype(float)
    answer = siting.solve(siting.problem(cost, objective="median", p=p, weight=weight))
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(textbook_median(cost, p, weight))


def test_fractions_of_a_metre_are_proven_too() -> None:
    cost = places.distances(places.scatter(45, 5), whole=False)
    answer = siting.solve(siting.problem(cost, objective="median", p=5))
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(textbook_median(cost, 5, np.ones(45)), rel=1e-6)


def test_a_large_game_is_rehearsed_and_its_bound_is_true() -> None:
    xy, sites = places.scatter(2200, 2, clusters=30), places.scatter(700, 3)
    asked = siting.problem(siting.Points(xy, sites), objective="median", p=12)
    answer = siting.solve(asked, time_limit_s=500)
    assert answer.bound is not None
    assert answer.bound <= answer.objective
    assert answer.status == "optimal"


def test_a_start_is_never_made_worse() -> None:
    cost = places.network(100, 4)
    best = siting.solve(siting.problem(cost, objective="median", p=8))
    asked = siting.problem(cost, objective="median", p=8)
    again = siting.solve(asked, warm_start=best.open, time_limit_s=0.01)
    assert again.objective <= best.objective


class Hasty(Clock):
    """A clock whose listener stops the work at the first word."""

    def tell(self, step: str, done: float, total: float) -> None:
        raise Stopped("enough")


def test_a_stop_gives_the_best_so_far() -> None:
    def stop(step: str, done: float, total: float) -> None:
        raise Stopped("enough")

    cost = places.network(300, 6)
    answer = siting.solve(siting.problem(cost, objective="median", p=5), progress=stop)
    assert len(answer.open) == 5


def test_a_stopped_cover_still_reaches_everyone() -> None:
    reach = places.distances(places.scatter(300, 6)) <= 1_500
    i, j = np.nonzero(reach)
    rows = siting.table(300, 300, i, j, np.zeros(len(i))).rows
    cover = sets.fewest(rows, 300, Hasty(3.0), source(np.random.default_rng(1)))
    assert cover.chosen is not None
    assert reach[:, cover.chosen].any(axis=1).all()
    assert 1 <= cover.bound <= len(cover.chosen)


def test_a_budget_buys_what_pays() -> None:
    cost = np.array([[0.0, 9, 9], [9, 0, 9], [9, 9, 0]])
    asked = siting.problem(
        cost, objective="cover", reach=1, weight=[5, 4, 3], site_cost=[4, 2, 2], budget=4
    )
    answer = siting.solve(asked)
    assert (answer.open.tolist(), answer.objective, answer.status) == ([1, 2], 7.0, "optimal")


def test_capacity_sends_people_on() -> None:
    asked = siting.problem([[0.0, 5], [0, 6], [0, 7]], objective="median", p=2, capacity=[2, 2])
    answer = siting.solve(asked)
    assert answer.assignment.tolist() == [1, 0, 0]
    assert answer.objective == 5.0


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(SchemaError) as caught:
        siting.problem([[1.0, -2.0]], objective="nearest", weight=[1, 2])
    assert len(caught.value.where) == 4
    assert caught.value.zh


def test_cover_of_places_needs_a_reach() -> None:
    xy = places.scatter(5, 1)
    with pytest.raises(BadInput, match="reach"):
        siting.problem(siting.Points(xy, xy), objective="cover", p=1)
