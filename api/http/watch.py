"""How the service does: alive, ready, counted, written down; nothing about who asked.

A line of the log and a label of a metric name the route (``/v1/areas/{code}/history``), never
the address itself: places and names that people ask for stay theirs.
"""

import logging
import os
import sys
from functools import lru_cache
from time import perf_counter, time

import orjson
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import access
from api.http.parts import Part
from api.http.v1 import WorkDep
from api.settings import VERSION
from geo import store
from geo.errors import Unavailable

router = Part(tags=["service"])
log = logging.getLogger("wangge.access")
ASKED = Counter("wangge_requests_total", "Answers by route and status", ("route", "status"))
TOOK = Histogram(
    "wangge_request_seconds", "Time to the last byte, by route", ("route",),
    buckets=(0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
)  # fmt: skip
TILES = "/tiles/{rest:path}"
"""The route of tiles, which are counted where they are answered."""
OPEN = Gauge("wangge_requests_open", "Requests under way", multiprocess_mode="livesum")
SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""Several processes count in files of this folder, and each tells the sum of all."""


@router.get("/healthz", summary="存活 This process answers")
async def alive() -> dict[str, str]:
    """Answer without a look at anything else."""
    return {"status": "alive", "version": VERSION}


@router.get("/readyz", summary="就绪 The store answers and has our tables")
def ready(work: WorkDep) -> dict[str, str]:
    """Ask the store for the version of its tables; 503 when it does not answer or is older."""
    try:
        version, wanted = store.current(work.db), store.head()
    except Exception as fault:
        raise Unavailable("the store does not answer", zh="数据库没有应答") from fault
    if version != wanted:
        raise Unavailable(
            f"the tables are of version {version}, not {wanted}",
            zh=f"数据库表结构版本为 {version}，应为 {wanted}",
            hint="wangge db upgrade",
            hint_zh="请运行 wangge db upgrade",
        )
    return {"status": "ready", "tables": version}


@router.get("/metrics", summary="指标 Prometheus metrics", response_class=Response)
def metrics() -> Response:
    """Give counts and times since the service began, of all its processes together."""
    counted = REGISTRY
    if os.environ.get(SHARED):
        counted = CollectorRegistry()
        MultiProcessCollector(counted)  # type: ignore[no-untyped-call]
    return Response(generate_latest(counted), media_type=CONTENT_TYPE_LATEST)


@lru_cache(1024)
def _counted(route: str, status: int) -> tuple[Counter, Histogram]:
    return ASKED.labels(route, str(status)), TOOK.labels(route)


def count(route: str, status: int, took_s: float) -> None:
    """Count an answer."""
    asked, took = _counted(route, status)
    asked.inc()
    took.observe(took_s)


class Watched:
    """Count every answer and, where wanted, write a line of JSON about it."""

    def __init__(self, app: ASGIApp, *, lines: bool = False) -> None:
        self.app, self.lines = app, lines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Watch one request to its end, whatever that is."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, status, sent = perf_counter(), 500, 0

        async def watched(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
            else:
                sent += len(message.get("body", b""))
            await send(message)

        OPEN.inc()
        try:
            await self.app(scope, receive, watched)
        finally:
            OPEN.dec()
            took, route = perf_counter() - begun, access.label(scope["path"])
            count(route, status, took)
            if self.lines:
                self._write(scope, route, status, sent, took)

    @staticmethod
    def _write(scope: Scope, route: str, status: int, sent: int, took: float) -> None:
        asker = scope.get("asker")
        line = {
            "at": round(time(), 3), "method": scope["method"], "route": route, "status": status,
            "bytes": sent, "ms": round(took * 1000, 2),
            "role": asker.role.word if asker is not None else "public",
        }  # fmt: skip
        log.info(orjson.dumps(line).decode())


def to_stderr() -> None:
    """Write the lines of the log to standard error, as they are."""
    if not log.handlers:
        log.addHandler(logging.StreamHandler(sys.stderr))
        log.setLevel(logging.INFO)
        log.propagate = False
