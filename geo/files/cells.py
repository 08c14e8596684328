"""Tables with places in their cells: CSV, XLSX and GeoParquet; points by two columns, or WKT."""

import csv
import io
import math
import re
import zipfile
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from pyproj import CRS

from geo.errors import FileRefused
from geo.files import gdal, letters
from geo.files.faults import finding
from geo.files.opening import Source
from geo.files.table import Field, Table
from geo.layers import LAYERS, Finding

WKT = ("wkt", "geometry", "geom", "the_geom", "几何", "图形", "坐标串")
X = ("lon", "lng", "long", "longitude", "经度", "x", "x_m", "东坐标", "横坐标", "easting")
Y = ("lat", "latitude", "纬度", "y", "y_m", "北坐标", "纵坐标", "northing")
ABOUT = "说明 about"
"""The sheet of a workbook that says what it is."""
_BOM = b"\xef\xbb\xbf"
_GUARDED = re.compile(r"'+[=+\-@\t\r]")
_LONGEST_CELL = 64 * 2**20


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
    return _parquet(source)


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
    content = source.path.read_bytes()
    marked = content.startswith(_BOM)
    content = content.removeprefix(_BOM)
    says = (letters.UTF8, "BOM") if marked else (None, "CSV")
    decision = letters.decide(content.splitlines(), layer=layer, says=says, option=encoding)
    text, _ = letters.decode(content, decision.encoding)
    csv.field_size_limit(_LONGEST_CELL)
    first = text.partition("\n")[0]
    mark = max(",\t;|", key=first.count)
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=mark) if row]
    except csv.Error as fault:
        raise _damaged(source, str(fault)) from None
    if len(rows) < 2 or len(rows[0]) > 2000:
        raise _damaged(source, "no heading with rows under it")
    names = [name.strip() for name in rows[0]]
    width = len(names)
    ragged = sum(len(row) != width for row in rows[1:])
    cells = np.array(
        [[unguarded(c) or None for c in (*row, *[""] * (width - len(row)))][:width] for row in rows[1:]],
        dtype=object,
    )  # fmt: skip
    fields = [Field(name, cells[:, i], untyped=True) for i, name in enumerate(names)]
    said = [f"{ragged} rows have more or fewer cells than the heading"] if ragged else []
    prj = source.sidecar(".prj")
    crs = gdal.system(prj.read_text("utf-8", errors="replace")) if prj else None
    return placed(
        fields, crs, decision.encoding, (*decision.findings, *gdal.warned(said, layer)), source
    )


def _damaged(source: Source, why: str) -> FileRefused:
    return FileRefused(
        f"{source.shown} is no table that can be read: {why}",
        zh=f"{source.shown} 不是可读取的表格（第一行应为列名，其下为数据）",
        hint="the first row must hold the names of the columns",
        hint_zh="请检查第一行是否为列名，或重新导出",
    )


def _xlsx(source: Source, layer: str) -> Table:
    formulas, sheets = _formulas(source), gdal.layers_of(source)
    zh = LAYERS[layer].zh if layer in LAYERS else layer
    named = [s for s in sheets if s.lower() in (layer.lower(), zh)]
    chosen = (named or [s for s in sheets if s != ABOUT] or sheets)[:1]
    if not chosen:
        raise _damaged(source, "no sheet")
    meta, _, values, said = gdal.read(source, layer=chosen[0], HEADERS="FORCE")
    fields = [Field(str(n), _texts(v)) for n, v in zip(meta["fields"], values, strict=True)]
    crs = CRS.from_epsg(4490) if ABOUT in sheets else None
    findings = [*gdal.warned(said, layer), *_formula_findings(formulas, layer)]
    return placed(fields, crs, "utf-8", findings, source)


def _texts(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    if values.dtype != object:
        return values
    return np.array([unguarded(v) if isinstance(v, str) else v for v in values], dtype=object)


def _formulas(source: Source) -> int:
    """Count the formulas of a workbook."""
    count = 0
    try:
        with zipfile.ZipFile(source.path) as book:
            for name in book.namelist():
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    with book.open(name) as sheet:
                        while part := sheet.read(1 << 20):
                            count += part.count(b"<f>") + part.count(b"<f ")
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError) as fault:
        raise gdal.unreadable(fault, source) from None
    return count


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


def _parquet(source: Source) -> Table:
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
        return Table(fields, None, len(frame), None, "utf-8")
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
    source: Source,
) -> Table:
    """Make shapes of the columns that hold places; the other columns stay fields.

    A column of WKT comes before two columns of numbers. Without either it is a bare table.
    """
    rows = len(fields[0].values) if fields else 0
    by_name = {f.name.strip().lower(): f for f in reversed(fields)}
    wkt = next((by_name[n] for n in WKT if n in by_name), None)
    x = next((by_name[n] for n in X if n in by_name), None)
    y = next((by_name[n] for n in Y if n in by_name), None)
    if wkt is not None:
        used, shapes = [wkt], _of_words(wkt.values, source)
    elif x is not None and y is not None:
        used, shapes = [x, y], _of_numbers(x.values, y.values)
    else:
        return Table(tuple(fields), None, rows, None, encoding, tuple(findings))
    rest = tuple(f for f in fields if all(f is not u for u in used))
    return Table(rest, shapes, rows, crs, encoding, tuple(findings), "Unknown")


def _of_words(words: npt.NDArray[Any], source: Source) -> npt.NDArray[np.object_]:
    texts = np.array([w if isinstance(w, str) else None for w in words], dtype=object)
    try:
        with np.errstate(over="ignore"):  # a number beyond all bounds is told as a fault later
            shapes = shapely.from_wkt(texts, on_invalid="ignore")
    except (shapely.errors.GEOSException, ValueError) as fault:
        raise _damaged(source, str(fault)) from None
    return np.asarray(shapely.to_wkb(shapes), dtype=object)


def _of_numbers(xs: npt.NDArray[Any], ys: npt.NDArray[Any]) -> npt.NDArray[np.object_]:
    pairs = np.array([(_number(x), _number(y)) for x, y in zip(xs, ys, strict=True)], dtype=float)
    pairs = pairs.reshape(-1, 2)
    there = np.isfinite(pairs).all(axis=1)
    shapes = np.full(len(pairs), None, dtype=object)
    shapes[there] = shapely.to_wkb(shapely.points(pairs[there]))
    return shapes


def _number(cell: Any) -> float:
    try:
        number = float(cell)
    except (TypeError, ValueError):
        return math.nan
    return number
