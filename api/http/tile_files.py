"""What lies beside the tiles: their TileJSON, and archives by range and by tile."""

import re
import zlib
from collections.abc import Mapping
from pathlib import Path

import orjson
from starlette.responses import Response
from starlette.types import Scope

from api.settings import VERSION, Settings
from api.tasks import tile_archives, tile_layers
from api.tasks.tile_layers import PUBLIC, STAFF
from api.tasks.tile_service import TileService, service
from api.tasks.work import Work
from geo import tiling
from geo.errors import NotFound
from geo.layers import View
from geo.tiling import archive, mvt

TILEJSON = re.compile(r"/tiles/(?:(staff)/)?(?:(gcj02|bd09|wgs84)/)?([a-z0-9_,]{1,200})\.json")
ARCHIVE = re.compile(r"/tiles/archive/([A-Za-z0-9][A-Za-z0-9_.-]{0,80})\.pmtiles")
ARCHIVED = re.compile(
    r"/tiles/archive/([A-Za-z0-9][A-Za-z0-9_.-]{0,80})/(\d{1,2})/(\d{1,7})/(\d{1,7})\.(?:mvt|pbf)"
)
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
MOST_RANGE = 16 * 2**20
_NO_CACHE = {"Cache-Control": "no-cache"}


def other(work: Work, scope: Scope, headers: Mapping[bytes, bytes]) -> Response:
    """Answer for TileJSON and archives; on a thread."""
    path = scope["path"]
    if (found := TILEJSON.fullmatch(path)) is not None:
        view, datum = STAFF if found[1] else PUBLIC, found[2] or "wgs84"
        base = _base_url(scope, headers, work.settings)
        told = tilejson(service(work), tile_layers.names(found[3]), datum, base, view)
        return Response(orjson.dumps(told), media_type="application/json", headers=_NO_CACHE)
    if (found := ARCHIVED.fullmatch(path)) is not None:
        return _archived(work, found, packed=takes_gzip(headers.get(b"accept-encoding", b"")))
    if (found := ARCHIVE.fullmatch(path)) is not None:
        return _range(tile_archives.path_of(work, found[1]), headers, scope["method"])
    raise NotFound(
        f"there is nothing at {path}", zh="没有这个地址",
        hint="/tiles/LAYER/Z/X/Y.mvt, /tiles/LAYER.json", hint_zh="/tiles/图层/层级/列/行.mvt",
    )  # fmt: skip


def takes_gzip(asked: bytes) -> bool:
    """Tell whether an Accept-Encoding allows gzip."""
    for part in asked.split(b","):
        name, _, more = part.partition(b";")
        if name.strip() in (b"gzip", b"*"):
            return more.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")
    return False


def tilejson(
    kept: TileService, names: tuple[str, ...], datum: str, base: str, view: View = PUBLIC
) -> dict[str, object]:
    """Describe tiles of some layers (TileJSON 3.0); `version` grows with every change."""
    sheets = [kept.sheet(name, datum, view) for name in names]
    boxes = [box for sheet in sheets if (box := sheet.bounds) is not None]
    joined = ",".join(names)
    prefix = ("" if view == PUBLIC else f"{view}/") + ("" if datum == "wgs84" else f"{datum}/")
    lows = [tile_layers.layer(name).shown_from for name in names]
    told: dict[str, object] = {
        "tilejson": "3.0.0",
        "name": "、".join(tile_layers.layer(name).zh for name in names),
        "tiles": [f"{base}/tiles/{prefix}{joined}/{{z}}/{{x}}/{{y}}.mvt"],
        "version": f"{VERSION}+{kept.watch.epoch}",
        "scheme": "xyz",
        "minzoom": min(lows) if len(names) > 1 else 0,
        "maxzoom": 18,
        "attribution": kept.work.settings.map_approval_no,
        "vector_layers": [
            tile_layers.described(name, view, alone=len(names) == 1) for name in names
        ],
    }
    if boxes:
        west, south = min(b[0] for b in boxes), min(b[1] for b in boxes)
        east, north = max(b[2] for b in boxes), max(b[3] for b in boxes)
        told["bounds"] = [west, south, east, north]
        told["center"] = [(west + east) / 2, (south + north) / 2, 12]
    return told


def _archived(work: Work, found: re.Match[str], *, packed: bool) -> Response:
    """Give one tile out of an archive."""
    body = tile_archives.opened(work, found[1]).tile(tiling.address(*map(int, found.groups()[1:])))
    if body is None:
        return Response(status_code=204, headers=_NO_CACHE)
    headers = {**_NO_CACHE, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    if not packed:
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
