"""Write a layer so that it reads back the same: GeoPackage or GeoJSON first, shapefile last.

A file appears whole or not at all: it is written beside its place and then moved there.
"""

import csv
import tempfile
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

from geo import coords
from geo.errors import BadInput
from geo.layers import LAYERS

_DRIVERS = {
    ".gpkg": "GPKG",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".shp": "ESRI Shapefile",
    ".dbf": "ESRI Shapefile",
}
_NAME_CHARS, _CELL_BYTES = 10, 254
_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def write(frame: gpd.GeoDataFrame, path: str | Path, *, layer: str | None = None) -> dict[str, str]:
    """Write a layer to a file, in EPSG:4490.

    GeoJSON carries the same numbers as WGS 84 and says nothing of a system (RFC 7946).
    A shapefile gets ASCII field names of at most ten characters, UTF-8 words and a name
    table ``NAME.fields.csv`` (field, column, Chinese name) beside it. A layer without
    shapes becomes a ``.dbf`` or a table of a GeoPackage.

    Parameters
    ----------
    frame : GeoDataFrame
        In any known system. Every column that is not a shape is written.
    path : path
        ``.gpkg``, ``.geojson``, ``.json``, ``.shp`` or ``.dbf``; an existing file is
        replaced.
    layer : str, optional
        Name of the layer (`geo.layers.LAYERS`): the table's name in a GeoPackage and the
        Chinese names in the table of names. Without it, the file's name.

    Returns
    -------
    dict
        Column → field name in the file, where they differ.

    Raises
    ------
    BadInput
        When the ending is unknown, the folder is missing, or the words of a cell are too
        long for a shapefile.
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
        fields = short_names([c for c in table.columns if c != _geometry(table)])
        table = table.rename(columns=fields)
    with tempfile.TemporaryDirectory(prefix=".wangge-", dir=path.parent) as folder:
        made = Path(folder) / path.name
        _write(table, made, driver, layer or path.stem)
        if fields:
            _name_table(made, fields, layer)
        _moved(Path(folder), path)
    return {column: field for column, field in fields.items() if column != field}


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


def _write(table: pd.DataFrame, path: Path, driver: str, name: str) -> None:
    options = {"ESRI Shapefile": {"ENCODING": "UTF-8"}, "GeoJSON": {"COORDINATE_PRECISION": 15}}
    if driver == "GeoJSON" and isinstance(table, gpd.GeoDataFrame):
        table = table.set_crs("EPSG:4326", allow_override=True)
    table_name = {"layer": name} if driver == "GPKG" else {}
    target = path.with_suffix(".shp") if path.suffix.lower() == ".dbf" else path
    pyogrio.write_dataframe(
        table.reset_index(drop=True),
        target,
        driver=driver,
        layer_options=options.get(driver),
        **table_name,
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
    parts = sorted(folder.iterdir(), key=lambda p: p.suffix in (".shp", ".gpkg", ".geojson"))
    stale = (
        {path.with_suffix(s) for s in _PARTS} if path.suffix.lower() in (".shp", ".dbf") else set()
    )
    for part in parts:
        part.replace(path.parent / part.name)
        stale.discard(path.parent / part.name)
    for old in stale:
        old.unlink(missing_ok=True)
