"""Where PostgreSQL and PostGIS are on this machine."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from geo.errors import Unavailable

OLDEST_POSTGRES = 15
OLDEST_POSTGIS = (3, 3)
_USUAL = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat and kin, from the PostgreSQL repository
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """The programs of one PostgreSQL that has PostGIS beside it."""

    folder: Path
    version: tuple[int, int]
    postgis: tuple[int, int]

    def program(self, name: str) -> str:
        """Give the path of a program such as ``initdb``."""
        return str(self.folder / name)


def find_binaries(folders: Iterable[Path] | None = None, *, major: int | None = None) -> Binaries:
    """Find the newest PostgreSQL that has PostGIS.

    Parameters
    ----------
    folders : iterable of Path, optional
        Folders that may hold ``initdb`` and ``postgres``. Without them: ``PATH``, what
        ``pg_config`` names, and the usual places of Linux and macOS packages.
    major : int, optional
        Only this major version, because a data folder belongs to one.

    Raises
    ------
    Unavailable
        When there is none that is new enough; the hint names the packages.
    """
    found = [b for b in map(_inspect, folders if folders is not None else _folders()) if b]
    fitting = [b for b in found if major in (None, b.version[0])]
    if fitting:
        return max(fitting, key=lambda b: (b.version, b.postgis))
    wanted = major or OLDEST_POSTGRES
    raise Unavailable(
        f"no PostgreSQL {wanted}{'' if major else ' or newer'} with PostGIS 3.3 or newer here",
        zh=f"本机没有 PostgreSQL {wanted}{'' if major else ' 及以上'}与 PostGIS 3.3 及以上版本",
        hint="Debian and Ubuntu: apt-get install postgresql postgresql-postgis; "
        "macOS: brew install postgresql postgis; or point WANGGE_DATABASE_URL at a server",
        hint_zh="Debian、Ubuntu：apt-get install postgresql postgresql-postgis；"
        "macOS：brew install postgresql postgis；或用 WANGGE_DATABASE_URL 指向已有服务器",
    )


def _folders() -> Iterator[Path]:
    yield from map(Path, filter(None, os.environ.get("PATH", "").split(os.pathsep)))
    if told := _answer("pg_config", "--bindir"):
        yield Path(told)
    for pattern in _USUAL:
        yield from Path("/").glob(pattern.lstrip("/"))


def _inspect(folder: Path) -> Binaries | None:
    if not all(shutil.which(name, path=str(folder)) for name in ("initdb", "postgres")):
        return None
    folder = (folder / "postgres").resolve().parent  # PATH often holds links
    version = _numbers(_answer(str(folder / "postgres"), "--version"))
    if version is None or version[0] < OLDEST_POSTGRES:
        return None
    postgis = max(filter(None, map(_postgis, _shares(folder, version[0]))), default=None)
    if postgis is None or postgis < OLDEST_POSTGIS:
        return None
    return Binaries(folder, version, postgis)


def _shares(folder: Path, major: int) -> Iterator[Path]:
    if told := _answer(str(folder / "pg_config"), "--sharedir"):
        yield Path(told)
    yield Path(f"/usr/share/postgresql/{major}")
    yield folder.parent / "share" / "postgresql"
    yield folder.parent / "share"


def _postgis(share: Path) -> tuple[int, int] | None:
    control = share / "extension" / "postgis.control"
    if not control.is_file():
        return None
    named = re.search(r"^default_version\s*=\s*'([^']+)'", control.read_text(), re.MULTILINE)
    return _numbers(named[1]) if named else None


def _answer(program: str, option: str) -> str:
    path = shutil.which(program)
    if path is None:
        return ""
    ran = subprocess.run([path, option], capture_output=True, text=True, check=False)
    return ran.stdout.strip() if ran.returncode == 0 else ""


def _numbers(text: str) -> tuple[int, int] | None:
    found = re.search(r"(\d+)(?:\.(\d+))?", text)
    return (int(found[1]), int(found[2] or 0)) if found else None
