"""Who may ask what: one table, and the one gate that every request passes.

An address that is not in the table is for administrators only; a test walks every route and
fails on one that is missing here.

Who asks is told by a bearer token, or by the cookie that the log-in page sets. Before the
first user is made, the browser on the machine itself may do everything, as the command line
may: a request from a loopback address to a loopback name that no gateway handed on.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from http.cookies import CookieError, SimpleCookie
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.responses import RedirectResponse, Response
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http import problems, sorry
from api.tasks import accounts
from api.tasks.asker import LOCAL, PUBLIC, Asker, Role
from api.tasks.work import Work
from geo import store
from geo.errors import Forbidden, GeoError, Unidentified

COOKIE = "wangge"
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
HANDED_ON = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
SAFE = {"GET", "HEAD", "OPTIONS"}
SEEN_BETTER = re.compile(r"/maps|/v1/coverage|/v1/areas/[^/]+/history$")
"""Here whoever works here sees more than the public does."""

ANYBODY = dict.fromkeys(("GET", "POST", "DELETE"), Role.PUBLIC)
READ = {"GET": Role.PUBLIC}
WRITE = dict.fromkeys(("POST", "PUT", "PATCH", "DELETE"), Role.PLANNER)
ASKED = READ | {"POST": Role.PUBLIC}
STAFF = {"GET": Role.STAFF}
PLAN = dict.fromkeys(("GET", "POST", "PUT", "PATCH", "DELETE"), Role.PLANNER)
RUN = dict.fromkeys(("GET", "POST", "PUT", "PATCH", "DELETE"), Role.ADMIN)

TABLE: Mapping[str, Mapping[str, Role]] = {
    "/": READ,
    "/at/{rest:path}": READ,
    "/docs": READ,
    "/embed": READ,
    "/embed/{rest:path}": READ,
    "/finder/{rest:path}": READ,
    "/healthz": READ,
    "/login": ASKED,
    "/login/{rest:path}": READ,
    "/logout": {"POST": Role.PUBLIC},
    "/maps": READ,
    "/maps/{kind}": READ,
    "/ogc": READ,
    "/ogc/scenarios/{rest:path}": PLAN,
    "/ogc/{rest:path}": READ | WRITE,
    "/metrics": STAFF,
    "/openapi.json": READ,
    "/plan": PLAN,
    "/plan/alliances/booklet": STAFF,
    "/plan/{rest:path}": PLAN,
    "/readyz": READ,
    "/static/{rest:path}": READ,
    "/tiles/staff/{rest:path}": STAFF,
    "/tiles/{rest:path}": READ,
    "/v1/alliances": READ,
    "/v1/alliances/history": READ,
    "/v1/alliances/{rest:path}": PLAN,
    "/v1/areas/at": ASKED,
    "/v1/areas/{code}/history": READ,
    "/v1/blind-spots": READ,
    "/v1/coverage": READ,
    "/v1/coverage/{kind}": READ,
    "/v1/imports": PLAN,
    "/v1/imports/{rest:path}": PLAN,
    "/v1/jobs": PLAN,
    "/v1/jobs/{rest:path}": PLAN,
    "/v1/keys": RUN,
    "/v1/keys/{number}": RUN,
    "/v1/me": STAFF,
    "/v1/places": READ,
    "/v1/scenarios": PLAN,
    "/v1/scenarios/{rest:path}": PLAN,
    "/v1/sites/{deed}": PLAN,
    "/v1/search": READ,
    "/v1/stations/nearest": READ,
    "/v1/tokens": ANYBODY,
    "/v1/users": RUN,
    "/v1/users/{rest:path}": RUN,
}
_PATTERNS = [(compile_path(path)[0], path) for path in TABLE]
ELSE = "other"


@lru_cache(4096)
def label(path: str) -> str:
    """Give the address of the table that an address falls under, ``"other"`` without one."""
    return next((told for pattern, told in _PATTERNS if pattern.match(path)), ELSE)


def rule(path: str) -> Mapping[str, Role] | None:
    """Give what the table says of an address; None where it says nothing."""
    return TABLE.get(label(path))


def needed(method: str, path: str) -> Role:
    """Give the role that a request needs; what the table does not name, administrators only."""
    verb = "GET" if method in ("HEAD", "OPTIONS", "TRACE") else method  # nothing answers the last
    return (rule(path) or {}).get(verb, Role.ADMIN)


class Access:
    """Let through who may; answer the others. Sets ``scope["asker"]``."""

    def __init__(self, app: ASGIApp, work: Work) -> None:
        self.app, self.work = app, work

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Look at one request; what is public passes without a look at the store."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        need = needed(scope["method"], scope["path"])
        try:
            scope["asker"] = await self._asker(scope, headers, need)
            scope["asker"].require(need)
        except GeoError as fault:
            await _refusal(scope, headers, fault)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    async def _asker(self, scope: Scope, headers: Headers, need: Role) -> Asker:
        if token := bearer(headers):
            return await run_in_threadpool(accounts.bearer, self.work, token)
        if token := cookie(headers):
            try:
                asker = await run_in_threadpool(accounts.bearer, self.work, token)
            except Unidentified:
                if need > Role.PUBLIC:
                    raise
                return PUBLIC
            _same_origin(scope, headers)
            return asker
        if need == Role.PUBLIC and not SEEN_BETTER.match(scope["path"]):
            return PUBLIC
        if _at_the_machine(scope, headers) and await run_in_threadpool(self._nobody_yet):
            _same_origin(scope, headers)
            return LOCAL
        if need == Role.PUBLIC:
            return PUBLIC
        raise Unidentified(
            "this needs a log-in", zh="请先登录",
            hint="send Authorization: Bearer TOKEN, or log in at /login",
            hint_zh="请在 /login 登录，或随请求发送令牌",
        )  # fmt: skip

    def _nobody_yet(self) -> bool:
        with self.work.db.read() as session:
            return not store.users.exist(session)


def bearer(headers: Headers) -> str:
    """Give the token of the Authorization header; empty without one."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def cookie(headers: Headers) -> str:
    """Give the token of the log-in page's cookie; empty without one."""
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found else ""


def _at_the_machine(scope: Scope, headers: Headers) -> bool:
    """Tell whether a browser on this very machine asks, by a loopback name, through nobody."""
    client = (scope.get("client") or ("",))[0]
    asked = urlsplit(f"//{headers.get('host', '')}").hostname
    return (
        client in LOOPBACK and asked in LOOPBACK and not any(name in headers for name in HANDED_ON)
    )


def _same_origin(scope: Scope, headers: Headers) -> None:
    """Refuse a change that another site's page asks a browser for; programs send no Origin."""
    origin = headers.get("origin")
    if scope["method"] in SAFE or origin is None:
        return
    if urlsplit(origin).netloc != headers.get("host"):
        raise Forbidden(
            f"a page of {origin} may not change anything here",
            zh=f"来自 {origin} 的网页不能在此修改数据",
        )


def _refusal(scope: Scope, headers: Headers, fault: GeoError) -> Response:
    wants_page = "text/html" in headers.get("accept", "") and scope["method"] == "GET"
    if isinstance(fault, Unidentified) and wants_page and scope["path"] != "/login":
        query = scope["query_string"].decode("latin-1")
        target = scope["path"] + (f"?{query}" if query else "")
        return RedirectResponse(f"/login?next={quote(target, safe='/')}", status_code=303)
    told = problems.answer(fault)
    return sorry.page(told) if sorry.wants_page(headers, scope["method"], scope["path"]) else told


def local_target(target: str) -> str:
    """Give an address of our own host, whatever was asked for."""
    return target if re.fullmatch(r"/(?![/\\])[^\s\\]*", target) else "/"
