"""Columns are proposed by pinyin, initials, cut names and content; nothing is taken unasked."""

import geopandas as gpd
import numpy as np
import pytest
import sent

from geo import files
from geo.files.kinship import with_codes, with_parents
from geo.files.matching import proposed
from geo.files.table import Field
from geo.layers import LAYERS

CODES = [f"3211980010010{i:02d}" for i in range(10, 40)]


def field(name: str, values) -> Field:
    return Field(name, np.array(list(values), dtype=object))


@pytest.mark.parametrize(
    ("name", "values", "column"),
    [
        ("WGBM", CODES, "code"),
        ("bianma", CODES, "code"),
        ("f_7", CODES, "code"),
        ("mingcheng", ["幸福里", "解放路"] * 15, "name"),
        ("wanggemingcheng", ["幸福里", "解放路"] * 15, "name"),
        ("SJBM", ["321198001001"] * 30, "parent"),
        ("x_9", ["321198001001"] * 30, "parent"),
        ("hushu", ["320"] * 30, "households"),
        ("居民总户数（户）", ["320"] * 30, "households"),
        ("househoulds", ["320"] * 30, "households"),
        ("changzhurenkou", ["320"] * 30, "residents"),
        ("lx", ["综合网格", "专属网格"] * 15, "kind"),
        ("t", ["综合", "专属"] * 15, "kind"),
    ],
)
def test_a_field_is_proposed(name, values, column):
    found = proposed([field(name, values)], LAYERS["grid"], {})
    assert [(p.column, p.field) for p in found] == [(column, name)]
    assert 0.6 <= found[0].score <= 1
    assert found[0].why_zh
    assert found[0].why_en


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("hushu", ["约三百"] * 9),
        ("note", ["文字"] * 9),
        ("lx", ["甲", "乙"] * 5),
        ("a", [None] * 5),
    ],
)
def test_what_does_not_fit_is_not_proposed(name, values):
    assert proposed([field(name, values)], LAYERS["grid"], {}) == []


def test_proposals_are_taken_only_when_asked(tmp_path):
    frame = gpd.GeoDataFrame(
        {"WGBM": CODES[:2], "hushu": [320, 410]}, geometry=sent.squares(2), crs=4490
    )
    path = tmp_path / "a.gpkg"
    frame.to_file(path)
    plain, report = files.read(path, layer="grid")
    assert [f.code for f in report.blocking()] == ["FIELD_MISSING"]
    assert plain["households"].tolist() == [0, 0]
    assert {p["column"] for p in report.facts["mapping"]} == {"code", "households"}
    taken, report = files.read(path, layer="grid", trusting=True)
    assert not report.blocking()
    assert (taken["code"].tolist(), taken["households"].tolist()) == (CODES[:2], [320, 410])


def test_parents_come_from_the_place_and_codes_in_reading_order():
    above = gpd.GeoDataFrame(
        {"code": ["321198001001", "321198001002"], "name": ["甲", "乙"]},
        geometry=sent.squares(2, side=0.02),
        crs=4490,
    )
    grids = gpd.GeoDataFrame(
        {"code": ["", "", "", "321198001002004"], "parent": ["", "", "", "321198001002"]},
        geometry=sent.squares(4), crs=4490,
    )  # fmt: skip
    placed, said = with_parents(grids, above, "grid")
    assert placed["parent"].tolist() == ["321198001001"] * 2 + ["321198001002"] * 2
    assert [f.code for f in said] == ["PARENT_INFERRED"]
    coded, said = with_codes(placed, "grid", ["321198001001007"])
    assert coded["code"].tolist() == [
        "321198001001008", "321198001001009", "321198001002005", "321198001002004",
    ]  # fmt: skip
    assert [f.code for f in said] == ["CODE_GIVEN"]
    again, said = with_codes(coded, "grid", [])
    assert again["code"].tolist() == coded["code"].tolist()
    assert said == []


def test_a_parent_written_by_its_name_gets_its_code():
    above = gpd.GeoDataFrame(
        {"code": ["321198001001", "321198001002", "321198001003"], "name": ["幸福社区居委会", "和平", "和平"]},
        geometry=sent.squares(3), crs=4490,
    )  # fmt: skip
    parents = ["幸福社区", "和平", "321198001003", "别处"]
    grids = gpd.GeoDataFrame(
        {"code": CODES[:4], "parent": parents}, geometry=sent.squares(4), crs=4490
    )
    named, said = with_parents(grids, above, "grid")
    assert named["parent"].tolist() == ["321198001001", *parents[1:]]
    assert [f.code for f in said] == ["PARENT_BY_NAME"]
