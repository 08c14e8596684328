"""Uploads and the service: a file cannot take it down, and a stop leaves no upload waiting for ever."""

import os
import sys
from pathlib import Path

import pytest

from api.tasks import intake, judge_upload, upload_lock
from api.tasks.work import Work
from geo.errors import Conflict

pytestmark = pytest.mark.store


def watched(folder: Path, program: str, **limits: float) -> dict[str, object] | None:
    words = [sys.executable, "-c", program]
    given = {"longest_s": 30.0, "most_bytes": 2**30} | limits
    return judge_upload.watched(words, os.environ, folder / "answer", **given)


def test_a_child_that_ends_by_itself_has_no_fault(tmp_path: Path) -> None:
    assert watched(tmp_path, "print('{}')") is None
    assert (tmp_path / "answer").read_text() == "{}\n"


@pytest.mark.parametrize(
    ("program", "limits", "word"),
    [
        ("while True: pass", {"longest_s": 0.5}, "longer"),
        ("import time\nheld = b'x' * 2**27\ntime.sleep(20)", {"most_bytes": 2**26}, "memory"),
    ],
)
def test_a_child_that_asks_too_much_is_stopped_and_said_so(
    tmp_path: Path, program: str, limits: dict[str, float], word: str
) -> None:
    fault = watched(tmp_path, program, **limits)
    assert fault is not None
    assert word in str(fault["message"])
    assert all(fault[n] for n in ("zh", "hint", "hint_zh"))


@pytest.mark.parametrize("state", intake.WAITING)
def test_a_stopped_service_leaves_a_way_on(work: Work, state: str) -> None:
    key, path = intake.opened(work, "grid.gpkg")
    intake.record(work, key, intake.told(work, key) | {"state": state})
    assert intake.told(work, key)["state"] == state, "somebody is at work on it"
    upload_lock.release(path.parents[1])
    told = intake.told(work, key)
    assert told["state"] == "refused"
    assert told["problem"]["hint_zh"]
    assert next(t for t in intake.listed(work) if t["id"] == key)["state"] == "refused"


def test_what_came_in_is_judged_no_more(work: Work) -> None:
    key, path = intake.opened(work, "grid.gpkg")
    upload_lock.release(path.parents[1])
    intake.record(work, key, intake.told(work, key) | {"state": "imported"})
    with pytest.raises(Conflict):
        intake.JudgeUpload(id=key).run(work)
    assert intake.told(work, key)["state"] == "imported"
