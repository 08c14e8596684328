"""What every answer wears on its way out: headers of safety, and packing where it pays."""

from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"permissions-policy", b"geolocation=(self)"),
)
FOR_EVER = (b"cache-control", b"public, max-age=31536000, immutable")
"""For static files whose address holds their sum."""
PAGE_BYTES, ANSWER_BYTES = 1024, 32 * 1024
"""What is smaller than this is not packed: pages go to telephones, answers to programs."""


class Dressed:
    """Wrap an application; nothing is kept between its answers."""

    def __init__(self, app: ASGIApp) -> None:
        self.pages = GZipMiddleware(app, minimum_size=PAGE_BYTES, compresslevel=6)
        self.answers = GZipMiddleware(app, minimum_size=ANSWER_BYTES, compresslevel=1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the application answer, and add what is missing before the first byte."""
        path = scope.get("path", "")
        lasting = path.startswith("/static/") and scope["query_string"].startswith(b"v=")

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                worn = {name for name, _ in message["headers"]}
                more = [header for header in HEADERS if header[0] not in worn]
                message["headers"] = [*message["headers"], *more, *([FOR_EVER] if lasting else [])]
            await send(message)

        await (self.answers if path.startswith(("/v1/", "/ogc")) else self.pages)(
            scope, receive, dressed
        )
