"""Every page, opened from disk in a browser: quiet, painted, reachable, small."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hamlet import hamlet
from visits import Visit

import maps

pytestmark = pytest.mark.pages

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
THEMES = ("grids", "flaws", "blindspots", "clock", "stations", "alliances", "planned")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
INK = """() => { const c = document.querySelector('.leaflet-container canvas');
  const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data, seen = new Set();
  for (let i = 0; i < d.length; i += 404) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]);
  return seen.size; }"""
SMALL = """(least) => [...document.querySelectorAll('a[href],button,input,select,summary')]
  .map(e => [e, e.getBoundingClientRect(), getComputedStyle(e)])
  .filter(([e, r, s]) => r.width && s.visibility !== 'hidden' && s.display !== 'inline' && r.right > 0)
  .filter(([e, r]) => Math.min(r.width, r.height) < least - 0.5)
  .map(([e, r]) => e.outerHTML.slice(0, 80) + ' ' + r.width + '×' + r.height)"""


def violations(seen: Visit) -> list[str]:
    """Ask axe for what it finds against WCAG 2.2 A and AA."""
    seen.run("() => {" + AXE.read_text("utf-8") + "}")
    found = seen.run(
        "t => axe.run(document, {runOnly: {type: 'tag', values: t}, resultTypes: ['violations']})",
        RULES,
    )
    return [f"{v['id']}: {v['nodes'][0]['html'][:100]}" for v in found["violations"]]


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("phone", [0, 390])
def test_a_page_is_quiet_painted_and_accessible(
    name: str, phone: int, drawn: dict[str, Path], visit: Callable[..., Visit]
) -> None:
    seen = visit(drawn[name], phone=phone)
    assert seen.foreign == []
    assert seen.run(INK) > 12
    assert seen.run(SMALL, 24) == []
    assert violations(seen) == []
    assert seen.faults == []


@pytest.mark.parametrize("name", THEMES)
def test_no_page_scrolls_sideways_on_the_narrowest_phone(
    name: str, drawn: dict[str, Path], visit: Callable[..., Visit]
) -> None:
    seen = visit(drawn[name], phone=320)
    assert seen.run("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("name", THEMES)
def test_main_controls_are_large_enough_for_any_finger(
    name: str, drawn: dict[str, Path], visit: Callable[..., Visit]
) -> None:
    seen = visit(drawn[name], phone=390)
    small = seen.run(
        "() => [...document.querySelectorAll('.leaflet-bar a, .whole, .switch label, tbody button, select, input[type=search]')]"
        ".map(e => e.getBoundingClientRect()).filter(r => r.width && Math.min(r.width, r.height) < 43.5).length"
    )
    assert small == 0


def test_the_list_alone_leads_through_the_map_by_keyboard(
    drawn: dict[str, Path], visit: Callable[..., Visit]
) -> None:
    seen = visit(drawn["grids"])
    seen.page.locator("tbody button").nth(1).focus()
    seen.page.keyboard.press("Enter")
    seen.page.wait_for_selector(".leaflet-popup .card h3")
    assert seen.page.locator(".card h3").inner_text() == "翠湖西社区"
    assert "1,500" in seen.page.locator(".card").inner_text()
    seen.page.keyboard.press("Escape")


def test_a_level_is_chosen_and_its_legend_and_list_follow(
    drawn: dict[str, Path], visit: Callable[..., Visit]
) -> None:
    seen = visit(drawn["grids"])
    seen.page.locator("input[data-sheet=grid]").check()
    assert seen.page.locator("tbody tr").count() == 16
    assert seen.page.locator("#keys-grid").is_visible()
    assert not seen.page.locator("#keys-community").is_visible()
    assert violations(seen) == []


def test_paper_shows_all_that_the_screen_showed(
    drawn: dict[str, Path], visit: Callable[..., Visit]
) -> None:
    seen = visit(drawn["grids"])
    seen.run("window.seen = map_grids.getBounds().pad(-0.05)")
    seen.page.emulate_media(media="print")
    seen.page.wait_for_function("document.querySelector('.sheet').clientHeight < 600")
    assert seen.run("map_grids.getBounds().contains(window.seen)")
    assert not seen.page.locator(".leaflet-control-zoom").is_visible()


def test_what_is_typed_shortens_the_list(
    drawn: dict[str, Path], visit: Callable[..., Visit]
) -> None:
    seen = visit(drawn["stations"])
    seen.page.locator("input[type=search]").fill("驿站2")
    assert seen.page.locator("tbody tr").count() == 1
    assert "1" in seen.page.locator("[role=status]").inner_text()


def test_a_click_on_the_map_tells_what_lies_there(
    drawn: dict[str, Path], visit: Callable[..., Visit]
) -> None:
    seen = visit(drawn["alliances"])
    box = seen.page.locator(".leaflet-container").bounding_box()
    assert box is not None
    seen.page.mouse.click(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.42)
    seen.page.wait_for_selector(".card h3")
    assert "翠湖" in seen.page.locator(".card h3").inner_text()


@pytest.mark.parametrize(
    "hostile",
    [
        "<img src=x onerror=alert(1)>",
        "</script><script>alert(2)</script>",
        "<!--<script>",
        "\"'><svg onload=alert(3)>",
        "{{7*7}}{% raw %}",
        "\u2028\u2029\\u003c",
    ],
)
def test_a_hostile_name_is_only_ever_text(
    hostile: str, visit: Callable[..., Visit], tmp_path: Path
) -> None:
    town = hamlet(hostile)
    file = tmp_path / "hostile.html"
    theme = maps.Grids({"community": town.communities, "grid": town.grids}, town.base)
    file.write_text(maps.draw(theme).html(), "utf-8")
    seen = visit(file)
    button = seen.page.locator("tbody button").first
    assert button.text_content() == f"{hostile}东社区"
    button.click()
    seen.page.wait_for_selector(".card h3")
    assert seen.page.locator(".card h3").text_content() == f"{hostile}东社区"
    assert seen.page.locator("main img, main svg:not(.swatch)").count() == 0
    assert seen.faults == []


def test_the_index_shows_every_map_and_loads_nothing(
    themes: dict[str, Callable[..., maps.Theme]], visit: Callable[..., Visit], tmp_path: Path
) -> None:
    (tmp_path / "grids.png").write_bytes(maps.thumbnail(themes["grids"](), (240, 160)))
    file = tmp_path / "index.html"
    pages = [
        ("网格分级图", "grids.html", "grids.png", "各级网格"),
        ("<b>盲区</b>", "b.html", b"\x89PNG", "…"),
    ]
    file.write_text(
        maps.index(pages, {"网格": {"数量": "16", "户数": "4,592"}}, title="翠湖"), "utf-8"
    )
    for phone in (0, 390, 320):
        seen = visit(file, phone=phone, scripted=False)
        assert seen.foreign == []
        assert seen.faults == []
        assert seen.run("document.documentElement.scrollWidth") <= (phone or 1440)
        assert seen.run("document.images[0].naturalWidth") == 240
        assert violations(seen) == []


def test_before_and_after_are_wiped_by_pointer_and_keyboard(
    drawn: dict[str, Path], visit: Callable[..., Visit]
) -> None:
    seen = visit(drawn["planned"])
    left = "() => parseFloat(getComputedStyle(document.querySelector('.leaflet-after-pane')).clip.match(/([-\\d.]+)px\\)?$/)[1])"
    middle = seen.run(left)
    slider = seen.page.locator(".wipe input")
    slider.focus()
    slider.press("Home")
    assert seen.run(left) < middle
    slider.press("End")
    assert seen.run(left) > middle
    assert seen.faults == []
