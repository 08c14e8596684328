"""OGC API – Tiles: the vector tiles of this service under the addresses of the standard."""

from math import pi
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.http.ogc import documents, media
from api.http.ogc.documents import REL, Json, link
from geo import layers
from geo.errors import NotFound

MATRIX_SET = "WebMercatorQuad"
URI = "http://www.opengis.net/def/tilematrixset/OGC/1.0/WebMercatorQuad"
MERCATOR = "http://www.opengis.net/def/crs/EPSG/0/3857"
DEEPEST = 22
_EDGE_M = pi * 6_378_137
TILED = frozenset(
    {"district", "subdistrict", "community", "grid", "microgrid", "station", "building",
     "street", "barrier", "landuse"}
)  # fmt: skip
"""Collections that are drawn as tiles too."""


class Handed(Response):
    """An answer that another part of the application gives, at another address."""

    def __init__(self, request: Request, path: str) -> None:
        super().__init__()
        self._app, self._path = request.app, path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Ask it."""
        clean = {k: v for k, v in scope.items() if k not in ("endpoint", "path_params", "route")}
        path = {"path": self._path, "raw_path": self._path.encode(), "query_string": b""}
        await self._app({**clean, **path}, receive, send)


def tile(request: Request) -> Response:
    """Hand on to the tiles: the standard names the row before the column."""
    told = request.path_params
    if told["collection"] not in TILED:
        raise NotFound(
            f"{told['collection']} has no tiles", zh=f"“{told['collection']}”没有矢量切片"
        )
    require(told["matrices"])
    place = "/".join(told[part] for part in ("matrix", "column", "row"))
    return Handed(request, f"/tiles/{told['collection']}/{place}.mvt")


def require(matrices: str) -> None:
    """Raise `NotFound` for any scheme but the one there is."""
    if matrices != MATRIX_SET:
        raise NotFound(
            f"no tile matrix set {matrices!r}", zh=f"没有切片方案“{matrices}”", hint=MATRIX_SET
        )


def tilesets(base: str, name: str, form: str) -> Json:
    """List the tile sets of a collection."""
    here = f"{base}/collections/{name}/tiles"
    told = [_summary(base, name)] if name in TILED else []
    return {"links": [link(f"{here}?f={form}", "self", media.JSON)], "tilesets": told}


def tileset(base: str, name: str) -> Json:
    """Describe the tile set of a collection."""
    if name not in TILED:
        raise NotFound(f"{name} has no tiles", zh=f"“{name}”没有矢量切片")
    here = f"{base}/collections/{name}/tiles/{MATRIX_SET}"
    template = link(f"{here}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}", "item", media.MVT, "MVT")
    kinds = layers.layer(name).geometry[0]
    dimension = {"Point": 0, "LineString": 1, "Polygon": 2}[kinds]
    described = {"id": name, "dataType": "vector", "geometryDimension": dimension}
    told = _summary(base, name)
    links = [*told["links"], template | {"templated": True}]
    return told | {"links": links, "layers": [described]}


def _summary(base: str, name: str) -> Json:
    here = f"{base}/collections/{name}/tiles/{MATRIX_SET}"
    scheme = f"{base}/tileMatrixSets/{MATRIX_SET}"
    return {
        "title": documents.title(name),
        "dataType": "vector",
        "crs": MERCATOR,
        "tileMatrixSetURI": URI,
        "tileMatrixSetId": MATRIX_SET,
        "links": [
            link(here, "self", media.JSON),
            link(scheme, REL + "tiling-scheme", media.JSON),
            link(f"{base}/collections/{name}", REL + "geodata", media.JSON),
        ],
    }


def matrix_sets(base: str) -> Json:
    """List the tile matrix sets."""
    here = f"{base}/tileMatrixSets/{MATRIX_SET}"
    told = {"id": MATRIX_SET, "title": "Google Maps Compatible for the World", "uri": URI}
    return {"tileMatrixSets": [told | {"crs": MERCATOR, "links": [link(here, "self", media.JSON)]}]}


def matrix_set() -> Json:
    """Describe the one tile matrix set: Web Mercator, twice as many tiles a side at each level."""

    def matrix(zoom: int) -> dict[str, Any]:
        cell = 2 * _EDGE_M / 256 / 2**zoom
        return {
            "id": str(zoom), "scaleDenominator": cell / 0.00028, "cellSize": cell,
            "cornerOfOrigin": "topLeft", "pointOfOrigin": [-_EDGE_M, _EDGE_M],
            "tileWidth": 256, "tileHeight": 256,
            "matrixWidth": 2**zoom, "matrixHeight": 2**zoom,
        }  # fmt: skip

    return {
        "id": MATRIX_SET, "title": "Google Maps Compatible for the World", "uri": URI,
        "crs": MERCATOR, "orderedAxes": ["X", "Y"],
        "wellKnownScaleSet": "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible",
        "tileMatrices": [matrix(zoom) for zoom in range(DEEPEST + 1)],
    }  # fmt: skip
