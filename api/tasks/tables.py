"""Plain tables: read with every fault named by file, row and column; written whole or not at all."""

import os
import tempfile
from collections.abc import Container, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from geo.errors import NotFound, SchemaError

TEXT = {"code", "id", "a", "b", "unit", "centre", "group", "demand", "site", "fixed"}
"""Columns that are names, never numbers: ``007`` stays ``007``."""


def read_table(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Read a CSV (UTF-8, UTF-8 with BOM or GB18030) or Parquet table that has some columns.

    Raises
    ------
    NotFound
        When there is no such file.
    SchemaError
        When it is no table, or columns are missing.
    """
    if not path.is_file():
        raise NotFound(f"no file {path}", zh=f"没有文件 {path}", where=[str(path)])
    frame = _parquet(path) if path.suffix.lower() in (".parquet", ".pq") else _csv(path)
    frame.columns = [str(name).strip() for name in frame.columns]
    if missing := [name for name in columns if name not in frame]:
        have = ", ".join(map(str, frame.columns))
        raise SchemaError(
            f"{path}: no column {', '.join(missing)}",
            zh=f"{path}：缺少列 {'、'.join(missing)}",
            where=missing,
            hint=f"columns there: {have}",
            hint_zh=f"现有列：{have}",
        )
    return frame


def numbers_by_code(path: Path) -> dict[str, int | float]:
    """Read a table of `code` and `value`; whole numbers stay whole."""
    frame = read_table(path, ["code", "value"])
    values = pd.to_numeric(frame["value"], errors="coerce")
    if wrong := frame["code"][values.isna()].astype(str).tolist():
        raise SchemaError(
            f"{path}: no number for {', '.join(wrong[:3])}",
            zh=f"{path}：{'、'.join(wrong[:3])} 没有数值",
            where=wrong,
        )
    return dict(zip(frame["code"].astype(str).tolist(), values.tolist(), strict=True))


def _csv(path: Path) -> pd.DataFrame:
    text = dict.fromkeys(TEXT, "str")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return pd.read_csv(path, dtype=text, encoding=encoding, skipinitialspace=True)
        except UnicodeDecodeError:
            continue
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise SchemaError(
                f"{path} is no CSV table: {error}", zh=f"{path} 不是 CSV 表"
            ) from None
    raise SchemaError(f"{path} is neither UTF-8 nor GB18030", zh=f"{path} 的编码无法识别")


def _parquet(path: Path) -> pd.DataFrame:
    try:
        frame = pd.read_parquet(path)
    except (OSError, ValueError) as error:
        raise SchemaError(
            f"{path} is no Parquet table: {error}", zh=f"{path} 不是 Parquet 表"
        ) from None
    for name in TEXT & set(frame.columns):
        frame[name] = frame[name].astype("str")
    return frame


class Faults:
    """Every fault of one table, told together; rows are counted as in a spreadsheet, head = 1."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.found: list[tuple[str, str]] = []

    def add(
        self, frame: pd.DataFrame, bad: "pd.Series[bool]", column: str, en: str, zh: str
    ) -> None:
        """Note the first few rows where `bad` holds."""
        rows = np.flatnonzero(bad.to_numpy(dtype=bool))
        for row in rows[:5]:
            value = frame[column].iloc[row]
            self.found.append(
                (
                    f"row {row + 2}, {column} {value!r}: {en}",
                    f"第 {row + 2} 行 {column}“{value}”：{zh}",
                )
            )
        if len(rows) > 5:
            self.found.append(
                (
                    f"{column}: {len(rows) - 5} more rows likewise",
                    f"{column}：另有 {len(rows) - 5} 行同样",
                )
            )

    def empty(self, frame: pd.DataFrame, column: str) -> None:
        """Note empty cells."""
        self.add(frame, frame[column].isna(), column, "is empty", "为空")

    def twice(self, values: "pd.Series[str]", column: str) -> None:
        """Note names that stand there already."""
        self.add(values.to_frame(column), values.duplicated(), column, "stands there twice", "重复")

    def below(self, frame: pd.DataFrame, column: str, least: float) -> None:
        """Note numbers that are too small."""
        self.add(frame, frame[column] < least, column, f"is below {least:g}", f"小于 {least:g}")

    def outside(self, frame: pd.DataFrame, column: str, least: float, most: float) -> None:
        """Note numbers outside a range."""
        bad = ~frame[column].between(least, most)
        self.add(
            frame,
            bad,
            column,
            f"is not within {least:g} … {most:g}",
            f"不在 {least:g} 至 {most:g} 之间",
        )

    def unknown(self, frame: pd.DataFrame, column: str, known: Container[str]) -> None:
        """Note names that the units do not have."""
        bad = frame[column].map(lambda name: name not in known).astype(bool)
        self.add(frame, bad, column, "is no unit", "不是已有单元")

    def refuse(self) -> None:
        """Raise `SchemaError` with every fault, when there is one."""
        if self.found:
            en, zh = zip(*self.found, strict=True)
            raise SchemaError(
                f"{self.path}: " + "; ".join(en), zh=f"{self.path}：" + "；".join(zh), where=en
            )


def numbers(
    frame: pd.DataFrame, column: str, faults: Faults, *, empty: float | None = None
) -> "pd.Series[float]":
    """Give a column as finite numbers; note the cells that are none. True/yes count as 1."""
    words = {"true": 1.0, "false": 0.0, "yes": 1.0, "no": 0.0, "是": 1.0, "否": 0.0}
    given = frame[column]
    if not pd.api.types.is_numeric_dtype(given) or pd.api.types.is_bool_dtype(given):
        text = given.astype("str").str.strip().str.lower()
        given = text.map(words).fillna(pd.to_numeric(text, errors="coerce"))
    values = pd.to_numeric(given, errors="coerce").astype(float)
    if empty is not None:
        values = values.where(frame[column].notna(), empty)
    faults.add(frame, ~pd.Series(np.isfinite(values)), column, "is no number", "不是数")
    return values.fillna(0.0)


def replace_text(path: Path, text: str) -> None:
    """Write a file whole or not at all: beside it first, then in its place."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(beside).chmod(0o644)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
