"""The addresses of OGC API – Tiles."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from api.http import queries
from api.http.ogc import asked, definition, documents, media, pages, tiles
from api.http.parts import Part
from api.tasks import ask_items

router = Part(route_class=queries.Straight, tags=["ogc"])


def _path(*names: str) -> dict[str, Any]:
    told = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    return {"parameters": [*told, definition.FORM]}


def _sent(request: Request, told: documents.Json) -> Response:
    asked.only(request)
    if asked.form_of(request) == "html":
        return pages.document(told, request.url.path)
    return media.answer(told)


def _collection(request: Request) -> str:
    name: str = request.path_params["collection"]
    ask_items.require(name, asked.view_of(request))
    return name


@router.get("/tileMatrixSets", summary="切片方案 Tile matrix sets", openapi_extra=_path())
async def matrix_sets(request: Request) -> Response:
    """List the tile matrix sets."""
    return _sent(request, tiles.matrix_sets(asked.root(request)))


@router.get(
    "/tileMatrixSets/{matrices}", summary="切片方案 A tile matrix set",
    openapi_extra=_path("matrices"),
)  # fmt: skip
async def matrix_set(request: Request) -> Response:
    """Describe a tile matrix set."""
    tiles.require(request.path_params["matrices"])
    return _sent(request, tiles.matrix_set())


@router.get(
    "/collections/{collection}/tiles", summary="矢量切片 Tile sets of a collection",
    openapi_extra=_path("collection"),
)  # fmt: skip
async def tilesets(request: Request) -> Response:
    """List the tile sets of a collection."""
    name = _collection(request)
    return _sent(request, tiles.tilesets(asked.root(request), name, asked.form_of(request)))


@router.get(
    "/collections/{collection}/tiles/{matrices}", summary="矢量切片 A tile set",
    openapi_extra=_path("collection", "matrices"),
)  # fmt: skip
async def tileset(request: Request) -> Response:
    """Describe a tile set and say where its tiles are."""
    name = _collection(request)
    tiles.require(request.path_params["matrices"])
    return _sent(request, tiles.tileset(asked.root(request), name))


@router.get(
    "/collections/{collection}/tiles/{matrices}/{matrix}/{row}/{column}",
    summary="矢量切片 A tile", openapi_extra=_path("collection", "matrices", "matrix", "row", "column"),
)  # fmt: skip
async def tile(request: Request) -> Response:
    """Give a tile."""
    asked.only(request)
    return tiles.tile(request)
