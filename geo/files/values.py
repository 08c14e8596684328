"""Turn the values of a file into those of a layer, and say which would not turn."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo.files.faults import finding
from geo.files.table import ROW, Field
from geo.layers import Column, Finding, Layer, codes

_AS_NUMBER = re.compile(r"\d+\.0*|\d(\.\d+)?[eE]\+?\d+", re.ASCII)
_EXACT = 2**53
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

    def add(self, code: str, row: int) -> None:
        """Note a row."""
        self.rows.setdefault(code, []).append(row)


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
    turn = _TURN[column.type]
    out = _plain_words(field, column)
    if out is None:
        out = [_value(v, row, column, turn, notes) for row, v in enumerate(field.values.tolist())]
    if column.name in (layer.key, "parent"):
        out = [_code(v, row, field, layer, notes) for row, v in enumerate(out)]
    if field.untyped:
        notes.rows.pop("NUMBER_AS_TEXT", None)
    series = pd.Series(out, dtype=_DTYPE[column.type])
    return series, [*_findings(field, column, layer, names, notes), *lost(field, layer, names)]


def _plain_words(field: Field, column: Column) -> list[Any] | None:
    """Give the words of a free text column where every cell has some: most rows of most files."""
    if column.type != "text" or column.choices or field.values.dtype != object:
        return None
    cells = field.values.tolist()
    if not all(isinstance(cell, str) for cell in cells):
        return None
    words = [cell.strip() for cell in cells]
    return None if "" in words or any("\0" in word for word in words) else words


def plain(field: Field) -> pd.Series:
    """Give a field that no column wants with the type it came with; dates as text."""
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
    hashes = {i for i, v in enumerate(field.values) if isinstance(v, str) and "####" in v}
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


def code_findings(values: pd.Series, layer: Layer, names: Sequence[str]) -> list[Finding]:
    """Report keys that are empty, malformed (for levels with a code rule) or given twice.

    Layers whose key may be empty, such as streets, are not asked for one.
    """
    findings: list[Finding] = []
    if layer.column(layer.key).default is not None:
        return findings
    words = values.astype(object).tolist()
    bad = [i for i, v in enumerate(words) if not v or (layer.level and not _legal(v, layer.level))]
    if bad and not all(v == "" for v in words):
        findings.append(_bad_codes(layer, [names[i] for i in bad]))
    twice = values[values.duplicated(keep=False) & (values != "")]
    for code, rows in twice.groupby(twice).groups.items():
        if len(rows) > 1:
            at = "、".join(str(int(r) + 1) for r in rows)
            findings.append(
                finding(
                    "CODE_DUPLICATE",
                    layer.name,
                    f"编码 {code} 出现 {len(rows)} 次（第 {at} 行）",
                    f"the code {code} is given {len(rows)} times (rows {at.replace('、', ', ')})",
                    features=[str(code)],
                    field=layer.key,
                    hint_zh="编码不得重复：请为其中一个编新码，或合并为一个多部件要素",
                    hint_en="give one a new code, or join them to one feature of several parts",
                )
            )
    return findings


def repeated(layer: Layer, rows: Sequence[int]) -> Finding:
    """Report keys that several rows of a large file have, by the numbers of the rows."""
    shown = "、".join(str(r) for r in rows[:10])
    return finding(
        "CODE_DUPLICATE",
        layer.name,
        f"{len(rows)} 行的编码与别的行重复（第 {shown} 行等）",
        f"{len(rows)} rows have a code that another row has (rows {shown.replace('、', ', ')} …)",
        features=[f"#{r}" for r in rows[:500]],
        field=layer.key,
        hint_zh="编码不得重复：请另编新码，或合并为一个多部件要素",
        hint_en="give new codes, or join them to one feature of several parts",
    )


def _bad_codes(layer: Layer, names: list[str]) -> Finding:
    digits = codes.LENGTHS.get(layer.level or "")
    rule_zh = f"应为 {digits} 位数字" if digits else "不得为空"
    rule_en = f"must be {digits} digits" if digits else "must not be empty"
    shown = "、".join(names[:5]) + ("…" if len(names) > 5 else "")
    return finding(
        "CODE_INVALID",
        layer.name,
        f"{len(names)} 个编码不合规（{rule_zh}）：{shown}",
        f"{len(names)} codes are malformed ({rule_en}): {shown.replace('、', ', ')}",
        features=names,
        field=layer.key,
        hint_zh="请按编码规则更正，或确认图层层级是否选对",
        hint_en="correct them by the code rule, or check that this is the right level",
    )


def _legal(code: str, level: str) -> bool:
    return codes.is_legal(code, level)


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
    if not np.isfinite(number) or (whole and number != int(number)):
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


def _code(value: str, row: int, field: Field, layer: Layer, notes: Notes) -> str:
    """Look at a code: full-width digits are made plain, numbers are reported, not mended.

    Own ids of places may be whole numbers; the codes of areas may not.
    """
    plain = value if value.isascii() else unicodedata.normalize("NFKC", value)
    if plain != value:
        notes.add("NUMBER_AS_TEXT", row)
    number = field.values.dtype.kind in "iuf" and field.name != ROW and layer.level is not None
    if value and (number or _AS_NUMBER.fullmatch(plain)):
        notes.add("CODE_AS_NUMBER", row)
    return plain


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
    "CODE_AS_NUMBER": (
        "编码存成了数字，可能丢失位数或前导零", "a code was stored as a number and may have lost digits",
        "请在原始数据中把编码改为文本字段后重新导出", "make it a text field at its source and export again",
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
