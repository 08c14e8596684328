"""A planner's morning: open, split two grids, mend the gap, compare, publish, print."""

import json
import urllib.request
from collections.abc import Callable

import planville
import pytest
from planning import Planner
from playwright.sync_api import expect
from visits import Visit

from api.tasks.certificate import verify

pytestmark = [pytest.mark.store, pytest.mark.pages]
SECOND = "321198001004004"


def test_from_a_gap_to_a_published_map(
    ville: object, visit: Callable[..., Visit], faults_of: Callable[[Visit], list[str]]
) -> None:
    url = ville.url  # type: ignore[attr-defined]
    planner = Planner(visit(url("/plan"), width=0, reduced_motion="reduce")).opens()
    page = planner.page
    for step, code in enumerate((planville.LARGE, SECOND), 1):
        planner.clicks(code)
        planner.keys("x", "Enter")
        planner.stands(step)
    expect(page.locator("#balance tbody tr")).to_have_count(4)
    planner.keys("n")
    planner.hears("空白地")
    planner.hears("F 应用")
    planner.keys("f")
    planner.stands(3)
    assert planner.households(planville.OPEN) == 320

    planner.keys("c")
    expect(page.locator("#differences li")).not_to_have_count(0)
    expect(page.locator("#measures tbody")).to_contain_text("区域数")
    assert faults_of(planner.seen) == []
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") == 1

    planner.keys("p")
    expect(page.locator("#verdict")).to_contain_text("阻止发布", timeout=120_000)
    assert faults_of(planner.seen) == []
    for box in page.locator("#accepting input").all():
        box.check()
    page.locator("#why").fill("春季调整")
    page.get_by_role("button", name="确认发布").click()
    expect(page.locator("#impact")).to_contain_text("影响单", timeout=120_000)
    planner.hears("已发布为第")
    link = planner.seen.run("() => Wangge.desk.plan.link")
    with urllib.request.urlopen(url(f"/v1/scenarios/{link}/certificate")) as sent:
        proof = verify(json.load(sent))
    assert proof["valid"]
    assert proof["claims"]["no_gap"]["found"]
    planner.well()
