"""When the private server starts and when it stops.

The rule: **the first program in starts the server, the last one out stops it.** Every
program that asked for the cluster holds a shared lock on ``home/postgres.users`` until it
ends; whoever then gets that lock for itself alone was the last. The kernel drops the lock
of a killed program, so that nobody is counted twice or for ever: a server that outlived
its killed programs is adopted by the next one, which also stops it in the end.
``keep=True`` (``wangge db up``) lets the server stay for the programs to come, until `stop`
(``wangge db down``). Starting and stopping themselves happen under ``home/postgres.lock``,
one program at a time.
"""

import atexit
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from sqlalchemy.engine import URL

from geo.errors import Unavailable
from geo.store.cluster import server
from geo.store.cluster.binaries import find_binaries
from geo.store.cluster.folders import Folders, look, place
from geo.store.cluster.server import DATABASE, PORT, ROLE, Server

_PATIENCE_S = 20.0
_inside: dict[Path, int] = {}
"""Homes whose cluster this process uses, with the file descriptor of the shared lock."""


@dataclass(frozen=True, slots=True)
class Status:
    """What there is: `url`, `pid` and `since` are None when the server is not running."""

    running: bool
    kept: bool
    data: Path | None
    log: Path | None
    pid: int | None = None
    url: str | None = None
    since: datetime | None = None


def ensure(home: Path, *, keep: bool = False) -> str:
    """Give the address of the private cluster of a home, made and started as needed.

    Safe to call by several processes at once and again and again by one; safe as root, after
    a killed server and after a killed program. See the head of this module for who stops it.

    Parameters
    ----------
    home : Path
        Wangge's data folder; made when absent. As deep as one likes.
    keep : bool
        The server stays when the last program has left.

    Returns
    -------
    str
        SQLAlchemy URL over a Unix socket, without secrets. Nothing listens on TCP.

    Raises
    ------
    Unavailable
        When PostgreSQL or PostGIS is missing, or the server does not come up; says why.
    """
    home = home.absolute()
    with _alone(home) as lock:
        folders = place(home)
        _enter(home)
        if not folders.data.exists():
            server.make(folders, find_binaries(), lock=lock)
        found = _answering(folders)
        if keep:
            folders.kept.touch()
    return _url(found)


def revive(home: Path) -> str:
    """Give the address of a cluster in use, whose server is started again when it died."""
    url = status(home).url
    return url if url is not None else ensure(home)


def release(home: Path) -> None:
    """Leave the cluster before the program ends; the last to leave stops the server."""
    home = home.absolute()
    if home not in _inside:
        return
    if not home.exists():
        os.close(_inside.pop(home))  # swept away; its server ends by itself
        return
    with _alone(home):
        users = _inside.pop(home)
        try:
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return  # others are still inside
        finally:
            os.close(users)
        folders = look(home)
        if folders and not folders.kept.exists():
            _stop(folders)


def stop(home: Path) -> bool:
    """Stop the server whoever uses it; open transactions are rolled back.

    Returns
    -------
    bool
        Whether one was running.
    """
    home = home.absolute()
    if look(home) is None:
        return False
    with _alone(home):
        folders = look(home)
        if folders is None:
            return False
        folders.kept.unlink(missing_ok=True)
        return _stop(folders)


def status(home: Path) -> Status:
    """Tell what there is, without starting or changing anything."""
    folders = look(home.absolute())
    if folders is None or not folders.data.exists():
        return Status(running=False, kept=False, data=None, log=None)
    found = server.running(folders.data)
    kept = folders.kept.exists()
    if found is None:
        return Status(running=False, kept=kept, data=folders.data, log=folders.log)
    since = datetime.fromtimestamp(found.started_at, UTC)
    return Status(True, kept, folders.data, folders.log, found.pid, _url(found), since)


def _stop(folders: Folders) -> bool:
    found = server.running(folders.data)
    if found:
        server.stop(found, folders.data)
    return found is not None


@contextmanager
def _alone(home: Path) -> Iterator[int]:
    try:
        home.mkdir(parents=True, exist_ok=True)
        lock = os.open(home / "postgres.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as fault:
        raise Unavailable(
            f"{home} cannot be written: {fault}",
            zh=f"无法写入 {home}：{fault}",
            hint="set WANGGE_HOME to a folder of your own",
            hint_zh="请把 WANGGE_HOME 设为您自己的文件夹",
        ) from fault
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
    finally:
        os.close(lock)


def _enter(home: Path) -> None:
    if home in _inside:
        return
    users = os.open(home / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(users, fcntl.LOCK_SH)
    _inside[home] = users


def _leave_all() -> None:
    for home in list(_inside):
        release(home)


def _forget_all() -> None:
    """Begin as a forked child: the parent is inside, the child is not until it asks."""
    for users in _inside.values():
        os.close(users)
    _inside.clear()


atexit.register(_leave_all)
os.register_at_fork(after_in_child=_forget_all)


def _url(found: Server) -> str:
    query = {"host": str(found.socket), "port": str(PORT)}
    url = URL.create("postgresql+psycopg", username=ROLE, database=DATABASE, query=query)
    return url.render_as_string(hide_password=False)


def _answering(folders: Folders) -> Server:
    """Find or start the server, and see that it answers.

    A server that is being killed, or recovers from a killed child, does not for a moment.
    """
    deadline = time.monotonic() + _PATIENCE_S
    while True:
        found = server.running(folders.data)
        if found and not (found.socket / f".s.PGSQL.{PORT}").exists():
            server.stop(found, folders.data)  # somebody swept the socket away
            found = None
        if found is None:
            found = server.start(folders)
        try:
            _require_database(found)
        except psycopg.OperationalError as fault:
            if time.monotonic() > deadline:
                raise Unavailable(
                    f"the private database does not answer: {str(fault).strip()}",
                    zh=f"本机私有数据库没有应答：{str(fault).strip()}",
                    hint=f"see {folders.log}; wangge db down stops it",
                    hint_zh=f"请查看 {folders.log}；wangge db down 可停止它",
                ) from fault
            time.sleep(0.05)
        else:
            return found


def _require_database(found: Server) -> None:
    """Create the database when a start was cut off before it was there."""
    with psycopg.connect(
        host=str(found.socket), port=PORT, user=ROLE, dbname="postgres", autocommit=True
    ) as connection:
        query = "select 1 from pg_database where datname = %s"
        if connection.execute(query, (DATABASE,)).fetchone() is None:
            connection.execute(f"create database {DATABASE}")
