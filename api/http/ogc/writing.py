"""Create, replace, update and delete (Part 4): written into a scenario, behind roles.

Every scenario is a whole API of its own under ``/ogc/scenarios/{scenario}``, to read and to
write; who writes without naming one writes into their own.
"""

from typing import Any, Literal

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from api.http import problems, queries
from api.http.ogc import asked, items
from api.http.parts import Part
from api.http.v1 import work_of
from api.tasks.ask_items import AskItems, require
from api.tasks.work import Work, perform
from api.tasks.write_feature import WriteFeature, Written, of_scenario, own
from geo import asking, layers
from geo.errors import BadInput

router = Part(route_class=queries.Straight, tags=["ogc"])
Deed = Literal["create", "replace", "update", "delete"]


ITEMS = "/collections/{collection}/items"
DEEDS: tuple[tuple[str, Deed, int, str, str], ...] = (
    ("POST", "create", 201, "新增（写入方案）Create in a scenario",
     "Draw a new area in a scenario; what is published stays."),
    ("PUT", "replace", 204, "替换（写入方案）Replace in a scenario",
     "Give an area another shape and name in a scenario."),
    ("PATCH", "update", 204, "修改（写入方案）Update in a scenario",
     "Change what is sent; the rest stays."),
    ("DELETE", "delete", 204, "撤销区域（写入方案）Close in a scenario",
     "Close an area in a scenario; its ground goes to a neighbour."),
)  # fmt: skip


def _open(method: str, deed: Deed, status: int, summary: str, said: str) -> None:
    """Add the route of a deed."""
    path = ITEMS if deed == "create" else f"{ITEMS}/{{feature}}"
    told: list[dict[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in (("collection",) if deed == "create" else ("collection", "feature"))
    ]
    content = {"content": {"application/geo+json": {"schema": {"type": "object"}}}}
    more = {"parameters": told} | ({} if deed == "delete" else {"requestBody": content})

    async def write(request: Request) -> Response:
        return await _write(request, deed)

    router.add_api_route(
        path, write, methods=[method], name=deed, status_code=status, summary=summary,
        description=said, openapi_extra=more,
    )  # fmt: skip


for _row in DEEDS:
    _open(*_row)


@router.options(ITEMS, include_in_schema=False)
@router.options(f"{ITEMS}/{{feature}}", include_in_schema=False)
async def allowed(request: Request) -> Response:
    """Tell what may be done here, by whoever may write."""
    name = request.path_params["collection"]
    require(name, asked.view_of(request))
    one = "feature" in request.path_params
    written = [row[0] for row in DEEDS if one != (row[1] == "create")]
    deeds = {"GET", "HEAD", "OPTIONS", *(written if layers.layer(name).level else ())}
    return Response(None, 204, headers={"Allow": ", ".join(sorted(deeds))})


async def _write(request: Request, deed: Deed) -> Response:
    asked.only(request, ())
    kind = request.headers.get("content-type", "application/json")
    if deed != "delete" and "json" not in kind:
        return problems.problem(
            415,
            "not_json",
            "请求内容应为 GeoJSON",
            detail=f"a feature comes as GeoJSON, not {kind}",
        )
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
