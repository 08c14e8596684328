"""The one table from errors to HTTP: problem+json after RFC 9457."""

from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from api.http import sorry
from api.tasks import misfits
from geo import errors

STATUSES: tuple[tuple[type[errors.GeoError], int], ...] = (
    (errors.FileRefused, 422),
    (errors.BadInput, 400),
    (errors.Unidentified, 401),
    (errors.Forbidden, 403),
    (errors.TooMany, 429),
    (errors.NotFound, 404),
    (errors.Conflict, 409),
    (errors.RuleBroken, 409),
    (errors.Infeasible, 422),
    (errors.Stopped, 499),
    (errors.Unavailable, 503),
    (errors.GeoError, 400),
)
TITLES = {
    404: "没有这个地址", 405: "不支持这种请求方法", 406: "不提供所要的格式", 413: "请求内容过大",
}  # fmt: skip
AGAIN_S = 5
"""Who finds something not available may ask again after so long."""


def status(error: errors.GeoError) -> int:
    """Give the HTTP status of an error."""
    return next(code for kind, code in STATUSES if isinstance(error, kind))


def problem(status_code: int, code: str, title: str, **more: Any) -> Response:
    """Shape a problem+json answer; empty members are left out."""
    body = {
        "type": f"urn:wangge:problem:{code}",
        "status": status_code,
        "code": code,
        "title": title,
    }
    body |= {name: value for name, value in more.items() if value}
    return Response(orjson.dumps(body), status_code, media_type="application/problem+json")


def answer(error: errors.GeoError) -> Response:
    """Shape the answer to an error of the house."""
    away = isinstance(error, errors.Unavailable)
    detail = error.message.partition(": ")[0] if away else error.message  # no names of hosts
    made = problem(
        status(error), error.code, error.zh or error.message, detail=detail,
        hint=error.hint, hint_zh=error.hint_zh, where=list(error.where),
    )  # fmt: skip
    if isinstance(error, errors.Unidentified):
        made.headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, errors.TooMany):
        made.headers["Retry-After"] = str(error.retry_s)
    if away:
        made.headers["Retry-After"] = str(AGAIN_S)
    return made


def shown(request: Request, told: Response) -> Response:
    """Give a problem as it is to programs, and as a page to people."""
    if sorry.wants_page(request.headers, request.method, request.url.path):
        return sorry.page(told)
    return told


def install(app: FastAPI) -> None:
    """Answer every error of the house, of the form checker and of the router the same way."""

    @app.exception_handler(errors.GeoError)
    def of_house(request: Request, error: errors.GeoError) -> Response:
        return shown(request, answer(error))

    @app.exception_handler(RequestValidationError)
    def of_form(request: Request, error: RequestValidationError) -> Response:
        faults = [{**e, "loc": e["loc"][1:]} for e in error.errors()]
        return shown(request, answer(misfits.refused_all(faults)))

    @app.exception_handler(ValidationError)
    def of_task(request: Request, error: ValidationError) -> Response:
        return shown(request, answer(misfits.refused(error)))

    @app.exception_handler(ClientDisconnect)
    def of_client(_: Request, __: ClientDisconnect) -> Response:
        return problem(400, "gone", "请求中断", detail="the client left before its body was whole")

    @app.exception_handler(Exception)
    def of_ours(request: Request, _: Exception) -> Response:
        title, detail = "服务出错了，已记入日志", "a fault of the service, written to its log"
        return shown(request, problem(500, "internal", title, detail=detail))

    @app.exception_handler(HTTPException)
    def of_router(request: Request, error: HTTPException) -> Response:
        headers = dict(error.headers or {})
        if error.status_code == 405:
            known = request.app.allowed(request.url.path)
            headers["Allow"] = ", ".join(known) or headers.get("Allow", "")
            if request.method == "OPTIONS":
                return Response(None, 204, headers=headers)
        title = TITLES.get(error.status_code, "请求无法完成")
        told = problem(error.status_code, "http", title, detail=str(error.detail))
        told.headers.update(headers)
        return shown(request, told)
