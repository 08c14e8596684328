"""OGC API – Tiles: the vector tiles of this service under the addresses of the standard.

Two schemes: WebMercatorQuad, and WorldCRS84Quad, in which GDAL asks. A tile set says where
there is something to see (its limits); outside them there is no tile.
"""

from dataclasses import dataclass
from math import pi
from typing import Any, NamedTuple

import numpy as np
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.http.ogc import documents, media
from api.http.ogc.documents import REL, Json, link
from api.tasks.tile_layers import LAYERS
from geo import layers, tiling
from geo.errors import BadInput, NotFound

_EDGE_M = pi * 6_378_137
_DEGREE_M = 2 * _EDGE_M / 360
DEF = "http://www.opengis.net/def/"
SHOWN_TO = 18
"""Limits are told up to this zoom of the Mercator world; a map draws it larger beyond."""
TILED = (
    "landuse", "barrier", "street", "building", "district", "subdistrict", "community", "grid",
    "microgrid", "station",
)  # fmt: skip
"""Collections that are drawn as tiles too, in the order in which they are drawn."""
Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class Scheme:
    """A tile matrix set: `tile_0` is the width of a tile of its zoom 0, in units of its system.

    Its zoom is `behind` that of the world of our own tiles, in which `datum` draws it.
    """

    id: str
    title: str
    crs: str
    scale_set: str
    axes: tuple[str, str]
    origin: tuple[float, float]
    tile_0: float
    unit_m: float
    behind: int
    datum: str

    @property
    def deepest(self) -> int:
        """Its last zoom."""
        return tiling.DEEPEST - self.behind

    def size(self, zoom: int) -> tuple[int, int]:
        """Give how many columns and rows a zoom has."""
        return 2 ** (zoom + self.behind), 2**zoom

    def matrix(self, zoom: int) -> Json:
        """Describe the tile matrix of a zoom."""
        cell = self.tile_0 / 256 / 2**zoom
        wide, high = self.size(zoom)
        return {
            "id": str(zoom), "identifier": str(zoom), "topLeftCorner": list(self.origin),
            "scaleDenominator": cell * self.unit_m / 0.00028, "cellSize": cell,
            "cornerOfOrigin": "topLeft", "pointOfOrigin": list(self.origin),
            "tileWidth": 256, "tileHeight": 256, "matrixWidth": wide, "matrixHeight": high,
        }  # fmt: skip

    def limits(self, zoom: int, bounds: Bounds) -> tuple[int, int, int, int]:
        """Give the first and last columns and rows that degrees (west, south …) lie in."""
        west, south, east, north = bounds
        x, y = tiling.world(np.array([west, east]), np.array([north, south]))
        if self.datum == tiling.EVEN:
            y = (90.0 - np.array([north, south])) / 360.0
        box = (float(x[0]), float(y[0]), float(x[1]), float(y[1]))
        return tiling.under(box, zoom + self.behind)


SCHEMES = {
    scheme.id: scheme
    for scheme in (
        Scheme(
            "WebMercatorQuad", "Google Maps Compatible for the World",
            DEF + "crs/EPSG/0/3857", "GoogleMapsCompatible", ("X", "Y"), (-_EDGE_M, _EDGE_M),
            2 * _EDGE_M, 1.0, 0, "",
        ),
        Scheme(
            "WorldCRS84Quad", "CRS84 for the World", DEF + "crs/OGC/1.3/CRS84",
            "GoogleCRS84Quad", ("Lon", "Lat"), (-180.0, 90.0), 180.0, _DEGREE_M, 1, tiling.EVEN,
        ),
    )
}  # fmt: skip


class Place(NamedTuple):
    """Where a tile is asked for, as the standard names it."""

    matrix: str
    row: str
    column: str


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


def tile(
    request: Request, names: tuple[str, ...], scheme: Scheme, place: Place, bounds: Bounds | None
) -> Response:
    """Hand on to the tiles: the standard names the row before the column.

    Raises
    ------
    NotFound
        For a place outside the scheme or the limits.
    """
    numbers = [int(part) if part.isascii() and part.isdigit() else -1 for part in place]
    zoom, row, column = numbers
    wide, high = scheme.size(zoom) if 0 <= zoom <= scheme.deepest else (0, 0)
    if not (0 <= row < high and 0 <= column < wide) or _outside(scheme, numbers, bounds):
        raise NotFound(
            f"{scheme.id} has no tile {'/'.join(place)} here"[:200],
            zh=f"此处没有瓦片 {'/'.join(place)}"[:200],
            hint="tileMatrixSetLimits of the tile set say where there are tiles",
        )
    datum = f"{scheme.datum}/" if scheme.datum else ""
    at = f"{zoom + scheme.behind}/{column}/{row}"
    return Handed(request, f"/tiles/{datum}{','.join(names)}/{at}.mvt")


def _outside(scheme: Scheme, numbers: list[int], bounds: Bounds | None) -> bool:
    if bounds is None:
        return False
    zoom, row, column = numbers
    left, top, right, bottom = scheme.limits(zoom, bounds)
    return not (left <= column <= right and top <= row <= bottom)


def scheme(name: str) -> Scheme:
    """Give a scheme, or raise `NotFound`."""
    if (found := SCHEMES.get(name)) is None:
        raise NotFound(
            f"no tile matrix set {name!r}"[:200], zh=f"没有切片方案“{name}”"[:200],
            hint=", ".join(SCHEMES),
        )  # fmt: skip
    return found


def drawn(name: str) -> tuple[str, ...]:
    """Give a collection as the layers of a tile, or raise `NotFound`."""
    if name not in TILED:
        raise NotFound(f"{name} has no tiles", zh=f"“{name}”没有矢量切片")
    return (name,)


def selected(text: str) -> tuple[str, ...]:
    """Read which collections a tile of the whole data set shows; empty text says all.

    Raises
    ------
    BadInput
        When one of them has no tiles.
    """
    names = tuple(text.split(",")) if text else TILED
    if strange := [name for name in names if name not in TILED]:
        raise BadInput(
            f"no tiles of {', '.join(strange)}"[:200], zh=f"没有{'、'.join(strange)}的切片"[:200],
            where=strange, hint=", ".join(TILED),
        )  # fmt: skip
    return tuple(name for name in TILED if name in names)


def tilesets(here: str, names: tuple[str, ...], form: str, bounds: Bounds | None) -> Json:
    """List the tile sets of a collection, or of all; `here` is the address of the list.

    GDAL opens this document as it would a collection that has tiles alone.
    """
    links = [
        link(f"{here}?f={form}", "self", media.JSON),
        link(here, REL + "tilesets-vector", media.JSON),
    ]
    told = [_summary(here, names, scheme) for scheme in SCHEMES.values()] if names else []
    extent = documents.spatial(bounds)
    return {"title": _title(names), "links": links, "extent": extent, "tilesets": told}


def tileset(here: str, names: tuple[str, ...], scheme: Scheme, bounds: Bounds | None) -> Json:
    """Describe a tile set: where its tiles are, and where there is something to see.

    The limits begin at the zoom from which a layer is shown with all that is said of it.
    """
    template = f"{here}/{scheme.id}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}"
    item = link(template, "item", media.MVT, "MVT") | {"templated": True}
    told = _summary(here, names, scheme)
    told |= {"links": [*told["links"], item], "layers": [_described(name) for name in names]}
    if bounds is None:
        return told
    west, south, east, north = bounds
    box = {
        "lowerLeft": [west, south],
        "upperRight": [east, north],
        "crs": DEF + "crs/OGC/1.3/CRS84",
    }
    first = max(min(max(LAYERS[n].shown_from, LAYERS[n].said_from) for n in names), scheme.behind)
    zooms = range(first - scheme.behind, SHOWN_TO + 1 - scheme.behind)
    limits = [_limit(scheme, zoom, bounds) for zoom in zooms]
    return told | {"boundingBox": box, "tileMatrixSetLimits": limits}


def _limit(scheme: Scheme, zoom: int, bounds: Bounds) -> Json:
    left, top, right, bottom = scheme.limits(zoom, bounds)
    return {
        "tileMatrix": str(zoom), "minTileRow": top, "maxTileRow": bottom,
        "minTileCol": left, "maxTileCol": right,
    }  # fmt: skip


def _described(name: str) -> dict[str, Any]:
    dimension = {"Point": 0, "LineString": 1, "Polygon": 2}[layers.layer(name).geometry[0]]
    return {"id": name, "dataType": "vector", "geometryDimension": dimension}


def _summary(here: str, names: tuple[str, ...], scheme: Scheme) -> Json:
    base = here.removesuffix("/tiles").partition("/collections/")[0]
    links = [
        link(f"{here}/{scheme.id}", "self", media.JSON),
        link(f"{base}/tileMatrixSets/{scheme.id}", REL + "tiling-scheme", media.JSON),
    ]
    if "/collections/" in here:
        links.append(link(here.removesuffix("/tiles"), REL + "geodata", media.JSON))
    return {
        "title": _title(names),
        "dataType": "vector",
        "crs": scheme.crs,
        "tileMatrixSetURI": f"{DEF}tilematrixset/OGC/1.0/{scheme.id}",
        "tileMatrixSetId": scheme.id,
        "links": links,
    }


def _title(names: tuple[str, ...]) -> str:
    return documents.title(names[0]) if len(names) == 1 else "矢量切片 Vector tiles"


def matrix_sets(base: str) -> Json:
    """List the tile matrix sets."""
    here = f"{base}/tileMatrixSets"
    told = [
        _named(scheme) | {"links": [link(f"{here}/{scheme.id}", "self", media.JSON)]}
        for scheme in SCHEMES.values()
    ]
    return {"tileMatrixSets": told, "links": [link(here, "self", media.JSON)]}


def matrix_set(scheme: Scheme) -> Json:
    """Describe a tile matrix set: twice as many tiles a side at each level.

    It says the same in the words of version 1 of its standard too, which older GDALs read.
    """
    return _named(scheme) | {
        "type": "TileMatrixSetType",
        "identifier": scheme.id,
        "supportedCRS": scheme.crs,
        "orderedAxes": list(scheme.axes),
        "wellKnownScaleSet": f"{DEF}wkss/OGC/1.0/{scheme.scale_set}",
        "tileMatrices": [scheme.matrix(zoom) for zoom in range(scheme.deepest + 1)],
    }


def _named(scheme: Scheme) -> Json:
    uri = f"{DEF}tilematrixset/OGC/1.0/{scheme.id}"
    return {"id": scheme.id, "title": scheme.title, "uri": uri, "crs": scheme.crs}
