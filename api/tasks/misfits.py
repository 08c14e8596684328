"""What does not fit a form, said in Chinese and in English."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from geo.errors import BadInput

_SAID = {
    "missing": "缺少此项", "extra_forbidden": "没有这个参数", "finite_number": "应为有限的数字",
    "greater_than": "应大于 {gt}", "greater_than_equal": "应不小于 {ge}",
    "less_than": "应小于 {lt}", "less_than_equal": "应不大于 {le}",
    "literal_error": "应为 {expected}", "enum": "应为 {expected}", "bool": "应为 true 或 false",
    "string_too_long": "不超过 {max_length} 个字", "string_too_short": "至少 {min_length} 个字",
    "string_pattern_mismatch": "格式不对，应符合 {pattern}", "string": "应为文字",
    "too_long": "不超过 {max_length} 项", "too_short": "至少 {min_length} 项",
    "int": "应为整数", "float": "应为数字", "json": "不是有效的 JSON", "uuid": "应为 UUID",
    "datetime": "应为时间，如 2026-03-01T09:00", "date": "应为日期，如 2026-03-01",
    "list": "应为列表", "tuple": "应为列表", "dict": "应为 JSON 对象", "model": "应为 JSON 对象",
}  # fmt: skip
"""By pydantic's type of error, or by the word with which it begins."""


def told(faults: Sequence[Mapping[str, Any]]) -> tuple[list[str], list[str]]:
    """Name each field and its fault: in Chinese, and in English.

    A `ValueError` of our own says both, ``中文 | English``.
    """
    zh, en = [], []
    for fault in faults:
        where = ".".join(map(str, fault["loc"]))
        ours_own, _, said = str(fault["msg"]).removeprefix("Value error, ").rpartition(" | ")
        kind = str(fault["type"])
        ours = _SAID.get(kind) or _SAID.get(kind.partition("_")[0])
        here = ours.format_map(fault.get("ctx") or {}) if ours else ours_own or said
        zh.append(f"{where}：{here}" if where else here)
        en.append(f"{where}: {said}" if where else said)
    return zh, en


def refused(error: ValidationError) -> BadInput:
    """Turn what a form did not take into an error of the house."""
    return refused_all(error.errors())


def refused_all(faults: Sequence[Mapping[str, Any]]) -> BadInput:
    """Turn such faults, as pydantic lists them, into one error."""
    zh, en = told(faults)
    return BadInput("; ".join(en), zh=f"参数有误：{'；'.join(zh)}", where=en)
