"""Profiles: what an operator confirmed for one office's files, kept for the next of them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from geo.errors import BadInput
from geo.layers import Report

if TYPE_CHECKING:
    from api.tasks.import_layer import ImportLayer

KEPT = ("layer", "crs", "encoding", "columns", "control", "fit", "accept", "net", "give_codes")


def filled(form: "ImportLayer") -> "ImportLayer":
    """Fill what a form leaves open from its profile; what the form says comes first.

    Raises
    ------
    BadInput
        When the profile is missing or holds something else.
    """
    if form.profile is None:
        return form
    kept = _read(form.profile)
    said = form.model_dump(exclude_unset=True)
    columns = {**kept.get("columns", {}), **form.columns}
    accept = tuple(dict.fromkeys((*kept.get("accept", ()), *form.accept)))
    values = {**kept, **said, "columns": columns, "accept": accept}
    return form.__class__.model_validate(values)


def save(form: "ImportLayer", report: Report) -> None:
    """Keep what was confirmed, and the columns that were found, for files of the same kind."""
    assert form.save_profile is not None
    told = form.model_dump(mode="json", include=set(KEPT))
    told["layer"] = report.facts["layer"]
    told["columns"] = {**report.facts["renamed"], **form.columns}
    _write(form.save_profile, orjson.dumps(told, option=orjson.OPT_INDENT_2))


def _write(path: Path, content: bytes) -> None:
    half = path.with_name(f".{path.name}.part")
    half.write_bytes(content)
    half.replace(path)


def _read(path: Path) -> dict[str, Any]:
    try:
        told = orjson.loads(path.read_bytes())
        if not isinstance(told, dict) or set(told) - set(KEPT):
            raise ValueError("it holds other keys")
    except (OSError, ValueError) as fault:
        raise BadInput(
            f"{path.name} is no import profile: {fault}",
            zh=f"{path.name} 不是导入方案文件",
            hint="save one with --save-profile",
            hint_zh="可用 --save-profile 保存",
        ) from None
    return told
