"""The addresses of OGC API – Tiles."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.http import queries
from api.http.ogc import asked, definition, documents, media, pages, tiles
from api.http.parts import Part
from api.tasks import ask_items
from api.tasks.shelf import shelf

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


async def _bounds(request: Request, names: tuple[str, ...]) -> tiles.Bounds | None:
    """Give the degrees in which there is something of some collections; None for nothing."""

    def found() -> tiles.Bounds | None:
        kept, view = shelf(request.app.state.work), asked.view_of(request)
        boxes = [box for name in names if (box := kept.pack(name, view).bounds) is not None]
        if not boxes:
            return None
        west, south, east, north = zip(*boxes, strict=True)
        return min(west), min(south), max(east), max(north)

    return await run_in_threadpool(found)


def _place(request: Request) -> tiles.Place:
    return tiles.Place(*(request.path_params[part] for part in tiles.Place._fields))


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
    return _sent(request, tiles.matrix_set(tiles.scheme(request.path_params["matrices"])))


@router.get(
    "/collections/{collection}/tiles", summary="矢量切片 Tile sets of a collection",
    openapi_extra=_path("collection"),
)  # fmt: skip
async def tilesets(request: Request) -> Response:
    """List the tile sets of a collection."""
    name = _collection(request)
    here = f"{asked.root(request)}/collections/{name}/tiles"
    names = (name,) if name in tiles.TILED else ()
    bounds = await _bounds(request, names)
    return _sent(request, tiles.tilesets(here, names, asked.form_of(request), bounds))


@router.get(
    "/collections/{collection}/tiles/{matrices}", summary="矢量切片 A tile set",
    openapi_extra=_path("collection", "matrices"),
)  # fmt: skip
async def tileset(request: Request) -> Response:
    """Describe a tile set and say where its tiles are."""
    names = tiles.drawn(_collection(request))
    scheme = tiles.scheme(request.path_params["matrices"])
    here = f"{asked.root(request)}/collections/{names[0]}/tiles"
    return _sent(request, tiles.tileset(here, names, scheme, await _bounds(request, names)))


@router.get(
    "/collections/{collection}/tiles/{matrices}/{matrix}/{row}/{column}",
    summary="矢量切片 A tile", openapi_extra=_path("collection", "matrices", "matrix", "row", "column"),
)  # fmt: skip
async def tile(request: Request) -> Response:
    """Give a tile."""
    asked.only(request, ())
    names = tiles.drawn(_collection(request))
    scheme = tiles.scheme(request.path_params["matrices"])
    return tiles.tile(request, names, scheme, _place(request), await _bounds(request, names))


@router.get("/tiles", summary="矢量切片 Tile sets of everything", openapi_extra=_path())
async def all_tilesets(request: Request) -> Response:
    """List the tile sets in which all collections are drawn together."""
    here = f"{asked.root(request)}/tiles"
    bounds = await _bounds(request, tiles.TILED)
    return _sent(request, tiles.tilesets(here, tiles.TILED, asked.form_of(request), bounds))


@router.get(
    "/tiles/{matrices}",
    summary="矢量切片 A tile set of everything",
    openapi_extra=_path("matrices"),
)
async def all_tileset(request: Request) -> Response:
    """Describe a tile set of all collections."""
    scheme, here = tiles.scheme(request.path_params["matrices"]), f"{asked.root(request)}/tiles"
    bounds = await _bounds(request, tiles.TILED)
    return _sent(request, tiles.tileset(here, tiles.TILED, scheme, bounds))


@router.get(
    "/tiles/{matrices}/{matrix}/{row}/{column}", summary="矢量切片 A tile of everything",
    openapi_extra={"parameters": [
        *_path("matrices", "matrix", "row", "column")["parameters"][:-1],
        {"name": "collections", "in": "query", "required": False, "style": "form",
         "explode": False, "schema": {"type": "array", "items": {"type": "string"}}},
    ]},
)  # fmt: skip
async def all_tile(request: Request) -> Response:
    """Give a tile of all collections, or of some."""
    asked.only(request, ("collections",))
    names = tiles.selected(request.query_params.get("collections", ""))
    scheme = tiles.scheme(request.path_params["matrices"])
    bounds = await _bounds(request, tiles.TILED)
    return tiles.tile(request, names, scheme, _place(request), bounds)
