"""The description of this part of the API: OpenAPI 3.0, as the standards ask."""

from typing import Any

from api.http.ogc import documents, media, tiles
from api.settings import VERSION
from api.tasks.ask_items import LIMIT, MOST
from geo import asking, layers
from geo.layers import View

Json = dict[str, Any]
_URI = {"type": "string", "format": "uri", "enum": list(asking.SYSTEMS)}
_TEXT = {"type": "string"}


def _asked(name: str, schema: Json, said: str, **more: Any) -> Json:
    told = {"name": name, "in": "query", "required": False, "description": said, "schema": schema}
    return told | more


_CSV = {"style": "form", "explode": False}
_BOX: Json = {
    "type": "array",
    "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
    "items": {"type": "number"},
}
LIMITED: Json = {"type": "integer", "minimum": 1, "maximum": MOST, "default": LIMIT}
ITEMS: list[Json] = [
    _asked("limit", LIMITED, "每页要素数 Features on a page", **_CSV),
    _asked("bbox", _BOX, "范围：左下、右上 Lower left and upper right corner", **_CSV),
    _asked("bbox-crs", _URI, "范围所用坐标系 System of bbox"),
    _asked("crs", _URI, "答复所用坐标系 System of the answer"),
    _asked("datetime", _TEXT, "某日或时段的区划 Areas that held on a day or in an interval"),
    _asked("filter", _TEXT, "CQL2 过滤条件 A filter in CQL2"),
    _asked(
        "filter-lang",
        {"type": "string", "enum": ["cql2-text", "cql2-json", "cql-text"], "default": "cql2-text"},
        "过滤条件的写法 How the filter is written",
    ),
    _asked("filter-crs", _URI, "过滤条件中几何的坐标系 System of the geometries in the filter"),
    _asked("after", _TEXT, "上一页末尾的编号 The id that the page before ended with"),
]


def _within(name: str, schema: Json = _TEXT) -> Json:
    return {"name": name, "in": "path", "required": True, "schema": schema}


SCHEME = _within("tileMatrixSetId", _TEXT | {"enum": list(tiles.SCHEMES)})
FORM = _asked("f", {"type": "string", "enum": ["json", "html"]}, "格式 Form")


def definition(base: str, names: list[str], view: View) -> Json:
    """Describe every address under ``/ogc``."""
    paths: Json = {
        "/": _get("首页 Landing page"),
        "/conformance": _get("遵循的标准 Conformance"),
        "/collections": _get("数据集 Collections"),
        "/tileMatrixSets": _get("切片方案 Tile matrix sets"),
        "/tileMatrixSets/{tileMatrixSetId}": _get("切片方案 A tile matrix set", SCHEME),
        **_tiles("", "全部图层 All layers"),
    }
    for name in names:
        paths |= _collection(name, view)
    return {
        "openapi": "3.0.3",
        "info": {
            "title": "网格空间数据 Wangge", "version": VERSION,
            "description": "OGC API – Features, Tiles", "license": {"name": "Apache-2.0"},
        },
        "servers": [{"url": base}],
        "tags": [{"name": name, "description": documents.title(name)} for name in names],
        "paths": paths,
    }  # fmt: skip


def _get(summary: str, *more: Json, tag: str = "", kind: str = media.JSON) -> Json:
    told = {
        "summary": summary,
        "parameters": [*more, FORM],
        "responses": {
            "200": {"description": "OK", "content": {kind: {"schema": {"type": "object"}}}},
            "400": {"description": "参数有误 Bad request"},
            "404": {"description": "没有 Not found"},
        },
    }
    return {"get": told | ({"tags": [tag]} if tag else {})}


def _collection(name: str, view: View) -> Json:
    here, said = f"/collections/{name}", documents.title(name)
    asked = [
        _asked(key, {k: told[k] for k in ("type", "enum", "format") if k in told}, told["title"])
        for key, told in documents.properties(name, view).items()
    ]
    wanted = _within("featureId")
    crs = next(told for told in ITEMS if told["name"] == "crs")
    time = next(told for told in ITEMS if told["name"] == "datetime")
    items = _get(f"{said} · 要素 Features", *ITEMS, *asked, tag=name, kind=media.GEOJSON)
    single = _get(f"{said} · 单个要素 Feature", wanted, crs, time, tag=name, kind=media.GEOJSON)
    if layers.layer(name).level:
        items |= _write("post", f"{said} · 新增（写入方案）Create in a scenario", "201")
        for deed, word in (
            ("put", "替换 Replace"),
            ("patch", "修改 Update"),
            ("delete", "删除 Delete"),
        ):
            single |= _write(deed, f"{said} · {word}", "204", wanted)
    return {
        here: _get(said, tag=name),
        f"{here}/items": items,
        f"{here}/items/{{featureId}}": single,
        f"{here}/queryables": _get(f"{said} · 可查询属性 Queryables", tag=name, kind=media.SCHEMA),
        f"{here}/schema": _get(f"{said} · 属性 Schema", tag=name, kind=media.SCHEMA),
        **(_tiles(here, said, tag=name) if name in tiles.TILED else {}),
    }


def _tiles(here: str, said: str, *, tag: str = "") -> Json:
    listed, one = f"{here}/tiles", f"{here}/tiles/{{tileMatrixSetId}}"
    place = [_within(name) for name in ("tileMatrix", "tileRow", "tileCol")]
    tile = _get(f"{said} · 切片 A tile", SCHEME, *place, tag=tag, kind=media.MVT)
    tile["get"]["parameters"].pop()  # a tile has one form
    tile["get"]["responses"]["204"] = {"description": "空瓦片 Nothing to show"}
    return {
        listed: _get(f"{said} · 矢量切片 Vector tiles", tag=tag),
        one: _get(f"{said} · 矢量切片 A tile set", SCHEME, tag=tag),
        f"{one}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}": tile,
    }


def _write(deed: str, summary: str, status: str, *more: Json) -> Json:
    told: Json = {
        "summary": summary,
        "parameters": list(more),
        "responses": {
            status: {"description": "已写入方案 Written into the scenario"},
            "401": {"description": "请先登录 Log in"},
            "403": {"description": "无权限 Not allowed"},
        },
    }
    if deed != "delete":
        kind = "application/merge-patch+json" if deed == "patch" else media.GEOJSON
        told["requestBody"] = {"required": True, "content": {kind: {"schema": {"type": "object"}}}}
    return {deed: told}
