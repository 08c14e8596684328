"""How long a question over HTTP takes beside an empty one: one server, one client, one run."""

import multiprocessing
import os
import signal
import socket
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

TESTS = Path(__file__).resolve().parents[1]
CONCURRENT = 8
BLOCKS, BLOCK = 12, 240
"""The two are asked by turns, so many questions at a time, so that other load meets both alike."""


def _find_tests() -> None:
    """Find the project before the folders of its tests, which bear the same names."""
    sys.path[:] = [str(TESTS.parent), *sys.path, str(TESTS)]


def _serve(port: int) -> None:
    """Serve the small demo district from a store of its own."""
    _find_tests()
    import databases
    import districts
    import uvicorn

    from api.http import create_app
    from api.settings import Settings
    from geo import store

    with databases.private_home() as home:
        db = store.connect(store.cluster.ensure(home))
        store.upgrade(db)
        work = districts.kept(db, Settings(home=home.parent / "made"))
        app = create_app(work, draw_first=False)  # no maps are drawn meanwhile
        threading.Thread(target=_end_with_parent, daemon=True).start()
        app.state.work = replace(work, meanwhile=True)

        @app.get("/v1/empty")
        async def empty() -> dict[str, str]:
            return {}

        with suppress(KeyboardInterrupt):
            uvicorn.run(app, host="127.0.0.1", port=port, log_level="warning")
        db.close()


def _end_with_parent() -> None:
    """Take the server and its database down also when who started it is killed."""
    if (parent := multiprocessing.parent_process()) is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGINT)


@contextmanager
def serving() -> Iterator[tuple[int, int]]:
    """Start a server in a process of its own; give its port and number once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    server = multiprocessing.get_context("spawn").Process(target=_serve, args=(port,))
    server.start()
    try:
        for _ in range(600):
            try:
                Client(port).ask("/v1/empty")
                break
            except OSError:
                time.sleep(0.2)
        yield port, server.pid or 0
    finally:
        if server.is_alive():
            os.kill(server.pid or 0, signal.SIGINT)  # so that it takes its database down
        server.join()


class Client:
    """One connection that stays open."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, path: str) -> int:
        """Ask, read the whole answer, give its status."""
        self.socket.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        told = b""
        while b"\r\n\r\n" not in told:
            told += self._more()
        head, _, body = told.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += self._more()
        return int(head.split()[1])

    def _more(self) -> bytes:
        if part := self.socket.recv(65536):
            return part
        raise ConnectionError("the server hung up")


def measure() -> None:
    """Print the medians of an empty question and of the nearest stations, by turns."""
    _find_tests()
    import districts

    from geo import coords

    doors = coords.to_degrees(districts.small().layers["building"]).representative_point()
    paths = [f"/v1/stations/nearest?lon={p.x:.6f}&lat={p.y:.6f}" for p in doors.iloc[:500]]
    rng = np.random.default_rng(4)

    def nearest() -> str:
        return paths[int(rng.integers(len(paths)))]

    with serving() as (port, server):
        for clients in (1, CONCURRENT):
            _together(port, nearest, clients, BLOCK // clients)
            sums = {"empty": Spent(), "nearest": Spent()}
            for _ in range(BLOCKS):
                for name, path in (("empty", lambda: "/v1/empty"), ("nearest", nearest)):
                    begin = _cpu_s(server)
                    sums[name].took += _together(port, path, clients, BLOCK // clients)
                    sums[name].cpu_s += _cpu_s(server) - begin
            theirs, ours = sums["empty"], sums["nearest"]
            print(
                f"  HTTP, {clients} connections, {len(ours.took)} questions each:"
                f" empty p50 {theirs.p50_us:.0f} µs, {theirs.cpu_us:.0f} µs of CPU;"
                f" /v1/stations/nearest {ours.p50_us:.0f} and {ours.cpu_us:.0f} µs"
                f" (p50 {ours.p50_us / theirs.p50_us:.2f} ×, CPU {ours.cpu_us / theirs.cpu_us:.2f} ×)"
            )


@dataclass
class Spent:
    """What the questions of one kind took: each by the clock, all of them of the server's CPU."""

    took: list[float] = field(default_factory=list)
    cpu_s: float = 0.0

    @property
    def p50_us(self) -> float:
        """Give the median by the clock."""
        return statistics.median(self.took)

    @property
    def cpu_us(self) -> float:
        """Give the CPU of the server for one question; other load of the machine is not in it."""
        return self.cpu_s / len(self.took) * 1e6


def _cpu_s(process: int) -> float:
    """Read how much CPU a process has used."""
    told = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def _together(port: int, path: Callable[[], str], clients: int, count: int) -> list[float]:
    took: list[float] = []

    def ask() -> None:
        client = Client(port)
        for _ in range(count):
            begin = time.perf_counter_ns()
            status = client.ask(path())
            took.append((time.perf_counter_ns() - begin) / 1000)
            if status != 200:
                raise RuntimeError(f"the server answers {status}")

    threads = [threading.Thread(target=ask) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return took


if __name__ == "__main__":
    measure()
