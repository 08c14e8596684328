"""``wangge serve``: the same, live, with a worker for long work beside it."""

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Annotated

import typer

from api.cli.door import err
from geo.errors import Unavailable

app = typer.Typer()
LOOPBACK = {"127.0.0.1", "::1", "localhost"}
AGAIN_S = 2.0
"""A worker that died is started again after so long."""


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="监听地址 Address.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 Port.")] = 8000,
    workers: Annotated[int, typer.Option(help="进程数 Processes.", min=1)] = 1,
    jobs: Annotated[
        bool, typer.Option("--jobs/--no-jobs", help="同时启动后台任务进程 a worker for long work")
    ] = True,
) -> None:
    """启动网页与接口 Serve pages and the API; SIGHUP renews several processes unnoticed."""
    from api.cli import processes

    if host not in LOOPBACK:
        err.print("公众页面对外开放；其余页面需登录，先用 wangge users add 建立用户")
        err.print("The public's pages are open to others; the rest needs a log-in", style="dim")
    require_free(host, port)
    with worker_beside(wanted=jobs) as renew:
        processes.run(host, port, workers, renew)


def require_free(host: str, port: int) -> None:
    """Say before anything starts that an address is taken, or is none of this machine.

    Raises
    ------
    Unavailable
        Naming the address and the way out.
    """
    try:
        kind, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(kind, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except (OSError, OverflowError) as fault:
        why = getattr(fault, "strerror", None) or str(fault)
        raise Unavailable(
            f"cannot listen at {host}:{port}: {why}",
            zh=f"无法监听 {host}:{port}：{why}",
            hint="another program may hold it: choose one with --port, or end that program",
            hint_zh="可能已被其他程序占用：用 --port 换一个端口，或先停止那个程序",
        ) from fault


@contextmanager
def worker_beside(*, wanted: bool) -> Iterator[Callable[[], None]]:
    """Keep a worker process running beside the service; it ends with it, however that ends.

    Gives what ends the worker softly, so that a fresh one takes its place.
    """
    if not wanted:
        yield lambda: None
        return
    over, held = Event(), list[subprocess.Popen[bytes]]()
    command = [sys.executable, "-m", "api.cli", "jobs", "work", "--with-parent"]

    def keep() -> None:
        while not over.is_set():
            held[:] = [subprocess.Popen(command, stdin=subprocess.DEVNULL)]
            while held[0].poll() is None and not over.wait(0.5):
                pass
            over.wait(AGAIN_S)

    def renew() -> None:
        for running in held:
            running.terminate()

    keeper = Thread(target=keep, daemon=True)
    keeper.start()
    try:
        yield renew
    finally:
        over.set()
        keeper.join()
        for running in held:
            running.terminate()
            running.wait()
