"""Files over the web: sent with progress, judged, shown, taken in, taken back.

A file is the body of a POST, as it is: no form, no length limit of a field. It is judged in
a process of its own; who waits listens at ``progress`` (server-sent events).
"""

import html
import re
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import BackgroundTasks, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

import maps
from api.http.events import News, streamed
from api.http.parts import Part
from api.http.v1 import WorkDep
from api.tasks import intake
from api.tasks.work import perform
from geo.errors import BadInput, FileRefused

router = Part(prefix="/imports", tags=["imports"])
_POLICY_OF_PAGE = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)"')
NEWS = ("id", "state", "layer", "features", "blocking", "problem")


@router.get("", summary="导入记录 Imports, the newest first")
def imports(work: WorkDep) -> Any:
    """List what came over the web, without reports."""
    return _answer(intake.listed(work))


@router.post("", status_code=202, summary="上传文件 Send a file to be judged")
async def send(
    request: Request,
    work: WorkDep,
    later: BackgroundTasks,
    name: Annotated[str, Query(max_length=200, description="文件名 file name with its ending")],
    layer: str | None = None,
) -> Response:
    """Keep the body as a file and judge it; nothing is imported before it is accepted."""
    work.asker.require_everywhere()
    key, path = await run_in_threadpool(intake.opened, work, name)
    try:
        await _receive(request, path)
    except BaseException:
        intake.dropped(work, key)
        raise
    intake.record(work, key, intake.told(work, key) | {"state": "uploaded"})
    form = intake.JudgeUpload(id=key, confirmed=intake.Confirmed(layer=layer))
    later.add_task(perform, form, work)
    where = f"/v1/imports/{key}"
    told = {
        "id": key,
        "state": "uploaded",
        "self": where,
        "progress": f"{where}/progress",
        "report": f"{where}/report",
    }
    return _answer(told, 202, headers={"Location": where}, background=later)


@router.get("/new", include_in_schema=False)
def new() -> Response:
    """Give the page on which a file is chosen, sent, judged and taken in."""
    page = Path(maps.__file__).parent / "static" / "imports" / "new.html"
    headers = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"}
    return HTMLResponse(page.read_text("utf-8"), headers=headers)


@router.get("/{key}", summary="导入详情 What is known of an import")
def one(key: str, work: WorkDep) -> Any:
    """Tell state, report, and what was confirmed."""
    return _answer(intake.told(work, key))


@router.get("/{key}/progress", summary="进度 Progress as server-sent events")
async def progress(key: str, request: Request, work: WorkDep) -> Response:
    """Send the state whenever it changes, until nothing more happens by itself."""

    def look() -> News:
        state = intake.told(work, key)
        return News(
            "state", {n: state.get(n) for n in NEWS}, last=state["state"] not in intake.WAITING
        )

    return await streamed(request, look)


@router.get("/{key}/report", summary="检查报告页 The page of findings with a map")
def report(key: str, work: WorkDep) -> Response:
    """Give the page of findings; it loads nothing, and what it says of itself is its policy."""
    page = intake.page_of(work, key)
    said = _POLICY_OF_PAGE.search(page)
    own = html.unescape(said[1]) if said else "default-src 'none'"
    headers = {
        "Content-Security-Policy": f"{own}; frame-ancestors 'self'",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(page, headers=headers)


@router.post("/{key}/judge", summary="重新检查 Judge again with what is now confirmed")
def judge(key: str, confirmed: intake.Confirmed, work: WorkDep) -> Any:
    """Judge again, with a system, an encoding, columns or control points confirmed."""
    work.asker.require_everywhere()
    return _answer(_or_refused(perform(intake.JudgeUpload(id=key, confirmed=confirmed), work)))


@router.post("/{key}/accept", summary="入库 Take it in, with the risks that are accepted by name")
def accept(key: str, confirmed: intake.Confirmed, work: WorkDep) -> Any:
    """Import in one transaction; 422 with the findings when something still blocks."""
    work.asker.require_everywhere()
    return _answer(perform(intake.AcceptImport(id=key, confirmed=confirmed), work))


@router.delete("/{key}", summary="撤销导入 Take an import back by an inverse revision")
def undo(key: str, work: WorkDep) -> Any:
    """Take back what came in; an upload that never came in is removed."""
    work.asker.require_everywhere()
    return _answer(perform(intake.UndoImport(id=key), work))


POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'self'; form-action 'none'"
)


async def _receive(request: Request, path: Path) -> None:
    """Write the body as it comes; memory holds one piece of it."""
    size = 0
    with path.open("wb") as file:
        async for piece in request.stream():
            size += len(piece)
            if size > intake.MOST_BYTES:
                raise FileRefused(
                    f"more than {intake.MOST_BYTES // 2**30} GB were sent",
                    zh=f"上传超过 {intake.MOST_BYTES // 2**30} GB",
                    hint="import it with the command line",
                    hint_zh="请用命令行导入",
                )
            file.write(piece)
    if not size:
        raise BadInput(
            "the body is empty", zh="没有收到文件内容", hint="send the file as the body",
            hint_zh="请把文件作为请求正文发送",
        )  # fmt: skip


def _or_refused(state: dict[str, Any]) -> dict[str, Any]:
    """Give a judged upload; one that cannot be read is a problem of its own."""
    if state["state"] == "refused":
        told = state["problem"]
        raise FileRefused(
            str(told.get("message", "")), zh=str(told.get("zh", "")), hint=str(told.get("hint", "")),
            hint_zh=str(told.get("hint_zh", "")),
        )  # fmt: skip
    return state


def _answer(told: Any, status: int = 200, **more: Any) -> Response:
    return Response(orjson.dumps(told, default=str), status, media_type="application/json", **more)
