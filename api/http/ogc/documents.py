"""The documents around the features: what is here, what it conforms to, what it looks like."""

from typing import Any

from api.http.ogc import media
from api.tasks.shelf import Shelf, columns
from geo import asking, layers
from geo.layers import View

Json = dict[str, Any]
_FEATURES = "http://www.opengis.net/spec/ogcapi-features-"
_CQL2 = "http://www.opengis.net/spec/cql2/1.0/conf/"
_TILES = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
CONFORMS = [
    "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/core",
    "http://www.opengis.net/spec/ogcapi-common-2/1.0/conf/collections",
    *(f"{_FEATURES}1/1.0/conf/{name}" for name in ("core", "oas30", "geojson", "html")),
    f"{_FEATURES}2/1.0/conf/crs",
    *(
        f"{_FEATURES}3/1.0/conf/{name}"
        for name in ("filter", "features-filter", "queryables", "queryables-query-parameters")
    ),
    *(
        f"{_FEATURES}4/1.0/conf/{name}"
        for name in ("create-replace-delete", "update", "optimistic-locking-etags", "features")
    ),
    *(f"{_FEATURES}5/1.0/conf/{name}" for name in ("schemas", "core-roles-features")),
    *(
        _CQL2 + name
        for name in (
            "cql2-text", "cql2-json", "basic-cql2", "advanced-comparison-operators",
            "case-insensitive-comparison", "accent-insensitive-comparison",
            "basic-spatial-functions", "basic-spatial-functions-plus", "spatial-functions",
            "temporal-functions", "property-property", "arithmetic",
        )
    ),
    *(_TILES + name for name in (
        "core", "tileset", "tilesets-list", "dataset-tilesets", "geodata-tilesets",
        "collections-selection", "mvt", "oas30",
    )),
]  # fmt: skip
REL = "http://www.opengis.net/def/rel/ogc/1.0/"
UNREAD = f"{media.JSON};charset=utf-8"
"""Where it is told of tiles by exactly JSON, GDAL's OGCAPI driver takes them in place of the
features, and some builds of it (Debian's 3.6) read no vector tiles at all. Told so, it takes the
features; the list of tile sets, opened by its own address, tells of them as GDAL wants it."""
ENGLISH = {
    "district": "District", "subdistrict": "Subdistricts", "community": "Communities",
    "grid": "Grids", "microgrid": "Micro-grids", "station": "Stations",
    "candidate": "Candidate sites", "building": "Buildings", "street": "Streets",
    "barrier": "Barriers", "gate": "Gates", "landuse": "Land use", "council": "Councils",
    "institution": "Institutions", "net": "Other departments' grids",
}  # fmt: skip


def link(href: str, rel: str, form: str, title: str = "") -> Json:
    """Make a link."""
    return {"href": href, "rel": rel, "type": form} | ({"title": title} if title else {})


def _both(href: str, form: str) -> list[Json]:
    """Link a document to itself and to its other form."""
    forms = {"json": media.JSON, "html": media.HTML}
    other = "html" if form == "json" else "json"
    return [
        link(f"{href}?f={form}", "self", forms[form], "本页 This document"),
        link(f"{href}?f={other}", "alternate", forms[other], other.upper()),
    ]


def landing(base: str, form: str) -> Json:
    """Give the way in."""
    return {
        "title": "网格空间数据 Wangge",
        "description": "网格化管理空间数据，遵循 OGC API 标准 "
        "Grids, places and streets of a district after the OGC API standards",
        "links": [
            *_both(base, form),
            link(f"{base}/api", "service-desc", media.OPENAPI, "接口定义 API definition"),
            link(f"{base}/api?f=html", "service-doc", media.HTML, "接口说明 API documentation"),
            link(f"{base}/conformance", "conformance", media.JSON, "遵循的标准 Conformance"),
            link(f"{base}/collections", "data", media.JSON, "数据集 Collections"),
            link(f"{base}/tiles", REL + "tilesets-vector", media.JSON, "矢量切片 Vector tiles"),
            link(f"{base}/tileMatrixSets", REL + "tiling-schemes", media.JSON, "切片方案 Tiling"),
        ],
    }


def conformance(base: str, form: str) -> Json:
    """Give what this keeps to."""
    return {"links": _both(f"{base}/conformance", form), "conformsTo": CONFORMS}


def title(name: str) -> str:
    """Name a collection in both languages."""
    return f"{layers.layer(name).zh} {ENGLISH.get(name, name)}"


def collection(base: str, name: str, view: View, kept: Shelf, form: str = "") -> Json:
    """Describe a collection."""
    here = f"{base}/collections/{name}"
    bounds = kept.pack(name, view).bounds
    told: Json = {
        "id": name,
        "title": title(name),
        "description": f"{title(name)}（{'、'.join(c.zh for c in layers.shown(name, view))}）",
        "itemType": "feature",
        "crs": list(asking.SYSTEMS),
        "storageCrs": asking.STORED.uri,
        "links": [
            *(_both(here, form) if form else [link(here, "self", media.JSON)]),
            link(f"{here}/items", "items", media.GEOJSON, "要素 Features"),
            link(f"{here}/items?f=html", "items", media.HTML, "要素 Features"),
            link(f"{here}/queryables", REL + "queryables", media.SCHEMA, "可查询属性 Queryables"),
            link(f"{here}/schema", REL + "schema", media.SCHEMA, "属性 Schema"),
            link(f"{here}/tiles", REL + "tilesets-vector", UNREAD, "矢量切片 Vector tiles"),
        ],
    }
    extent = spatial(bounds)
    if layers.layer(name).level:
        extent["temporal"] = {"interval": [[None, None]]}
    return told | ({"extent": extent} if extent else {})


def spatial(bounds: tuple[float, float, float, float] | None) -> Json:
    """Give an extent; empty for nothing."""
    if bounds is None:
        return {}
    return {"spatial": {"bbox": [list(bounds)], "crs": asking.CRS84.uri}}


def collections(base: str, names: list[str], view: View, kept: Shelf, form: str) -> Json:
    """Describe every collection."""
    return {
        "links": _both(f"{base}/collections", form),
        "crs": list(asking.SYSTEMS),
        "collections": [collection(base, name, view, kept) for name in names],
    }


_TYPES: dict[str, Json] = {
    "text": {"type": "string"}, "int": {"type": "integer"}, "float": {"type": "number"},
    "bool": {"type": "boolean"},
}  # fmt: skip


def properties(name: str, view: View) -> dict[str, Json]:
    """Describe the properties of a collection as JSON Schema."""
    described = layers.layer(name)
    told: dict[str, Json] = {}
    for place, column in enumerate(layers.shown(name, view), start=1):
        more: Json = {"title": column.zh, "x-ogc-propertySeq": place}
        if column.name == described.key:
            more["x-ogc-role"] = "id"
        if column.choices:
            more["enum"] = list(column.choices)
        told[column.name] = _TYPES[column.type] | more
    if "born" in columns(name, view):
        roles = {"born": ("生效日期", "start"), "died": ("失效日期", "end")}
        for day, (zh, end) in roles.items():
            told[day] = {
                "type": "string", "format": "date", "title": zh,
                "x-ogc-role": f"primary-interval-{end}",
            }  # fmt: skip
    return told


def schema(base: str, name: str, view: View, *, part: str) -> Json:
    """Give the schema of the features (`part` ``schema``), or what can be asked (``queryables``)."""
    kinds = layers.layer(name).geometry
    one = f"geometry-{kinds[0].lower()}"
    several = {
        ("Point",): one,
        ("LineString", "MultiLineString"): "geometry-linestring-or-multilinestring",
        ("Polygon", "MultiPolygon"): "geometry-polygon-or-multipolygon",
    }
    shape = {"title": "几何 Geometry", "format": several.get(kinds, "geometry-any"),
             "x-ogc-role": "primary-geometry"}  # fmt: skip
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"{base}/collections/{name}/{part}",
        "type": "object",
        "title": title(name),
        "properties": {"geometry": shape, **properties(name, view)},
        "additionalProperties": False,
    }
