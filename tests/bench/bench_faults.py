"""Slow clients, very many connections, and a change of processes, against ``wangge serve``.

    python tests/bench/bench_faults.py [--workers 2] [--connections 10000]

Prints what becomes of those who send or read too slowly, how others are answered beside so
many idle connections, and how many requests fail while every process is renewed under load.
"""

import argparse
import http.client
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event

import numpy as np
from served import _find_tests

ADDRESS = ("127.0.0.1", 18871)
PATH = "/v1/areas/at?lon=119.45&lat=32.2"


@contextmanager
def service(url: str, workers: int) -> Iterator[subprocess.Popen[bytes]]:
    """Run the service as a user does."""
    env = {**os.environ, "WANGGE_DATABASE_URL": url.replace("+psycopg", "")}
    command = [sys.executable, "-m", "api.cli", "serve", "--no-jobs", "--port", str(ADDRESS[1]),
               "--workers", str(workers)]  # fmt: skip
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen(command, env=env, cwd=root) as process:
        while True:
            try:
                asked(http.client.HTTPConnection(*ADDRESS))
                break
            except OSError:
                time.sleep(0.2)
        yield process
        process.terminate()


def asked(client: http.client.HTTPConnection) -> int:
    """Ask once; the client connects anew where the last answer ended the connection."""
    client.request("GET", PATH)
    answer = client.getresponse()
    answer.read()
    return answer.status


def paced(count: int) -> tuple[float, float, int]:
    """Ask one after another, each on a connection of its own: p50 and p99 in ms, and failures."""
    took, failed = [], 0
    for _ in range(count):
        begun = time.perf_counter()
        client = http.client.HTTPConnection(*ADDRESS, timeout=30)
        try:
            failed += asked(client) != 200
        except (OSError, http.client.HTTPException):
            failed += 1
        client.close()
        took.append(1e3 * (time.perf_counter() - begun))
    p50, p99 = np.percentile(took, [50, 99])
    return float(p50), float(p99), failed


def slow(begin: bytes, drop: bytes, every_s: float) -> str:
    """Send a beginning, then a little now and then, until the other side ends it."""
    begun = time.perf_counter()
    with socket.create_connection(ADDRESS, timeout=60) as client:
        client.sendall(begin)
        told = b""
        client.settimeout(every_s)
        while time.perf_counter() - begun < 120:
            try:
                told = client.recv(1000)
                break
            except TimeoutError:
                pass
            except ConnectionResetError:
                break
            try:
                client.sendall(drop)
            except OSError:
                break
    status = told.split(b"\r\n", 1)[0].decode() or "closed"
    return f"{status} after {time.perf_counter() - begun:.0f} s"


def renewed(process: subprocess.Popen[bytes], clients: int) -> None:
    """Renew every process while clients ask on kept connections; print what they saw."""
    over = Event()

    def asking(_: int) -> tuple[int, int, float]:
        client, good, bad, worst = http.client.HTTPConnection(*ADDRESS, timeout=60), 0, 0, 0.0
        while not over.is_set():
            begun = time.perf_counter()
            try:
                good += asked(client) == 200
            except (OSError, http.client.HTTPException):
                bad += 1
                client.close()
            worst = max(worst, time.perf_counter() - begun)
        client.close()
        return good, bad, worst

    before = children(process.pid)
    with ThreadPoolExecutor(clients) as pool:
        told = [pool.submit(asking, one) for one in range(clients)]
        time.sleep(2)
        process.send_signal(signal.SIGHUP)
        begun = time.perf_counter()
        while children(process.pid) & before and time.perf_counter() - begun < 180:
            time.sleep(0.2)
        took = time.perf_counter() - begun
        time.sleep(2)
        over.set()
        good, bad, worst = zip(*(one.result() for one in told), strict=True)
    gone = len(before - children(process.pid))
    print(
        f"renewed: {gone} of {len(before)} processes changed in {took:.0f} s; {sum(good):,} answered, "
        f"{sum(bad)} failed, longest wait {1e3 * max(worst):.0f} ms"
    )


def children(pid: int) -> set[int]:
    """Give the processes that serve."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    told = {int(part): Path(f"/proc/{part}/cmdline").read_bytes() for part in listed.split()}
    return {number for number, line in told.items() if b"spawn_main" in line}


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--connections", type=int, default=10_000)
    told = parser.parse_args()
    _find_tests()
    import databases
    import squareton

    from geo import store

    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with ExitStack() as stack:
        url = store.cluster.ensure(stack.enter_context(databases.private_home()))
        db = store.connect(url)
        store.upgrade(db)
        squareton.kept(db)
        db.close()
        process = stack.enter_context(service(url, told.workers))
        renewed(process, 4)
        with ThreadPoolExecutor(2) as pool:
            head = pool.submit(slow, b"GET / HTTP/1.1\r\nHost: x\r\n", b"X-A: b\r\n", 1.0)
            body = pool.submit(
                slow, b"POST /v1/areas/at HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                b"Content-Length: 100000\r\n\r\n", b" ", 1.0,
            )  # fmt: skip
            print("slow head:", head.result(), "| slow body:", body.result())
        print("alone: p50 {:.1f} ms, p99 {:.1f} ms, {} failed of 200".format(*paced(200)))
        begun, idle = time.perf_counter(), []
        for _ in range(told.connections):
            idle.append(socket.create_connection(ADDRESS, timeout=30))
        took = time.perf_counter() - begun
        beside = paced(200)
        memory = sum(
            int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 2**20
            for pid in children(process.pid)
        )
        print(
            f"{len(idle):,} idle connections made in {took:.1f} s: others p50 {beside[0]:.1f} ms, "
            f"p99 {beside[1]:.1f} ms, {beside[2]} failed of 200; {memory:.0f} MB in all processes"
        )
        for client in idle:
            client.close()


if __name__ == "__main__":
    main()
