"""Codes: who goes on keeps the code, who is new gets the next free number, none is given twice."""

import estates
import numpy as np
import shapely
from pyproj import CRS

from geo import coords, parcelling

PARENT = "321198001001001"


def coded(
    design: parcelling.Design,
    estate: estates.Estate,
    now: parcelling.Today,
    today: list[str],
    used: list[str],
) -> list[str]:
    return parcelling.coded(
        design, [PARENT], "microgrid", now=now, today_codes=today,
        households=estate.households, used=used,
    )  # fmt: skip


def test_new_areas_are_numbered_like_a_page_after_all_codes_ever_given() -> None:
    estate = estates.estate(estates.row(9, 20))
    design = estate.design()
    none = parcelling.today(np.zeros(0, dtype=object), np.zeros(0, dtype=np.int64), estate.ground())
    given = coded(design, estate, none, [], [f"{PARENT}07"])
    west = [area.shape.centroid.x for area in design.areas]
    assert [given[i] for i in np.argsort(west)] == [
        f"{PARENT}{8 + i:02d}" for i in range(len(given))
    ]


def test_areas_that_go_on_keep_their_code() -> None:
    estate = estates.estate(estates.row(9, 20))
    first = estate.design()
    shapes = np.array([area.shape for area in first.areas], dtype=object)
    today = shapes, np.zeros(len(shapes), dtype=np.int64)
    names = [f"{PARENT}{5 + i:02d}" for i in range(len(shapes))]
    again = estate.design(today=today)
    now = parcelling.today(*today, estate.ground())
    assert sorted(coded(again, estate, now, names, names)) == names


def test_a_split_closes_the_old_code() -> None:
    estate = estates.estate(estates.row(9, 20))
    today = estate.parents, np.zeros(1, dtype=np.int64)
    now = parcelling.today(*today, estate.ground())
    split = estate.design(today=today)
    given = coded(split, estate, now, [f"{PARENT}03"], [f"{PARENT}03"])
    assert len(set(given)) == len(split.areas) > 1
    assert f"{PARENT}03" not in given
    assert min(given) == f"{PARENT}04"


def test_malformed_codes_are_not_carried_on() -> None:
    estate = estates.estate(estates.row(9, 20))
    first = estate.design()
    shapes = np.array([area.shape for area in first.areas], dtype=object)
    today = shapes, np.zeros(len(shapes), dtype=np.int64)
    now = parcelling.today(*today, estate.ground())
    names = [f"{PARENT}O{i}" for i in range(len(shapes))]
    given = coded(estate.design(today=today), estate, now, names, [])
    assert sorted(given) == [f"{PARENT}{1 + i:02d}" for i in range(len(shapes))]


def test_shapes_come_home_to_the_bits_they_had() -> None:
    crs = CRS(estates.CRS)
    estate = estates.scattered(11)
    way = coords.transformer(crs)
    stored = shapely.transform(estate.parents, lambda xy: np.column_stack(way.transform(*xy.T)))
    back = coords.transformer(coords.STORED, crs)
    metres = shapely.transform(stored, lambda xy: np.column_stack(back.transform(*xy.T)))
    home = parcelling.in_degrees(metres, crs, [(metres, stored)])
    assert shapely.equals_identical(home, stored).all()
    estate = estates.Estate(
        metres, estate.houses, estate.households, estate.compound, estate.streets, estate.barriers
    )
    design = estate.design()
    drawn = np.array([area.shape for area in design.areas], dtype=object)
    degrees = parcelling.in_degrees(drawn, crs, [(metres, stored)])
    assert shapely.coverage_is_valid(degrees)
    assert shapely.is_valid(degrees).all()
