"""Places with known answers: a tower, a hamlet, a wall, a river, a compound, a street."""

import estates
import numpy as np
import shapely

from geo import parcelling


def groups(design: parcelling.Design) -> list[list[int]]:
    return sorted(sorted(area.houses.tolist()) for area in design.areas)


def test_a_tower_above_the_range_stands_alone_and_is_explained() -> None:
    estate = estates.estate(
        [*estates.row(4, 20), (120, 120, 180), *[(140 + 24 * i, 120, 20) for i in range(4)]]
    )
    design = estate.design()
    tower = next(area for area in design.areas if 4 in area.houses)
    assert tower.houses.tolist() == [4]
    assert tower.reason is not None
    assert tower.reason.code == "LARGE_BUILDING"
    assert "180" in tower.reason.en
    assert all(area.reason is None for area in design.areas if area is not tower)


def test_a_lone_hamlet_behind_a_wall_is_explained() -> None:
    wall = estates.street((170, -5), (170, 245))
    estate = estates.estate([*estates.row(4, 20), (200, 120, 12)], walls=(wall,))
    design = estate.design()
    assert [4] in groups(design)
    hamlet = next(area for area in design.areas if area.houses.tolist() == [4])
    assert hamlet.reason is not None
    assert hamlet.reason.code == "CUT_OFF"
    assert "12" in hamlet.reason.zh


def test_a_gate_in_the_wall_joins_the_hamlet() -> None:
    wall = estates.street((170, -5), (170, 245))
    houses = [*estates.row(4, 20, gap_m=40), (200, 120, 12)]
    assert len(estates.estate(houses, walls=(wall,)).design().areas) == 2
    joined = estates.estate(houses, walls=(wall,), gates=((170, 120),)).design()
    assert all(area.reason is None and area.connected for area in joined.areas)


def test_a_parent_with_too_few_households_is_one_area() -> None:
    design = estates.estate(estates.row(3, 5)).design()
    (area,) = design.areas
    assert area.reason is not None
    assert area.reason.code == "TOO_FEW"
    assert area.shape.equals(estates.parcel(0, 0))


def test_households_that_no_number_of_groups_can_share_are_explained() -> None:
    design = estates.estate(estates.row(5, 30)).design(allowed=parcelling.Range(80, 100, 90))
    assert {area.reason.code for area in design.areas if area.reason} == {"INDIVISIBLE"}


def test_a_parent_without_buildings_is_one_empty_area() -> None:
    estate = estates.estate(estates.row(4, 20), parents=(2, 1))
    empty = next(area for area in estate.design().areas if area.parent == 1)
    assert empty.households == 0
    assert empty.reason is not None
    assert empty.reason.code == "EMPTY"


def test_parents_that_the_range_is_not_for_stay_one_area() -> None:
    (area,) = estates.estate(estates.row(8, 40)).design(special=True).areas
    assert area.reason is None
    assert len(area.houses) == 8


def test_a_compound_that_fits_is_not_divided() -> None:
    houses = estates.row(9, 15)
    compound = [-1, -1, 0, 0, 0, 0, -1, -1, -1]
    design = estates.estate(houses, compound=compound).design()
    assert all(area.reason is None for area in design.areas)
    assert len(np.unique(design.home[2:6])) == 1


def test_a_compound_that_does_not_fit_is_divided() -> None:
    design = estates.estate(estates.row(9, 20), compound=[0] * 9).design()
    assert len(design.areas) > 1
    assert all(area.reason is None for area in design.areas)


def test_borders_run_along_a_street_between_houses() -> None:
    street = estates.street((0, 130), (240, 130))
    houses = [*estates.row(4, 18, y=100), *estates.row(4, 18, y=150)]
    design = estates.estate(houses, streets=(street,)).design()
    assert groups(design) == [[0, 1, 2, 3], [4, 5, 6, 7]]
    one, other = (area.shape for area in design.areas)
    border = one.intersection(other)
    assert border.length > 235
    assert shapely.hausdorff_distance(border, street) < 0.002


def test_borders_run_midway_between_houses_without_a_street() -> None:
    design = estates.estate([(60, 120, 60), (180, 120, 60)]).design()
    one, other = (area.shape for area in design.areas)
    border = one.intersection(other)
    middle = estates.street((120, 0), (120, 240))
    assert shapely.hausdorff_distance(border, middle) < 1.0


def test_houses_that_touch_each_other_are_never_cut() -> None:
    houses = [(20 + 14.0 * i, 120 + 3 * (i % 2), 12) for i in range(14)]
    estate = estates.estate(houses)
    design = estate.design()
    drawn = np.array([area.shape for area in design.areas], dtype=object)
    lost = shapely.area(shapely.difference(estate.houses, drawn[design.home]))
    assert len(design.areas) > 1
    assert lost.max() < 0.02


def test_parts_of_a_parent_are_divided_each_for_itself() -> None:
    estate = estates.estate(
        [*estates.row(5, 20), *[(260 + 24 * i, 120, 20) for i in range(5)]], parents=(3, 1)
    )
    apart = np.array(
        [shapely.MultiPolygon([estate.parents[0], estate.parents[2]]), estate.parents[1]],
        dtype=object,
    )
    design = estates.Estate(
        apart, estate.houses, estate.households, estate.compound, estate.streets, estate.barriers
    ).design()
    assert all(shapely.get_type_id(area.shape) == 3 for area in design.areas)
    total = shapely.area([area.shape for area in design.areas]).sum()
    assert abs(total - shapely.area(apart).sum()) < 1e-6


def test_a_parent_with_a_hole_keeps_it() -> None:
    estate = estates.scattered(7, parents=(1, 1))
    inner = shapely.box(*estates.at(90, 90), *estates.at(150, 150))
    rings = np.array([shapely.difference(estate.parents[0], inner), inner], dtype=object)
    estate = estates.Estate(
        rings, estate.houses, estate.households, estate.compound, estate.streets, estate.barriers
    )
    design = estate.design()
    drawn = np.array([area.shape for area in design.areas], dtype=object)
    assert shapely.coverage_is_valid(drawn)
    assert abs(shapely.area(drawn).sum() - estates.SIDE_M**2) < 1e-6


def test_houses_without_outline_are_points() -> None:
    estate = estates.estate(estates.row(6, 20))
    points = shapely.centroid(estate.houses)
    design = estates.Estate(
        estate.parents, points, estate.households, estate.compound, estate.streets, estate.barriers
    ).design()
    assert all(area.reason is None and area.connected for area in design.areas)
    assert len(design.areas) == 2


def test_houses_on_the_same_spot_share_their_land() -> None:
    estate = estates.estate(
        [
            *estates.row(4, 20),
            (44, 120, 20),
            (44, 120, 0),
            *[(140 + 24 * i, 120, 20) for i in range(3)],
        ]
    )
    design = estate.design()
    assert len({int(design.home[i]) for i in (1, 4, 5)}) == 1
    assert all(area.reason is None and area.connected for area in design.areas)


def test_an_area_of_today_that_hangs_not_together_is_redrawn_though_in_range() -> None:
    river = estates.street((120, -5), (120, 245))
    houses = [(x, y, 20) for x in (40, 80, 160, 200) for y in (40, 100, 160)]
    estate = estates.estate(houses, walls=(river,))
    split = shapely.union_all([estates.parcel(0, 0)])
    low = shapely.clip_by_rect(split, *(*estates.at(0, 0), *estates.at(240, 70)))
    rest = shapely.difference(split, low)
    today = np.array([low, rest], dtype=object), np.zeros(2, dtype=np.int64)
    design = estate.design(today=today, allowed=parcelling.Range(30, 200, 100), upset=1.0)
    assert all(area.connected for area in design.areas)
    assert not any(area.kept for area in design.areas)
    assert 0 < design.changed <= 160
