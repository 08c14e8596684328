"""What every answer wears on its way out: headers of safety, and packing where it pays."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.problems import problem

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


MOST_BYTES = 16 * 2**20
"""Of a body; files that are imported have a limit of their own."""


class Dressed:
    """Wrap an application; nothing is kept between its answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.pages = GZipMiddleware(app, minimum_size=PAGE_BYTES, compresslevel=6)
        self.answers = GZipMiddleware(app, minimum_size=ANSWER_BYTES, compresslevel=1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer, and add what is missing before the first byte."""
        path = scope.get("path", "")
        data = path.startswith("/v1/")
        if _length(scope) > MOST_BYTES and not path.startswith("/v1/imports"):
            said = f"a body has at most {MOST_BYTES // 2**20} MB"
            told = problem(413, "too_long", "请求内容过大", detail=said)
            await told(scope, receive, send)
            return
        lasting = path.startswith("/static/") and scope["query_string"].startswith(b"v=")

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                worn = {name for name, _ in message["headers"]}
                wanted = (*HEADERS, DATA) if data else HEADERS
                more = [header for header in wanted if header[0] not in worn]
                message["headers"] = [*message["headers"], *more, *([FOR_EVER] if lasting else [])]
            await send(message)

        packed = self.answers if path.startswith(("/v1/", "/ogc")) else self.pages
        await packed(scope, receive, dressed)


def _length(scope: Scope) -> int:
    """Give the length that a request says its body has; 0 where it says none."""
    told = next(
        (value for name, value in scope.get("headers", ()) if name == b"content-length"), b""
    )
    return int(told) if told.isdigit() else 0
