"""Laws of a design: it tiles, it keeps buildings whole, it is connected, it upsets as little as asked."""

import estates
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo import parcelling

SEEDS = st.integers(0, 10_000)


def shapes(design: parcelling.Design) -> np.ndarray:
    return np.array([area.shape for area in design.areas], dtype=object)


def as_today(design: parcelling.Design) -> tuple[np.ndarray, np.ndarray]:
    return shapes(design), np.array([area.parent for area in design.areas])


def alike(one: object, other: object) -> bool:
    return bool(shapely.equals_identical(shapely.normalize(one), shapely.normalize(other)))


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_areas_tile_their_parents_to_the_last_bit(seed: int) -> None:
    estate = estates.scattered(seed)
    design = estate.design(seed=seed)
    drawn = shapes(design)
    assert shapely.is_valid(drawn).all()
    assert (shapely.get_type_id(drawn) == 3).all()
    assert shapely.coverage_is_valid(drawn)
    parents = parcelling.with_vertices(estate.parents, design.seams)
    assert shapely.coverage_is_valid(parents)
    for number, parent in enumerate(parents):
        own = drawn[[area.parent == number for area in design.areas]]
        assert alike(shapely.coverage_union_all(own), parent)


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_new_vertices_lie_on_the_border_they_were_put_in(seed: int) -> None:
    estate = estates.scattered(seed)
    design = estate.design(seed=seed)
    edges = shapely.union_all(shapely.boundary(estate.parents))
    for added in design.seams.added.values():
        for spot in added:
            assert edges.distance(shapely.Point(spot.real, spot.imag)) < 1e-8


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_every_building_is_whole_in_exactly_one_area(seed: int) -> None:
    estate = estates.scattered(seed)
    design = estate.design(seed=seed)
    drawn = shapes(design)
    within = shapely.contains_properly(estate.parents[:, None], estate.houses).any(axis=0)
    homes = np.concatenate([area.houses for area in design.areas])
    assert len(np.unique(homes)) == len(homes)
    assert (design.home >= 0).all()
    lost = shapely.area(shapely.difference(estate.houses, drawn[design.home]))
    assert (lost[within] < 0.01).all()
    assert sum(area.households for area in design.areas) == estate.households.sum()


@settings(max_examples=12, deadline=None)
@given(SEEDS)
def test_areas_are_connected_and_in_range_or_explained(seed: int) -> None:
    design = estates.scattered(seed).design(seed=seed)
    for area in design.areas:
        assert area.connected
        assert (area.reason is None) == (30 <= area.households <= 100)


@settings(max_examples=6, deadline=None)
@given(SEEDS)
def test_same_seed_same_design(seed: int) -> None:
    estate = estates.scattered(seed)
    one, other = estate.design(seed=3), estate.design(seed=3)
    assert all(map(alike, shapes(one), shapes(other)))
    assert np.array_equal(one.home, other.home)


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_more_weight_never_upsets_more(seed: int) -> None:
    estate = estates.scattered(seed, parents=(2, 1))
    today = as_today(estate.design(seed=seed + 1, allowed=parcelling.Range(20, 80, 40)))
    steps = [estate.design(today=today, upset=u, seed=5) for u in (0.0, 0.3, 0.6, 1.0)]
    changed = [design.changed for design in steps]
    assert changed == sorted(changed, reverse=True)
    curve = [rung.changed for rung in steps[0].curve]
    assert curve == sorted(curve, reverse=True)
    assert all(
        rung.shape_m <= later.shape_m + 1e-6
        for rung, later in zip(steps[0].curve, steps[0].curve[1:], strict=False)
    )


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_with_full_weight_an_existing_set_in_range_stays(seed: int) -> None:
    estate = estates.scattered(seed, parents=(2, 1))
    first = estate.design(seed=seed)
    if any(area.reason for area in first.areas):
        return
    again = estate.design(today=as_today(first), upset=1.0, seed=seed + 9)
    assert again.changed == 0
    assert all(area.kept for area in again.areas)
    order = [area.carries for area in again.areas]
    assert all(map(alike, shapes(again), shapes(first)[order]))


@pytest.mark.parametrize("level", [(30, 100, 65), (300, 500, 400)])
def test_the_same_function_draws_grids_in_communities(level: tuple[int, int, int]) -> None:
    estate = estates.scattered(4, parents=(2, 2), households=60)
    design = estate.design(allowed=parcelling.Range(*level))
    assert shapely.coverage_is_valid(shapes(design))
    assert all(level[0] <= area.households <= level[1] for area in design.areas)


def test_several_processes_give_the_same_ground() -> None:
    estate = estates.scattered(2, parents=(2, 1))
    one, two = estate.ground(workers=1), estate.ground(workers=2)
    for own, other in zip(one.cells, two.cells, strict=True):
        assert all(map(alike, own.faces, other.faces))
        assert np.array_equal(own.house, other.house)
        assert np.array_equal(own.cost, other.cost)
