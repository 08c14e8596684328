"""Slips on the command line, told like every other error: in Chinese, in English, with a way out."""

import re

from typer.exceptions import TyperException

from geo.errors import BadInput

_ZH = (
    (r"Missing option (.*?)\.?( .*)?$", r"缺少选项 \1"),
    (r"Missing (?:argument|parameter) (.*?)\.?( .*)?$", r"缺少参数 \1"),
    (r"No such option: (.*)", r"没有选项 \1"),
    (r"No such command (.*?)\.?( .*)?$", r"没有命令 \1"),
    (r"Got unexpected extra arguments? (.*)", r"多出的参数 \1"),
    (r"(.*) requires an argument\.?", r"\1 后面要写值"),
    (r"Invalid value for (.*?): (.*)", r"\1 的值不对：\2"),
    (r"Invalid value: (.*)", r"\1"),
    (r"Value error, ", ""),
    (r"Input should be greater than or equal to (\S+)", r"应不小于 \1"),
    (r"Input should be less than or equal to (\S+)", r"应不大于 \1"),
    (r"Input should be a valid integer.*", "应为整数"),
    (r"Input should be a valid number.*", "应为数字"),
    (r"'([^']*)' does not match the formats? (.*?)\.?$", r"“\1”不是时间，应写成 2026-03-01、2026-03-01 09:00 或 09:00"),
    (r"Input should be (.*)", r"应为 \1"),
    (r"(?:[Ff]ile|[Pp]ath) '([^']*)' does not exist\.?", r"没有文件 \1"),
)  # fmt: skip


def refused(slip: TyperException) -> BadInput:
    """Turn a slip that Typer found into an error of the house."""
    said = slip.format_message().replace("Value error, ", "")
    zh = said
    for english, ours in _ZH:
        zh = re.sub(english, ours, zh)
    asked = getattr(getattr(slip, "ctx", None), "command_path", "wangge")
    return BadInput(said, zh=zh, hint=f"see {asked} --help", hint_zh=f"用法见 {asked} --help")
