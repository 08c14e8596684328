"""Tables with places in their cells: CSV and GeoParquet; and what they share with sheets."""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from geo.errors import FileRefused
from geo.files import gdal, heads, letters, spots
from geo.files.faults import finding
from geo.files.opening import Source
from geo.files.table import Field, Table
from geo.layers import Finding

_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_ORDER = re.compile(r"sep=.?", re.IGNORECASE)
"""A first line by which spreadsheets tell each other the mark between cells."""
_LONGEST_CELL = 64 * 2**20
_MOST_COLUMNS = 2000
_TOP, _LOOKED_AT, _SHOWN = 30, 2**18, 6
_MARKS = ",\t;|"


def load(source: Source, layer: str, encoding: str | None) -> Table:
    """Read a CSV or Parquet file.

    Raises
    ------
    FileRefused
        When it is damaged, or holds no table.
    """
    if source.kind == "csv":
        return _csv(source, layer, encoding)
    return _parquet(source, layer)


def unguarded(text: str) -> str:
    """Take off the sign that keeps a spreadsheet from reading a word as a formula.

    Examples
    --------
    >>> unguarded("'=1+1"), unguarded("it's")
    ('=1+1', "it's")
    """
    return text[1:] if _GUARDED.match(text) else text


def guarded(text: str) -> str:
    """Put a sign before a word that a spreadsheet would take for a formula.

    Examples
    --------
    >>> guarded("=1+1"), guarded("'=1"), guarded("it's")
    ("'=1+1", "''=1", "it's")
    """
    return f"'{text}" if re.match(r"'*[=+\-@\t\r]", text) else text


def _csv(source: Source, layer: str, encoding: str | None) -> Table:
    content, says = letters.unmarked(source.path.read_bytes(), (None, "CSV"))
    decision = letters.decide(content.splitlines(), layer=layer, says=says, option=encoding)
    text, _ = letters.decode(content, decision.encoding)
    csv.field_size_limit(_LONGEST_CELL)
    mark = max(_MARKS, key=lambda m: _likeness(text, m))
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=mark))
    except csv.Error as fault:
        raise damaged(source, str(fault)) from None
    if rows and rows[0] and _ORDER.fullmatch(rows[0][0]):
        rows = rows[1:]
    under = headed(rows, source, layer)
    width = len(under.names)
    said = _ragged(under, width, layer)
    words = np.array(
        [[unguarded(c) or None for c in (*row, *[""] * (width - len(row)))][:width] for row in under.rows],
        dtype=object,
    )  # fmt: skip
    fields = [Field(name, words[:, i], untyped=True) for i, name in enumerate(under.names)]
    fields = [f for f in fields if f.name or any(v is not None for v in f.values)]
    prj = source.sidecar(".prj")
    crs = gdal.system(prj.read_text("utf-8", errors="replace")) if prj else None
    findings = (*decision.findings, *under.findings, *said)
    return placed(fields, crs, decision.encoding, findings, layer)


def _ragged(under: heads.Headed, width: int, layer: str) -> list[Finding]:
    """Report rows whose cells stand under other columns than their own, and rows that end early."""
    found = []
    for code, wrong, zh, en in (
        ("ROWS_SHIFTED", [any(row[width:]) for row in under.rows], "单元格比列名多，可能因逗号未加引号而错列", "more cells than the heading, so that they may stand in wrong columns"),
        ("ROWS_SHORT", [len(row) < width for row in under.rows], "单元格比列名少，缺的按空值读取", "fewer cells than the heading; those that lack are empty"),
    ):  # fmt: skip
        rows = [str(i + 1) for i, bad in zip(under.at, wrong, strict=True) if bad]
        if rows:
            shown = "、".join(rows[:_SHOWN]) + ("…" if len(rows) > _SHOWN else "")
            found.append(
                finding(
                    code,
                    layer,
                    f"{len(rows)} 行的{zh}：第 {shown} 行",
                    f"{len(rows)} rows have {en}: rows {shown.replace('、', ', ')}",
                    hint_zh="请更正这些行，含逗号的文字要加引号，或另存为 XLSX",
                    hint_en="correct these rows: words with a comma need quotes; or save as XLSX",
                )
            )
    return found


def _likeness(text: str, mark: str) -> tuple[int, int]:
    """Say how far a mark parts a text into a table: rows of one width above 1, and that width."""
    top = io.StringIO(text[:_LOOKED_AT], newline="")
    try:
        rows = list(itertools.islice(csv.reader(top, delimiter=mark), _TOP))
    except csv.Error:
        return 0, 0
    widths = Counter(len(row) for row in rows if len(row) > 1)
    width, count = max(widths.items(), key=lambda w: (w[1], w[0]), default=(0, 0))
    return count, width


def headed(rows: Sequence[Sequence[str]], source: Source, layer: str) -> heads.Headed:
    """Find the heading of a table and the rows under it.

    Raises
    ------
    FileRefused
        When there is none.
    """
    under = heads.headed(rows, layer, places=(*spots.X, *spots.Y, *spots.SHAPE))
    if under is None or not under.rows or len(under.names) > _MOST_COLUMNS:
        raise damaged(source, "no heading with rows under it")
    return under


def damaged(source: Source, why: str) -> FileRefused:
    """Make the refusal of what is no table."""
    return FileRefused(
        f"{source.shown} is no table that can be read: {why}",
        zh=f"{source.shown} 不是可读取的表格（应有一行列名，其下为数据）",
        hint="there must be a row with the names of the columns, and rows under it",
        hint_zh="请检查是否有一行列名、其下是否有数据，或重新导出",
    )


def _parquet(source: Source, layer: str) -> Table:
    import pyarrow  # noqa: PLC0415 — heavy, and few files are parquet
    from pyarrow import parquet  # noqa: PLC0415

    try:
        names = parquet.ParquetFile(source.path).schema_arrow
        spatial = b"geo" in (names.metadata or {})
        frame: pd.DataFrame = (
            gpd.read_parquet(source.path) if spatial else pd.read_parquet(source.path)
        )
    except (pyarrow.ArrowException, ValueError, OSError, KeyError, TypeError) as fault:
        raise gdal.unreadable(fault, source) from None
    shape = frame.active_geometry_name if isinstance(frame, gpd.GeoDataFrame) else None
    fields = tuple(Field(str(name), _plain(frame[name])) for name in frame.columns if name != shape)
    if not isinstance(frame, gpd.GeoDataFrame) or shape is None:
        return placed(fields, None, "utf-8", (), layer)
    wkb = np.asarray(shapely.to_wkb(frame.geometry.to_numpy()), dtype=object)
    return Table(fields, wkb, len(frame), frame.crs, "utf-8", (), "Unknown")


def _plain(values: pd.Series) -> npt.NDArray[Any]:
    """Give a column as GDAL gives it: numbers as they are, words as objects, none as None."""
    if values.dtype.kind in "iufbM" and isinstance(values.dtype, np.dtype):
        return values.to_numpy()
    return np.array([None if pd.isna(v) else v for v in values.tolist()], dtype=object)


def placed(
    fields: Sequence[Field],
    crs: CRS | None,
    encoding: str,
    findings: Sequence[Finding],
    layer: str,
) -> Table:
    """Make shapes of the columns that hold places; the other columns stay fields.

    Without such columns it is a bare table.
    """
    rows = len(fields[0].values) if fields else 0
    found = spots.spots(fields, layer)
    if found is None:
        return Table(tuple(fields), None, rows, None, encoding, tuple(findings))
    rest = tuple(f for f in fields if all(f is not u for u in found.used))
    findings = (*findings, *found.findings)
    return Table(rest, found.shapes, rows, crs or found.crs, encoding, findings, "Unknown")
