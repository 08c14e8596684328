"""Long work: asked for, done by a worker, watched, cancelled, taken up after a kill."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest
import squareton
from beside import beside
from fastapi.testclient import TestClient

from api.http import create_app
from api.jobs import work_on
from api.jobs.orders import OrderJob, ReadJob
from api.tasks.work import Work, perform
from geo import store

ASKED = {"kind": "coverage", "inputs": {"minutes": [5, 10], "by": "grid"}}
WORKER = """
import sys
from api.jobs import kinds, work_on, working
from api.settings import Settings
from api.tasks.work import Form, Work
from geo import store
import time

class Slow(Form):
    seconds: float

    def run(self, work):
        begun = time.monotonic()
        while (past := time.monotonic() - begun) < self.seconds:
            work.progress("慢慢来", past, self.seconds)
            time.sleep(0.05)
        return {"slept": self.seconds}

kinds.KINDS["coverage"] = Slow
working.HEARTBEAT_S, working.SILENT_S = 0.2, 1.0
work_on(Work(settings=Settings(), database=store.connect(sys.argv[1])), wait=sys.argv[2] == "wait")
"""


@pytest.fixture(scope="module")
def work(db: store.Database) -> Work:
    """Give work on a town of squares."""
    return squareton.kept(db)


@pytest.fixture(scope="module")
def door(work: Work) -> Iterator[TestClient]:
    """Give a browser on the machine itself."""
    with beside(create_app(work, draw_first=False)) as made:
        yield made


@pytest.fixture
def worker(db: store.Database) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start workers to whom every job takes the seconds that it is told."""
    address = db.engine.url.render_as_string(hide_password=False)
    started = []

    def start(*, wait: bool = True) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", WORKER, address, "wait" if wait else "once"]
        running = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        started.append(running)
        return running

    yield start
    for running in started:
        running.kill()
        running.wait()


def worked(work: Work) -> None:
    """Do what waits; a browser's own loop may run in this thread."""
    with ThreadPoolExecutor(1) as beside_it:
        beside_it.submit(work_on, work, wait=False).result()


def order(work: Work, seconds: float) -> int:
    """Ask for a job that takes so long, past the check of its form."""
    number = perform(OrderJob(kind="coverage"), work).number
    with work.db.session() as session:
        session.connection().exec_driver_sql(
            "update jobs set inputs = %s::jsonb where fid = %s",
            (orjson.dumps({"seconds": seconds}).decode(), number),
        )
    return number


def until(work: Work, number: int, *states: str, step: str = "") -> dict[str, object]:
    """Wait until a job is in one of some states, and at a step when one is named."""
    for _ in range(1200):
        job = perform(ReadJob(number=number), work)
        if job["state"] in states and step in job["progress"]["step"]:
            return job
        time.sleep(0.05)
    raise AssertionError(job)


def test_a_job_gives_what_the_form_gives_at_once(door: TestClient, work: Work) -> None:
    asked = door.post("/v1/jobs", json=ASKED)
    assert asked.status_code == 202
    where = asked.headers["location"]
    assert door.get(where).json()["state"] == "waiting"
    worked(work)
    done = door.get(where).json()
    assert done["state"] == "done", done["problem"]
    now = door.get("/v1/coverage", params={"minutes": [5, 10], "by": "grid"}).json()
    assert done["result"].keys() == now.keys()
    with work.db.read() as session:
        run = store.runs.read(session, done["run"])
    assert (run.kind, run.inputs["minutes"]) == ("job coverage", [5, 10])


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"kind": "nothing"}, 404),
        ({"kind": "coverage", "inputs": {"walker": ["no"]}}, 400),
        ({"kind": "sites", "inputs": {"count": 3, "out": "/etc/passwd"}}, 400),
    ],
)
def test_what_cannot_be_done_is_refused_at_once(
    door: TestClient, told: dict[str, object], status: int
) -> None:
    assert door.post("/v1/jobs", json=told).status_code == status


def test_a_fault_is_told(door: TestClient, work: Work, caplog: pytest.LogCaptureFixture) -> None:
    told = {"kind": "coverage", "inputs": {"walker": "bird"}}
    where = door.post("/v1/jobs", json=told).headers["location"]
    worked(work)
    job = door.get(where).json()
    assert (job["state"], job["problem"]["code"]) == ("failed", "bad_input")
    written = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [record.exc_info for record in written] == [None]
    assert "bad_input: " in written[0].getMessage()
    again = door.post(f"{where}/retry")
    assert again.status_code == 202
    assert again.headers["location"] != where
    worked(work)


def test_progress_is_sent_as_it_comes_and_a_cancelled_job_stops(
    door: TestClient, work: Work, worker: Callable[..., object]
) -> None:
    number = order(work, 60)
    with ThreadPoolExecutor(1) as beside_it:
        watched = beside_it.submit(door.get, f"/v1/jobs/{number}/events")  # before it begins
        worker()
        until(work, number, "running", step="慢慢来")
        assert door.delete(f"/v1/jobs/{number}").status_code == 202
        sent = watched.result().text
    assert sent.startswith("event: progress\n")
    assert "慢慢来" in sent
    last = orjson.loads(sent.rsplit("data: ", 1)[1])
    assert "event: end" in sent
    assert last["state"] == "cancelled"
    assert last["run"] is None
    assert door.delete(f"/v1/jobs/{number}").status_code == 409


def test_a_job_that_waits_never_begins_once_cancelled(door: TestClient, work: Work) -> None:
    number = order(work, 1)
    assert door.delete(f"/v1/jobs/{number}").status_code == 202
    worked(work)
    assert door.get(f"/v1/jobs/{number}").json()["state"] == "cancelled"


def test_a_killed_workers_job_is_done_by_another(
    work: Work, worker: Callable[..., subprocess.Popen[bytes]]
) -> None:
    number = order(work, 2.0)
    first = worker()
    until(work, number, "running")
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    worker()
    job = until(work, number, "done", "failed")
    assert job["state"] == "done"
    assert job["attempts"] >= 1
    assert job["result"] == {"slept": 2.0}
