"""The finder in a browser: by finger, by keyboard, without scripts, in large type, refused."""

import re
from collections.abc import Callable

import pytest
from browsers import PHONE, PLAIN
from districts import small
from visits import Visit

from geo import coords

pytestmark = [pytest.mark.pages, pytest.mark.store]
AT = "at=2026-11-23T10:00"
STATES = {
    "home": "/",
    "list": "/at/{home}?at=2026-11-23T10:00",
    "elder": "/at/{home}?at=2026-11-23T10:00&elder=1",
    "elder home": "/?elder=1",
    "english": "/at/{home}?at=2026-11-23T10:00&lang=en",
    "english elder": "/at/{home}?at=2026-11-23T10:00&lang=en&elder=1",
    "several": "/?q=社区",
    "not found": "/?q=qqqq",
    "elder not found": "/?q=qqqq&elder=1",
    "house alone": "/?q=3号楼&lang=en",
    "in chat": "/at/{home}?at=2026-11-23T10:00",
    "night": "/at/{home}?service=legal_aid&at=2026-11-22T03:00",
    "outside": "/?lon=110&lat=30",
}
CHAT = {"user_agent": f"{PHONE} MicroMessenger/8.0.49"}
OPENED = "document.querySelectorAll('details').forEach((part) => { part.open = true; })"
SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"
SMALL = """(least) => [...document.querySelectorAll('a[href],button,input:not([type=hidden]),summary')]
  .map(e => [e, e.getBoundingClientRect()])
  .filter(([e, r]) => r.width && r.right > 0 && Math.min(r.width, r.height) < least - 0.5)
  .map(([e, r]) => e.outerHTML.slice(0, 90) + ' ' + r.width + '×' + r.height)"""
THIN = """() => { const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) { const e = walk.currentNode.parentElement, r = e.getBoundingClientRect();
    if (!walk.currentNode.data.trim() || !r.width || e.closest('script,.heard,[aria-hidden=true]')) continue;
    const s = getComputedStyle(e), size = parseFloat(s.fontSize), line = parseFloat(s.lineHeight);
    if (size < 24 || line / size < 1.299) found.push(e.outerHTML.slice(0, 80) + ' ' + size + '/' + line); }
  return found; }"""
INK = """() => { const c = document.querySelector('#map canvas'), seen = new Set();
  const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
  for (let i = 0; i < d.length; i += 404) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]);
  return seen.size; }"""


def home() -> str:
    """Give the building where the visitor stands."""
    return str(small().layers["building"]["id"].iloc[20])


def compound() -> str:
    """Give the compound around it."""
    return str(small().layers["building"]["compound"].iloc[20])


def path(state: str) -> str:
    """Give the address of a state of the page."""
    return STATES[state].format(home=home(), compound=compound())


def spot() -> dict[str, float]:
    """Give where the visitor stands."""
    frame = coords.to_degrees(small().layers["building"]).geometry.iloc[20].centroid
    return {"longitude": frame.x, "latitude": frame.y}


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_quiet_accessible_and_fits_the_narrowest_phone(
    state: str, served, visit: Callable[..., Visit], faults_of: Callable[[Visit], list[str]]
) -> None:
    agent = CHAT if state == "in chat" else {}
    seen = visit(served.url(path(state)), width=320, **agent)
    assert seen.run(SIDEWAYS) <= 0
    seen.run(OPENED)
    assert seen.run(SIDEWAYS) <= 0
    assert seen.run(SMALL, 80 if "elder" in state else 44) == []
    assert seen.run(THIN) == [] or "elder" not in state
    assert faults_of(seen) == []
    assert seen.foreign == []
    assert seen.faults == []


@pytest.mark.parametrize(
    ("more", "wide", "high"), [("", 320, 568), ("&elder=1", 360, 640), ("&lang=en", 360, 640)]
)
def test_a_door_code_shows_navigation_without_scrolling(
    more: str, wide: int, high: int, served, visit: Callable[..., Visit]
) -> None:
    screen = {"width": wide, "height": high}
    seen = visit(served.url(f"/at/{home()}?when=all{more}"), viewport=screen)
    lower = "document.querySelector('.card a.main').getBoundingClientRect().bottom"
    assert seen.run(lower) <= high


def test_two_taps_lead_from_opening_to_navigation(served, visit: Callable[..., Visit]) -> None:
    seen = visit(served.url(f"/?{AT}"), geolocation=spot(), permissions=["geolocation"])
    seen.page.locator("#locate").tap()
    seen.page.wait_for_selector(".card")
    assert compound() in seen.page.locator("h1").inner_text()
    go = seen.page.locator(".card a.main").first
    assert go.get_attribute("href").startswith("https://uri.amap.com/navigation?to=")
    assert go.is_visible()


def test_a_refusal_explains_itself_and_the_list_is_still_one_name_away(
    served, visit: Callable[..., Visit], faults_of: Callable[[Visit], list[str]]
) -> None:
    seen = visit(served.url(f"/?{AT}"))
    seen.page.locator("#locate").tap()
    said = seen.page.locator("#said")
    said.filter(has_text="允许定位").wait_for()
    assert faults_of(seen) == []
    seen.page.keyboard.insert_text(compound())
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_selector(".card")


def test_plain_http_says_why_there_is_no_location(served, visit: Callable[..., Visit]) -> None:
    for language, words in (("", "https"), ("?lang=en", "not encrypted")):
        seen = visit(served.url(f"/{language}", host=PLAIN))
        seen.page.locator("#locate").tap()
        assert words in seen.page.locator("#said").inner_text()


def test_without_scripts_a_name_leads_to_the_list(served, visit: Callable[..., Visit]) -> None:
    seen = visit(served.url(f"/?{AT}"), scripted=False)
    assert not seen.page.locator("#locate").is_visible()
    seen.page.fill("#q", compound())
    seen.page.get_by_role("button", name="查找").tap()
    seen.page.locator(".card").first.wait_for()
    seen.page.get_by_role("link", name="无台阶").tap()
    seen.page.wait_for_url(re.compile("step=1"))
    seen.page.locator(".card a.main").first.wait_for()
    with seen.page.expect_response(re.compile(r"/finder/way\.svg")) as drawn:
        seen.page.get_by_role("link", name="看路线").first.tap()
    assert drawn.value.status == 200
    assert seen.page.locator("#s1 img.way").is_visible()
    assert seen.foreign == []


def test_the_keyboard_alone_finds_and_goes(
    served, visit: Callable[..., Visit], faults_of: Callable[[Visit], list[str]]
) -> None:
    seen = visit(served.url(f"/?{AT}"), width=0)
    page = seen.page
    page.keyboard.press("Tab")
    assert "skip" in page.evaluate("document.activeElement.className")
    page.focus("#q")
    page.keyboard.type(compound())
    page.wait_for_selector("#offered li")
    page.keyboard.press("ArrowDown")
    assert page.locator("#offered li[aria-selected=true]").count() == 1
    assert faults_of(seen) == []
    page.keyboard.press("Enter")
    page.wait_for_selector(".card")
    for _ in range(30):
        page.keyboard.press("Tab")
        if "uri.amap.com" in (page.evaluate("document.activeElement.href") or ""):
            break
    assert "uri.amap.com" in page.evaluate("document.activeElement.href")
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert ring == "solid"


@pytest.mark.parametrize("width", [390, 0])
def test_the_way_is_drawn_on_our_own_ground(
    width: int, served, visit: Callable[..., Visit], faults_of: Callable[[Visit], list[str]]
) -> None:
    seen = visit(served.url(path("list")), width=width)
    seen.page.locator("[data-show]").nth(1).click()
    seen.page.wait_for_selector("#map[data-ready]")
    seen.page.wait_for_selector("#s2.shown")
    assert seen.run("document.querySelectorAll('#map path').length") == 2
    assert seen.run(INK) > 12
    assert "苏S(2026)012号" in seen.page.locator(".leaflet-control-attribution").inner_text()
    assert faults_of(seen) == []
    assert seen.foreign == []
    assert seen.faults == []


def test_a_place_can_be_chosen_on_the_map_by_keyboard(
    served, visit: Callable[..., Visit], faults_of: Callable[[Visit], list[str]]
) -> None:
    seen = visit(served.url("/?elder=1"), width=0)
    seen.page.focus("#pick")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_selector("#map[data-ready]")
    seen.page.locator(".cross").wait_for()
    assert faults_of(seen) == []
    seen.page.focus("#pick-here")
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_url(re.compile(r"lon=.*&lat="))
    assert "elder=1" in seen.page.url
    assert "您在" in seen.page.locator("h1").inner_text()


def test_the_last_place_stays_on_the_device(served, visit: Callable[..., Visit]) -> None:
    seen = visit(served.url(path("elder")))
    seen.page.goto(served.url("/?elder=1"))
    link = seen.page.locator("#last a")
    link.wait_for()
    assert compound() in link.inner_text()
    assert "elder=1" in link.get_attribute("href")


def test_reading_aloud_is_offered_only_with_a_voice_of_this_device(
    served, visit: Callable[..., Visit]
) -> None:
    seen = visit(served.url(path("elder")))
    local = seen.run(
        "speechSynthesis.getVoices().some(v => v.localService && v.lang.startsWith('zh'))"
    )
    assert seen.page.locator("[data-read]:visible").count() == (3 if local else 0)
    assert seen.page.locator("[data-read]").count() > 0


def test_a_desk_shows_the_code_that_brings_the_way_to_a_phone(
    served, visit: Callable[..., Visit]
) -> None:
    seen = visit(served.url(path("list")), width=0)
    assert seen.page.locator(".card").first.locator("svg.qr").is_visible()
