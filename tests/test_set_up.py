"""Set-up: everything pinned and nothing idle; on a machine without a package manager, plain words."""

import shutil
import subprocess
import tomllib
from importlib.metadata import distribution, version
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
ORDINARY = (
    "bash", "cat", "cksum", "dirname", "find", "flock", "id", "mktemp", "rm", "sed", "tail", "tr",
    "uname",
)  # fmt: skip


def pins() -> dict[str, str]:
    """Give what constraints.txt says."""
    rows = (line.split("==") for line in (ROOT / "constraints.txt").read_text().splitlines())
    return {canonicalize_name(name): wanted for name, wanted in rows}


def asked_for() -> list[str]:
    """Give what pyproject.toml asks for, to run and to develop; and what builds it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [*project["dependencies"], *project["optional-dependencies"]["dev"], "setuptools"]


def everything(lines: list[str], extra: str, seen: set[tuple[str, str]]) -> set[str]:
    """Give the packages of these requirements on this machine, and all that they require."""
    found = set()
    for line in lines:
        asked = Requirement(line)
        name = canonicalize_name(asked.name)
        if asked.marker and not asked.marker.evaluate({"extra": extra}):
            continue
        found.add(name)
        for part in {"", *asked.extras}:
            if (name, part) not in seen:
                seen.add((name, part))
                found |= everything(distribution(name).requires or [], part, seen)
    return found


def test_what_is_required_is_pinned_and_nothing_else() -> None:
    assert everything(asked_for(), "", set()) == set(pins())


def test_what_is_installed_is_what_is_pinned() -> None:
    assert {name: version(name) for name in pins()} == pins()


def test_a_machine_that_cannot_be_set_up_is_told_what_it_lacks(tmp_path: Path) -> None:
    for name in ORDINARY:
        if found := shutil.which(name):
            (tmp_path / name).symlink_to(found)
    before = sorted((ROOT / ".venv").glob(".ready-*"))
    ran = subprocess.run(
        [ROOT / "deploy" / "setup"],
        env={"PATH": str(tmp_path), "HOME": str(tmp_path), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    for word in ("Python 3.11", "Chromium", "Node.js", "apt-get install", "dnf install", "brew"):
        assert word in ran.stderr
    assert sorted((ROOT / ".venv").glob(".ready-*")) == before
