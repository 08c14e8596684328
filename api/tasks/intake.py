"""Files that came over the web: kept in a folder each, judged, taken in when told, taken back.

What came is judged by a process of its own, which may be stopped or die without harm. The
import itself is the same as the command's. What a layer without history held before is kept
beside the file, so that taking back gives it back to the last bit.
"""

import hashlib
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import orjson
import pandas as pd
import shapely
from sqlalchemy.orm import Session

from api.tasks.import_layer import ImportLayer
from api.tasks.work import Form, Work, now
from geo import store
from geo.errors import Conflict, NotFound
from geo.layers import layer

LONGEST_S = 900
MOST_BYTES = 4 * 2**30
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
    _write(
        own, {"id": key, "file": plain[-120:] or "upload", "state": "uploading", "who": work.who}
    )
    return key, own / "upload" / (plain[-120:] or "upload")


def told(work: Work, key: str) -> dict[str, Any]:
    """Tell what is known of an upload.

    Raises
    ------
    NotFound
        When there is none of this id.
    """
    known = all(c.isalnum() or c == "-" for c in key)
    try:
        found: dict[str, Any] = orjson.loads(
            (folder(work) / key / "state.json").read_bytes() if known else b""
        )
    except (OSError, ValueError):
        raise NotFound(f"there is no import {key!r}", zh=f"没有编号为“{key[:40]}”的导入") from None
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
        state = told(work, self.id) | {
            "state": "judging",
            "confirmed": self.confirmed.model_dump(mode="json"),
        }
        _write(own, state)
        answer = _judged(work, path_of(work, self.id), self.confirmed, own / "report.html")
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
        with work.db.read() as session:
            _keep_before(session, name, own, form)
        done = form.run(work)
        with work.db.read() as session:
            after = _digest(session, done.layer, form)
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
            if _digest(session, name, form) != state["after"]:
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
                store.features.replace(session, name, _before(own), net=_net(name, form))
            detail = {"import": self.id, "file": state["file"]}
            store.audit.write(session, work.who, "import undone", subject=name, detail=detail)
        _write(own, state | {"state": "undone", "undone_by": work.who, "undo_revision": revision})
        return told(work, self.id)


def _judged(work: Work, path: Path, confirmed: Confirmed, page: Path) -> dict[str, Any]:
    """Run the command on the file and read its answer."""
    words = [
        sys.executable,
        "-m",
        "api.cli",
        "import",
        str(path),
        "--dry-run",
        "--json",
        "--report",
        str(page),
    ]
    given = {
        "--as": confirmed.layer,
        "--crs": confirmed.crs,
        "--encoding": confirmed.encoding,
        "--net": confirmed.net,
    }
    words += [f"{option}={value}" for option, value in given.items() if value]
    words += [f"--accept={code}" for code in confirmed.accept]
    words += [f"--map={field}={column}" for field, column in confirmed.columns.items()]
    words += ["--give-codes"] if confirmed.give_codes else []
    words += ["--mend-datum"] if confirmed.mend_datum else []
    with tempfile.TemporaryDirectory(prefix="wangge-") as scratch:
        if confirmed.control:
            table = Path(scratch) / "control.csv"
            rows = [",".join(map(repr, point)) for point in confirmed.control]
            table.write_text("\n".join(["x,y,lon,lat", *rows]), "utf-8")
            words += [f"--control={table}"]
        env = {**os.environ, "WANGGE_DATABASE_URL": _address(work), "TMPDIR": scratch}
        try:
            done = subprocess.run(
                words, capture_output=True, env=env, timeout=LONGEST_S, check=False
            )
            answer: dict[str, Any] = orjson.loads(done.stdout)
        except (subprocess.TimeoutExpired, ValueError):
            return FAILED
    return answer


FAILED = {
    "error": "file", "zh": "读取此文件时程序停止了，文件可能有意损坏；数据库没有任何改动",
    "message": "the reading of this file broke off; nothing was changed",
    "hint": "open it in the program it came from and export it again",
    "hint_zh": "请用原软件打开检查后重新导出",
}  # fmt: skip


def _address(work: Work) -> str:
    return work.db.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def _net(name: str, form: ImportLayer) -> str | None:
    return (form.net or form.path.stem) if name == "net" else None


def _read(session: Session, name: str, form: ImportLayer) -> pd.DataFrame:
    if layer(name).level:
        return store.areas.read(session, name, extras=True)
    return store.features.read(session, name, net=_net(name, form), extras=True)


def _digest(session: Session, name: str, form: ImportLayer) -> str:
    """Sum up all that a layer holds, in whatever order."""
    frame = _read(session, name, form)
    plain = frame.drop(columns="geometry", errors="ignore").astype(str)
    rows = plain.apply("\0".join, axis=1).tolist() if len(frame) else []
    shapes = (
        shapely.to_wkb(frame.geometry.to_numpy())
        if isinstance(frame, gpd.GeoDataFrame)
        else [b""] * len(rows)
    )
    parts = sorted(r.encode() + s for r, s in zip(rows, shapes, strict=True))
    return hashlib.sha256(b"\1".join(parts)).hexdigest()


def _keep_before(session: Session, name: str, own: Path, form: ImportLayer) -> None:
    if layer(name).level is None:
        _read(session, name, form).to_parquet(own / "before.parquet", index=False)


def _before(own: Path) -> pd.DataFrame:
    try:
        return gpd.read_parquet(own / "before.parquet")
    except ValueError:  # a layer without shapes
        return pd.read_parquet(own / "before.parquet")


def _write(own: Path, state: Mapping[str, Any]) -> None:
    half = own / ".state.part"
    half.write_bytes(orjson.dumps(dict(state), default=str))
    half.replace(own / "state.json")
