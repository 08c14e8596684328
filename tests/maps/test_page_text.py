"""What can be told of a page without opening it: no loads, no secrets, the same bytes."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import folium
import pytest
from branca.element import JavascriptLink

import maps
from geo.errors import BadInput
from maps.figure import OfflineFigure, resolve

THEMES = ("grids", "flaws", "blindspots", "clock", "stations", "alliances", "planned")
ELSEWHERE = re.compile(r"\s*(?:https?:|wss?:)?//", re.IGNORECASE)
IN_CSS = re.compile(
    r"""(?:@import\s+(?:url\()?|url\()\s*["']?(?!data:)([^"')\s]+)""", re.IGNORECASE
)
LOADING = {"src", "srcset", "href", "xlink:href", "data", "poster", "action"}


class Loads(HTMLParser):
    """Collect every address that a page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.inside = tag
        self.found += [
            value for name, value in attrs
            if name in LOADING and tag != "a" and value and ELSEWHERE.match(value)
        ]  # fmt: skip

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "style":
            self.found += [u for u in IN_CSS.findall(data) if ELSEWHERE.match(u)]


def loads(html: str) -> list[str]:
    """Give what a page would load from elsewhere."""
    reader = Loads()
    reader.feed(html)
    return reader.found


@pytest.mark.parametrize("name", THEMES)
def test_nothing_in_a_page_is_loaded_from_elsewhere(name: str, drawn: dict[str, Path]) -> None:
    assert loads(drawn[name].read_text("utf-8")) == []


def test_the_reader_of_loads_sees_them() -> None:
    page = '<script src="//a.b/c.js"></script><style>@import url("https://a.b/d.css")</style>'
    assert loads(page) == ["//a.b/c.js", "https://a.b/d.css"]


@pytest.mark.parametrize("name", THEMES)
def test_the_same_theme_gives_the_same_bytes(
    name: str, drawn: dict[str, Path], themes: dict[str, Callable[..., maps.Theme]]
) -> None:
    assert maps.draw(themes[name]()).html() == drawn[name].read_text("utf-8")


@pytest.mark.parametrize("name", THEMES)
def test_a_page_fits_on_any_stick(name: str, drawn: dict[str, Path]) -> None:
    assert drawn[name].stat().st_size < 1_500_000


@pytest.mark.parametrize("name", THEMES)
def test_a_page_says_its_date_and_its_approval(name: str, drawn: dict[str, Path]) -> None:
    text = drawn[name].read_text("utf-8")
    assert "审图号：GS(2026)0001号" in text
    assert "数据日期 2026-11-01" in text
    assert '<html lang="zh-CN">' in text
    assert "user-scalable" not in text


@pytest.mark.parametrize("name", ["grids", "flaws", "blindspots", "alliances"])
def test_a_public_page_counts_no_households_below_the_community(
    name: str, themes: dict[str, Callable[..., maps.Theme]]
) -> None:
    scene = themes[name](public=True).scene()
    for sheet in scene.sheets:
        if sheet.key != "community":
            words = {field.en for field in sheet.fields}
            assert words.isdisjoint({"Households", "Residents", "Load"})
            assert all(len(row) == len(sheet.fields) for row in sheet.rows)
    assert not any("户" in fact.words.zh for fact in scene.facts)
    assert not any("户" in key.words.zh for sheet in scene.sheets for key in sheet.legend)


def test_a_served_page_links_its_assets_and_carries_the_nonce(
    themes: dict[str, Callable[..., maps.Theme]],
) -> None:
    page = maps.draw(themes["stations"]()).html(inline=False, nonce="n0", static="/s")
    assert re.search(
        r'<script nonce="n0" src="/s/vendor/leaflet-1\.9\.4/leaflet\.js\?v=\w{12}">', page
    )
    assert all('nonce="n0"' in tag for tag in re.findall(r"<style[^>]*>", page))
    assert all("nonce" in tag or "json" in tag for tag in re.findall(r"<script[^>]*>", page))
    assert loads(page) == []


def test_a_link_that_nobody_decided_on_is_refused() -> None:
    figure = OfflineFigure("x", inline=True)
    figure.header.add_child(JavascriptLink("https://cdn.example.org/new.js"))
    with pytest.raises(BadInput, match=r"cdn\.example\.org/new\.js"):
        figure.render()


def test_every_asset_that_folium_wants_by_default_is_decided_on() -> None:
    wanted = [url for _, url in folium.Map.default_js + folium.Map.default_css]
    files = {path.name for url in wanted if (path := resolve(url))}
    assert files == {"leaflet.js", "leaflet.css"}
