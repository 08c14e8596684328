"""Keys of sites that embed our maps: known, from the right origin, not too often.

A key comes as ``?key=`` or in ``X-Api-Key``; without one, a request is anybody's. The rate
holds for a key in a process: a bucket of two seconds' worth that fills as time passes.
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

BURST_S = 2.0
BELIEVED_S = 1.0
"""A key is looked up again after this time, so that one that ended is refused."""
MOST_KEYS = 10_000
PARAMETER, HEADER = b"key=", "x-api-key"


@dataclass(slots=True)
class Bucket:
    """What a key may still ask, as of a moment; `key` is None for one that nobody has."""

    key: store.users.Key | None
    looked: float
    left: float
    filled: float

    def take(self, now: float) -> None:
        """Take one, or say when there will be one again."""
        if self.key is None:
            return
        rate = self.key.per_second
        self.left = min(most(self.key), self.left + (now - self.filled) * rate)
        self.filled = now
        if self.left < 1:
            wait = ceil((1 - self.left) / rate)
            raise TooMany(
                f"the key {self.key.label} allows {rate:g} requests a second",
                zh=f"密钥“{self.key.label}”每秒限 {rate:g} 次",
                retry_s=wait,
            )
        self.left -= 1


def most(key: store.users.Key | None) -> float:
    """Give what a full bucket holds: two seconds' worth, at least one."""
    return max(1.0, key.per_second * BURST_S) if key else 0.0


class Keyed:
    """Look at the key of a request that has one; what has none passes untouched."""

    def __init__(self, app: ASGIApp, work: Work) -> None:
        self.app, self.work = app, work
        self.buckets: OrderedDict[str, Bucket] = OrderedDict()

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
        bucket = await self._bucket(digest(secret))
        if bucket.key is None:
            raise Unidentified("the key is unknown or revoked", zh="密钥无效或已停用")
        if origin and bucket.key.origins and origin not in bucket.key.origins:
            raise Forbidden(
                f"the key {bucket.key.label} is not for {origin}",
                zh=f"密钥“{bucket.key.label}”不适用于 {origin}",
            )
        bucket.take(monotonic())

    async def _bucket(self, summed: str) -> Bucket:
        now = monotonic()
        found = self.buckets.get(summed)
        if found is None or now - found.looked > BELIEVED_S:
            key = await run_in_threadpool(self._look, summed)
            if found is None:
                found = self.buckets[summed] = Bucket(key, now, most(key), now)
                while len(self.buckets) > MOST_KEYS:
                    self.buckets.popitem(last=False)
            found.key, found.looked = key, now
        return found

    def _look(self, summed: str) -> store.users.Key | None:
        with self.work.db.read() as session:
            return store.users.key(session, summed)


def _without(scope: Scope, secret: str) -> tuple[str, Scope]:
    """Take the key out of the address: what is behind need not know it, nor write it down."""
    told = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    secret = next((value for name, value in told if name == "key"), "") or secret
    rest = urlencode([(name, value) for name, value in told if name != "key"])
    return secret, {**scope, "query_string": rest.encode("latin-1")}
