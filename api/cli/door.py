"""The command line's door: form in, work done with progress shown, answer or error out."""

import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import orjson
import typer
from rich import progress as rich_progress
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from api.cli.exits import exit_code
from geo.errors import FileRefused, GeoError, Stopped

if TYPE_CHECKING:  # the rooms behind are heavy: a command loads them when it runs
    from api.tasks.work import Task, Work
    from geo.layers import Finding, Progress

Result = TypeVar("Result")
Asked = TypeVar("Asked")
Json = Annotated[bool, typer.Option("--json", help="以 JSON 回答 Answer in JSON.")]

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)


def ask(task: "Task[Result]", *, work: "Work | None" = None, who: str = "local") -> Result:
    """Perform a task in somebody's name, its progress shown; Ctrl-C stops it cleanly."""
    from api.tasks.work import Work, perform

    with stoppable() as stopped, bars(stopped) as progress:
        own = work or Work(progress=progress, who=who)
        try:
            return perform(task, own)
        finally:
            if work is None and (opened := vars(own).get("db")) is not None:
                opened.close()


def form(kind: Callable[..., Asked], **values: Any) -> Asked:
    """Fill in a form; what does not fit it is one message."""
    from pydantic import ValidationError

    try:
        return kind(**values)
    except ValidationError as faults:
        from api.tasks import misfits

        raise misfits.refused(faults) from None


@contextmanager
def stoppable() -> Iterator[threading.Event]:
    """Turn the first Ctrl-C or SIGTERM into a clean stop; a second one ends at once."""
    stopped = threading.Event()

    def stop(number: int, _: object) -> None:
        if stopped.is_set():
            raise KeyboardInterrupt
        stopped.set()
        err.print("[yellow]正在停止…… Stopping cleanly; once more ends at once.[/]")
        raise Stopped("stopped by the user", zh="已按要求停止，没有留下半成品")

    before = {s: signal.signal(s, stop) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stopped
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def bars(stopped: threading.Event) -> Iterator["Progress"]:
    """Give a progress that draws one bar a step on a terminal, one line a step elsewhere."""
    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.TimeElapsedColumn(),
    )
    with rich_progress.Progress(
        *columns, console=err, transient=False, disable=not err.is_terminal
    ) as shown:
        tasks: dict[str, Any] = {}
        begun: dict[str, float] = {}

        def progress(step: str, done: float, total: float) -> None:
            if stopped.is_set():
                raise Stopped("stopped by the user", zh="已按要求停止，没有留下半成品")
            if step not in tasks:
                tasks[step] = shown.add_task(step, total=total)
                begun[step] = time.perf_counter()
            shown.update(tasks[step], completed=done, total=total)
            if not err.is_terminal and done >= total and step in begun:
                err.print(f"{step}  {time.perf_counter() - begun.pop(step):.1f} s")

        yield progress


def answer(values: Any, *, as_json: bool, shown: Callable[[], None]) -> None:
    """Print the answer: JSON on standard output, or what a person reads."""
    if as_json:
        sys.stdout.write(
            orjson.dumps(values, option=orjson.OPT_INDENT_2, default=str).decode() + "\n"
        )
    else:
        shown()


def table(title: str, *columns: str) -> Table:
    """Give an empty table of the house style; numbers are right-aligned by a leading ``>``."""
    made = Table(title=title, title_justify="left", header_style="bold", box=None, pad_edge=False)
    for column in columns:
        made.add_column(column.lstrip(">"), justify="right" if column.startswith(">") else "left")
    return made


def show_findings(findings: "Sequence[Finding]", *, most: int = 40) -> None:
    """Print findings, worst first: what, where, how big, what to do."""
    colour = {"error": "red", "warn": "yellow", "info": "cyan"}
    rank = {"error": 0, "warn": 1, "info": 2}
    ordered = sorted(findings, key=lambda f: rank[f.severity])
    for f in ordered[:most]:
        big = [f"{f.area_m2:,.1f} m²"] if f.area_m2 is not None else []
        big += [f"{f.households} 户"] if f.households else []
        size = f" ({'，'.join(big)})" if big else ""
        out.print(f"[{colour[f.severity]}]{f.code}[/] {escape(f.zh)}{size}")
        out.print(f"    {escape(f.en)}", style="dim")
        if f.hint_zh or f.hint_en:
            out.print(f"    → {escape(f.hint_zh)} {escape(f.hint_en)}")
    if len(ordered) > most:
        out.print(f"……另有 {len(ordered) - most} 条，用 --json 查看全部 more with --json")


def fail(error: GeoError, *, as_json: bool) -> int:
    """Say what went wrong and how to go on; give the exit code."""
    if as_json:
        body: dict[str, Any] = {
            "error": error.code, "zh": error.zh, "message": error.message, "where": error.where,
            "hint": error.hint, "hint_zh": error.hint_zh,
        }  # fmt: skip
        if isinstance(error, FileRefused):
            body["findings"] = [f.as_dict() for f in error.findings]
        sys.stdout.write(orjson.dumps(body, default=str).decode() + "\n")
        return exit_code(error)
    err.print(f"[bold red]✗[/] {escape(error.zh or error.message)}")
    if error.zh:
        err.print(f"  {escape(error.message)}", style="dim")
    if error.hint or error.hint_zh:
        err.print(f"  → {escape(error.hint_zh)} {escape(error.hint)}")
    if isinstance(error, FileRefused):
        show_findings(error.findings)
    return exit_code(error)
