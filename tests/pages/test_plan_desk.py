"""The planner's desk: every tool by pointer and by keyboard alone, undo, two at once, a phone."""

from collections.abc import Callable

import planville
import pytest
from planning import Planner
from playwright.sync_api import expect
from visits import Visit

pytestmark = [pytest.mark.store, pytest.mark.pages]
Judge = Callable[[Visit], list[str]]
EAST, WEST = "321198001001004", "321198001001003"
"""Neighbours in one community."""


@pytest.fixture
def planner(ville: object, visit: Callable[..., Visit]) -> Planner:
    """Sit down at the desk with a scenario of one's own."""
    seen = visit(ville.url("/plan"), width=0, reduced_motion="reduce")  # type: ignore[attr-defined]
    return Planner(seen).opens()


def test_all_tools_by_keyboard_alone(planner: Planner, faults_of: Judge) -> None:
    page, before = planner.page, planner.grids()
    planner.chooses("东园第3网格")
    planner.keys("s")
    page.get_by_role("button", name="分割 Split", exact=True).press("Enter")
    planner.stands(1)
    planner.keys("Control+z")
    planner.stands(2)
    planner.chooses("东园第2网格")
    planner.keys("x")
    expect(page.locator("#finish")).to_be_focused()
    planner.keys("Enter")
    planner.stands(3)
    expect(page.locator("#balance tbody tr")).to_have_count(2)
    planner.keys("Control+z")
    planner.stands(4)
    planner.chooses("东园第3网格")
    planner.keys("m")
    page.get_by_role("button", name="合并 Merge", exact=True).press("Enter")
    planner.stands(5)
    planner.keys("Control+z")
    planner.stands(6)
    planner.chooses("东园第3网格")
    planner.keys("e")
    page.get_by_role("button", name="预览移动").press("Enter")
    planner.keys("Enter")
    planner.stands(7)
    planner.keys("Control+z")
    planner.stands(8)
    planner.chooses("东园第3网格")
    planner.keys("a")
    page.get_by_role("button", name="选上最近的").press("Enter")
    planner.hears("Enter 划入")
    assert faults_of(planner.seen) == []
    page.locator("#finish").press("Enter")
    planner.stands(9)
    planner.keys("Control+z")
    planner.stands(10)
    assert planner.grids() == before
    planner.well()


def test_locks_problems_and_help_by_keyboard_alone(planner: Planner, faults_of: Judge) -> None:
    before = planner.grids()
    planner.chooses("东园第3网格")
    planner.keys("l", "x")
    planner.hears("已锁定，此操作会改动它")
    planner.keys("l", "Escape", "n")
    planner.hears("F 应用")
    planner.keys("f")
    planner.stands(1)
    planner.keys("?")
    assert faults_of(planner.seen) == []
    planner.keys("Escape", "Control+z")
    planner.stands(2)
    assert planner.grids() == before
    planner.well("409")


def test_all_tools_by_pointer_in_few_inputs(planner: Planner) -> None:
    page, before = planner.page, planner.grids()
    planner.keys("s")
    planner.clicks(EAST, -0.1)
    planner.clicks(EAST, 1.1)
    planner.keys("Enter")
    planner.stands(1)
    planner.keys("Control+z")
    planner.stands(2)
    planner.clicks(planville.LARGE)
    planner.keys("s")
    expect(page.get_by_role("button", name="沿街分割")).to_be_visible()
    assert page.locator("#ways select").last.locator("option").count() == 1
    planner.clicks(planville.LARGE, 0.5, 0.41)
    planner.stands(3)
    planner.keys("Control+z")
    planner.stands(4)
    planner.keys("v", "Escape")
    planner.clicks(WEST)
    planner.keys("m")
    planner.clicks(EAST)
    planner.stands(5)
    planner.keys("Control+z")
    planner.stands(6)
    planner.clicks(WEST)
    planner.keys("e")
    planner.drags((WEST, 1.0, 0.5), (WEST, 1.3, 0.5))
    planner.stands(7)
    assert planner.households(WEST) > planner.households(EAST)
    planner.keys("Control+z", "a")
    planner.stands(8)
    planner.keys("a")
    planner.drags((EAST, -0.02, 0.02), (EAST, 0.5, 0.02), (EAST, 0.5, 0.98), (EAST, -0.02, 0.98))
    planner.stands(9)
    assert planner.households(WEST) == 480
    for corner in ((-0.02, 0.02), (0.45, 0.02), (0.45, 0.3), (-0.02, 0.3)):
        planner.clicks(planville.SMALL, *corner)
    planner.keys("Backspace", "Escape", "Control+z")
    planner.stands(10)
    assert planner.grids() == before
    planner.well()


def test_two_planners_see_each_other_and_lose_nothing(
    planner: Planner, visit: Callable[..., Visit]
) -> None:
    other = Planner(visit(planner.page.url, width=0, reduced_motion="reduce"))
    other.stands(0)
    planner.clicks(EAST)
    expect(other.page.locator("#company")).to_contain_text("东园社区", timeout=120_000)
    other.seen.run("() => { Wangge.desk.company.look = () => {}; }")
    planner.keys("x", "Enter")
    planner.stands(1)
    other.clicks(WEST)
    other.keys("x", "Enter")
    other.hears("已载入")
    other.stands(1)
    assert other.grids() == planner.grids()
    other.clicks(WEST)
    other.keys("x", "Enter")
    other.stands(2)
    planner.stands(2)
    assert other.grids() == planner.grids()
    other.page.reload()
    other.stands(2)
    assert other.grids() == planner.grids()


def test_on_a_narrow_phone(planner: Planner, visit: Callable[..., Visit], faults_of: Judge) -> None:
    phone = visit(planner.page.url, width=320)
    Planner(phone).stands(0)
    assert phone.run("() => document.documentElement.scrollWidth") <= 320
    assert faults_of(phone) == []
