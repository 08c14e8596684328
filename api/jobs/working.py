"""The worker: performs jobs one after another, tells how far they are, and takes up what a
worker that died has left behind."""

import asyncio
import logging
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import procrastinate
from procrastinate.exceptions import JobAborted

from api.jobs.archives import archived
from api.jobs.kinds import form_of
from api.jobs.queue import NAME, TASK, TRIES, address, app_on
from api.tasks.accounts import standing
from api.tasks.work import Work, now, perform, record
from geo import store
from geo.errors import GeoError, Stopped, Unavailable

TOLD_S = 0.2
"""Progress is written down at most so often."""
HEARTBEAT_S, SILENT_S = 2.0, 15.0
"""A worker says that it lives; from one that was silent for so long, others take the work."""


@dataclass
class Told:
    """Progress that is written down, and that stops a job that was cancelled."""

    work: Work
    number: int
    context: procrastinate.JobContext
    last: float = field(default=-TOLD_S)
    step: str = ""

    def __call__(self, step: str, done: float, total: float) -> None:
        """Take note of a step; raises `Stopped` when the job is to stop."""
        if self.context.should_abort():
            raise Stopped("the job was cancelled", zh="任务已取消")
        moment = monotonic()
        if moment - self.last < TOLD_S and step == self.step and done < total:
            return
        self.last, self.step = moment, step
        with self.work.db.session() as session:
            store.jobs.told(session, self.number, step, done, total)


def work_on(work: Work, *, wait: bool = True, concurrency: int = 1) -> None:
    """Perform jobs until told to end (or, without `wait`, until none is left)."""
    logging.getLogger("procrastinate.worker").addFilter(in_a_sentence)
    with suppress(asyncio.CancelledError):
        asyncio.run(_working(work, wait=wait, concurrency=concurrency))


def in_a_sentence(record: logging.LogRecord) -> bool:
    """Write a fault that has a name in one line; only what nobody thought of needs its trace."""
    fault = record.exc_info[1] if record.exc_info else None
    if isinstance(fault, GeoError):
        record.msg, record.args = f"{record.getMessage()}: {fault.code}: {fault}", None
        record.exc_info = None
    return True


async def _working(work: Work, *, wait: bool, concurrency: int) -> None:
    queue = app_on(procrastinate.PsycopgConnector(kwargs=address(work)))
    retry = procrastinate.RetryStrategy(
        max_attempts=TRIES, exponential_wait=2, retry_exceptions=[Unavailable]
    )

    @queue.task(name=TASK, pass_context=True, retry=retry)
    def performed(context: procrastinate.JobContext, number: int) -> None:
        _perform(work, number, context)

    async with queue.open_async(), archived(work) if wait else nullcontext():
        rescuer = asyncio.create_task(_rescue(queue, work))
        try:
            await queue.run_worker_async(
                queues=[NAME], wait=wait, concurrency=concurrency, abort_job_polling_interval=1.0,
                fetch_job_polling_interval=2.0, update_heartbeat_interval=HEARTBEAT_S,
                stalled_worker_timeout=SILENT_S, shutdown_graceful_timeout=5.0,
            )  # fmt: skip
        finally:
            rescuer.cancel()


def _perform(work: Work, number: int, context: procrastinate.JobContext) -> None:
    with work.db.read() as session:
        job = store.jobs.read(session, number)
    progress, started = Told(work, number, context), now()
    mine = replace(work, who=job.who, progress=progress, base=work)
    try:
        form = form_of(job.kind).model_validate(job.inputs)
        mine = replace(mine, asker=standing(work, job.who))
        made: Any = perform(form, mine)  # type: ignore[arg-type]
        result = made.as_dict() if hasattr(made, "as_dict") else made
        run = record(mine, f"job {job.kind}", form, result, started=started)
        with work.db.session() as session:
            store.jobs.ended(session, number, run=run)
    except Stopped as stop:
        raise JobAborted from stop
    except GeoError as fault:
        problem = {
            "code": fault.code, "zh": fault.zh, "message": fault.message, "hint": fault.hint,
            "hint_zh": fault.hint_zh, "where": list(fault.where),
        }  # fmt: skip
        with work.db.session() as session:
            store.jobs.ended(session, number, problem=problem)
        raise
    except Exception as fault:
        problem = {"code": "internal", "zh": "程序内部错误", "message": type(fault).__name__}
        with work.db.session() as session:
            store.jobs.ended(session, number, problem=problem)
        raise


async def _rescue(queue: procrastinate.App, work: Work) -> None:
    """Give back to the queue what silent workers hold; what has killed three is given up."""
    manager = queue.job_manager
    while True:
        for job in await manager.get_stalled_jobs(queue=NAME, seconds_since_heartbeat=SILENT_S):
            if job.attempts + 1 < TRIES:
                await manager.retry_job(job, retry_at=datetime.now(UTC))
            else:
                await manager.finish_job(job, procrastinate.jobs.Status.FAILED, delete_job=False)
                await asyncio.to_thread(_given_up, work, int(str(job.task_kwargs["number"])))
        await asyncio.sleep(SILENT_S / 3)


def _given_up(work: Work, number: int) -> None:
    problem = {
        "code": "worker_died", "zh": "执行任务的进程多次异常退出",
        "message": f"the worker died {TRIES} times", "hint": "ask for less at once",
    }  # fmt: skip
    with work.db.session() as session:
        store.jobs.ended(session, number, problem=problem)
