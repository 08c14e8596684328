"""The page on which sites are tried: by pointer, by keyboard alone, and by its address."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from visits import Visit

pytestmark = [pytest.mark.store, pytest.mark.pages]
Judge = Callable[[Visit], list[str]]


@pytest.fixture
def desk(served: object, visit: Callable[..., Visit]) -> Visit:
    seen = visit(served.url("/plan/sites"), width=0)  # type: ignore[attr-defined]
    expect(seen.page.locator("#groups tbody tr")).to_have_count(6)
    return seen


def clean(seen: Visit) -> None:
    assert seen.foreign == []
    assert seen.faults == []


def test_a_click_adds_a_station_and_undo_takes_it_back(desk: Visit, faults_of: Judge) -> None:
    page = desk.page
    page.keyboard.press("a")
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#changes li")).to_have_count(1)
    expect(page.locator("#bound p")).to_contain_text("任何 1 个新站方案上限的")
    assert faults_of(desk) == []
    page.keyboard.press("Control+z")
    expect(page.locator("#changes li")).to_have_count(0)
    expect(page.locator("#verdict")).to_contain_text("现状")
    page.keyboard.press("Control+Shift+z")
    expect(page.locator("#changes li")).to_have_count(1)
    clean(desk)


def test_every_tool_works_from_the_list(desk: Visit, faults_of: Judge) -> None:
    page = desk.page
    page.locator("#list tbody button").first.press("Enter")
    page.get_by_role("button", name="关闭此站").press("Enter")
    expect(page.locator("#changes li")).to_contain_text("关闭")
    expect(page.locator("#verdict")).not_to_contain_text("现状")
    page.locator("#changes button").press("Enter")
    expect(page.locator("#changes li")).to_have_count(0)
    page.locator("#list select").select_option(label="候选点 Candidates")
    page.locator("#list tbody button").first.press("Enter")
    page.get_by_role("button", name="在此新增").press("Enter")
    expect(page.locator("#changes li")).to_contain_text("新增")
    page.locator("#list select").select_option(label="站点 Stations")
    page.locator("#list tbody button").first.press("Enter")
    page.get_by_role("button", name="移动此站").press("Enter")
    page.get_by_role("button", name="在地图中心新增").press("Enter")
    expect(page.locator("#changes li")).to_have_count(2)
    expect(page.locator("#changes")).to_contain_text("移动")
    assert faults_of(desk) == []
    clean(desk)


def test_a_plan_is_kept_in_its_address(
    desk: Visit, served: object, visit: Callable[..., Visit], faults_of: Judge
) -> None:
    desk.page.locator("#add-centre").click()
    expect(desk.page.locator("#changes li")).to_have_count(1)
    again = visit(desk.page.url, width=320)
    expect(again.page.locator("#changes li")).to_have_count(1)
    assert faults_of(again) == []
    wide = again.run("() => document.documentElement.scrollWidth")
    assert wide <= 320
    clean(again)


def test_the_best_plan_can_be_taken(desk: Visit) -> None:
    page = desk.page
    page.locator(".asked summary").click()
    page.locator("#minutes").select_option("5")
    page.locator("#add-centre").click()
    page.get_by_role("button", name="换成最好的方案").click()
    expect(page.locator("#bound p")).to_contain_text("100%")
    clean(desk)
