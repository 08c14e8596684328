"""Create, replace, update and delete (Part 4): written into a scenario, behind roles.

Every scenario is a whole API of its own under ``/ogc/scenarios/{scenario}``, to read and to
write; who writes without naming one writes into their own.
"""

from typing import Any, Literal

import orjson
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.http import problems, queries
from api.http.ogc import asked, items
from api.http.v1 import work_of
from api.tasks.ask_items import AskItems, require
from api.tasks.work import Work, perform
from api.tasks.write_feature import WriteFeature, Written, of_scenario, own
from geo import asking
from geo.errors import BadInput

router = APIRouter(route_class=queries.Straight, tags=["ogc"])
Deed = Literal["create", "replace", "update", "delete"]


def _described(*names: str, body: bool = True) -> dict[str, Any]:
    told: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]
    content = {"content": {"application/geo+json": {"schema": {"type": "object"}}}}
    return {"parameters": told} | ({"requestBody": content} if body else {})


@router.post(
    "/collections/{collection}/items", status_code=201, summary="新增（写入方案）Create in a scenario",
    openapi_extra=_described("collection"),
)  # fmt: skip
async def create(request: Request) -> Response:
    """Draw a new area in a scenario; what is published stays."""
    return await _write(request, "create")


@router.put(
    "/collections/{collection}/items/{feature}", status_code=204,
    summary="替换（写入方案）Replace in a scenario", openapi_extra=_described("collection", "feature"),
)  # fmt: skip
async def replace(request: Request) -> Response:
    """Give an area another shape and name in a scenario."""
    return await _write(request, "replace")


@router.patch(
    "/collections/{collection}/items/{feature}", status_code=204,
    summary="修改（写入方案）Update in a scenario", openapi_extra=_described("collection", "feature"),
)  # fmt: skip
async def update(request: Request) -> Response:
    """Change what is sent; the rest stays."""
    return await _write(request, "update")


@router.delete(
    "/collections/{collection}/items/{feature}", status_code=204,
    summary="撤销区域（写入方案）Close in a scenario",
    openapi_extra=_described("collection", "feature", body=False),
)  # fmt: skip
async def delete(request: Request) -> Response:
    """Close an area in a scenario; its ground goes to a neighbour."""
    return await _write(request, "delete")


async def _write(request: Request, deed: Deed) -> Response:
    asked.only(request, ())
    require(request.path_params["collection"], asked.view_of(request))
    work = await work_of(request)
    form = WriteFeature(
        collection=request.path_params["collection"],
        deed=deed,
        code=request.path_params.get("feature", ""),
        feature={} if deed == "delete" else _body(await request.body()),
        crs=request.headers.get("content-crs", asking.CRS84.uri).strip("<>"),
        scenario=request.path_params.get("scenario", ""),
    )
    return await run_in_threadpool(_written, request, work, form)


def _body(content: bytes) -> dict[str, Any]:
    try:
        told = orjson.loads(content)
    except orjson.JSONDecodeError as fault:
        raise BadInput(f"the body is no JSON: {fault}", zh="请求内容不是有效的 JSON") from None
    if not isinstance(told, dict):
        raise BadInput("the body is no feature", zh="请求内容不是要素")
    return told


def _written(request: Request, work: Work, form: WriteFeature) -> Response:
    form = form.model_copy(update={"scenario": form.scenario or own(work)})
    if (wanted := request.headers.get("if-match")) and form.deed != "create":
        pack = of_scenario(work, form.collection, form.scenario)
        here = AskItems(collection=form.collection, view="staff")
        if wanted not in ("*", items.tag(items.feature(pack, form.code, here))):
            return problems.problem(
                412, "changed", "该要素已被改动，请刷新后重试",
                detail="the feature is no longer as you saw it",
            )  # fmt: skip
    done: Written = perform(form, work)
    base = asked.root(request).partition("/scenarios/")[0]
    here_is = f"{base}/scenarios/{done.scenario}/collections/{form.collection}/items/{done.code}"
    headers = {"Wangge-Scenario": done.scenario, "Cache-Control": "no-store"}
    if form.deed != "delete":
        headers["Location"] = here_is
    return Response(None, 201 if form.deed == "create" else 204, headers=headers)
