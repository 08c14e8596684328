"""News of long work as server-sent events: told when they change, until there is an end."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, NamedTuple

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import StreamingResponse

LOOK_S = 0.25
QUIET_S = 15.0
"""A stream without news says at least so often that it is there."""
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


class News(NamedTuple):
    """What an event is called, what it tells, and whether nothing comes after it."""

    name: str
    told: Any
    last: bool

    @property
    def text(self) -> bytes:
        """The event as it is sent."""
        return b"event: %b\ndata: %b\n\n" % (self.name.encode(), orjson.dumps(self.told))


async def streamed(request: Request, look: Callable[[], News]) -> StreamingResponse:
    """Look again and again, and send what is new; the first look may refuse the request."""
    first = await run_in_threadpool(look)
    return StreamingResponse(
        _stream(request, look, first), media_type="text/event-stream", headers=HEADERS
    )


async def _stream(request: Request, look: Callable[[], News], news: News) -> AsyncIterator[bytes]:
    seen, quiet = b"", 0.0
    while not await request.is_disconnected():
        if news.text != seen:
            seen, quiet = news.text, 0.0
            yield seen
        elif quiet >= QUIET_S:
            quiet = 0.0
            yield b": still here\n\n"
        if news.last:
            return
        await asyncio.sleep(LOOK_S)
        quiet += LOOK_S
        news = await run_in_threadpool(look)
