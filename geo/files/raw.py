"""Read a file as it is: columns, shapes and what it says of itself, with every word decoded.

A DBF is read once as ISO-8859-1, which loses nothing and never fails, and decoded here.
"""

import dataclasses
import json
import struct
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from geo.errors import BadInput, FileRefused
from geo.files import cad, cells, dbf, gdal, letters, sheets
from geo.files.faults import finding
from geo.files.opening import Source
from geo.files.table import Field, Table
from geo.layers import LAYERS, Finding

_BYTES = "ISO-8859-1"
_FULL_BYTES = 254
_DAMAGE = (
    RuntimeError,
    zlib.error,
    struct.error,
    ArithmeticError,
    LookupError,
    MemoryError,
    OSError,
    TypeError,
    ValueError,
)
"""What readers of damaged bytes raise besides their own errors."""
_LOOKED_AT = 32 * 2**20
"""A larger GeoJSON is left to GDAL, which reads it piece by piece, to find fault with."""


def load(source: Source, *, layer: str, encoding: str | None = None) -> Table:
    """Read a source whole.

    Parameters
    ----------
    source : Source
        An opened file.
    layer : str
        Layer wanted, or the file's name; chooses the table of a GeoPackage and stands in
        the findings.
    encoding : str, optional
        What the operator says the words of a DBF or GeoJSON are written in.

    Raises
    ------
    FileRefused
        When the file is damaged or holds no table.
    """
    try:
        return _loaded(source, layer, encoding)
    except _DAMAGE as fault:
        raise gdal.unreadable(fault, source) from None


def _loaded(source: Source, layer: str, encoding: str | None) -> Table:
    if source.kind in ("shapefile", "table"):
        return _dbf_table(source, layer, encoding)
    if source.kind == "geojson":
        return _geojson_table(source, layer, encoding)
    if source.kind in ("kml", "dxf"):
        return cad.load(source, layer)
    if source.kind == "xlsx":
        return sheets.load(source, layer)
    if source.kind in ("csv", "parquet"):
        return cells.load(source, layer, encoding)
    return modern(source, layer)


def modern(source: Source, layer: str) -> Table:
    """Read a GeoPackage or FlatGeobuf whole."""
    meta, shapes, values, said = gdal.read(source, layer=table_of(source, layer))
    return _modern(meta, shapes, values, gdal.warned(said, layer), "utf-8")


def in_parts(source: Source, table: str, rows: int) -> Iterator[Table]:
    """Read a table of a GeoPackage or FlatGeobuf in parts of so many rows, in one pass."""
    first = 0
    for meta, shapes, values in gdal.parts(source, layer=table, rows=rows):
        part = _modern(meta, shapes, values, (), "utf-8")
        yield dataclasses.replace(part, first=first)
        first += part.rows


def _dbf_table(source: Source, layer: str, encoding: str | None) -> Table:
    attributes = source.path if source.kind == "table" else source.sidecar(".dbf")
    head = dbf.head(attributes) if attributes else dbf.Head(0, 0, ())
    meta, shapes, values, said = gdal.read(source, encoding=_BYTES)
    names = [f.name for f in head.fields]
    if len(names) != len(values):
        names = [str(n).encode(_BYTES) for n in meta["fields"]]
    columns = [_as_bytes(v) for v in values]
    words = [*names, *(w for c in columns if c is not None for w in c if w is not None)]
    cpg = source.sidecar(".cpg")
    says = letters.declared(cpg.read_text(_BYTES) if cpg else None, head.language)
    decision = letters.decide(words, layer=layer, says=says, option=encoding)
    fields = tuple(
        _decoded(name, value, column, decision.encoding)
        for name, value, column in zip(names, values, columns, strict=True)
    )
    return Table(
        fields,
        shapes if source.kind == "shapefile" else None,
        len(values[0]) if values else len(shapes) if shapes is not None else 0,
        gdal.system(meta["crs"]) if source.kind == "shapefile" else None,
        decision.encoding,
        (*_restored(source, layer), *gdal.warned(said, layer), *decision.findings),
        meta["geometry_type"],
    )


def _as_bytes(values: npt.NDArray[Any]) -> list[bytes | None] | None:
    if values.dtype != object:
        return None
    return [v.encode(_BYTES).strip(b"\0 ") if isinstance(v, str) else None for v in values]


def _decoded(
    name: bytes, values: npt.NDArray[Any], column: list[bytes | None] | None, encoding: str
) -> Field:
    text, cut = letters.decode(name, encoding)
    if column is None:
        return Field(text, values, len(name), cut)
    words = np.empty(len(column), dtype=object)
    cut_rows = []
    for row, word in enumerate(column):
        if word is None:
            continue
        words[row], broken = letters.decode(word, encoding)
        if broken or len(word) >= _FULL_BYTES:
            cut_rows.append(row)
    return Field(text, words, len(name), cut, tuple(cut_rows))


def _restored(source: Source, layer: str) -> tuple[Finding, ...]:
    lost = source.kind == "shapefile" and source.sidecar(".dbf") is None
    bare = (_without_table(layer),) if lost else ()
    if not source.index_restored:
        return bare
    return (
        *bare,
        finding(
            "SHX_RESTORED",
            layer,
            "缺少 .shx 索引文件，已在副本上重建，原文件未改动",
            "the .shx index is missing; it was rebuilt on a copy, the file itself is untouched",
            hint_zh="请向提供方索取完整的文件，确认没有遗漏要素",
            hint_en="ask for the complete file, to be sure that no feature is lost",
        ),
    )


def _without_table(layer: str) -> Finding:
    return finding(
        "DBF_MISSING",
        layer,
        "缺少同名的 .dbf 属性文件，只有图形，没有任何属性",
        "the .dbf beside the .shp is missing: there are shapes without any attributes",
        hint_zh="请向提供方索取 .dbf，与 .shp 放在一起（最好打包为 .zip）",
        hint_en="ask for the .dbf and put it beside the .shp, best packed as .zip",
    )


def _geojson_table(source: Source, layer: str, encoding: str | None) -> Table:
    content, says = letters.unmarked(source.path.read_bytes(), (letters.UTF8, "JSON"))
    decision = letters.decide([content], layer=layer, says=says, option=encoding)
    text, _ = letters.decode(content, decision.encoding)
    if len(content) < _LOOKED_AT:
        text = _collected(text, source)
    meta, shapes, values, said = gdal.read(source, content=text.encode())
    return _modern(
        meta, shapes, values, (*gdal.warned(said, layer), *decision.findings), decision.encoding
    )


def _modern(
    meta: dict[str, Any],
    shapes: Any,
    values: list[Any],
    findings: tuple[Finding, ...],
    encoding: str,
) -> Table:
    fields = tuple(Field(str(n), v) for n, v in zip(meta["fields"], values, strict=True))
    spatial = meta["geometry_type"] is not None
    rows = len(values[0]) if values else len(shapes) if shapes is not None else 0
    return Table(
        fields,
        shapes if spatial else None,
        rows,
        gdal.system(meta["crs"]),
        encoding,
        findings,
        meta["geometry_type"],
    )


def _collected(text: str, source: Source) -> str:
    """Give JSON that is whole; features that stand one a line are made a collection."""
    try:
        json.loads(text)
    except (json.JSONDecodeError, RecursionError) as fault:
        lines = [line.strip().strip("\x1e") for line in text.splitlines()]
        if all(line.startswith("{") and line.endswith("}") for line in lines if line):
            whole = (
                '{"type": "FeatureCollection", "features": [' + ",".join(filter(None, lines)) + "]}"
            )
            if _is_json(whole):
                return whole
        where = (fault.lineno, fault.colno) if isinstance(fault, json.JSONDecodeError) else (1, 1)
        what = fault.msg if isinstance(fault, json.JSONDecodeError) else "nested too deeply"
        raise FileRefused(
            f"{source.shown} is no valid JSON: {what} at line {where[0]}, column {where[1]}",
            zh=f"{source.shown} 不是有效的 JSON：第 {where[0]} 行第 {where[1]} 列有误",
            hint="export it again; a download may have stopped half-way",
            hint_zh="请重新导出；也可能是下载中断",
        ) from None
    return text


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (json.JSONDecodeError, RecursionError):
        return False
    return True


def table_of(source: Source, wanted: str) -> str:
    """Choose the table of a file: the only one, or the one named for the layer."""
    try:
        tables = gdal.layers_of(source)
    except FileRefused as fault:
        if source.kind != "geopackage":
            raise
        raise FileRefused(
            f"{source.shown} is no GeoPackage: {fault.message.partition(': ')[2]}",
            zh=f"{source.shown} 不是有效的 GeoPackage",
            hint="the file may be something else renamed, or damaged; export it again",
            hint_zh="文件可能被改过扩展名或已损坏，请重新导出",
        ) from None
    zh = LAYERS[wanted].zh if wanted in LAYERS else wanted
    named = [t for t in tables if t.lower() in (wanted.lower(), zh)]
    if len(tables) > 1 and not named and (wanted not in LAYERS or LAYERS[wanted].geometry):
        tables = gdal.layers_of(source, spatial=True) or tables  # styles of desktops lie beside
    if len(tables) == 1 or named:
        return named[0] if named else tables[0]
    listed = ", ".join(tables)
    raise BadInput(
        f"{source.shown} holds {len(tables)} tables and none is named {wanted!r}: {listed}",
        zh=f"{source.shown} 内有 {len(tables)} 个图层（{listed}），没有名为“{wanted}”的",
        hint="name the layer, or export the table to a file of its own",
        hint_zh="请指定图层名，或先把所需图层单独导出",
    )
