"""The codes and ids by which rows are known: plain, legal, and none given twice."""

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo.files.faults import finding
from geo.files.table import ROW, Field
from geo.layers import Finding, Layer, codes

_AS_NUMBER = r"[0-9]+\.0*|[0-9](?:\.[0-9]+)?[eE]\+?[0-9]+"
_WIDE = r"[^\x00-\x7f]"
_ODD = r"[^0-9]"
_BETWEEN = re.compile(r"[\s'\"`\-_.·]+")
_SCIENTIFIC = re.compile(r"(\d)(?:\.(\d+))?[eE]\+?(\d+)")
_MOST_TOLD = 200
"""Codes that came twice are told one by one up to so many."""


def plain_codes(
    values: pd.Series, field: Field, layer: Layer
) -> tuple[pd.Series, dict[str, list[int]]]:
    """Look at codes: full-width digits are made plain, numbers are reported, not mended.

    Own ids of places may be whole numbers; the codes of areas may not. Gives the codes, and
    the rows of NUMBER_AS_TEXT and CODE_AS_NUMBER.
    """
    noted: dict[str, list[int]] = {}
    wide = np.flatnonzero(values.str.contains(_WIDE).to_numpy(bool))
    if len(wide):
        words = values.to_numpy(dtype=object, copy=True)
        plain = np.array([unicodedata.normalize("NFKC", w) for w in words[wide]], dtype=object)
        noted["NUMBER_AS_TEXT"] = wide[plain != words[wide]].tolist()
        words[wide] = plain
        values = pd.Series(words, dtype="str")
    if field.values.dtype.kind in "iuf" and field.name != ROW and layer.level is not None:
        number = (values != "").to_numpy(bool)
    else:
        number = values.str.fullmatch(_AS_NUMBER).to_numpy(bool)
    noted["CODE_AS_NUMBER"] = np.flatnonzero(number).tolist()
    if layer.level is not None:
        values, noted["CODE_CLEANED"] = _cleaned(values, layer.level, number)
    return values, noted


def _cleaned(
    values: pd.Series, level: str, number: npt.NDArray[np.bool_]
) -> tuple[pd.Series, list[int]]:
    """Take out of codes what cannot belong to them, where a legal code is left.

    Blanks, quotes and dashes are taken out and noted; a number that was written as one
    (``…001.0``, or with an exponent and all its digits) is written out: that it was a number
    is told anyway.
    """
    odd = np.flatnonzero(values.str.contains(_ODD).to_numpy(bool))
    if not len(odd):
        return values, []
    words, noted = values.to_numpy(dtype=object, copy=True), []
    for row in odd.tolist():
        code = _written_out(words[row]) if number[row] else _bare(words[row])
        if code != words[row] and codes.is_legal(code):
            words[row] = code
            noted += [] if number[row] else [row]
    return pd.Series(words, dtype="str"), noted


def _bare(word: str) -> str:
    return _BETWEEN.sub("", "".join(c for c in word if unicodedata.category(c) != "Cf"))


def _written_out(word: str) -> str:
    """Write a number out, unless digits of it are lost."""
    if (said := _SCIENTIFIC.fullmatch(word)) is None:
        return word.partition(".")[0]
    digits = said[1] + (said[2] or "")
    return digits if len(digits) == int(said[3]) + 1 else word


def code_findings(
    values: pd.Series, layer: Layer, names: Sequence[str], *, first: int = 0
) -> list[Finding]:
    """Report keys that are empty, malformed (for levels with a code rule) or given twice.

    Layers whose key may be empty, such as streets, are not asked for one. `first` rows of
    the file came before these.
    """
    findings: list[Finding] = []
    if layer.column(layer.key).default is not None:
        return findings
    words = values.astype(object).tolist()
    bad = [i for i, v in enumerate(words) if not v or (layer.level and not _legal(v, layer.level))]
    if bad and not all(v == "" for v in words):
        findings.append(_bad_codes(layer, [names[i] for i in bad]))
    twice = values[values.duplicated(keep=False) & (values != "")]
    groups = list(twice.groupby(twice).groups.items())
    if len(groups) > _MOST_TOLD:
        return [*findings, repeated(layer, [int(r) + 1 + first for r in twice.index])]
    for code, rows in groups:
        if len(rows) > 1:
            at = "、".join(str(int(r) + 1 + first) for r in rows[:_MOST_TOLD])
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
