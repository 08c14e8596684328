"""The command line as a person types it: answers, messages, exit codes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.tasks.work import Work

pytestmark = pytest.mark.store


@pytest.fixture
def wangge(work: Work, database_url: str) -> "Wangge":
    """Give the command on the test's own store."""
    return Wangge(database_url)


class Wangge:
    """Runs the command and gives its exit code and what it said."""

    def __init__(self, url: str) -> None:
        self.env = {**os.environ, "WANGGE_DATABASE_URL": url, "COLUMNS": "200"}

    def __call__(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "api.cli", *words]
        return subprocess.run(
            command, capture_output=True, text=True, env=self.env, timeout=180, check=False
        )


def test_answers_come_as_json(wangge: Wangge) -> None:
    done = wangge("check", "--json")
    assert done.returncode == 1  # the district has errors planted
    told = json.loads(done.stdout)
    assert told["counts"]["CODE_INVALID"] == 1
    assert {"zh", "en", "area_m2", "households", "hint_zh"} <= set(told["findings"][0])


def test_a_missing_file_is_named_with_the_way_out(wangge: Wangge, tmp_path: Path) -> None:
    done = wangge("import", str(tmp_path / "none.shp"), "--as", "grid")
    assert done.returncode == 5
    assert "none.shp" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("areas", "history", "999999"), 3),
        (("stations", "nearest", "--lon", "119", "--lat", "32", "--walker", "bird"), 2),
        (("maps", "draw", "treasure", "--out", "x.html"), 2),
        (("nonsense",), 2),
        (("db", "down"), 2),
        (("serve", "--port", "x"), 2),
        (("areas", "at", "--lon", "1e9", "--lat", "nan"), 2),
        (("export", "grid", "/proc/none/x.csv"), 2),
    ],
)
def test_wrong_use_ends_with_its_exit_code_and_words(
    wangge: Wangge, words: tuple[str, ...], code: int
) -> None:
    done = wangge(*words)
    assert done.returncode == code
    assert any("\u4e00" <= letter <= "\u9fff" for letter in done.stderr)
    assert "Traceback" not in done.stderr


def test_a_failure_can_be_read_by_programs_too(wangge: Wangge) -> None:
    done = wangge("areas", "history", "999999", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["error"] == "not_found"
