"""Drawings: KML of map apps, DXF of CAD; and areas made of the lines that bound them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo.files import gdal, kml, letters
from geo.files.faults import finding
from geo.files.opening import Source
from geo.files.table import Field, Table
from geo.layers import Finding, Layer

_OF_KML = {
    "timestamp", "begin", "end", "altitudemode", "tessellate", "extrude", "visibility",
    "draworder", "icon", "snippet", "id",
}  # fmt: skip
"""Fields that KML gives to everything and that say nothing of it."""
_SPELLED = re.compile(r"\\U\+([0-9A-Fa-f]{4})")
_CODE = re.compile(r"\d{6,17}")
_LABELS = ("text", "Text", "label", "标注")


def load(source: Source, layer: str) -> Table:
    """Read a KML or DXF; every folder of a KML belongs to the one layer.

    Raises
    ------
    FileRefused
        When GDAL cannot read it.
    """
    if source.kind == "kml":
        with kml.plain(source, layer) as told:
            return _joined_layers(told.source, layer, told.names, told.findings)
    return _joined_layers(source, layer, {}, ())


def _joined_layers(
    source: Source, layer: str, true_names: Mapping[str, str], told: Sequence[Finding]
) -> Table:
    """Read all tables of a drawing as one; fields that hold nothing are left out."""
    parts = [gdal.read(source, layer=name) for name in gdal.layers_of(source)]
    parts = [part for part in parts if part[1] is not None and len(part[1])]
    if not parts:
        return Table((), np.empty(0, dtype=object), 0, None, "utf-8")
    joined = [] if source.kind == "dxf" else _joined(parts, layer)
    names = list(dict.fromkeys(str(n) for meta, *_ in parts for n in meta["fields"]))
    if source.kind == "kml":
        names = [n for n in names if n.lower() not in _OF_KML]
    columns = {n: np.concatenate([_column(p, n) for p in parts]) for n in names}
    fields = tuple(
        Field(true_names.get(n, n), cells)
        for n, cells in columns.items()
        if any(cell is not None and cell != "" for cell in cells.tolist())
    )
    if source.kind == "dxf":
        fields, guessed = _decoded(fields, layer)
        joined += guessed
    shapes = np.concatenate([p[1] for p in parts])
    crs = gdal.system(parts[0][0]["crs"])
    said = gdal.warned([w for p in parts for w in p[3]], layer)
    findings = (*told, *said, *joined)
    return Table(fields, shapes, len(shapes), crs, "utf-8", findings, "Unknown")


def _decoded(fields: Sequence[Field], layer: str) -> tuple[tuple[Field, ...], list[Finding]]:
    """Decode the words of a drawing, whose own word on its encoding is mostly the default."""
    words = [v for f in fields for v in f.values if isinstance(v, str)]
    raw = {w: w.encode("latin-1") for w in set(words) if all(ord(c) < 256 for c in w)}
    decision = letters.decide(raw.values(), layer=layer, says=(None, "DXF"))
    read = {w: _unescaped(letters.decode(b, decision.encoding)[0]) for w, b in raw.items()}
    decoded = tuple(
        Field(
            f.name,
            np.array([read.get(v, v) if isinstance(v, str) else v for v in f.values], dtype=object),
        )
        for f in fields
    )
    return decoded, list(decision.findings)


def _unescaped(word: str) -> str:
    """Write out the characters that newer drawings spell in older formats: ``\\U+5E78``."""
    return _SPELLED.sub(lambda m: chr(int(m[1], 16)), word)


def _joined(parts: Sequence[Any], layer: str) -> list[Finding]:
    if len(parts) < 2:
        return []
    return [
        finding(
            "LAYERS_JOINED",
            layer,
            f"文件内有 {len(parts)} 个文件夹，已合为一个图层读取",
            f"the {len(parts)} folders of the file were read as one layer",
            hint_zh="如只需其中一个，请单独导出",
            hint_en="export the one that is wanted to a file of its own, if not all are",
        )
    ]


def _column(part: Any, name: str) -> npt.NDArray[np.object_]:
    meta, shapes, values, _ = part
    names = [str(n) for n in meta["fields"]]
    if name not in names:
        return np.full(len(shapes), None, dtype=object)
    return np.asarray(values[names.index(name)], dtype=object)


def areas_of_lines(table: Table, layer: Layer) -> Table:
    """Make areas of closed lines, for a layer of areas that was drawn in lines.

    Closed lines become areas with their own fields. When no line is closed, the ground
    that the lines part becomes areas without fields. Words drawn inside an area become its
    code and its name. A table that already holds areas is given back as it is.
    """
    if table.shapes is None or "Polygon" not in layer.geometry or "Point" in layer.geometry:
        return table
    if table.geometry_type in ("Polygon", "MultiPolygon"):
        return table
    shapes: npt.NDArray[np.object_] = shapely.from_wkb(table.shapes, on_invalid="ignore")
    flat = shapely.get_dimensions(shapes)
    lines = np.flatnonzero(flat == 1)
    if not len(lines) or (flat == 2).sum() > len(lines):
        return table
    shapes = shapely.force_2d(shapes)
    closed = np.array([i for i in lines if _ring(shapes[i])], dtype=np.int64)
    if len(closed):
        kept = np.sort(np.r_[np.flatnonzero(flat == 2), closed])
        areas = shapes[kept]
        areas[np.isin(kept, closed)] = [shapely.Polygon(_coords(s)) for s in shapes[closed]]
        fields = [Field(f.name, f.values[kept]) for f in table.fields]
    else:
        faces = shapely.polygonize([shapely.union_all(shapes[lines])])
        areas, fields = np.asarray(shapely.get_parts(faces), dtype=object), []
    if not len(areas):
        return table
    fields += _labels(table, shapes, areas, {f.name.lower() for f in fields})
    said = _said(
        len(closed) or len(areas), len(lines) - len(closed), layer, closed=bool(len(closed))
    )
    wkb = np.asarray(shapely.to_wkb(areas), dtype=object)
    findings = (*table.findings, *said)
    return Table(tuple(fields), wkb, len(areas), table.crs, table.encoding, findings, "Unknown")


def _ring(line: shapely.Geometry) -> bool:
    several = shapely.get_num_geometries(line) > 1
    return bool(not several and shapely.is_closed(line) and len(_coords(line)) > 3)


def _coords(line: shapely.Geometry) -> npt.NDArray[np.float64]:
    return np.asarray(shapely.get_coordinates(line))


def _labels(
    table: Table, shapes: npt.NDArray[np.object_], areas: npt.NDArray[np.object_], taken: set[str]
) -> list[Field]:
    """Give the words that stand inside each area: those of digits as its code, others as name."""
    words = next((f.values for f in table.fields if f.name in _LABELS), None)
    if words is None:
        return []
    at = np.flatnonzero((shapely.get_type_id(shapes) == 0) & np.array([bool(w) for w in words]))
    area, point = shapely.STRtree(shapes[at]).query(areas, predicate="contains")
    said: list[list[str]] = [[] for _ in areas]
    for a, p in zip(area.tolist(), at[point].tolist(), strict=True):
        said[a].append(str(words[p]).strip())
    codes = [next((w for w in own if _CODE.fullmatch(w)), None) for own in said]
    names = [next((w for w in own if not _CODE.fullmatch(w)), None) for own in said]
    found = {"code": codes, "name": names}
    return [
        Field(name, np.array(column, dtype=object))
        for name, column in found.items()
        if name not in taken and any(column)
    ]


def _said(areas: int, left: int, layer: Layer, *, closed: bool) -> list[Finding]:
    how_zh = "封闭线" if closed else "相交线围成的地块"
    how_en = "closed lines" if closed else "the ground between lines"
    found = [
        finding(
            "LINES_CLOSED",
            layer.name,
            f"图中是线，已由{how_zh}得到 {areas} 个面",
            f"the file holds lines; {areas} areas were made of {how_en}",
            hint_zh="请核对面的个数",
            hint_en="see that their number is right",
        )
    ]
    if left and closed:
        found.append(
            finding(
                "LINES_OPEN",
                layer.name,
                f"{left} 条线没有闭合，未作为面读取",
                f"{left} lines are open and were not taken as areas",
                hint_zh="若它们是边界，请在 CAD 中闭合后重新导出",
                hint_en="close them in CAD if they are borders",
            )
        )
    return found
