"""Nested levels, buildings and codes: one cause gives one finding, with the right names."""

import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import affinity
from tessellations import CELLS, EAST_M, NORTH_M, areas, district, replaced
from towns import frame

from geo import topology
from geo.errors import BadInput, CrsError
from geo.layers import Finding, GridLayer, Severity, demand, grids

G1, G2 = "321198001001001", "321198001001002"
FAR = "321198001004001"


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    return shapely.box(EAST_M + west, NORTH_M + south, EAST_M + east, NORTH_M + north)


def row(layer: GridLayer, code: str) -> int:
    return layer["code"].tolist().index(code)


def with_ground(layer: GridLayer, code: str, shape: shapely.Geometry) -> GridLayer:
    return replaced(layer, row(layer, code), geometry=shape)


def ground(layer: GridLayer, code: str) -> shapely.Geometry:
    return layer.geometry.iloc[row(layer, code)]


def one(levels: dict[str, GridLayer], buildings=None) -> Finding:
    (found,) = topology.check(levels, buildings)  # one cause, one finding
    assert found.zh
    assert found.en
    assert found.hint_zh
    assert found.hint_en
    return found


def said(found: Finding) -> tuple[str, str, str, tuple[str, ...]]:
    return found.code, found.layer, found.field, found.features


def houses(*shapes: shapely.Geometry, households: int = 10):
    rows = [{"id": f"B{k}", "households": households, "geometry": s} for k, s in enumerate(shapes)]
    return demand(frame("building", rows))


@pytest.fixture
def levels() -> dict[str, GridLayer]:
    return district()


def test_a_sound_district_gives_nothing(levels) -> None:
    assert topology.check(levels, houses(box(10, 10, 20, 20))) == []


def test_a_turned_district_gives_nothing(levels) -> None:
    """Turned, the vertices of lower levels no longer lie exactly on the edges above."""
    turned = {name: layer.set_geometry(affinity_rotated(layer)) for name, layer in levels.items()}
    assert topology.check({k: GridLayer(v) for k, v in turned.items()}) == []


def affinity_rotated(layer: GridLayer):
    return layer.geometry.map(lambda s: affinity.rotate(s, 33.3, origin=(EAST_M, NORTH_M)))


def test_no_levels_give_nothing() -> None:
    assert topology.check({}) == []
    empty = grids(district()["grid"].iloc[:0])
    assert topology.check({"grid": empty}) == []


def test_a_gap_at_the_edge_of_the_district(levels) -> None:
    levels["grid"] = with_ground(levels["grid"], G1, box(50, 0, 200, 200))
    found = one(levels, houses(box(10, 10, 20, 20), box(45, 100, 55, 110), box(60, 60, 70, 70)))
    assert said(found) == ("GAP", "grid", "", (G1, "321198001001003"))
    assert found.area_m2 == pytest.approx(50 * 200)
    assert found.households == 10 + 10


def test_a_gap_of_several_levels_is_told_on_the_widest(levels) -> None:
    cut = box(0, 0, 30, 50)
    for level, code in (("community", G1[:12]), ("grid", G1), ("microgrid", G1 + "01")):
        levels[level] = with_ground(levels[level], code, ground(levels[level], code) - cut)
    found = one(levels)
    assert (found.code, found.layer, found.area_m2) == ("GAP", "community", pytest.approx(1500))


def test_a_thin_gap_is_a_sliver(levels) -> None:
    levels["microgrid"] = with_ground(levels["microgrid"], G1 + "01", box(0, 0, 98.5, 100))
    found = one(levels)
    assert said(found)[:3] == ("SLIVER", "microgrid", "gap")
    assert set(found.features) == {G1 + "01", G1 + "02"}
    assert found.area_m2 == pytest.approx(150)


def test_overlapping_micro_grids_of_two_grids_are_one_overlap(levels) -> None:
    levels["microgrid"] = with_ground(levels["microgrid"], G1 + "02", box(100, 0, 230, 100))
    found = one(levels, houses(box(210, 10, 220, 20)))
    assert said(found) == ("OVERLAP", "microgrid", "", (G1 + "02", G2 + "01"))
    assert found.area_m2 == pytest.approx(3000)
    assert found.households == 10


def test_an_overlap_of_grids_of_two_communities_is_one_overlap(levels) -> None:
    levels["grid"] = with_ground(levels["grid"], G2, box(200, 0, 450, 200))
    found = one(levels)
    assert said(found)[:3] == ("OVERLAP", "grid", "")
    assert set(found.features) == {G2, "321198001002001"}


def test_a_hole(levels) -> None:
    shape = box(0, 0, 100, 100) - box(40, 40, 60, 60)
    levels["microgrid"] = with_ground(levels["microgrid"], G1 + "01", shape)
    found = one(levels)
    assert said(found) == ("HOLE", "microgrid", "", (G1 + "01",))
    assert found.area_m2 == pytest.approx(400)


def test_an_exclave_taken_from_another_grid(levels) -> None:
    piece = box(600, 600, 700, 700)
    layer = with_ground(levels["grid"], G1, ground(levels["grid"], G1) | piece)
    home = "321198001004004"
    levels["grid"] = with_ground(layer, home, ground(layer, home) - piece)
    found = one(levels)
    assert said(found) == ("MULTIPART", "grid", "", (G1,))
    assert found.area_m2 == pytest.approx(piece.area)


def test_an_area_recorded_twice_keeps_the_one_that_lies_right(levels) -> None:
    layer = levels["microgrid"]
    twin = layer.iloc[[row(layer, G1 + "01")]].assign(code=FAR + "09", parent=FAR)
    levels["microgrid"] = grids(pd.concat([twin, layer], ignore_index=True), "microgrid")
    found = one(levels)
    assert said(found) == ("DOUBLY_OWNED", "microgrid", "", (G1 + "01", FAR + "09"))
    assert G1 in found.zh
    assert FAR in found.zh


def test_the_same_row_twice_is_doubly_owned_only(levels) -> None:
    layer = levels["microgrid"]
    twice = pd.concat([layer, layer.iloc[[5]]], ignore_index=True)
    levels["microgrid"] = grids(twice, "microgrid")
    assert one(levels).code == "DOUBLY_OWNED"


def test_a_parent_that_does_not_exist(levels) -> None:
    layer = levels["microgrid"]
    levels["microgrid"] = replaced(layer, row(layer, G1 + "03"), parent="321198001001999")
    found = one(levels)
    assert said(found) == ("ORPHAN", "microgrid", "parent", (G1 + "03",))
    assert G1 in found.hint_zh


def test_a_declared_parent_elsewhere(levels) -> None:
    layer = levels["microgrid"]
    levels["microgrid"] = replaced(layer, row(layer, G1 + "03"), parent=FAR)
    found = one(levels)
    assert said(found) == ("PARENT_MISMATCH", "microgrid", "parent", (G1 + "03",))
    assert found.area_m2 == pytest.approx(10_000)
    assert G1 in found.hint_en


def test_a_number_of_another_parent(levels) -> None:
    layer = levels["microgrid"]
    levels["microgrid"] = replaced(layer, row(layer, G1 + "03"), code=FAR + "77")
    assert said(one(levels)) == ("PARENT_MISMATCH", "microgrid", "code", (FAR + "77",))


def test_a_border_that_left_the_border_above(levels) -> None:
    """Micro-grids 1.02 and 2.01 agree with each other, but not with their grids."""
    layer = with_ground(levels["microgrid"], G1 + "02", box(100, 0, 210, 100))
    levels["microgrid"] = with_ground(layer, G2 + "01", box(210, 0, 300, 100))
    found = one(levels)
    assert said(found) == ("OUTSIDE_PARENT", "microgrid", "", (G1 + "02",))
    assert found.area_m2 == pytest.approx(1000)


@pytest.mark.parametrize("code", ["32119800100100", "32119800100100X", "３21198001001001", ""])
def test_a_malformed_code_of_a_grid_is_told_once(levels, code: str) -> None:
    """Its micro-grids, which still name the right code, are no orphans."""
    levels["grid"] = replaced(levels["grid"], row(levels["grid"], G1), code=code)
    found = one(levels)
    assert (found.code, found.severity) == ("CODE_INVALID", Severity.ERROR)


def test_a_code_given_twice_is_told_once(levels) -> None:
    levels["grid"] = replaced(levels["grid"], row(levels["grid"], G2), code=FAR)
    found = one(levels)
    assert said(found) == ("CODE_DUPLICATE", "grid", "code", (FAR,))
    assert found.area_m2 == pytest.approx(2 * 200 * 200)


def test_a_real_orphan_beside_a_code_given_twice(levels) -> None:
    levels["grid"] = replaced(levels["grid"], row(levels["grid"], G2), code=FAR)
    layer = levels["microgrid"]
    levels["microgrid"] = replaced(layer, row(layer, G2 + "04"), parent="321198001001888")
    assert {f.code for f in topology.check(levels)} == {"CODE_DUPLICATE", "ORPHAN"}


def test_a_malformed_parent_is_an_invalid_code_and_no_orphan(levels) -> None:
    layer = levels["microgrid"]
    levels["microgrid"] = replaced(layer, row(layer, G1 + "03"), parent="3211980010")
    assert said(one(levels)) == ("CODE_INVALID", "microgrid", "parent", (G1 + "03",))


def test_a_broken_outline_is_told_alone(levels) -> None:
    x, y = np.array([0, 100, 0, 100]) + EAST_M, np.array([0, 0, 100, 100]) + NORTH_M
    layer = levels["microgrid"]
    levels["microgrid"] = with_ground(layer, G1 + "01", shapely.Polygon(np.stack([x, y], axis=1)))
    assert said(one(levels)) == ("GEOM_INVALID", "microgrid", "", (G1 + "01",))


def test_a_building_cut_by_a_border(levels) -> None:
    shapes = [box(95, 10, 115, 20), box(60, 10, 100.03, 20), box(10, 10, 20, 20)]
    found = one(levels, houses(*shapes))
    assert said(found) == ("BUILDING_CUT", "building", "", ("B0", G1 + "02", G1 + "01"))
    assert found.households == 10


def test_buildings_in_none_are_counted_in_the_gap(levels) -> None:
    levels["microgrid"] = grids(levels["microgrid"].iloc[1:], "microgrid")
    found = one(levels, houses(box(10, 10, 20, 20), box(95, 30, 125, 40)))
    assert (found.code, found.households) == ("GAP", 10)


def test_households_out_of_norm(levels) -> None:
    grid = replaced(levels["grid"], 3, households=299)
    grid = replaced(grid, 4, households=501)
    grid = replaced(grid, 5, households=0, kind="dedicated")
    found = topology.check({"grid": grid})
    assert [(f.code, f.severity, f.households) for f in found] == [
        ("SIZE_OUT_OF_NORM", Severity.INFO, 299),
        ("SIZE_OUT_OF_NORM", Severity.INFO, 501),
    ]
    wide = topology.Norms(grid=(200, 600))
    assert topology.check({"grid": grid}, norms=wide) == []


def test_levels_may_be_left_out(levels) -> None:
    del levels["community"], levels["subdistrict"]
    assert topology.check(levels) == []
    levels["grid"] = grids(levels["grid"].iloc[1:], "grid")
    assert "GAP" in {f.code for f in topology.check(levels)}


def test_single_checks_answer_tables(levels) -> None:
    grid, micro = levels["grid"], levels["microgrid"]
    open_ = grids(micro.iloc[1:], "microgrid")
    assert len(topology.gaps(open_)) == 0
    table = topology.gaps(open_, within=grid)
    assert table[["fault", "area_m2"]].to_numpy().tolist() == [["GAP", 10_000.0]]
    assert table.crs == grid.crs
    assert len(topology.holes(grid)) == len(topology.parts(grid)) == 0
    assert len(topology.near_misses(grid)) == len(topology.codes(grid, "grid")) == 0
    assert len(topology.sizes(grid, "grid")) == len(topology.hierarchy(micro, grid)) == 0
    cut = topology.buildings_cut(grid, houses(box(195, 10, 205, 20)))
    assert cut["building"].tolist() == ["B0"]


def test_degrees_unknown_levels_and_mixed_systems_are_refused(levels) -> None:
    with pytest.raises(CrsError):
        topology.gaps(levels["grid"].to_crs(4490))
    with pytest.raises(BadInput):
        topology.check({"planet": levels["grid"]})
    other = GridLayer(levels["microgrid"].to_crs(4548))
    with pytest.raises(CrsError):
        topology.check({"grid": levels["grid"], "microgrid": other})


def test_broken_rings_that_were_never_closed_have_no_ground() -> None:
    flat = shapely.Polygon([(0, 0), (10, 0), (20, 0)])
    found = topology.check({"cell": areas([flat, shapely.box(0, 5, 10, 10)])}, scheme=CELLS)
    assert [f.code for f in found] == ["GEOM_INVALID"]
