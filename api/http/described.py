"""What the OpenAPI document says beyond what the framework knows.

Every refusal is a problem, whoever may not is told so, and the answers of ``/ogc`` and of files
have their own media types. What may be done at an address is read from it, too.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from fastapi import FastAPI
from starlette.routing import compile_path

from api.http import access
from api.http.ogc import media
from api.tasks.asker import Role

Json = dict[str, Any]
ALWAYS = {
    "400": "参数或内容有误 A parameter or the body makes no sense",
    "429": "请求过多 Too often; Retry-After says when again",
    "503": "暂不可用 Not available just now",
    "default": "其他问题 Any other problem",
}
RESTRICTED = {"401": "请先登录 Log in first", "403": "无权限 Not allowed"}
NAMED = {"404": "没有 There is none"}
CHANGED = {
    "409": "冲突或违反规则 In conflict with what is there, or against a rule",
    "413": "请求内容过大 Too long",
    "415": "内容格式不支持 In no form that is read",
    "422": "无法办到，或文件不能用 Cannot be done, or a file cannot be used",
}
PROBLEM: Json = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "status", "code", "title"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "title": {"type": "string", "description": "中文"},
        "detail": {"type": "string", "description": "English"},
        "hint": {"type": "string"},
        "hint_zh": {"type": "string"},
        "where": {"type": "array", "items": {}},
    },
}
FORMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"/ogc.*/\{column\}", (media.MVT,)),
    (r"/ogc.*/items(/\{feature\})?", (media.GEOJSON, media.HTML)),
    (r"/ogc.*/api", (media.OPENAPI, media.HTML)),
    (r"/ogc.*/(queryables|schema)", (media.SCHEMA, media.HTML)),
    (r"/ogc.*", (media.JSON, media.HTML)),
    (r"/metrics", ("text/plain",)),
    (r".*/events|.*/progress", ("text/event-stream",)),
    (r".*/report|.*/certificate", (media.HTML,)),
)
"""Media types of what is read, where it is not JSON alone."""


class Described(FastAPI):
    """An application whose document is complete."""

    def openapi(self) -> Json:
        """Give the document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = completed(super().openapi())
        return self.openapi_schema

    def allowed(self, path: str) -> tuple[str, ...]:
        """Give the methods of a described address, sorted; none where it is not described."""
        found = {verb for pattern, verbs in self._verbs if pattern.match(path) for verb in verbs}
        more = {"HEAD"} if "GET" in found else set[str]()
        return tuple(sorted({*found, *more, "OPTIONS"})) if found else ()

    @cached_property
    def _verbs(self) -> list[tuple[re.Pattern[str], list[str]]]:
        paths = self.openapi()["paths"]
        return [(compile_path(p)[0], [v.upper() for v in verbs]) for p, verbs in paths.items()]


def completed(document: Json) -> Json:
    """Say of every operation what it needs, what it answers and how it refuses."""
    parts = document.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = PROBLEM
    for name in ("HTTPValidationError", "ValidationError"):
        parts["schemas"].pop(name, None)
    parts["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer"},
        "page": {"type": "apiKey", "in": "cookie", "name": access.COOKIE},
    }
    for path, verbs in document["paths"].items():
        for verb, told in verbs.items():
            _complete(path, verb.upper(), told)
    return document


def _complete(path: str, verb: str, told: Json) -> None:
    for name in re.findall(r"\{(\w+)\}", path):
        given = told.setdefault("parameters", [])
        if not any(p["name"] == name and p["in"] == "path" for p in given):
            schema = {"type": "string"}
            given.insert(0, {"name": name, "in": "path", "required": True, "schema": schema})
    role = access.needed(verb, re.sub(r"\{\w+\}", "1", path))
    answers = told["responses"]
    answers.pop("422", None)
    if verb == "GET" and (forms := next((f for p, f in FORMS if re.fullmatch(p, path)), None)):
        answers["200"]["content"] = {form: {"schema": _schema(form)} for form in forms}
    if path.endswith("{column}"):
        answers["204"] = {"description": "空瓦片 Nothing to show"}
    for status, said in _refusals(path, verb, role):
        shown = {"schema": {"$ref": "#/components/schemas/Problem"}}
        answers[status] = {"description": said, "content": {"application/problem+json": shown}}
    if role > Role.PUBLIC:
        told["security"] = [{"token": []}, {"page": []}]


def _refusals(path: str, verb: str, role: Role) -> Iterator[tuple[str, str]]:
    yield from ALWAYS.items()
    if role > Role.PUBLIC or path == "/v1/tokens":
        yield from RESTRICTED.items()
    if "{" in path:
        yield from NAMED.items()
    if verb != "GET":
        yield from CHANGED.items()


def _schema(form: str) -> Json:
    if form == media.MVT:
        return {"type": "string", "format": "binary"}
    return {"type": "object"} if "json" in form else {"type": "string"}
