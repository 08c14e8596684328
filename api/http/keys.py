"""Keys of sites that embed our maps: known, from the right origin, not too often.

A key comes as ``?key=`` or in ``X-Api-Key``; without one, a request is anybody's. The rate
holds for a key in all processes together: a bucket of two seconds' worth in the store fills as
time passes, and every process draws from it what a tenth of a second may need.
"""

from collections import OrderedDict
from dataclasses import dataclass
from math import ceil
from time import monotonic
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import problems
from api.tasks.accounts import digest
from api.tasks.work import Work
from geo import store
from geo.errors import Forbidden, GeoError, TooMany, Unidentified

BURST_S, DRAWN_S = 2.0, 0.1
"""What a full bucket holds, and what is drawn from it at once, in seconds of the rate."""
BELIEVED_S = 1.0
"""A key is looked up again after this time, so that one that ended is refused."""
MOST_KEYS = 10_000
PARAMETER, HEADER = b"key=", "x-api-key"


@dataclass(slots=True)
class Drawn:
    """What this process may let through for a key; `key` is None for one that nobody has."""

    key: store.users.Key | None
    looked: float
    left: int = 0
    again: float = 0.0

    def take(self, now: float) -> None:
        """Take one, or say when there will be one again."""
        if self.key is None:
            return
        if self.left < 1:
            raise TooMany(
                f"the key {self.key.label} allows {self.key.per_second:g} requests a second",
                zh=f"密钥“{self.key.label}”每秒限 {self.key.per_second:g} 次",
                retry_s=max(1, ceil(self.again - now)),
            )
        self.left -= 1

    def stands(self, now: float) -> bool:
        """Say whether the store need not be asked."""
        fresh = now - self.looked <= BELIEVED_S
        return fresh and (self.key is None or self.left > 0 or now < self.again)


class Keyed:
    """Look at the key of a request that has one; what has none passes untouched."""

    def __init__(self, app: ASGIApp, work: Work) -> None:
        self.app, self.work = app, work
        self.drawn: OrderedDict[str, Drawn] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request with a good key through, and its page read the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        secret = headers.get(HEADER, "")
        if PARAMETER in scope["query_string"]:
            secret, scope = _without(scope, secret)
        if not secret:
            await self.app(scope, receive, send)
            return
        origin = headers.get("origin", "")
        try:
            await self._checked(secret, origin)
        except GeoError as fault:
            await problems.answer(fault)(scope, receive, send)
            return

        async def readable(message: Message) -> None:
            if origin and message["type"] == "http.response.start":
                held = [h for h in message["headers"] if h[0] != b"access-control-allow-origin"]
                allowed = [
                    (b"access-control-allow-origin", origin.encode("latin-1")),
                    (b"vary", b"Origin"),
                ]
                message["headers"] = held + allowed
            await send(message)

        await self.app(scope, receive, readable)

    async def _checked(self, secret: str, origin: str) -> None:
        drawn = await self._drawn(digest(secret))
        if drawn.key is None:
            raise Unidentified("the key is unknown or revoked", zh="密钥无效或已停用")
        if origin and drawn.key.origins and origin not in drawn.key.origins:
            raise Forbidden(
                f"the key {drawn.key.label} is not for {origin}",
                zh=f"密钥“{drawn.key.label}”不适用于 {origin}",
            )
        drawn.take(monotonic())

    async def _drawn(self, summed: str) -> Drawn:
        found = self.drawn.get(summed)
        if found is None or not found.stands(monotonic()):
            drawn = await run_in_threadpool(self._draw, summed)
            other = self.drawn.get(summed)
            if other is not None and other is not found:  # drawn meanwhile by another request
                drawn.left += other.left
            found = self.drawn[summed] = drawn
            while len(self.drawn) > MOST_KEYS:
                self.drawn.popitem(last=False)
        return found

    def _draw(self, summed: str) -> Drawn:
        with self.work.db.session() as session:
            told = store.users.draw(session, summed, burst_s=BURST_S, drawn_s=DRAWN_S)
        now = monotonic()
        if told is None:
            return Drawn(None, now)
        key, taken, kept = told
        return Drawn(key, now, taken, now + max(0.0, 1 - kept) / key.per_second)


def _without(scope: Scope, secret: str) -> tuple[str, Scope]:
    """Take the key out of the address: what is behind need not know it, nor write it down."""
    told = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    secret = next((value for name, value in told if name == "key"), "") or secret
    rest = urlencode([(name, value) for name, value in told if name != "key"])
    return secret, {**scope, "query_string": rest.encode("latin-1")}
