"""Neighbours on foot: barriers cut, bridges join, and nobody is left alone without an area."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from geo.errors import SchemaError
from geo.grouping import crossings
from geo.layers import Adjacency

from .lattice import adjacency, edges

SIDE = 100.0
NONE = np.zeros(0, dtype=object)


def town(columns: int, rows: int) -> tuple[Adjacency, crossings.Shapes]:
    """A lattice of square areas."""
    corners = [(SIDE * (i % columns), SIDE * (i // columns)) for i in range(columns * rows)]
    cells = [shapely.box(x, y, x + SIDE, y + SIDE) for x, y in corners]
    return adjacency(edges(columns, rows), columns * rows), np.array(cells, dtype=object)


def line(*points: tuple[float, float]) -> crossings.Shapes:
    return np.array([shapely.LineString(points)], dtype=object)


def pairs(near: Adjacency) -> set[tuple[int, int]]:
    return {(int(a), int(b)) for a, b in near.pairs}


RIVER = line((200, -50), (200, 350))
BRIDGE = line((150, 150), (250, 150))


def test_a_river_without_a_bridge_is_no_neighbour() -> None:
    near, areas = town(4, 3)
    found = crossings.on_foot(near, areas, barriers=RIVER, ways=NONE)
    assert {(int(a), int(b)) for a, b in found.cut} == {(1, 2), (5, 6), (9, 10)}
    assert pairs(found.adjacency) == pairs(near) - {(1, 2), (5, 6), (9, 10)}


def test_a_bridge_makes_neighbours_of_the_two_it_joins_only() -> None:
    near, areas = town(4, 3)
    found = crossings.on_foot(near, areas, barriers=RIVER, ways=BRIDGE)
    assert {(int(a), int(b)) for a, b in found.cut} == {(1, 2), (9, 10)}
    assert len(found.joined) == 0
    kept = {
        tuple(p): m
        for p, m in zip(found.adjacency.pairs.tolist(), found.adjacency.length_m, strict=True)
    }
    assert kept[5, 6] == 1.0


def test_a_bridge_joins_areas_that_end_at_the_banks() -> None:
    near, areas = town(4, 3)
    wide = areas.copy()
    for i in (2, 6, 10, 3, 7, 11):
        wide[i] = shapely.affinity.translate(areas[i], 80.0)
    apart = Adjacency(near.ids, *_without(near, {(1, 2), (5, 6), (9, 10)}))
    found = crossings.on_foot(
        apart, wide, barriers=line((240, -50), (240, 350)), ways=line((190, 150), (290, 150))
    )
    assert {(int(a), int(b)) for a, b in found.joined} == {(5, 6)}


def test_a_road_along_the_bank_is_no_bridge() -> None:
    near, areas = town(4, 3)
    found = crossings.on_foot(near, areas, barriers=RIVER, ways=line((195, 0), (195, 300)))
    assert len(found.cut) == 3


def test_a_railway_through_an_area_cuts_no_border() -> None:
    near, areas = town(4, 3)
    found = crossings.on_foot(near, areas, barriers=line((150, -50), (150, 350)), ways=NONE)
    assert pairs(found.adjacency) == pairs(near)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 3), st.sets(st.integers(0, 2)))
def test_barriers_only_take_and_bridges_only_give(column: int, bridges: set[int]) -> None:
    near, areas = town(4, 3)
    river = line((SIDE * column, -50), (SIDE * column, 350))
    over = [
        shapely.LineString(
            [(SIDE * column - 30, 50 + SIDE * r), (SIDE * column + 30, 50 + SIDE * r)]
        )
        for r in sorted(bridges)
    ]
    ways = np.array(over, dtype=object)
    without = crossings.on_foot(near, areas, barriers=river, ways=NONE)
    found = crossings.on_foot(near, areas, barriers=river, ways=ways)
    assert pairs(without.adjacency) <= pairs(found.adjacency) <= pairs(near)
    assert len(found.adjacency.pairs) == len(without.adjacency.pairs) + len(bridges)
    assert len(found.cut) == 3 - len(bridges)


def test_areas_of_other_units_are_refused() -> None:
    near, areas = town(2, 2)
    with pytest.raises(SchemaError):
        crossings.on_foot(near, areas[:3], barriers=RIVER, ways=NONE)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(-50, 50), st.integers(-50, 50)).map(
            lambda p: (float(p[0]), float(p[1]))
        ),
        min_size=1,
        max_size=25,
    )
)
def test_units_without_an_area_are_never_alone(points: list[tuple[float, float]]) -> None:
    xy = np.array(points)
    found = crossings.gabriel(xy)
    n = len(xy)
    graph = coo_matrix((np.ones(len(found)), (found[:, 0], found[:, 1])), shape=(n, n))
    assert connected_components(graph, directed=False)[0] == 1
    for a, b in found:
        middle, reach = (xy[a] + xy[b]) / 2, np.hypot(*(xy[a] - xy[b])) / 2
        others = np.delete(xy, [a, b], axis=0)
        same = (others == xy[a]).all(axis=1) | (others == xy[b]).all(axis=1)
        assert np.all(np.hypot(*(others[~same] - middle).T) >= reach * (1 - 1e-6))


def test_a_unit_without_an_area_joins_those_around_it() -> None:
    near = adjacency(np.array([[0, 1]], dtype=np.int32), 3)
    xy = np.array([(0.0, 0.0), (100.0, 0.0), (200.0, 0.0)])
    found = crossings.beside(near, xy, bare=np.array([False, False, True]))
    assert pairs(found) == {(0, 1), (1, 2)}


def _without(near: Adjacency, gone: set[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
    keep = np.array([tuple(p) not in gone for p in near.pairs.tolist()])
    return near.pairs[keep], near.length_m[keep]
