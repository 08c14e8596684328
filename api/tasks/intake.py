"""Files that came over the web: kept in a folder each, judged, taken in when told, taken back.

What came is judged by a process of its own, which may be stopped or die without harm. The
import itself is the same as the command's. What a layer without history held before is kept
beside the file, so that taking back gives it back to the last bit.
"""

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from api.tasks import judge_upload, upload_lock
from api.tasks.import_layer import ImportLayer
from api.tasks.work import Form, Work, now
from geo import store
from geo.errors import Conflict, NotFound
from geo.layers import layer

MOST_BYTES = 4 * 2**30
WAITING = ("uploading", "uploaded", "judging")
"""States in which some process is at work on an upload."""
BROKEN_OFF = {
    "uploading": {
        "error": "file", "message": "the sending broke off; nothing was changed",
        "zh": "上传中断，文件不完整；数据库没有任何改动", "hint": "send the file again",
        "hint_zh": "请重新上传",
    },
    "uploaded": {
        "error": "file", "message": "the service was stopped before the file was judged",
        "zh": "服务在检查之前停止；数据库没有任何改动", "hint": "the file is kept: judge it again",
        "hint_zh": "文件已保留，请点“重新检查”",
    },
}  # fmt: skip
BROKEN_OFF["judging"] = BROKEN_OFF["uploaded"] | {
    "message": "the service was stopped while the file was judged",
    "zh": "服务在检查途中停止；数据库没有任何改动",
}
_SAFE = "-_.() "


class Confirmed(Form):
    """What the operator confirms of an uploaded file; the same words as on the command line."""

    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None
    columns: Mapping[str, str] = {}
    control: tuple[tuple[float, float, float, float], ...] = ()
    accept: tuple[str, ...] = ()
    net: str | None = None
    give_codes: bool = False
    mend_datum: bool = False
    why: str = ""


def folder(work: Work) -> Path:
    """Give the folder of all uploads."""
    made = work.settings.home / "imports"
    made.mkdir(parents=True, exist_ok=True)
    return made


def opened(work: Work, name: str) -> tuple[str, Path]:
    """Make room for an upload: its id, and where its bytes go; nothing of the path is trusted."""
    plain = "".join(c for c in Path(name.replace("\\", "/")).name if c.isalnum() or c in _SAFE)
    key = f"{now():%Y%m%d%H%M%S}-{secrets.token_hex(4)}"
    own = folder(work) / key
    (own / "upload").mkdir(parents=True)
    upload_lock.take(own)
    _write(
        own, {"id": key, "file": plain[-120:] or "upload", "state": "uploading", "who": work.who}
    )
    return key, own / "upload" / (plain[-120:] or "upload")


def _kept(work: Work, key: str) -> dict[str, Any]:
    known = all(c.isalnum() or c == "-" for c in key)
    try:
        found: dict[str, Any] = orjson.loads(
            (folder(work) / key / "state.json").read_bytes() if known else b""
        )
    except (OSError, ValueError):
        raise NotFound(f"there is no import {key!r}", zh=f"没有编号为“{key[:40]}”的导入") from None
    return found


def told(work: Work, key: str) -> dict[str, Any]:
    """Tell what is known of an upload; one whose process died is refused, with the way on.

    Raises
    ------
    NotFound
        When there is none of this id.
    """
    found = _kept(work, key)
    if found["state"] in WAITING and not upload_lock.is_held(folder(work) / key):
        found = _kept(work, key)  # it may have ended meanwhile
        if found["state"] in WAITING:
            found |= {"problem": BROKEN_OFF[found["state"]], "state": "refused"}
    return found


def record(work: Work, key: str, state: Mapping[str, Any]) -> None:
    """Keep what is now known of an upload."""
    _write(folder(work) / key, state)


def listed(work: Work, most: int = 100) -> list[dict[str, Any]]:
    """List uploads, the newest first, without their reports."""
    keys = sorted(
        (p.name for p in folder(work).iterdir() if (p / "state.json").exists()), reverse=True
    )
    return [{k: v for k, v in told(work, key).items() if k != "report"} for key in keys[:most]]


def path_of(work: Work, key: str) -> Path:
    """Give where the bytes of an upload are."""
    state = told(work, key)
    return folder(work) / key / "upload" / str(state["file"])


def page_of(work: Work, key: str) -> str:
    """Give the page of findings of an upload."""
    told(work, key)
    try:
        return (folder(work) / key / "report.html").read_text("utf-8")
    except OSError:
        raise NotFound("there is no report yet", zh="还没有检查报告") from None


class JudgeUpload(Form):
    """Judge an upload in a process of its own; its report and page are kept beside it."""

    id: str
    confirmed: Confirmed = Confirmed()

    def run(self, work: Work) -> dict[str, Any]:
        """Judge, and give what is then known; a file that is refused is an answer too."""
        own = folder(work) / self.id
        state = told(work, self.id)
        if state["state"] in ("imported", "undone", "dropped"):
            raise Conflict(
                f"import {self.id} is {state['state']}; it is judged no more",
                zh=f"此导入当前状态为 {state['state']}，不能再检查", where=[self.id],
            )  # fmt: skip
        with upload_lock.held(own):
            return self._judged(work, own, state)

    def _judged(self, work: Work, own: Path, state: dict[str, Any]) -> dict[str, Any]:
        state |= {"state": "judging", "confirmed": self.confirmed.model_dump(mode="json")}
        _write(own, state)
        path, address = path_of(work, self.id), _address(work)
        answer = judge_upload.judged(path, self.confirmed, own / "report.html", address)
        if "report" in answer:
            blocking = answer["blocking"]
            state |= {
                "state": "blocked" if blocking else "ready", "blocking": blocking,
                "layer": answer["layer"], "features": answer["features"], "report": answer["report"],
                "problem": None,
            }  # fmt: skip
        else:
            state |= {"state": "refused", "problem": answer}
        _write(own, state)
        return state


class AcceptImport(Form):
    """Take an upload in, with what the operator confirms and accepts."""

    id: str
    confirmed: Confirmed = Confirmed()

    def run(self, work: Work) -> dict[str, Any]:
        """Import in one transaction; nothing is changed when something still blocks."""
        own = folder(work) / self.id
        state = told(work, self.id)
        if state["state"] not in ("ready", "blocked"):
            raise Conflict(
                f"import {self.id} is {state['state']}", zh=f"此导入当前状态为 {state['state']}，不能入库",
                where=[self.id],
            )  # fmt: skip
        words = {
            **state.get("confirmed", {}),
            **self.confirmed.model_dump(exclude_unset=True, mode="json"),
        }
        form = ImportLayer(path=path_of(work, self.id), **words)
        name = str(state["layer"])
        if layer(name).level is None:
            with work.db.read() as session:
                store.copies.saved(session, name, own / "before.csv", net=_net(name, form))
        done = form.run(work)
        with work.db.read() as session:
            after = store.copies.digest(session, done.layer, net=_net(name, form))
        state |= {
            "state": "imported", "revision": done.revision, "counts": done.counts, "after": after,
            "confirmed": words, "layer": done.layer, "report": done.report.as_dict(),
        }  # fmt: skip
        _write(own, state)
        return state


class UndoImport(Form):
    """Take an import back: an inverse revision, or what a layer without history held before."""

    id: str

    def run(self, work: Work) -> dict[str, Any]:
        """Undo, unless somebody changed the layer since; an upload that never came in is removed."""
        own = folder(work) / self.id
        state = told(work, self.id)
        if state["state"] != "imported":
            _write(own, state | {"state": "dropped"})
            path_of(work, self.id).unlink(missing_ok=True)
            return told(work, self.id)
        name = str(state["layer"])
        form = ImportLayer(path=path_of(work, self.id), **state["confirmed"])
        with work.db.session() as session:
            revision = None
            if layer(name).level:
                why = f"撤销第 {state['revision']} 版的导入：{state['file']}"
                revision = store.revisions.open(session, "undo", work.who, why)
            if store.copies.digest(session, name, net=_net(name, form)) != state["after"]:
                raise Conflict(
                    f"{name} was changed after this import; taking it back would lose that",
                    zh=f"“{layer(name).zh}”在此次导入之后又有改动，撤销会丢失它们",
                    hint="undo the later changes first",
                    hint_zh="请先撤销之后的改动",
                )
            if revision is not None:
                before = store.areas.read(
                    session, name, as_of=int(state["revision"]) - 1, extras=True
                )
                store.areas.replace(session, name, before, revision)
            else:
                store.copies.restored(session, name, own / "before.csv", net=_net(name, form))
            detail = {"import": self.id, "file": state["file"]}
            store.audit.write(session, work.who, "import undone", subject=name, detail=detail)
        _write(own, state | {"state": "undone", "undone_by": work.who, "undo_revision": revision})
        return told(work, self.id)


def dropped(work: Work, key: str) -> None:
    """Let go of an upload of which not all bytes came."""
    upload_lock.release(folder(work) / key)


def _address(work: Work) -> str:
    return work.db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _net(name: str, form: ImportLayer) -> str | None:
    return (form.net or form.path.stem) if name == "net" else None


def _write(own: Path, state: Mapping[str, Any]) -> None:
    half = own / ".state.part"
    half.write_bytes(orjson.dumps(dict(state), default=str))
    half.replace(own / "state.json")
