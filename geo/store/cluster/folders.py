"""Where the private cluster lives, and as whom its server runs."""

import hashlib
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from geo.errors import Unavailable

_SOCKET = ".s.PGSQL.5432"
_LONGEST_SOCKET = 100
"""Bytes. Linux takes 107 in a socket address, macOS 103; both are kept."""
_ELSEWHERE = Path("/var/lib/wangge")


@dataclass(frozen=True, slots=True)
class Owner:
    """The user whom the server runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Folders:
    """What belongs to one cluster: `root` holds the data, `home` the locks."""

    home: Path
    root: Path
    owner: Owner

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.root / "data"

    @property
    def log(self) -> Path:
        """What the server said."""
        return self.root / "server.log"

    @property
    def kept(self) -> Path:
        """Marks a server that was asked to stay when the last program leaves."""
        return self.home / "postgres.kept"

    def give(self, path: Path, mode: int) -> None:
        """Give a file or folder to the owner, for nobody else."""
        path.chmod(mode)
        if os.geteuid() == 0:
            os.chown(path, self.owner.uid, self.owner.gid)


def place(home: Path) -> Folders:
    """Make room for the cluster of a home, and say where it is.

    The cluster stands in ``home/postgres``. The server of root runs as an unprivileged
    user, who can often not reach a home below ``/root``; the cluster then stands in
    ``/var/lib/wangge`` and ``home/postgres`` is a link to it.

    Raises
    ------
    Unavailable
        When there is no such user, or no folder that the user can reach.
    """
    home.mkdir(parents=True, exist_ok=True)
    root = home / "postgres"
    owner = _owner(root)
    if not root.exists():
        if os.geteuid() != 0 or _reachable(home, owner):
            root.mkdir(mode=0o700)
        else:
            root.symlink_to(_elsewhere(home))
    folders = Folders(home, root.resolve(), owner)
    folders.give(folders.root, 0o700)
    return folders


def look(home: Path) -> Folders | None:
    """Say where the cluster of a home is, or None when there is none; touches nothing."""
    root = home / "postgres"
    return Folders(home, root.resolve(), _owner(root)) if root.exists() else None


def socket_folder(folders: Folders) -> Path:
    """Make the folder of the Unix socket: beside the data, or a short one when that is too deep.

    Raises
    ------
    Unavailable
        When somebody else sits on the short name.
    """
    folder = folders.root / "socket"
    if not _fits(folder):
        digest = hashlib.sha256(os.fsencode(folders.root)).hexdigest()[:16]
        runtime = os.environ.get("XDG_RUNTIME_DIR", "") if os.geteuid() != 0 else ""
        near = Path(runtime) / f"wangge-{digest}"
        folder = near if runtime and _fits(near) else Path(f"/tmp/wangge-{digest}")  # noqa: S108 — owner and mode are checked below
    try:
        folder.mkdir(mode=0o700)
        folders.give(folder, 0o700)
    except FileExistsError:
        _require_private(folder, folders.owner)
    return folder


def _fits(folder: Path) -> bool:
    text = str(folder)  # a comma or quote would be read as a list of folders
    return len(os.fsencode(folder / _SOCKET)) <= _LONGEST_SOCKET and not set(text) & set(",'\"\\")


def _require_private(folder: Path, owner: Owner) -> None:
    seen = folder.lstat()
    if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != owner.uid or seen.st_mode & 0o077:
        raise Unavailable(
            f"{folder} belongs to somebody else",
            zh=f"{folder} 属于其他用户",
            hint="remove it, or choose a shorter WANGGE_HOME",
            hint_zh="请删除它，或换一个更短的 WANGGE_HOME",
        )


def _owner(root: Path) -> Owner:
    if os.geteuid() != 0:
        return _user(pwd.getpwuid(os.geteuid()))
    if root.exists() and (uid := root.stat().st_uid) != 0:
        return _user(pwd.getpwuid(uid))
    for name in ("postgres", "nobody"):
        try:
            return _user(pwd.getpwnam(name))
        except KeyError:
            continue
    raise Unavailable(
        "PostgreSQL does not run as root, and there is no user postgres or nobody",
        zh="PostgreSQL 不能以 root 运行，而系统中没有 postgres 或 nobody 用户",
        hint="useradd --system postgres",
        hint_zh="请执行 useradd --system postgres",
    )


def _user(entry: pwd.struct_passwd) -> Owner:
    return Owner(entry.pw_name, entry.pw_uid, entry.pw_gid)


def _reachable(home: Path, owner: Owner) -> bool:
    home = home.resolve()
    if home.stat().st_uid == 0:
        home.chmod(home.stat().st_mode | 0o011)  # our own folder: may be passed, not read
    return all(_may_pass(folder.stat(), owner) for folder in (home, *home.parents))


def _may_pass(folder: os.stat_result, owner: Owner) -> bool:
    if folder.st_uid == owner.uid:
        return bool(folder.st_mode & stat.S_IXUSR)
    if folder.st_gid == owner.gid:
        return bool(folder.st_mode & stat.S_IXGRP)
    return bool(folder.st_mode & stat.S_IXOTH)


def _elsewhere(home: Path) -> Path:
    try:
        _ELSEWHERE.mkdir(mode=0o755, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix="cluster-", dir=_ELSEWHERE))
    except OSError as fault:
        raise Unavailable(
            f"the database user cannot reach {home}, and {_ELSEWHERE} cannot be made: {fault}",
            zh=f"数据库用户无法进入 {home}，也无法建立 {_ELSEWHERE}：{fault}",
            hint="set WANGGE_HOME to a folder that everybody may pass",
            hint_zh="请把 WANGGE_HOME 设为所有用户都可进入的文件夹",
        ) from fault
    return folder
