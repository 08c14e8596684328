"""Services, opening hours and roles as offices write them become the words of this house."""

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point

from geo import files
from geo.files import sayings
from geo.layers import hours


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (
            "周一至周五 8:30—11:30，13:30—17:30；周末休息",
            "Mo-Fr 08:30-11:30,13:30-17:30; Sa,Su off",
        ),
        ("每天 8点-18点", "Mo-Su 08:00-18:00"),
        ("工作日 9:00-17:00 节假日休息", "Mo-Fr 09:00-17:00; PH off"),
        ("上午8:30-11:30，下午2:00-5点半", "08:30-11:30,14:00-17:30"),
        ("二十四小时开放", "24/7"),
        ("Mo-Fr 08:30-17:30", "Mo-Fr 08:30-17:30"),
        ("以门口通知为准", None),
    ],
)
def test_hours_in_chinese_are_read(said: str, meant: str | None) -> None:
    assert sayings.opening(said) == meant
    if meant:
        hours.parse(meant)


def test_a_file_in_the_words_of_an_office_is_understood(tmp_path: object) -> None:
    table = pd.DataFrame(
        {
            "编号": ["Z1", "Z2"],
            "服务": ["休息、饮水，卫生间；擦鞋", "rest;water"],
            "开放时间": ["全天", "看门口"],
        }
    )
    frame = gpd.GeoDataFrame(table, geometry=[Point(76, 39.4), Point(76.01, 39.4)], crs=4490)
    path = f"{tmp_path}/station.gpkg"
    frame.to_file(path)
    read, report = files.read(path, layer="station")
    assert read["services"].tolist() == ["rest;water;toilet;擦鞋", "rest;water"]
    assert read["hours"].tolist() == ["24/7", "看门口"]
    unread = [f for f in report.findings if f.code == "HOURS_UNREAD"]
    assert [f.features for f in unread] == [("Z2",)]


def test_titles_become_roles_and_others_stay() -> None:
    assert [sayings.role(t) for t in ("专职网格员", "微网格长", "民警")] == [
        "grid_worker", "microgrid_leader", "民警",
    ]  # fmt: skip
