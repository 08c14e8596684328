"""Turn the values of a file into those of a layer, and say which would not turn."""

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.files import keys, sayings
from geo.files.faults import finding
from geo.files.table import Field
from geo.layers import Column, Finding, Layer

_EXACT, _LARGEST = 2**53, 2**63
_HASHES = "####"
"""What a spreadsheet shows instead of a number that is too wide."""
_WORDS = {
    "综合网格": "comprehensive", "综合": "comprehensive", "专属网格": "dedicated", "专属": "dedicated",
    "河流": "river", "水系": "river", "铁路": "rail", "围墙": "wall", "是": "yes", "否": "no",
    "街道": "subdistrict", "社区": "community", "网格": "grid", "暖心驿站": "warm_station",
    "党群服务中心": "service_center", "网格党群服务站": "grid_station", "邻里驿站": "neighborhood_station",
    "网格微家": "grid_home", "微阵地": "micro_venue", "便民服务中心": "convenience_center",
    "综治中心": "governance_center", "开放": "open", "规划": "planned", "备选": "candidate", "关闭": "closed",
}  # fmt: skip
"""What people write for the choices of a column (glossary)."""


@dataclass(slots=True)
class Notes:
    """Rows of one column that need a word, by the code of their finding."""

    rows: dict[str, list[int]]

    def add(self, code: str, *rows: int) -> None:
        """Note rows."""
        if rows:
            self.rows.setdefault(code, []).extend(rows)


def converted(
    field: Field, column: Column, layer: Layer, names: Sequence[str]
) -> tuple[pd.Series, list[Finding]]:
    """Bring one field to the type of its column.

    Empty cells become the column's default; a value that cannot turn becomes the default
    too and is an error. Digits written full-width or as text are read as numbers.

    Parameters
    ----------
    names : sequence of str
        How each row is called in findings.
    """
    if column.type != "text" and field.values.dtype.kind in "iu":
        return pd.Series(field.values, dtype=_DTYPE[column.type]), lost(field, layer, names)
    notes = Notes({})
    series = (
        _words(field, column, notes) if column.type == "text" else _numbers(field, column, notes)
    )
    if series is None:
        turn = _TURN[column.type]
        out = [_value(v, row, column, turn, notes) for row, v in enumerate(field.values.tolist())]
        series = pd.Series(out, dtype=_DTYPE[column.type])
    series, unread = sayings.said(series, column.name)
    notes.add("HOURS_UNREAD", *unread)
    if column.name in (layer.key, "parent"):
        series, noted = keys.plain_codes(series, field, layer)
        for code, rows in noted.items():
            notes.add(code, *rows)
    if field.untyped:
        notes.rows.pop("NUMBER_AS_TEXT", None)
    return series, [*_findings(field, column, layer, names, notes), *lost(field, layer, names)]


def _words(field: Field, column: Column, notes: Notes) -> pd.Series | None:
    """Take a column of nothing but words or whole numbers at once, as `_value` takes cells."""
    if not (field.values.dtype.kind in "iu" or _of_words(field.values)):
        return None
    words = pd.Series(field.values).astype("str").fillna("").str.replace("\0", "", regex=False)
    words = words.str.strip()
    empty = (words == "").to_numpy(bool)
    if column.choices:
        known = words.isin(column.choices).to_numpy(bool) | empty
        words = words.where(known, words.map({w: said_as(w) for w in words[~known].unique()}))
        notes.add("VALUE_INVALID", *np.flatnonzero(~empty & ~words.isin(column.choices)).tolist())
    if column.default is None:
        notes.add("VALUE_MISSING", *np.flatnonzero(empty).tolist())
    return words.mask(empty, str(column.default or ""))


def _numbers(field: Field, column: Column, notes: Notes) -> pd.Series | None:
    """Take a column of floating numbers at once, as `_value` takes cells."""
    if field.values.dtype.kind != "f":
        return None
    cells = field.values.astype(np.float64)
    empty, wrong = np.isnan(cells), np.isinf(cells)
    if column.type == "int":
        wrong |= ~empty & ((cells != np.floor(cells)) | (np.abs(cells) >= _LARGEST))
    notes.add("VALUE_INVALID", *np.flatnonzero(wrong).tolist())
    filled = np.where(empty | wrong, float(column.default or 0), cells)
    return pd.Series(filled, dtype=_DTYPE[column.type])


def _of_words(cells: npt.NDArray[Any]) -> bool:
    """Say whether cells hold words, or nothing at all."""
    return cells.dtype == object and pd.api.types.infer_dtype(cells, skipna=True) == "string"


def plain(field: Field) -> pd.Series:
    """Give a field that no column wants with the type it came with; dates as text."""
    if _of_words(field.values):
        return pd.Series(field.values, dtype="str")
    if field.values.dtype.kind == "M":
        return pd.Series([_text(v) or None for v in field.values.tolist()], dtype="str")
    if field.values.dtype == object:
        return pd.Series([None if v is None else _text(v) for v in field.values], dtype="str")
    return pd.Series(field.values)


def filled(column: Column, rows: int) -> pd.Series:
    """Give a column that the file has not: its default, or empty text where it must be there."""
    value = "" if column.default is None else column.default
    return pd.Series([value] * rows, dtype=_DTYPE[column.type])


def lost(field: Field, layer: Layer, names: Sequence[str]) -> list[Finding]:
    """Report words that the width of their field cut, and Excel's ``####``."""
    words = field.values.tolist() if field.values.dtype == object else []
    some = _HASHES in "\n".join(
        [v for v in words if isinstance(v, str)]
    )  # of all at once: mostly no
    hashes = (
        {i for i, v in enumerate(words) if isinstance(v, str) and _HASHES in v} if some else set()
    )
    rows = sorted({*field.cut_rows, *hashes})
    if not rows:
        return []
    return [
        finding(
            "VALUE_CUT",
            layer.name,
            f"“{field.name}”有 {len(rows)} 处内容被截断",
            f"{field.name!r} was cut in {len(rows)} cells",
            features=[names[i] for i in rows],
            field=field.name,
            hint_zh="DBF 文字最多 254 字节；请从原始数据补全，或改用 GeoPackage",
            hint_en="a DBF cell holds 254 bytes; take the words from their source, or send GeoPackage",
        )
    ]


def _value(
    value: Any,
    row: int,
    column: Column,
    turn: Callable[[Any, Column, int, Notes], Any],
    notes: Notes,
) -> Any:
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        value = ""
    if isinstance(value, str):
        value = value.replace("\0", "").strip()
    if value == "":
        if column.default is None:
            notes.add("VALUE_MISSING", row)
        return "" if column.default is None else column.default
    return turn(value, column, row, notes)


def _as_text(value: Any, column: Column, row: int, notes: Notes) -> str:
    text = _text(value)
    if column.choices and text not in column.choices:
        text = said_as(text)
        if text not in column.choices:
            notes.add("VALUE_INVALID", row)
    return text


def said_as(text: str) -> str:
    """Give the choice that people mean by a Chinese word; other words as they are."""
    return _WORDS.get(text, text)


def _as_number(value: Any, column: Column, row: int, notes: Notes) -> float | int:
    number = value
    if isinstance(value, str):
        plain = unicodedata.normalize("NFKC", value).replace(",", "")
        notes.add("NUMBER_AS_TEXT", row)
        try:
            number = float(plain)
        except ValueError:
            number = np.nan
    whole = column.type == "int"
    if not np.isfinite(number) or (whole and (number != int(number) or abs(number) >= _LARGEST)):
        notes.add("VALUE_INVALID", row)
        number = column.default
    return int(number) if whole else float(number)


_TURN: dict[str, Callable[[Any, Column, int, Notes], Any]] = {
    "text": _as_text,
    "int": _as_number,
    "float": _as_number,
}
_DTYPE = {"text": "str", "int": "int64", "float": "float64", "bool": "bool"}


def _text(value: Any) -> str:
    """Write a value as text: whole numbers without a point, dates as ISO 8601."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if hasattr(value, "isoformat"):
        return str(value.isoformat()).removesuffix("T00:00:00")
    return str(value)


_SAID = {
    "VALUE_MISSING": ("必填而为空", "is required and empty", "请补填", "fill it in"),
    "VALUE_INVALID": (
        "的值不合要求", "has a value that does not fit",
        "请更正；接受则数字按默认值处理", "correct it; when accepted, numbers take the default",
    ),
    "NUMBER_AS_TEXT": (
        "是文字或全角数字，已按数字读取", "was text or full-width and was read as a number",
        "请改为数字字段", "make it a number field",
    ),
    "HOURS_UNREAD": (
        "无法识别，视为开放时间未知", "cannot be read: open hours are unknown there",
        "写法示例：Mo-Fr 08:30-17:30; Sa,Su 09:00-12:00，或 周一至周五 8:30-17:30",
        "write for example: Mo-Fr 08:30-17:30; Sa,Su 09:00-12:00; PH off",
    ),
    "CODE_AS_NUMBER": (
        "编码存成了数字，可能丢失位数或前导零", "a code was stored as a number and may have lost digits",
        "核对无误后可接受此项；最好在原始数据中把编码改为文本字段后重新导出",
        "accept it when the codes are right; best make it a text field at its source",
    ),
    "CODE_CLEANED": (
        "编码中的空格、引号或连字符已去掉", "held blanks, quotes or dashes, which were taken out",
        "无需处理", "nothing to do",
    ),
}  # fmt: skip


def _findings(
    field: Field, column: Column, layer: Layer, names: Sequence[str], notes: Notes
) -> list[Finding]:
    findings = []
    invalid = set(notes.rows.get("VALUE_INVALID", ()))
    for code, noted in notes.rows.items():
        rows = [r for r in noted if r not in invalid or code == "VALUE_INVALID"]
        if not rows or (code == "VALUE_MISSING" and column.name == layer.key):
            continue
        zh, en, hint_zh, hint_en = _SAID[code]
        sample = "、".join(dict.fromkeys(str(field.values[r]) for r in rows[:50]))[:60]
        findings.append(
            finding(
                code,
                layer.name,
                f"“{field.name}”（{column.zh}）{zh}：{len(rows)} 处，如 {sample}",
                f"{field.name!r} ({column.name}) {en}: {len(rows)} cells, such as {sample}",
                features=[names[r] for r in rows],
                field=field.name,
                hint_zh=hint_zh,
                hint_en=hint_en,
            )
        )
    return findings
