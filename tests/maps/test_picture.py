"""Pictures, typeface and palette."""

import io
from collections.abc import Callable

import geopandas as gpd
import pytest
import shapely
from fontTools.ttLib import TTFont
from PIL import Image

import maps
from geo.errors import Unavailable
from maps import fonts, palette
from maps.themes.shades import distinct

THEMES = ("grids", "flaws", "blindspots", "clock", "stations", "alliances", "planned")


@pytest.mark.parametrize("name", THEMES)
def test_a_thumbnail_is_of_the_size_asked_for_and_not_empty(
    name: str, themes: dict[str, Callable[..., maps.Theme]]
) -> None:
    image = Image.open(io.BytesIO(maps.thumbnail(themes[name](), (240, 160))))
    assert image.size == (240, 160)
    colours = image.convert("RGB").getcolors(240 * 160)
    assert colours is not None
    assert len(colours) > 50


@pytest.mark.parametrize("kind", ["png", "pdf", "svg"])
def test_the_same_theme_gives_the_same_picture(
    kind: str, themes: dict[str, Callable[..., maps.Theme]]
) -> None:
    first, second = (maps.picture(themes["blindspots"](), format=kind, dpi=60) for _ in range(2))
    assert first == second
    assert first[:5] in (b"\x89PNG\r", b"%PDF-", b"<?xml")


def test_a_font_holds_the_characters_asked_for_and_no_other() -> None:
    font = TTFont(io.BytesIO(fonts.cut(["网格", "格A\n"])))
    assert {chr(c) for c in font.getBestCmap()} == {"网", "格", "A"}
    assert font["OS/2"].usWeightClass == 400


def test_a_machine_without_the_typeface_is_told_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fonts, "FOLDERS", ())
    fonts.find.cache_clear()
    with pytest.raises(Unavailable, match="fonts-noto-cjk"):
        fonts.find("Regular")


@pytest.mark.parametrize("shades", [5])
def test_neighbours_wear_different_shades(shades: int) -> None:
    boxes = [shapely.box(x, y, x + 1, y + 1) for x in range(6) for y in range(6)]
    shapes = gpd.GeoSeries(boxes, crs=4549)
    worn = distinct(shapes, shades, near_m=0.1)
    assert all(
        worn[a] != worn[b]
        for a in range(36) for b in range(a)
        if boxes[a].distance(boxes[b]) < 0.1
    )  # fmt: skip


def test_every_style_can_be_drawn_and_every_mark_is_a_style() -> None:
    styles = palette.palette()["style"]
    for look in styles.values():
        assert {"line", "width"} <= set(look)
        assert look.get("mark", "lead") in styles
