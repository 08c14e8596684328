"""``/embed``: how other sites show our maps, the style they use, and pages to look at or to frame."""

import secrets
from typing import Any

import orjson
from fastapi import Request
from starlette.responses import HTMLResponse, Response

import maps
from api.http.parts import Part
from api.http.tiles import allowed
from api.http.v1 import WorkDep
from api.tasks.work import Work
from geo import store
from geo.errors import NotFound

router = Part(include_in_schema=False)
LASTING = {"Cache-Control": "public, max-age=86400"}
RATIOS = {"": 1, "@2x": 2}
CHINA = (73.5, 18.0, 135.1, 53.6)


@router.get("/embed")
def index(request: Request, work: WorkDep) -> Response:
    """Show all ways with their code."""
    html = maps.embedding.index(base_url=_base(request, work), bounds=_bounds(work))
    policy = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'self'"
    )
    return HTMLResponse(
        html, headers={"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
    )


@router.get("/embed/style.json")
def style(request: Request, work: WorkDep, datum: str = "wgs84") -> Response:
    """Give the style of our maps for MapLibre, from the palette that all our maps share."""
    if datum not in ("wgs84", "gcj02", "bd09"):
        raise NotFound(f"no datum {datum!r}", zh=f"没有坐标系“{datum}”", where=[datum])
    told = maps.embedding.style(_base(request, work), datum=datum)
    return Response(orjson.dumps(told), media_type="application/json", headers=_open(request, work))


@router.get("/embed/fonts/{stack}/{first}-{last}.pbf")
def letters(request: Request, work: WorkDep, stack: str, first: int, last: int) -> Response:
    """Give 256 letters of our typeface; the style of our maps says where they are."""
    if last != first + maps.glyphs.COUNT - 1:
        raise NotFound(f"no letters {first} to {last}", zh=f"没有 {first}–{last} 这一段字形")
    told = maps.glyphs.glyphs(stack, first)
    headers = _open(request, work) | LASTING
    return Response(told, media_type="application/x-protobuf", headers=headers)


@router.get("/embed/sprite{ratio}.{form}")
@router.get("/embed/sprite.{form}")
def signs(request: Request, work: WorkDep, form: str, ratio: str = "") -> Response:
    """Give the signs of our maps on one sheet, or say where on it each is."""
    if ratio not in RATIOS or form not in ("json", "png"):
        raise NotFound(f"no sprite{ratio}.{form}", zh="没有这个图标集")
    headers = _open(request, work) | LASTING
    if form == "png":
        return Response(maps.sprite.sheet(RATIOS[ratio]), media_type="image/png", headers=headers)
    told = orjson.dumps(maps.sprite.index(RATIOS[ratio]))
    return Response(told, media_type="application/json", headers=headers)


@router.get("/embed/{kind}")
def shown(request: Request, work: WorkDep, kind: str) -> Response:
    """Show one way at work."""
    if kind not in maps.embedding.KINDS or kind == "amap":
        raise NotFound(f"there is no page {kind}", zh="没有这个示例", where=[kind])
    html = maps.embedding.page(kind, base_url=_base(request, work), bounds=_bounds(work))
    nonce = secrets.token_urlsafe(16)
    html = html.replace("<script", f'<script nonce="{nonce}"')
    framers = " ".join(["'self'", *sorted(work.settings.embed_origins)])
    policy = (
        f"default-src 'self'; script-src 'self' 'nonce-{nonce}' blob:; worker-src blob: 'self'; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; "
        f"base-uri 'none'; frame-ancestors {framers}"
    )
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
    return HTMLResponse(html, headers=headers)


def _base(request: Request, work: Work) -> str:
    return (work.settings.base_url or str(request.base_url)).rstrip("/")


def _bounds(work: Work) -> tuple[float, ...]:
    with work.db.read() as session:
        district = store.areas.read(session, "district")
    return tuple(district.total_bounds.tolist()) if len(district) else CHINA


def _open(request: Request, work: Work) -> dict[str, Any]:
    origin = request.headers.get("origin")
    found = allowed(work.settings, origin.encode("latin-1") if origin else None)
    return {"Cache-Control": "no-cache", "Vary": "Origin"} | {
        name.decode(): value.decode("latin-1") for name, value in found
    }
