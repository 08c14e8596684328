"""The server itself: made, started, found, stopped; whatever was left by a violent end cleared."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from geo.errors import Unavailable
from geo.store.cluster.binaries import Binaries, find_binaries
from geo.store.cluster.folders import Folders, socket_folder

ROLE = DATABASE = "wangge"
PORT = 5432
_START_S = 120.0
_STOP_S = 30.0
_LOG_LIMIT = 5_000_000
_PROC = Path("/proc/self/cwd")
_CONFIG = """\
# Written by Wangge at every start; settings of your own belong into postgresql.conf, below.
listen_addresses = ''
port = {port}
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 128MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
random_page_cost = 1.1
jit = off
wal_level = minimal
max_wal_senders = 0
max_wal_size = 1GB
checkpoint_timeout = 15min
max_parallel_workers_per_gather = 1
timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server, as its pid file tells."""

    pid: int
    socket: Path
    started_at: float
    ready: bool


def running(data: Path) -> Server | None:
    """Find the server of a data folder; None when it is not running, whatever the pid file says."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except (FileNotFoundError, NotADirectoryError):
        return None
    if len(lines) < 5 or not _serves(int(lines[0]), data):
        return None
    ready = len(lines) > 7 and lines[7].strip() == "ready"
    return Server(int(lines[0]), Path(lines[4]), float(lines[2]), ready)


def make(folders: Folders, binaries: Binaries, *, lock: int) -> None:
    """Make the data folder, wholly or not at all.

    A fresh folder is filled and then renamed, so that a half-made one is never taken for
    a good one, and a good one is never touched. ``initdb`` inherits the file descriptor of
    the `lock`: when the program is killed, others wait until its orphan has ended as well.
    """
    for old in folders.root.glob("making-*"):
        shutil.rmtree(old)
    making = Path(tempfile.mkdtemp(prefix="making-", dir=folders.root))
    folders.give(making, 0o700)
    _run(
        folders,
        [binaries.program("initdb"), "--pgdata", str(making), "--username", ROLE,
         "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C.UTF-8",
         "--data-checksums", "--no-instructions"],
        lock=lock,
    )  # fmt: skip
    with (making / "postgresql.conf").open("r+") as config:
        own = config.read()
        config.seek(0)
        config.write(f"include 'wangge.conf'\n\n{own}")
    making.rename(folders.data)


def start(folders: Folders) -> Server:
    """Start the server of an existing data folder and wait until it answers.

    Raises
    ------
    Unavailable
        When the folder is of a version that is not installed, or the server does not come
        up; the message ends with what the server said.
    """
    binaries = find_binaries(major=_version(folders.data))
    _require_nobody(folders.data)
    clear_wreck(folders)
    _configure(folders)
    pid = _launch(folders, binaries)
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and _serves(pid, folders.data, starting=True):
        server = running(folders.data)
        if server and server.pid == pid and server.ready:
            return server
        time.sleep(0.01)
    raise _failed(folders, "the database server did not start", "数据库服务器未能启动")


def stop(server: Server, data: Path) -> None:
    """Stop a server: open transactions are rolled back; violently when it does not listen."""
    for how, patience_s in ((signal.SIGINT, _STOP_S), (signal.SIGQUIT, 5.0)):
        _signal(server.pid, how)
        if _gone(data, [server.pid], patience_s):
            return
    clear_wreck_processes(data)


def clear_wreck(folders: Folders) -> None:
    """Clear what a killed server left: its children, its pid file, its socket.

    Call it only under the lock, and only when the server is not running. Children of a
    dead server finish their query before they notice; nobody waits for its answer.
    """
    if not _PROC.exists():
        return
    clear_wreck_processes(folders.data)
    (folders.data / "postmaster.pid").unlink(missing_ok=True)
    for left in socket_folder(folders).glob(".s.PGSQL.*"):
        left.unlink()


def clear_wreck_processes(data: Path) -> None:
    """End every process of a data folder, and wait for it."""
    for how in (signal.SIGQUIT, signal.SIGKILL):
        left = _processes(data)
        for pid in left:
            _signal(pid, how)
        if _gone(data, left, 5.0):
            return


def _require_nobody(data: Path) -> None:
    """Refuse a folder whose socket is answered by a server that we cannot see.

    It runs in another container that shares the folder; a second one would destroy it. A
    server that was just killed may answer for a moment longer.
    """
    try:
        name = Path((data / "postmaster.pid").read_text().splitlines()[4]) / f".s.PGSQL.{PORT}"
    except (FileNotFoundError, IndexError):
        return
    deadline = time.monotonic() + 2.0
    while _answered(name):
        if time.monotonic() > deadline:
            raise Unavailable(
                f"a server that runs elsewhere uses {data}",
                zh=f"{data} 正被另一处（例如其他容器）的数据库服务器使用",
                hint="give every container its own WANGGE_HOME, or one WANGGE_DATABASE_URL to all",
                hint_zh="请为每个容器设置各自的 WANGGE_HOME，或共用一个 WANGGE_DATABASE_URL",
            )
        time.sleep(0.05)


def _answered(name: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as caller:
        try:
            caller.connect(str(name))
        except OSError:
            return False
    return True


def _serves(pid: int, data: Path, *, starting: bool = False) -> bool:
    """Say whether a process is a server of this data folder, and no namesake by number."""
    if not _PROC.exists():
        return _signal(pid, 0)
    try:
        if starting and Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
            return True  # it has not changed to its folder yet
        name = Path(f"/proc/{pid}/comm").read_text().strip()
        return name == "postgres" and data.samefile(f"/proc/{pid}/cwd")
    except (FileNotFoundError, ProcessLookupError):
        return False
    except PermissionError:
        return True  # somebody else's process: the socket will tell


def _processes(data: Path) -> list[int]:
    if not _PROC.exists():
        return []
    numbers = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit())
    return [pid for pid in numbers if pid != os.getpid() and _readable(pid) and _serves(pid, data)]


def _readable(pid: int) -> bool:
    return os.access(f"/proc/{pid}/cwd", os.R_OK)


def _signal(pid: int, number: int) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _gone(data: Path, pids: list[int], patience_s: float) -> bool:
    deadline = time.monotonic() + patience_s
    while any(_serves(pid, data) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _version(data: Path) -> int:
    try:
        return int((data / "PG_VERSION").read_text())
    except (OSError, ValueError) as fault:
        raise Unavailable(
            f"{data} is no database folder: {fault}",
            zh=f"{data} 不是数据库文件夹：{fault}",
            hint="move it away; a new one is made at the next start",
            hint_zh="请把它移走；下次启动时会重新建立",
        ) from fault


def _configure(folders: Folders) -> None:
    config = folders.data / "wangge.conf"
    config.write_text(_CONFIG.format(port=PORT, socket=socket_folder(folders)))
    folders.give(config, 0o600)
    if folders.log.exists() and folders.log.stat().st_size > _LOG_LIMIT:
        folders.log.replace(folders.log.with_suffix(".log.1"))


def _launch(folders: Folders, binaries: Binaries) -> int:
    """Launch the server in a session of its own: Ctrl-C is for the program, not for it."""
    script = 'log=$1; shift; "$@" </dev/null >>"$log" 2>&1 & echo $!'
    server = [binaries.program("postgres"), "-D", str(folders.data)]
    return int(_run(folders, ["/bin/sh", "-c", script, "sh", str(folders.log), *server]))


def _run(folders: Folders, command: list[str], *, lock: int | None = None) -> str:
    as_other = os.geteuid() == 0
    ran = subprocess.run(
        command,
        user=folders.owner.uid if as_other else None,
        group=folders.owner.gid if as_other else None,
        extra_groups=[] if as_other else None,
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"},
        cwd="/",
        umask=0o077,
        start_new_session=True,
        pass_fds=[] if lock is None else [lock],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode != 0:
        said = ran.stderr.strip() or ran.stdout.strip()
        raise Unavailable(
            f"{Path(command[0]).name} failed: {said[-600:]}",
            zh=f"{Path(command[0]).name} 执行失败：{said[-600:]}",
        )
    return ran.stdout


def _failed(folders: Folders, message: str, zh: str) -> Unavailable:
    said = folders.log.read_text(errors="replace")[-600:].strip() if folders.log.exists() else ""
    return Unavailable(
        f"{message}: {said}",
        zh=f"{zh}：{said}",
        hint=f"the whole log is {folders.log}",
        hint_zh=f"完整日志见 {folders.log}",
    )
