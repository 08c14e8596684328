"""The page of a proposal: today beside what is proposed, misfits first, nothing published."""

import geopandas as gpd
from shapely.geometry import box

import maps

CRS = "EPSG:4549"


def areas(**columns: list[object]) -> gpd.GeoDataFrame:
    shapes = [box(448_000 + 100 * i, 3_564_000, 448_100 + 100 * i, 3_564_100) for i in range(3)]
    told = {
        "code": [f"3211980010010010{i}" for i in (1, 2, 3)],
        "name": ["一", "二", "三"],
        "kind": ["comprehensive"] * 3,
        "households": [60, 70, 180],
        "buildings": [3, 4, 1],
        "in_range": [True, True, False],
        "kept": [True, False, False],
        "reason_zh": ["", "", "单栋楼有 180 户"],
        "reason_en": ["", "", "a single building of 180 households"],
        **columns,
    }
    return gpd.GeoDataFrame(told, geometry=shapes, crs=CRS)


def test_misfits_stand_first_with_their_reason() -> None:
    scene = maps.Parcels(areas(), areas(), "microgrid", 12, maps.Base()).scene()
    today, proposed = scene.sheets
    assert (today.side, proposed.side) == ("before", "after")
    assert proposed.rows[0][:3] == ("三", 180, "单栋楼有 180 户")
    assert proposed.styles[0] == "norm_far_over"
    assert proposed.styles[1] == "norm_within"
    assert [fact.value for fact in scene.facts] == ["3", "66.7%", "12"]


def test_without_areas_of_today_there_is_nothing_to_wipe() -> None:
    (proposed,) = maps.Parcels(areas(), None, "microgrid", 0, maps.Base()).scene().sheets
    assert proposed.side == ""
    assert (
        "方案未发布" in maps.draw(maps.Parcels(areas(), None, "microgrid", 0, maps.Base())).html()
    )
