"""OGC API – Features (Parts 1 to 5) and Tiles, under ``/ogc``."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.http import queries
from api.http.ogc import asked, definition, documents, items, media, pages, tile_routes, writing
from api.http.parts import Part
from api.tasks import ask_items
from api.tasks.shelf import shelf

routes = Part(route_class=queries.Straight, tags=["ogc"])
_COLLECTION: dict[str, Any] = {
    "name": "collection", "in": "path", "required": True, "schema": {"type": "string"},
}  # fmt: skip
routes.include_router(tile_routes.router)
routes.include_router(writing.router)
_FEATURE = _COLLECTION | {"name": "feature"}


def _told(*parameters: dict[str, Any]) -> dict[str, Any]:
    return {"parameters": [*parameters, definition.FORM]}


@routes.get(
    "/collections/{collection}/items",
    summary="要素 Features of a collection",
    openapi_extra=_told(_COLLECTION, *definition.ITEMS),
)
async def features(request: Request) -> Response:
    """Give a page of features as GeoJSON or HTML; the next page is linked."""
    return await items.page(request)


@routes.get(
    "/collections/{collection}/items/{feature}",
    summary="单个要素 One feature",
    openapi_extra=_told(_COLLECTION, _FEATURE),
)
async def feature(request: Request) -> Response:
    """Give one feature."""
    return await items.one(request)


@routes.get("", summary="标准接口首页 OGC API landing page", openapi_extra=_told())
async def landing(request: Request) -> Response:
    """Give the way in for programs that speak the standard."""
    return _document(request, documents.landing(asked.root(request), asked.form_of(request)))


@routes.get("/conformance", summary="遵循的标准 Conformance", openapi_extra=_told())
async def conformance(request: Request) -> Response:
    """Give the parts of the standards that are kept."""
    return _document(request, documents.conformance(asked.root(request), asked.form_of(request)))


@routes.get("/api", summary="接口定义 API definition", openapi_extra=_told())
async def api(request: Request) -> Response:
    """Describe everything under this address in OpenAPI 3.0."""
    asked.only(request)
    view = asked.view_of(request)
    told = definition.definition(asked.root(request), ask_items.collections(view), view)
    if asked.form_of(request) == "html":
        listed = [f"{path}: {', '.join(verbs).upper()}" for path, verbs in told["paths"].items()]
        return pages.document({"addresses": listed}, told["info"]["title"])
    return media.answer(told, media.OPENAPI)


@routes.get("/collections", summary="数据集 Collections", openapi_extra=_told())
async def collections(request: Request) -> Response:
    """Describe every collection that is open to who asks."""
    view, base, form = asked.view_of(request), asked.root(request), asked.form_of(request)
    kept = shelf(request.app.state.work)
    names = ask_items.collections(view)
    told = await run_in_threadpool(documents.collections, base, names, view, kept, form)
    return _document(request, told)


@routes.get(
    "/collections/{collection}", summary="数据集 A collection", openapi_extra=_told(_COLLECTION)
)
async def collection(request: Request) -> Response:
    """Describe a collection."""
    view, base, form = asked.view_of(request), asked.root(request), asked.form_of(request)
    name = _named(request)
    kept = shelf(request.app.state.work)
    told = await run_in_threadpool(documents.collection, base, name, view, kept, form)
    return _document(request, told)


@routes.get(
    "/collections/{collection}/queryables",
    summary="可查询属性 Queryables",
    openapi_extra=_told(_COLLECTION),
)
async def queryables(request: Request) -> Response:
    """Describe what filters can ask."""
    return _schema(request, "queryables")


@routes.get(
    "/collections/{collection}/schema", summary="属性 Schema", openapi_extra=_told(_COLLECTION)
)
async def schema(request: Request) -> Response:
    """Describe the features."""
    return _schema(request, "schema")


def _schema(request: Request, part: str) -> Response:
    asked.only(request)
    name = _named(request)
    told = documents.schema(asked.root(request), name, asked.view_of(request), part=part)
    if asked.form_of(request) == "html":
        return pages.document(told, part)
    return media.answer(told, media.SCHEMA)


def _named(request: Request) -> str:
    name: str = request.path_params["collection"]
    ask_items.require(name, asked.view_of(request))
    return name


def _document(request: Request, told: documents.Json) -> Response:
    asked.only(request)
    if asked.form_of(request) == "html":
        return pages.document(told, request.url.path)
    return media.answer(told)


router = Part()
router.include_router(routes, prefix="/ogc")
router.include_router(routes, prefix="/ogc/scenarios/{scenario}")
