"""A small town to draw, and one browser for all pages."""

from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlparse

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hamlet import Hamlet, hamlet
from playwright.sync_api import Browser
from visits import Visit

import maps
from geo.layers import Finding, Severity


@pytest.fixture(scope="session")
def town() -> Hamlet:
    """Give the town."""
    return hamlet()


def week(town: Hamlet) -> tuple[pd.DataFrame, np.ndarray]:
    """Give a week in which the town sleeps at night, and its first area always."""
    awake = np.array([9 <= hour % 24 < 21 for hour in range(168)])
    shares = np.where(awake, 0.9, 0.25) * np.ones((len(town.served), 1))
    shares[0] = np.nan
    return pd.DataFrame(shares, index=town.served["code"]), np.where(awake, 0.85, 0.2)


@pytest.fixture(scope="session")
def themes(town: Hamlet) -> dict[str, Callable[..., maps.Theme]]:
    """Give every theme of the town, by name; keywords such as `public` go through."""
    findings = [
        Finding("OVERLAP", Severity.ERROR, "grid", "两个网格重叠", "two grids overlap",
                features=("321198001001001",), hint_zh="删去重叠部分", area_m2=12.5, households=3,
                place=town.grids.geometry.iloc[0].buffer(-80)),
        Finding("PARENT", Severity.WARN, "grid", "上级编码不符", "wrong parent",
                place=town.grids.geometry.iloc[3].representative_point()),
        Finding("ENCODING", Severity.INFO, "grid", "文件没有声明编码", "no declared encoding"),
    ]  # fmt: skip
    return {
        "grids": lambda **o: maps.Grids(
            {"community": town.communities, "grid": town.grids}, town.base, **o
        ),
        "flaws": lambda **o: maps.Flaws(findings, town.grids.crs, town.grids, town.base, **o),
        "blindspots": lambda **o: maps.BlindSpots(
            town.spots, town.served, town.stations, 10, town.base, **o
        ),
        "clock": lambda **o: maps.Clock(
            town.served, *week(town), town.stations, 15, town.base, **o
        ),
        "stations": lambda **o: maps.Stations(town.stations, town.zones, town.base, **o),
        "alliances": lambda **o: maps.Alliances(town.territories, town.base, **o),
        "planned": lambda: maps.Planned(
            town.served,
            town.served.assign(share=1.0),
            town.stations,
            (str(town.stations["id"].iloc[0]),),
            town.stations.iloc[1:3][["name", "geometry"]].assign(gained=[120, 30]),
            10,
            town.base,
            bound=1000.0,
        ),
    }


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Open a file from disk as a desktop, or as a phone of a width, and wait for the map."""
    contexts = []

    def opened(file: Path, *, phone: int = 0, scripted: bool = True) -> Visit:
        context = browser.new_context(
            viewport={"width": phone or 1440, "height": 844 if phone else 900},
            device_scale_factor=2 if phone else 1, is_mobile=bool(phone), has_touch=bool(phone),
            locale="zh-CN", service_workers="block",
        )  # fmt: skip
        contexts.append(context)
        seen = Visit(context.new_page())
        seen.page.on("request", lambda r: _note(seen.foreign, r.url))
        seen.page.on("websocket", lambda w: seen.foreign.append(w.url))
        seen.page.on("console", lambda m: seen.faults.append(m.text) if m.type == "error" else None)
        seen.page.on("pageerror", lambda e: seen.faults.append(str(e)))
        seen.page.on("dialog", lambda d: (seen.faults.append(d.message), d.dismiss()))
        seen.page.goto(file.as_uri())
        if scripted:
            seen.page.wait_for_function("window.__mapReady > 0")
        return seen

    yield opened
    for context in contexts:
        context.close()


def _note(foreign: list[str], url: str) -> None:
    if urlparse(url).scheme not in ("file", "data", "blob", "about"):
        foreign.append(url)


@pytest.fixture(scope="session")
def drawn(
    themes: dict[str, Callable[..., maps.Theme]], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    """Write the page of every theme to disk once."""
    folder = tmp_path_factory.mktemp("pages")
    files = {}
    for name, theme in themes.items():
        files[name] = folder / f"{name}.html"
        files[name].write_text(maps.draw(theme()).html(), "utf-8")
    return files


@pytest.fixture(scope="session")
def frame(town: Hamlet) -> gpd.GeoDataFrame:
    """Give the grids of the town."""
    return town.grids
