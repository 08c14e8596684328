"""Read a file as it is: columns, shapes and what it says of itself, with every word decoded.

A DBF is read once as ISO-8859-1, which loses nothing and never fails, and decoded here.
"""

import json
import re
import tempfile
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio
from pyogrio.errors import CRSError as BrokenCrs
from pyogrio.errors import DataLayerError, DataSourceError
from pyogrio.raw import read as read_raw
from pyproj import CRS
from pyproj.exceptions import CRSError as UnknownCrs

from geo.errors import BadInput, FileRefused
from geo.files import dbf, letters
from geo.files.faults import finding
from geo.files.opening import Source, without_prj
from geo.layers import LAYERS, Finding

_BYTES = "ISO-8859-1"
_BOM = b"\xef\xbb\xbf"
_FULL_BYTES = 254
ROW = "@row"
"""The row's own number, 1…n, as a field, where a file has no key: ``--map @row=code``."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its name as decoded, its values in row order, and what its width did to it."""

    name: str
    values: npt.NDArray[Any]
    name_bytes: int = 0
    name_cut: bool = False
    cut_rows: tuple[int, ...] = ()

    @property
    def name_full(self) -> bool:
        """Whether the name fills the ten bytes of a DBF, so that more may have followed."""
        return self.name_cut or self.name_bytes >= dbf.NAME_BYTES - 1


@dataclass(frozen=True, slots=True)
class Table:
    """Everything a file holds: fields, shapes as WKB (None: a bare table), system, encoding."""

    fields: tuple[Field, ...]
    shapes: npt.NDArray[np.object_] | None
    rows: int
    crs: CRS | None
    encoding: str
    findings: tuple[Finding, ...] = ()
    geometry_type: str | None = None


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
    if source.kind in ("shapefile", "table"):
        return _dbf_table(source, layer, encoding)
    if source.kind == "geojson":
        return _geojson_table(source, layer, encoding)
    meta, shapes, values, said = _read(source, layer=_table_of(source, layer))
    return _modern(meta, shapes, values, _warned(said, layer), "utf-8")


def _read(
    source: Source, *, content: bytes | None = None, **options: Any
) -> tuple[dict[str, Any], Any, list[Any], list[str]]:
    if source.index_restored:
        pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": True})
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            meta, _, shapes, values = read_raw(content or source.path, **options)
    except (BrokenCrs, UnboundLocalError) as fault:
        # what pyogrio raises for a .prj that GDAL cannot parse: read on without it
        if source.kind != "shapefile":
            raise _unreadable(fault, source) from None
        with tempfile.TemporaryDirectory(prefix="wangge-") as folder:
            return _read(without_prj(source, Path(folder)), content=content, **options)
    except (DataSourceError, DataLayerError, ValueError) as fault:
        raise _unreadable(fault, source) from None
    finally:
        if source.index_restored:
            pyogrio.set_gdal_config_options({"SHAPE_RESTORE_SHX": None})
    return meta, shapes, values, [str(w.message) for w in said]


def _unreadable(fault: Exception, source: Source) -> FileRefused:
    return FileRefused(
        f"{source.shown} cannot be read: {_clean(fault, source)}",
        zh=f"{source.shown} 无法读取，文件可能已损坏，或内容与扩展名不符",
        hint="open it in the program it came from and export it again",
        hint_zh="请用原软件打开检查后重新导出",
    )


def _clean(fault: Exception, source: Source) -> str:
    if "not recognized" in str(fault):
        return "its content is not what its ending says"
    words = re.split(r"[;\n]", str(fault), maxsplit=1)[0]
    return words.replace(str(source.path), source.shown).rstrip(". ")


def _warned(said: Iterable[str], layer: str) -> tuple[Finding, ...]:
    return tuple(
        finding("READ_WARNING", layer, f"读取时提示：{words}", f"while reading: {words}")
        for words in dict.fromkeys(said)
    )


def _dbf_table(source: Source, layer: str, encoding: str | None) -> Table:
    attributes = source.path if source.kind == "table" else source.sidecar(".dbf")
    head = dbf.head(attributes) if attributes else dbf.Head(0, 0, ())
    meta, shapes, values, said = _read(source, encoding=_BYTES)
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
        _system(meta["crs"]) if source.kind == "shapefile" else None,
        decision.encoding,
        (*_restored(source, layer), *_warned(said, layer), *decision.findings),
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
    if not source.index_restored:
        return ()
    return (
        finding(
            "SHX_RESTORED",
            layer,
            "缺少 .shx 索引文件，已在副本上重建，原文件未改动",
            "the .shx index is missing; it was rebuilt on a copy, the file itself is untouched",
            hint_zh="请向提供方索取完整的文件，确认没有遗漏要素",
            hint_en="ask for the complete file, to be sure that no feature is lost",
        ),
    )


def _geojson_table(source: Source, layer: str, encoding: str | None) -> Table:
    content = source.path.read_bytes().removeprefix(_BOM)
    decision = letters.decide([content], layer=layer, says=(letters.UTF8, "JSON"), option=encoding)
    text, _ = letters.decode(content, decision.encoding)
    try:
        json.loads(text)
    except json.JSONDecodeError as fault:
        raise FileRefused(
            f"{source.shown} is no valid JSON: {fault.msg} at line {fault.lineno}, column {fault.colno}",
            zh=f"{source.shown} 不是有效的 JSON：第 {fault.lineno} 行第 {fault.colno} 列有误",
            hint="export it again; a download may have stopped half-way",
            hint_zh="请重新导出；也可能是下载中断",
        ) from None
    meta, shapes, values, said = _read(source, content=text.encode())
    return _modern(
        meta, shapes, values, (*_warned(said, layer), *decision.findings), decision.encoding
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
        _system(meta["crs"]),
        encoding,
        findings,
        meta["geometry_type"],
    )


def _table_of(source: Source, wanted: str) -> str:
    """Choose the table of a GeoPackage: the only one, or the one named for the layer."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tables = [str(name) for name, _ in pyogrio.list_layers(source.path)]
    except DataSourceError as fault:
        raise FileRefused(
            f"{source.shown} is no GeoPackage: {_clean(fault, source)}",
            zh=f"{source.shown} 不是有效的 GeoPackage",
            hint="the file may be something else renamed, or damaged; export it again",
            hint_zh="文件可能被改过扩展名或已损坏，请重新导出",
        ) from None
    zh = LAYERS[wanted].zh if wanted in LAYERS else wanted
    named = [t for t in tables if t.lower() in (wanted.lower(), zh)]
    if len(tables) == 1 or named:
        return named[0] if named else tables[0]
    listed = ", ".join(tables)
    raise BadInput(
        f"{source.shown} holds {len(tables)} tables and none is named {wanted!r}: {listed}",
        zh=f"{source.shown} 内有 {len(tables)} 个图层（{listed}），没有名为“{wanted}”的",
        hint="name the layer, or export the table to a file of its own",
        hint_zh="请指定图层名，或先把所需图层单独导出",
    )


def _system(words: str | None) -> CRS | None:
    if not words:
        return None
    try:
        return CRS.from_user_input(words)
    except UnknownCrs:
        return None
