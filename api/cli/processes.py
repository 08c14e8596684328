"""Processes of the service side by side on one socket, and how they give way to fresh ones."""

import os
import resource
import sys
import tempfile
from collections.abc import Callable
from contextlib import suppress
from socket import socket

from uvicorn import Config, Server
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

APPLICATION, PROTOCOL = "api.http:create_app", "api.http.express:Express"
MOST_FILES = 65_536
LEAVE_S = 30
"""A process that ends waits so long for answers under way."""
PATIENT_S = 180
"""A process that does not answer for so long is replaced; a fresh one may take so long."""


class SideBySide(Multiprocess):
    """Told to (SIGHUP), each process gives way to a fresh one that is ready; nobody waits."""

    def __init__(self, config: Config, sockets: list[socket], renew: Callable[[], None]) -> None:
        super().__init__(config, sockets)
        self._renew = renew

    def handle_hup(self) -> None:
        """Change places one by one, then renew what works beside."""
        super().handle_hup()
        self._renew()


def run(host: str, port: int, workers: int, renew: Callable[[], None]) -> None:
    """Serve until told to end."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = MOST_FILES if most == resource.RLIM_INFINITY else min(most, MOST_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, most))
    config = Config(
        APPLICATION, factory=True, host=host, port=port, workers=workers, http=PROTOCOL,
        loop="uvloop", ws="none", access_log=False, server_header=False, log_level="warning", backlog=4096,
        timeout_graceful_shutdown=LEAVE_S, timeout_worker_healthcheck=PATIENT_S,
    )  # fmt: skip
    if workers == 1:
        server = Server(config)
        with suppress(KeyboardInterrupt):
            server.run()
        if not server.started:
            sys.exit(STARTUP_FAILURE)
        return
    with tempfile.TemporaryDirectory(prefix="wangge-metrics-") as shared:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = shared
        SideBySide(config, [config.bind_socket()], renew).run()
