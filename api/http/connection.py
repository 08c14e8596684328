"""One connection: how slowly a client may ask, send and listen, and how a process takes its leave.

Whoever is slower than this is cut off, so that nobody keeps a place by doing nothing. When a
process has as many connections as it may, one that asks nothing makes room for a new one; when
it has as many requests under way, a further one is told to come back. A process that ends
answers whatever is still asked on its connections, each time saying that this answer is the
last: a client that goes on asking while processes change places sees no fault.
"""

import asyncio
import resource
from itertools import islice
from typing import Any

from uvicorn.protocols.http.flow_control import CLOSE_HEADER
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from api.http import problems

FILES_BESIDE = 200
"""So many open files are kept for what is no connection."""
TRIED = 100
"""So many connections are looked at for one that asks nothing."""
RESUMED = 1 << 40
"""Counted as bytes heard when a client has caught up."""


class Connection(HttpToolsProtocol):
    """Watches one client; the limits are of the class, so that others may be tried.

    Who answers without a request cycle notes in `_served_s` when that was.
    """

    ASK_S = 15.0
    """The head of a request is complete after so long, or the client is told 408 and left."""
    LOOK_S, LOOKS, LEAST_BYTES = 5.0, 4, 5 * 1024
    """Whoever moves fewer bytes of a body or an answer than this, so many times running, is cut off."""
    MOST_HEAD_BYTES = 64 * 1024
    MOST, MOST_UNDER_WAY = 10_000, 1_000
    """Connections and requests of a process."""
    LINGER_S = 5.0
    """A process that ends waits so long for who is connected and asks nothing."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to watch."""
        super().connection_made(transport)
        self._head = self._heard = self._caught_up = self._far = self._slow = 0
        self._seen: tuple[str, Any] = ("ask", None)
        self._since, self._served_s = self.loop.time(), 0.0
        self._watch = self.loop.call_later(self.LOOK_S, self._look)
        files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
        if len(self.connections) > min(self.MOST, files - FILES_BESIDE):
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """End to watch."""
        self._watch.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in bytes; a head that does not end is refused."""
        self._heard += len(data)
        self._head += len(data)
        super().data_received(data)
        if not self._idle:
            self._head = 0
        elif self._head > self.MOST_HEAD_BYTES and not self.transport.is_closing():
            self._refuse(b"431 Request Header Fields Too Large")

    def resume_writing(self) -> None:
        """Note that the client has caught up."""
        self._caught_up += RESUMED
        super().resume_writing()

    def shutdown(self) -> None:
        """Take leave: the next answer on this connection is its last."""
        known = self.server_state.default_headers
        if CLOSE_HEADER not in known:
            self.server_state.default_headers = [*known, CLOSE_HEADER]
        if not self._idle and not self.cycle.response_started:
            self.cycle.keep_alive = False
        self.loop.call_later(self.LINGER_S, super().shutdown)

    @property
    def _idle(self) -> bool:
        """Whether no request is under way."""
        return self.cycle is None or self.cycle.response_complete

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        busy = len(self.tasks) >= self.MOST_UNDER_WAY
        chosen: Any = _busy if busy else app
        super()._start_asgi_task(cycle, chosen)

    def _make_room(self) -> None:
        for other in islice(self.connections, TRIED):
            if isinstance(other, Connection) and other is not self and other._idle:
                other.transport.close()
                return
        self._refuse(b"503 Service Unavailable")

    def _look(self) -> None:
        """See what is waited for, and whether it comes."""
        doing, cycle, far = self._doing()
        now = self.loop.time()
        if (doing, cycle) != self._seen:
            self._seen, self._since, self._far, self._slow = (doing, cycle), now, far, 0
        elif doing == "ask":
            quiet_s = now - max(self._since, self._served_s)
            self._slow = self.LOOKS if quiet_s >= self.ASK_S else 0
        elif doing:
            self._slow = self._slow + 1 if far - self._far < self.LEAST_BYTES else 0
            self._far = far
        if self._slow >= self.LOOKS:
            self._cut(doing)
        else:
            self._watch = self.loop.call_later(self.LOOK_S, self._look)

    def _doing(self) -> tuple[str, Any, int]:
        """Tell what the client is to do, for which request, and how many bytes it has done."""
        if left := self.transport.get_write_buffer_size():
            return "listen", self.cycle, self._caught_up - left
        if self._idle:
            return "ask", self.cycle, 0
        if self.cycle.more_body and not self.flow.read_paused:
            return "send", self.cycle, self._heard
        return "", None, 0

    def _cut(self, doing: str) -> None:
        if doing == "listen":
            self.transport.abort()
        elif (doing == "ask" and not self._head) or (
            doing == "send" and self.cycle.response_started
        ):
            self.transport.close()
        else:
            self._refuse(b"408 Request Timeout")

    def _refuse(self, status: bytes) -> None:
        head = b"HTTP/1.1 %b\r\ncontent-length: 0\r\nretry-after: 1\r\nconnection: close\r\n\r\n"
        self.transport.write(head % status)
        self.transport.close()


_busy = problems.problem(
    503, "busy", "请求过多，请稍后再试", detail="too many requests are under way"
)
_busy.headers["Retry-After"] = "1"
