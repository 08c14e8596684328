"""What a person sees in place of a page that cannot be shown: why, and the ways on."""

import base64
import hashlib
from html import escape
from typing import Any

import orjson
from starlette.datastructures import Headers
from starlette.responses import HTMLResponse, Response

STYLE = """
body{margin:0;font:18px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:#1f3342;background:#f4f7f9}
main{max-width:34rem;margin:8vh auto;padding:1.5rem 2rem 2rem;background:#fff;border-radius:12px;box-shadow:0 1px 6px #0002}
h1{font-size:1.4rem;font-weight:600;margin:.2rem 0 1rem;overflow-wrap:anywhere}p{margin:.5rem 0;overflow-wrap:anywhere}
.en{color:#4a5f6d}nav{display:flex;flex-wrap:wrap;gap:.6rem;margin-top:1.4rem}
a{padding:.55rem 1rem;border:2px solid #0b5c7d;border-radius:8px;color:#0b5c7d;text-decoration:none;font-weight:600}
a:focus-visible{outline:3px solid #d98200;outline-offset:2px}
"""
_SUM = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
HEADERS = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_SUM}'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
FOR_PROGRAMS = ("/v1/", "/tiles/", "/static/", "/openapi.json", "/metrics")
PAGES = ("/v1/imports/new",)
WAYS = (("/", "首页 Start"), ("/maps", "地图 Maps"), ("/login", "登录 Log in"))
NO_DATA = (("/v1/imports/new", "导入数据 Import"),)


def wants_page(headers: Headers, method: str, path: str) -> bool:
    """Tell whether a person with a browser asks, and not a program or a script of a page."""
    for_person = path in PAGES or not path.startswith(FOR_PROGRAMS)
    return method == "GET" and for_person and "text/html" in headers.get("accept", "")


def page(told: Response) -> Response:
    """Say in a page what a problem says as JSON; status and headers stay."""
    body: dict[str, Any] = orjson.loads(bytes(told.body))
    zh, en = str(body["title"]), str(body.get("detail", ""))
    hints = [str(body[name]) for name in ("hint_zh", "hint") if body.get(name)]
    ways = (*NO_DATA, *WAYS) if body["code"] == "not_found" and hints else WAYS
    html = (
        f'<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{escape(zh)}</title>'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<style>{STYLE}</style></head><body><main><h1>{escape(zh)}</h1>"
        f'<p class="en" lang="en">{escape(en)}</p>'
        + "".join(f"<p>{escape(hint)}</p>" for hint in hints)
        + "<nav aria-label='去向 Ways on'>"
        + "".join(f'<a href="{link}">{name}</a>' for link, name in ways)
        + "</nav></main></body></html>"
    )
    kept = {n: told.headers[n] for n in ("www-authenticate", "retry-after") if n in told.headers}
    return HTMLResponse(html, told.status_code, headers={**HEADERS, **kept})
