"""What every answer wears on its way out: headers of safety, and packing where it pays."""

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import access, tiles
from api.http.problems import problem
from api.tasks.asker import Role

DATA = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
"""Data is no page: a browser that opens it runs nothing."""
HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"permissions-policy", b"geolocation=(self)"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
FOR_EVER = (b"cache-control", b"public, max-age=31536000, immutable")
"""For static files whose address holds their sum."""
PAGE_BYTES, ANSWER_BYTES = 1024, 32 * 1024
"""What is smaller than this is not packed: pages go to telephones, answers to programs."""


PREFLIGHT = (
    (b"access-control-allow-methods", b"GET, HEAD, POST"),
    (b"access-control-allow-headers", b"Content-Type, If-None-Match, X-Api-Key"),
    (b"access-control-max-age", b"86400"),
)
VARIES = (b"vary", b"Origin")
MOST_BYTES = 16 * 2**20
"""Of a body; files that are imported have a limit of their own."""
TOO_LONG, TOO_LONG_EN = "请求内容过大", f"a body has at most {MOST_BYTES // 2**20} MB"


class Dressed:
    """Wrap an application; nothing is kept between its answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.pages = GZipMiddleware(app, minimum_size=PAGE_BYTES, compresslevel=6)
        self.answers = GZipMiddleware(app, minimum_size=ANSWER_BYTES, compresslevel=1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer, and add what is missing before the first byte."""
        if scope["type"] != "http":
            await self.pages(scope, receive, send)
            return
        path, headers = scope["path"], Headers(scope=scope)
        taken, crossing = 0, _crossing(scope, headers)
        if crossing and scope["method"] == "OPTIONS":
            await tiles.answer(send, 204, [*crossing, *PREFLIGHT])
            return
        bounded = not path.startswith("/v1/imports")
        if bounded and _length(headers) > MOST_BYTES:
            await problem(413, "too_long", TOO_LONG, detail=TOO_LONG_EN)(scope, receive, send)
            return
        lasting = path.startswith("/static/") and scope["query_string"].startswith(b"v=")
        headless = scope["method"] == "HEAD"

        async def taking() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if bounded and taken > MOST_BYTES:  # it did not say how long it is
                raise HTTPException(413, TOO_LONG_EN)
            return message

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                worn = dict(message["headers"])
                data = path.startswith("/v1/") or b"json" in worn.get(b"content-type", b"")
                wanted = (*HEADERS, DATA) if data else HEADERS
                more = [header for header in (*wanted, *crossing) if header[0] not in worn]
                more += [FOR_EVER] * lasting + [VARIES] * bool(crossing)
                message["headers"] = [*message["headers"], *more]
            elif headless:
                message = {**message, "body": b""}
            await send(message)

        packed = self.answers if path.startswith(("/v1/", "/ogc")) else self.pages
        asked = {**scope, "method": "GET"} if headless else scope
        await packed(asked, taking, dressed)


def _crossing(scope: Scope, headers: Headers) -> tiles.Headers:
    """Give what lets a page of an allowed origin read what is anybody's."""
    origin, path = headers.get("origin"), scope["path"]
    if origin is None or access.needed("GET", path) != Role.PUBLIC:
        return []
    return tiles.allowed(scope["app"].state.work.settings, origin.encode("latin-1"))


def _length(headers: Headers) -> int:
    """Give the length that a request says its body has; 0 where it says none."""
    told = headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() else 0
