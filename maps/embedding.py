"""Pages that show how others embed our maps, and the map style they use: from our own palette."""

from pathlib import Path
from typing import Any

import jinja2

from maps import fonts, sprite, vendor
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
    """Give the style of our maps for MapLibre; letters and signs are our own, as the tiles are.

    Source: MapLibre Style Specification, version 8.
    """
    colours = palette()
    prefix = "" if datum == "wgs84" else f"{datum}/"
    url = f"{base_url}/tiles/{prefix}{','.join(SHOWN)}.json"
    layers = [
        {"id": "land", "type": "background", "paint": {"background-color": colours["ground"]["land"]}},
        *_ground(colours), *_streets(colours), *_areas(colours), *_names(colours),
        *_points(colours),
    ]  # fmt: skip
    return {
        "version": 8, "name": "网格 Wangge", "layers": layers,
        "sources": {"wangge": {"type": "vector", "url": url}},
        "glyphs": f"{base_url}/embed/fonts/{{fontstack}}/{{range}}.pbf",
        "sprite": f"{base_url}/embed/sprite",
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
    return [
        _layer(name, "line", name, minzoom=_FROM[name], paint={
            "line-color": colours["line"][name]["line"],
            "line-width": colours["line"][name]["width"]})
        for name in reversed(AREAS)
    ]  # fmt: skip


def _names(colours: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the names of streets, along them, and of areas, each level for a few zooms."""
    text = colours["text"]
    streets = [
        _layer(f"street-{kind['key']}-name", "symbol", "street", minzoom=kind["label_from"],
               filter=["in", ["get", "highway"], ["literal", kind["highway"]]],
               layout=_lettering(11) | {"symbol-placement": "line"}, paint=_ink(text, "street"))
        for kind in colours["street"]
    ]  # fmt: skip
    areas = [
        _layer(f"{name}-name", "symbol", name, minzoom=_FROM[name] + 1, maxzoom=_FROM[name] + 4,
               layout=_lettering(12), paint=_ink(text, "area"))
        for name in AREAS
    ]  # fmt: skip
    return [*streets, *areas]


def _points(colours: dict[str, Any]) -> list[dict[str, Any]]:
    blind, text = colours["style"]["blind"], colours["text"]
    signs = [part for sign in sprite.SIGNS for part in (sign.removeprefix("tier_"), sign)]
    return [
        _layer("blind_spot", "fill", "blind_spot", paint={
            "fill-color": blind["fill"], "fill-opacity": blind["opacity"],
            "fill-outline-color": blind["line"]}),
        _layer("station", "symbol", "station", layout={
            "icon-image": ["match", ["get", "tier"], *signs, sprite.SIGNS[-1]],
            "icon-size": ["interpolate", ["linear"], ["zoom"], 10, 0.45, 16, 1],
            "icon-allow-overlap": True, "icon-ignore-placement": True}),
        _layer("station-name", "symbol", "station", minzoom=14,
               layout=_lettering(11) | {"text-anchor": "top", "text-offset": [0, 0.9]},
               paint=_ink(text, "point")),
    ]  # fmt: skip


def _lettering(size_px: float) -> dict[str, Any]:
    return {"text-field": ["get", "name"], "text-size": size_px, "text-font": [fonts.FAMILY],
            "text-max-width": 8}  # fmt: skip


def _ink(text: dict[str, str], kind: str) -> dict[str, Any]:
    return {"text-color": text[kind], "text-halo-color": text["halo"], "text-halo-width": 1.2}


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
