"""Pages that show how others embed our maps, and the map style they use: from our own palette."""

from pathlib import Path
from typing import Any

import jinja2

from maps import vendor
from maps.palette import palette

_TEMPLATES = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True, trim_blocks=True, lstrip_blocks=True,
)  # fmt: skip
KINDS = {
    "maplibre": ("MapLibre", "矢量地图，样式来自本站 Vector map with our style"),
    "leaflet": ("Leaflet", "轻量，无需 WebGL Light, no WebGL"),
    "openlayers": ("OpenLayers", "矢量瓦片图层 Vector tile layer"),
    "amap": ("高德 Amap JS", "GCJ-02 瓦片，与高德底图不偏移 Tiles in GCJ-02, no shift"),
    "frame": ("网页框架 iframe", "一行代码 One line"),
}
"""Name and what is special, of each way to embed."""
_ASSETS = {
    "maplibre": ("maplibre-gl-csp.js", "maplibre-gl.css"),
    "leaflet": ("leaflet.js", "leaflet.css"),
    "openlayers": ("ol.js", "ol.css"),
}
AREAS = ("subdistrict", "community", "grid", "microgrid")
SHOWN = ("landuse", "water", "building", "barrier", "street", *AREAS, "blind_spot", "station")
"""The layers of the style, in the order in which they are drawn."""
_FROM = {"subdistrict": 5, "community": 8, "grid": 11, "microgrid": 14}


def page(kind: str, *, base_url: str, bounds: tuple[float, ...], code: bool = False) -> str:
    """Write a page that embeds us: the map itself, or all ways with their code (``index``).

    Parameters
    ----------
    bounds : (west, south, east, north)
        What the map shows first, degrees.
    code : bool
        Give the plain HTML that others copy, with whole addresses, and nothing else.
    """
    told = {
        "base": base_url if code else "", "bounds": list(bounds),
        "datum": "gcj02" if kind == "amap" else "wgs84",
        "styles": {name: _look(name) for name in SHOWN},
    }  # fmt: skip
    scripts, sheets = _files(kind)
    shown = {
        "kind": kind, "name": KINDS[kind][0], "told": told, "scripts": scripts, "sheets": sheets,
        "base": told["base"], "layers": ",".join(SHOWN), "worker": _url("maplibre-gl-csp-worker.js"),
    }  # fmt: skip
    return _TEMPLATES.get_template("embed.html").render(shown)


def index(*, base_url: str, bounds: tuple[float, ...]) -> str:
    """Write the page of all ways, each with the code to copy."""
    ways = [
        (kind, name, said, page(kind, base_url=base_url, bounds=bounds, code=True))
        for kind, (name, said) in KINDS.items()
    ]
    return _TEMPLATES.get_template("embed_index.html").render(ways=ways, base=base_url)


def style(base_url: str, *, datum: str = "wgs84") -> dict[str, Any]:
    """Give the style of our maps for MapLibre; without ``glyphs``, text is drawn by the browser.

    Source: MapLibre Style Specification, version 8.
    """
    colours = palette()
    prefix = "" if datum == "wgs84" else f"{datum}/"
    url = f"{base_url}/tiles/{prefix}{','.join(SHOWN)}.json"
    layers = [
        {"id": "land", "type": "background", "paint": {"background-color": colours["ground"]["land"]}},
        *_ground(colours), *_streets(colours), *_areas(colours), *_points(colours),
    ]  # fmt: skip
    return {
        "version": 8, "name": "网格 Wangge", "layers": layers,
        "sources": {"wangge": {"type": "vector", "url": url}},
    }  # fmt: skip


def _layer(name: str, kind: str, source: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "type": kind, "source": "wangge", "source-layer": source, **more}


def _ground(colours: dict[str, Any]) -> list[dict[str, Any]]:
    kinds = [part for pair in colours["landuse"].items() for part in pair]
    river, rail = colours["barrier"]["river"], colours["barrier"]["rail"]
    water = colours["landuse"]["water"]
    return [
        _layer("landuse", "fill", "landuse", paint={
            "fill-color": ["match", ["get", "kind"], *kinds, colours["ground"]["land"]]}),
        _layer("water", "fill", "water", filter=["==", ["geometry-type"], "Polygon"],
               paint={"fill-color": water}),
        _layer("river", "line", "water", filter=["==", ["geometry-type"], "LineString"],
               paint={"line-color": river["line"], "line-width": _width(river["width_m"], river["min_px"])}),
        _layer("building", "fill", "building", minzoom=14, paint={
            "fill-color": colours["building"]["fill"],
            "fill-outline-color": colours["building"]["line"]}),
        _layer("rail", "line", "barrier", filter=["==", ["get", "kind"], "rail"],
               paint={"line-color": rail["line"], "line-width": _width(rail["width_m"], rail["min_px"])}),
    ]  # fmt: skip


def _streets(colours: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the casings of all classes and then their fills, the least important below."""
    found = []
    for part in ("casing", "fill"):
        for kind in reversed(colours["street"]):
            wider = 2 if part == "casing" else 0
            found.append(
                _layer(
                    f"street-{kind['key']}-{part}", "line", "street",
                    minzoom=max(0, kind["from_zoom"] - 1),
                    filter=["in", ["get", "highway"], ["literal", kind["highway"]]],
                    layout={"line-cap": "round", "line-join": "round"},
                    paint={"line-color": kind[part],
                           "line-width": _width(kind["width_m"], kind["min_px"], wider)},
                )
            )  # fmt: skip
    return found


def _areas(colours: dict[str, Any]) -> list[dict[str, Any]]:
    lines = [
        _layer(name, "line", name, minzoom=_FROM[name], paint={
            "line-color": colours["line"][name]["line"],
            "line-width": colours["line"][name]["width"]})
        for name in reversed(AREAS)
    ]  # fmt: skip
    text = colours["text"]
    names = [
        _layer(f"{name}-name", "symbol", name, minzoom=_FROM[name] + 1, maxzoom=_FROM[name] + 4,
               layout={"text-field": ["get", "name"], "text-size": 12,
                       "text-font": ["Noto Sans CJK SC"]},
               paint={"text-color": text["area"], "text-halo-color": text["halo"],
                      "text-halo-width": 1.2})
        for name in AREAS
    ]  # fmt: skip
    return [*lines, *names]


def _points(colours: dict[str, Any]) -> list[dict[str, Any]]:
    blind = colours["style"]["blind"]
    tiers = {
        tier: colours["style"][f"tier_{tier}"] for tier in ("subdistrict", "community", "grid")
    }
    fills = [part for tier, look in tiers.items() for part in (tier, look["fill"])]
    return [
        _layer("blind_spot", "fill", "blind_spot", paint={
            "fill-color": blind["fill"], "fill-opacity": blind["opacity"],
            "fill-outline-color": blind["line"]}),
        _layer("station", "circle", "station", paint={
            "circle-color": ["match", ["get", "tier"], *fills, tiers["grid"]["fill"]],
            "circle-radius": ["interpolate", ["linear"], ["zoom"], 10, 3, 16, 7],
            "circle-stroke-color": tiers["grid"]["line"], "circle-stroke-width": 1.3}),
    ]  # fmt: skip


def _width(width_m: float, least_px: float, wider_px: float = 0) -> list[Any]:
    """Give a width in metres as pixels (512-pixel tiles, 35° N), never below the least."""
    found: list[Any] = ["interpolate", ["exponential", 2], ["zoom"]]
    for z in (8, 20):
        px = width_m / (78_271.5 * 0.82 / 2**z)
        found += [z, max(px, least_px) + wider_px]
    return found


def _look(name: str) -> dict[str, Any]:
    """Give a plain look of a layer, for painters without a style language."""
    colours = palette()
    if name in AREAS:
        return {**colours["line"][name], "from": _FROM[name]}
    looks: dict[str, dict[str, Any]] = {
        "landuse": {"fill": colours["landuse"]["residential"]},
        "water": {"fill": colours["landuse"]["water"], "line": colours["barrier"]["river"]["line"]},
        "building": {**colours["building"], "from": 14},
        "barrier": {"line": colours["barrier"]["rail"]["line"]},
        "street": {"line": colours["street"][1]["casing"], "width": 1.4},
        "blind_spot": colours["style"]["blind"],
        "station": {**colours["style"]["tier_grid"], "radius": 5},
    }
    return looks[name]


def _files(kind: str) -> tuple[list[str], list[str]]:
    files = [_url(name) for name in _ASSETS.get(kind, ())]
    own = {"leaflet": ["/static/embed/leaflet-tiles.js"]}.get(kind, [])
    scripts = [f for f in files if f.endswith(".js")] + own
    return scripts, [f for f in files if f.endswith(".css")]


def _url(name: str) -> str:
    return f"/static/{vendor.asset(name).url}"
