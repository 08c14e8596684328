"""The same answers as pages: without scripts, Chinese first."""

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from math import cos, radians
from typing import Any

import numpy as np
import orjson
import shapely
import shapely.geometry
from starlette.responses import HTMLResponse, Response

from api.http.ogc import media
from api.http.ogc.documents import Json, title
from api.tasks.ask_items import AskItems, Items
from geo import layers
from geo.asking import Pack

STYLE = """
body{font:16px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;max-width:72rem;margin:0 auto;
padding:1.25rem;color:#1f3342;background:#fbfcfd}h1{font-weight:600;font-size:1.5rem;margin:.4rem 0}
a{color:#0b5c7d}nav a{margin-right:1rem;display:inline-block}svg{width:100%;height:22rem;background:#fff;border:1px solid #d9e1e7;
border-radius:6px;margin:1rem 0}svg *{fill:#0b5c7d22;stroke:#0b5c7d;vector-effect:non-scaling-stroke}
svg .line{fill:none}.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #d9e1e7;vertical-align:top}
dt{font-weight:600}dd{margin:0 0 .5rem}code{overflow-wrap:anywhere}ul{padding-left:1.2rem}
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'"
DRAWN = 2000
WORDS = {
    "description": "说明", "conformsTo": "遵循", "crs": "坐标系", "storageCrs": "存储坐标系",
    "extent": "范围", "spatial": "空间", "temporal": "时间", "interval": "时段", "bbox": "边界",
    "id": "编号", "itemType": "类型", "properties": "属性", "title": "名称", "type": "类型",
    "format": "格式", "addresses": "地址", "tilesets": "切片集", "tileMatrices": "层级",
}  # fmt: skip


def page(heading: str, parts: Iterable[str], headers: Mapping[str, str] | None = None) -> Response:
    """Wrap parts into a page."""
    body = (
        f"<!doctype html><html lang='zh-CN'><head><meta charset='utf-8'><title>{escape(heading)}</title>"
        f"<meta name='viewport' content='width=device-width,initial-scale=1'><style>{STYLE}</style></head>"
        f"<body><main><h1>{escape(heading)}</h1>{''.join(parts)}</main></body></html>"
    )
    worn = media.FRESH | {"Content-Security-Policy": POLICY} | dict(headers or {})
    return HTMLResponse(body, headers=worn)


def document(told: Json, heading: str) -> Response:
    """Show a document: what it says, and where it leads."""
    said = {k: v for k, v in told.items() if k not in ("links", "title", "collections")}
    parts = [_links(told.get("links", ())), _collections(told.get("collections", ())), _said(said)]
    return page(told.get("title", heading), parts)


def items(
    base: str, asked: AskItems, found: Items, links: Sequence[Json], headers: Mapping[str, str]
) -> Response:
    """Show a page of features: their shapes and a table."""
    pack, rows = found.pack, found.page.rows.tolist()
    names = {column.name: column.zh for column in layers.layer(asked.collection).columns}
    names |= {"born": "生效", "died": "失效"}
    head = "".join(f"<th>{escape(names.get(name, name))}</th>" for name in pack.columns)
    here = f"{base}/collections/{asked.collection}/items"
    cells = "".join(
        f"<tr><td><a href='{escape(f'{here}/{pack.keys[row]}?f=html')}'>{escape(pack.keys[row])}</a></td>"
        + "".join(f"<td>{escape(_word(values[row]))}</td>" for values in pack.columns.values())
        + "</tr>"
        for row in rows
    )
    matched = found.page.matched
    count = f"共 {matched} 个要素，本页 {len(rows)} 个 {matched} features, {len(rows)} on this page"
    table = f"<div class='wide'><table><thead><tr><th>编号 id</th>{head}</tr></thead><tbody>{cells}</tbody></table></div>"
    parts = [_links(links), f"<p>{count}</p>", _drawn(pack, rows), table, _links(links)]
    return page(title(asked.collection), parts, headers)


def feature(
    collection: str, text: bytes, links: Sequence[Json], headers: Mapping[str, str]
) -> Response:
    """Show one feature."""
    told = orjson.loads(text)
    names = {column.name: column.zh for column in layers.layer(collection).columns}
    said = {names.get(name, name): value for name, value in told["properties"].items()}
    shape = shapely.geometry.shape(told["geometry"])
    return page(
        f"{title(collection)} {told['id']}",
        [_links(links), _svg([shape], shape.bounds), _said(said)],
        headers,
    )


def _drawn(pack: Pack, rows: Sequence[int]) -> str:
    shapes = pack.shapes(np.array(rows[:DRAWN], dtype=np.int64)).tolist()
    return _svg(shapes, shapely.total_bounds(shapes)) if shapes else ""


def _svg(shapes: Sequence[Any], bounds: Any) -> str:
    """Draw shapes in degrees, north up, a degree of longitude as long as it is there."""
    west, south, east, north = (float(number) for number in bounds)
    shrink = cos(radians((south + north) / 2))
    side = max((east - west) * shrink, north - south, 1e-5)
    scale = 1000 / side

    def path(xy: Any) -> str:
        points = ((x - west) * shrink * scale for x in xy[:, 0])
        return "M" + "L".join(
            f"{x:.1f} {(north - y) * scale:.1f}" for x, y in zip(points, xy[:, 1], strict=True)
        )

    drawn = []
    for shape in shapes:
        for part in shapely.get_parts(shape):
            if part.geom_type == "Point":
                x, y = (part.x - west) * shrink * scale, (north - part.y) * scale
                drawn.append(f"<circle cx='{x:.1f}' cy='{y:.1f}' r='6'/>")
                continue
            rings = [part] if part.geom_type == "LineString" else shapely.get_rings(part)
            lines = " ".join(path(shapely.get_coordinates(ring)) for ring in rings)
            kind = "line" if part.geom_type == "LineString" else "area"
            drawn.append(f"<path class='{kind}' d='{lines}'/>")
    wide, high = max((east - west) * shrink * scale, 1), max((north - south) * scale, 1)
    box = f"{-20} {-20} {wide + 40:.0f} {high + 40:.0f}"
    return f"<svg viewBox='{box}' role='img' aria-label='示意图 Sketch'>{''.join(drawn)}</svg>"


def _links(links: Iterable[Json]) -> str:
    shown = "".join(
        f"<a href='{escape(told['href'], quote=True)}' rel='{escape(told['rel'])}'>"
        f"{escape(told.get('title') or told['rel'].rsplit('/', 1)[-1])}</a>"
        for told in links
    )
    return f"<nav>{shown}</nav>" if shown else ""


def _collections(told: Iterable[Json]) -> str:
    rows = "".join(
        f"<li><a href='{escape(c['links'][0]['href'])}?f=html'>{escape(c['title'])}</a> "
        f"<code>{escape(c['id'])}</code></li>"
        for c in told
    )
    return f"<ul>{rows}</ul>" if rows else ""


def _said(told: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<dt>{escape(f'{WORDS[k]} {k}' if k in WORDS else str(k))}</dt><dd>{_value(v)}</dd>"
        for k, v in told.items()
    )
    return f"<dl>{rows}</dl>"


def _value(value: Any) -> str:
    if isinstance(value, list):
        return "<ul>" + "".join(f"<li>{_value(item)}</li>" for item in value) + "</ul>"
    if isinstance(value, dict):
        return _said(value)
    return f"<code>{escape(_word(value))}</code>"


def _word(value: Any) -> str:
    text = "" if value is None else str(value)
    return "" if text == "NaT" else text.removesuffix("T00:00:00")
