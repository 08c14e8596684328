"""Write a layer so that it reads back the same: GeoPackage first, shapefile and tables last.

A file appears whole or not at all: it is written beside its place and then moved there.
"""

import csv
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
import xlsxwriter

from geo import coords
from geo.errors import BadInput
from geo.files.cells import guarded
from geo.files.sheets import ABOUT
from geo.files.written import Written, losses, tell_beside, tell_in_geojson
from geo.layers import LAYERS

_DRIVERS = {
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".shp": "ESRI Shapefile",
    ".dbf": "ESRI Shapefile",
    ".fgb": "FlatGeobuf",
    ".csv": "CSV",
    ".xlsx": "XLSX",
    ".parquet": "Parquet",
}
_NAME_CHARS, _CELL_BYTES = 10, 254
_XLSX_CELL = 32_767
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".about.json")


def write(
    frame: gpd.GeoDataFrame,
    path: str | Path,
    *,
    layer: str | None = None,
    about: Mapping[str, str] | None = None,
) -> Written:
    """Write a layer to a file, in EPSG:4490.

    GeoJSON carries the same numbers as WGS 84 and says nothing of a system (RFC 7946).
    A shapefile gets ASCII field names of at most ten characters, UTF-8 words and a name
    table ``NAME.fields.csv`` (field, column, Chinese name) beside it. CSV and XLSX hold
    points as ``lon``, ``lat`` and other shapes as ``wkt``; no word of theirs is ever run as
    a formula. A layer without shapes becomes a table.

    Parameters
    ----------
    frame : GeoDataFrame
        In any known system. Every column that is not a shape is written.
    path : path
        ``.gpkg``, ``.geojson``, ``.json``, ``.fgb``, ``.parquet``, ``.shp``, ``.dbf``,
        ``.csv`` or ``.xlsx``; an existing file is replaced.
    layer : str, optional
        Name of the layer (`geo.layers.LAYERS`): the table's name in a GeoPackage and the
        Chinese names in the table of names. Without it, the file's name.
    about : mapping, optional
        What the file is (revision, date …): into the file's own metadata, or into
        ``NAME.about.json`` beside it where it has none.

    Returns
    -------
    Written
        `renamed`: column → field name in the file, where they differ; `losses`: what the
        format cannot hold, one finding each.

    Raises
    ------
    BadInput
        When the ending is unknown, the folder is missing, the words of a cell are too
        long for the format, or it cannot hold different kinds of shapes.
    CrsError
        When the frame has no known system.
    """
    path = Path(path)
    driver = _driver(path)
    if not path.parent.is_dir():
        raise BadInput(f"there is no folder {path.parent}", zh=f"没有文件夹 {path.parent}")
    table = coords.to_degrees(frame) if _spatial(frame) else pd.DataFrame(_without_shapes(frame))
    fields: dict[str, str] = {}
    if driver == "ESRI Shapefile":
        _require_short(table, path)
        _require_one_kind(table, path)
        fields = short_names([c for c in table.columns if c != _geometry(table)])
    renamed = {column: field for column, field in fields.items() if column != field}
    said = losses(table, path.suffix.lower(), layer or path.stem, renamed)
    table = table.rename(columns=fields).reset_index(drop=True)
    with tempfile.TemporaryDirectory(prefix=".wangge-", dir=path.parent) as folder:
        made = Path(folder) / path.name
        _WRITERS.get(driver, _write)(table, made, driver, layer or path.stem, dict(about or {}))
        if fields:
            _name_table(made, fields, layer)
        _moved(Path(folder), path)
    return Written(renamed, said)


def short_names(columns: list[str]) -> dict[str, str]:
    """Give every column an ASCII field name of at most ten characters, all different.

    Examples
    --------
    >>> short_names(["households", "microgrid_code", "microgrid_codes", "户数"])
    {'households': 'households', 'microgrid_code': 'microgrid_', 'microgrid_codes': 'microgri_2', '户数': 'field'}
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for column in columns:
        plain = "".join(c for c in column if c.isascii() and (c.isalnum() or c == "_")) or "field"
        name, number = plain[:_NAME_CHARS], 2
        while name.lower() in taken:
            tail = f"_{number}"
            name, number = plain[: _NAME_CHARS - len(tail)] + tail, number + 1
        taken.add(name.lower())
        names[column] = name
    return names


def _driver(path: Path) -> str:
    try:
        return _DRIVERS[path.suffix.lower()]
    except KeyError:
        listed = ", ".join(_DRIVERS)
        raise BadInput(
            f"files of kind {path.suffix or '(none)'} are not written",
            zh=f"不支持写出 {path.suffix or '无扩展名'} 文件",
            hint=f"one of {listed}",
            hint_zh=f"可用：{listed}",
        ) from None


def _geometry(table: pd.DataFrame) -> str | None:
    return str(table.geometry.name) if isinstance(table, gpd.GeoDataFrame) else None


def _spatial(frame: gpd.GeoDataFrame) -> bool:
    """Say whether a frame has any shape; a layer of tables has an empty geometry column."""
    named = isinstance(frame, gpd.GeoDataFrame) and frame.active_geometry_name is not None
    return named and (not len(frame) or not bool(frame.geometry.isna().all()))


def _without_shapes(frame: gpd.GeoDataFrame) -> pd.DataFrame:
    name = frame.active_geometry_name if isinstance(frame, gpd.GeoDataFrame) else None
    return pd.DataFrame(frame.drop(columns=[name] if name else []))


def _write(table: pd.DataFrame, path: Path, driver: str, name: str, about: dict[str, str]) -> None:
    options: dict[str, dict[str, str]] = {
        "ESRI Shapefile": {"ENCODING": "UTF-8"},
        "GeoJSON": {"COORDINATE_PRECISION": "15"},
        "FlatGeobuf": {"DESCRIPTION": str(about)} if about else {},
    }
    if driver == "GeoJSON" and isinstance(table, gpd.GeoDataFrame):
        table = table.set_crs("EPSG:4326", allow_override=True)
    own: dict[str, Any] = {"layer": name} if driver == "GPKG" else {}
    if driver == "GPKG" and about:
        own["layer_metadata"] = about
    target = path.with_suffix(".shp") if path.suffix.lower() == ".dbf" else path
    pyogrio.write_dataframe(table, target, driver=driver, layer_options=options.get(driver), **own)
    if about and driver == "GeoJSON":
        tell_in_geojson(path, about)
    if about and driver == "ESRI Shapefile":
        tell_beside(path, about)


def _in_cells(table: pd.DataFrame) -> pd.DataFrame:
    """Put shapes into cells, points as two numbers, others as WKT, and guard the words."""
    shape = _geometry(table)
    cells = pd.DataFrame({name: table[name] for name in table.columns if name != shape})
    for name in cells.select_dtypes(["str", "object"]).columns:
        cells[name] = [guarded(v) if isinstance(v, str) else v for v in cells[name]]
    if isinstance(table, gpd.GeoDataFrame):
        shapes = table.geometry
        if len(shapes) and shapes.geom_type.eq("Point").all():
            cells["lon"], cells["lat"] = shapes.x, shapes.y
        else:
            cells["wkt"] = shapely.to_wkt(shapes.to_numpy(), rounding_precision=-1)
    return cells


def _write_csv(table: pd.DataFrame, path: Path, _: str, __: str, about: dict[str, str]) -> None:
    _in_cells(table).to_csv(path, index=False, encoding="utf-8-sig")
    if isinstance(table, gpd.GeoDataFrame):
        path.with_suffix(".prj").write_text(coords.STORED.to_wkt("WKT1_ESRI"), "utf-8")
    if about:
        tell_beside(path, about)


def _write_xlsx(table: pd.DataFrame, path: Path, _: str, name: str, about: dict[str, str]) -> None:
    cells = _in_cells(table)
    _require_room(cells, path)
    told = {"crs": "EPSG:4490" if isinstance(table, gpd.GeoDataFrame) else "", **about}
    with xlsxwriter.Workbook(str(path), {"in_memory": True}) as book:
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        for j, column in enumerate(cells.columns):
            sheet.write_string(0, j, str(column))
            for i, value in enumerate(cells[column].tolist(), 1):
                _cell(sheet, i, j, value)
        notes = book.add_worksheet(ABOUT)
        for i, (key, value) in enumerate(told.items()):
            notes.write_string(i, 0, key)
            notes.write_string(i, 1, value)


def _cell(sheet: Any, row: int, column: int, value: Any) -> None:
    """Write a number as a number and everything else as words, which are never run."""
    if isinstance(value, int | float | np.number) and not isinstance(value, bool):
        if np.isfinite(value):
            sheet.write_number(row, column, value)
    elif value is not None and not pd.isna(value):
        sheet.write_string(row, column, str(value))


def _require_room(cells: pd.DataFrame, path: Path) -> None:
    for name in cells.select_dtypes(["str", "object"]).columns:
        long = int((cells[name].astype(str).str.len() > _XLSX_CELL).sum())
        if long:
            raise BadInput(
                f"{long} cells of {name!r} are longer than the {_XLSX_CELL} characters of a sheet's cell",
                zh=f"“{name}”有 {long} 处超过表格单元格的 {_XLSX_CELL} 字上限",
                hint=f"write {path.stem}.gpkg or {path.stem}.csv instead",
                hint_zh=f"请改为导出 {path.stem}.gpkg 或 {path.stem}.csv",
            )


def _write_parquet(table: pd.DataFrame, path: Path, _: str, __: str, about: dict[str, str]) -> None:
    from pyarrow import parquet  # noqa: PLC0415 — heavy, and few files are parquet

    table.to_parquet(path, index=False)
    if about:
        made = parquet.read_table(path)
        kept = {
            **(made.schema.metadata or {}),
            **{k.encode(): v.encode() for k, v in about.items()},
        }
        parquet.write_table(made.replace_schema_metadata(kept), path)


_WRITERS = {"CSV": _write_csv, "XLSX": _write_xlsx, "Parquet": _write_parquet}


def _require_one_kind(table: pd.DataFrame, path: Path) -> None:
    if not isinstance(table, gpd.GeoDataFrame):
        return
    kinds = set(shapely.get_dimensions(table.geometry.to_numpy()).tolist()) - {-1}
    if len(kinds) > 1:
        raise BadInput(
            "a shapefile holds one kind of shape; this layer has points and areas",
            zh="Shapefile 只能存一种图形，本图层既有点又有面",
            hint=f"write {path.stem}.gpkg instead",
            hint_zh=f"请改为导出 {path.stem}.gpkg",
        )


def _require_short(table: pd.DataFrame, path: Path) -> None:
    for name in table.select_dtypes(["str", "object"]).columns:
        long = table[name].dropna().map(lambda v: len(str(v).encode()) > _CELL_BYTES).astype(bool)
        if name != _geometry(table) and long.any():
            raise BadInput(
                f"{int(long.sum())} cells of {name!r} are longer than the {_CELL_BYTES} bytes a shapefile holds",
                zh=f"“{name}”有 {int(long.sum())} 处文字超过 Shapefile 的 {_CELL_BYTES} 字节上限",
                hint=f"write {path.stem}.gpkg instead",
                hint_zh=f"请改为导出 {path.stem}.gpkg",
            )


def _name_table(made: Path, fields: dict[str, str], layer: str | None) -> None:
    zh = {c.name: c.zh for c in LAYERS[layer].columns} if layer in LAYERS else {}
    with made.with_suffix(".fields.csv").open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["field", "column", "zh"])
        rows.writerows([field, column, zh.get(column, "")] for column, field in fields.items())


def _moved(folder: Path, path: Path) -> None:
    """Move what was written to its place, the part that makes it a layer last."""
    parts = sorted(folder.iterdir(), key=lambda p: p.name == path.name)
    beside = (".shp", ".dbf"), (".csv",)
    stale = {path.with_suffix(s) for s in _PARTS} if path.suffix.lower() in beside[0] else set()
    stale |= {path.with_suffix(".prj")} if path.suffix.lower() in beside[1] else set()
    for part in parts:
        part.replace(path.parent / part.name)
        stale.discard(path.parent / part.name)
    for old in stale:
        old.unlink(missing_ok=True)
