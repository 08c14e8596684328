"""Laws: sound ground gives nothing; one flaw gives one finding with its true size."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity
from tessellations import CELLS, areas, bent, voronoi

from geo import topology
from geo.layers import Finding, GridLayer

seeds = st.integers(0, 10_000)
law = settings(max_examples=20)


def cells(shapes: list) -> GridLayer:
    return areas(shapes, codes=[f"c{i}" for i in range(len(shapes))])


def check(shapes: list, **options: float) -> list[Finding]:
    return topology.check({"cell": cells(shapes)}, scheme=CELLS, **options)


def told(found: list[Finding]) -> list[tuple[str, str, frozenset[str]]]:
    return sorted(((f.code, f.field, frozenset(f.features)) for f in found), key=str)


@law
@given(seeds, st.integers(5, 80), st.floats(0, 360))
def test_sound_ground_gives_nothing(seed: int, count: int, turn: float) -> None:
    shapes = [affinity.rotate(s, turn, origin=(4.4e5, 3.56e6)) for s in voronoi(seed, count)]
    assert check(shapes) == []


@law
@given(seeds)
def test_ring_direction_and_start_do_not_matter(seed: int) -> None:
    rng = np.random.default_rng(seed)
    shapes = []
    for shape in voronoi(seed):
        ring = np.asarray(shape.exterior.coords)[:-1]
        ring = np.roll(ring, rng.integers(len(ring)), axis=0)[:: rng.choice([-1, 1])]
        shapes.append(shapely.Polygon(ring))
    assert check(shapes) == []


@law
@given(seeds, st.data())
def test_a_lost_cell_is_one_gap_of_its_size(seed: int, data: st.DataObject) -> None:
    shapes = bent(5, 5, seed=seed)
    row = 6 + data.draw(st.sampled_from([0, 1, 2, 5, 6, 7, 10, 11, 12]))
    lost = shapes[row]
    (found,) = check([*shapes[:row], *shapes[row + 1 :]])
    assert found.code == "GAP"
    assert found.area_m2 == pytest.approx(lost.area, rel=1e-9)
    assert len(found.features) == 4


@law
@given(seeds, st.floats(1, 20))
def test_a_hole_is_one_hole_of_its_size(seed: int, radius_m: float) -> None:
    shapes = bent(3, 3, seed=seed)
    hole = shapes[4].centroid.buffer(radius_m)
    shapes[4] = shapes[4] - hole
    (found,) = check(shapes)
    assert (found.code, found.features) == ("HOLE", ("c4",))
    assert found.area_m2 == pytest.approx(hole.area, rel=1e-6)


@law
@given(seeds, st.floats(0.1, 60), st.booleans())
def test_a_moved_border_is_one_gap_or_overlap(seed: int, by_m: float, outwards: bool) -> None:
    shapes = bent(4, 4, seed=seed)
    one, other = shapes[5], shapes[6]
    border = shapely.shared_paths(one.exterior, other.exterior).geoms[1].geoms[0]
    middle = np.asarray(border.centroid.coords[0])
    side = np.asarray(other.centroid.coords[0]) - np.asarray(one.centroid.coords[0])
    tip = middle + side / np.hypot(*side) * min(by_m, 50.0) * (1 if outwards else -1)
    wedge = shapely.Polygon([*border.coords, tip])
    shapes[5] = shapely.union(one, wedge) if outwards else shapely.difference(one, wedge)
    (found,) = check(shapes)
    thin = shapely.is_empty(shapely.buffer(wedge, -1.0))
    noise = shapely.is_empty(shapely.buffer(wedge, -0.025))
    if noise:
        assert found.code == "NEAR_MISS"
        return
    kind = "overlap" if outwards else "gap"
    assert (found.code, found.field) == (("SLIVER", kind) if thin else (kind.upper(), ""))
    assert found.area_m2 == pytest.approx(wedge.area, rel=1e-6)
    assert set(found.features) == {"c5", "c6"}


@law
@given(seeds, st.integers(0, 15))
def test_an_area_recorded_twice_is_told_once(seed: int, row: int) -> None:
    shapes = bent(4, 4, seed=seed)
    (found,) = check([*shapes, shapely.reverse(shapes[row])])
    assert (found.code, set(found.features)) == ("DOUBLY_OWNED", {f"c{row}", "c16"})
    assert found.area_m2 == pytest.approx(shapes[row].area)


@law
@given(seeds, st.floats(0.001, 0.02), st.floats(0, 2 * np.pi))
def test_a_vertex_off_by_a_hair_is_a_near_miss(seed: int, off_m: float, turn: float) -> None:
    shapes = bent(4, 4, seed=seed)
    ring = np.asarray(shapes[5].exterior.coords)[:-1]
    ring[2] += off_m * np.array([np.cos(turn), np.sin(turn)])
    shapes[5] = shapely.Polygon(ring)
    found = check(shapes)
    assert {f.code for f in found} == {"NEAR_MISS"}
    assert all("c5" in f.features for f in found)
    assert len({f.features for f in found}) == len(found)


@law
@given(seeds, st.floats(0.2, 0.8))
def test_a_vertex_only_one_side_has_is_one_near_miss(seed: int, at: float) -> None:
    shapes = bent(4, 4, seed=seed)
    ring = np.asarray(shapes[5].exterior.coords)
    ring = np.insert(ring, 2, ring[1] + at * (ring[2] - ring[1]), axis=0)
    shapes[5] = shapely.Polygon(ring)
    (found,) = check(shapes)
    assert (found.code, set(found.features)) == ("NEAR_MISS", {"c5", "c6"})


@law
@given(seeds)
def test_noise_below_the_tolerance_is_never_more_than_a_near_miss(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rings = [np.asarray(shape.exterior.coords)[:-1] for shape in bent(4, 4, seed=seed)]
    noisy = [shapely.Polygon(ring + rng.uniform(-0.01, 0.01, ring.shape)) for ring in rings]
    assert {f.code for f in check(noisy)} <= {"NEAR_MISS"}


def rectangles() -> st.SearchStrategy[list]:
    """Rectangles on a coarse raster: shared borders, twins, crossings and touching corners."""
    corner = st.tuples(st.integers(0, 8), st.integers(0, 8), st.integers(1, 5), st.integers(1, 5))
    return st.lists(corner, min_size=1, max_size=8).map(
        lambda rows: [
            shapely.box(10 * x, 10 * y, 10 * (x + w), 10 * (y + h)) for x, y, w, h in rows
        ]
    )


@law
@given(rectangles())
def test_ground_agrees_with_brute_force(shapes: list) -> None:
    layer = cells(shapes)
    pairs = [a & b for i, a in enumerate(shapes) for b in shapes[i + 1 :]]
    shared = topology.overlaps(layer, tolerance_m=0)["area_m2"].sum()
    assert shared == pytest.approx(shapely.union_all(pairs).area if pairs else 0.0)
    whole = shapely.union_all(shapes)
    faces = shapely.polygonize(shapely.get_parts(shapely.union_all(whole.boundary)))
    enclosed = shapely.union_all(shapely.get_parts(faces)).area - whole.area
    assert topology.gaps(layer, tolerance_m=0)["area_m2"].sum() == pytest.approx(enclosed)


@law
@given(rectangles(), st.randoms(use_true_random=False), st.integers(-50, 50))
def test_order_names_and_place_do_not_matter(shapes: list, random, move: int) -> None:
    first = check(shapes)
    order = list(range(len(shapes)))
    random.shuffle(order)
    moved = [affinity.translate(shapes[k], 16 * move, -32 * move) for k in order]
    layer = areas(moved, codes=[f"c{k}" for k in order])
    second = topology.check({"cell": layer}, scheme=CELLS)
    assert told(second) == told(first)
    assert sum(f.area_m2 or 0 for f in second) == pytest.approx(sum(f.area_m2 or 0 for f in first))


@law
@given(rectangles())
def test_checking_changes_nothing_and_says_the_same_again(shapes: list) -> None:
    layer = cells(shapes)
    before = layer.copy()
    first = topology.check({"cell": layer}, scheme=CELLS)
    assert topology.check({"cell": layer}, scheme=CELLS) == first
    assert layer.equals(before)


@law
@given(seeds)
def test_rook_agrees_with_brute_force(seed: int) -> None:
    shapes = voronoi(seed)
    rook = topology.adjacency(cells(shapes))
    metres = {
        (i, j): shapes[i].intersection(shapes[j]).length
        for i in range(len(shapes))
        for j in range(i + 1, len(shapes))
    }
    known = {pair: length for pair, length in metres.items() if length > 0}
    assert [tuple(pair) for pair in rook.pairs.tolist()] == sorted(known)
    assert rook.length_m == pytest.approx([known[pair] for pair in sorted(known)])


@law
@given(seeds, st.floats(0, 360))
def test_rook_measures_borders_with_different_vertices(seed: int, turn: float) -> None:
    """A long edge against several short ones: the T vertices are on one side only."""
    shapes = [
        shapely.box(0, 0, 30, 10),
        *(shapely.box(10 * k, 10, 10 * k + 10, 25) for k in range(3)),
    ]
    rng = np.random.default_rng(seed)
    order = rng.permutation(4)
    turned = [affinity.rotate(shapes[k], turn, origin=(0, 0)) for k in order]
    rook = topology.adjacency(areas(turned, codes=[f"c{k}" for k in order]))
    found = {
        frozenset((rook.ids[a], rook.ids[b])): metres
        for (a, b), metres in zip(rook.pairs.tolist(), rook.length_m.tolist(), strict=True)
    }
    known = {
        ("c0", "c1"): 10,
        ("c0", "c2"): 10,
        ("c0", "c3"): 10,
        ("c1", "c2"): 15,
        ("c2", "c3"): 15,
    }
    assert found == pytest.approx({frozenset(pair): float(m) for pair, m in known.items()})
