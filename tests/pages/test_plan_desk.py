"""The planner's desk: every tool by pointer and from lists, undo, reload, and its address."""

from collections.abc import Callable
from itertools import count

import pytest
from playwright.sync_api import expect
from visits import Visit

pytestmark = [pytest.mark.store, pytest.mark.pages]
Judge = Callable[[Visit], list[str]]
NAMES = count(1)
GRIDS = """() => JSON.stringify([...Wangge.desk.levels.grid.items.values()]
  .map(a => [a.ref, a.households, [...a.xs].map((x, k) => x + " " + a.ys[k]).sort()]).sort())"""
INSIDE = """([ref, dx]) => {
  const desk = Wangge.desk, areas = desk.levels.grid, it = areas.get(ref), map = desk.map;
  Wangge.goTo(map, areas.sheet, areas.at(ref));
  const [w, n, e, s] = it.box, x = dx === 0 ? it.spot[0] : dx < 0 ? w - 60 : e + 60;
  const p = map.latLngToContainerPoint(Wangge.toLatLng(x, it.spot[1]));
  const box = map.getContainer().getBoundingClientRect();
  return [box.x + p.x, box.y + p.y];
}"""


@pytest.fixture
def desk(served: object, visit: Callable[..., Visit]) -> Visit:
    """Open the desk with a scenario of its own."""
    seen = visit(served.url("/plan"), width=0, reduced_motion="reduce")  # type: ignore[attr-defined]
    seen.page.wait_for_function("() => window.__deskReady")
    seen.page.locator("#plan-name").fill(f"方案 {next(NAMES)}")
    seen.page.keyboard.press("Enter")
    stands(seen, 0)
    return seen


def stands(seen: Visit, step: int) -> None:
    """Wait until the desk stands at a step."""
    expect(seen.page.locator("#stand")).to_contain_text(f"第 {step} 步", timeout=20_000)


def clean(seen: Visit) -> None:
    """Check that the page asked nobody else and nothing went wrong."""
    assert seen.foreign == []
    assert seen.faults == []


def first_grid(seen: Visit) -> str:
    """Choose the first grid of the list by keyboard; give its code."""
    seen.page.locator("#list tbody button").first.press("Enter")
    seen.page.get_by_role("button", name="选定").press("Enter")
    return str(seen.run("() => Wangge.desk.chosen"))


def click(seen: Visit, code: str, dx: float = 0) -> None:
    """Click a grid on the map: at its label (0), beyond its west (-1) or its east border (1)."""
    x, y = seen.run(INSIDE, [code, dx])
    seen.page.mouse.click(x, y)


def test_halves_by_keyboard_undo_redo_reload(desk: Visit, faults_of: Judge) -> None:
    page, before = desk.page, desk.run(GRIDS)
    code = first_grid(desk)
    page.keyboard.press("x")
    expect(page.locator("#hint")).to_contain_text("Enter 确认", timeout=20_000)
    page.keyboard.press("Enter")
    stands(desk, 1)
    halved = desk.run(GRIDS)
    assert halved != before
    assert code not in halved
    expect(page.locator("#balance tbody tr")).to_have_count(2)
    assert faults_of(desk) == []
    page.keyboard.press("Control+z")
    stands(desk, 2)
    assert desk.run(GRIDS) == before
    page.keyboard.press("Control+Shift+z")
    stands(desk, 3)
    assert desk.run(GRIDS) == halved
    page.reload()
    page.wait_for_function("() => window.__deskReady")
    stands(desk, 3)
    assert desk.run(GRIDS) == halved
    expect(page.locator("#balance tbody tr")).to_have_count(2)
    clean(desk)


def test_split_by_two_clicks(desk: Visit) -> None:
    code = first_grid(desk)
    desk.page.keyboard.press("s")
    click(desk, code, -1)
    click(desk, code, 1)
    desk.page.keyboard.press("Enter")
    stands(desk, 1)
    expect(desk.page.locator("#balance tbody tr")).to_have_count(2)
    clean(desk)


def test_split_and_merge_from_lists(desk: Visit, faults_of: Judge) -> None:
    page, before = desk.page, desk.run(GRIDS)
    first_grid(desk)
    page.keyboard.press("s")
    page.get_by_role("button", name="分割 Split", exact=True).press("Enter")
    stands(desk, 1)
    page.keyboard.press("m")
    assert faults_of(desk) == []
    page.get_by_role("button", name="合并 Merge", exact=True).press("Enter")
    stands(desk, 2)
    for step in (3, 4):
        page.locator("#undo").press("Enter")
        stands(desk, step)
    assert desk.run(GRIDS) == before
    clean(desk)


def test_merge_by_two_clicks(desk: Visit) -> None:
    page = desk.page
    code = first_grid(desk)
    page.keyboard.press("Escape")
    other = desk.run("c => Wangge.neighbours(Wangge.desk.areas, c)[0].ref", code)
    page.keyboard.press("m")
    click(desk, other)
    stands(desk, 1)
    expect(page.locator("#balance tbody tr")).to_have_count(1)
    clean(desk)


def test_a_second_planner_is_told_and_taken_along(desk: Visit, visit: Callable[..., Visit]) -> None:
    other = visit(desk.page.url, width=0)
    stands(other, 0)
    first_grid(desk)
    desk.page.keyboard.press("x")
    desk.page.keyboard.press("Enter")
    stands(desk, 1)
    other.page.locator("#undo").evaluate("() => Wangge.desk.turn('/undo')")
    expect(other.page.locator("#hint")).to_contain_text("已载入")
    stands(other, 1)
    assert other.run(GRIDS) == desk.run(GRIDS)


def test_on_a_narrow_phone(desk: Visit, visit: Callable[..., Visit], faults_of: Judge) -> None:
    phone = visit(desk.page.url, width=320)
    stands(phone, 0)
    assert phone.run("() => document.documentElement.scrollWidth") <= 320
    assert faults_of(phone) == []
    clean(phone)


def test_panel_shows_what_is_at_hand_and_the_legend_counts(desk: Visit) -> None:
    page = desk.page
    expect(page.locator("#finish")).to_be_hidden()
    first_grid(desk)
    page.keyboard.press("x")
    expect(page.locator("#finish")).to_be_focused()
    page.keyboard.press("Enter")
    stands(desk, 1)
    expect(page.locator("#finish")).to_be_hidden()
    expect(page.locator("[data-tool=look]")).to_be_focused()
    expect(page.locator("label:has([data-sheet=grid]) .count")).to_have_text("26")
    clean(desk)
