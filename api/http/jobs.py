"""Long work over HTTP: 202 with an address, progress as server-sent events, cancel, once more."""

from typing import Annotated, Any

import orjson
from fastapi import Path, Query, Request
from starlette.responses import Response

from api.http.events import News, streamed
from api.http.parts import Part
from api.http.v1 import WorkDep
from api.jobs import CancelJob, Job, ListJobs, OrderJob, ReadJob, RetryJob
from api.tasks.work import perform

router = Part(prefix="/jobs", tags=["jobs"])
Number = Annotated[int, Path(ge=1, lt=2**63, description="任务编号")]


def _accepted(job: Job) -> Response:
    headers = {"Location": f"/v1/jobs/{job.number}", "Cache-Control": "no-store"}
    body = orjson.dumps({"number": job.number, "kind": job.kind, "state": job.state})
    return Response(body, 202, headers=headers, media_type="application/json")


@router.get("", summary="任务列表 Jobs, the newest first")
def jobs(work: WorkDep, most: Annotated[int, Query(ge=1, le=1000)] = 50) -> list[dict[str, Any]]:
    """List jobs."""
    return perform(ListJobs(most=most), work)


@router.post("", status_code=202, summary="提交任务 Ask for long work")
def order(form: OrderJob, work: WorkDep) -> Response:
    """Queue work of a kind; its inputs are checked at once."""
    return _accepted(perform(form, work))


@router.get("/{number}", summary="任务状态 How far a job is, and what it ended in")
def read(number: Number, work: WorkDep) -> dict[str, Any]:
    """Give state, progress, and the result or the problem."""
    return perform(ReadJob(number=number), work)


@router.delete("/{number}", status_code=202, summary="取消任务 Cancel a job")
def cancel(number: Number, work: WorkDep) -> dict[str, Any]:
    """Take a job back; one that runs stops at its next step."""
    return perform(CancelJob(number=number), work)


@router.post("/{number}/retry", status_code=202, summary="重试 Ask for the same once more")
def retry(number: Number, work: WorkDep) -> Response:
    """Queue an ended job again, as a new one."""
    return _accepted(perform(RetryJob(number=number), work))


@router.get("/{number}/events", summary="进度 Progress as server-sent events")
async def events(number: Number, request: Request, work: WorkDep) -> Response:
    """Send ``progress`` whenever it changes, then ``end`` with the whole job, and close."""

    def look() -> News:
        job = perform(ReadJob(number=number), work)
        if job["state"] in {"done", "failed", "cancelled"}:
            return News("end", job, last=True)
        told = {"state": job["state"], "attempts": job["attempts"], **job["progress"]}
        return News("progress", told, last=False)

    return await streamed(request, look)
