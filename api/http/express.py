"""Answers off the wire: what is at hand is given where the bytes of its question come in.

A question for a tile that is kept, or drawn sooner than handed on, needs neither a parser nor a
task nor an application; nor do the plain questions of `swift`. What is in any way uncommon (a body, a tag, an origin, a key, a question in two pieces, a client
that reads slowly) takes the usual way behind this.
"""

from collections.abc import Sequence
from functools import lru_cache
from time import perf_counter
from typing import Any

from api.http import swift, tile_files, tiles, watch
from api.http.connection import Connection
from api.tasks import asker
from api.tasks.tile_layers import PUBLIC
from geo.errors import GeoError
from geo.tiling import Finished

BEGINS = (b"GET /tiles/", *swift.BEGINS)
BEGIN, VERSION, END = b"GET /tiles/", b" HTTP/1.1\r\n", b"\r\n\r\n"
UNCOMMON = (
    b"origin:", b"if-none-match", b"x-api-key", b"content-length", b"transfer-encoding",
    b"upgrade", b"expect", b"close", b"\n ", b"\n\t",
)  # fmt: skip
LONGEST = 4096
ACCEPT = b"\naccept-encoding:"
HEAD = b"".join(
    b"%b: %b\r\n" % header for header in [*tiles.PACKED, *tiles.KEPT]
)  # as `tiles` sends them


class Express(Connection):
    """The protocol of the server, with a shorter way for warm tiles."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._tray: tiles.Tray | None = self.app_state.get("tray")
        self._work = None if self._tray is None else self._tray.work.asked_by(asker.PUBLIC)
        self._within = False

    def data_received(self, data: bytes) -> None:
        """Answer at once, or take the usual way."""
        if (
            self._tray is not None
            and not self._within
            and data.startswith(BEGINS)
            and (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
        ):
            if data.startswith(BEGIN):
                begun = perf_counter()
                if (tile := at_hand(self._tray, data)) is not None:
                    self._send(self._tile(tile))
                    watch.count(watch.TILES, 200, perf_counter() - begun)
                    return
            elif self._work is not None and self.scheme == "http" and not self.root_path:
                default = tuple(self.server_state.default_headers)
                if (told := swift.answer(self._work, bytes(data), default)) is not None:
                    self._send(told)
                    return
        super().data_received(data)

    def _tile(self, tile: Finished) -> Sequence[bytes]:
        head = b"HTTP/1.1 200 OK\r\n%b%bcontent-length: %d\r\netag: %b\r\n\r\n" % (
            written(tuple(self.server_state.default_headers)), HEAD, len(tile.body), tile.tag,
        )  # fmt: skip
        return head, tile.body

    def _send(self, told: Sequence[bytes]) -> None:
        self.transport.writelines(told)
        self.server_state.total_requests += 1
        self._served_s = self._since = self.loop.time()

    def shutdown(self) -> None:
        """Take leave the usual way, in which the last answer says so."""
        self._tray = None
        super().shutdown()

    def on_message_begin(self) -> None:
        """Know that the bytes which come next belong to a question."""
        self._within = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        """Know that they do so no more."""
        self._within = False
        super().on_message_complete()

    def timeout_keep_alive_handler(self) -> None:
        """Close a connection that was idle, which one that got tiles was not."""
        idle_s = self.loop.time() - self._served_s
        if idle_s < self.timeout_keep_alive:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive - idle_s, self.timeout_keep_alive_handler
            )
        else:
            super().timeout_keep_alive_handler()


@lru_cache(4)
def written(headers: tuple[tuple[bytes, bytes], ...]) -> bytes:
    """Write headers, which are the same for a second."""
    return b"".join(b"%b: %b\r\n" % header for header in headers)


def at_hand(tray: tiles.Tray, question: bytes) -> Finished | None:
    """Give the tile of a plain question, when it is at hand and shows something."""
    asked = read(bytes(question))
    tile = None if asked is None else tray.at_hand(asked)
    return tile if tile is not None and tile.body else None


@lru_cache(8192)
def read(question: bytes) -> tiles.Asked | None:
    """Read a plain question for a public tile; None is one that takes the usual way.

    Parameters
    ----------
    question : bytes
        A whole request, from its first byte to the empty line that ends it.
    """
    end = question.find(VERSION)
    if end < 0 or len(question) > LONGEST or question.find(END) != len(question) - len(END):
        return None
    told = question[end:].lower()
    if any(word in told for word in UNCOMMON):
        return None
    begin = told.find(ACCEPT) + len(ACCEPT)
    if begin < len(ACCEPT) or not tile_files.takes_gzip(told[begin : told.find(b"\r", begin)]):
        return None
    try:
        asked = tiles.read(question[4:end].decode("ascii"))
    except (GeoError, UnicodeDecodeError):
        return None
    return asked if asked is not None and asked.view == PUBLIC else None
