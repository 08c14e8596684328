"""The page on which a file is sent, judged, taken in and taken back; at a desk and on a phone."""

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from playwright.sync_api import expect
from visits import Visit

pytestmark = [pytest.mark.store, pytest.mark.pages]
Judge = Callable[[Visit], list[str]]
LONG = 60_000.0


def stations(path: Path) -> Path:
    """Write two stations as an office would: columns by pinyin, one of them far away."""
    frame = gpd.GeoDataFrame(
        {"bianhao": ["S1", "S2"], "mingcheng": ["东站", "西站"]},
        geometry=gpd.points_from_xy([119.45, 121.0], [32.2, 32.2]), crs=4490,
    )  # fmt: skip
    frame.to_file(path, layer="station")
    return path


@pytest.fixture
def page(served: object, visit: Callable[..., Visit]) -> Visit:
    return visit(served.url("/v1/imports/new"), width=0)  # type: ignore[attr-defined]


def test_sent_judged_confirmed_taken_and_taken_back(
    page: Visit, faults_of: Judge, tmp_path: Path
) -> None:
    seen = page.page
    seen.get_by_label("文件 File").set_input_files(stations(tmp_path / "station.gpkg"))
    seen.get_by_role("button", name="上传并检查").click()
    state, fault = seen.locator("#state"), seen.locator("#fault")
    expect(state).to_contain_text("有问题必须先处理", timeout=LONG)
    expect(seen.locator("#sent")).to_have_js_property("value", 1)
    expect(seen.locator("#findings")).to_contain_text("FIELD_MISSING")
    assert faults_of(page) == []
    seen.set_viewport_size({"width": 360, "height": 640})
    assert seen.evaluate("document.documentElement.scrollWidth") <= 360
    assert faults_of(page) == []
    seen.get_by_role("button", name="入库").click()
    expect(fault).to_contain_text("未导入")
    expect(fault).to_have_role("alert")
    seen.reload()
    expect(state).to_contain_text("有问题必须先处理")
    seen.locator(".column[value=name]").check()
    seen.get_by_label("id 是字段").select_option("bianhao")
    seen.get_by_role("checkbox", name="OUTSIDE_DISTRICT").check()
    seen.get_by_role("button", name="入库").click()
    expect(state).to_contain_text("已入库")
    expect(fault).to_be_empty()
    assert faults_of(page) == []
    with seen.expect_popup() as report:
        seen.get_by_role("link", name="打开带地图的报告").click()
    expect(report.value.locator(".leaflet-container")).to_be_visible(timeout=LONG)
    seen.get_by_role("button", name="放弃或撤销").click()
    expect(state).to_contain_text("已撤销")
    assert page.foreign == []


def test_a_file_that_cannot_be_read_is_told_aloud_with_a_way_on(
    page: Visit, faults_of: Judge, tmp_path: Path
) -> None:
    seen = page.page
    (tmp_path / "grid.gpkg").write_text("no package")
    seen.get_by_label("文件 File").set_input_files(tmp_path / "grid.gpkg")
    seen.get_by_role("button", name="上传并检查").press("Enter")
    expect(seen.locator("#fault")).to_contain_text("请重新导出", timeout=LONG)
    expect(seen.get_by_role("button", name="入库")).to_be_disabled()
    assert faults_of(page) == []
    assert page.foreign == []
