"""Third-party map assets: which files, where they lie, and the proof that they are the right ones.

`python -m maps.vendor` copies the files of `static/vendor.lock.json` out of ``node_modules``
(filled by ``npm ci --ignore-scripts``) and checks each against its SHA-256. With
``--relock`` it writes the sums anew, after a version was changed on purpose.
"""

import argparse
import hashlib
import json
import sys
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path

from geo.errors import Unavailable

STATIC = Path(__file__).parent / "static"
VENDOR = STATIC / "vendor"
LOCK = STATIC / "vendor.lock.json"
COMMAND = "npm ci --ignore-scripts && python -m maps.vendor"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of a package: its path inside the package and its SHA-256."""

    package: str
    version: str
    file: str
    sha256: str
    licence: str

    @property
    def path(self) -> Path:
        """Where the copy lies, under ``static/vendor/<package>-<version>/``."""
        return VENDOR / f"{self.package}-{self.version}" / self.file.removeprefix("dist/")

    @property
    def url(self) -> str:
        """The address below ``/static``."""
        return self.path.relative_to(STATIC).as_posix()


@lru_cache(maxsize=1)
def assets() -> tuple[Asset, ...]:
    """Give every vendored file, in the order of the lock."""
    return tuple(Asset(**row) for row in json.loads(LOCK.read_text("utf-8")))


def asset(name: str) -> Asset:
    """Give one vendored file by its file name, or raise `Unavailable` when it is not here.

    Raises
    ------
    Unavailable
        When the copy is missing; the message names the file and the command that brings it.
    """
    found = next(a for a in assets() if Path(a.file).name == name)
    if not found.path.is_file():
        raise _missing([found.url])
    return found


def check() -> None:
    """Raise `Unavailable` unless every vendored file is here and is the one that was locked."""
    if missing := [a.url for a in assets() if not a.path.is_file()]:
        raise _missing(missing)
    if changed := [a.url for a in assets() if _sha256(a.path) != a.sha256]:
        raise Unavailable(
            f"map assets differ from their lock: {', '.join(changed)}",
            zh=f"地图资源与锁定文件不一致：{'、'.join(changed)}",
            where=changed,
            hint=f"fetch them again: {COMMAND}",
            hint_zh=f"请重新获取：{COMMAND}",
        )


def copy(node_modules: Path) -> tuple[Asset, ...]:
    """Copy the locked files out of ``node_modules`` and check each one."""
    for item in assets():
        source = node_modules / item.package / item.file
        if not source.is_file():
            raise _missing([f"{item.package}/{item.file}"])
        item.path.parent.mkdir(parents=True, exist_ok=True)
        item.path.write_bytes(source.read_bytes())
    check()
    return assets()


def relock(node_modules: Path) -> tuple[Asset, ...]:
    """Write version, licence and SHA-256 of what ``node_modules`` holds into the lock."""
    rows = []
    for item in assets():
        package = json.loads((node_modules / item.package / "package.json").read_text("utf-8"))
        digest = _sha256(node_modules / item.package / item.file)
        rows.append(Asset(item.package, package["version"], item.file, digest, package["license"]))
    LOCK.write_text(json.dumps([asdict(r) for r in rows], indent=2) + "\n", "utf-8")
    assets.cache_clear()
    return assets()


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _missing(names: list[str]) -> Unavailable:
    return Unavailable(
        f"map assets are missing: {', '.join(names)}",
        zh=f"缺少地图资源：{'、'.join(names)}",
        where=names,
        hint=f"run: {COMMAND}",
        hint_zh=f"请运行：{COMMAND}",
    )


def main() -> int:
    """Copy and check; give the exit code."""
    parser = argparse.ArgumentParser(prog="python -m maps.vendor", description=__doc__)
    parser.add_argument("--node-modules", type=Path, default=Path("node_modules"))
    parser.add_argument("--relock", action="store_true", help="write the sums anew")
    options = parser.parse_args()
    try:
        if options.relock:
            relock(options.node_modules)
        done = copy(options.node_modules)
    except Unavailable as error:
        sys.stderr.write(f"{error.zh}\n{error}\n")
        return 3
    sys.stdout.write(f"{len(done)} map assets in {VENDOR}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
