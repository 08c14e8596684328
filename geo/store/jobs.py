"""Long work: what was asked, how far it is, what it ended in."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, insert, update
from sqlalchemy.orm import Session

from geo.errors import NotFound
from geo.store.models import Job as Row
from geo.store.statements import statement

STATES = {
    "todo": "waiting", "doing": "running", "succeeded": "done", "failed": "failed",
    "cancelled": "cancelled", "aborting": "running", "aborted": "cancelled",
}  # fmt: skip
"""What the queue says, and what people are told."""
ENDED = {"done", "failed", "cancelled"}


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of long work; `run` is its result and `problem` its fault, else None."""

    number: int
    kind: str
    inputs: dict[str, Any]
    who: str
    queued: int | None
    at: dt.datetime
    changed: dt.datetime
    step: str
    done: float
    total: float
    run: int | None
    problem: dict[str, Any] | None
    state: str
    attempts: int

    @property
    def ended(self) -> bool:
        """Tell whether nothing more will come of it."""
        return self.state in ENDED


def add(session: Session, kind: str, inputs: Mapping[str, Any], who: str) -> int:
    """Note what is asked; give the job's number."""
    row = {"kind": kind, "inputs": dict(inputs), "who": who}
    return session.execute(insert(Row).values(row).returning(Row.fid)).scalar_one()


def queued(session: Session, number: int, entry: int) -> None:
    """Note which entry of the queue is the job's."""
    session.execute(update(Row).where(Row.fid == number).values(queued=entry))


def told(session: Session, number: int, step: str, done: float, total: float) -> None:
    """Note how far it is."""
    values = {"step": step, "done": done, "total": total, "changed": func.now()}
    session.execute(update(Row).where(Row.fid == number).values(values))


def ended(
    session: Session, number: int, *, run: int | None = None,
    problem: Mapping[str, Any] | None = None,
) -> None:  # fmt: skip
    """Note what it ended in: a run, or a problem."""
    values = {"run": run, "problem": dict(problem) if problem else None, "changed": func.now()}
    session.execute(update(Row).where(Row.fid == number).values(values))


def read(session: Session, number: int) -> Job:
    """Give a job, or raise `NotFound`."""
    found = _seen(session, number, 1)
    if not found:
        raise NotFound(f"no job {number}", zh=f"没有任务 {number}", where=[str(number)])
    return found[0]


def latest(session: Session, *, most: int = 50) -> list[Job]:
    """List jobs, the newest first."""
    return _seen(session, None, most)


def _seen(session: Session, number: int | None, most: int) -> list[Job]:
    rows = session.execute(statement("jobs_seen"), {"number": number, "most": most})
    return [_job(dict(row)) for row in rows.mappings()]


def _job(row: dict[str, Any]) -> Job:
    return Job(number=row.pop("fid"), state=STATES[row.pop("status")], **row)
