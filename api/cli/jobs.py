"""``wangge jobs``: long work that goes on by itself."""

import os
import signal
from threading import Thread
from time import sleep
from typing import Annotated, Any

import typer

from api.cli.door import Json, answer, ask, out, table

app = typer.Typer(help="后台任务 Long work that goes on by itself.", no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="任务编号 number", min=1)]


@app.callback()
def jobs() -> None:
    """后台任务 Long work that goes on by itself."""


@app.command()
def work(
    until_empty: Annotated[
        bool, typer.Option("--until-empty", help="做完即退出 end when nothing is left")
    ] = False,
    concurrency: Annotated[int, typer.Option(help="同时几件 how many at once", min=1)] = 1,
    with_parent: Annotated[bool, typer.Option("--with-parent", hidden=True)] = False,
) -> None:
    """执行任务，直到停止 Perform jobs until stopped; the service starts one by itself."""
    from api.jobs import work_on
    from api.tasks.work import Work

    if with_parent:
        Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    work_on(Work(), wait=not until_empty, concurrency=concurrency)


@app.command("list")
def listed(json: Json = False) -> None:
    """任务列表 List jobs."""
    from api.jobs import ListJobs

    found = ask(ListJobs())

    def shown() -> None:
        made = table("任务", ">编号 no", "类型 kind", "状态 state", "进度 progress", "提交人 who")
        for job in found:
            told = job["progress"]
            far = f"{told['step']} {told['done']:g}/{told['total']:g}" if told["step"] else ""
            made.add_row(str(job["number"]), job["kind"], job["state"], far, job["who"])
        out.print(made)

    answer(found, as_json=json, shown=shown)


@app.command()
def show(number: Number, json: Json = False) -> None:
    """任务详情 Show a job."""
    from api.jobs import ReadJob

    _show(ask(ReadJob(number=number)), as_json=json)


@app.command()
def cancel(number: Number, json: Json = False) -> None:
    """取消任务 Cancel a job: at once, or at its next step."""
    from api.jobs import CancelJob

    _show(ask(CancelJob(number=number)), as_json=json)


def _end_with(parent: int) -> None:
    """End as soon as who started this has gone, also when it was killed."""
    while os.getppid() == parent:
        sleep(1)
    os.kill(os.getpid(), signal.SIGTERM)


def _show(job: dict[str, Any], *, as_json: bool) -> None:
    problem = f"  {job['problem']['zh'] or job['problem']['message']}" if job["problem"] else ""
    line = f"{job['number']}  {job['kind']}  {job['state']}{problem}"
    answer(job, as_json=as_json, shown=lambda: out.print(line))
