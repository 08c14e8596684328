"""Clients that are slow, many, or in the midst of asking when a process ends."""

import asyncio
import http.client
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Thread

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from api.http.connection import Connection

BIG = 20 * 2**20


class Hasty(Connection):
    """The same, with less patience."""

    ASK_S, LOOK_S, LOOKS, LEAST_BYTES = 0.3, 0.1, 3, 1000
    MOST_HEAD_BYTES, MOST, MOST_UNDER_WAY, LINGER_S = 8000, 20, 4, 0.5


async def hello(_: Request) -> Response:
    return PlainTextResponse("hello")


async def heard(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def big(_: Request) -> Response:
    return PlainTextResponse(b"x" * BIG)


async def slow(_: Request) -> Response:
    await asyncio.sleep(0.4)
    return PlainTextResponse("done")


APP = Starlette(
    routes=[
        Route("/", hello),
        Route("/heard", heard, methods=["POST"]),
        Route("/big", big),
        Route("/slow", slow),
    ]
)


@contextmanager
def serving(listening: socket.socket) -> Iterator[uvicorn.Server]:
    """Serve on a socket, in a thread."""
    config = uvicorn.Config(APP, http=Hasty, ws="none", lifespan="off", log_level="critical")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started:
        time.sleep(0.005)
    yield server
    server.should_exit = True
    thread.join()


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """Give a socket that clients can reach."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


@pytest.fixture
def server(listening: socket.socket) -> Iterator[uvicorn.Server]:
    """Give a server on it."""
    with serving(listening.dup()) as made:
        yield made


@pytest.fixture
def call(listening: socket.socket, server: uvicorn.Server) -> Callable[[], socket.socket]:
    """Give a way to connect."""
    return lambda: socket.create_connection(listening.getsockname(), timeout=5)


def heard_until_end(client: socket.socket) -> bytes:
    """Read what comes until the other side ends."""
    told = b""
    try:
        while piece := client.recv(2**20):
            told += piece
    except ConnectionResetError:
        pass
    return told


def drip(client: socket.socket) -> None:
    """Send hardly anything, for three seconds."""
    for _ in range(100):
        client.sendall(b"b" * 10)
        time.sleep(0.03)


def test_a_head_that_does_not_end_is_left(call: Callable[[], socket.socket]) -> None:
    with call() as silent, call() as begun:
        begun.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
        for at in range(3):
            begun.sendall(b"X-%d: a\r\n" % at)
            time.sleep(0.05)
        assert heard_until_end(begun).startswith(b"HTTP/1.1 408 ")
        assert heard_until_end(silent) == b""


def test_a_head_without_end_is_refused(call: Callable[[], socket.socket]) -> None:
    with call() as client:
        client.sendall(b"GET / HTTP/1.1\r\nX-Long: " + b"a" * 9000)
        assert heard_until_end(client).startswith(b"HTTP/1.1 431 ")


def test_a_body_may_be_long_but_not_slow(call: Callable[[], socket.socket]) -> None:
    head = b"POST /heard HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
    with call() as steady:
        steady.sendall(head % 60_000)
        for _ in range(12):
            steady.sendall(b"b" * 5000)
            time.sleep(0.05)
        assert heard_until_end(steady).endswith(b"60000")
    with call() as slow_one:
        slow_one.sendall(head % 60_000)
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            drip(slow_one)


def test_who_does_not_listen_is_cut_off(
    call: Callable[[], socket.socket], server: uvicorn.Server
) -> None:
    with call() as deaf:
        deaf.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(1.2)
        assert not server.server_state.connections
        assert len(heard_until_end(deaf)) < BIG
    with call() as client:
        client.sendall(b"GET /big HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert len(heard_until_end(client)) > BIG


def test_who_asks_nothing_makes_room(
    call: Callable[[], socket.socket], server: uvicorn.Server
) -> None:
    idle = [call() for _ in range(30)]
    try:
        with call() as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert heard_until_end(client).endswith(b"hello")
        assert len(server.server_state.connections) <= Hasty.MOST
    finally:
        for client in idle:
            client.close()


def test_more_at_once_are_told_to_come_back(call: Callable[[], socket.socket]) -> None:
    def ask(_: int) -> bytes:
        with call() as client:
            client.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return heard_until_end(client)

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(ask, range(8)))
    assert sum(answer.endswith(b"done") for answer in told) == Hasty.MOST_UNDER_WAY
    busy = [answer for answer in told if answer.startswith(b"HTTP/1.1 503 ")]
    assert len(busy) == 8 - Hasty.MOST_UNDER_WAY
    assert all(b"retry-after: 1" in answer for answer in busy)


def test_nobody_notices_when_processes_change_places(listening: socket.socket) -> None:
    over = False

    def asking(_: int) -> tuple[int, int]:
        client, good, closed = http.client.HTTPConnection(*listening.getsockname(), timeout=5), 0, 0
        while not over:
            client.request("GET", "/")
            answer = client.getresponse()
            good += answer.read() == b"hello"
            closed += answer.getheader("connection") == "close"
        client.close()
        return good, closed

    with ThreadPoolExecutor(3) as pool, serving(listening.dup()) as first:
        asked = [pool.submit(asking, one) for one in range(3)]
        time.sleep(0.2)
        with serving(listening.dup()):
            first.should_exit = True
            time.sleep(0.8)
            assert not first.server_state.connections
            over = True
            told = [one.result() for one in asked]
    assert all(good > 20 for good, _ in told)
    assert sum(closed for _, closed in told) >= 1
