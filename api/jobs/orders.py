"""What people do with jobs: ask for one, look at it, cancel it, have it tried again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import procrastinate
from procrastinate import jobs as entries
from procrastinate.manager import JobManager
from pydantic import Field, ValidationError

from api.jobs.kinds import form_of
from api.jobs.queue import NAME, TASK, address, app_on
from api.tasks import misfits
from api.tasks.work import Form, Work
from geo import store
from geo.errors import BadInput, Conflict
from geo.store.jobs import Job

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Number = Annotated[int, Field(ge=1, lt=2**63)]
__all__ = ["CancelJob", "Job", "ListJobs", "OrderJob", "ReadJob", "RetryJob", "told"]


def told(job: Job, result: Any = None) -> dict[str, Any]:
    """Give a job as plain values."""
    return {
        "number": job.number, "kind": job.kind, "state": job.state, "who": job.who,
        "asked": job.at.isoformat(), "changed": job.changed.isoformat(), "attempts": job.attempts,
        "progress": {"step": job.step, "done": job.done, "total": job.total},
        "run": job.run, "problem": job.problem, "result": result, "inputs": job.inputs,
    }  # fmt: skip


class OrderJob(Form):
    """Ask for long work of a kind; its inputs are checked now, as they would be at once."""

    kind: str
    inputs: dict[str, Any] = Field(default_factory=dict)

    def run(self, work: Work) -> Job:
        """Note the job and queue it, in one transaction.

        Raises
        ------
        NotFound
            When there is no such kind.
        BadInput
            When its form does not take these inputs.
        """
        try:
            form = form_of(self.kind).model_validate(self.inputs)
        except ValidationError as faults:
            raise misfits.refused(faults) from None
        if files := [name for name, value in form if isinstance(value, Path)]:
            raise BadInput(
                f"a job writes no files on the server: {', '.join(files)}",
                zh=f"后台任务不写服务器文件：{'、'.join(files)}",
                where=files,
            )
        with work.db.session() as session:
            inputs = form.model_dump(mode="json")
            number = store.jobs.add(session, self.kind, inputs, work.who)
            store.jobs.queued(session, number, _defer(work, session, number))
            store.audit.write(session, work.who, f"job {self.kind}", subject=str(number))
            return store.jobs.read(session, number)


class ReadJob(Form):
    """Look at a job."""

    number: Number

    def run(self, work: Work) -> dict[str, Any]:
        """Give its state, how far it is, and what it ended in."""
        with work.db.read() as session:
            job = store.jobs.read(session, self.number)
            result = store.runs.read(session, job.run).result if job.run else None
        return told(job, result)


class ListJobs(Form):
    """List jobs."""

    most: Annotated[int, Field(ge=1, le=1000)] = 50

    def run(self, work: Work) -> list[dict[str, Any]]:
        """Give them, the newest first."""
        with work.db.read() as session:
            return [told(job) for job in store.jobs.latest(session, most=self.most)]


class CancelJob(Form):
    """Take a job back: one that waits never begins, one that runs stops at its next step."""

    number: Number

    def run(self, work: Work) -> dict[str, Any]:
        """Ask for it; a job that has ended stays as it is.

        Raises
        ------
        Conflict
            When it has ended.
        """
        with work.db.session() as session:
            job = store.jobs.read(session, self.number)
            manager, raw = _manager(work), _raw(session)
            done = job.queued and manager.cancel_job_by_id(job.queued, abort=True, connection=raw)
            if not done:
                raise Conflict(
                    f"job {self.number} has ended: {job.state}", zh=f"任务 {self.number} 已结束"
                )
            store.audit.write(session, work.who, "job cancel", subject=str(self.number))
            return told(store.jobs.read(session, self.number))


class RetryJob(Form):
    """Ask for the same once more, as a new job."""

    number: Number

    def run(self, work: Work) -> Job:
        """Queue it again."""
        with work.db.read() as session:
            job = store.jobs.read(session, self.number)
        if not job.ended:
            raise Conflict(f"job {self.number} goes on", zh=f"任务 {self.number} 尚未结束")
        return OrderJob(kind=job.kind, inputs=job.inputs).run(work)


def _defer(work: Work, session: "Session", number: int) -> int:
    """Queue a job on the connection of a transaction: both stand or neither."""
    entry = entries.Job(
        queue=NAME, lock=None, queueing_lock=None, task_name=TASK, task_kwargs={"number": number}
    )
    made = _manager(work).defer_job(entry, connection=_raw(session))
    return int(made.id or 0)


def _manager(work: Work) -> JobManager:
    return app_on(procrastinate.SyncPsycopgConnector(kwargs=address(work))).job_manager


def _raw(session: "Session") -> Any:
    """Give the driver's connection of a transaction, for what is to stand or fall with it."""
    return session.connection().connection.driver_connection
