"""``/tiles``: vector tiles, TileJSON and archives, answered before the framework is asked.

A tile at hand is answered on the event loop itself; one that has to be drawn, on a thread.
What the public may see has one address for everybody; what only those who work here may see
has its own, ``/tiles/staff/…``, so that no cache on the way can mistake one for the other.
"""

import asyncio
import re
import zlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from time import perf_counter
from typing import NamedTuple
from urllib.parse import parse_qs

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import problems, tile_files, watch
from api.settings import Settings
from api.tasks import tile_layers
from api.tasks.tile_layers import PUBLIC, STAFF
from api.tasks.tile_service import TileService, service
from api.tasks.work import Work
from geo import tiling
from geo.errors import BadInput, GeoError
from geo.layers import View
from geo.tiling import Address, Finished, mvt

TILE = re.compile(
    r"/tiles/(?:(staff)/)?(?:(gcj02|bd09|wgs84|crs84)/)?([a-z0-9_,]{1,200})"
    r"/(\d{1,2})/(\d{1,7})/(\d{1,7})\.(?:mvt|pbf)"
)
OF_STAFF = "/tiles/staff/"
Headers = list[tuple[bytes, bytes]]
KEPT: Headers = [
    (b"cache-control", b"no-cache"),
    (b"vary", b"Accept-Encoding, Origin"),
    (b"x-content-type-options", b"nosniff"),
]
PACKED: Headers = [(b"content-type", mvt.CONTENT_TYPE.encode()), (b"content-encoding", b"gzip")]
PLAIN: Headers = [(b"content-type", mvt.CONTENT_TYPE.encode())]


class Asked(NamedTuple):
    """Which tile an address names: its layers, where, in which datum, as who sees it."""

    names: tuple[str, ...]
    at: Address
    datum: str
    view: View


class Tray:
    """The tiles that this process has at hand; the service behind them begins on first use."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.threads = ThreadPoolExecutor(4, thread_name_prefix="tiles")
        self._service: TileService | None = None

    @property
    def service(self) -> TileService:
        """The tiles of this process."""
        if self._service is None:
            self._service = service(self.work)
        return self._service

    def at_hand(self, asked: Asked) -> Finished | None:
        """Give a tile that is kept, or drawn in less time than a thread is asked for it."""
        if self._service is None:
            return None
        return self._service.peek(*asked) or self._service.soon(*asked)

    async def tile(self, asked: Asked) -> Finished:
        """Give a tile; what takes long to draw is drawn on a thread."""
        if (made := self.at_hand(asked)) is not None:
            return made
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.threads, lambda: self.service.tile(*asked))


class Tiles:
    """Stand in front of an application: answer what lies under ``/tiles``, hand on the rest.

    With `first`, as the outermost of all, it counts its answers itself, and hands on what
    others have to look at before: requests with a key, and those for more than is public.
    """

    def __init__(self, app: ASGIApp, tray: Tray, *, first: bool = False) -> None:
        self.app, self.tray, self.first = app, tray, first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or not scope["path"].startswith("/tiles/"):
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if not self.first:
            await self._answer(scope, receive, send, headers)
        elif (
            scope["path"].startswith(OF_STAFF)
            or b"x-api-key" in headers
            or b"key=" in scope["query_string"]
        ):
            await self.app(scope, receive, send)
        else:
            await self._counted(scope, receive, send, headers)

    async def _counted(
        self, scope: Scope, receive: Receive, send: Send, headers: Mapping[bytes, bytes]
    ) -> None:
        begun, status = perf_counter(), 500

        async def noted(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            await send(message)

        try:
            await self._answer(scope, receive, noted, headers)
        finally:
            watch.count(watch.TILES, status, perf_counter() - begun)

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, headers: Mapping[bytes, bytes]
    ) -> None:
        crossing = allowed(self.tray.work.settings, headers.get(b"origin"))
        if scope["method"] == "OPTIONS":
            await answer(send, 204, [*crossing, *_PREFLIGHT])
            return
        if scope["method"] not in ("GET", "HEAD"):
            fault = problems.problem(405, "http", "不支持这种请求方法", detail="GET or HEAD")
            await _told(fault, crossing)(scope, receive, send)
            return
        try:
            if (asked := read(scope["path"])) is not None:
                _no_parameters(scope)
                tile = await self.tray.tile(asked)
                await _send_tile(scope, send, headers, tile, crossing)
                return
            response = await asyncio.get_running_loop().run_in_executor(
                self.tray.threads, tile_files.other, self.tray.work, scope, headers
            )
            await _told(response, crossing)(scope, receive, send)
        except GeoError as fault:
            await _told(problems.answer(fault), crossing)(scope, receive, send)


@lru_cache(16_384)
def read(path: str) -> Asked | None:
    """Read the address of a tile; None when it is that of something else.

    Raises
    ------
    BadInput
        When there is no such tile, or too many layers are asked for.
    NotFound
        When there is no such layer.
    """
    found = TILE.fullmatch(path)
    if found is None:
        return None
    view, datum, layers, *place = found.groups()
    at = tiling.address(*map(int, place))
    return Asked(tile_layers.names(layers), at, datum or "wgs84", STAFF if view else PUBLIC)


_PREFLIGHT: Headers = [
    (b"access-control-allow-methods", b"GET, HEAD"),
    (b"access-control-allow-headers", b"If-None-Match, Range"),
    (b"access-control-max-age", b"86400"),
]


def allowed(settings: Settings, origin: bytes | None) -> Headers:
    """Give the headers that let a page of another origin read the answer, if it is on the list."""
    if origin is None or not settings.embed_origins:
        return []
    known = settings.embed_origins
    if "*" not in known and origin.decode("latin-1") not in known:
        return []
    return [
        (b"access-control-allow-origin", b"*" if "*" in known else origin),
        (b"access-control-expose-headers", b"ETag, Content-Range"),
        (b"cross-origin-resource-policy", b"cross-origin"),
    ]


def _no_parameters(scope: Scope) -> None:
    if not scope["query_string"]:
        return
    known = {"v", "key"}
    if unknown := set(parse_qs(scope["query_string"].decode("latin-1"))) - known:
        name = min(unknown)
        raise BadInput(f"no parameter {name!r}", zh=f"没有参数“{name}”", where=[name])


async def _send_tile(
    scope: Scope, send: Send, asked: Mapping[bytes, bytes], tile: Finished, crossing: Headers
) -> None:
    """Send a tile: 204 without anything to show, 304 to whoever has it, packed if it may be."""
    if not tile.body:
        await answer(send, 204, [*KEPT, *crossing])
        return
    tagged = [(b"etag", tile.tag), *KEPT, *crossing]
    if _has(asked.get(b"if-none-match"), tile.tag):
        await answer(send, 304, tagged)
        return
    body, kind = tile.body, PACKED
    if not tile_files.takes_gzip(asked.get(b"accept-encoding", b"")):
        body, kind = zlib.decompress(tile.body, 31), PLAIN
    length = (b"content-length", str(len(body)).encode())
    await answer(send, 200, [*kind, length, *tagged], b"" if scope["method"] == "HEAD" else body)


def _has(asked: bytes | None, tag: bytes) -> bool:
    if asked is None:
        return False
    return asked in {tag, b"*"} or tag in (part.strip() for part in asked.split(b","))


async def answer(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    """Send a whole answer."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _told(response: Response, more: Iterable[tuple[bytes, bytes]]) -> Response:
    response.raw_headers.extend(more)
    return response
