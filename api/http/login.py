"""Log-in and log-out for browsers: a page that needs no script, and a cookie it cannot read."""

import base64
import hashlib
from html import escape
from typing import Any
from urllib.parse import parse_qs, urlencode

from fastapi import Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.http import access, problems
from api.http.parts import Part
from api.http.v1 import WorkDep
from api.tasks.accounts import SESSION_H, LogIn, LogOut
from api.tasks.openid import Arrive, Depart, Departure
from api.tasks.work import Work, perform
from geo.errors import BadInput, GeoError, NotFound, Unidentified

router = Part(include_in_schema=False)
GOING = "wangge-going"
MOST_BYTES = 4096


def _sum(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


STYLE = """
body{margin:0;font:18px/1.6 system-ui,"Noto Sans CJK SC","Microsoft YaHei",sans-serif;color:#1f3342;background:#f4f7f9}
main{max-width:24rem;margin:8vh auto;padding:1.5rem 2rem 2rem;background:#fff;border-radius:12px;box-shadow:0 1px 6px #0002}
h1{font-size:1.4rem;font-weight:600;margin:.2rem 0 1rem}label{display:block;margin:.9rem 0 .2rem}
input{width:100%;box-sizing:border-box;font:inherit;padding:.5rem .7rem;border:1px solid #6b7f8c;border-radius:8px}
button,a.b{display:block;width:100%;box-sizing:border-box;margin-top:1.3rem;padding:.6rem;font:inherit;font-weight:600;
text-align:center;text-decoration:none;border:2px solid #0b5c7d;border-radius:8px;background:#0b5c7d;color:#fff;cursor:pointer}
a.b{background:#fff;color:#0b5c7d}:focus-visible{outline:3px solid #d98200;outline-offset:2px}
p[role=alert]{padding:.6rem .8rem;border-left:4px solid #b3261e;background:#fdecea}small{color:#4a5f6d}
"""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_sum(STYLE)}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@router.get("/login")
def page(request: Request, work: WorkDep) -> Response:
    """Ask for name and password, or lead to the provider."""
    return _page(work, access.local_target(request.query_params.get("next", "/")))


@router.post("/login")
async def log_in(request: Request, work: WorkDep) -> Response:
    """Take name and password; set the cookie and go on, or say what is wrong."""
    told = await _form(request)
    target = access.local_target(told.get("next", "/"))
    client = request.client.host if request.client else ""
    try:
        form = LogIn(
            name=told.get("name", "") or " ", password=told.get("password", ""), address=client
        )
        made = await run_in_threadpool(perform, form, work)
    except GeoError as fault:
        return _page(work, target, fault=fault, name=told.get("name", ""))
    return _in(request, made, target)


@router.post("/logout")
async def log_out(request: Request, work: WorkDep) -> Response:
    """End the token of the cookie, and forget the cookie."""
    if token := access.cookie(request.headers):
        await run_in_threadpool(perform, LogOut(token=token), work)
    gone = RedirectResponse("/", status_code=303)
    gone.delete_cookie(access.COOKIE, path="/")
    return gone


@router.get("/login/elsewhere")
def depart(request: Request, work: WorkDep) -> Response:
    """Lead to the OpenID provider."""
    _provided(work)
    target = access.local_target(request.query_params.get("next", "/"))
    going: Departure = perform(Depart(back=_back(request, work), target=target), work)
    sent = RedirectResponse(going.url, status_code=303)
    sent.set_cookie(
        GOING, going.state, max_age=600, httponly=True, samesite="lax", path="/login",
        secure=request.url.scheme == "https",
    )  # fmt: skip
    return sent


@router.get("/login/back")
def arrive(request: Request, work: WorkDep) -> Response:
    """Take back who logged in elsewhere; only the browser that left may come back."""
    _provided(work)
    told = request.query_params
    state = told.get("state", "")
    try:
        if not state or request.cookies.get(GOING) != state:
            raise Unidentified("this log-in was begun elsewhere", zh="登录未在此浏览器发起")
        if "code" not in told:
            why = told.get("error_description") or told.get("error", "no code")
            raise Unidentified(f"the provider refused: {why[:200]}", zh="统一认证未通过")
        form = Arrive(back=_back(request, work), code=told["code"], state=state)
        made = perform(form, work)
    except GeoError as fault:
        return _page(work, "/", fault=fault)
    return _in(request, made, access.local_target(made["target"]))


def _in(request: Request, made: dict[str, Any], target: str) -> Response:
    sent = RedirectResponse(target, status_code=303)
    sent.set_cookie(
        access.COOKIE, made["token"], max_age=SESSION_H * 3600, httponly=True, samesite="lax",
        path="/", secure=request.url.scheme == "https",
    )  # fmt: skip
    return sent


def _provided(work: Work) -> None:
    if not work.settings.oidc_issuer:
        raise NotFound("no OpenID provider is set", zh="未配置统一认证")


def _back(request: Request, work: Work) -> str:
    base = work.settings.base_url or str(request.base_url)
    return base.rstrip("/") + "/login/back"


async def _form(request: Request) -> dict[str, str]:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise BadInput("the form is too long", zh="表单过长")
    told = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)
    return {name: values[-1] for name, values in told.items()}


def _page(work: Work, target: str, *, fault: GeoError | None = None, name: str = "") -> Response:
    said = ""
    if fault is not None:
        zh = "，".join(filter(None, (fault.zh or fault.message, fault.hint_zh)))
        said = f'<p role="alert">{escape(zh)}<br><small lang="en">{escape(str(fault))}</small></p>'
    elsewhere = ""
    if work.settings.oidc_issuer:
        query = escape(urlencode({"next": target}))
        elsewhere = f'<a class="b" href="/login/elsewhere?{query}">统一认证登录 Single sign-on</a>'
    body = (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>登录 Log in · 网格</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{STYLE}</style></head>'
        f'<body><main><h1>登录 <span lang="en">Log in</span></h1>{said}'
        '<form method="post" action="/login">'
        f'<input type="hidden" name="next" value="{escape(target)}">'
        '<label for="name">用户名 <span lang="en">Name</span></label>'
        f'<input id="name" name="name" value="{escape(name[:64])}" autocomplete="username" required autofocus>'
        '<label for="password">密码 <span lang="en">Password</span></label>'
        '<input id="password" name="password" type="password" autocomplete="current-password" required>'
        f'<button>登录 <span lang="en">Log in</span></button></form>{elsewhere}'
        '<p><small>公众查询无需登录：<a href="/">找站点 Find a station</a></small></p></main></body></html>'
    )
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"}
    status = 200 if fault is None else problems.status(fault)
    if fault is not None and (retry := getattr(fault, "retry_s", None)):
        headers["Retry-After"] = str(retry)
    return HTMLResponse(body, status, headers=headers)
