"""Judge a file in a process of its own, which is stopped when it asks for too much.

Whatever the file does to its reader, the service goes on: the child has so many seconds and
so much memory, is watched from outside, and changes nothing.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    from api.tasks.intake import Confirmed

MOST_BYTES = 2 * 2**30
"""Of memory; a larger layer comes in by the command line, or in parts as GeoPackage."""
FEWEST_S, S_PER_MB = 90.0, 2.0
"""How long a file may be judged: so long, and so much longer for each of its megabytes.

Counted is the work of the child: on a busy machine it waits through no fault of the file.
"""
_WAITS = 10
"""So many times as long it may take by the clock, whatever it waits for."""
_LOOK_S = 0.05


def judged(path: Path, confirmed: "Confirmed", page: Path, database: str) -> dict[str, Any]:
    """Run the command on a file and read its answer; whatever goes wrong is an answer too.

    Parameters
    ----------
    page : path
        Where the page of findings is written.
    database : str
        Address of the store.
    """
    longest_s = FEWEST_S + S_PER_MB * path.stat().st_size / 2**20
    with tempfile.TemporaryDirectory(prefix="wangge-") as scratch:
        words = [*_command(path, confirmed, Path(scratch)), "--report", str(page)]
        env = {**os.environ, "WANGGE_DATABASE_URL": database, "TMPDIR": scratch}
        out = Path(scratch) / "answer.json"
        fault = watched(words, env, out, longest_s=longest_s)
        if fault is not None:
            return fault
        try:
            answer: dict[str, Any] = orjson.loads(out.read_bytes())
        except ValueError:
            return _stopped(
                "broke off", "程序中途停止", "the file may be damaged", "文件可能已损坏"
            )
    return answer


def _command(path: Path, confirmed: "Confirmed", scratch: Path) -> Iterator[str]:
    yield from (sys.executable, "-m", "api.cli", "import", str(path), "--dry-run", "--json")
    given = {
        "--as": confirmed.layer, "--crs": confirmed.crs, "--encoding": confirmed.encoding,
        "--net": confirmed.net,
    }  # fmt: skip
    yield from (f"{option}={value}" for option, value in given.items() if value)
    yield from (f"--accept={code}" for code in confirmed.accept)
    yield from (f"--map={field}={column}" for field, column in confirmed.columns.items())
    yield from ["--give-codes"] if confirmed.give_codes else []
    yield from ["--mend-datum"] if confirmed.mend_datum else []
    if confirmed.control:
        table = scratch / "control.csv"
        rows = [",".join(map(repr, point)) for point in confirmed.control]
        table.write_text("\n".join(["x,y,lon,lat", *rows]), "utf-8")
        yield f"--control={table}"


def watched(
    words: Sequence[str],
    env: Mapping[str, str],
    out: Path,
    *,
    longest_s: float,
    most_bytes: int = MOST_BYTES,
) -> dict[str, Any] | None:
    """Run a command within its work and memory; say why it was stopped, None when it ended.

    Parameters
    ----------
    out : path
        Where what it prints is kept.
    """
    until = time.monotonic() + _WAITS * longest_s
    with out.open("wb") as answer:
        child = subprocess.Popen(words, stdout=answer, stderr=subprocess.DEVNULL, env=dict(env))
    try:
        _bound_cpu(child.pid, longest_s)
        while child.poll() is None:
            work_s, held_bytes = _used(child.pid)
            if work_s > longest_s or time.monotonic() > until:
                return _stopped(
                    f"took longer than {longest_s:.0f} s", f"检查超过 {longest_s:.0f} 秒",
                    "it may be meant to do harm; large true layers come in with `wangge import`",
                    "文件可能有意构造；确为大型数据时请用命令行 wangge import 导入",
                )  # fmt: skip
            if held_bytes > most_bytes:
                return _stopped(
                    f"asked for more than {most_bytes // 2**20:,} MB of memory",
                    f"检查所需内存超过 {most_bytes // 2**20} MB",
                    "send it as GeoPackage, which is read in parts, or use `wangge import`",
                    "请改用 GeoPackage（可分批读取），或用命令行 wangge import 导入",
                )  # fmt: skip
            time.sleep(_LOOK_S)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    return None


def _bound_cpu(pid: int, longest_s: float) -> None:
    """Have the system end the child in the end, should nobody be left to watch it."""
    if hasattr(resource, "prlimit"):
        most = int(2 * longest_s) + 60
        try:
            resource.prlimit(pid, resource.RLIMIT_CPU, (most, most))
        except ProcessLookupError:
            return


def _used(pid: int) -> tuple[float, int]:
    """Give the seconds that a process has worked, and the memory it holds; 0 where none tells."""
    try:
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0, 0
    ticks = int(words[11]) + int(words[12])
    return ticks / os.sysconf("SC_CLK_TCK"), int(words[21]) * resource.getpagesize()


def _stopped(en: str, zh: str, hint: str, hint_zh: str) -> dict[str, Any]:
    return {
        "error": "file", "message": f"the judging of this file {en}; nothing was changed",
        "zh": f"{zh}，已停止；数据库没有任何改动", "hint": hint, "hint_zh": hint_zh,
    }  # fmt: skip
