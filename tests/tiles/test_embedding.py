"""Pages that embed us, opened in a browser: features are painted, and nothing else is asked."""

import json
from collections.abc import Iterator
from threading import Thread
from typing import Any
from urllib.parse import urlparse

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from api.http import create_app
from api.tasks.work import Work
from maps import embedding

pytestmark = [pytest.mark.store, pytest.mark.pages]
PAINTED = {
    "maplibre": "() => window.map && map.loaded() && map.queryRenderedFeatures("
    "{layers: ['grid', 'community', 'station', 'water', 'landuse']}).length",
    "leaflet": "() => window.tiles && tiles.painted",
    "openlayers": "() => { let n = 0; window.map && map.getLayers().item(0).getSource() && "
    "map.forEachFeatureAtPixel([720, 450], () => { n += 1; }, {hitTolerance: 200}); return n; }",
}
COLOURS = """() => {
  const seen = new Set();
  for (const canvas of document.querySelectorAll('canvas')) {
    const copy = document.createElement('canvas');
    copy.width = canvas.width; copy.height = canvas.height;
    const pen = copy.getContext('2d');
    pen.drawImage(canvas, 0, 0);
    const data = pen.getImageData(0, 0, copy.width, copy.height).data;
    for (let i = 0; i < data.length; i += 404) if (data[i + 3]) seen.add((data[i] << 16) | (data[i + 1] << 8) | data[i + 2]);
  }
  return seen.size;
}"""


@pytest.fixture(scope="module")
def address(work: Work) -> Iterator[str]:
    """Serve the small district on a free port."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(work, draw_first=False), port=0, log_level="error")
    )
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.05)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Give a desktop page."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("kind", list(PAINTED))
def test_features_are_painted(address: str, page: Page, kind: str) -> None:
    asked: list[str] = []
    faults: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.on("pageerror", lambda e: faults.append(str(e)))
    page.on("console", lambda m: faults.append(m.text) if m.type == "error" else None)
    page.goto(f"{address}/embed/{kind}")
    page.wait_for_function(f"() => (({PAINTED[kind]})() || 0) > 0", timeout=60_000)
    page.wait_for_timeout(300)
    if kind == "leaflet":
        assert page.evaluate(COLOURS) > 5
    assert [f for f in faults if "WebGL" not in f and "GPU stall" not in f] == []
    hosts = {urlparse(url).hostname for url in asked if url.startswith("http")}
    assert hosts == {"127.0.0.1"}
    assert any("/tiles/" in url for url in asked)


def test_every_way_comes_with_its_code(address: str, page: Page) -> None:
    page.goto(f"{address}/embed")
    for kind, (name, _) in embedding.KINDS.items():
        code = page.locator(f"section:has(#{kind}) code").inner_text()
        assert address in code, name
        assert code.startswith("<!DOCTYPE html>")


def test_the_style_names_layers_that_there_are(address: str, page: Page) -> None:
    style: dict[str, Any] = json.loads(page.goto(f"{address}/embed/style.json").text())
    told = page.goto(style["sources"]["wangge"]["url"]).json()
    known = {layer["id"] for layer in told["vector_layers"]}
    assert {layer["source-layer"] for layer in style["layers"][1:]} <= known
    for part in ("glyphs", "sprite"):
        assert style[part].startswith(f"{address}/embed/")
