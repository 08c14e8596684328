"""``/tiles``: vector tiles, TileJSON and archives, answered before the framework is asked.

A tile at hand is answered on the event loop itself; one that has to be drawn, on a thread.
"""

import asyncio
import re
import zlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qs

import orjson
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http import problems
from api.settings import VERSION, Settings
from api.tasks import tile_archives, tile_layers
from api.tasks.tile_layers import PUBLIC
from api.tasks.tile_service import TileService, service
from api.tasks.work import Work
from geo import tiling
from geo.errors import BadInput, GeoError, NotFound
from geo.tiling import Address, Finished, archive, mvt

TILE = re.compile(
    r"/tiles/(?:(gcj02|bd09|wgs84)/)?([a-z0-9_,]{1,200})/(\d{1,2})/(\d{1,7})/(\d{1,7})\.(?:mvt|pbf)"
)
TILEJSON = re.compile(r"/tiles/(?:(gcj02|bd09|wgs84)/)?([a-z0-9_,]{1,200})\.json")
ARCHIVE = re.compile(r"/tiles/archive/([A-Za-z0-9][A-Za-z0-9_.-]{0,80})\.pmtiles")
ARCHIVED = re.compile(
    r"/tiles/archive/([A-Za-z0-9][A-Za-z0-9_.-]{0,80})/(\d{1,2})/(\d{1,7})/(\d{1,7})\.(?:mvt|pbf)"
)
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
MOST_LAYERS = 16
MOST_RANGE = 16 * 2**20
Headers = list[tuple[bytes, bytes]]
KEPT: Headers = [
    (b"cache-control", b"no-cache"),
    (b"vary", b"Accept-Encoding, Origin"),
    (b"x-content-type-options", b"nosniff"),
]
PACKED: Headers = [(b"content-type", mvt.CONTENT_TYPE.encode()), (b"content-encoding", b"gzip")]
PLAIN: Headers = [(b"content-type", mvt.CONTENT_TYPE.encode())]


class Tiles:
    """Stand in front of an application: answer what lies under ``/tiles``, hand on the rest.

    What a request may see is its view, a part of every key of the cache; everybody sees
    ``public``. Whoever tells users apart sets ``scope["view"]`` ahead of this.

    With `keyless`, requests that carry a key are handed on, to be counted first.
    """

    def __init__(self, app: ASGIApp, work: Work, *, keyless: bool = False) -> None:
        self.app, self.work, self.keyless = app, work, keyless
        self.threads = ThreadPoolExecutor(4, thread_name_prefix="tiles")
        self._service: TileService | None = None

    @property
    def service(self) -> TileService:
        """The tiles of this process, begun on first use."""
        if self._service is None:
            self._service = service(self.work)
        return self._service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or not scope["path"].startswith("/tiles/"):
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        if self.keyless and (b"x-api-key" in headers or b"key=" in scope["query_string"]):
            await self.app(scope, receive, send)
            return
        crossing = allowed(self.work.settings, headers.get(b"origin"))
        if scope["method"] == "OPTIONS":
            await answer(send, 204, [*crossing, *_PREFLIGHT])
            return
        if scope["method"] not in ("GET", "HEAD"):
            fault = problems.problem(405, "http", "不支持这种请求方法", detail="GET or HEAD")
            await _told(fault, crossing)(scope, receive, send)
            return
        try:
            if (found := TILE.fullmatch(scope["path"])) is not None:
                _no_parameters(scope)
                tile = await self._tile(found, scope.get("view", PUBLIC))
                await _send_tile(scope, send, headers, tile, crossing)
                return
            response = await asyncio.get_running_loop().run_in_executor(
                self.threads, self._other, scope, headers
            )
            await _told(response, crossing)(scope, receive, send)
        except GeoError as fault:
            await _told(_problem(fault), crossing)(scope, receive, send)

    async def _tile(self, found: re.Match[str], view: str) -> Finished:
        datum, names, at = found[1] or "wgs84", found[2], _address(found)
        asked = _names(names)
        known = self._service
        if known is not None and (kept := known.peek(asked, at, datum, view)) is not None:
            return kept
        for name in asked:
            tile_layers.layer(name)
        return await asyncio.get_running_loop().run_in_executor(
            self.threads, lambda: self.service.tile(asked, at, datum, view)
        )

    def _other(self, scope: Scope, headers: Mapping[bytes, bytes]) -> Response:
        """Answer for TileJSON and archives; on a thread."""
        path = scope["path"]
        if (found := TILEJSON.fullmatch(path)) is not None:
            base = _base_url(scope, headers, self.work.settings)
            told = tilejson(self.service, _names(found[2]), found[1] or "wgs84", base)
            return Response(orjson.dumps(told), media_type="application/json", headers=_NO_CACHE)
        if (found := ARCHIVED.fullmatch(path)) is not None:
            return _archived(self.work, found, headers)
        if (found := ARCHIVE.fullmatch(path)) is not None:
            return _range(tile_archives.path_of(self.work, found[1]), headers, scope["method"])
        raise NotFound(
            f"there is nothing at {path}", zh="没有这个地址",
            hint="/tiles/LAYER/Z/X/Y.mvt, /tiles/LAYER.json", hint_zh="/tiles/图层/层级/列/行.mvt",
        )  # fmt: skip


_NO_CACHE = {"Cache-Control": "no-cache"}
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


def tilejson(
    service: TileService, names: tuple[str, ...], datum: str, base: str
) -> dict[str, object]:
    """Describe tiles of some layers (TileJSON 3.0); `version` grows with every change."""
    sheets = [service.sheet(name, datum) for name in names]
    boxes = [box for sheet in sheets if (box := sheet.bounds) is not None]
    joined = ",".join(names)
    prefix = "" if datum == "wgs84" else f"{datum}/"
    lows = [tile_layers.layer(name).shown_from for name in names]
    told: dict[str, object] = {
        "tilejson": "3.0.0",
        "name": "、".join(tile_layers.layer(name).zh for name in names),
        "tiles": [f"{base}/tiles/{prefix}{joined}/{{z}}/{{x}}/{{y}}.mvt"],
        "version": f"{VERSION}+{service.watch.epoch}",
        "scheme": "xyz",
        "minzoom": min(lows) if len(names) > 1 else 0,
        "maxzoom": 18,
        "attribution": service.work.settings.map_approval_no,
        "vector_layers": [tile_layers.described(name, alone=len(names) == 1) for name in names],
    }
    if boxes:
        west, south = min(b[0] for b in boxes), min(b[1] for b in boxes)
        east, north = max(b[2] for b in boxes), max(b[3] for b in boxes)
        told["bounds"] = [west, south, east, north]
        told["center"] = [(west + east) / 2, (south + north) / 2, 12]
    return told


def _names(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(text.split(",")))
    if len(names) > MOST_LAYERS:
        raise BadInput(f"at most {MOST_LAYERS} layers at once", zh=f"一次最多 {MOST_LAYERS} 个图层")
    return names


def _address(found: re.Match[str]) -> Address:
    z, x, y = (int(text) for text in found.groups()[-3:])
    return tiling.address(z, x, y)


def _no_parameters(scope: Scope) -> None:
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
    if not _takes_gzip(asked.get(b"accept-encoding", b"")):
        body, kind = zlib.decompress(tile.body, 31), PLAIN
    length = (b"content-length", str(len(body)).encode())
    await answer(send, 200, [*kind, length, *tagged], b"" if scope["method"] == "HEAD" else body)


def _has(asked: bytes | None, tag: bytes) -> bool:
    if asked is None:
        return False
    return asked in {tag, b"*"} or tag in (part.strip() for part in asked.split(b","))


def _takes_gzip(asked: bytes) -> bool:
    for part in asked.split(b","):
        name, _, more = part.partition(b";")
        if name.strip() in (b"gzip", b"*"):
            return more.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    return False


async def answer(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    """Send a whole answer."""
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _archived(work: Work, found: re.Match[str], asked: Mapping[bytes, bytes]) -> Response:
    """Give one tile out of an archive."""
    body = tile_archives.opened(work, found[1]).tile(_address(found))
    if body is None:
        return Response(status_code=204, headers=_NO_CACHE)
    headers = {**_NO_CACHE, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    if not _takes_gzip(asked.get(b"accept-encoding", b"")):
        body = zlib.decompress(body, 31)
        del headers["Content-Encoding"]
    return Response(body, media_type=mvt.CONTENT_TYPE, headers=headers)


def _range(path: Path, asked: Mapping[bytes, bytes], method: str) -> Response:
    """Give a file or a part of it (RFC 9110, one range)."""
    state = path.stat()
    tag = f'"{state.st_mtime_ns:x}-{state.st_size:x}"'
    headers = {**_NO_CACHE, "ETag": tag, "Accept-Ranges": "bytes"}
    if asked.get(b"if-none-match") == tag.encode():
        return Response(status_code=304, headers=headers)
    wanted = RANGE.fullmatch(asked.get(b"range", b"").decode("latin-1"))
    first, last = 0, state.st_size - 1
    if wanted is not None and (wanted[1] or wanted[2]):
        first = int(wanted[1]) if wanted[1] else max(0, state.st_size - int(wanted[2]))
        last = min(last, int(wanted[2])) if wanted[1] and wanted[2] else last
        if first > last:
            headers["Content-Range"] = f"bytes */{state.st_size}"
            return Response(status_code=416, headers=headers)
        last = min(last, first + MOST_RANGE - 1)
        headers["Content-Range"] = f"bytes {first}-{last}/{state.st_size}"
    with path.open("rb") as file:
        file.seek(first)
        body = file.read(last - first + 1) if method == "GET" else b""
    if method == "HEAD":
        headers["Content-Length"] = str(last - first + 1)
    status = 206 if "Content-Range" in headers else 200
    return Response(body, status, headers, media_type=archive.CONTENT_TYPE)


def _base_url(scope: Scope, headers: Mapping[bytes, bytes], settings: Settings) -> str:
    if settings.base_url:
        return settings.base_url.rstrip("/")
    return f"{scope['scheme']}://{headers.get(b'host', b'127.0.0.1').decode('latin-1')}"


def _problem(fault: GeoError) -> Response:
    return problems.problem(
        problems.status(fault), fault.code, fault.zh or fault.message, detail=fault.message,
        hint=fault.hint, hint_zh=fault.hint_zh, where=list(fault.where),
    )  # fmt: skip


def _told(response: Response, more: Iterable[tuple[bytes, bytes]]) -> Response:
    response.raw_headers.extend(more)
    return response
