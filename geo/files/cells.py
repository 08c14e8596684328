"""Tables with places in their cells: CSV, XLSX and GeoParquet; points by two columns, or WKT."""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from geo.errors import FileRefused
from geo.files import book, gdal, heads, letters, spots
from geo.files.faults import finding
from geo.files.opening import Source
from geo.files.table import Field, Table
from geo.layers import LAYERS, Finding

ABOUT = "说明 about"
"""The sheet of a workbook that says what it is."""
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_ORDER = re.compile(r"sep=.?", re.IGNORECASE)
"""A first line by which spreadsheets tell each other the mark between cells."""
_LONGEST_CELL = 64 * 2**20
_MOST_COLUMNS, _MOST_CELLS, _EXACT = 2000, 30_000_000, 2**53
_TOP, _LOOKED_AT, _SHOWN = 30, 2**18, 6
_MARKS = ",\t;|"


def load(source: Source, layer: str, encoding: str | None) -> Table:
    """Read a CSV, XLSX or Parquet file.

    Raises
    ------
    FileRefused
        When it is damaged, or holds no table.
    """
    if source.kind == "csv":
        return _csv(source, layer, encoding)
    if source.kind == "xlsx":
        return _xlsx(source, layer)
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
        raise _damaged(source, str(fault)) from None
    if rows and rows[0] and _ORDER.fullmatch(rows[0][0]):
        rows = rows[1:]
    under = _headed(rows, source, layer)
    width = len(under.names)
    ragged = sum(len(row) != width for row in under.rows)
    words = np.array(
        [[unguarded(c) or None for c in (*row, *[""] * (width - len(row)))][:width] for row in under.rows],
        dtype=object,
    )  # fmt: skip
    fields = [Field(name, words[:, i], untyped=True) for i, name in enumerate(under.names)]
    fields = [f for f in fields if f.name or any(v is not None for v in f.values)]
    said = [f"{ragged} rows have more or fewer cells than the heading"] if ragged else []
    prj = source.sidecar(".prj")
    crs = gdal.system(prj.read_text("utf-8", errors="replace")) if prj else None
    findings = (*decision.findings, *under.findings, *gdal.warned(said, layer))
    return placed(fields, crs, decision.encoding, findings, layer)


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


def _headed(rows: Sequence[Sequence[str]], source: Source, layer: str) -> heads.Headed:
    under = heads.headed(rows, layer, places=(*spots.X, *spots.Y, *spots.SHAPE))
    if under is None or not under.rows or len(under.names) > _MOST_COLUMNS:
        raise _damaged(source, "no heading with rows under it")
    return under


def _damaged(source: Source, why: str) -> FileRefused:
    return FileRefused(
        f"{source.shown} is no table that can be read: {why}",
        zh=f"{source.shown} 不是可读取的表格（应有一行列名，其下为数据）",
        hint="there must be a row with the names of the columns, and rows under it",
        hint_zh="请检查是否有一行列名、其下是否有数据，或重新导出",
    )


def _xlsx(source: Source, layer: str) -> Table:
    sheets = [name for name in gdal.layers_of(source) if name != ABOUT]
    chosen, said = _sheet(sheets, book.hidden(source), source, layer)
    facts = book.facts(source, chosen)
    _, _, values, warned = gdal.read(source, layer=chosen)
    grid = np.array(
        [["" if c is None else str(c) for c in column] for column in values], dtype=object
    ).T
    if grid.size > _MOST_CELLS or not grid.size:
        raise _damaged(source, "no sheet, or one beyond all measure")
    said += _spread(grid, facts, layer)
    under = _headed(grid.tolist(), source, layer)
    at = np.array(under.at, dtype=np.int64)
    fields = [
        _field(name, grid[at, j], np.isin(at, facts.numbers.get(j, ())))
        for j, name in enumerate(under.names)
    ]
    fields = [f for f in fields if f.name or any(v is not None for v in f.values)]
    crs = CRS.from_epsg(4490) if ABOUT in gdal.layers_of(source) else None
    findings = [
        *gdal.warned(warned, layer),
        *said,
        *under.findings,
        *_formula_findings(facts.formulas, layer),
    ]
    return placed(fields, crs, "utf-8", findings, layer)


def _sheet(
    sheets: Sequence[str], hidden: Collection[str], source: Source, layer: str
) -> tuple[str, list[Finding]]:
    """Choose a sheet: the one named for the layer, else the first that is seen and has a heading."""
    zh = LAYERS[layer].zh if layer in LAYERS else layer
    seen = [name for name in sheets if name not in hidden] or list(sheets)
    if not seen:
        raise _damaged(source, "no sheet")
    named = [name for name in seen if name.strip().lower() in (layer.lower(), zh)]
    if not named and len(seen) > 1:
        named = [name for name in seen if _is_table(source, name)]
    chosen = (named or seen)[0]
    left = [name for name in sheets if name != chosen]
    if not left:
        return chosen, []
    return chosen, [
        finding(
            "SHEET_CHOSEN",
            layer,
            f"工作簿有 {len(sheets)} 个表，只读取“{chosen}”；未读取：{'、'.join(left[:_SHOWN])}",
            f"the book has {len(sheets)} sheets; {chosen!r} was read, not {', '.join(left[:_SHOWN])}",
            hint_zh=f"要读另一个表，请把它改名为“{zh}”，或单独另存",
            hint_en=f"name another sheet {zh!r} to have it read, or save it alone",
        )
    ]


def _is_table(source: Source, sheet: str) -> bool:
    """Say whether a sheet has a heading with places and rows under it, by its first rows."""
    _, _, values, _ = gdal.read(source, layer=sheet, max_features=_TOP)
    rows = [["" if c is None else str(c) for c in row] for row in zip(*values, strict=True)]
    under = heads.headed(rows, sheet, places=(*spots.X, *spots.Y, *spots.SHAPE))
    return under is not None and len(under.rows) > 0 and heads.knows(under.names)


def _spread(grid: npt.NDArray[np.object_], facts: book.Facts, layer: str) -> list[Finding]:
    """Give the words of merged cells to all cells that were merged; numbers stay where they are."""
    count, left = 0, _MOST_CELLS
    for (top, west), (bottom, east) in facts.merged:
        area = grid[top : bottom + 1, west : east + 1]
        left -= area.size
        if (
            not area.size
            or left < 0
            or not area[0, 0].strip()
            or top in facts.numbers.get(west, ())
        ):
            continue
        empty = area == ""
        count += int(bottom > top and bool(empty.any()))
        area[empty] = area[0, 0]
    if not count:
        return []
    return [
        finding(
            "CELLS_MERGED",
            layer,
            f"有 {count} 处上下合并的单元格，其文字已填到每一行（数字只留在首行）",
            f"{count} cells are merged over several rows; their words were given to each row, numbers to the first",
            hint_zh="请核对；最好先取消合并单元格并逐行填写",
            hint_en="look at them; unmerging the cells and filling each row is best",
        )
    ]


def _field(name: str, cells: npt.NDArray[np.object_], numeric: npt.NDArray[np.bool_]) -> Field:
    """Make a field of words, or of numbers where every cell is kept as one."""
    filled = np.array([cell != "" for cell in cells], dtype=bool)
    if filled.any() and numeric[filled].all() and all(map(heads.is_number, cells[filled])):
        numbers = np.full(len(cells), np.nan)
        numbers[filled] = cells[filled].astype(np.float64)
        whole = filled.all() and (np.abs(numbers) < _EXACT).all() and (numbers % 1 == 0).all()
        return Field(name, numbers.astype(np.int64) if whole else numbers)
    words = [unguarded(cell) if cell != "" else None for cell in cells]
    return Field(name, np.array(words, dtype=object))


def _formula_findings(count: int, layer: str) -> list[Finding]:
    if not count:
        return []
    return [
        finding(
            "FORMULA",
            layer,
            f"表格中有 {count} 个公式，没有运行公式，只取上次保存的结果",
            f"the sheet holds {count} formulas; none was run, their last results were taken",
            hint_zh="请在表格软件中“选择性粘贴为数值”后重新保存",
            hint_en="paste them as values and save again",
        )
    ]


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
